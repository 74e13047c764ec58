"""A kind that Microsoft refuses though our token has its scope: the others go on, and it catches up later."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import pytest

from chamberlain.bench.comparison import compare
from chamberlain.bench.simulated import Simulated
from chamberlain.bootstrap import World
from chamberlain.model.run import Mode, PhaseName, PhaseState, Run, RunState
from chamberlain.model.tenant import Tenant
from chamberlain.queries.freshness import show_freshness
from chamberlain.settings import Settings
from chamberlain.store import cursors
from people import ANNA, BEN
from stories import ADMIN, connect, perform

pytestmark = pytest.mark.usefixtures("world")
FOREVER = 100_000


@dataclass(frozen=True, slots=True)
class Refused:
    """A kind, what is refused of it, what pages call it, and the listings that read it whole."""

    phase: PhaseName
    path: str
    what: str
    listings: tuple[str, ...]


KINDS = [
    Refused(PhaseName.PEOPLE, "/v1.0/users", "accounts", ("GET /users", "GET /groups")),
    Refused(PhaseName.GROUPS, "/v1.0/groups", "group", ("GET /users", "GET /groups")),
    Refused(PhaseName.PRODUCTS, "/v1.0/servicePrincipals/delta", "app_role", ("GET /servicePrincipals",)),
    Refused(PhaseName.ROLES, "/v1.0/roleManagement/directory/roleAssignments", "role", ()),
    Refused(PhaseName.LICENCES, "/v1.0/subscribedSkus", "licence", ()),
]
LISTINGS = {"GET /users", "GET /groups", "GET /servicePrincipals"}


class Story:
    """A golden tenant of which Microsoft refuses parts."""

    def __init__(self, simulator: Simulated, tenant: Tenant, settings: Settings) -> None:
        self.simulator, self.tenant, self.settings = simulator, tenant, settings

    def refuse(self, path: str) -> None:
        """Microsoft says no to everything below a path."""
        fault = {"path_prefix": path, "kind": "status", "status": 403, "times": FOREVER}
        self.simulator.post("/_simulator/faults", fault)

    def let_in(self) -> None:
        """Microsoft says no to nothing."""
        self.simulator.delete("/_simulator/faults")

    def change(self, name: str) -> None:
        """Something of people, groups and licences becomes other than it was, and back at the next call."""
        for person in (ANNA, BEN):
            rename = {"kind": "rename_user", "user": str(person), "display_name": f"{name} {person}"}
            self.simulator.post("/_simulator/mutations", rename)
        line = next(one for one in self.simulator.truth("?effective=0") if one["t"] == "edge" and _is_group(one))
        member = {"group": line["permission"].removeprefix("group:"), "member": line["holder"]}
        self.simulator.post("/_simulator/mutations", {"kind": "remove_member", **member})

    def run(self) -> tuple[Run, dict[str, int]]:
        """A run, and how often each route was asked in it."""
        self.simulator.post("/_simulator/usage/reset", {})
        return perform(self.tenant, self.settings), self.simulator.usage()["by_route"]

    def seen_at(self) -> dict[str, datetime]:
        """When each kind of data was last looked at, as pages tell."""
        kinds = show_freshness(viewer=ADMIN, tenant=self.tenant).kinds
        return {one.what: one.looked.seen_at for one in kinds if one.looked is not None}

    def is_like_the_truth(self) -> bool:
        """Whether everything that is stored is what the tenant has."""
        return compare(self.tenant, self.simulator.truth("?effective=0")).equal


def _is_group(line: dict[str, str]) -> bool:
    return line["permission"].startswith("group:") and line["relation"] == "member"


def begin(simulator: Simulated, settings: Settings) -> Story:
    """A connected tenant that nobody has read."""
    begun = Story(simulator, connect(simulator), settings)
    cursors.forget(tenant_id=begun.tenant.id, streams=list(cursors.read(tenant_id=begun.tenant.id)))
    return begun


@pytest.fixture(scope="module")
def shared(world: World, start_tenant: Callable[..., Simulated]) -> Iterator[Story]:
    simulator = start_tenant(population="golden", audit_lag_ms=0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHAMBERLAIN_LOGIN_ROOT", simulator.url)
        patch.setenv("CHAMBERLAIN_GRAPH_ROOT", simulator.url)
        begun = begin(simulator, Settings())
        for _ in range(2):  # the second proves the first, so that none of the others of this hour does
            assert begun.run()[0].state is RunState.SUCCEEDED
        yield begun


@pytest.fixture
def story(shared: Story) -> Iterator[Story]:
    """Everything is let in again afterwards, and read."""
    yield shared
    shared.let_in()
    assert shared.run()[0].state is RunState.SUCCEEDED


@pytest.mark.parametrize("kind", KINDS, ids=[one.phase.value for one in KINDS])
def test_a_refused_kind_lets_the_others_go_on_and_is_asked_for_once_a_run(story: Story, kind: Refused) -> None:
    before = story.seen_at()
    story.refuse(kind.path)
    story.change(kind.phase.value)
    for _ in range(2):
        run, asked = story.run()
        assert (run.mode, run.state, run.error_code) == (Mode.CHANGES, RunState.FAILED, "scope_missing")
        assert {one.name for one in run.phases if one.state is PhaseState.FAILED} == {kind.phase}
        assert not LISTINGS & asked.keys(), "nothing is read whole because one kind cannot be read"
    now = story.seen_at()
    assert {what for what in now if now[what] == before[what]} == {kind.what}
    refused = sum(count for route, count in asked.items() if route.removeprefix("GET ").startswith(kind.path[5:]))
    assert refused == 1

    story.let_in()
    run, asked = story.run()
    assert (run.mode, run.state) == (Mode.CHANGES, RunState.SUCCEEDED), run.error_data
    assert LISTINGS & asked.keys() == set(kind.listings)
    assert run.plan is not None
    assert story.seen_at()[kind.what] > before[kind.what]
    assert story.is_like_the_truth()
    run, asked = story.run()
    assert not LISTINGS & asked.keys(), "once it was read, its changes are enough"


@pytest.mark.parametrize("kind", KINDS[:3], ids=[one.phase.value for one in KINDS[:3]])
def test_a_kind_that_is_refused_from_the_first_day_makes_no_later_run_read_everything(
    start_tenant: Callable[..., Simulated], pointed: Callable[[Simulated], Settings], kind: Refused
) -> None:
    simulator = start_tenant(population="golden", audit_lag_ms=0)
    story = begin(simulator, pointed(simulator))
    story.refuse(kind.path)
    modes = [story.run()[0].mode for _ in range(3)]
    assert modes == [Mode.FULL, Mode.CHANGES, Mode.CHANGES]
    story.let_in()
    run, _ = story.run()
    assert (run.mode, run.state) == (Mode.CHANGES, RunState.SUCCEEDED), run.error_data
    assert story.is_like_the_truth()
