"""Notices from end to end: a simulated Microsoft calls a real web application, and a real worker follows."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.client import HTTPConnection
from itertools import count
from urllib.error import URLError
from urllib.parse import urlsplit

import pytest

from chamberlain import bootstrap, clock
from chamberlain.actions.choose_capabilities import choose_capabilities
from chamberlain.actions.end_sessions_of_leavers import NOTICE_LASTS, SETTLED, look_at_noticed
from chamberlain.actions.keep_subscriptions import keep_subscriptions
from chamberlain.actions.reaching import way_to
from chamberlain.actions.start_sync import start_sync
from chamberlain.actions.take_notices import digest_of
from chamberlain.bench.comparison import compare
from chamberlain.bench.simulated import Simulated
from chamberlain.graph import shape
from chamberlain.graph.client import open_graph
from chamberlain.model.notice import Deaf
from chamberlain.model.run import Trigger
from chamberlain.model.tenant import Tenant
from chamberlain.policy.capabilities import STANDARD
from chamberlain.queries.connections import find_integration, list_runs
from chamberlain.settings import Settings, load
from chamberlain.store import sessions, subscriptions, tenants
from chamberlain.store.connection import rows
from chamberlain.store.models import EventRow, HearingRow, SubscriptionRow, User
from chamberlain.store.models.sign_in import SessionRow
from chamberlain.sync.way import Way
from stories import ADMIN, connect, connect_and_sync

pytestmark = pytest.mark.usefixtures("world")

SEEDS = count(9_100)
PATIENCE_SECONDS = 60.0
SECONDS_TO_SEE_A_CHANGE = 20.0  # 2 to gather, 2 for the round, the run itself; the rest is for a machine that is busy


@pytest.fixture(scope="module")
def base(world: bootstrap.World) -> Iterator[str]:
    """The address of a real web application on this test process's database."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    url = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "CHAMBERLAIN_PORT": str(port), "CHAMBERLAIN_LOG_LEVEL": "ERROR"}
    with _process("web", environment):
        until(lambda: _answers(f"{url}/healthz"), "the web application answers")
        yield url


@pytest.fixture
def simulator(start_tenant: Callable[..., Simulated]) -> Simulated:
    """A small tenant of this test alone: what was heard of one is kept with it."""
    return start_tenant(users=40, groups=10, memberships=60, apps=3, seed=next(SEEDS))


@pytest.fixture
def told(
    base: str, simulator: Simulated, pointed: Callable[[Simulated], Settings], monkeypatch: pytest.MonkeyPatch
) -> Settings:
    """Settings of an installation that the simulated Microsoft can call."""
    monkeypatch.setenv("CHAMBERLAIN_PUBLIC_URL", base)
    return pointed(simulator)


@pytest.fixture
def tenant(told: Settings, simulator: Simulated) -> Tenant:
    """A tenant that is synced, and whose subscriptions were looked after once."""
    tenant = connect_and_sync(simulator, told)
    look(tenant, told)
    return tenant


@contextmanager
def _process(command: str, environment: dict[str, str]) -> "Iterator[subprocess.Popen[bytes]]":
    arguments = [sys.executable, "-m", "chamberlain.cli", command]
    with subprocess.Popen(arguments, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=PATIENCE_SECONDS)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url):
            return True
    except URLError:
        return False


def until(reached: Callable[[], bool], what: str, *, seconds: float = PATIENCE_SECONDS) -> float:
    """Waits until it is so; the seconds that took."""
    began = time.monotonic()
    while not reached():
        if time.monotonic() - began > seconds:
            pytest.fail(f"it never came about that {what}")
        time.sleep(0.05)
    return time.monotonic() - began


def look(tenant: Tenant, settings: Settings) -> None:
    """One look after the tenant's subscriptions, claimed as a worker's round does."""
    now = clock.now()
    subscriptions.claim(base=settings.url, now=now, again=now + timedelta(minutes=10))
    keep_subscriptions(tenant.id, settings=settings)


def at_microsoft(tenant: Tenant, settings: Settings) -> dict[str, shape.Subscription]:
    """Our subscriptions as Microsoft knows them, by resource; fails where a resource has two."""

    async def ask(way: Way) -> list[shape.Subscription]:
        async with open_graph(way.endpoint, way.credential) as graph:
            return await graph.subscriptions()

    connection = tenants.connection_of(tenant.id)
    assert connection is not None
    with way_to(connection, settings=settings) as way:
        found = asyncio.run(ask(way))
    assert len({one.resource for one in found}) == len(found)
    return {one.resource: one for one in found}


