"""Complete listings become the present and the past: COPY into temporary tables, then set-based statements.

Temporary tables live and die with the connection of one phase, so a crash leaves nothing behind. What one phase merges
stands in one transaction (`together`), so nobody sees half of it.

Invariants, cited by number elsewhere:
  M1  only a complete listing is merged: the caller calls `merge_*` after its listing ended, never before
  M2  a grant is closed only where the listing's coverage says so
  M3  an interval is closed, never deleted
"""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, LiteralString, Self

import psycopg
from psycopg import sql

from chamberlain.errors import Conflict
from chamberlain.model.observed import AccountSeen, Coverage, GrantSeen, PermissionSeen
from chamberlain.store.connection import connect
from chamberlain.store.merge_statements import (
    ADD_ACCOUNTS,
    ADD_PERMISSIONS,
    ADD_STRANGERS,
    CHANGE_ACCOUNTS,
    CHANGE_PERMISSIONS,
    CLOSE_GRANTS,
    CLOSE_GRANTS_OF_GONE_PERMISSIONS,
    CLOSE_NESTING,
    COUNT_DIRECT,
    COUNT_EDGES,
    COUNT_PLANS,
    COUNT_THROUGH_GROUPS,
    NEST_DIRECT,
    OPEN_GRANTS,
    REMOVE_ACCOUNTS,
    REMOVE_PERMISSIONS,
    RESOLVE_GRANTS,
    STORE_COUNTS,
)

STAGES: dict[type, tuple[LiteralString, LiteralString]] = {
    AccountSeen: (
        "seen_account",
        "guid uuid, type text, name text, user_name text, mail text, enabled boolean, department text, "
        "job_title text, manager uuid, facts jsonb, created_at timestamptz",
    ),
    PermissionSeen: (
        "seen_permission",
        "family smallint, kind text, guid uuid, parent uuid, key text, name text, description text, app text, "
        "mail text, facts jsonb",
    ),
    GrantSeen: (
        "seen_grant",
        "holder uuid, holder_type text, holder_name text, guid uuid, parent uuid, relation smallint, via uuid, "
        "qualifier_id int",
    ),
}


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge changed, in rows."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    opened: int = 0
    closed: int = 0

    def __add__(self, other: "Merged") -> "Merged":
        return Merged(
            self.added + other.added,
            self.changed + other.changed,
            self.removed + other.removed,
            self.opened + other.opened,
            self.closed + other.closed,
        )


ROWS_WORTH_ANALYZING = 100
LOCK_PATIENCE = "60s"
LOCK_SPACE = 0x0C4A4  # advisory locks (LOCK_SPACE, tenant id)
ANALYZE: dict[str, LiteralString] = {
    "account": "ANALYZE account",
    "permission": "ANALYZE permission",
    "grants": "ANALYZE grants",
    "nesting": "ANALYZE nesting",
}


