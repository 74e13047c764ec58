"""Asking for changes in the browser: what the form is sent, what its page says, and whom it can be about."""

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.test import Client
from plannable import person

from chamberlain import clock
from chamberlain.model.plan import Change
from chamberlain.model.tenant import Tenant
from chamberlain.store import plans
from chamberlain.store.connection import connect, rows
from chamberlain.web.plan_draft import carried, read

UNIT = "60de0000-0000-4000-8000-0000000000a1"
LATER = datetime(2099, 1, 1, 23, 59, 59, tzinfo=UTC)
SOMEBODY, SOMETHING = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"


def told(answer: Any) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def asked(client: Client, tenant: Tenant, **form: Any) -> Any:
    return client.post(f"/t/{tenant.slug}/plans/new", form)


def drafted(answer: Any) -> tuple[Change, ...]:
    """The changes that the page carries on to the next one."""
    assert answer.status_code == 200, told(answer)[:2000]
    found = re.findall(r'name="change" value="([^"]+)" checked', answer.content.decode())
    return read(html.unescape(value) for value in found)


def planned(client: Client, tenant: Tenant, changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """What is asked for in the plan that becomes of them, whether it can be done or not."""
    answer = asked(client, tenant, change=[carried(one) for one in changes], do="plan", reason="A verb")
    assert answer.status_code == 302, told(answer)[:2000]
    plan = plans.find(tenant_id=tenant.id, plan_id=int(answer["Location"].rpartition("/")[2])).plan
    found = [*(step.change for step in plan.steps), *(one.change for one in plan.barred)]
    return tuple(replace(one, options=replace(one.options, ends_by_us=False)) for one in found)


def first(tenant: Tenant, where: str) -> dict[str, Any]:
    found = rows(
        f"SELECT p.key, p.name, p.guid::text AS guid FROM permission p WHERE p.tenant_id = %(tenant)s "
        f"AND p.gone_at IS NULL AND {where} ORDER BY p.key LIMIT 1",
        {"tenant": tenant.id},
    )
    return found[0]


def holding(tenant: Tenant, where: str) -> dict[str, Any]:
    """A person who holds such a thing directly, and that thing."""
    return rows(
        f"""
        SELECT a.guid::text AS guid, a.name AS who, p.key, p.name, p.guid::text AS sku, q.content AS detail
        FROM grants g JOIN permission p ON p.tenant_id = g.tenant_id AND p.id = g.permission_id
        JOIN account a ON a.tenant_id = g.tenant_id AND a.id = g.holder_id AND a.type = 'member'
        LEFT JOIN qualifier q ON q.tenant_id = g.tenant_id AND q.id = g.qualifier_id
        WHERE g.tenant_id = %(tenant)s AND g.closed_at IS NULL AND g.via_id = 0 AND p.gone_at IS NULL AND {where}
        ORDER BY a.guid, p.key LIMIT 1
        """,
        {"tenant": tenant.id},
    )[0]


@contextmanager
def lent(tenant: Tenant, where: str, *, scope: str = "") -> Iterator[dict[str, Any]]:
    """Somebody holds such a thing directly for a while, as the last sync saw it."""
    guid, found = person(tenant, outside=[], place=4)["guid"], first(tenant, where)
    values = {"tenant": tenant.id, "guid": guid, "key": found["key"], "scope": scope}
    give = """
        WITH q AS (INSERT INTO qualifier (tenant_id, content)
                   VALUES (%(tenant)s, jsonb_build_object('scope', %(scope)s::text))
                   ON CONFLICT (tenant_id, content) DO UPDATE SET content = excluded.content RETURNING id)
        INSERT INTO grants (tenant_id, holder_id, permission_id, relation, qualifier_id, opened_at)
        SELECT a.tenant_id, a.id, p.id, 3, CASE WHEN %(scope)s::text = '' THEN 0 ELSE q.id END, now()
        FROM q, account a JOIN permission p ON p.tenant_id = a.tenant_id AND p.key = %(key)s
        WHERE a.tenant_id = %(tenant)s AND a.guid = %(guid)s::uuid
    """
    take = """
        DELETE FROM grants g USING account a, permission p WHERE g.tenant_id = %(tenant)s AND a.tenant_id = g.tenant_id
        AND a.id = g.holder_id AND a.guid = %(guid)s::uuid AND p.tenant_id = g.tenant_id AND p.id = g.permission_id
        AND p.key = %(key)s
    """
    with connect() as connection:
        connection.execute(give, values)
    try:
        yield {**found, "guid": guid}
    finally:
        with connect() as connection:
            connection.execute(take, values)


@contextmanager
def crowded(
    tenant: Tenant,
    guid: str,
    *,
    name: str,
    count: int,
    dynamic: bool = False,
    family: int = 1,
    relation: int = 1,
) -> Iterator[list[str]]:
    """Somebody holds many things directly for a while, as the last sync saw it: their names, in order."""
    kind, prefix = {1: ("security_group", "group"), 3: ("licence", "licence")}[family]
    values = {"tenant": tenant.id, "guid": guid, "name": name, "count": count, "dynamic": dynamic, "family": family,
              "relation": relation, "kind": kind, "prefix": prefix}  # fmt: skip
    give = """
        WITH made AS (
            INSERT INTO permission (tenant_id, family, kind, guid, parent, key, name, facts, first_seen, since)
            SELECT %(tenant)s, %(family)s, %(kind)s, g.guid, '00000000-0000-0000-0000-000000000000',
                   %(prefix)s || ':' || g.guid, %(name)s || ' ' || lpad(g.n::text, 3, '0'),
                   CASE WHEN %(dynamic)s THEN '{"dynamic": true}'::jsonb ELSE '{}' END, now(), now()
            FROM (SELECT n, gen_random_uuid() AS guid FROM generate_series(1, %(count)s) n) g
            RETURNING tenant_id, id, name
        ), given AS (
            INSERT INTO grants (tenant_id, holder_id, permission_id, relation, opened_at)
            SELECT a.tenant_id, a.id, made.id, %(relation)s, now()
            FROM made JOIN account a ON a.tenant_id = made.tenant_id AND a.guid = %(guid)s::uuid
        )
        SELECT name FROM made ORDER BY name
    """
    take = """
        WITH gone AS (DELETE FROM permission WHERE tenant_id = %(tenant)s AND starts_with(name, %(name)s) RETURNING id)
        DELETE FROM grants WHERE tenant_id = %(tenant)s AND permission_id IN (SELECT id FROM gone)
    """
    with connect() as connection:
        names = [str(name) for (name,) in connection.execute(give, values).fetchall()]
    try:
        yield names
    finally:
        with connect() as connection:
            connection.execute(take, values)


@contextmanager
def gone(tenant: Tenant, guid: str) -> Iterator[None]:
    """Somebody was deleted, as the last sync saw it."""
    query = "UPDATE account SET gone_at = %s WHERE tenant_id = %s AND guid = %s::uuid"
    with connect() as connection:
        connection.execute(query, (clock.now(), tenant.id, guid))
    try:
        yield
    finally:
        with connect() as connection:
            connection.execute(query, (None, tenant.id, guid))
