"""What one run reads, kept until all of it is merged at once.

Rows go to unlogged tables of the tenant while reading goes on, and stay there when our process is killed: the same run
goes on with the units that were not completed.
"""

import json
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType, TracebackType
from typing import Any, Self

import psycopg
from psycopg import sql

from chamberlain.errors import Conflict
from chamberlain.model.cursor import Cursor
from chamberlain.model.merged import Merge
from chamberlain.model.observed import Gone, GrantSeen, Seen, Whole
from chamberlain.store import merge
from chamberlain.store.connection import connect
from chamberlain.store.staging_tables import (
    CHANGES,
    LAYOUT,
    LISTINGS,
    ROW_TABLES,
    RUN,
    TABLES,
    UNIT,
    Table,
    changed,
    copy_options,
    encoded,
    is_harmless,
    table_name,
)
from chamberlain.store.staging_writer import Lines, Statement, Writer

# Devices, contacts and applications are listed nowhere: whoever holds something and has no name yet.
UNNAMED = """
    SELECT DISTINCT s.holder
    FROM (
        SELECT holder, holder_type, holder_name FROM {}
        UNION ALL SELECT holder, holder_type, holder_name FROM {} WHERE NOT gone
    ) AS s
    WHERE s.holder_type IN ('service_principal', 'device', 'contact') AND coalesce(s.holder_name, '') = ''
      AND NOT EXISTS (
          SELECT FROM account a WHERE a.tenant_id = %(tenant)s AND a.guid = s.holder AND a.name <> '')
"""
LOCK_PATIENCE = timedelta(seconds=60)
LOCK_LOOK = timedelta(seconds=2)  # so often who waits for the lock looks who has it
LOCK_SPACE = 0x0C4A4  # advisory locks (LOCK_SPACE, tenant id)
HOLDER = """
    SELECT coalesce((
        SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
        WHERE l.locktype = 'advisory' AND l.classid = %s AND l.objid = %s AND l.objsubid = 2 AND l.granted
          AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())), '')
"""
ENOUGH_TO_COPY = 1 << 18  # characters of a table that are worth a COPY of their own