def ours(tenant: Tenant) -> dict[str, str | None]:
    return {one.resource: one.microsoft_id for one in subscriptions.of(tenant.id)}


def events(tenant: Tenant, name: str) -> list[dict[str, str]]:
    found = EventRow.objects.filter(tenant_id=tenant.id, name=name).order_by("id")
    return [event.details for event in found]


def reasons(tenant: Tenant, name: str) -> set[str]:
    return set(EventRow.objects.filter(tenant_id=tenant.id, name=name).values_list("reason", flat=True))


def is_waiting(tenant: Tenant) -> bool:
    return HearingRow.objects.filter(tenant_id=tenant.id, wake_at__isnull=False).exists()


def answered(tenant: Tenant) -> None:
    """Forgets the wake that a new subscription asked for."""
    HearingRow.objects.filter(tenant_id=tenant.id).update(wake_at=None)


def look_is_due(tenant: Tenant) -> bool:
    return HearingRow.objects.filter(tenant_id=tenant.id, look_at__lte=clock.now()).exists()


def test_both_subscriptions_are_made_once_and_ask_for_a_run(tenant: Tenant, told: Settings) -> None:
    made = at_microsoft(tenant, told)
    assert {resource: one.id for resource, one in made.items()} == ours(tenant)
    assert set(made) == {"/users", "/groups"}
    assert made["/users"].notification_url == f"{told.url}/graph/notify"
    assert set((made["/users"].change_type or "").split(",")) == {"updated", "deleted"}
    assert is_waiting(tenant), "what changed before them was told to nobody"
    hearing = find_integration(viewer=ADMIN, tenant=tenant)
    assert hearing is not None
    expires_at = hearing.hearing.expires_at
    assert expires_at is not None
    assert timedelta(days=28) < expires_at - clock.now() < timedelta(days=29)
    assert [event["resource"] for event in events(tenant, "subscription:created")] == ["/users", "/groups"]
    look_at = HearingRow.objects.get(tenant_id=tenant.id).look_at
    assert look_at is not None
    assert timedelta(days=14) < look_at - clock.now() < timedelta(days=14, hours=12)

    look(tenant, told)

    assert {resource: one.id for resource, one in at_microsoft(tenant, told).items()} == ours(tenant)
    assert len(events(tenant, "subscription:created")) == 2


def test_a_subscription_is_renewed_when_half_of_its_life_is_over(tenant: Tenant, told: Settings) -> None:
    before = ours(tenant)
    past = clock.now() - timedelta(days=1)
    soon = clock.now() + timedelta(days=2)
    SubscriptionRow.objects.filter(tenant_id=tenant.id).update(renew_at=past, expires_at=soon)

    look(tenant, told)

    assert ours(tenant) == before
    for one in subscriptions.of(tenant.id):
        assert one.expires_at is not None
        assert one.expires_at - clock.now() > timedelta(days=28)


def test_a_subscription_that_microsoft_forgot_is_made_again(tenant: Tenant, told: Settings) -> None:
    before = ours(tenant)
    SubscriptionRow.objects.filter(tenant_id=tenant.id, resource="/users").update(
        microsoft_id="00000000-0000-0000-0000-00000000dead", renew_at=clock.now()
    )
    answered(tenant)

    look(tenant, told)

    assert ours(tenant)["/groups"] == before["/groups"]
    assert {resource: one.id for resource, one in at_microsoft(tenant, told).items()} == ours(tenant)
    assert reasons(tenant, "subscription:ended") == {"gone"}
    assert is_waiting(tenant)


def test_what_was_made_before_a_crash_and_not_written_down_is_cleared_away(tenant: Tenant, told: Settings) -> None:
    before = ours(tenant)
    SubscriptionRow.objects.filter(tenant_id=tenant.id).update(microsoft_id=None, expires_at=None, renew_at=None)

    look(tenant, told)

    assert set(ours(tenant).values()).isdisjoint(before.values())
    assert {resource: one.id for resource, one in at_microsoft(tenant, told).items()} == ours(tenant)


