"""After one full reading, each sort of change in a tenant is seen by reading changes only: exactly, and for little."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import pytest

from chamberlain.bench.comparison import compare
from chamberlain.bench.simulated import Simulated
from chamberlain.model.observed import NIL as DEFAULT_ACCESS
from chamberlain.model.run import Mode, Run, RunState, Why
from chamberlain.model.tenant import Tenant
from chamberlain.settings import Settings
from chamberlain.store import cursors
from people import ANNA, BEN, CHLOE, DMITRI, EMRE, GRETA, HIRO, INES, JONAS
from stories import connect, perform

pytestmark = pytest.mark.usefixtures("world")

MOST_UNITS = 30
TIMESHEETS, NEW_APP = (f"60dec300-0000-4000-8000-{number:012x}" for number in (2, 100))
USER_ADMINISTRATOR, REPORTS_READER = "fe930be7-5e62-47db-91af-98c3a49a38b1", "4a5d8f65-41da-4de4-8968-e035b65339cf"
CAME = ({"added": 1}, {"changed": 1})  # back, where another test's golden tenant had the same one


@dataclass(frozen=True, slots=True)
class Story:
    """A tenant that was read in full; each round changes it and reads what changed."""

    simulator: Simulated
    tenant: Tenant
    settings: Settings

    def change(self, kind: str, **fields: object) -> str:
        """Changes the tenant; the id of what was created, if anything was."""
        words = {name: value if isinstance(value, bool) else str(value) for name, value in fields.items()}
        answer = self.simulator.post("/_simulator/mutations", {"kind": kind, **words})
        return str(answer.get("id", ""))

    def read(self, mode: Mode | None = None) -> Run:
        """A run that has to succeed, and to leave our tables equal to the truth."""
        run = perform(self.tenant, self.settings, mode=mode)
        assert run.state is RunState.SUCCEEDED, (run.error_code, run.error_data)
        found = compare(self.tenant, self.simulator.truth("?sample=40"))
        assert found.equal, found.examples
        return run

    def follow(self) -> dict[str, int]:
        """What reading changes brought, without zeros."""
        self.simulator.post("/_simulator/usage/reset", {})
        run = self.read()
        assert run.plan is not None
        assert (run.mode, run.plan.why) == (Mode.CHANGES, Why.FRESH)
        spent = self.simulator.usage()
        assert (run.requests, run.resource_units) == (spent["requests"], spent["resource_units"])
        assert spent["resource_units"] <= MOST_UNITS, spent["by_route"]
        return figures(run)

    def ids(self, family: str) -> dict[str, str]:
        """GUIDs of a family's permissions, by name."""
        lines = (line for line in self.simulator.truth("?effective=0") if line["t"] == "permission")
        return {one["name"]: one["key"].split(":")[-1] for one in lines if one["key"].startswith(f"{family}:")}


def figures(run: Run) -> dict[str, int]:
    names = ("added", "changed", "removed", "opened", "closed")
    sums = {name: sum(getattr(phase, name) for phase in run.phases) for name in names}
    return {name: number for name, number in sums.items() if number}


@pytest.fixture
def story(start_tenant: Callable[..., Simulated], pointed: Callable[[Simulated], Settings]) -> Story:
    """The golden tenant, read in full, as if nobody had read it before."""
    simulator = start_tenant(population="golden", audit_lag_ms=0)
    settings = pointed(simulator)
    return begin(simulator, settings)


def begin(simulator: Simulated, settings: Settings) -> Story:
    begun = Story(simulator, connect(simulator), settings)
    cursors.forget(tenant_id=begun.tenant.id, streams=list(cursors.read(tenant_id=begun.tenant.id)))
    simulator.post("/_simulator/usage/reset", {})
    first = begun.read()
    spent = simulator.usage()
    secret = spent["by_route"].get("GET /applications", 0)  # when it ends is asked after the run, for one unit
    counted = spent["requests"] - secret, spent["resource_units"] - secret
    assert (first.requests, first.resource_units) == counted, spent["by_route"]
    assert first.plan is not None
    assert (first.mode, first.plan.why) == (Mode.FULL, Why.FIRST)
    begun.read()  # proves it, so that no later round of this hour does
    return begun


def test_people_are_renamed_blocked_moved_and_made(story: Story) -> None:
    story.change("rename_user", user=ANNA, display_name="Anna Schmidt")
    assert story.follow() == {"changed": 1}
    story.change("update_user", user=BEN, account_enabled=False)
    assert story.follow() == {"changed": 1}
    story.change("update_user", user=CHLOE, manager=ANNA, department="Sales", job_title="Head of Sales")
    assert story.follow() == {"changed": 1}
    new = story.change("create_user", display_name="Zoë", user_principal_name="zoe@golden.example")
    assert story.follow() in CAME
    story.change("rename_user", user=new, display_name="Zoë Lang")
    story.change("update_user", user=new, manager=CHLOE)
    assert story.follow() == {"changed": 1}
    story.change("delete_user", user=new)
    assert story.follow() == {"removed": 1}
    assert story.follow() == {}


@pytest.mark.parametrize(
    ("person", "held", "licensed"),
    [
        (CHLOE, 6, 1),  # three groups, one of them owned, a licence directly and one through a group
        (JONAS, 3, 1),  # a group, a licence, an application
        (INES, 2, 0),  # a role-assignable group and a role
        (DMITRI, 5, 1),  # two groups, one of them by rule, a licence, an application, a consent
    ],
)
def test_who_is_deleted_loses_everything_and_who_is_restored_has_it_back(
    story: Story, person: UUID, held: int, licensed: int
) -> None:
    """No stream tells that somebody who came back is in groups and applications again."""
    story.change("delete_user", user=person)
    gone = story.follow()
    assert (gone["removed"], gone["closed"], gone.get("opened", 0)) == (1, held, 0)
    assert gone.get("changed", 0) == licensed  # seats of a licence
    story.change("restore_user", user=person)
    back = story.follow()
    assert (back["opened"], back.get("closed", 0)) == (held, 0)
    assert story.follow() == {}


