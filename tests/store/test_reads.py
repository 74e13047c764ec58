"""Long lists: whichever way the rows are found, they are the same; and what is not counted is not claimed."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from django.db import connection, transaction

from chamberlain import bootstrap
from chamberlain.bench.large_tenant import Size, fill, filled
from chamberlain.store.connection import rows
from chamberlain.store.reads import figures, keyset, people, permissions
from chamberlain.store.reads.people import departments

SIZE = Size(users=900, groups=400, memberships=4500, seed=3)
EVERYBODY = {"type": None, "enabled": None, "licensed": None, "admin": None, "department": "", "text": ""}
CHOICES: list[dict[str, Any]] = [
    {},
    {"type": "guest"},
    {"enabled": False, "licensed": True},
    {"licensed": False, "type": "member"},
    {"admin": True},
    {"admin": False, "enabled": True, "type": "guest"},
    {"department": "Sales North 0"},
    {"department": "sales north 0"},
    {"department": "Sales North 0", "enabled": False},
    {"text": "anna"},
    {"text": "zo"},
    {"text": "large"},
    {"text": "a", "enabled": False, "admin": True},
    {"text": "nobody is called that"},
]
COUNTED = f"SELECT a.id, {people.LICENCES} AS licences, {people.ROLES} AS roles {people.PEOPLE}"
# Every third number is a person, every third a group that holds the licence, every third a group that does not.
MIXED_HOLDERS = (
    "INSERT INTO account (tenant_id, id, guid, type, first_seen, since) "
    "SELECT %(tenant)s, n, gen_random_uuid(), 'member', now(), now() FROM generate_series(900000, 900098, 3) AS n",
    "INSERT INTO permission (tenant_id, id, family, kind, guid, parent, key, first_seen, since) "
    "SELECT %(tenant)s, n, 1, 'security_group', gen_random_uuid(), gen_random_uuid(), 'mixed:' || n, now(), now() "
    "FROM generate_series(900000, 900098) AS n WHERE n %% 3 > 0",
    "INSERT INTO grants (tenant_id, holder_id, permission_id, relation, opened_at) "
    "SELECT %(tenant)s, n, (SELECT min(id) FROM permission WHERE tenant_id = %(tenant)s AND family = 3), 3 + n %% 2, "
    "now() FROM generate_series(900000, 900098) AS n WHERE n %% 3 < 2",
)
SORTS = ("name", "department", "newest")


@pytest.fixture(scope="module")
def tenant(world: bootstrap.World) -> int:
    """A tenant with everything that is hard in a large one."""
    return (filled() or fill(SIZE)).id


def plainly(listing: keyset.Listing) -> list[Any]:
    """The ids of a listing as its plain description says, sorted by the database."""
    order = ", ".join(listing.order)
    alias = listing.walk.alias if listing.walk else "a"
    found = rows(f"SELECT {alias}.id {listing.source} ORDER BY {order}", listing.values)
    return [row["id"] for row in found]


def turned(listing: keyset.Listing, *, patience: int, size: int = 260) -> list[Any]:
    """The ids as somebody finds them who turns all pages to the end, checking that going back leads back."""
    found: list[Any] = []
    cursor = None
    before: keyset.Stretch | None = None
    while True:
        page = keyset.fetch(listing, cursor=cursor, size=size, patience=patience)
        found += [row["id"] for row in page.rows]
        if before is not None:
            back = keyset.fetch(listing, cursor=page.previous, size=size, patience=patience)
            assert [row["id"] for row in back.rows] == [row["id"] for row in before.rows]
        if page.next is None:
            return found
        before, cursor = page, page.next


@pytest.mark.parametrize("choice", CHOICES, ids=str)
@pytest.mark.parametrize("sort", SORTS)
def test_people_are_the_same_whichever_way_they_are_found(tenant: int, choice: dict[str, Any], sort: str) -> None:
    listing = people.listing(tenant_id=tenant, sort=sort, **EVERYBODY | choice)
    expected = plainly(listing)
    for patience in (1, 150, keyset.PATIENCE):
        assert turned(listing, patience=patience) == expected
    page = keyset.fetch(listing, cursor=None, size=100)
    assert (page.total, page.more) == (len(expected), False)


def test_filters_of_people_say_what_grants_say(tenant: int) -> None:
    holders = {row["id"]: row for row in rows(COUNTED, {"tenant": tenant})}
    for licensed, admin in product((True, False), (True, False)):
        wanted = people.listing(tenant_id=tenant, sort="name", **EVERYBODY | {"licensed": licensed, "admin": admin})
        expected = {
            id_ for id_, row in holders.items() if (row["licences"] > 0) == licensed and (row["roles"] > 0) == admin
        }
        assert set(turned(wanted, patience=keyset.PATIENCE)) == expected
        assert expected


@pytest.mark.parametrize("text", ["", "anna", "zo", "qqqq"])
@pytest.mark.parametrize("family", [1, 2, 3, 4, 5])
def test_holders_are_the_same_whichever_way_they_are_found(tenant: int, family: int, text: str) -> None:
    found = rows(
        "SELECT id FROM permission WHERE tenant_id = %(tenant)s AND family = %(family)s AND people > 1 "
        "ORDER BY people DESC, id LIMIT 3",
        {"tenant": tenant, "family": family},
    )
    assert found
    for row in found:
        asked = {"tenant_id": tenant, "permission_id": row["id"], "family": family, "text": text}
        few = permissions.members(**asked, holders=1)
        many = permissions.members(**asked, holders=permissions.SELDOM + 1)
        expected = plainly(few)
        assert turned(few, patience=1) == expected
        for patience in (1, 150, keyset.PATIENCE):
            assert turned(many, patience=patience) == expected


@pytest.mark.parametrize(
    "narrow", [{}, {"kind": "security_group"}, {"dynamic": True}, {"empty": True}, {"text": "sal"}]
)
def test_permissions_are_the_same_whichever_way_they_are_found(tenant: int, narrow: dict[str, Any]) -> None:
    everything = {"kind": None, "text": "", "dynamic": None, "on_premises": None, "empty": None}
    listing = permissions.listing(tenant_id=tenant, **everything | narrow)
    expected = plainly(listing)
    assert turned(listing, patience=1) == turned(listing, patience=keyset.PATIENCE) == expected
    exact = keyset.fetch(listing, cursor=None, size=100, patience=10_000)
    assert (exact.total, exact.more) == (len(expected), False)
    page = keyset.fetch(listing, cursor=None, size=100)
    assert page.total < len(expected) if page.more else page.total == len(expected)


def test_figures_of_a_merge_are_those_that_one_would_count(tenant: int) -> None:
    def all_figures() -> tuple[Any, ...]:
        return (
            figures.people(tenant_id=tenant),
            {row["kind"]: row["number"] for row in permissions.counts(tenant_id=tenant)},
            {row["key"]: (row["blocked"], row["errors"]) for row in permissions.licences(tenant_id=tenant)},
            departments(tenant_id=tenant),
        )

    made = all_figures()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM tenant_figure WHERE tenant_id = %s", [tenant])
        counted = all_figures()
        transaction.set_rollback(True)
    assert made == counted
    assert made[0]["admins"] > 0
    assert made[0]["blocked_with_licence"] > 0


def test_groups_among_holders_are_found_wherever_their_ids_lie(tenant: int) -> None:
    plain = """
        SELECT DISTINCT g.holder_id FROM grants g JOIN permission p ON p.tenant_id = g.tenant_id AND p.id = g.holder_id
        WHERE g.tenant_id = %(tenant)s AND g.permission_id = %(permission)s AND g.closed_at IS NULL
          AND g.relation IN (3, 4)
    """
    found = rows("SELECT id FROM permission WHERE tenant_id = %(tenant)s AND family IN (2, 3, 4)", {"tenant": tenant})
    numbers = set()
    with transaction.atomic():
        with connection.cursor() as cursor:
            for statement in MIXED_HOLDERS:
                cursor.execute(statement, {"tenant": tenant})
        for permission in [row["id"] for row in found]:
            asked = {"tenant": tenant, "permission": permission}
            expected = sorted(row["holder_id"] for row in rows(plain, asked))
            assert sorted(permissions.group_holders(tenant_id=tenant, permission_id=permission)) == expected
            numbers.add(len(expected))
        transaction.set_rollback(True)
    assert max(numbers) > 20


def test_what_was_not_counted_is_not_claimed(tenant: int) -> None:
    listing = people.listing(tenant_id=tenant, sort="name", **EVERYBODY | {"text": "large"})
    page = keyset.fetch(listing, cursor=None, size=10, patience=430)
    assert (page.total, page.more) == (400, True)
    everybody = rows(
        "SELECT id FROM permission WHERE tenant_id = %(tenant)s AND family = 1 ORDER BY people DESC LIMIT 1",
        {"tenant": tenant},
    )[0]["id"]
    holders = permissions.members(
        tenant_id=tenant, permission_id=everybody, family=1, text="", holders=permissions.SELDOM + 1
    )
    found = keyset.fetch(holders, cursor=None, size=10)
    assert (found.total, found.more) == (10_000, True)


def test_a_list_without_a_walk_is_read_as_before(tenant: int) -> None:
    listing = people.listing(tenant_id=tenant, sort="name", **EVERYBODY)
    plain = replace(listing, walk=None)
    assert turned(plain, patience=1) == turned(listing, patience=1)
