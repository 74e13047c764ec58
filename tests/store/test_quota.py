"""Budgets: the one in memory and the one that all processes share keep the same promises."""

import asyncio
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest

from chamberlain import clock
from chamberlain.graph.quota.lane import Lane
from chamberlain.graph.quota.ledger import Ledger, MemoryLedger
from chamberlain.model.quota import Limit, Priority, Tally, Whose, Workload
from chamberlain.model.tenant import CredentialKind
from chamberlain.store import quota, tenants
from chamberlain.store.connection import apart, rows
from chamberlain.store.quota import SharedLedger

pytestmark = pytest.mark.usefixtures("world")

HOUR = Limit(1_000, timedelta(hours=1))  # so slow that nothing is refilled during a test
NAME = Workload.DIRECTORY.value
NOTHING = Tally()


@pytest.fixture
def tenant_id(world: object) -> int:
    guid = uuid4()
    return tenants.save(guid=guid, name="Quota", domain=f"{guid}.example", now=clock.now()).id


@pytest.fixture(params=["memory", "shared"])
def ledger(request: pytest.FixtureRequest, tenant_id: int) -> Iterator[Ledger]:
    if request.param == "memory":
        yield MemoryLedger()
        return
    with SharedLedger(tenant_id=tenant_id, client_id="app") as shared:
        yield shared


def take(ledger: Ledger, wanted: float, *, least: float = 1.0, reserve: float = 0.0) -> float:
    return ledger.lease(NAME, wanted=wanted, least=least, reserve=reserve, tally=NOTHING).granted


def test_a_budget_is_full_at_first_but_for_the_headroom_and_then_empty(ledger: Ledger) -> None:
    ledger.open(NAME, HOUR)
    assert take(ledger, 5_000) == pytest.approx(950, abs=1)
    lease = ledger.lease(NAME, wanted=10, least=10, reserve=0, tally=NOTHING)
    assert lease.granted == 0
    assert lease.wait == pytest.approx(10 / (950 / 3_600), rel=0.1)
    assert lease.leased == lease.burst == pytest.approx(950, abs=1)


def test_what_is_given_back_can_be_had_again(ledger: Ledger) -> None:
    ledger.open(NAME, HOUR)
    take(ledger, 900)
    ledger.give_back(NAME, units=400, tally=NOTHING)
    assert take(ledger, 5_000) == pytest.approx(450, abs=1)


def test_the_reserve_is_for_those_who_do_not_keep_it(ledger: Ledger) -> None:
    ledger.open(NAME, HOUR)
    assert take(ledger, 5_000, reserve=0.1) == pytest.approx(855, abs=1)
    assert take(ledger, 10, reserve=0.1) == 0
    assert take(ledger, 10) == 10


def test_a_pause_holds_for_everybody_until_it_is_over(ledger: Ledger) -> None:
    ledger.open(NAME, HOUR)
    assert ledger.pause(NAME, wait=timedelta(seconds=2), unexplained=False)  # longer than a slow machine asks thrice
    assert not ledger.pause(NAME, wait=timedelta(seconds=0.1), unexplained=False)
    lease = ledger.lease(NAME, wanted=1, least=1, reserve=0, tally=NOTHING)
    assert lease.granted == 0
    assert 0 < lease.paused <= 2
    time.sleep(lease.wait)
    assert take(ledger, 1) == 1


def test_headroom_grows_with_refusals_that_we_cannot_explain_and_only_so_far(ledger: Ledger) -> None:
    ledger.open(NAME, HOUR)
    for number in range(8):
        ledger.pause(NAME, wait=timedelta(0), unexplained=True)
        ledger.give_back(NAME, units=5_000, tally=NOTHING)
        left_unused = min(0.05 + 0.05 * (number + 1), 0.30)
        assert take(ledger, 5_000) == pytest.approx(1_000 * (1 - left_unused), abs=2)
    ledger.give_back(NAME, units=5_000, tally=NOTHING)
    ledger.pause(NAME, wait=timedelta(0), unexplained=False)
    ledger.give_back(NAME, units=5_000, tally=NOTHING)
    assert take(ledger, 5_000) == pytest.approx(700, abs=2)


