"""Budgets against a simulator that enforces Graph's limits: paced, shared, remembered."""

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest

from chamberlain import clock
from chamberlain.bench.simulated import Simulated
from chamberlain.errors import NotFound
from chamberlain.graph import shape
from chamberlain.graph.client import Endpoint, Graph, Priority, open_graph
from chamberlain.graph.delta import changes, latest
from chamberlain.graph.page import Page, count, pages
from chamberlain.graph.token import Credential
from chamberlain.model.quota import Workload
from chamberlain.store import quota, tenants
from chamberlain.store.quota import SharedLedger

pytestmark = pytest.mark.usefixtures("world")

SCALE = 0.02  # of 5,000 units in ten seconds: ten a second
QUOTA = 5_000 * SCALE
LISTED = Page[shape.Reference]


@pytest.fixture(scope="module")
def strict(start_tenant: Callable[..., Simulated]) -> Simulated:
    """A tenant whose small quota is enforced, and refuses everything beyond it."""
    return start_tenant(users=200, groups=80, memberships=600, apps=5, seed=7, quotas=True, quota_scale=SCALE)


@pytest.fixture(scope="module")
def lavish(start_tenant: Callable[..., Simulated]) -> Simulated:
    """The same tenant where nobody counts: what it takes there is this machine's own."""
    return start_tenant(users=200, groups=80, memberships=600, apps=5, seed=7)


@pytest.fixture
def tenant_id(strict: Simulated) -> int:
    return tenants.save(guid=strict.tenant_id, name="Strict", domain=strict.domain, now=clock.now()).id


def way(simulator: Simulated) -> tuple[Endpoint, Credential]:
    credential = Credential(simulator.tenant_id, simulator.own_client_id, simulator.own_client_secret)
    return Endpoint(simulator.url, simulator.url, in_flight=8), credential


def test_runs_beside_each_other_are_paced_by_one_budget_and_never_refused(
    strict: Simulated, lavish: Simulated, tenant_id: int
) -> None:
    """A first run finds out how small the quota is; two more, each with a ledger as in a process of its own, know."""

    async def run(simulator: Simulated, budget_of: int, share: float) -> Graph:
        endpoint, credential = way(simulator)
        with SharedLedger(tenant_id=budget_of, client_id=credential.client_id) as ledger:
            async with open_graph(endpoint, credential, ledger) as graph:
                await count(graph, "/users")
                found = await graph.get("/users?$select=id&$top=999", LISTED)
                paths = [f"/users/{found.value[number % 200].id}?$select=id" for number in range(int(QUOTA * share))]
                for start in range(0, len(paths), 5):
                    await graph.get_many(paths[start : start + 5], shape.Reference)
                return graph

    async def beside_each_other(simulator: Simulated, budget_of: int) -> list[Graph]:
        return list(await asyncio.gather(*(run(simulator, budget_of, 0.6) for _ in range(2))))

    def all_of_them(simulator: Simulated, budget_of: int) -> tuple[float, list[Graph]]:
        began = time.monotonic()
        first = asyncio.run(run(simulator, budget_of, 0.9))
        others = asyncio.run(beside_each_other(simulator, budget_of))
        return time.monotonic() - began, [first, *others]

    another = tenants.save(guid=uuid4(), name="Lavish", domain=f"{uuid4().hex}.example", now=clock.now())
    usual, _ = all_of_them(lavish, another.id)
    took, (first, *others) = all_of_them(strict, tenant_id)

    units = sum(graph.spent.resource_units for graph in [first, *others])
    assert units >= QUOTA * 2.1
    ideal = (units - QUOTA) / (QUOTA / 10)
    assert 0.8 * ideal < took < 1.25 * ideal + max(1, usual)
    assert sum(graph.spent.throttled for graph in others) == 0
    assert sum(graph.spent.waited.total_seconds() for graph in others) > 5
    (use,) = [one for one in quota.usage(tenant_id) if one.workload is Workload.DIRECTORY]
    assert use.limit == 5_000
    assert QUOTA * 0.7 <= use.learned <= QUOTA * 1.5
    assert use.requests == sum(graph.spent.requests for graph in [first, *others])


def test_batches_and_objects_by_id_speak_to_a_service_that_is_not_made_up(golden: Simulated) -> None:
    async def run() -> None:
        endpoint, credential = way(golden)
        async with open_graph(endpoint, credential, priority=Priority.INTERACTIVE) as graph:
            users = [one.id async for page in pages(graph, "/users?$select=id", shape.Reference) for one in page.value]
            answers = await graph.get_many([f"/users/{one}?$select=id" for one in [*users, "no-one"]], shape.Reference)
            assert [getattr(one, "id", None) for one in answers[:-1]] == users
            assert isinstance(answers[-1], NotFound)
            found = await graph.by_ids(users, shape.User, types=["user"], select=shape.select(shape.User))
            assert {one.id for one in found} == set(users)

    asyncio.run(run())


def test_changes_are_told_by_a_service_that_is_not_made_up(golden: Simulated) -> None:
    async def run() -> None:
        endpoint, credential = way(golden)
        async with open_graph(endpoint, credential) as graph:
            start = f"/groups/delta?$select={shape.select(shape.GroupChange)}"
            link = await latest(graph, start)
            assert [page.value async for page in changes(graph, link, shape.GroupChange) if page.value] == []
            everything = [page async for page in changes(graph, start, shape.GroupChange)]
            assert len({one.id for page in everything for one in page.value}) == await count(graph, "/groups")
            assert any(one.members_delta for page in everything for one in page.value)

    asyncio.run(run())


def test_a_pause_that_one_process_was_told_holds_for_the_next(strict: Simulated, tenant_id: int) -> None:
    endpoint, credential = way(strict)

    async def ask() -> float:
        began = time.monotonic()
        with SharedLedger(tenant_id=tenant_id, client_id=credential.client_id) as ledger:
            async with open_graph(endpoint, credential, ledger, Priority.INTERACTIVE) as graph:
                await graph.get("/organization?$select=id", LISTED)
        return time.monotonic() - began

    asyncio.run(ask())
    with SharedLedger(tenant_id=tenant_id, client_id=credential.client_id) as ledger:
        ledger.pause(Workload.DIRECTORY.value, wait=timedelta(seconds=1.5), unexplained=False)
    assert asyncio.run(ask()) >= 1.4