class Staging:
    """The staging of one tenant, for one run. One writer at a time.

    The lock belongs to the connection that merges, so that whoever lost it cannot merge. A second writer for the same
    run waits as long as the first one lives: its worker was taken for dead, and what it reads is not lost. One for
    another run waits a minute.

    raises  Conflict("tenant_busy") on entering
    """

    def __init__(self, *, tenant_id: int, run_id: int) -> None:
        self._tenant_id = tenant_id
        self._run_id = run_id
        self._qualifiers: dict[str, int] = {}
        self._finished: dict[str, Any] = {}
        self._begun: dict[str, int] = {}
        self._abandoned: set[int] = set()
        self._last_unit = 0
        self._last_call = 0
        self._waiting: dict[Table, list[str]] = {}
        self._waiting_size: dict[Table, int] = {}

    def __enter__(self) -> Self:
        self._connection = connect(autocommit=True)
        try:
            self._lock()
            self._begin()
            self._interning = connect(autocommit=True)
        except BaseException:
            self._connection.close()
            raise
        self._writer = Writer(self._connection)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self.flush()
        finally:
            self._writer.stop()
            self._interning.close()
            self._connection.close()

    @property
    def units(self) -> Mapping[str, Any]:
        """The finished units of this run, also from before a crash, and what each told."""
        return MappingProxyType(self._finished)

    @property
    def merged(self) -> Merge | None:
        """What this run's merge changed; None while it was not merged. Outlives a crash right after the merge."""
        return merge.last(self._interning, tenant_id=self._tenant_id, run_id=self._run_id)

    def add(self, rows: Sequence[Seen], *, unit: str) -> None:
        """Stages rows of a listing, of one type; a row seen twice counts once."""
        if rows:
            self._put(LISTINGS[type(rows[0])], encoded(rows, before=f"{self._number(unit)}\t"))

    def add_holders(
        self, holders: Sequence[tuple[str, str]], *, family: int, guid: str, parent: str, relation: int, unit: str
    ) -> None:
        """Stages the direct edges of one permission, as `add` would: a large tenant has ten million of them.

        holders  GUID and account type of each
        """
        before = f"{self._number(unit)}\t{int(family)}\t"
        rest = f"\t\t{guid}\t{parent}\t{int(relation)}\tNone\t0\n"
        after = {kind: f"\t{kind}{rest}" for kind in {kind for _, kind in holders}}
        text = "".join([before + holder + after[kind] for holder, kind in holders])
        if is_harmless(text, rows=len(holders), tabs=before.count("\t") + 1 + rest.count("\t")):
            self._put(LISTINGS[GrantSeen], text)
            return
        self.add(
            [GrantSeen(family, holder, kind, "", guid, parent, relation, None, 0) for holder, kind in holders],
            unit=unit,
        )

    def amend(self, rows: Sequence[Seen | Gone], *, unit: str) -> None:
        """Stages changes: they hold against what any listing shows, and later ones against earlier ones.

        A change speaks of all that has its key. The key of a grant is its family, holder, permission and relation: of
        what several calls say of it the last call holds, and in it all that is seen after the last GrantGone. So a
        person's licences are replaced by giving all of them in one call.
        """
        number = self._number(unit)
        self._last_call += 1
        texts: dict[Table, list[str]] = {}
        for row in rows:
            kind, is_gone, seen = changed(row)
            line = encoded([seen], before=f"{number}\t{self._last_call}\t{int(is_gone)}\t")
            texts.setdefault(CHANGES[kind], []).append(line)
        for table, lines in texts.items():
            self._put(table, "".join(lines))

    def complete(self, unit: str, *, told: Any = None) -> None:
        """The unit was read to its end and counts. It is durable once it was written, at the latest on leaving."""
        number = self._number(unit)
        for table in list(self._waiting):
            self._hand_over(table)
        statement = sql.SQL("INSERT INTO {} (id, name, told) VALUES (%s, %s, %s)").format(self._table(UNIT))
        self._writer.put(Statement(statement, (number, unit, json.dumps(told))))
        del self._begun[unit]
        self._finished[unit] = told

    def restart(self, unit: str) -> None:
        """Drops what an uncompleted unit has staged, so that it can be read again from its beginning."""
        if unit in self._begun:
            self._abandoned.add(self._begun.pop(unit))

    def flush(self) -> None:
        """Waits until everything that was given is written."""
        for table in list(self._waiting):
            self._hand_over(table)
        self._writer.drain()

    def discard(self) -> None:
        """Forgets all that this run has staged: it is read another way."""
        self.flush()
        with self._connection.transaction():
            self._connection.execute(self._empty())
            self._connection.execute(sql.SQL("INSERT INTO {} VALUES (%s)").format(self._table(RUN)), (self._run_id,))
        self._finished.clear()
        self._begun.clear()
        self._abandoned.clear()

    def unnamed(self) -> frozenset[str]:
        """GUIDs of holders that are no people or groups, and that nobody has told a name of."""
        self.flush()
        found = self._connection.execute(
            sql.SQL(UNNAMED).format(self._table(LISTINGS[GrantSeen]), self._table(CHANGES[GrantSeen])),
            {"tenant": self._tenant_id},
        )
        return frozenset(str(row[0]) for row in found)

    def qualifier(self, content: str) -> int:
        """The id of an interned detail, given as canonical JSON text."""
        known = self._qualifiers.get(content)
        if known is None:
            known = merge.intern(self._interning, tenant_id=self._tenant_id, content=content)
            self._qualifiers[content] = known
        return known

    def merge(
        self,
        whole: Whole,
        *,
        seen_at: datetime,
        cursors: Sequence[Cursor] = (),
        current: Sequence[str] = (),
    ) -> Merge:
        """Makes what the completed units saw the present, in one transaction; then the staging is empty.

        whole    what was listed to its end (M1, M2)
        cursors  where changes are read from next; each replaces the one of its stream
        current  model.merged names of what all changes were read of, so that it counts as seen now; what `whole`
                 speaks of counts anyhow
        """
        self.flush()
        self._drop_unfinished()
        done = merge.merge(
            self._connection,
            tenant_id=self._tenant_id,
            run_id=self._run_id,
            whole=whole,
            seen_at=seen_at,
            cursors=cursors,
            current=current,
            empty=self._empty(),
        )
        self._finished.clear()
        return done

    def _lock(self) -> None:
        """Ended with the connection. Its name tells those who wait for which run the lock is held."""
        name = f"chamberlain staging of run {abs(self._run_id)}"  # a run's proof has the negative of its id
        self._connection.execute("SELECT set_config('application_name', %s, false)", (name,))
        milliseconds = str(round(LOCK_LOOK.total_seconds() * 1000))
        self._connection.execute("SELECT set_config('lock_timeout', %s, false)", (milliseconds,))
        until = time.monotonic() + LOCK_PATIENCE.total_seconds()
        while not self._is_locked():
            if time.monotonic() > until and self._holder() not in (name, ""):
                raise Conflict("tenant_busy", tenant_id=self._tenant_id)
        self._connection.execute("SET lock_timeout = 0")

    def _is_locked(self) -> bool:
        try:
            self._connection.execute("SELECT pg_advisory_lock(%s, %s)", (LOCK_SPACE, self._tenant_id))
        except psycopg.errors.LockNotAvailable:
            return False
        return True

    def _holder(self) -> str:
        """The name of the connection that has the lock now; "" where nobody has."""
        row = self._connection.execute(HOLDER, (LOCK_SPACE, self._tenant_id)).fetchone()
        return str(row[0]) if row else ""

    def _begin(self) -> None:
        """Goes on where this run was, or begins with nothing."""
        with self._connection.transaction():
            if not self._is_laid_out():
                self._lay_out()
            run = self._connection.execute(sql.SQL("SELECT id FROM {}").format(self._table(RUN))).fetchone()
            if run is None or run[0] != self._run_id:
                self._connection.execute(self._empty())
                self._connection.execute(sql.SQL("DELETE FROM {}").format(self._table(RUN)))
                insert = sql.SQL("INSERT INTO {} VALUES (%s)").format(self._table(RUN))
                self._connection.execute(insert, (self._run_id,))
        for table in ROW_TABLES:
            forget = sql.SQL("DELETE FROM {} WHERE unit NOT IN (SELECT id FROM {})")
            self._connection.execute(forget.format(self._table(table), self._table(UNIT)))
        self._remember()

    def _remember(self) -> None:
        units = self._connection.execute(sql.SQL("SELECT id, name, told FROM {}").format(self._table(UNIT))).fetchall()
        self._finished = {name: json.loads(told) for _, name, told in units}
        self._last_unit = max((number for number, _, _ in units), default=0)
        for table in CHANGES.values():
            last = self._connection.execute(sql.SQL("SELECT max(call) FROM {}").format(self._table(table))).fetchone()
            self._last_call = max(self._last_call, (last and last[0]) or 0)

    def _is_laid_out(self) -> bool:
        name = f"staging.{RUN.name}_{self._tenant_id}"
        found = self._connection.execute("SELECT obj_description(to_regclass(%s), 'pg_class')", (name,)).fetchone()
        return found is not None and found[0] == LAYOUT

    def _lay_out(self) -> None:
        for table in TABLES:
            name = self._table(table)
            self._connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(name))
            # Nobody reads them before the merge, which analyzes them itself; a vacuum would only be in its way.
            make = sql.SQL("CREATE UNLOGGED TABLE {} ({}) WITH (autovacuum_enabled = off)")
            self._connection.execute(make.format(name, sql.SQL(table.definition)))
        self._connection.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(self._table(RUN), sql.Literal(LAYOUT)))

    def _empty(self) -> sql.Composed:
        return sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join([self._table(table) for table in (*ROW_TABLES, UNIT)]))

    def _drop_unfinished(self) -> None:
        unfinished = [*self._begun.values(), *self._abandoned]
        for table in ROW_TABLES if unfinished else ():
            forget = sql.SQL("DELETE FROM {} WHERE unit = ANY (%s)").format(self._table(table))
            self._connection.execute(forget, (unfinished,))

    def _table(self, table: Table) -> sql.Composed:
        return table_name(table, self._tenant_id)

    def _number(self, unit: str) -> int:
        """The number of a unit that is being read."""
        if unit in self._finished:
            raise ValueError(f"the unit {unit} is complete")
        if unit not in self._begun:
            self._last_unit += 1
            self._begun[unit] = self._last_unit
        return self._begun[unit]

    def _put(self, table: Table, text: str) -> None:
        self._waiting.setdefault(table, []).append(text)
        size = self._waiting_size.get(table, 0) + len(text)
        self._waiting_size[table] = size
        if size >= ENOUGH_TO_COPY:
            self._hand_over(table)

    def _hand_over(self, table: Table) -> None:
        texts = self._waiting.pop(table, [])
        self._waiting_size.pop(table, None)
        if texts:
            copy = sql.SQL("COPY {} ({}) FROM STDIN ({})").format(
                self._table(table), sql.SQL(table.columns), copy_options(table)
            )
            # A lone half of a surrogate pair is not text; it becomes a question mark.
            self._writer.put(Lines(copy, "".join(texts).encode("utf-8", "replace")))