def test_groups_are_made_renamed_deleted_and_restored(story: Story) -> None:
    ids = story.ids("group")
    new = story.change("create_group", display_name="Fresh", group_kind="security_group")
    assert story.follow() in CAME
    story.change("rename_group", group=new, display_name="Fresher")
    assert story.follow() == {"changed": 1}
    story.change("delete_group", group=new)
    assert story.follow() == {"removed": 1}
    # Builders holds a group and a person, is in Platform, and is assigned to an application; Helpdesk holds a role.
    for name, edges in (("Builders", 4), ("Helpdesk", 2), ("Project Atlas", 5)):
        story.change("delete_group", group=ids[name])
        assert story.follow() == {"removed": 1, "closed": edges}, name
        story.change("restore_group", group=ids[name])
        assert story.follow() == {"changed": 1, "opened": edges}, name
    assert story.follow() == {}


def test_members_and_owners_come_and_go_at_any_depth(story: Story) -> None:
    ids = story.ids("group")
    opened, closed = {"opened": 1}, {"closed": 1}
    for kind, group, holder, told in (
        ("add_member", "Empty", EMRE, opened),
        ("remove_member", "Empty", EMRE, closed),
        ("remove_member", "Platform", ids["Builders"], closed),
        ("add_member", "Platform", ids["Builders"], opened),
        ("add_member", "Licensing", ids["Helpdesk"], opened),
        ("remove_member", "Legacy share", "60ded400-0000-4000-8000-000000000000", closed),  # a device
        ("add_owner", "Empty", GRETA, opened),
        ("remove_owner", "Project Atlas", CHLOE, closed),
    ):
        story.change(kind, **{"group": ids[group], kind.split("_")[1]: holder})
        assert story.follow() == told, (kind, group)
    story.change("remove_member", group=ids["Engineering"], member=BEN)
    story.change("add_member", group=ids["Engineering"], member=BEN)
    assert story.follow() == {}


def test_licences_come_directly_and_through_groups(story: Story) -> None:
    skus, licensing = story.ids("licence"), story.ids("group")["Licensing"]
    mailbox = skus["EXCHANGESTANDARD"]
    seats = {"changed": 1}
    story.change("assign_licence", user=EMRE, sku_id=mailbox)
    assert story.follow() == {**seats, "opened": 1}
    story.change("unassign_licence", user=EMRE, sku_id=mailbox)
    assert story.follow() == {**seats, "closed": 1}
    story.change("add_member", group=licensing, member=EMRE)
    assert story.follow() == {**seats, "opened": 2}
    story.change("remove_member", group=licensing, member=EMRE)
    assert story.follow() == {**seats, "closed": 2}
    story.change("remove_member", group=licensing, member=HIRO)  # whose licence was an error and took no seat
    assert story.follow()["closed"] == 2


def test_roles_are_held_and_may_be_activated(story: Story) -> None:
    emre = {"principal": EMRE, "scope": "/"}
    for kind, role, told in (
        ("assign_role", USER_ADMINISTRATOR, {"opened": 1}),
        ("make_eligible", REPORTS_READER, {"opened": 1}),
        ("unassign_role", USER_ADMINISTRATOR, {"closed": 1}),
        ("unmake_eligible", REPORTS_READER, {"closed": 1}),
    ):
        story.change(kind, role=role, **emre)
        assert story.follow() == told, kind


def test_applications_come_are_renamed_and_take_people_in(story: Story) -> None:
    story.change("assign_app", principal=EMRE, service_principal=TIMESHEETS, role=DEFAULT_ACCESS)
    assert story.follow() == {"opened": 1}
    story.change("unassign_app", principal=EMRE, service_principal=TIMESHEETS, role=DEFAULT_ACCESS)
    assert story.follow() == {"closed": 1}
    story.change("rename_app", service_principal=TIMESHEETS, display_name="Hours")
    assert story.follow() == {"changed": 1}
    story.change("unassign_app", principal=JONAS, service_principal=TIMESHEETS, role=DEFAULT_ACCESS)
    assert story.follow() == {"closed": 1}
    story.change("grant_consent", service_principal=NEW_APP)
    assert story.follow() in CAME
    story.change("assign_app", principal=EMRE, service_principal=NEW_APP, role=DEFAULT_ACCESS)
    assert story.follow() == {"opened": 1}


def test_a_churning_tenant_is_followed_for_less_than_reading_it_costs(
    start_tenant: Callable[..., Simulated], pointed: Callable[[Simulated], Settings]
) -> None:
    simulator = start_tenant(users=600, groups=100, memberships=4_000, apps=40, seed=61, audit_lag_ms=0)
    story = begin(simulator, pointed(simulator))
    least = json.loads(simulator.get("/_simulator/least"))["least_resource_units"]
    for seed in (1, 2):
        wish = {"users": 20, "groups": 5, "memberships": 120, "app_assignments": 6, "roles": 2, "creates": 4}
        wish |= {"deletes": 4, "licences": 10, "owners": 6, "eligible": 2}
        simulator.post("/_simulator/churn", {"seed": seed, **wish})
        simulator.post("/_simulator/usage/reset", {})
        run = story.read()
        assert run.mode is Mode.CHANGES
        assert figures(run).get("opened", 0) + figures(run).get("closed", 0) > 100
        assert simulator.usage()["resource_units"] < least
