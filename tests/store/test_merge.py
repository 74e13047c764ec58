"""Complete listings become the present and the past: invariants M1 to M3 of the merge, on small listings."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from chamberlain import bootstrap
from chamberlain.errors import Conflict
from chamberlain.kinds.reading import facts
from chamberlain.model.kind import Family, Relation
from chamberlain.model.observed import NIL, AccountSeen, Coverage, GrantSeen, PermissionSeen, key_of
from chamberlain.store import merge, tenants
from chamberlain.store.connection import rows
from chamberlain.store.merge import Merged, Staging

DAY = timedelta(days=1)
MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
ANNA, BEN, CHLOE = (f"60dea100-0000-4000-8000-{number:012x}" for number in range(3))
TEAM, CLUB = (f"60deb200-0000-4000-8000-{number:012x}" for number in range(2))
MEMBERS = Coverage(Family.GROUP, (Relation.MEMBER,))


@pytest.fixture
def tenant(world: bootstrap.World) -> int:
    return tenants.save(guid=uuid4(), name="Merge", domain="merge.example", now=MONDAY).id


def account(guid: str, name: str = "Somebody") -> AccountSeen:
    return AccountSeen(guid, "member", name, f"{guid}@merge.example", "", True, "", "", None, "{}", None)


def group(guid: str, name: str = "Group") -> PermissionSeen:
    return PermissionSeen(Family.GROUP, "security_group", guid, NIL, key_of(Family.GROUP, guid), name, "", "", "", "{}")


def member(holder: str, of: str, holder_type: str = "other") -> GrantSeen:
    return GrantSeen(holder, holder_type, "", of, NIL, Relation.MEMBER, None, 0)


def see(
    tenant: int,
    at: datetime,
    *,
    people: list[str] | None = None,
    groups: list[str] | None = None,
    members: list[tuple[str, str]] | None = None,
    coverage: Coverage = MEMBERS,
) -> Merged:
    """One listing of each thing that is given."""
    merged = Merged()
    with Staging(tenant_id=tenant, seen_at=at) as staging:
        if people is not None:
            staging.add([account(guid) for guid in people])
            merged += staging.merge_accounts()
        if groups is not None:
            staging.add([group(guid) for guid in groups])
            merged += staging.merge_permissions([Family.GROUP])
        if members is not None:
            kinds = {TEAM: "group", CLUB: "group"}
            staging.add([member(holder, of, kinds.get(holder, "other")) for holder, of in members])
            merged += staging.merge_grants(coverage)
            staging.rebuild_nesting()
        staging.count_holders()
    return merged


def history(tenant: int) -> list[tuple[str, str, datetime, datetime | None]]:
    """Every interval: holder, permission, from, to."""
    found = rows(
        "SELECT coalesce(a.guid, h.guid)::text AS holder, p.guid::text AS permission, g.opened_at, g.closed_at "
        "FROM grants g JOIN permission p ON p.tenant_id = g.tenant_id AND p.id = g.permission_id "
        "LEFT JOIN account a ON a.tenant_id = g.tenant_id AND a.id = g.holder_id "
        "LEFT JOIN permission h ON h.tenant_id = g.tenant_id AND h.id = g.holder_id "
        "WHERE g.tenant_id = %(tenant)s ORDER BY 3, 1, 2",
        {"tenant": tenant},
    )
    return [tuple(row.values()) for row in found]


def test_a_grant_is_closed_and_never_deleted(tenant: int) -> None:
    see(tenant, MONDAY, people=[ANNA, BEN], groups=[TEAM], members=[(ANNA, TEAM), (BEN, TEAM)])
    gone = see(tenant, MONDAY + DAY, people=[ANNA, BEN], groups=[TEAM], members=[(ANNA, TEAM)])
    assert (gone.opened, gone.closed) == (0, 1)
    back = see(tenant, MONDAY + 2 * DAY, people=[ANNA, BEN], groups=[TEAM], members=[(ANNA, TEAM), (BEN, TEAM)])
    assert (back.opened, back.closed) == (1, 0)
    assert history(tenant) == [
        (ANNA, TEAM, MONDAY, None),
        (BEN, TEAM, MONDAY, MONDAY + DAY),
        (BEN, TEAM, MONDAY + 2 * DAY, None),
    ]


def test_a_listing_closes_only_what_it_covers(tenant: int) -> None:
    everything = [(ANNA, TEAM), (BEN, CLUB)]
    see(tenant, MONDAY, people=[ANNA, BEN], groups=[TEAM, CLUB], members=everything)
    owners = Coverage(Family.GROUP, (Relation.OWNER,))
    assert see(tenant, MONDAY + DAY, members=[], coverage=owners).closed == 0
    other_family = Coverage(Family.LICENCE, (Relation.MEMBER,))
    assert see(tenant, MONDAY + DAY, members=[], coverage=other_family).closed == 0
    missing = Coverage(Family.GROUP, (Relation.MEMBER,), frozenset({TEAM}))
    assert see(tenant, MONDAY + DAY, members=[], coverage=missing).closed == 1
    assert history(tenant) == [(ANNA, TEAM, MONDAY, None), (BEN, CLUB, MONDAY, MONDAY + DAY)]


def test_a_row_seen_twice_counts_once(tenant: int) -> None:
    merged = see(tenant, MONDAY, people=[ANNA, ANNA], groups=[TEAM, TEAM], members=[(ANNA, TEAM), (ANNA, TEAM)])
    assert (merged.added, merged.opened) == (2, 1)


def test_a_group_that_is_gone_takes_its_grants_with_it(tenant: int) -> None:
    see(tenant, MONDAY, people=[ANNA], groups=[TEAM, CLUB], members=[(ANNA, TEAM), (TEAM, CLUB)])
    merged = see(tenant, MONDAY + DAY, groups=[CLUB])
    assert (merged.removed, merged.closed) == (1, 2)


def test_a_person_who_returns_is_the_same_person(tenant: int) -> None:
    see(tenant, MONDAY, people=[ANNA])
    assert see(tenant, MONDAY + DAY, people=[]).removed == 1
    assert see(tenant, MONDAY + 2 * DAY, people=[ANNA]).changed == 1
    row = rows("SELECT first_seen, gone_at FROM account WHERE tenant_id = %(tenant)s", {"tenant": tenant})[0]
    assert row == {"first_seen": MONDAY, "gone_at": None}


def test_strangers_are_introduced_by_their_first_grant(tenant: int) -> None:
    device = str(uuid4())
    with Staging(tenant_id=tenant, seen_at=MONDAY) as staging:
        staging.add([group(TEAM)])
        staging.merge_permissions([Family.GROUP])
        staging.add([GrantSeen(device, "device", "LAPTOP-1", TEAM, NIL, Relation.MEMBER, None, 0)])
        assert staging.merge_grants(MEMBERS).opened == 1
    row = rows("SELECT guid, type, name FROM account WHERE tenant_id = %(tenant)s", {"tenant": tenant})[0]
    assert row == {"guid": UUID(device), "type": "device", "name": "LAPTOP-1"}
    assert see(tenant, MONDAY + DAY, people=[ANNA]).removed == 0


def test_nesting_is_closed_through_cycles_and_counts_people_once(tenant: int) -> None:
    edges = [(ANNA, TEAM), (BEN, TEAM), (BEN, CLUB), (TEAM, CLUB), (CLUB, TEAM)]
    see(tenant, MONDAY, people=[ANNA, BEN], groups=[TEAM, CLUB], members=edges)
    found = rows(
        "SELECT guid::text AS guid, members, people FROM permission WHERE tenant_id = %(tenant)s ORDER BY guid",
        {"tenant": tenant},
    )
    assert found == [
        {"guid": TEAM, "members": 3, "people": 2},
        {"guid": CLUB, "members": 2, "people": 2},
    ]


def test_one_tenant_does_not_touch_another(tenant: int, world: bootstrap.World) -> None:
    other = tenants.save(guid=uuid4(), name="Other", domain="other.example", now=MONDAY).id
    for each in (tenant, other):
        see(each, MONDAY, people=[ANNA], groups=[TEAM], members=[(ANNA, TEAM)])
    see(other, MONDAY + DAY, people=[], groups=[], members=[])
    assert history(tenant) == [(ANNA, TEAM, MONDAY, None)]
    assert history(other) == [(ANNA, TEAM, MONDAY, MONDAY + DAY)]


def test_hostile_text_is_kept_as_text(tenant: int) -> None:
    names = ["", "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "a\x00b", "שלום", "\\N", "a\tb\nc", "x" * 5_000]
    with Staging(tenant_id=tenant, seen_at=MONDAY) as staging:
        staging.add([account(str(uuid4()), name)._replace(facts=facts(company=name)) for name in names])
        assert staging.merge_accounts().added == len(names)
        assert staging.qualifier(facts(scope="a\x00b")) > 0
    stored = rows("SELECT name FROM account WHERE tenant_id = %(tenant)s", {"tenant": tenant})
    assert {row["name"] for row in stored} == {name.replace("\x00", "\ufffd") for name in names}


def test_a_group_is_never_introduced_as_a_stranger(tenant: int) -> None:
    with Staging(tenant_id=tenant, seen_at=MONDAY) as staging:
        staging.add([group(TEAM), group(CLUB)])
        staging.merge_permissions([Family.GROUP])
        staging.add([member(CLUB, TEAM, "other")])  # Microsoft left out what kind of object it is
        assert staging.merge_grants(MEMBERS).opened == 1
    assert rows("SELECT FROM account WHERE tenant_id = %(tenant)s", {"tenant": tenant}) == []


def test_an_application_that_could_not_be_read_keeps_its_assignments(tenant: int) -> None:
    app, role = str(uuid4()), str(uuid4())
    seen = PermissionSeen(
        Family.APP_ROLE, "product", role, app, key_of(Family.APP_ROLE, role, app), "R", "", "", "", "{}"
    )
    with Staging(tenant_id=tenant, seen_at=MONDAY) as staging:
        staging.add([account(ANNA)])
        staging.merge_accounts()
        staging.add([seen])
        staging.merge_permissions([Family.APP_ROLE])
        staging.add([GrantSeen(ANNA, "other", "", role, app, Relation.ASSIGNED, None, 0)])
        whole = Coverage(Family.APP_ROLE, (Relation.ASSIGNED,))
        assert staging.merge_grants(whole).opened == 1
        assert staging.merge_grants(Coverage(Family.APP_ROLE, (Relation.ASSIGNED,), frozenset({app}))).closed == 0
        assert staging.merge_grants(whole).closed == 1


def test_a_second_writer_of_a_tenant_is_turned_away(tenant: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merge, "LOCK_PATIENCE", "50ms")
    with (
        Staging(tenant_id=tenant, seen_at=MONDAY),
        pytest.raises(Conflict, match="tenant_busy"),
        Staging(tenant_id=tenant, seen_at=MONDAY),
    ):
        pytest.fail("there were two writers")
