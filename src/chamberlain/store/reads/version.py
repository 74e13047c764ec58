"""Accounts and permissions as they were at a time."""

PERMISSION_COLUMNS = "id, family, kind, guid, parent, key, name, description, app, mail, facts"

# In a FROM clause, under an alias of its own. The placeholders are `tenant` and `at`.
PERMISSION_THEN = f"""(
    SELECT {PERMISSION_COLUMNS} FROM permission
    WHERE tenant_id = %(tenant)s AND first_seen <= %(at)s AND (gone_at IS NULL OR gone_at > %(at)s)
)"""  # noqa: S608 - constants
