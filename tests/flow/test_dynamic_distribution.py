"""Dynamic distribution groups: known from Exchange alone, and ended by nobody else."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from chamberlain import clock
from chamberlain.actions.make_plan import make_plan
from chamberlain.bench.comparison import compare
from chamberlain.bench.simulated import Simulated
from chamberlain.bootstrap import World
from chamberlain.model.capability import Capability
from chamberlain.model.kind import Family, Kind
from chamberlain.model.observed import key_of
from chamberlain.model.obstacle import Hindrance
from chamberlain.model.path import Reason
from chamberlain.model.plan import Change, Options, Subject
from chamberlain.model.run import Mode, Run, RunState
from chamberlain.model.tenant import Tenant
from chamberlain.model.verb import Verb
from chamberlain.policy.capabilities import STANDARD
from chamberlain.queries.freshness import show_freshness
from chamberlain.queries.history import permission_history
from chamberlain.queries.people import find_person
from chamberlain.queries.permissions import (
    Permission,
    PermissionFilter,
    find_permission,
    list_members,
    list_permissions,
)
from chamberlain.settings import Settings
from chamberlain.store import coverage, plans, scopes
from chamberlain.store.reads import surroundings
from stories import ADMIN, connect, perform

MADE = "60de0000-0000-4000-8000-00000000d1d1"
MEMBERS = "Get-DynamicDistributionGroupMember"


class Story:
    """One tenant with its Exchange."""

    def __init__(self, simulated: Simulated, settings: Settings) -> None:
        self.simulated = simulated
        self.without = settings
        self.settings = settings.model_copy(update={"exchange": "invoke", "exchange_root": simulated.url})
        self.tenant: Tenant = connect(simulated)
        simulated.post("/_simulator/exchange/let_in", {"client_id": simulated.own_client_id})
        chosen = STANDARD | {Capability.PROVISION_MAIL_GROUPS}
        scopes.choose(tenant_id=self.tenant.id, capabilities=chosen, now=clock.now(), by="a test")

    def truth(self) -> dict[str, dict[str, Any]]:
        told: dict[str, Any] = json.loads(self.simulated.get("/_simulator/exchange"))
        return {one["name"]: one for one in told["dynamic_groups"]}

    def page(self, guid: str) -> Permission:
        return find_permission(viewer=ADMIN, tenant=self.tenant, key=key_of(Family.DYNAMIC_DISTRIBUTION, guid))

    def members(self, guid: str) -> list[str]:
        key = key_of(Family.DYNAMIC_DISTRIBUTION, guid)
        return sorted(str(one.guid) for one in list_members(viewer=ADMIN, tenant=self.tenant, key=key, size=200).rows)

    def change(self, **content: object) -> None:
        self.simulated.post("/_simulator/mutations", content)

    def sync(self, settings: Settings | None = None, mode: Mode | None = None) -> Run:
        run = perform(self.tenant, settings or self.settings, mode=mode)
        assert run.state is RunState.SUCCEEDED
        return run

    def is_true(self) -> bool:
        comparison = compare(self.tenant, self.simulated.truth("?exchange=1"))
        assert comparison.equal, comparison.examples
        return comparison.equal


@pytest.fixture(scope="module")
def story(world: World, start_tenant: Callable[..., Simulated]) -> Story:
    simulated = start_tenant(users=60, groups=40, memberships=160, apps=4, seed=23)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("LOGIN_ROOT", "GRAPH_ROOT"):
            patch.setenv(f"CHAMBERLAIN_{name}", simulated.url)
        story = Story(simulated, Settings())
    story.sync()
    return story


def test_everything_is_as_exchange_has_it(story: Story) -> None:
    assert story.is_true()
    sales = story.truth()["Everybody in Sales"]
    page = story.page(sales["id"])
    assert (page.row.kind, page.row.dynamic, page.rule) == (Kind.DISTRIBUTION_GROUP, True, sales["filter"])
    assert [str(one.guid) for one in page.owners] == sales["managers"]
    assert page.row.owners == len(sales["managers"])
    assert story.members(sales["id"]) == sales["members"] != []
    assert page.row.people == len(sales["members"])
    assert story.page(story.truth()["Everybody"]["id"]).row.owners == 0  # Exchange told, and told of nobody


def test_a_person_is_in_one_by_rule(story: Story) -> None:
    sales = story.truth()["Everybody in Sales"]
    found = find_person(viewer=ADMIN, tenant=story.tenant, guid=UUID(sales["members"][0]))
    (held,) = [one for one in found.holdings if one.name == "Everybody in Sales" and not one.owner]
    assert [path.reason for path in held.paths] == [Reason.RULE]
    assert held.key == key_of(Family.DYNAMIC_DISTRIBUTION, sales["id"])


def test_groups_that_a_filter_finds_bring_their_members(story: Story) -> None:
    story.change(kind="set_dynamic_group", group=MADE, name="Finance and all lists", department="Finance", groups=True)
    story.sync()
    assert story.is_true()
    inner = {str(one.guid) for one in list_members(
        viewer=ADMIN, tenant=story.tenant, key=story.page(MADE).contains[0].key, size=200).rows}  # fmt: skip
    assert inner <= set(story.members(MADE))
    nested = list_members(viewer=ADMIN, tenant=story.tenant, key=story.page(MADE).row.key, size=200).rows
    assert {path.reason for one in nested for path in one.paths} >= {Reason.NESTED}
    story.change(kind="set_dynamic_group", group=MADE, name="Finance and all lists", department="Finance")
    story.sync()
    assert story.is_true()
    assert story.page(MADE).contains == ()


def test_who_no_longer_fits_the_filter_is_out_and_the_history_says_when(story: Story) -> None:
    sales = story.truth()["Everybody in Sales"]
    leaver = next(guid for guid in sales["members"] if guid not in sales["managers"])
    story.change(kind="update_user", user=leaver, department="Legal")
    story.sync()
    assert leaver not in story.members(sales["id"])
    assert story.is_true()
    events = permission_history(viewer=ADMIN, tenant=story.tenant, key=story.page(sales["id"]).row.key).rows
    assert [(one.holder.guid, one.closed) for one in events if one.holder] == [(leaver, True)]


def test_another_filter_finds_others(story: Story) -> None:
    sales = story.truth()["Everybody in Sales"]
    story.change(kind="set_dynamic_group", group=sales["id"], name="Everybody in Sales", department="Engineering")
    story.sync()
    now = story.truth()["Everybody in Sales"]
    assert story.page(sales["id"]).rule == now["filter"] != sales["filter"]
    assert story.members(sales["id"]) == now["members"] != sales["members"]
    assert story.is_true()
    story.change(kind="set_dynamic_group", group=sales["id"], name="Everybody in Sales", department="Sales")
    story.sync()
    assert story.members(sales["id"]) == sales["members"]


def test_an_exchange_that_fails_half_way_ends_nothing(story: Story) -> None:
    """An error that comes with status 200, in the middle of the groups."""
    before = {name: story.members(one["id"]) for name, one in story.truth().items()}
    finance = story.truth()["Everybody in Finance"]
    story.change(kind="update_user", user=finance["members"][0], department="Legal")
    story.simulated.post("/_simulator/knobs", {"exchange_errors_as_ok": True})
    story.simulated.post("/_simulator/exchange/refuse", {"cmdlet": MEMBERS, "identity": finance["id"]})
    run = story.sync(mode=Mode.FULL)
    story.simulated.post("/_simulator/knobs", {"exchange_errors_as_ok": False})
    assert ("exchange_unread", {"code": "exchange_refused"}) in run.warnings
    assert {name: story.members(one["id"]) for name, one in story.truth().items()} == before
    story.sync()
    assert story.is_true()


def test_a_sync_without_exchange_ends_none_of_them(story: Story) -> None:
    known = {name: story.members(one["id"]) for name, one in story.truth().items()}
    gone = story.truth()["Everybody in Finance"]
    story.change(kind="delete_dynamic_group", group=gone["id"])
    story.sync(story.without, Mode.FULL)
    assert story.page(gone["id"]).gone_at is None
    assert story.members(gone["id"]) == known["Everybody in Finance"]
    story.sync()
    assert story.page(gone["id"]).gone_at is not None
    assert story.members(gone["id"]) == []
    assert story.is_true()


def test_what_exchange_does_not_tell_any_more_is_shown_as_not_read_since(story: Story) -> None:
    sales = story.truth()["Everybody in Sales"]
    story.sync()
    assert story.page(sales["id"]).row.unread is None
    fresh = coverage.read(tenant_id=story.tenant.id)["dynamic_distribution"].seen_at
    story.sync(story.without)
    wanted = PermissionFilter(kind=Kind.DISTRIBUTION_GROUP)
    listed = list_permissions(viewer=ADMIN, tenant=story.tenant, filter=wanted, size=200).rows
    assert {row.unread for row in listed if row.dynamic} == {fresh} == {story.page(sales["id"]).row.unread}
    assert {row.unread for row in listed if not row.dynamic} == {None}
    holder = find_person(viewer=ADMIN, tenant=story.tenant, guid=UUID(sales["members"][0]))
    assert {one.unread for one in holder.holdings if one.key.startswith("dynamic_distribution:")} == {fresh}
    assert {one.unread for one in holder.holdings if not one.key.startswith("dynamic_distribution:")} == {None}
    apart = show_freshness(viewer=ADMIN, tenant=story.tenant).apart
    assert apart.looked is not None
    assert apart.looked.seen_at == fresh
    story.sync()
    assert story.page(sales["id"]).row.unread is None


def test_a_plan_shows_the_filter_and_whom_a_change_may_move(story: Story) -> None:
    sales = story.truth()["Everybody in Sales"]
    key, who = key_of(Family.DYNAMIC_DISTRIBUTION, sales["id"]), Subject(sales["members"][0])
    other = next(one for one in story.truth().values() if who.guid not in one["members"])
    changes = (
        Change(Verb.REMOVE_MEMBER, who, key),
        Change(Verb.UPDATE_USER, who, options=Options(properties={"department": "Legal"})),
    )
    made = make_plan(actor=ADMIN, tenant=story.tenant, changes=changes, reason="a test", settings=story.settings)
    plan = plans.find(tenant_id=story.tenant.id, plan_id=made).plan
    hindered = {one.change.verb: [two.hindrance for two in one.obstacles] for one in plan.barred}
    assert Hindrance.DYNAMIC in hindered[Verb.REMOVE_MEMBER]
    ruled = surroundings.ruled_by(tenant_id=story.tenant.id, properties=["department"])
    assert {key, key_of(Family.DYNAMIC_DISTRIBUTION, other["id"])} <= set(ruled)
    assert surroundings.ruled_by(tenant_id=story.tenant.id, properties=["mobilePhone"]) == []
