"""A person who connects does not wait behind a sync that has used up the quota."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from chamberlain.actions.connect_with_secret import connect_with_secret
from chamberlain.bench.simulated import Simulated
from chamberlain.errors import Upstream
from chamberlain.graph.quota.lane import RESERVE
from chamberlain.graph.quota.limit import Bucket, limit_of
from chamberlain.model.quota import Priority, Tally, TenantSize, Workload
from chamberlain.model.tenant import Tenant
from chamberlain.settings import Settings
from chamberlain.store import quota
from chamberlain.store.quota import SharedLedger
from stories import ADMIN, connect

pytestmark = pytest.mark.usefixtures("world")

Point = Callable[[Simulated], Settings]
SCALE = 0.02  # of 5,000 units in ten seconds: ten a second
PATIENCE = 2.0  # seconds


@pytest.fixture(scope="module")
def strict(start_tenant: Callable[..., Simulated]) -> Simulated:
    """A tenant of a hundred people with a small quota that is enforced."""
    return start_tenant(users=100, groups=20, memberships=200, apps=3, seed=11, quotas=True, quota_scale=SCALE)


@pytest.fixture
def tenant(strict: Simulated, pointed: Point) -> Tenant:
    pointed(strict)
    return connect(strict)


def directory_requests(tenant: Tenant) -> int:
    """What was drawn on the directory's budget in this hour."""
    return sum(use.requests for use in quota.usage(tenant.id) if use.workload is Workload.DIRECTORY)


def connect_again(strict: Simulated) -> float:
    """Seconds that connecting takes a person."""
    began = time.monotonic()
    connect_with_secret(
        actor=ADMIN,
        tenant_id=strict.tenant_id,
        client_id=strict.own_client_id,
        client_secret=strict.own_client_secret,
    )
    return time.monotonic() - began


@contextmanager
def bulk_work(strict: Simulated, tenant: Tenant) -> Iterator[SharedLedger]:
    """A budget that is emptied again and again, down to what bulk work leaves to people, and is empty now."""
    name, over, taken = Workload.DIRECTORY.value, threading.Event(), threading.Event()

    def take(ledger: SharedLedger) -> None:
        while not over.is_set():
            lease = ledger.lease(name, wanted=5, least=1, reserve=RESERVE[Priority.BULK], tally=Tally())
            if lease.granted == 0:
                taken.set()
                over.wait(lease.wait)

    with SharedLedger(tenant_id=tenant.id, client_id=strict.own_client_id) as ledger:
        ledger.open(name, limit_of(Bucket(Workload.DIRECTORY), size=TenantSize.LARGE))
        ledger.measure(name, size=5_000 * SCALE, left=None)
        thread = threading.Thread(target=take, args=(ledger,))
        thread.start()
        try:
            assert taken.wait(30)
            yield ledger
        finally:
            over.set()
            thread.join()


def test_connecting_does_not_wait_for_a_sync_that_has_emptied_the_budget(strict: Simulated, tenant: Tenant) -> None:
    with bulk_work(strict, tenant) as ledger:
        batch = ledger.lease(
            Workload.DIRECTORY.value, wanted=80, least=80, reserve=RESERVE[Priority.BULK], tally=Tally()
        )
        assert (batch.granted, batch.wait > 6.0) == (0, True), "otherwise there is nothing to wait for"
        assert connect_again(strict) < batch.wait
        (use,) = [use for use in quota.usage(tenant.id) if use.workload is Workload.DIRECTORY]
        assert 1 <= use.requests <= 2  # connecting and connecting again; the first may have been in the hour before
        assert use.waited < timedelta(seconds=0.5)


def test_connecting_again_draws_on_the_budget_of_the_syncs(golden: Simulated, pointed: Point) -> None:
    pointed(golden)
    tenant = connect(golden)
    before = directory_requests(tenant)
    connect_again(golden)
    assert directory_requests(tenant) == before + 1


def test_a_pause_holds_for_people_too_and_a_long_one_is_told_at_once(golden: Simulated, pointed: Point) -> None:
    pointed(golden)
    tenant = connect(golden)
    at_most = connect_again(golden) + PATIENCE  # what this machine takes where nothing is to be waited for
    with SharedLedger(tenant_id=tenant.id, client_id=golden.own_client_id) as ledger:
        ledger.pause(Workload.DIRECTORY.value, wait=timedelta(seconds=1), unexplained=False)
        assert 0.9 < connect_again(golden) < 1 + at_most
        ledger.pause(Workload.DIRECTORY.value, wait=timedelta(minutes=5), unexplained=False)
    began = time.monotonic()
    with pytest.raises(Upstream) as raised:
        connect_again(golden)
    assert raised.value.code == "microsoft_busy"
    assert time.monotonic() - began < at_most
