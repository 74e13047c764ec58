"""What people can ask about the past: who held what, through what, since when, and what changed between two times."""

import threading
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import InternalError

from chamberlain import bootstrap
from chamberlain.cli.who import describe
from chamberlain.errors import NotFound, Refused
from chamberlain.model.actor import SYSTEM as ADMIN
from chamberlain.model.change import AccountChange, Change, GrantChange, PermissionChange, Section
from chamberlain.model.kind import Family, Relation
from chamberlain.model.observed import key_of
from chamberlain.model.tenant import Tenant
from chamberlain.queries.history import (
    find_differences,
    permission_history,
    permission_moments,
    person_history,
    person_moments,
    stream_differences,
)
from chamberlain.queries.people import Person, find_person, match_person
from chamberlain.queries.permissions import find_permission, list_eligible, list_members
from chamberlain.store import tenants
from chamberlain.store.snapshot import snapshot
from recorded import Recorder, guid, new_tenant

DAY = timedelta(days=1)
FIRST = datetime(2026, 3, 1, 8, tzinfo=UTC)
SECOND, THIRD, FOURTH = FIRST + DAY, FIRST + 2 * DAY, FIRST + 3 * DAY
ANNA, BEN, CHLOE = guid(1), guid(2), guid(3)
TEAM, CLUB, HOUSE = guid(11), guid(12), guid(13)
HELPDESK = guid(21)
MEMBER, OWNER, ASSIGNED, ELIGIBLE = Relation.MEMBER, Relation.OWNER, Relation.ASSIGNED, Relation.ELIGIBLE
GROUPS = {TEAM: "Team", CLUB: "Club", HOUSE: "House"}
ROLES = {HELPDESK: "Helpdesk Administrator"}


@pytest.fixture(scope="module")
def tenant(world: bootstrap.World) -> Tenant:
    """Four looks: Anna moves through groups and marries, Ben leaves, Chloé comes, the club moves into the house."""
    tenant = new_tenant(FIRST)
    recorder = Recorder(tenant)
    recorder.see(
        FIRST,
        people={ANNA: "Anna Weber", BEN: "Ben Okafor"},
        groups=GROUPS,
        roles=ROLES,
        edges=[(ANNA, TEAM, MEMBER), (BEN, CLUB, MEMBER), (BEN, HELPDESK, ASSIGNED), (ANNA, HELPDESK, ELIGIBLE)],
        departments={ANNA: "Sales"},
    )
    recorder.see(
        SECOND,
        people={ANNA: "Anna Weber", BEN: "Ben Okafor"},
        groups=GROUPS,
        roles=ROLES,
        edges=[
            (ANNA, TEAM, MEMBER),
            (BEN, CLUB, MEMBER),
            (BEN, HELPDESK, ASSIGNED),
            (TEAM, CLUB, MEMBER),
            (CLUB, HOUSE, MEMBER),
            (TEAM, HELPDESK, ASSIGNED),
        ],
        departments={ANNA: "Sales"},
    )
    recorder.see(
        THIRD,
        people={ANNA: "Anna Schmidt", CHLOE: "Chloe Dubois"},
        groups={**GROUPS, TEAM: "Team North"},
        roles=ROLES,
        edges=[(CHLOE, TEAM, MEMBER), (TEAM, CLUB, MEMBER), (CLUB, HOUSE, MEMBER), (ANNA, CLUB, OWNER)],
        departments={ANNA: "Marketing"},
    )
    recorder.see(
        FOURTH,
        people={ANNA: "Anna Schmidt", BEN: "Ben Okafor", CHLOE: "Chloe Dubois"},
        groups={**GROUPS, TEAM: "Team North"},
        roles=ROLES,
        edges=[(CHLOE, TEAM, MEMBER), (BEN, TEAM, MEMBER), (CLUB, HOUSE, MEMBER)],
        departments={ANNA: "Marketing"},
    )
    return tenant