def test_subscriptions_end_with_the_address(tenant: Tenant, told: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHAMBERLAIN_PUBLIC_URL")

    look(tenant, load())

    assert at_microsoft(tenant, told) == {}
    assert ours(tenant) == {}
    assert reasons(tenant, "subscription:ended") == {"switched_off"}


def test_an_address_that_does_not_answer_is_told_and_tried_again(
    told: Settings, simulator: Simulated, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("CHAMBERLAIN_PUBLIC_URL", f"http://127.0.0.1:{closed.getsockname()[1]}")
        tenant = connect_and_sync(simulator, told)
        look(tenant, load())
        first = HearingRow.objects.get(tenant_id=tenant.id)
        look(tenant, load())
        second = HearingRow.objects.get(tenant_id=tenant.id)

    assert ours(tenant) == {"/users": None, "/groups": None}
    assert {one.error[0] for one in subscriptions.of(tenant.id) if one.error} == {"notices_unreachable"}
    assert first.look_at is not None
    assert second.look_at is not None
    assert first.look_at - clock.now() <= timedelta(seconds=15) < second.look_at - clock.now() + timedelta(seconds=14)
    assert (first.failures, second.failures) == (1, 2)
    card = find_integration(viewer=ADMIN, tenant=tenant)
    assert card is not None
    assert card.connection.error_code is None, "notices are a help; reading goes on"
    monkeypatch.setenv("CHAMBERLAIN_PUBLIC_URL", told.url)
    look(tenant, load())
    assert None not in ours(tenant).values()
    assert HearingRow.objects.get(tenant_id=tenant.id).failures == 0


def test_a_change_is_told_and_so_is_the_end_of_a_subscription(
    tenant: Tenant, told: Settings, simulator: Simulated
) -> None:
    before = ours(tenant)
    answered(tenant)

    simulator.post("/_simulator/mutations", {"kind": "update_user", "user": some_person(tenant), "job_title": "Told"})
    until(lambda: is_waiting(tenant), "the notice arrived")
    simulator.post("/_simulator/lifecycle", {"event": "subscriptionRemoved"})
    until(lambda: set(ours(tenant).values()) == {None}, "both ends were told")

    assert look_is_due(tenant)
    look(tenant, told)
    assert {resource: one.id for resource, one in at_microsoft(tenant, told).items()} == ours(tenant)
    assert set(ours(tenant).values()).isdisjoint(before.values())


def test_the_real_server_takes_a_delivery_in_chunks(tenant: Tenant, told: Settings) -> None:
    SubscriptionRow.objects.filter(tenant_id=tenant.id).update(secret_digest=digest_of("known to this test"))
    answered(tenant)
    notice = {
        "subscriptionId": ours(tenant)["/users"],
        "clientState": "known to this test",
        "tenantId": str(tenant.guid),
    }
    body = json.dumps({"value": [notice]}).encode()
    connection = HTTPConnection(urlsplit(told.url).netloc, timeout=PATIENCE_SECONDS)
    try:
        connection.request("POST", "/graph/notify", body=iter([body[:20], body[20:]]), encode_chunked=True)
        status = connection.getresponse().status
    finally:
        connection.close()

    assert status == 202
    assert is_waiting(tenant)


def signed_in(tenant: Tenant, person: str) -> User:
    """Somebody of the tenant with a session here."""
    now = clock.now()
    user = User.objects.create(
        tenant_guid=tenant.guid, object_guid=person, subject=f"entra:{person}", name="Present", created_at=now
    )
    SessionRow.objects.create(
        session_key=user.id.hex, user=user, started_at=now, seen_at=now, expire_date=now + timedelta(hours=8)
    )
    return user


def test_whoever_is_blocked_is_out_within_seconds_of_the_notice_whatever_runs_go_on(
    tenant: Tenant, told: Settings, simulator: Simulated
) -> None:
    """A run that goes on and does not end keeps the wake waiting, and not this."""
    found = rows("SELECT guid FROM account WHERE tenant_id = %(t)s ORDER BY id LIMIT 3", {"t": tenant.id})
    blocked, deleted, staying = (signed_in(tenant, str(row["guid"])) for row in found)
    start_sync(actor=ADMIN, tenant=tenant, trigger=Trigger.PERSON)
    assert look_at_noticed(settings=told) == 0

    change = {"kind": "update_user", "user": str(blocked.object_guid), "account_enabled": False}
    simulator.post("/_simulator/mutations", change)
    simulator.post("/_simulator/mutations", {"kind": "delete_user", "user": str(deleted.object_guid)})
    simulator.post(
        "/_simulator/mutations", {"kind": "update_user", "user": str(staying.object_guid), "job_title": "Staying"}
    )

    def is_out() -> bool:
        look_at_noticed(settings=told)
        return not SessionRow.objects.filter(user__in=[blocked, deleted]).exists()

    until(is_out, "their sessions end", seconds=SECONDS_TO_SEE_A_CHANGE)
    assert SessionRow.objects.filter(user=staying).exists()
    assert not list_runs(viewer=ADMIN, tenant=tenant, limit=1)[0].is_over
    assert {event["by"] for event in events(tenant, "session:ended")} == {"blocked", "gone"}

    def is_quiet() -> bool:
        return not sessions.noticed(now=clock.now(), again=SETTLED, lasts=NOTICE_LASTS)

    look_at_noticed(settings=told)
    assert is_quiet()
    User.objects.filter(id=staying.id).update(
        noticed_at=clock.now() - SETTLED, looked_at=clock.now() - SETTLED + timedelta(seconds=1)
    )
    assert not is_quiet(), "replicas may have told what was before: they are asked once more"
    look_at_noticed(settings=told)
    assert is_quiet()


def test_a_change_is_seen_within_seconds(told: Settings, simulator: Simulated) -> None:
    """Worker, web application and Microsoft are processes of their own; nobody starts a sync but the notice."""
    tenant = connect(simulator)
    environment = {**os.environ, "CHAMBERLAIN_LOG_LEVEL": "ERROR"}
    with _process("worker", environment):
        until(lambda: [*ours(tenant).values()].count(None) == 0 < len(ours(tenant)), "subscriptions are made")
        until(lambda: is_resting(tenant), "the worker rests")
        before = len(list_runs(viewer=ADMIN, tenant=tenant))
        person = some_person(tenant)
        user = signed_in(tenant, person)

        for title in ("Told first", "Told last"):
            simulator.post("/_simulator/mutations", {"kind": "update_user", "user": person, "job_title": title})
        until(lambda: title_of(tenant, person) == "Told last", "it is seen", seconds=SECONDS_TO_SEE_A_CHANGE)
        until(lambda: is_resting(tenant), "the worker rests again")
        assert SessionRow.objects.filter(user=user).exists()
        change = {"kind": "update_user", "user": person, "account_enabled": False}
        simulator.post("/_simulator/mutations", change)
        gone = lambda: not SessionRow.objects.filter(user=user).exists()  # noqa: E731 - asked again and again
        until(gone, "the session ends", seconds=SECONDS_TO_SEE_A_CHANGE)
        until(lambda: is_resting(tenant), "the worker rests at last")

    runs = list_runs(viewer=ADMIN, tenant=tenant)
    assert runs[0].trigger is Trigger.NOTICE
    assert len(runs) - before <= 3, "notices are gathered"
    assert compare(tenant, simulator.truth()).equal


def is_resting(tenant: Tenant) -> bool:
    """Whether everything that was heard was answered."""
    found = list_runs(viewer=ADMIN, tenant=tenant, limit=1)
    assert all(run.error_code is None for run in found), found
    return not is_waiting(tenant) and bool(found) and found[0].is_over


def some_person(tenant: Tenant) -> str:
    """A person of the tenant, as Microsoft names them."""
    found = rows(
        "SELECT guid FROM account WHERE tenant_id = %(tenant)s AND type = 'member' ORDER BY guid LIMIT 1",
        {"tenant": tenant.id},
    )
    return str(found[0]["guid"])


def title_of(tenant: Tenant, person: str) -> str | None:
    found = rows(
        "SELECT job_title AS title FROM account WHERE tenant_id = %(tenant)s AND guid = %(guid)s",
        {"tenant": tenant.id, "guid": person},
    )
    title: str | None = found[0]["title"]
    return title


def test_notices_that_nobody_chose_are_given_up_and_asked_for_again_once_chosen(
    told: Settings, simulator: Simulated
) -> None:
    tenant = connect_and_sync(simulator, told)
    everything = [one.value for one in STANDARD]
    for capabilities, resources, deaf in (
        (everything, 2, None),
        ([one for one in everything if one != "be_told"], 0, Deaf.NOT_CHOSEN),
        (everything, 2, None),
    ):
        choose_capabilities(actor=ADMIN, tenant=tenant, capabilities=capabilities, is_confirmed=False)
        keep_subscriptions(tenant.id, settings=told)
        assert len(subscriptions.of(tenant.id)) == resources
        integration = find_integration(viewer=ADMIN, tenant=tenant)
        assert integration is not None
        assert integration.hearing.deaf is deaf
