"""Directory roles that one principal holds in the whole tenant, as the last sync saw them."""

from uuid import UUID

from chamberlain.store.connection import rows

# Directly, or through a group, whose direct members a role reaches. One of a part of the tenant does not count.
HELD = """
    WITH own AS (SELECT id FROM account WHERE tenant_id = %(tenant)s AND guid = %(principal)s)
    SELECT DISTINCT p.guid::text AS guid
    FROM grants g
    JOIN permission p ON p.tenant_id = g.tenant_id AND p.id = g.permission_id AND p.family = 2
    LEFT JOIN qualifier q ON q.tenant_id = g.tenant_id AND q.id = g.qualifier_id
    WHERE g.tenant_id = %(tenant)s AND g.closed_at IS NULL AND g.relation = 3
      AND coalesce(q.content->>'scope', '/') = '/'
      AND g.holder_id IN (
          SELECT id FROM own
          UNION
          SELECT m.permission_id FROM grants m JOIN own ON m.holder_id = own.id
          WHERE m.tenant_id = %(tenant)s AND m.closed_at IS NULL AND m.relation = 1)
"""


def held_by(*, tenant_id: int, principal: UUID) -> frozenset[str]:
    """Ids of the roles' templates, in small letters."""
    return frozenset(row["guid"] for row in rows(HELD, {"tenant": tenant_id, "principal": principal}))
