"""People in lists."""

from typing import Any

from chamberlain.store.connection import rows
from chamberlain.store.reads import keyset
from chamberlain.store.reads.figures import ADMIN, BLOCKED, CELLS, GUEST, LICENSED, MOST_DEPARTMENTS
from chamberlain.store.reads.walk import Walk
from chamberlain.store.reads.words import matching, prefix_query

ACTIVE_LICENCE = """
    SELECT g.permission_id FROM grants g
    JOIN permission p ON p.tenant_id = g.tenant_id AND p.id = g.permission_id AND p.family = 3
    JOIN qualifier q ON q.tenant_id = g.tenant_id AND q.id = g.qualifier_id
    WHERE g.tenant_id = a.tenant_id AND g.holder_id = a.id AND g.closed_at IS NULL
      AND q.content ->> 'state' IN ('Active', 'ActiveWithError')
"""
LICENCES = f"(SELECT count(DISTINCT permission_id) FROM ({ACTIVE_LICENCE}) AS held)"  # noqa: S608 - constants
ROLES = """
    (SELECT count(DISTINCT r.permission_id) FROM grants r
     JOIN permission p ON p.tenant_id = r.tenant_id AND p.id = r.permission_id AND p.family = 2
     WHERE r.tenant_id = a.tenant_id AND r.closed_at IS NULL AND r.relation = 3
       AND (r.holder_id = a.id OR r.holder_id IN (
            SELECT m.permission_id FROM grants m WHERE m.tenant_id = a.tenant_id AND m.holder_id = a.id
            AND m.closed_at IS NULL AND m.relation = 1)))
"""
# Most people administer nothing, and the merge that said so counted already.
COLUMNS = f"""
    a.id, a.guid, a.name, a.user_name, a.mail, a.type, a.enabled, a.department, a.job_title,
    {LICENCES} AS licences, CASE WHEN a.standing & {ADMIN} = 0 THEN 0 ELSE {ROLES} END AS roles
"""
PRESENT = "a.tenant_id = %(tenant)s AND a.gone_at IS NULL AND a.cell IS NOT NULL"
PEOPLE = f"FROM account a WHERE {PRESENT}"
ORDERS: dict[str, tuple[str, ...]] = {
    "name": ("lower(a.name)", "a.id"),
    "department": ("lower(a.department)", "lower(a.name)", "a.id"),
    "newest": ("(-coalesce(extract(epoch FROM a.created_at AT TIME ZONE 'UTC')::bigint, 0))", "a.id"),
}


def listing(
    *,
    tenant_id: int,
    text: str,
    type: str | None,
    enabled: bool | None,
    licensed: bool | None,
    admin: bool | None,
    department: str,
    sort: str,
) -> keyset.Listing:
    """People that match; None and "" narrow nothing."""
    values: dict[str, Any] = {"tenant": tenant_id}
    text_condition, typed = matching("a", text)
    values |= typed
    where = PRESENT
    if department:
        values["department"] = department
        where += " AND lower(a.department) = lower(%(department)s) AND a.department = %(department)s"
    guest = None if type is None else type == "guest"
    blocked = None if enabled is None else not enabled
    cells = _cells({LICENSED: licensed, ADMIN: admin, GUEST: guest, BLOCKED: blocked})
    values["cells"] = cells
    in_cells = "" if len(cells) == len(CELLS) else " AND a.cell = ANY (%(cells)s)"
    by_name = sort == "name" and not department and not in_cells
    return keyset.Listing(
        columns=COLUMNS,
        source=f"FROM account a WHERE {where}{in_cells}{text_condition}",
        order=ORDERS[sort],
        values=values,
        walk=Walk(
            table="account",
            alias="a",
            where=where,
            cells=() if by_name else tuple(f" AND a.cell = {cell}" for cell in cells),
            narrow=text_condition,
            few=text_condition,
            total="" if text_condition else _total(department),
        ),
    )


def _cells(wanted: dict[int, bool | None]) -> list[int]:
    """The cells in which each bit is as wanted; None wants nothing."""
    return [cell for cell in CELLS if all(value is None or bool(cell & bit) == value for bit, value in wanted.items())]


def _total(department: str) -> str:
    """How many people there are in the cells, where a merge has counted them."""
    of = "f.department = %(department)s" if department else "f.department IS NULL"
    return f"""
        SELECT CASE WHEN EXISTS (SELECT FROM tenant_figure WHERE tenant_id = %(tenant)s) THEN (
            SELECT coalesce(sum(f.people), 0)::int FROM people_figure f
            WHERE f.tenant_id = %(tenant)s AND {of} AND f.cell = ANY (%(cells)s)) END AS total, false AS more
    """  # noqa: S608 - constants


def departments(*, tenant_id: int) -> list[dict[str, Any]]:
    """The largest departments with the number of people in each, largest first."""
    known = rows("SELECT departments FROM tenant_figure WHERE tenant_id = %(tenant)s", {"tenant": tenant_id})
    if known:
        return [{"name": name, "people": people} for name, people in known[0]["departments"]]
    return rows(
        f"SELECT a.department AS name, count(*) AS people {PEOPLE} AND a.department <> '' "
        "GROUP BY a.department ORDER BY count(*) DESC, a.department LIMIT %(most)s",
        {"tenant": tenant_id, "most": MOST_DEPARTMENTS},
    )


def by_guids(*, tenant_id: int, guids: list[str]) -> list[dict[str, Any]]:
    """Rows of the people with these object ids, gone or not."""
    return rows(
        f"SELECT {COLUMNS} FROM account a WHERE a.tenant_id = %(tenant)s AND a.guid = ANY (%(guids)s::uuid[])",  # noqa: S608 - constants
        {"tenant": tenant_id, "guids": guids},
    )


def reports(*, tenant_id: int, guid: str, limit: int) -> list[dict[str, Any]]:
    """People whose manager is the one with this object id, by name."""
    return rows(
        f"SELECT {COLUMNS} {PEOPLE} AND a.manager = %(guid)s ORDER BY lower(a.name), a.id LIMIT %(limit)s",
        {"tenant": tenant_id, "guid": guid, "limit": limit},
    )


def matches(*, tenant_id: int, text: str, limit: int) -> list[dict[str, Any]]:
    """People whose user name or mail is `text`; without such, those whose words begin with its words."""
    values = {"tenant": tenant_id, "text": text.strip().lower(), "limit": limit, "query": prefix_query(text)}
    exact = rows(
        f"SELECT a.guid, a.user_name {PEOPLE} AND lower(a.user_name) = %(text)s "
        f"UNION SELECT a.guid, a.user_name {PEOPLE} AND lower(a.mail) = %(text)s AND a.mail <> '' LIMIT %(limit)s",
        values,
    )
    if exact or values["query"] is None:
        return exact
    return rows(
        f"SELECT a.guid, a.user_name {PEOPLE} AND a.search @@ to_tsquery('simple', %(query)s) "
        "ORDER BY lower(a.name), a.id LIMIT %(limit)s",
        values,
    )


def profile(*, tenant_id: int, guid: str) -> dict[str, Any] | None:
    """What only the page of a person shows; None where there is no such person."""
    found = rows(
        "SELECT id, manager::text AS manager, facts, created_at, first_seen, gone_at FROM account "
        "WHERE tenant_id = %(tenant)s AND guid = %(guid)s AND type IN ('member', 'guest')",
        {"tenant": tenant_id, "guid": guid},
    )
    return found[0] if found else None