class Staging:
    """Takes what one phase sees and merges it when the phase says that its listings are complete."""

    def __init__(self, *, tenant_id: int, seen_at: datetime) -> None:
        self._tenant_id = tenant_id
        self._seen_at = seen_at
        self._qualifiers: dict[str, int] = {}

    def __enter__(self) -> Self:
        self._connection = connect(autocommit=True)
        # One writer a tenant, ended with the connection: a worker that was taken for dead may still be at it.
        try:
            self._connection.execute("SELECT set_config('lock_timeout', %s, false)", (LOCK_PATIENCE,))
            self._connection.execute("SELECT pg_advisory_lock(%s, %s)", (LOCK_SPACE, self._tenant_id))
            self._connection.execute("SET lock_timeout = 0")
        except psycopg.errors.LockNotAvailable as error:
            self._connection.close()
            raise Conflict("tenant_busy", tenant_id=self._tenant_id) from error
        for table, columns in STAGES.values():
            self._connection.execute(
                sql.SQL("CREATE TEMPORARY TABLE {} ({})").format(sql.Identifier(table), sql.SQL(columns))
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def together(self) -> AbstractContextManager[object]:
        """Makes the merges inside it visible to others at once."""
        return self._connection.transaction()

    def add(self, rows: Sequence[AccountSeen] | Sequence[PermissionSeen] | Sequence[GrantSeen]) -> None:
        """Stages rows of one type; a row seen twice counts once."""
        if not rows:
            return
        table, _ = STAGES[type(rows[0])]
        with (
            self._connection.cursor() as cursor,
            cursor.copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))) as copy,
        ):
            for row in rows:
                copy.write_row([_clean(value) for value in row])

    def qualifier(self, content: str) -> int:
        """The id of an interned detail, given as canonical JSON text."""
        known = self._qualifiers.get(content)
        if known is not None:
            return known
        statement = """
            WITH made AS (
                INSERT INTO qualifier (tenant_id, content) VALUES (%(tenant)s, %(content)s)
                ON CONFLICT ON CONSTRAINT qualifier_content DO NOTHING RETURNING id
            )
            SELECT id FROM made
            UNION ALL SELECT id FROM qualifier WHERE tenant_id = %(tenant)s AND content = %(content)s::jsonb LIMIT 1
        """
        row = self._connection.execute(statement, {"tenant": self._tenant_id, "content": content}).fetchone()
        self._qualifiers[content] = identifier = int(row[0]) if row else 0
        return identifier

    def merge_accounts(self) -> Merged:
        """Makes the staged accounts the people of the tenant (M1); those not staged are gone from now on."""
        with self._connection.transaction():
            self._run("ANALYZE seen_account")
            changed = self._run(CHANGE_ACCOUNTS)
            added = self._run(ADD_ACCOUNTS)
            removed = self._run(REMOVE_ACCOUNTS)
        self._grew("account", by=added)
        return Merged(added=added, changed=changed, removed=removed)

    def merge_permissions(self, families: Iterable[int]) -> Merged:
        """Makes the staged permissions those of the given families (M1), and closes grants of those gone (M3)."""
        values = {"families": list(families)}
        with self._connection.transaction():
            self._run("ANALYZE seen_permission")
            changed = self._run(CHANGE_PERMISSIONS)
            added = self._run(ADD_PERMISSIONS)
            removed = self._run(REMOVE_PERMISSIONS, values)
            closed = self._run(CLOSE_GRANTS_OF_GONE_PERMISSIONS, values)
        self._grew("permission", by=added)
        return Merged(added=added, changed=changed, removed=removed, closed=closed)

    def merge_grants(self, coverage: Coverage) -> Merged:
        """Makes the staged grants the open ones of what the listing covers (M1, M2, M3)."""
        values = {
            "family": int(coverage.family),
            "relations": [int(relation) for relation in coverage.relations],
            "missing": list(coverage.missing),
        }
        with self._connection.transaction():
            self._run("ANALYZE seen_grant")
            self._run(ADD_STRANGERS)
            self._run(RESOLVE_GRANTS, values)
            self._run("ANALYZE resolved_grant")
            closed = self._run(CLOSE_GRANTS, values)
            opened = self._run(OPEN_GRANTS)
            self._run("DROP TABLE resolved_grant")
            self._run("TRUNCATE seen_grant")
        self._grew("grants", by=opened)
        return Merged(opened=opened, closed=closed)

    def rebuild_nesting(self) -> None:
        """Computes the group-in-group closure anew from the open direct edges; cycles end where they began."""
        with self._connection.transaction():
            self._run("DELETE FROM nesting WHERE tenant_id = %(tenant)s")
            self._run(NEST_DIRECT)
            self._run("ANALYZE nested_directly")
            nested = self._run(CLOSE_NESTING)
            self._run("DROP TABLE nested_directly")
        self._grew("nesting", by=nested)

    def count_holders(self) -> None:
        """Refreshes the cached numbers of members, people and owners on each permission."""
        with self._connection.transaction():
            self._run(COUNT_EDGES)
            self._run("ANALYZE counted_edge")
            self._run(COUNT_DIRECT)
            self._run(COUNT_THROUGH_GROUPS)
            self._run(COUNT_PLANS)
            self._run(STORE_COUNTS)
            self._run("DROP TABLE counted_edge, counted_direct, counted_through, counted_plan")

    def _grew(self, table: str, *, by: int) -> None:
        """Refreshes the planner's statistics after many insertions, at once: the next statement would plan for an empty
        table, and take a minute for what takes a second. Until the merge ends, other tenants' refreshes wait for it.
        """
        if by >= ROWS_WORTH_ANALYZING:
            self._run(ANALYZE[table])

    def _run(self, statement: LiteralString, values: dict[str, Any] | None = None) -> int:
        cursor: psycopg.Cursor[Any] = self._connection.execute(
            statement, {"tenant": self._tenant_id, "now": self._seen_at, **(values or {})}
        )
        return max(cursor.rowcount, 0)


def _clean(value: Any) -> Any:
    """PostgreSQL text cannot hold NUL; a hostile display name can."""
    return value.replace("\x00", "\ufffd") if isinstance(value, str) and "\x00" in value else value
