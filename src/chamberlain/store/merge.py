"""What was staged becomes the present, and what it replaces the past: set-based statements in one transaction.

Nobody sees half of it, and nobody waits for it: it locks no row that pages write.

Invariants, cited by number elsewhere:
  M1  what a listing did not show is gone only where the listing was read to its end
  M2  a grant is closed only where a complete listing covers it, or a change says so
  M3  an interval is closed, never deleted
  M4  times of merges only grow, so that no interval and no version begins and ends at once
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from chamberlain.model.cursor import Cursor
from chamberlain.model.kind import Family
from chamberlain.model.merged import ACCOUNTS, Merge, Merged, name_of
from chamberlain.model.observed import AccountSeen, Coverage, GrantSeen, PermissionSeen, Scope, Whole
from chamberlain.store.merging import counts, edges, figures, following, nesting, notes, objects, settle
from chamberlain.store.staging_tables import CHANGES, LISTINGS, table_name

__all__ = ["Merged", "intern", "last", "merge"]

ROWS_WORTH_ANALYZING = 100
FEW_ENOUGH_TO_FOLLOW = 100_000
"""Edges: where more changed, counting everything reads less than following each to what it touches."""

ENOUGH_MEMORY = "SET LOCAL work_mem = '256MB'"
"""For a hash table of a million accounts, so that ten million edges are resolved in one pass."""

ROUGHLY: LiteralString = "SET LOCAL default_statistics_target = 20"
"""For tables that only this merge reads: how many rows there are, and about what they are like. On 20,000 people and
135,000 edges, looking as closely as for pages took a tenth of the merge."""

CLOSELY: LiteralString = "SET LOCAL default_statistics_target TO DEFAULT"
ANALYZE: dict[str, LiteralString] = {
    "account": "ANALYZE account",
    "permission": "ANALYZE permission",
    "grants": "ANALYZE grants",
    "nesting": "ANALYZE nesting",
}
CLOSE_UNSEEN: dict[Scope, LiteralString] = {
    Scope.PERMISSIONS: edges.CLOSE_UNSEEN_OF_PERMISSIONS,
    Scope.HOLDERS: edges.CLOSE_UNSEEN_OF_HOLDERS,
}
READ_AGAIN: dict[Scope, LiteralString] = {
    Scope.PERMISSIONS: settle.READ_AGAIN_OF_PERMISSIONS,
    Scope.HOLDERS: settle.READ_AGAIN_OF_HOLDERS,
}


def intern(connection: psycopg.Connection[Any], *, tenant_id: int, content: str) -> int:
    """The id of a grant's detail, given as canonical JSON text; all that are alike have one."""
    row = connection.execute(notes.INTERN, {"tenant": tenant_id, "content": content}).fetchone()
    return int(row[0]) if row else 0


def last(connection: psycopg.Connection[Any], *, tenant_id: int, run_id: int) -> Merge | None:
    """The tenant's last merge, if it was this run's."""
    row = connection.execute(notes.LAST, (tenant_id, run_id)).fetchone()
    return None if row is None else Merge(row[0], {name: Merged(**each) for name, each in row[1].items()})


def merge(
    connection: psycopg.Connection[Any],
    *,
    tenant_id: int,
    run_id: int,
    whole: Whole,
    seen_at: datetime,
    cursors: Sequence[Cursor],
    current: Sequence[str],
    empty: sql.Composed,
) -> Merge:
    """Merges what the tenant's staging tables hold, and empties them by the statement `empty`."""
    with connection.transaction():
        done = _Merging(connection, tenant_id=tenant_id, seen_at=seen_at).run(whole)
        done.look(whole, current=current)
        done.point(cursors)
        done.remember(run_id=run_id)
        connection.execute(empty)
    return Merge(done.now, done.changes)


