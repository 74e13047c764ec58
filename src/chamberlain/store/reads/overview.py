"""A tenant in figures."""

from typing import Any

from chamberlain.store.connection import rows
from chamberlain.store.reads.people import PEOPLE, ROLE_HOLDERS

FIGURES = f"""
    WITH person AS MATERIALIZED (SELECT a.id, a.type, a.enabled {PEOPLE}),
    role_holder AS MATERIALIZED ({ROLE_HOLDERS}),
    admin AS (
        SELECT holder_id AS id FROM role_holder
        UNION
        SELECT m.holder_id FROM grants m JOIN role_holder r ON r.holder_id = m.permission_id
        WHERE m.tenant_id = %(tenant)s AND m.closed_at IS NULL AND m.relation = 1
    ),
    licensed AS (
        SELECT DISTINCT g.holder_id AS id FROM grants g
        JOIN permission p ON p.tenant_id = g.tenant_id AND p.id = g.permission_id AND p.family = 3
        JOIN qualifier q ON q.tenant_id = g.tenant_id AND q.id = g.qualifier_id
        WHERE g.tenant_id = %(tenant)s AND g.closed_at IS NULL
          AND q.content ->> 'state' IN ('Active', 'ActiveWithError')
    )
    SELECT count(*) AS people,
           count(*) FILTER (WHERE type = 'guest') AS guests,
           count(*) FILTER (WHERE NOT enabled) AS blocked,
           (SELECT count(*) FROM admin JOIN person USING (id)) AS admins,
           (SELECT count(*) FROM licensed JOIN person USING (id) WHERE NOT enabled) AS blocked_with_licence
    FROM person
"""  # noqa: S608 - constants


def figures(*, tenant_id: int) -> dict[str, Any]:
    """People, guests, blocked, admins, and blocked people who still hold a licence."""
    return rows(FIGURES, {"tenant": tenant_id})[0]
