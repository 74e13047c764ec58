"""Until when a role is held: as Entra tells it, kept where it does not tell, and said where a plan takes it anyway."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from chamberlain import clock
from chamberlain.actions.make_plan import make_plan
from chamberlain.bench.comparison import compare
from chamberlain.bench.simulated import Simulated
from chamberlain.bootstrap import World
from chamberlain.cli.who import describe
from chamberlain.model.capability import Capability
from chamberlain.model.effect import Consequence
from chamberlain.model.path import Path
from chamberlain.model.plan import Change, Subject
from chamberlain.model.run import RunState
from chamberlain.model.tenant import Tenant
from chamberlain.model.verb import Verb
from chamberlain.policy.capabilities import STANDARD
from chamberlain.queries.history import person_history
from chamberlain.queries.people import find_person
from chamberlain.queries.permissions import find_permission, list_members
from chamberlain.settings import Settings
from chamberlain.store import plans, scopes
from granting import Grants
from people import BEN, EMRE, HIRO, INES
from stories import ADMIN, connect_and_sync, perform

REPORTS_READER = "4a5d8f65-41da-4de4-8968-e035b65339cf"
READER = f"role:{REPORTS_READER}"
HELPDESK = "60deb200-0000-4000-8000-000000000008"
TO_SEE_ENDS, TO_WRITE = "RoleManagement.Read.Directory", "RoleManagement.ReadWrite.Directory"


class Story:
    """A tenant whose roles end; the end of one of them moves."""

    def __init__(self, simulator: Simulated, settings: Settings) -> None:
        self.simulator, self.settings = simulator, settings
        self.tenant: Tenant = connect_and_sync(simulator, settings)
        self.emre, self.hiro, self.helpdesk = in_days(30), in_days(60), in_days(90)
        self.change("assign_role", EMRE, ends=text(self.emre))
        self.change("make_eligible", HIRO, ends=text(self.hiro))
        self.change("assign_role", HELPDESK, ends=text(self.helpdesk))
        self.change("assign_role", BEN)
        self.sync()

    def change(self, kind: str, principal: UUID | str, **more: object) -> None:
        order = {"kind": kind, "principal": str(principal), "role": REPORTS_READER, **more}
        self.simulator.post("/_simulator/mutations", order)

    def sync(self) -> None:
        assert perform(self.tenant, self.settings).state is RunState.SUCCEEDED

    def paths(self, who: UUID) -> list[Path]:
        found = find_person(viewer=ADMIN, tenant=self.tenant, guid=who).holdings
        return [path for one in found if one.key == READER for path in one.paths]

    def is_true(self) -> bool:
        comparison = compare(self.tenant, self.simulator.truth())
        assert comparison.equal, comparison.examples
        return comparison.equal


@pytest.fixture(scope="module")
def story(world: World, start_tenant: Callable[..., Simulated]) -> Story:
    simulator = start_tenant(population="golden")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHAMBERLAIN_LOGIN_ROOT", simulator.url)
        patch.setenv("CHAMBERLAIN_GRAPH_ROOT", simulator.url)
        return Story(simulator, Settings())


def in_days(days: int) -> datetime:
    return (clock.now() + timedelta(days=days)).replace(microsecond=0)


def text(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def test_what_entra_ends_by_itself_says_until_when(story: Story) -> None:
    assert story.is_true()
    (own,), (may,), (through,), (forever,) = (story.paths(one) for one in (EMRE, HIRO, INES, BEN))
    assert (own.until, may.until, through.until, forever.until) == (story.emre, story.hiro, story.helpdesk, None)
    assert not own.by_us
    assert describe(own) == f"direct, until {story.emre:%Y-%m-%d %H:%M}"
    rows = list_members(viewer=ADMIN, tenant=story.tenant, key=READER).rows
    assert {row.guid: path.until for row in rows for path in row.paths if row.guid in (EMRE, BEN)} == {
        EMRE: story.emre,
        BEN: None,
    }


def test_what_is_prolonged_ends_later_and_the_history_says_so(story: Story) -> None:
    before, later = story.emre, in_days(120)
    assert [path.until for path in story.paths(EMRE)] == [before]
    story.change("unassign_role", EMRE)
    story.change("assign_role", EMRE, ends=text(later))
    story.sync()
    assert [path.until for path in story.paths(EMRE)] == [later]
    story.emre = later
    newest = person_history(viewer=ADMIN, tenant=story.tenant, guid=EMRE).rows[0]
    assert newest.opened
    assert newest.closed
    assert (newest.was or {})["ends"] == text(before)
    assert (newest.became or {})["ends"] == text(later)
    assert story.is_true()


def test_ends_that_entra_does_not_tell_any_more_stay_known(story: Story) -> None:
    """Directory.Read.All reads who holds a role, and not until when."""
    (known,) = (path.until for path in story.paths(EMRE))
    grants = Grants(story.simulator)
    grants.revoke(TO_SEE_ENDS)
    story.sync()
    assert [path.until for path in story.paths(EMRE)] == [known]
    assert [path.until for path in story.paths(BEN)] == [None]
    assert [path.untold for path in (*story.paths(EMRE), *story.paths(BEN))] == [False, True]
    assert describe(story.paths(BEN)[0]) == "direct, end unknown"
    assert not find_permission(viewer=ADMIN, tenant=story.tenant, key=READER).endless
    grants.grant(TO_SEE_ENDS)
    story.simulator.post("/_simulator/knobs", {"premium": False})
    try:
        story.sync()
        assert [path.until for path in story.paths(EMRE)] == [known]
    finally:
        story.simulator.post("/_simulator/knobs", {"premium": True})
    story.sync()
    assert find_permission(viewer=ADMIN, tenant=story.tenant, key=READER).endless
    assert not any(path.untold for path in story.paths(BEN))
    assert story.is_true()


def test_a_plan_that_takes_what_ends_anyway_says_so(story: Story) -> None:
    (until,) = (path.until for path in story.paths(EMRE))

    def told(who: UUID) -> list[str]:
        change = Change(Verb.REMOVE_ROLE, Subject(str(who)), READER)
        made = make_plan(actor=ADMIN, tenant=story.tenant, changes=(change,), reason="a test", settings=story.settings)
        plan = plans.find(tenant_id=story.tenant.id, plan_id=made).plan
        assert not plan.barred
        found = [effect for step in plan.steps for effect in step.effects]
        return [one.values["time"] for one in found if one.consequence is Consequence.ENDS_ANYWAY]

    scopes.choose(
        tenant_id=story.tenant.id, capabilities={*STANDARD, Capability.PROVISION_ROLES}, now=clock.now(), by="a test"
    )
    grants = Grants(story.simulator)
    grants.grant(TO_WRITE)
    story.sync()
    assert until is not None
    assert told(EMRE) == [f"{until.astimezone(UTC):%Y-%m-%d %H:%M} UTC"]
    assert told(BEN) == []
    grants.revoke(TO_WRITE)  # whoever may write is told of ends, too