def person(tenant: Tenant, id_: str, at: datetime | None) -> Person:
    return find_person(viewer=ADMIN, tenant=tenant, guid=UUID(id_), at=at)


def held(tenant: Tenant, id_: str, at: datetime | None) -> dict[str, list[str]]:
    """What a person held, by name, with every path in words."""
    return {
        holding.name + (" (owner)" if holding.owner else ""): [describe(path) for path in holding.paths]
        for holding in person(tenant, id_, at).holdings
    }


def test_what_was_held_is_told_through_the_nesting_of_the_time(tenant: Tenant) -> None:
    assert held(tenant, ANNA, FIRST) == {"Team": ["direct"], "Helpdesk Administrator": ["eligible"]}
    assert held(tenant, ANNA, SECOND + DAY / 2) == {
        "Team": ["direct"],
        "Club": ["through Team"],
        "House": ["through Team inside Club"],
        "Helpdesk Administrator": ["through Team"],
    }
    assert held(tenant, ANNA, THIRD) == {"Club (owner)": ["direct"]}
    assert held(tenant, ANNA, FOURTH) == held(tenant, ANNA, None) == {}


def test_a_moment_before_a_change_is_still_as_it_was(tenant: Tenant) -> None:
    assert "Club" not in held(tenant, ANNA, SECOND - timedelta(microseconds=1))
    assert "Club" in held(tenant, ANNA, SECOND)


def test_names_and_properties_are_those_of_the_time(tenant: Tenant) -> None:
    then = person(tenant, ANNA, SECOND)
    assert (then.row.name, then.row.department) == ("Anna Weber", "Sales")
    now = person(tenant, ANNA, None)
    assert (now.row.name, now.row.department) == ("Anna Schmidt", "Marketing")
    assert "Team North" in held(tenant, CHLOE, THIRD)
    assert held(tenant, CHLOE, THIRD)["Club"] == ["through Team North"]


def test_who_is_gone_can_be_asked_about_and_was_not_there_meanwhile(tenant: Tenant) -> None:
    assert held(tenant, BEN, SECOND)["Helpdesk Administrator"] == ["direct"]
    away = person(tenant, BEN, THIRD)
    assert not away.present
    assert away.holdings == ()
    assert away.row.name == "Ben Okafor"
    assert set(held(tenant, BEN, FOURTH)) == {"Team North"}
    assert not person(tenant, CHLOE, SECOND).present


def test_a_person_is_found_by_a_name_of_the_past(tenant: Tenant) -> None:
    assert match_person(viewer=ADMIN, tenant=tenant, text="weber", at=SECOND).row.name == "Anna Weber"
    with pytest.raises(NotFound, match="person_not_found"):
        match_person(viewer=ADMIN, tenant=tenant, text="weber")


def test_before_the_first_sync_nothing_is_known(tenant: Tenant) -> None:
    with pytest.raises(NotFound, match="nothing_known_then"):
        person(tenant, ANNA, FIRST - timedelta(microseconds=1))


def test_who_is_eligible_is_told_and_does_not_hold(tenant: Tenant) -> None:
    helpdesk = key_of(Family.ROLE, HELPDESK)
    holding = next(one for one in person(tenant, ANNA, FIRST).holdings if one.name.startswith("Helpdesk"))
    assert not holding.effective
    members = list_members(viewer=ADMIN, tenant=tenant, key=helpdesk, at=FIRST)
    assert [member.name for member in members.rows] == ["Ben Okafor"]
    eligible = list_eligible(viewer=ADMIN, tenant=tenant, key=helpdesk, at=FIRST)
    assert [member.name for member in eligible] == ["Anna Weber"]
    assert list_eligible(viewer=ADMIN, tenant=tenant, key=helpdesk) == ()