class _Merging:
    """One merge on its way; what it has changed so far."""

    def __init__(self, connection: psycopg.Connection[Any], *, tenant_id: int, seen_at: datetime) -> None:
        self._connection = connection
        self._values: dict[str, Any] = {"tenant": tenant_id, "seen_at": seen_at}
        self._tenant_id = tenant_id
        self.now: datetime = self._rows(notes.NOW)[0][0]
        self._values["now"] = self.now
        self.changes: dict[str, Merged] = {}

    def run(self, whole: Whole) -> "_Merging":
        """All steps, in their order: edges need their ends, nesting needs edges, counting needs both."""
        self._run(ENOUGH_MEMORY)
        self._run(ROUGHLY)
        self._settle(whole)
        self._run(objects.REMEMBER)
        self._merge_accounts(whole)
        self._merge_permissions(whole)
        self._resolve()
        moved = self._move_edges(whole)
        self._nest()
        everything = whole.accounts or moved > FEW_ENOUGH_TO_FOLLOW
        self._count(everything=everything)
        self._figure(everything=everything)
        for forget in (nesting.FORGET, edges.FORGET, objects.FORGET, settle.FORGET):
            self._run(forget)
        return self

    def look(self, whole: Whole, *, current: Sequence[str]) -> None:
        """Notes what was looked at."""
        families = {each.family for each in whole.grants if each.scope is Scope.FAMILY}
        families |= set(whole.permissions) & {Family.SERVICE_PLAN}  # nobody holds one directly
        complete = [name_of(family) for family in families] + [ACCOUNTS] * whole.accounts
        self._run(notes.COVER, complete=complete)
        self._run(notes.LOOK, current=list(current))

    def point(self, cursors: Iterable[Cursor]) -> None:
        """Notes where changes are read from next."""
        for cursor in cursors:
            self._run(
                notes.POINT,
                stream=cursor.stream,
                link=cursor.link,
                issued_at=cursor.issued_at,
                made_with=cursor.made_with,
            )

    def remember(self, *, run_id: int) -> None:
        """Notes that this run was merged, and when."""
        figures = {name: asdict(merged) for name, merged in self.changes.items()}
        self._run(notes.REMEMBER, run=run_id, changes=json.dumps(figures))

    def _settle(self, whole: Whole) -> None:
        accounts, permissions, grants = (
            self._staged(LISTINGS, kind) for kind in (AccountSeen, PermissionSeen, GrantSeen)
        )
        for view, table in (
            (settle.SEEN_ACCOUNT, accounts),
            (settle.SEEN_PERMISSION, permissions),
            (settle.SEEN_GRANT, grants),
        ):
            self._execute(sql.SQL(view).format(table))
        for kind, statements in (
            (AccountSeen, (settle.LAST_ACCOUNT, settle.FINAL_ACCOUNT)),
            (PermissionSeen, (settle.GONE_BELOW, settle.LAST_PERMISSION, settle.FINAL_PERMISSION)),
            (GrantSeen, (settle.CHANGED_KEY, settle.LAST_GRANT)),
        ):
            changes = self._staged(CHANGES, kind)
            for statement in statements:
                self._execute(sql.SQL(statement).format(changes=changes))
        for coverage in whole.grants:
            if coverage.scope in READ_AGAIN:
                self._run(
                    READ_AGAIN[coverage.scope],
                    family=int(coverage.family),
                    relations=[int(relation) for relation in coverage.relations],
                    guids=list(coverage.guids),
                )
        self._run("ANALYZE last_account, last_permission, changed_key, last_grant")
        self._settle_grants()

    def _settle_grants(self) -> None:
        parts: tuple[LiteralString, ...] = (settle.UNCHANGED, settle.HELD_BY_SOMEBODY, settle.THERE)
        asked = zip(self._rows(settle.HAS_CHANGES)[0], parts, strict=True)
        unchanged, held, there = (sql.SQL(part if is_asked else "true") for is_asked, part in asked)
        view = sql.SQL(settle.FINAL_GRANT)
        self._execute(view.format(unchanged=unchanged, held_by_somebody=held, there=there))

    def _staged(self, tables: Any, kind: type) -> sql.Composed:
        name = table_name(tables[kind], self._tenant_id)
        self._execute(sql.SQL("ANALYZE {}").format(name))
        return name

    def _merge_accounts(self, whole: Whole) -> None:
        self._run(objects.CHANGING_ACCOUNT)
        changed = self._change_accounts()
        has_gone, is_anybody_there = self._rows(objects.HAS_GONE_OR_ANYBODY)[0]
        added = self._run(objects.ADD_ACCOUNT)
        removed = self._run(objects.END_ACCOUNT) if has_gone else 0
        if whole.accounts and is_anybody_there:
            removed += self._run(objects.END_UNSEEN_ACCOUNT)
        self._note(ACCOUNTS, Merged(added=added, changed=changed, removed=removed))
        self._grew("account", by=added)

    def _change_accounts(self) -> int:
        self._run(objects.PAST_ACCOUNT)
        self._run(objects.STIR_ACCOUNT)
        changed = self._run(objects.CHANGE_ACCOUNT)
        self._run(objects.FORGET_CHANGING_ACCOUNT)
        return changed

    def _merge_permissions(self, whole: Whole) -> None:
        self._run(objects.CHANGING_PERMISSION)
        self._run(objects.PAST_PERMISSION)
        self._run(objects.STIR_PERMISSION)
        self._run(objects.CHANGE_PERMISSION)
        self._by_family(self._rows(objects.CHANGED_PERMISSIONS), lambda rows: Merged(changed=rows))
        added = self._rows(objects.ADD_PERMISSION)
        self._by_family(added, lambda rows: Merged(added=rows))
        self._by_family(self._rows(objects.END_PERMISSION), lambda rows: Merged(removed=rows))
        if whole.permissions or whole.below:
            families = [int(family) for family in whole.permissions]
            gone = self._rows(objects.END_UNSEEN_PERMISSION, families=families, below=sorted(whole.below))
            self._by_family(gone, lambda rows: Merged(removed=rows))
        self._grew("permission", by=sum(rows for _, rows in added))

    def _resolve(self) -> None:
        """Finds both ends of each edge; holders that nobody listed are introduced, with the names known by now."""
        self._run(edges.RESOLVE)
        if self._rows(edges.HAS_STRANGERS)[0][0]:
            self._run(edges.ADD_STRANGER)
            self._run(edges.PLACE_STRANGER)
            self._run(edges.FORGET_UNKNOWN)
        self._run("ANALYZE resolved")
        self._run(objects.CHANGING_STRANGER)
        self._change_accounts()

    def _move_edges(self, whole: Whole) -> int:
        """Closes what has ended and opens what is new; how many of both. Looking for what is not there costs as much as
        finding it, as the other side is hashed first: nothing is compared with an empty table.
        """
        is_anything_open = self._rows(edges.IS_ANYTHING_OPEN)[0][0]
        is_compared = is_anything_open and whole.accounts
        if is_compared:
            self._run(edges.DIFFERENCE)
            self._run("ANALYZE difference")
        closed = self._close(whole if is_anything_open else None, is_compared=is_compared)
        opened = self._open(edges.OPENING_OF_DIFFERENCE if is_compared else edges.OPENING_OF_RESOLVED)
        if is_compared:
            self._run(edges.FORGET_DIFFERENCE)
        return closed + opened

    def _close(self, whole: Whole | None, *, is_compared: bool) -> int:
        self._run(edges.CLOSING)
        if whole is not None:
            self._find_ended(whole, is_compared=is_compared)
        self._run("ANALYZE closing")
        self._run(
            edges.PREVIOUS_LOOK,
            families=[int(family) for family in Family],
            names=[name_of(family) for family in Family],
        )
        self._by_family(self._rows(edges.CLOSED), lambda rows: Merged(closed=rows))
        return self._run(edges.CLOSE)

    def _find_ended(self, whole: Whole, *, is_compared: bool) -> None:
        is_changed, has_ended = self._rows(edges.HAS_CHANGED_OR_ENDED)[0]
        of_family = edges.CLOSE_DIFFERENT_OF_FAMILY if is_compared else edges.CLOSE_UNSEEN_OF_FAMILY
        for coverage in whole.grants:
            self._find_unseen(coverage, CLOSE_UNSEEN.get(coverage.scope, of_family))
        if is_changed:
            self._run(edges.CLOSE_CHANGED)
        if has_ended:
            self._run(edges.CLOSE_HELD_BY_ENDED)
            self._run(edges.CLOSE_ON_ENDED)

    def _find_unseen(self, coverage: Coverage, statement: LiteralString) -> None:
        self._run(
            statement,
            family=int(coverage.family),
            relations=[int(relation) for relation in coverage.relations],
            guids=sorted(coverage.guids),
            missing=sorted(coverage.missing),
        )

    def _open(self, opening: LiteralString) -> int:
        self._run(edges.BY_SORTING)
        self._run(opening)
        self._run(edges.AS_BEFORE)
        self._run("ANALYZE opening")
        opened = self._run(edges.OPEN)
        self._by_family(self._rows(edges.OPENED), lambda rows: Merged(opened=rows))
        self._grew("grants", by=opened)
        return opened

    def _nest(self) -> None:
        self._run(nesting.RENESTED)
        if not self._rows(nesting.HAS_CHANGED)[0][0]:
            return
        self._run(nesting.DIRECTLY)
        self._run("ANALYZE nested_directly")
        self._run(nesting.CLOSURE)
        self._run("ANALYZE nested")
        self._run(nesting.END)
        self._grew("nesting", by=self._run(nesting.ADD))
        self._run(nesting.FORGET_COMPUTING)

    def _count(self, *, everything: bool) -> None:
        self._run("ANALYZE stirred, renested")
        self._run(counts.ALL if everything else counts.TOUCHED)
        self._run(counts.INDEX)
        self._run("ANALYZE recount")
        for statement in (counts.GROUPS, counts.OTHERS, counts.COMPOSED):
            self._run(statement)
        self._run("ANALYZE composed")
        for statement in (counts.THROUGH, counts.PLANS, counts.STORE, counts.FORGET):
            self._run(statement)

    def _figure(self, *, everything: bool) -> None:
        is_anew = everything or not self._rows(following.ARE_THERE)[0][0]
        for statement in figures.REFRESH if is_anew else following.FOLLOW:
            self._run(statement)

    def _by_family(self, rows: Iterable[tuple[int, int]], merged: Callable[[int], Merged]) -> None:
        for family, number in rows:
            self._note(name_of(Family(family)), merged(number))

    def _note(self, name: str, merged: Merged) -> None:
        if merged != Merged():
            self.changes[name] = self.changes.get(name, Merged()) + merged

    def _grew(self, table: str, *, by: int) -> None:
        """Refreshes the planner's statistics after many insertions, at once: the next statement would plan for an empty
        table, and take a minute for what takes a second. Until the merge ends, other tenants' refreshes wait for it:
        always in the order of `ANALYZE`, so that no two wait for each other.
        """
        if by >= ROWS_WORTH_ANALYZING:
            for statement in (CLOSELY, ANALYZE[table], ROUGHLY):
                self._run(statement)

    def _run(self, statement: LiteralString, **values: Any) -> int:
        return max(self._execute(statement, **values).rowcount, 0)

    def _rows(self, statement: LiteralString, **values: Any) -> list[Any]:
        return self._execute(statement, **values).fetchall()

    def _execute(self, statement: LiteralString | sql.Composed, **values: Any) -> psycopg.Cursor[Any]:
        """Values are given only where there is room for them: with them, a text cannot hold several statements."""
        given = self._values | values if "%(" in (statement if isinstance(statement, str) else "%(") else None
        return self._connection.execute(statement, given)
