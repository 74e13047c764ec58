"""Twelve people, connected and synced: who holds what, and why, is what one reads in the hand-written tenant."""

from collections.abc import Callable
from uuid import UUID

import pytest

from chamberlain import bootstrap
from chamberlain.bench.comparison import compare
from chamberlain.bench.simulated import Simulated
from chamberlain.cli.who import describe
from chamberlain.model.kind import AccountType, Kind
from chamberlain.model.tenant import Tenant
from chamberlain.queries.overview import list_licences, search, show_overview
from chamberlain.queries.people import PeopleFilter, find_person, list_people
from chamberlain.queries.permissions import PermissionFilter, find_permission, list_members, list_permissions
from chamberlain.settings import Settings
from people import ANNA, BEN, CHLOE, DMITRI, EMRE, FATIMA, GRETA, HIRO, INES, INVOICES, JONAS
from stories import ADMIN, connect_and_sync, perform


@pytest.fixture(scope="module")
def tenant(world: bootstrap.World, start_tenant: Callable[..., Simulated]) -> Tenant:
    simulator = start_tenant(population="golden")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHAMBERLAIN_LOGIN_ROOT", simulator.url)
        patch.setenv("CHAMBERLAIN_GRAPH_ROOT", simulator.url)
        settings = Settings()
        tenant = connect_and_sync(simulator, settings)
        comparison = compare(tenant, simulator.truth())
    assert comparison.equal, comparison.examples
    assert comparison.compared["account"] == 12
    return tenant


def held(tenant: Tenant, guid: UUID) -> dict[str, list[str]]:
    """What a person holds, by label, with every path in words."""
    found: dict[str, list[str]] = {}
    for holding in find_person(viewer=ADMIN, tenant=tenant, guid=guid).holdings:
        name = f"{holding.app}: {holding.name}" if holding.app else holding.name
        found[f"{name} (owner)" if holding.owner else name] = [describe(path) for path in holding.paths]
    return found


def test_membership_reaches_through_every_level_of_nesting(tenant: Tenant) -> None:
    assert held(tenant, BEN) == {
        "User Administrator": ["direct, scope /administrativeUnits/60de0000-0000-4000-8000-0000000000a0"],
        "Builders": ["through Engineering"],
        "Engineering": ["direct"],
        "Engineering (owner)": ["direct"],
        "Licensing": ["through Engineering"],
        "Platform": ["through Engineering inside Builders"],
    }


def test_somebody_can_hold_a_thing_in_two_ways(tenant: Tenant) -> None:
    chloe = held(tenant, CHLOE)
    assert chloe["Licensing"] == ["direct", "through Engineering"]
    assert sorted(chloe["Microsoft 365 E3"]) == ["direct", "through Licensing"]


def test_a_licence_through_a_group_reaches_its_direct_members_only(tenant: Tenant) -> None:
    assert "Microsoft 365 E3" not in held(tenant, BEN)
    assert "Microsoft 365 E3" in held(tenant, CHLOE)


def test_an_application_through_a_group_reaches_its_direct_members_only(tenant: Tenant) -> None:
    assert held(tenant, EMRE)["Salesforce: Administrator"] == ["through Builders"]
    assert "Salesforce: Administrator" not in held(tenant, BEN)


def test_a_role_through_a_role_assignable_group_is_held(tenant: Tenant) -> None:
    assert held(tenant, INES)["Helpdesk Administrator"] == ["through Helpdesk"]
    assert held(tenant, INES)["Global Administrator"] == ["direct"]


def test_membership_by_rule_says_so(tenant: Tenant) -> None:
    assert held(tenant, DMITRI)["Sales"] == ["by rule"]


def test_a_licence_that_failed_is_shown_and_not_counted(tenant: Tenant) -> None:
    licence = next(
        one for one in find_person(viewer=ADMIN, tenant=tenant, guid=HIRO).holdings if one.kind is Kind.LICENCE
    )
    assert not licence.effective
    assert licence.paths[0].error == "CountViolation"
    assert not any(plan.enabled for plan in licence.plans)
    rows = {row.part_number: row for row in list_licences(viewer=ADMIN, tenant=tenant)}
    assert rows["SPE_E3"].errors == 1


def test_a_plan_is_off_only_when_every_way_to_the_licence_switches_it_off(tenant: Tenant) -> None:
    def teams(guid: UUID) -> bool:
        holdings = find_person(viewer=ADMIN, tenant=tenant, guid=guid).holdings
        return next(plan.enabled for one in holdings for plan in one.plans if plan.name == "TEAMS1")

    assert teams(ANNA)
    assert teams(CHLOE)  # off in her own, on in the group's
    assert not teams(JONAS)


def test_a_leaver_still_holds_a_licence_and_a_role(tenant: Tenant) -> None:
    fatima = find_person(viewer=ADMIN, tenant=tenant, guid=FATIMA)
    assert not fatima.row.enabled
    assert held(tenant, FATIMA) == {"Reports Reader": ["direct"], "Microsoft 365 E3": ["direct"]}
    overview = show_overview(viewer=ADMIN, tenant=tenant)
    assert overview.blocked_with_licence == 2  # Fatima, and the shared mailbox
    assert held(tenant, INVOICES)["Exchange Online (Plan 1)"] == ["direct"]


