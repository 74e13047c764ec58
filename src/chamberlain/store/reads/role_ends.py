"""Whether a tenant lets roles end by themselves, from what was read of it."""

from chamberlain.store.connection import rows

# A licence for it; or what only such a tenant has: somebody who may activate a role, an assignment with an end.
THERE = """
    SELECT EXISTS (
        SELECT FROM permission
        WHERE tenant_id = %(tenant)s AND family = 5 AND guid = %(plan)s::uuid AND gone_at IS NULL
    ) OR EXISTS (
        SELECT FROM permission p
        JOIN grants g ON g.tenant_id = p.tenant_id AND g.permission_id = p.id AND g.closed_at IS NULL
        LEFT JOIN qualifier q ON q.tenant_id = g.tenant_id AND q.id = g.qualifier_id
        WHERE p.tenant_id = %(tenant)s AND p.family = 2 AND (g.relation = 4 OR q.content ? 'ends')
    ) AS found
"""


def can_end(*, tenant_id: int, plan: str) -> bool:
    """Whether roles may end by themselves in a tenant.

    plan  the service plan that brings it
    """
    return bool(rows(THERE, {"tenant": tenant_id, "plan": plan})[0]["found"])
