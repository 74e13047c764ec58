"""What a run has read and not merged yet: unlogged tables, a set for each tenant, and rows in the form of COPY.

Unlogged, so that they outlive our processes and cost no log; a crash of PostgreSQL empties all of them together, the
list of finished units too, and the run reads again from its beginning.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from psycopg import sql

from chamberlain.model.observed import (
    KEPT,
    NIL,
    AccountGone,
    AccountSeen,
    Gone,
    GrantGone,
    GrantSeen,
    PermissionGone,
    PermissionSeen,
    Seen,
)

SCHEMA = "staging"

ACCOUNT: LiteralString = (
    "guid uuid, type text, name text, user_name text, mail text, enabled boolean, department text, job_title text, "
    "manager uuid, facts jsonb, created_at timestamptz"
)
PERMISSION: LiteralString = (
    "family smallint, kind text, guid uuid, parent uuid, key text, name text, description text, app text, mail text, "
    "facts jsonb"
)
GRANT: LiteralString = (
    "family smallint, holder uuid, holder_type text, holder_name text, guid uuid, parent uuid, relation smallint, "
    "via uuid, qualifier_id int"
)
LISTING: LiteralString = "unit int NOT NULL, "
CHANGE: LiteralString = "unit int NOT NULL, call bigint NOT NULL, gone boolean NOT NULL, "
IN_ORDER: LiteralString = ", seq bigint GENERATED ALWAYS AS IDENTITY"


@dataclass(frozen=True, slots=True)
class Table:
    """A staging table. `rows` go into it by COPY, in `columns`."""

    name: LiteralString
    definition: LiteralString
    columns: LiteralString


def _columns(definition: LiteralString) -> LiteralString:
    return ", ".join([column.split(" ")[0] for column in definition.split(", ")])


def _listing(name: LiteralString, content: LiteralString) -> Table:
    return Table(name, LISTING + content, _columns(LISTING + content))


def _change(name: LiteralString, content: LiteralString) -> Table:
    return Table(name, CHANGE + content + IN_ORDER, _columns(CHANGE + content))


LISTINGS: dict[type, Table] = {
    AccountSeen: _listing("seen_account", ACCOUNT),
    PermissionSeen: _listing("seen_permission", PERMISSION),
    GrantSeen: _listing("seen_grant", GRANT),
}
CHANGES: dict[type, Table] = {
    AccountSeen: _change("changed_account", ACCOUNT),
    PermissionSeen: _change("changed_permission", PERMISSION),
    GrantSeen: _change("changed_grant", GRANT),
}
ROW_TABLES = (*LISTINGS.values(), *CHANGES.values())
UNIT = Table("unit", "id int PRIMARY KEY, name text NOT NULL UNIQUE, told text NOT NULL", "id, name, told")
RUN = Table("run", "id bigint NOT NULL", "id")
TABLES = (*ROW_TABLES, UNIT, RUN)
ANYBODY = AccountSeen(
    guid=NIL,
    type="",
    name="",
    user_name="",
    mail="",
    enabled=False,
    department="",
    job_title="",
    manager=KEPT,
    facts="{}",
    created_at=None,
)
LAYOUT = str(zlib.crc32(repr(TABLES).encode()))
"""Tables that an earlier release laid out otherwise are made anew."""


def table_name(table: Table, tenant_id: int) -> sql.Composed:
    """The qualified name of a tenant's table."""
    return sql.SQL("{}.{}").format(sql.Identifier(SCHEMA), sql.Identifier(f"{table.name}_{tenant_id}"))


def changed(row: Seen | Gone) -> tuple[type, bool, Seen]:
    """A change as a row of a listing: its type, whether it is gone, and what stands in the other columns."""
    match row:
        case AccountGone():
            return AccountSeen, True, ANYBODY._replace(guid=row.guid)
        case PermissionGone():
            seen = PermissionSeen(row.family, "", row.guid, row.parent, "", "", "", "", "", "{}")
            return PermissionSeen, True, seen
        case GrantGone():
            gone = GrantSeen(row.family, row.holder, "", "", row.guid, row.parent, row.relation, None, 0)
            return GrantSeen, True, gone
        case _:
            return type(row), False, row


def copy_options(table: Table) -> sql.SQL:
    """How `encoded` rows are to be read."""
    texts = [column.split(" ")[0] for column in table.definition.split(", ") if column.endswith(" text")]
    options: LiteralString = "FORMAT csv, DELIMITER E'\\t', QUOTE E'\\x01', NULL 'None', FORCE_NOT_NULL ("
    return sql.SQL(options + ", ".join(texts) + ")")


def encoded(rows: Sequence[Sequence[Any]], *, before: str) -> str:
    """Lines for COPY, each beginning with `before`: values as Python writes them, separated by tabs.

    Nearly all text is harmless, and a whole batch is seen to be so at once by counting what separates; only a batch
    with something in it that means something to COPY is written value by value. The quote is a character that names
    do not have, so that quotation marks in them are harmless too. "None" is NULL in columns that are no text.
    """
    if not rows:
        return ""
    text = "".join([before + "\t".join(map(str, row)) + "\n" for row in rows])
    if is_harmless(text, rows=len(rows), tabs=before.count("\t") + len(rows[0]) - 1):
        return text
    return "".join([before + "\t".join([_quoted(value) for value in row]) + "\n" for row in rows])


def is_harmless(text: str, *, rows: int, tabs: int) -> bool:
    """Whether lines hold nothing that means something to COPY but the tabs of each row and its end."""
    counts = text.count("\t") == tabs * rows and text.count("\n") == rows
    return counts and not any(sign in text for sign in "\r\x00\x01")


def _quoted(value: Any) -> str:
    """PostgreSQL text cannot hold NUL; a hostile display name can."""
    if not isinstance(value, str):
        return str(value)
    return "\x01" + value.replace("\x00", "\ufffd").replace("\x01", "\x01\x01") + "\x01"