def test_a_permission_tells_who_held_it_then_and_how(tenant: Tenant) -> None:
    house = key_of(Family.GROUP, HOUSE)

    def holders(at: datetime | None) -> dict[str, list[str]]:
        rows = list_members(viewer=ADMIN, tenant=tenant, key=house, at=at).rows
        return {row.name: [describe(path) for path in row.paths] for row in rows}

    assert holders(FIRST) == {}
    assert holders(SECOND) == {"Anna Weber": ["through Team inside Club"], "Ben Okafor": ["through Club"]}
    assert holders(THIRD) == {"Chloe Dubois": ["through Team North inside Club"]}
    assert holders(None) == {}
    then = find_permission(viewer=ADMIN, tenant=tenant, key=house, at=SECOND)
    assert [link.name for link in then.contains] == ["Club"]
    assert then.row.people == 2
    team = find_permission(viewer=ADMIN, tenant=tenant, key=key_of(Family.GROUP, TEAM), at=SECOND)
    assert team.row.name == "Team"
    assert [link.name for link in team.gives] == ["Helpdesk Administrator"]


def differences(tenant: Tenant, begin: datetime, end: datetime, **narrowed: object) -> dict[Section, list[str]]:
    """Every difference in words, by section, and the totals agree with what is listed."""
    found = find_differences(viewer=ADMIN, tenant=tenant, begin=begin, end=end, **narrowed)  # type: ignore[arg-type]
    assert {section: len(rows) for section, rows in found.changes.items()} == {
        section: total for section, total in found.totals.items() if total
    }
    with stream_differences(viewer=ADMIN, tenant=tenant, begin=begin, end=end, **narrowed) as each:  # type: ignore[arg-type]
        streamed = list(each)
    assert streamed == [change for changes in found.changes.values() for change in changes]
    return {section: [in_words(change) for change in changes] for section, changes in found.changes.items()}


def in_words(change: Change) -> str:
    match change:
        case GrantChange():
            return f"{change.holder.name} {change.relation.name.lower()} {change.permission.name}"
        case AccountChange():
            changed = [f"{one.name} {one.was}->{one.became}" for one in change.properties]
            return ", ".join([change.name, *changed])
        case PermissionChange():
            changed = [f"{one.name} {one.was}->{one.became}" for one in change.properties]
            return ", ".join([change.link.name, *changed])


def test_differences_are_those_between_the_two_states(tenant: Tenant) -> None:
    found = differences(tenant, FIRST, THIRD)
    assert found[Section.ACCOUNTS_ADDED] == ["Chloe Dubois"]
    assert found[Section.ACCOUNTS_GONE] == ["Ben Okafor"]
    assert found[Section.ACCOUNTS_CHANGED] == [
        "Anna Schmidt, department Sales->Marketing, name Anna Weber->Anna Schmidt"
    ]
    assert found[Section.PERMISSIONS_CHANGED] == ["Team North, name Team->Team North"]
    assert sorted(found[Section.GRANTS_OPENED]) == [
        "Anna Schmidt owner Club",
        "Chloe Dubois member Team North",
        "Club member House",
        "Team North member Club",
    ]
    assert sorted(found[Section.GRANTS_CLOSED]) == [
        "Anna Schmidt eligible Helpdesk Administrator",
        "Anna Schmidt member Team North",
        "Ben Okafor assigned Helpdesk Administrator",
        "Ben Okafor member Club",
    ]


def test_what_came_and_went_in_between_is_no_difference(tenant: Tenant) -> None:
    assert not any("owner" in line for lines in differences(tenant, SECOND, FOURTH).values() for line in lines)
    assert "Ben Okafor" not in str(differences(tenant, SECOND, FOURTH).get(Section.ACCOUNTS_ADDED))
    assert differences(tenant, SECOND, SECOND) == {}


def test_differences_can_be_narrowed_to_one_person_or_permission(tenant: Tenant) -> None:
    of_anna = differences(tenant, FIRST, THIRD, person=UUID(ANNA))
    assert set(of_anna) == {Section.ACCOUNTS_CHANGED, Section.GRANTS_OPENED, Section.GRANTS_CLOSED}
    assert of_anna[Section.GRANTS_OPENED] == ["Anna Schmidt owner Club"]
    of_house = differences(tenant, FIRST, THIRD, permission=key_of(Family.GROUP, HOUSE))
    assert of_house == {Section.GRANTS_OPENED: ["Club member House"]}


