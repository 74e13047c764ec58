"""Consents in the database: what was read becomes the present, and what it replaces the past.

As in store/merge.py, intervals are closed and never deleted (M3), only a whole listing or a change that says so closes
any (M2), and times only grow (M4).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from chamberlain.model.consent import Consent, ConsentSeen
from chamberlain.model.cursor import Cursor
from chamberlain.model.merged import Merged
from chamberlain.store.connection import connect, rows
from chamberlain.store.merging import notes
from chamberlain.store.reads import keyset

LOCK_SPACE = 0x0C4A5  # advisory locks (LOCK_SPACE, tenant id): a worker that was taken for dead may still be at it
STAGE = """
    CREATE TEMPORARY TABLE consent_seen (
        id text PRIMARY KEY, client uuid NOT NULL, client_name text NOT NULL, resource uuid NOT NULL,
        resource_name text NOT NULL, principal uuid, scope text NOT NULL
    ) ON COMMIT DROP
"""
COPY = "COPY consent_seen (id, client, client_name, resource, resource_name, principal, scope) FROM STDIN"
NOW = """
    SELECT greatest(%(at)s::timestamptz, (
        SELECT max(c.last_seen) + interval '1 microsecond' FROM consent c WHERE c.tenant_id = t.id))
    FROM tenant t WHERE t.id = %(tenant)s FOR KEY SHARE
"""
CLOSE = """
    UPDATE consent c SET closed_at = %(now)s, last_seen = %(now)s
    WHERE c.tenant_id = %(tenant)s AND c.closed_at IS NULL AND (
        c.microsoft_id = ANY (%(gone)s)
        OR (%(whole)s AND NOT EXISTS (SELECT FROM consent_seen s WHERE s.id = c.microsoft_id))
        OR EXISTS (
            SELECT FROM consent_seen s WHERE s.id = c.microsoft_id
              AND (s.client, s.resource, s.principal, s.scope)
                  IS DISTINCT FROM (c.client, c.resource, c.principal, c.scope)))
"""
NAME = """
    UPDATE consent c SET client_name = coalesce(nullif(s.client_name, ''), c.client_name),
                         resource_name = coalesce(nullif(s.resource_name, ''), c.resource_name)
    FROM consent_seen s
    WHERE c.tenant_id = %(tenant)s AND c.closed_at IS NULL AND c.microsoft_id = s.id
      AND ((s.client_name NOT IN ('', c.client_name)) OR (s.resource_name NOT IN ('', c.resource_name)))
"""
OPEN = """
    INSERT INTO consent (tenant_id, microsoft_id, client, client_name, resource, resource_name, principal, scope,
                         opened_at, last_seen)
    SELECT %(tenant)s, s.id, s.client, s.client_name, s.resource, s.resource_name, s.principal, s.scope, %(now)s,
           %(now)s
    FROM consent_seen s
    WHERE NOT EXISTS (
        SELECT FROM consent c WHERE c.tenant_id = %(tenant)s AND c.microsoft_id = s.id AND c.closed_at IS NULL)
"""
LOOK = """
    UPDATE consent c SET last_seen = %(now)s FROM consent_seen s
    WHERE c.tenant_id = %(tenant)s AND c.microsoft_id = s.id AND c.closed_at IS NULL
"""
COLUMNS = """
    c.microsoft_id AS id, c.client, c.client_name, c.resource, c.resource_name, c.principal,
    coalesce(a.name, '') AS person_name, c.scope, c.opened_at, c.closed_at
"""
SOURCE = """
    FROM consent c LEFT JOIN account a ON a.tenant_id = c.tenant_id AND a.guid = c.principal
    WHERE c.tenant_id = %(tenant)s
"""
OPEN_NOW = " AND c.closed_at IS NULL"
OPEN_THEN = " AND c.opened_at <= %(at)s AND (c.closed_at IS NULL OR c.closed_at > %(at)s)"
CONTAINS = """
    AND strpos(lower(concat_ws(' ', c.client_name, c.resource_name, c.scope, a.name, a.user_name)), lower(%(text)s)) > 0
"""
ORDER = ("lower(c.client_name)", "c.id")


def apply(
    tenant_id: int, seen: Iterable[ConsentSeen], gone_ids: Iterable[str], *, whole: bool, cursor: Cursor, at: datetime
) -> Merged:
    """Merges what was read, in one transaction with the link to go on from. Doing it twice changes nothing more.

    whole  whether `seen` is everything there is: then all others are no more
    """
    with connect() as connection, connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s, %s)", (LOCK_SPACE, tenant_id))
        connection.execute(STAGE)
        with connection.cursor().copy(COPY) as copy:
            for one in seen:
                names = one.client, one.client_name, one.resource, one.resource_name
                copy.write_row((one.id, *names, one.principal, one.scope))
        connection.execute("ANALYZE consent_seen")
        found = connection.execute(NOW, {"tenant": tenant_id, "at": at}).fetchone()
        values = {
            "tenant": tenant_id,
            "now": found[0] if found else at,
            "gone": list(gone_ids),
            "whole": whole,
            "stream": cursor.stream,
            "link": cursor.link,
            "issued_at": cursor.issued_at,
            "made_with": cursor.made_with,
        }
        closed = connection.execute(CLOSE, values).rowcount
        connection.execute(NAME, values)
        opened = connection.execute(OPEN, values).rowcount
        connection.execute(LOOK, values)
        connection.execute(notes.POINT, values)
    return Merged(opened=opened, closed=closed)


def list_consents(
    *, tenant_id: int, at: datetime | None = None, principal: str | None = None, client: str | None = None
) -> tuple[Consent, ...]:
    """Consents now or at a time, by the name of the application; None narrows nothing.

    principal  the GUID of a person: those for this person alone
    """
    narrow = (OPEN_NOW if at is None else OPEN_THEN) + (" AND c.principal = %(principal)s" if principal else "")
    narrow += " AND c.client = %(client)s" if client else ""
    statement = f"SELECT {COLUMNS} {SOURCE} {narrow} ORDER BY {', '.join(ORDER)}"
    values = {"tenant": tenant_id, "at": at, "principal": principal, "client": client}
    return tuple(consent_of(row) for row in rows(statement, values))


def page_of(
    *, tenant_id: int, text: str, at: datetime | None = None, cursor: str | None = None, size: int
) -> keyset.Stretch:
    """A page of consents now or at a time whose application, scope or person contains the text; "" narrows nothing.

    raises  Refused("cursor_malformed")
    """
    narrow = (OPEN_NOW if at is None else OPEN_THEN) + (CONTAINS if text else "")
    values = {"tenant": tenant_id, "text": text, "at": at}
    listing = keyset.Listing(columns=COLUMNS, source=SOURCE + narrow, order=ORDER, values=values)
    return keyset.fetch(listing, cursor=cursor, size=size)


def consent_of(row: dict[str, Any]) -> Consent:
    """A row of COLUMNS in our words."""
    return Consent(
        id=row["id"],
        client=row["client"],
        client_name=row["client_name"],
        resource=row["resource"],
        resource_name=row["resource_name"],
        principal=row["principal"],
        person_name=row["person_name"],
        scopes=tuple(row["scope"].split()),
        since=row["opened_at"],
        until=row["closed_at"],
    )