def test_the_overview_counts_what_is_there(tenant: Tenant) -> None:
    overview = show_overview(viewer=ADMIN, tenant=tenant)
    assert (overview.people, overview.guests, overview.blocked) == (12, 1, 2)
    assert overview.admins == 4  # Anna, Ben, Fatima, Inês; the fifth holder is no person
    assert overview.permissions[Kind.SECURITY_GROUP] == 7
    assert overview.permissions[Kind.M365_GROUP] == 2
    assert overview.permissions[Kind.MAIL_SECURITY_GROUP] == 1
    assert overview.permissions[Kind.DISTRIBUTION_GROUP] == 1


def test_managers_and_reports_are_linked_both_ways(tenant: Tenant) -> None:
    ben = find_person(viewer=ADMIN, tenant=tenant, guid=BEN)
    assert ben.manager is not None
    assert ben.manager.guid == ANNA
    assert {row.guid for row in ben.reports} == {CHLOE, HIRO}
    assert find_person(viewer=ADMIN, tenant=tenant, guid=ANNA).manager is None


def test_a_permission_shows_its_members_with_their_paths(tenant: Tenant) -> None:
    platform = _key(tenant, "Platform")
    members = list_members(viewer=ADMIN, tenant=tenant, key=platform)
    assert {member.guid: [describe(path) for path in member.paths] for member in members.rows} == {
        BEN: ["through Engineering inside Builders"],
        CHLOE: ["through Engineering inside Builders"],
        EMRE: ["through Builders"],
    }
    permission = find_permission(viewer=ADMIN, tenant=tenant, key=platform)
    assert [link.name for link in permission.contains] == ["Builders"]
    assert permission.row.people == 3
    assert permission.row.members == 1


def test_a_group_tells_what_it_gives_and_where_it_is(tenant: Tenant) -> None:
    builders = find_permission(viewer=ADMIN, tenant=tenant, key=_key(tenant, "Builders"))
    assert [link.name for link in builders.gives] == ["Salesforce: Administrator"]
    assert [link.name for link in builders.inside] == ["Platform"]
    helpdesk = find_permission(viewer=ADMIN, tenant=tenant, key=_key(tenant, "Helpdesk"))
    assert helpdesk.row.role_assignable
    sales = find_permission(viewer=ADMIN, tenant=tenant, key=_key(tenant, "Sales"))
    assert sales.row.dynamic
    assert sales.rule == 'user.department -eq "Sales"'


def test_owners_of_mail_groups_are_unknown_not_none(tenant: Tenant) -> None:
    assert find_permission(viewer=ADMIN, tenant=tenant, key=_key(tenant, "News")).row.owners is None
    assert find_permission(viewer=ADMIN, tenant=tenant, key=_key(tenant, "Sales")).row.owners == 0


def test_members_of_other_kinds_are_shown_as_what_they_are(tenant: Tenant) -> None:
    members = list_members(viewer=ADMIN, tenant=tenant, key=_key(tenant, "Legacy share"))
    assert {member.type for member in members.rows} == {
        AccountType.MEMBER,
        AccountType.DEVICE,
        AccountType.SERVICE_PRINCIPAL,
    }


def test_an_application_without_required_assignment_lets_everyone_in(tenant: Tenant) -> None:
    products = list_permissions(viewer=ADMIN, tenant=tenant, filter=PermissionFilter(kind=Kind.PRODUCT), size=500)
    everyone = {row.app for row in products.rows if row.everyone}
    assert "Wiki" in everyone
    assert "Salesforce" not in everyone


def test_search_finds_by_the_beginnings_of_words(tenant: Tenant) -> None:
    def names(text: str) -> list[str]:
        return [row.name for row in list_people(viewer=ADMIN, tenant=tenant, filter=PeopleFilter(text=text)).rows]

    assert names("dub chl") == ["Chloé Dubois"]
    assert names("anna@golden") == ["Anna Weber"]
    assert names("zzz") == []
    assert names("'; DROP TABLE account; --") == []
    assert [row.name for row in search(viewer=ADMIN, tenant=tenant, text="eng").permissions] == ["Engineering"]


def test_filters_narrow_and_pages_follow_each_other(tenant: Tenant) -> None:
    guests = list_people(viewer=ADMIN, tenant=tenant, filter=PeopleFilter(type=AccountType.GUEST))
    assert [row.guid for row in guests.rows] == [GRETA]
    blocked = list_people(viewer=ADMIN, tenant=tenant, filter=PeopleFilter(enabled=False, licensed=True))
    assert {row.guid for row in blocked.rows} == {FATIMA, INVOICES}
    seen: list[UUID] = []
    cursor = None
    while True:
        page = list_people(viewer=ADMIN, tenant=tenant, filter=PeopleFilter(), cursor=cursor, size=5)
        assert page.total == 12
        seen += [row.guid for row in page.rows]
        if page.next is None:
            break
        cursor = page.next
    assert len(seen) == len(set(seen)) == 12
    back = list_people(viewer=ADMIN, tenant=tenant, filter=PeopleFilter(), cursor=page.previous, size=5)
    assert [row.guid for row in back.rows] == seen[5:10]


def test_a_second_sync_of_an_unchanged_tenant_changes_nothing(
    world: bootstrap.World, golden: Simulated, pointed: Callable[[Simulated], Settings]
) -> None:
    settings = pointed(golden)
    tenant = connect_and_sync(golden, settings)
    again = perform(tenant, settings)
    assert sum(phase.added + phase.changed + phase.removed + phase.opened + phase.closed for phase in again.phases) == 0


def _key(tenant: Tenant, name: str) -> str:
    found = list_permissions(viewer=ADMIN, tenant=tenant, filter=PermissionFilter(text=name), size=500).rows
    return next(row.key for row in found if row.name == name)
