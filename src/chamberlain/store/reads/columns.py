"""What a column of a list shows, as SQL, and a list's rows from the first to the last."""

from collections.abc import Iterator, Mapping
from typing import Any

from psycopg.rows import dict_row

from chamberlain.store.connection import connect, rows
from chamberlain.store.reads.keyset import Listing
from chamberlain.store.reads.people import ACTIVE_LICENCE

AT_ONCE = 2_000  # rows that are held in memory while a list is read to its end
STALLED = "15min"  # a reader that takes nothing for so long is gone: the server ends the snapshot it holds

PEOPLE: Mapping[str, str] = {
    "name": "a.name",
    "user_name": "a.user_name",
    "mail": "a.mail",
    "type": "a.type",
    "state": "a.enabled",
    "department": "a.department",
    "job_title": "a.job_title",
    "company": "coalesce(a.facts ->> 'company', '')",
    "office": "coalesce(a.facts ->> 'office', '')",
    "city": "coalesce(a.facts ->> 'city', '')",
    "country": "coalesce(a.facts ->> 'country', '')",
    "usage_location": "coalesce(a.facts ->> 'usage_location', '')",
    "employee_id": "coalesce(a.facts ->> 'employee_id', '')",
    "employee_type": "coalesce(a.facts ->> 'employee_type', '')",
    "on_premises": "a.facts ? 'on_premises'",
    "manager": "coalesce((SELECT m.name FROM account m WHERE m.tenant_id = a.tenant_id AND m.guid = a.manager), '')",
    "created": "a.created_at",
    "first_seen": "a.first_seen",
    "licences": f"(SELECT count(DISTINCT permission_id) FROM ({ACTIVE_LICENCE}) AS held)",  # noqa: S608 - constants
    # Most people administer nothing, and the merge that said so counted already.
    "roles": (
        "CASE WHEN a.cell & 2 = 0 THEN 0 ELSE (SELECT count(DISTINCT r.permission_id) FROM ("
        "SELECT a.id AS holder_id UNION ALL SELECT m.permission_id FROM grants m WHERE m.tenant_id = a.tenant_id"
        " AND m.holder_id = a.id AND m.closed_at IS NULL AND m.relation = 1) AS way"
        " JOIN grants r ON r.tenant_id = a.tenant_id AND r.holder_id = way.holder_id AND r.closed_at IS NULL"
        " AND r.relation = 3"
        " JOIN permission p ON p.tenant_id = r.tenant_id AND p.id = r.permission_id AND p.family = 2) END"
    ),
    "last_sign_in": (
        "(SELECT x.last_used_at FROM activity x"
        " WHERE x.tenant_id = a.tenant_id AND x.account_id = a.id AND x.source = 'entra')"
    ),
    "object_id": "a.guid::text",
}
PERMISSIONS: Mapping[str, str] = {
    "name": "p.name",
    "kind": "p.kind",
    "app": "p.app",
    "mail": "p.mail",
    "description": "p.description",
    "members": "p.members",
    "people": "p.people",
    "owners": "p.owners",
    "dynamic": "p.facts ? 'dynamic'",
    "rule": "coalesce(p.facts ->> 'rule', '')",
    "on_premises": "p.facts ? 'on_premises'",
    "role_assignable": "p.facts ? 'role_assignable'",
    "privileged": "p.facts ? 'privileged'",
    "team": "p.facts ? 'team'",
    "visibility": "coalesce(p.facts ->> 'visibility', '')",
    "created": "p.facts ->> 'created'",
    "first_seen": "p.first_seen",
    "key": "p.key",
}


def of_people(*, tenant_id: int, guids: list[str], columns: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """What these columns show for these people, by object id."""
    found = rows(
        f"SELECT a.guid::text AS row_key, {select(PEOPLE, columns)} FROM account a "  # noqa: S608 - constants
        "WHERE a.tenant_id = %(tenant)s AND a.guid = ANY (%(guids)s::uuid[])",
        {"tenant": tenant_id, "guids": guids},
    )
    return {row["row_key"]: row for row in found}


def of_permissions(*, tenant_id: int, keys: list[str], columns: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """What these columns show for these permissions, by key."""
    found = rows(
        f"SELECT p.key AS row_key, {select(PERMISSIONS, columns)} FROM permission p "  # noqa: S608 - constants
        "WHERE p.tenant_id = %(tenant)s AND p.key = ANY (%(keys)s)",
        {"tenant": tenant_id, "keys": keys},
    )
    return {row["row_key"]: row for row in found}


def select(offered: Mapping[str, str], columns: tuple[str, ...]) -> str:
    """The columns as a list of expressions, each under its own name."""
    return ", ".join(f'{offered[column]} AS "{column}"' for column in columns)


class WholeListing:
    """Every row of a listing as it was at one moment, on a connection of its own that `close` gives back.

    One snapshot instead of page after page: a sync that ends meanwhile neither doubles nor loses a row. Holding it
    hinders no writer. Memory stays flat whatever the number of rows. `state` is the name by which other connections
    can see the same moment.
    """

    def __init__(self, listing: Listing) -> None:
        self._listing = listing
        self._connection = connect()
        try:
            self._connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            self._connection.execute(f"SET LOCAL idle_in_transaction_session_timeout = '{STALLED}'")
            counted = self._connection.execute(f"SELECT count(*) {listing.source}", listing.values).fetchone()
            self.count: int = counted[0] if counted else 0
            exported = self._connection.execute("SELECT pg_export_snapshot()").fetchone()
            self.state: str = exported[0] if exported else ""
        except BaseException:
            self.close()
            raise

    def __iter__(self) -> Iterator[dict[str, Any]]:
        order = ", ".join(self._listing.order)
        statement = f"SELECT {self._listing.columns} {self._listing.source} ORDER BY {order}"
        with self._connection.cursor(name="whole_listing", row_factory=dict_row) as cursor:
            cursor.itersize = AT_ONCE
            cursor.execute(statement, self._listing.values)
            yield from cursor

    def close(self) -> None:
        """Ends the snapshot."""
        self._connection.close()
