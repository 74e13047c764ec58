"""Accounts and permissions as they were at a time, in FROM clauses. See store/schema/history.sql.

Placeholders are `tenant` and the time's. `permission_then` and `account_then` hold no row for what was not there.
"""

OF_PERMISSION = ("kind", "key", "name", "description", "app", "mail", "facts")
OF_ACCOUNT = (
    "type",
    "name",
    "user_name",
    "mail",
    "enabled",
    "department",
    "job_title",
    "manager",
    "facts",
    "created_at",
)


# As the generated column `search` of the table account, see store/schema/directory.sql.
SEARCH = """to_tsvector('simple', translate(o.name || ' ' || o.user_name || ' ' || o.mail || ' ' || o.job_title,
            '@._-#''/\\,;:()+&', '                '))"""


def _columns(alias: str, names: tuple[str, ...]) -> str:
    return ", ".join(f"{alias}.{name}" for name in names)


def permission_then(at: str = "at", *, ids: str = "") -> str:
    """Permissions as they were.

    at   the name of the time's placeholder
    ids  a condition on the column `id`, for example "= ANY (%(ids)s)"; "": all
    """
    narrowed = f"AND p.id {ids}" if ids else ""
    return f"""(
        SELECT p.id, p.family, p.guid, p.parent, {_columns("p", OF_PERMISSION)}, p.first_seen, p.since
        FROM permission p
        WHERE p.tenant_id = %(tenant)s AND p.since <= %({at})s AND (p.gone_at IS NULL OR p.gone_at > %({at})s)
          {narrowed}
        UNION ALL
        SELECT p.id, p.family, p.guid, p.parent, {_columns("o", OF_PERMISSION)}, p.first_seen, o.since
        FROM permission_past o JOIN permission p ON p.tenant_id = o.tenant_id AND p.id = o.permission_id
        WHERE o.tenant_id = %(tenant)s AND o.since <= %({at})s AND o.until > %({at})s {narrowed}
    )"""  # noqa: S608 - constants


def account_then(at: str = "at", *, ids: str = "") -> str:
    """Accounts as they were; as `permission_then`."""
    narrowed = f"AND a.id {ids}" if ids else ""
    return f"""(
        SELECT a.id, a.guid, {_columns("a", OF_ACCOUNT)}, a.first_seen, a.since, a.search
        FROM account a
        WHERE a.tenant_id = %(tenant)s AND a.since <= %({at})s AND (a.gone_at IS NULL OR a.gone_at > %({at})s)
          {narrowed}
        UNION ALL
        SELECT a.id, a.guid, {_columns("o", OF_ACCOUNT)}, a.first_seen, o.since, {SEARCH}
        FROM account_past o JOIN account a ON a.tenant_id = o.tenant_id AND a.id = o.account_id
        WHERE o.tenant_id = %(tenant)s AND o.since <= %({at})s AND o.until > %({at})s {narrowed}
    )"""  # noqa: S608 - constants
