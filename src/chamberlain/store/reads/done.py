"""What steps of plans did since a tenant was read, and how far that is from what was read."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from chamberlain.model.done import Done
from chamberlain.model.kind import Relation
from chamberlain.model.plan import DONE_STEPS, Change, Subject
from chamberlain.model.verb import Verb
from chamberlain.policy.planning.reach import RELATIONS
from chamberlain.store.connection import rows

STATES = sorted(state.value for state in DONE_STEPS)
SET_APART = frozenset({Verb.SET_PLANS})  # it alters what is held, and neither gives nor takes it
EDGES = {verb: relation for verb, relation in RELATIONS.items() if verb not in SET_APART}
READ_FROM = """
    SELECT coalesce(r.started_at, r.queued_at) AS at
    FROM last_merge m JOIN sync_run r ON r.id = m.run_id AND r.tenant_id = m.tenant_id
    WHERE m.tenant_id = %(tenant)s
"""
# Whom a step created has an id since: its proof tells it.
DONE = """
    SELECT s.content -> 'change' AS change, s.ended_at, lower(s.proof -> 'seen' ->> 'guid') AS guid, s.id
    FROM plan_step s
    WHERE s.tenant_id = %(tenant)s AND s.ended_at >= %(since)s AND s.state = ANY (%(states)s)
      AND (s.subject = ANY (%(subjects)s)
           OR (s.verb = 'create_user' AND 'account:' || lower(s.proof -> 'seen' ->> 'guid') = ANY (%(subjects)s)))
    ORDER BY s.ended_at, s.id
"""
# Of each edge what was done last, beside whether it was read so. A licence that is swapped away is taken.
LAST = """
    WITH verbs AS (
        SELECT * FROM unnest(%(verbs)s::text[], %(relations)s::int[], %(gives)s::bool[]) AS v (verb, relation, gives)),
    did AS (
        SELECT s.id, s.ended_at, s.subject, s.permission, v.relation, v.gives
        FROM plan_step s JOIN verbs v ON v.verb = s.verb
        WHERE s.tenant_id = %(tenant)s AND s.ended_at >= %(since)s AND s.state = ANY (%(states)s)
        UNION ALL
        SELECT s.id, s.ended_at, s.subject, s.content -> 'change' -> 'options' ->> 'instead_of', %(assigned)s, false
        FROM plan_step s
        WHERE s.tenant_id = %(tenant)s AND s.ended_at >= %(since)s AND s.state = ANY (%(states)s)
          AND s.verb = 'swap_licence'),
    last AS (
        SELECT DISTINCT ON (subject, permission, relation) id, ended_at, subject, permission, relation, gives
        FROM did WHERE {narrowed}
        ORDER BY subject, permission, relation, ended_at DESC, id DESC),
    told AS (
        SELECT l.*, p.id AS permission_id, coalesce(a.id, h.id) AS holder_id
        FROM last l
        LEFT JOIN permission p ON p.tenant_id = %(tenant)s AND p.key = l.permission
        LEFT JOIN account a ON a.tenant_id = %(tenant)s
             AND a.guid = CASE WHEN l.subject LIKE 'account:_%%' THEN substr(l.subject, 9)::uuid END
        LEFT JOIN permission h ON h.tenant_id = %(tenant)s AND h.key = l.subject),
    compared AS (
        SELECT t.*,
               EXISTS (SELECT FROM grants g WHERE g.tenant_id = %(tenant)s AND g.permission_id = t.permission_id
                       AND g.relation = t.relation AND g.holder_id = t.holder_id AND g.closed_at IS NULL
                       AND g.via_id = 0) AS is_read,
               EXISTS (SELECT FROM grants g WHERE g.tenant_id = %(tenant)s AND g.permission_id = t.permission_id
                       AND g.relation = t.relation AND g.holder_id = t.holder_id AND g.closed_at IS NULL
                       AND g.via_id <> 0) AS is_inherited
        FROM told t)
"""
MOVED = """
    SELECT permission, relation, sum(CASE WHEN gives THEN 1 ELSE -1 END) AS by
    FROM compared WHERE gives <> is_read AND NOT is_inherited GROUP BY permission, relation
"""


def read_from(tenant_id: int) -> datetime | None:
    """When the run began that is the present of the tenant; None where there is none."""
    found = rows(READ_FROM, {"tenant": tenant_id})
    at: datetime | None = found[0]["at"] if found else None
    return at


def done(*, tenant_id: int, subjects: Iterable[str], since: datetime) -> tuple[Done, ...]:
    """What plans did to these since then, the oldest first."""
    values = {"tenant": tenant_id, "subjects": [*subjects], "since": since, "states": STATES}
    return tuple(_done(row) for row in rows(DONE, values)) if values["subjects"] else ()


def moved(*, tenant_id: int, permissions: Iterable[str], since: datetime) -> dict[tuple[str, Relation], int]:
    """By how many more, or fewer, these are held than was read, by how they are held."""
    keys = [*permissions]
    if not keys:
        return {}
    values = {**edge_values(tenant_id, since), "keys": keys}
    found = rows(LAST.format(narrowed="permission = ANY (%(keys)s)") + MOVED, values)
    return {(row["permission"], Relation(row["relation"])): int(row["by"]) for row in found}


def edge_values(tenant_id: int, since: datetime) -> dict[str, Any]:
    """What LAST is asked with."""
    return {
        "tenant": tenant_id,
        "since": since,
        "states": STATES,
        "verbs": [verb.value for verb in EDGES],
        "relations": [int(relation) for relation in EDGES.values()],
        "gives": [verb.gives for verb in EDGES],
        "assigned": int(Relation.ASSIGNED),
    }


def _done(row: dict[str, Any]) -> Done:
    change = msgspec.convert(row["change"], Change)
    if change.verb is Verb.CREATE_USER:
        change = replace(change, subject=Subject(row["guid"] or ""))
    return Done(change, row["ended_at"])
