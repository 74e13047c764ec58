"""What is different between two times: one set-based query for each kind of thing.

What came and went in between is no difference. Placeholders: `tenant`, `begin`, `end`, and what narrows.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from psycopg.rows import dict_row

from chamberlain.store.connection import connect, rows
from chamberlain.store.reads import keyset
from chamberlain.store.reads.version import OF_ACCOUNT, OF_PERMISSION, account_then, permission_then

AT_ONCE = 2_000  # rows that a stream fetches together

# Whatever has a version that began or ended in between.
TOUCHED_ACCOUNTS = """
    touched AS MATERIALIZED (
        SELECT id FROM account WHERE tenant_id = %(tenant)s AND since > %(begin)s AND since <= %(end)s
        UNION SELECT id FROM account WHERE tenant_id = %(tenant)s AND gone_at > %(begin)s AND gone_at <= %(end)s
        UNION SELECT account_id FROM account_past WHERE tenant_id = %(tenant)s AND until > %(begin)s
            AND until <= %(end)s
        UNION SELECT account_id FROM account_past WHERE tenant_id = %(tenant)s AND until > %(end)s AND since > %(begin)s
            AND since <= %(end)s
    )
"""
TOUCHED_PERMISSIONS = TOUCHED_ACCOUNTS.replace("account", "permission")


def _json(alias: str, columns: tuple[str, ...]) -> str:
    """A row's properties as one JSON object; null where there was no row."""
    pairs = ", ".join(f"'{name}', {alias}.{name}" for name in columns)
    return f"CASE WHEN {alias}.id IS NULL THEN NULL ELSE jsonb_build_object({pairs}) END"


ACCOUNT_PROPERTIES = tuple(name for name in OF_ACCOUNT if name != "created_at")
PERMISSION_PROPERTIES = tuple(name for name in OF_PERMISSION if name not in ("key", "kind"))
ACCOUNTS = f"""
    (WITH {TOUCHED_ACCOUNTS}
     SELECT a.id, a.guid::text AS guid, coalesce(n.name, b.name) AS name,
            coalesce(n.user_name, b.user_name) AS user_name,
            {_json("b", ACCOUNT_PROPERTIES)} AS was, {_json("n", ACCOUNT_PROPERTIES)} AS became,
            CASE WHEN b.id IS NULL THEN 'accounts_added' WHEN n.id IS NULL THEN 'accounts_gone'
                 ELSE 'accounts_changed' END AS section
     FROM touched t JOIN account a ON a.tenant_id = %(tenant)s AND a.id = t.id
     LEFT JOIN {account_then("begin", ids="IN (SELECT id FROM touched)")} b ON b.id = t.id
     LEFT JOIN {account_then("end", ids="IN (SELECT id FROM touched)")} n ON n.id = t.id
     WHERE a.type IN ('member', 'guest') AND num_nonnulls(b.id, n.id) > 0)
"""  # noqa: S608 - constants
PERMISSIONS = f"""
    (WITH {TOUCHED_PERMISSIONS}
     SELECT p.id, p.key, coalesce(n.kind, b.kind) AS kind, coalesce(n.name, b.name) AS name,
            coalesce(n.app, b.app) AS app,
            {_json("b", PERMISSION_PROPERTIES)} AS was, {_json("n", PERMISSION_PROPERTIES)} AS became,
            CASE WHEN b.id IS NULL THEN 'permissions_added' WHEN n.id IS NULL THEN 'permissions_gone'
                 ELSE 'permissions_changed' END AS section
     FROM touched t JOIN permission p ON p.tenant_id = %(tenant)s AND p.id = t.id
     LEFT JOIN {permission_then("begin", ids="IN (SELECT id FROM touched)")} b ON b.id = t.id
     LEFT JOIN {permission_then("end", ids="IN (SELECT id FROM touched)")} n ON n.id = t.id
     WHERE num_nonnulls(b.id, n.id) > 0)
"""  # noqa: S608 - constants
# An edge that is open at one of the two times only. Its details (qualifiers) tell it apart: what ended with one detail
# and began with another, for the same holder, permission and way, has changed.
GRANTS = """
    (WITH boundary AS (
         SELECT * FROM grants g WHERE g.tenant_id = %(tenant)s AND g.opened_at > %(begin)s AND g.opened_at <= %(end)s
         {narrowed}
         UNION ALL
         SELECT * FROM grants g WHERE g.tenant_id = %(tenant)s AND g.closed_at > %(begin)s AND g.closed_at <= %(end)s
         AND g.opened_at <= %(begin)s {narrowed}
     ), net AS (
         SELECT holder_id, permission_id, relation, via_id, qualifier_id, bool_or(opened_at <= %(begin)s) AS was_open,
                max(opened_at) AS opened_at, max(closed_at) AS closed_at, max(last_seen) AS last_seen
         FROM boundary GROUP BY holder_id, permission_id, relation, via_id, qualifier_id
         HAVING bool_or(opened_at <= %(begin)s) <> bool_or(closed_at IS NULL OR closed_at > %(end)s)
     ), way AS (
         SELECT holder_id, permission_id, relation::int, via_id,
                array_agg(qualifier_id) FILTER (WHERE was_open) AS was,
                array_agg(qualifier_id) FILTER (WHERE NOT was_open) AS became,
                max(opened_at) FILTER (WHERE NOT was_open) AS opened_at,
                max(closed_at) FILTER (WHERE was_open) AS closed_at,
                max(last_seen) FILTER (WHERE was_open) AS last_seen
         FROM net GROUP BY holder_id, permission_id, relation, via_id
     )
     SELECT w.*, a.guid::text AS guid, a.type, h.key AS holder_key, h.kind AS holder_kind,
            coalesce(a.name, h.name, '') AS holder_name, coalesce(a.user_name, '') AS user_name,
            p.key, p.kind, p.name, p.app, v.key AS via_key, v.kind AS via_kind, v.name AS via_name,
            CASE WHEN w.was IS NULL THEN 'grants_opened' WHEN w.became IS NULL THEN 'grants_closed'
                 ELSE 'grants_changed' END AS section
     FROM way w
     JOIN permission p ON p.tenant_id = %(tenant)s AND p.id = w.permission_id
     LEFT JOIN account a ON a.tenant_id = %(tenant)s AND a.id = w.holder_id
     LEFT JOIN permission h ON h.tenant_id = %(tenant)s AND h.id = w.holder_id
     LEFT JOIN permission v ON v.tenant_id = %(tenant)s AND v.id = w.via_id)
"""
DETAILS = """
    (SELECT jsonb_agg(q.content ORDER BY q.id) FROM qualifier q
     WHERE q.tenant_id = %(tenant)s AND q.id = ANY (d.{side})) AS {side}_details
"""
GRANT_COLUMNS = f"d.*, {DETAILS.format(side='was')}, {DETAILS.format(side='became')}"
SECTIONS = (
    "accounts_added",
    "accounts_gone",
    "accounts_changed",
    "permissions_added",
    "permissions_gone",
    "permissions_changed",
    "grants_opened",
    "grants_closed",
    "grants_changed",
)