def test_a_quota_that_turns_out_smaller_is_believed_and_never_larger(ledger: Ledger) -> None:
    ledger.open(NAME, HOUR)
    ledger.measure(NAME, size=100, left=50)
    assert take(ledger, 5_000) == pytest.approx(45, abs=1)
    ledger.measure(NAME, size=9_999, left=None)
    assert ledger.lease(NAME, wanted=0, least=0, reserve=0, tally=NOTHING).size == 1_000


def test_another_size_of_tenant_scales_what_was_learned(ledger: Ledger) -> None:
    ledger.open(NAME, HOUR)
    ledger.measure(NAME, size=500, left=None)
    ledger.open(NAME, Limit(2_000, timedelta(hours=1)))
    assert ledger.lease(NAME, wanted=0, least=0, reserve=0, tally=NOTHING).size == 1_000


def test_two_processes_never_get_more_than_there_is(tenant_id: int) -> None:
    got: list[float] = []

    def process() -> None:
        with SharedLedger(tenant_id=tenant_id, client_id="app") as ledger:
            ledger.open(NAME, HOUR)
            while granted := take(ledger, 7):
                got.append(granted)

    threads = [threading.Thread(target=process) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(got) == pytest.approx(950, abs=7)


def test_a_pause_survives_a_restart_and_people_see_it(tenant_id: int) -> None:
    with SharedLedger(tenant_id=tenant_id, client_id="app") as ledger:
        ledger.open(NAME, HOUR)
        tally = Tally(units=30, requests=20, throttled=2, waited=timedelta(seconds=5))
        ledger.lease(NAME, wanted=30, least=1, reserve=0, tally=tally)
        ledger.lease(NAME, wanted=30, least=1, reserve=0, tally=tally)
        ledger.pause(NAME, wait=timedelta(minutes=5), unexplained=True)
    with SharedLedger(tenant_id=tenant_id, client_id="app") as ledger:
        ledger.open(NAME, HOUR)
        assert take(ledger, 1) == 0
    (use,) = quota.usage(tenant_id)
    assert (use.workload, use.whose, use.limit, use.window) == (Workload.DIRECTORY, Whose.OURS, 1_000, HOUR.window)
    assert (use.used, use.requests, use.throttled, use.waited) == (60, 40, 4, timedelta(seconds=10))
    assert use.paused_until is not None
    assert use.headroom == pytest.approx(0.10, abs=0.001)
    assert use.used_in_window == pytest.approx(0.79, abs=0.01)


def test_slowing_down_counts_at_once_and_for_budgets_to_come(tenant_id: int) -> None:
    quota.slow_down(tenant_id, 50)
    with SharedLedger(tenant_id=tenant_id, client_id="app") as ledger:
        ledger.open(NAME, HOUR)
        assert take(ledger, 5_000) == pytest.approx(475, abs=1)
        quota.slow_down(tenant_id, 1)
        assert quota.share_of(tenant_id) == 5
        ledger.give_back(NAME, units=5_000, tally=NOTHING)
        assert take(ledger, 5_000) == pytest.approx(47.5, abs=1)
    (use,) = quota.usage(tenant_id)
    assert use.share_percent == 5


def test_a_lane_leases_in_chunks_and_gives_back_what_it_did_not_use(tenant_id: int) -> None:
    """A thousand requests are not a thousand questions to the database."""
    questions = 0

    class Counting(SharedLedger):
        def lease(self, name: str, *, wanted: float, least: float, reserve: float, tally: Tally):  # type: ignore[no-untyped-def]
            nonlocal questions
            questions += 1
            return super().lease(name, wanted=wanted, least=least, reserve=reserve, tally=tally)

    limit = Limit(8_000, timedelta(hours=1))

    async def spend(ledger: SharedLedger) -> None:
        lane = Lane(NAME, limit, ledger=ledger, priority=Priority.BULK, at_once=16)
        for _ in range(1_000):
            await lane.pay(1, until=float("inf"))
            lane.settle(paid=1, cost=1)
        await lane.close()

    with Counting(tenant_id=tenant_id, client_id="app") as ledger:
        asyncio.run(spend(ledger))
        assert questions < 30
        assert take(ledger, 10_000) == pytest.approx(8_000 * 0.95 - 1_000, abs=5)
    (use,) = quota.usage(tenant_id)
    assert (use.used, use.requests) == (1_000, 1_000)


def test_a_database_connection_that_died_is_made_anew(tenant_id: int) -> None:
    with SharedLedger(tenant_id=tenant_id, client_id="app") as ledger:
        ledger.open(NAME, HOUR)
        rows("SELECT pg_terminate_backend(%(pid)s)", {"pid": ledger._connection.info.backend_pid})  # type: ignore[union-attr]
        assert take(ledger, 10) == 10


def test_slowing_down_tells_the_share_until_now(tenant_id: int) -> None:
    assert [quota.slow_down(tenant_id, share) for share in (40, 40, 7, 100)] == [100, 40, 40, 7]


def test_pauses_are_those_of_the_application_the_tenant_is_connected_with(tenant_id: int) -> None:
    tenants.save_connection(
        tenant=tenants.by_id(tenant_id),
        credential=CredentialKind.INSTALLATION_APP,
        client_id="app",
        secret=None,
        scopes=(),
        concealed_names=None,
        connected_by="Ada",
        now=clock.now(),
    )
    for client_id in ("app", "an earlier app"):
        with SharedLedger(tenant_id=tenant_id, client_id=client_id) as ledger:
            for name in (NAME, "mailbox:anna@example.com"):
                ledger.open(name, HOUR)
                ledger.pause(name, wait=timedelta(minutes=5), unexplained=False)
            ledger.open("subscriptions", HOUR)
    paused = quota.pauses()[tenant_id]
    assert [(one.workload, one.detail) for one in paused] == [
        (Workload.DIRECTORY, ""),
        (Workload.MAILBOX, "anna@example.com"),
    ]
    assert all(one.until > clock.now() for one in paused)
    assert len(quota.usage(tenant_id)) == 6
    assert [use.name for use in quota.usage(tenant_id, client_id="app")] == [
        NAME,
        "mailbox:anna@example.com",
        "subscriptions",
    ]


def test_slowing_down_reaches_runs_that_are_going_on(tenant_id: int) -> None:
    """Two runs, each with a ledger as in a process of its own, spend as fast as they may; then somebody slows them."""
    fast = Limit(1_000, timedelta(seconds=1))
    spent = 0
    slowed_at, spent_until_then = 0.0, 0

    async def run(ledger: SharedLedger, until: float) -> None:
        nonlocal spent
        lane = Lane(NAME, fast, ledger=ledger, priority=Priority.BULK, at_once=16)
        while time.monotonic() < until:
            await lane.pay(5, until=float("inf"))
            lane.settle(paid=5, cost=5)
            spent += 5
        await lane.close()

    async def slow(after: float) -> None:
        nonlocal slowed_at, spent_until_then
        await asyncio.sleep(after)
        await asyncio.to_thread(apart, lambda: quota.slow_down(tenant_id, 5))
        slowed_at, spent_until_then = time.monotonic(), spent

    async def all_of_it(one: SharedLedger, other: SharedLedger) -> None:
        end = time.monotonic() + 3
        await asyncio.gather(run(one, end), run(other, end), slow(1))

    with (
        SharedLedger(tenant_id=tenant_id, client_id="app") as one,
        SharedLedger(tenant_id=tenant_id, client_id="app") as other,
    ):
        asyncio.run(all_of_it(one, other))
    seconds = time.monotonic() - slowed_at
    left_over = 2 * (0.02 * 1_000 + 5)  # what two lanes had leased before
    may_spend = 1_000 * 0.95 * 0.05 * (1 + seconds)
    assert spent_until_then > may_spend + left_over, "otherwise nothing was slowed"
    assert spent - spent_until_then <= may_spend + left_over