def test_a_period_that_ends_before_it_begins_is_refused(tenant: Tenant) -> None:
    with pytest.raises(Refused, match="period_reversed"):
        find_differences(viewer=ADMIN, tenant=tenant, begin=SECOND, end=FIRST)
    with pytest.raises(NotFound, match="nothing_known_then"):
        find_differences(viewer=ADMIN, tenant=tenant, begin=FIRST - DAY, end=SECOND)


def test_a_persons_history_tells_what_nesting_brought_and_took(tenant: Tenant) -> None:
    page = person_history(viewer=ADMIN, tenant=tenant, guid=UUID(ANNA))
    told = [
        (
            event.at,
            "+" if event.opened else "-",
            event.permission and event.permission.name,
            event.via and event.via.name,
        )
        for event in page.rows
    ]
    assert told[0] == (FOURTH, "-", "Club", None)
    assert set(told[1:6]) == {
        (THIRD, "+", "Club", None),
        (THIRD, "-", "Team North", None),
        (THIRD, "-", "Club", "Team North"),
        (THIRD, "-", "House", "Team North"),
        (THIRD, "-", "Helpdesk Administrator", "Team North"),
    }
    assert page.total == len(told) == 12
    assert [event.at for event in page.rows] == sorted((event.at for event in page.rows), reverse=True)
    first = person_history(viewer=ADMIN, tenant=tenant, guid=UUID(ANNA), size=5)
    rest = person_history(viewer=ADMIN, tenant=tenant, guid=UUID(ANNA), size=50, cursor=first.next)
    assert (*first.rows, *rest.rows) == page.rows


def test_the_moments_of_a_person_are_those_at_which_something_of_theirs_changed(tenant: Tenant) -> None:
    assert person_moments(viewer=ADMIN, tenant=tenant, guid=UUID(CHLOE)).changes == (THIRD, FOURTH)
    moments = person_moments(viewer=ADMIN, tenant=tenant, guid=UUID(ANNA))
    assert moments.changes == (FIRST, SECOND, THIRD, FOURTH)
    assert moments.since == FIRST
    assert moments.before(SECOND) == FIRST
    assert moments.after(FOURTH) is None


def test_the_moments_of_a_permission_are_those_at_which_its_holders_changed(tenant: Tenant) -> None:
    house = permission_moments(viewer=ADMIN, tenant=tenant, key=key_of(Family.GROUP, HOUSE))
    assert house.changes == (FIRST, SECOND, THIRD, FOURTH)
    events = permission_history(viewer=ADMIN, tenant=tenant, key=key_of(Family.GROUP, CLUB)).rows
    assert [(event.at, event.opened, event.holder and event.holder.name) for event in events][-1] == (
        SECOND,
        True,
        "Team North",
    )


def test_a_snapshot_does_not_see_what_is_merged_meanwhile(world: bootstrap.World) -> None:
    tenant = new_tenant(FIRST)
    recorder = Recorder(tenant)
    recorder.see(FIRST, people={ANNA: "Anna Weber"})
    with snapshot():
        before = find_person(viewer=ADMIN, tenant=tenant, guid=UUID(ANNA))
        thread = threading.Thread(target=recorder.see, args=(SECOND,), kwargs={"people": {ANNA: "Anna Schmidt"}})
        thread.start()
        thread.join()
        assert find_person(viewer=ADMIN, tenant=tenant, guid=UUID(ANNA)) == before
    assert find_person(viewer=ADMIN, tenant=tenant, guid=UUID(ANNA)).row.name == "Anna Schmidt"


def test_nothing_can_be_written_in_a_snapshot(world: bootstrap.World) -> None:
    with pytest.raises(InternalError, match="read-only"), snapshot():
        tenants.save(guid=uuid4(), name="No", domain="no.example", now=FIRST)