class Period:
    """The differences of a tenant between two times, narrowed to one account or one permission where they are given."""

    def __init__(
        self,
        *,
        tenant_id: int,
        begin: datetime,
        end: datetime,
        account_id: int | None = None,
        permission_id: int | None = None,
    ) -> None:
        self._values: dict[str, Any] = {
            "tenant": tenant_id,
            "begin": begin,
            "end": end,
            "account": account_id,
            "permission": permission_id,
        }
        self._account = account_id is not None
        self._permission = permission_id is not None

    def sections(self) -> tuple[str, ...]:
        """Which sections there can be: one person's changes hold no permission's, and the other way round."""
        without: tuple[str, ...] = ("permissions",) if self._account else ()
        without += ("accounts",) if self._permission else ()
        return tuple(name for name in SECTIONS if not name.startswith(without or ("-",)))

    def listing(self, section: str) -> keyset.Listing:
        """One section, by name of the person, the permission, or the holder."""
        noun = section.split("_", maxsplit=1)[0]
        return keyset.Listing(
            columns=GRANT_COLUMNS if noun == "grants" else "d.*",
            source=f"FROM {self._source(noun)} d WHERE d.section = %(section)s{self._condition(noun)}",
            order=("lower(d.holder_name)", "d.holder_id", "d.permission_id", "d.relation", "d.via_id")
            if noun == "grants"
            else ("lower(d.name)", "d.id"),
            values={**self._values, "section": section},
        )

    def _source(self, noun: str) -> str:
        if noun == "accounts":
            return ACCOUNTS
        if noun == "permissions":
            return PERMISSIONS
        narrowed = " AND g.holder_id = %(account)s" if self._account else ""
        narrowed += " AND g.permission_id = %(permission)s" if self._permission else ""
        return GRANTS.replace("{narrowed}", narrowed)

    def _condition(self, noun: str) -> str:
        """What changed is what differs; the same again is no change."""
        narrowed = {"accounts": self._account, "permissions": self._permission}.get(noun, False)
        own = f" AND d.id = %({noun[:-1]})s" if narrowed else ""
        return own if noun == "grants" else f" AND d.was IS DISTINCT FROM d.became{own}"

    def totals(self) -> dict[str, int]:
        """How many rows each section has."""
        found = dict.fromkeys(self.sections(), 0)
        for noun in {name.split("_")[0] for name in found}:
            statement = (
                f"SELECT d.section, count(*) AS total FROM {self._source(noun)} d WHERE true{self._condition(noun)} "  # noqa: S608 - constants
                "GROUP BY d.section"
            )
            found |= {row["section"]: row["total"] for row in rows(statement, self._values)}
        return found

    @contextmanager
    def stream(self) -> Iterator[Iterator[dict[str, Any]]]:
        """Every row of every section, of one state of the tenant; nothing is kept in memory."""
        with connect() as connection:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")

            def each() -> Iterator[dict[str, Any]]:
                for section in self.sections():
                    listing = self.listing(section)
                    statement = f"SELECT {listing.columns} {listing.source} ORDER BY {', '.join(listing.order)}"
                    with connection.cursor(name="changes", row_factory=dict_row) as cursor:
                        cursor.itersize = AT_ONCE
                        cursor.execute(statement.encode(), listing.values)
                        yield from cursor

            yield each()
