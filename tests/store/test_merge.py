"""Complete listings and changes become the present and the past: the invariants M1 to M4 of the merge."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from threading import Thread
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql

from chamberlain import bootstrap
from chamberlain.kinds.reading import facts
from chamberlain.model.cursor import Cursor
from chamberlain.model.kind import Family, Relation
from chamberlain.model.merged import Merge, Merged
from chamberlain.model.observed import (
    KEPT,
    NIL,
    AccountGone,
    AccountSeen,
    Coverage,
    GrantGone,
    GrantSeen,
    PermissionGone,
    PermissionSeen,
    Scope,
    Whole,
    key_of,
)
from chamberlain.store import coverage as looks
from chamberlain.store import cursors, tenants
from chamberlain.store.connection import connect, rows
from chamberlain.store.staging import Staging

DAY = timedelta(days=1)
MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
TUESDAY, WEDNESDAY, THURSDAY = MONDAY + DAY, MONDAY + 2 * DAY, MONDAY + 3 * DAY
ANNA, BEN, CHLOE = (f"60dea100-0000-4000-8000-{number:012x}" for number in range(3))
TEAM, CLUB = (f"60deb200-0000-4000-8000-{number:012x}" for number in range(2))
SKU = "60dec300-0000-4000-8000-000000000001"
APP, OTHER_APP, READER, WRITER = (f"60ded400-0000-4000-8000-{number:012x}" for number in range(4))
MEMBERS = Coverage(Family.GROUP, (Relation.MEMBER,))
LICENCES = Coverage(Family.LICENCE, (Relation.ASSIGNED,))
APP_ROLES = Coverage(Family.APP_ROLE, (Relation.ASSIGNED,))


@pytest.fixture
def tenant(world: bootstrap.World) -> int:
    return tenants.save(guid=uuid4(), name="Merge", domain="merge.example", now=MONDAY).id


def account(guid: str, name: str = "Somebody", *, kind: str = "member", manager: str | None = None) -> AccountSeen:
    return AccountSeen(guid, kind, name, f"{guid}@merge.example", "", True, "", "", manager, "{}", None)


def group(guid: str, name: str = "Group") -> PermissionSeen:
    return PermissionSeen(Family.GROUP, "security_group", guid, NIL, key_of(Family.GROUP, guid), name, "", "", "", "{}")


def licence() -> PermissionSeen:
    return PermissionSeen(Family.LICENCE, "licence", SKU, NIL, key_of(Family.LICENCE, SKU), "E5", "", "", "", "{}")


def plan(guid: str) -> PermissionSeen:
    key = key_of(Family.SERVICE_PLAN, guid, SKU)
    return PermissionSeen(Family.SERVICE_PLAN, "product", guid, SKU, key, "Plan", "", "", "", "{}")


def app_role(role: str, app: str) -> PermissionSeen:
    key = key_of(Family.APP_ROLE, role, app)
    return PermissionSeen(Family.APP_ROLE, "product", role, app, key, "R", "", "", "", "{}")


def member(holder: str, of: str, kind: str = "other", name: str = "") -> GrantSeen:
    return GrantSeen(Family.GROUP, holder, kind, name, of, NIL, Relation.MEMBER, None, 0)


def no_member(holder: str, of: str) -> GrantGone:
    return GrantGone(Family.GROUP, holder, of, NIL, Relation.MEMBER)


def licensed(holder: str, *, via: str | None = None, qualifier: int = 0) -> GrantSeen:
    return GrantSeen(Family.LICENCE, holder, "other", "", SKU, NIL, Relation.ASSIGNED, via, qualifier)


def assigned(holder: str, role: str, app: str) -> GrantSeen:
    return GrantSeen(Family.APP_ROLE, holder, "other", "", role, app, Relation.ASSIGNED, None, 0)


def see(
    tenant: int,
    at: datetime,
    *listings: Sequence[AccountSeen] | Sequence[PermissionSeen] | Sequence[GrantSeen],
    whole: Whole | None = None,
    changes: Sequence[object] = (),
    current: Sequence[str] = (),
) -> Merge:
    """One run: listings that were read, changes that came after them."""
    with Staging(tenant_id=tenant, run_id=1) as staging:
        for listing in listings:
            staging.add(listing, unit="listings")
        for change in changes:
            staging.amend([change], unit="changes")
        staging.complete("listings")
        staging.complete("changes")
        return staging.merge(whole or Whole(), seen_at=at, current=current)


def whole(*grants: Coverage, accounts: bool = True, permissions: tuple[Family, ...] = (Family.GROUP,)) -> Whole:
    return Whole(accounts=accounts, permissions=permissions, grants=grants or (MEMBERS,))


def see_groups(
    tenant: int, at: datetime, people: list[str], groups: list[str], members: list[tuple[str, str]]
) -> Merge:
    """Everything was listed."""
    kinds = {TEAM: "group", CLUB: "group"}
    edges = [member(holder, of, kinds.get(holder, "other")) for holder, of in members]
    return see(tenant, at, [account(guid) for guid in people], [group(guid) for guid in groups], edges, whole=whole())


def history(tenant: int) -> list[tuple[str, str, datetime, datetime | None]]:
    """Every interval: holder, permission, from, to."""
    found = rows(
        "SELECT coalesce(a.guid, h.guid)::text AS holder, p.guid::text AS permission, g.opened_at, g.closed_at "
        "FROM grants g JOIN permission p ON p.tenant_id = g.tenant_id AND p.id = g.permission_id "
        "LEFT JOIN account a ON a.tenant_id = g.tenant_id AND a.id = g.holder_id "
        "LEFT JOIN permission h ON h.tenant_id = g.tenant_id AND h.id = g.holder_id "
        "WHERE g.tenant_id = %(tenant)s ORDER BY 3, 1, 2, 4",
        {"tenant": tenant},
    )
    return [tuple(row.values()) for row in found]


def open_edges(tenant: int) -> list[tuple[str, str]]:
    return sorted((holder, of) for holder, of, _, to in history(tenant) if to is None)


def people(tenant: int, columns: str = "guid::text AS guid, name, gone_at") -> list[dict[str, object]]:
    return rows(f"SELECT {columns} FROM account WHERE tenant_id = %(tenant)s ORDER BY guid", {"tenant": tenant})


def counts(tenant: int) -> dict[str, tuple[int, int]]:
    """By GUID: members and people."""
    found = rows("SELECT guid::text, members, people FROM permission WHERE tenant_id = %(tenant)s", {"tenant": tenant})
    return {row["guid"]: (row["members"], row["people"]) for row in found}


def test_a_grant_is_closed_and_never_deleted(tenant: int) -> None:
    see_groups(tenant, MONDAY, [ANNA, BEN], [TEAM], [(ANNA, TEAM), (BEN, TEAM)])
    gone = see_groups(tenant, TUESDAY, [ANNA, BEN], [TEAM], [(ANNA, TEAM)])
    assert gone.total == gone.of(Family.GROUP) == Merged(closed=1)
    back = see_groups(tenant, WEDNESDAY, [ANNA, BEN], [TEAM], [(ANNA, TEAM), (BEN, TEAM)])
    assert back.total == Merged(opened=1)
    assert history(tenant) == [
        (ANNA, TEAM, MONDAY, None),
        (BEN, TEAM, MONDAY, TUESDAY),
        (BEN, TEAM, WEDNESDAY, None),
    ]


def test_a_listing_closes_only_what_it_covers(tenant: int) -> None:
    see_groups(tenant, MONDAY, [ANNA, BEN], [TEAM, CLUB], [(ANNA, TEAM), (BEN, CLUB)])
    for uncovered in (
        Coverage(Family.GROUP, (Relation.OWNER,)),
        Coverage(Family.LICENCE, (Relation.MEMBER,)),
        Coverage(Family.GROUP, (Relation.MEMBER,), Scope.PERMISSIONS),
        Coverage(Family.GROUP, (Relation.MEMBER,), Scope.HOLDERS, frozenset({CHLOE})),
        Coverage(Family.GROUP, (Relation.MEMBER,), missing=frozenset({TEAM, CLUB})),
    ):
        assert see(tenant, TUESDAY, whole=Whole(grants=(uncovered,))).total == Merged()
    of_club = Coverage(Family.GROUP, (Relation.MEMBER,), Scope.PERMISSIONS, frozenset({CLUB}))
    assert see(tenant, WEDNESDAY, whole=Whole(grants=(of_club,))).total == Merged(closed=1)
    of_anna = Coverage(Family.GROUP, (Relation.MEMBER,), Scope.HOLDERS, frozenset({ANNA}))
    assert see(tenant, THURSDAY, whole=Whole(grants=(of_anna,))).total == Merged(closed=1)
    assert history(tenant) == [(ANNA, TEAM, MONDAY, THURSDAY), (BEN, CLUB, MONDAY, WEDNESDAY)]


def test_people_are_added_in_the_order_of_lists_whatever_order_they_were_seen_in(tenant: int) -> None:
    names = ("Chloe", "anna", "Ben", "Zoe", "amir")
    see(tenant, MONDAY, [account(str(uuid4()), name) for name in names], whole=whole())
    stored = rows("SELECT name FROM account WHERE tenant_id = %(tenant)s ORDER BY id", {"tenant": tenant})
    on_disk = rows("SELECT name FROM account WHERE tenant_id = %(tenant)s ORDER BY ctid", {"tenant": tenant})
    assert [row["name"] for row in stored] == ["amir", "anna", "Ben", "Chloe", "Zoe"]
    assert on_disk == stored


def test_without_a_complete_listing_nothing_is_gone(tenant: int) -> None:
    see_groups(tenant, MONDAY, [ANNA], [TEAM], [(ANNA, TEAM)])
    assert see(tenant, TUESDAY).total == Merged()
    assert history(tenant) == [(ANNA, TEAM, MONDAY, None)]


def test_a_row_seen_twice_counts_once(tenant: int) -> None:
    merged = see_groups(tenant, MONDAY, [ANNA, ANNA], [TEAM, TEAM], [(ANNA, TEAM), (ANNA, TEAM)])
    assert merged.changes == {"accounts": Merged(added=1), "group": Merged(added=1, opened=1)}


def test_a_group_that_is_gone_takes_its_grants_with_it(tenant: int) -> None:
    see_groups(tenant, MONDAY, [ANNA], [TEAM, CLUB], [(ANNA, TEAM), (TEAM, CLUB)])
    assert see(tenant, TUESDAY, changes=[PermissionGone(Family.GROUP, TEAM, NIL)]).total == Merged(removed=1, closed=2)
    see_groups(tenant, WEDNESDAY, [ANNA], [TEAM, CLUB], [(ANNA, TEAM), (TEAM, CLUB)])
    gone = see(tenant, THURSDAY, [group(CLUB)], whole=Whole(permissions=(Family.GROUP,)))
    assert gone.total == Merged(removed=1, closed=2)
    assert open_edges(tenant) == []


def test_an_account_that_is_gone_holds_nothing_whatever_a_listing_showed(tenant: int) -> None:
    see_groups(tenant, MONDAY, [ANNA, BEN], [TEAM], [(ANNA, TEAM), (BEN, TEAM)])
    listed = [member(ANNA, TEAM), member(BEN, TEAM)]
    gone = see(tenant, TUESDAY, listed, whole=Whole(grants=(MEMBERS,)), changes=[AccountGone(BEN)])
    assert gone.changes == {"accounts": Merged(removed=1), "group": Merged(closed=1)}
    assert counts(tenant)[TEAM] == (1, 1)


def test_changes_hold_against_listings_and_later_ones_against_earlier(tenant: int) -> None:
    see(
        tenant,
        MONDAY,
        [account(ANNA, "Listed"), account(BEN, "Listed")],
        [group(TEAM, "Listed"), group(CLUB, "Listed")],
        [member(ANNA, TEAM), member(BEN, TEAM)],
        whole=whole(),
        changes=[
            account(ANNA, "Earlier"),
            account(ANNA, "Later"),
            group(TEAM, "Changed"),
            PermissionGone(Family.GROUP, CLUB, NIL),
            no_member(ANNA, TEAM),
            member(CHLOE, TEAM),
            no_member(CHLOE, TEAM),
            no_member(BEN, TEAM),
            member(BEN, TEAM),
        ],
    )
    assert [(row["guid"], row["name"]) for row in people(tenant)] == [(ANNA, "Later"), (BEN, "Listed")]
    assert open_edges(tenant) == [(BEN, TEAM)]
    known = rows("SELECT guid::text, name FROM permission WHERE tenant_id = %(tenant)s", {"tenant": tenant})
    assert known == [{"guid": TEAM, "name": "Changed"}]


def test_all_licences_of_a_person_are_replaced_by_one_call(tenant: int) -> None:
    holders = [account(ANNA), account(BEN)]
    everything = whole(LICENCES, permissions=(Family.LICENCE,))
    see(tenant, MONDAY, holders, [licence()], [licensed(ANNA), licensed(BEN, via=None)], whole=everything)
    with Staging(tenant_id=tenant, run_id=2) as staging:
        first, second = staging.qualifier('{"state": "Active"}'), staging.qualifier('{"state": "Error"}')
        staging.amend([licensed(ANNA, qualifier=first)], unit="changes")
        staging.amend([licensed(ANNA, qualifier=first), licensed(ANNA, qualifier=second)], unit="changes")
        staging.complete("changes")
        assert staging.merge(Whole(), seen_at=TUESDAY).total == Merged(opened=2, closed=1)
    assert open_edges(tenant) == [(ANNA, SKU), (ANNA, SKU), (BEN, SKU)]
    assert counts(tenant)[SKU] == (2, 2)


def test_a_change_that_does_not_speak_of_the_manager_keeps_who_it_was(tenant: int) -> None:
    see(tenant, MONDAY, [account(ANNA, manager=BEN), account(BEN)], whole=Whole(accounts=True))
    see(tenant, TUESDAY, changes=[account(ANNA, "New name", manager=KEPT), account(CHLOE, manager=KEPT)])
    found = people(tenant, "name, manager::text AS manager")
    assert [tuple(row.values()) for row in found] == [("New name", BEN), ("Somebody", None), ("Somebody", None)]
    changes = [account(ANNA, manager=CHLOE), account(ANNA, "Newer", manager=KEPT), account(BEN, manager=KEPT)]
    see(tenant, WEDNESDAY, [account(BEN, manager=CHLOE)], changes=changes)
    found = people(tenant, "name, manager::text AS manager")
    assert [tuple(row.values()) for row in found][:2] == [("Newer", CHLOE), ("Somebody", CHLOE)]


def test_a_person_who_returns_is_the_same_person_and_was_away_meanwhile(tenant: int) -> None:
    see_groups(tenant, MONDAY, [ANNA], [], [])
    assert see_groups(tenant, TUESDAY, [], [], []).accounts == Merged(removed=1)
    assert see_groups(tenant, WEDNESDAY, [ANNA], [], []).accounts == Merged(changed=1)
    assert people(tenant, "first_seen, since, gone_at") == [{"first_seen": MONDAY, "since": WEDNESDAY, "gone_at": None}]
    past = rows("SELECT since, until FROM account_past WHERE tenant_id = %(tenant)s", {"tenant": tenant})
    assert past == [{"since": MONDAY, "until": TUESDAY}]


def test_strangers_are_introduced_by_their_first_grant_and_named_later(tenant: int) -> None:
    device, contact = str(uuid4()), str(uuid4())
    edges = [member(device, TEAM, "device", "LAPTOP-1"), member(contact, TEAM)]
    see(tenant, MONDAY, [group(TEAM)], edges, whole=whole())
    assert see_groups(tenant, TUESDAY, [ANNA], [TEAM], [(device, TEAM), (contact, TEAM)]).total == Merged(added=1)
    named = [account(contact, "Carla", kind="contact"), account(str(uuid4()), "Holds nothing", kind="device")]
    assert see(tenant, WEDNESDAY, named).accounts == Merged()
    found = {(row["type"], row["name"], row["user_name"] != "") for row in people(tenant, "type, name, user_name")}
    assert found == {("device", "LAPTOP-1", False), ("contact", "Carla", False), ("member", "Somebody", True)}
    newcomer = str(uuid4())
    see(tenant, THURSDAY, [account(newcomer, "Printer", kind="device")], [member(newcomer, TEAM)])
    assert {"type": "device", "name": "Printer"} in people(tenant, "type, name")


def test_nesting_is_closed_through_cycles_and_counts_people_once(tenant: int) -> None:
    edges = [(ANNA, TEAM), (BEN, TEAM), (BEN, CLUB), (TEAM, CLUB), (CLUB, TEAM)]
    see_groups(tenant, MONDAY, [ANNA, BEN], [TEAM, CLUB], edges)
    assert counts(tenant) == {TEAM: (3, 2), CLUB: (2, 2)}
    see(tenant, TUESDAY, changes=[no_member(TEAM, CLUB)])
    assert counts(tenant) == {TEAM: (3, 2), CLUB: (1, 1)}
    see(tenant, WEDNESDAY, changes=[AccountGone(BEN)])
    assert counts(tenant) == {TEAM: (2, 1), CLUB: (0, 0)}
    see(tenant, THURSDAY, changes=[account(CHLOE), member(CHLOE, CLUB)])
    assert counts(tenant) == {TEAM: (2, 2), CLUB: (1, 1)}


def test_changes_count_what_they_reach(tenant: int) -> None:
    mail, video = str(uuid4()), str(uuid4())
    permissions = [licence(), plan(mail), plan(video), app_role(READER, APP), group(TEAM)]
    edges = [licensed(ANNA), assigned(TEAM, READER, APP)._replace(holder_type="group"), member(ANNA, TEAM)]
    families = (Family.LICENCE, Family.SERVICE_PLAN, Family.APP_ROLE, Family.GROUP)
    everything = whole(LICENCES, MEMBERS, APP_ROLES, permissions=families)
    see(tenant, MONDAY, [account(ANNA), account(BEN)], permissions, edges, whole=everything)
    with Staging(tenant_id=tenant, run_id=2) as staging:
        no_video = staging.qualifier(facts(state="Active", disabled=[video]))
        staging.amend([licensed(ANNA, qualifier=no_video), licensed(BEN, qualifier=no_video)], unit="changes")
        staging.amend([member(BEN, TEAM)], unit="changes")
        staging.complete("changes")
        staging.merge(Whole(), seen_at=TUESDAY)
    assert counts(tenant) == {SKU: (2, 2), mail: (0, 2), video: (0, 0), READER: (1, 2), TEAM: (2, 2)}


def test_who_is_eligible_is_not_counted_as_holding(tenant: int) -> None:
    role = PermissionSeen(Family.ROLE, "role", READER, NIL, key_of(Family.ROLE, READER), "Role", "", "", "", "{}")
    edges = [
        GrantSeen(Family.ROLE, holder, "other", "", READER, NIL, relation, None, 0)
        for holder, relation in ((ANNA, Relation.ASSIGNED), (BEN, Relation.ELIGIBLE))
    ]
    see(tenant, MONDAY, [account(ANNA), account(BEN)], [role], edges, whole=whole())
    assert counts(tenant) == {READER: (1, 1)}


def test_one_tenant_does_not_touch_another(tenant: int) -> None:
    other = tenants.save(guid=uuid4(), name="Other", domain="other.example", now=MONDAY).id
    for each in (tenant, other):
        see_groups(each, MONDAY, [ANNA], [TEAM], [(ANNA, TEAM)])
    see_groups(other, TUESDAY, [], [], [])
    assert history(tenant) == [(ANNA, TEAM, MONDAY, None)]
    assert history(other) == [(ANNA, TEAM, MONDAY, TUESDAY)]


def test_a_group_is_never_introduced_as_a_stranger(tenant: int) -> None:
    edges = [member(CLUB, TEAM, "other"), member(str(uuid4()), TEAM, "group")]  # the second was not listed
    assert see(tenant, MONDAY, [group(TEAM), group(CLUB)], edges, whole=whole()).total == Merged(added=2, opened=1)
    assert people(tenant) == []


def test_an_application_that_could_not_be_read_keeps_its_assignments(tenant: int) -> None:
    see(tenant, MONDAY, [account(ANNA)], [app_role(READER, APP)], [assigned(ANNA, READER, APP)])
    not_read = Coverage(Family.APP_ROLE, (Relation.ASSIGNED,), missing=frozenset({APP}))
    assert see(tenant, TUESDAY, whole=Whole(grants=(not_read,))).total == Merged()
    below = Coverage(Family.APP_ROLE, (Relation.ASSIGNED,), Scope.PERMISSIONS, frozenset({APP}))
    assert see(tenant, WEDNESDAY, whole=Whole(grants=(below,))).total == Merged(closed=1)


def test_an_application_that_is_gone_takes_its_roles_and_no_others(tenant: int) -> None:
    roles = [app_role(NIL, APP), app_role(READER, APP), app_role(WRITER, APP), app_role(NIL, OTHER_APP)]
    edges = [assigned(ANNA, NIL, APP), assigned(ANNA, READER, APP), assigned(ANNA, NIL, OTHER_APP)]
    see(tenant, MONDAY, [account(ANNA)], roles, edges)
    gone = see(tenant, TUESDAY, changes=[PermissionGone(Family.APP_ROLE, NIL, APP), app_role(WRITER, APP)])
    assert gone.total == Merged(removed=2, closed=2)
    assert open_edges(tenant) == [(ANNA, NIL)]
    unlisted = see(
        tenant, WEDNESDAY, whole=Whole(below=frozenset({APP, OTHER_APP})), changes=[app_role(NIL, OTHER_APP)]
    )
    assert unlisted.total == Merged(removed=1)


def test_times_only_grow_and_no_interval_begins_and_ends_at_once(tenant: int) -> None:
    see_groups(tenant, MONDAY, [ANNA], [TEAM], [(ANNA, TEAM)])
    again = see_groups(tenant, MONDAY - DAY, [ANNA], [TEAM], [])
    assert again.at == MONDAY + timedelta(microseconds=1)
    assert history(tenant) == [(ANNA, TEAM, MONDAY, again.at)]


def test_a_grant_that_ended_tells_when_it_was_last_seen(tenant: int) -> None:
    see_groups(tenant, MONDAY, [ANNA], [TEAM], [(ANNA, TEAM)])
    see(tenant, TUESDAY, current=["group"])
    see(tenant, WEDNESDAY, current=["accounts"])
    see_groups(tenant, THURSDAY, [ANNA], [TEAM], [])
    found = rows("SELECT last_seen, closed_at FROM grants WHERE tenant_id = %(tenant)s", {"tenant": tenant})
    assert found == [{"last_seen": TUESDAY, "closed_at": THURSDAY}]
    assert looks.read(tenant_id=tenant)["accounts"] == looks.Looked(MONDAY, THURSDAY, THURSDAY)


def test_delta_links_come_with_what_they_were_read_for(tenant: int) -> None:
    first, second = (Cursor("users", f"https://graph.example/{number}", MONDAY, "id,name") for number in range(2))
    other = Cursor("groups", "https://graph.example/groups", MONDAY, "id")
    for links in ([first, other], [second]):
        with Staging(tenant_id=tenant, run_id=1) as staging:
            staging.merge(Whole(), seen_at=MONDAY, cursors=links)
    assert cursors.read(tenant_id=tenant) == {"users": second, "groups": other}
    cursors.forget(tenant_id=tenant, streams=["users"])
    assert cursors.read(tenant_id=tenant) == {"groups": other}


def test_a_merge_that_fails_leaves_all_as_it_was(tenant: int) -> None:
    see_groups(tenant, MONDAY, [ANNA], [TEAM], [(ANNA, TEAM)])
    unnamed = Cursor("users", None, MONDAY, "id")  # type: ignore[arg-type]  # what the last step cannot store
    with Staging(tenant_id=tenant, run_id=2) as staging:
        staging.complete("nobody", told=[1])
        with pytest.raises(psycopg.errors.NotNullViolation):
            staging.merge(whole(), seen_at=TUESDAY, cursors=[unnamed])
        assert staging.units == {"nobody": [1]}
        assert staging.merged is None
    assert history(tenant) == [(ANNA, TEAM, MONDAY, None)]


def test_nobody_sees_half_of_a_merge_or_waits_for_it(tenant: int) -> None:
    """Somebody who looks at the staging holds the merge up at its last step, when it has every lock it ever takes."""
    see_groups(tenant, MONDAY, [ANNA, BEN], [TEAM], [(ANNA, TEAM)])
    edges = [(ANNA, TEAM), (BEN, TEAM), (TEAM, CLUB)]
    writing = Thread(target=see_groups, args=(tenant, TUESDAY, [ANNA], [TEAM, CLUB], edges))
    with connect() as holding, connect(autocommit=True) as page:
        holding.execute(
            sql.SQL("LOCK TABLE {} IN ACCESS SHARE MODE").format(sql.Identifier("staging", f"unit_{tenant}"))
        )
        writing.start()
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = to_regclass(%s)"
        while page.execute(waiting, (f"staging.unit_{tenant}",)).fetchone() != (1,):
            assert writing.is_alive()
        page.execute("SET lock_timeout = '100ms'")
        page.execute("UPDATE tenant SET synced_at = %s WHERE id = %s", (MONDAY, tenant))
        page.execute(
            "INSERT INTO event (at, name, actor_kind, actor_id, actor_name, subject, details, tenant_id) "
            "VALUES (%s, 'sync:started', 'system', '', '', '', '{}', %s)",
            (MONDAY, tenant),
        )
        assert open_edges(tenant) == [(ANNA, TEAM)]
        assert counts(tenant) == {TEAM: (1, 1)}
        with pytest.raises(psycopg.errors.LockNotAvailable):  # the check can fail
            page.execute("UPDATE account SET name = '' WHERE tenant_id = %s", (tenant,))
    writing.join()
    assert open_edges(tenant) == sorted(edges)


def test_a_tenant_takes_its_rows_with_it(tenant: int) -> None:
    see_groups(tenant, MONDAY, [ANNA], [TEAM, CLUB], [(ANNA, TEAM), (TEAM, CLUB)])
    with connect(autocommit=True) as connection:
        connection.execute("DELETE FROM tenant WHERE id = %s", (tenant,))
    for table in ("grants", "nesting", "account", "coverage", "last_merge"):
        assert rows(f"SELECT FROM {table} WHERE tenant_id = %(tenant)s", {"tenant": tenant}) == []


def test_hostile_text_is_kept_as_text(tenant: int) -> None:
    names = ["", "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "a\x00b", "שלום", "\\N", "a\tb\nc", "x" * 5_000]
    names += ["None", "\\.", '"', '"a,b"', "\x01", "\x01\t\x01\x01", "\r\n", "\\", "'; DROP TABLE account; --", " a "]
    with Staging(tenant_id=tenant, run_id=1) as staging:
        for name in names:
            staging.add([account(str(uuid4()), name)._replace(facts=facts(company=name))], unit="each")
        staging.add([account(str(uuid4()), name) for name in names], unit="together")
        staging.amend([account(str(uuid4()), name) for name in names], unit="together")
        staging.add([account(str(uuid4()), "\ud800")], unit="each")
        staging.complete("each")
        staging.complete("together")
        assert staging.merge(Whole(), seen_at=MONDAY).accounts.added == 3 * len(names) + 1
        assert staging.qualifier(facts(scope="a\x00b")) > 0
    stored = [row["name"] for row in people(tenant, "name")]
    assert sorted(stored) == sorted([*(3 * [name.replace("\x00", "\ufffd") for name in names]), "?"])
    assert all(isinstance(row["guid"], UUID) for row in people(tenant, "guid"))
