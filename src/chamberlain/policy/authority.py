"""Who may do what. Deny by default: a deed that is not in the table is nobody's.

`docs/reference/roles.md` is made from this table. A deed is asked for in a tenant, and then roles in that tenant and in
the whole installation count; or beyond tenants, and then only the latter do. So a caller that forgets the tenant is
refused, not let in.
"""

from dataclasses import replace
from enum import Enum
from uuid import UUID

from chamberlain.errors import Refused
from chamberlain.model.actor import Actor, DirectoryObject, Role
from chamberlain.model.tenant import Tenant


class Deed(Enum):
    """What one can ask to do."""

    SEE_TENANT = "see_tenant"
    SEE_OWN_ACCESS = "see_own_access"
    SEE_NAMED_PERMISSIONS = "see_named_permissions"
    SEE_DIRECTORY = "see_directory"
    EXPORT_LIST = "export_list"
    SEE_RUNS = "see_runs"
    SEE_CONNECTION = "see_connection"
    SEE_AUDIT_TRAIL = "see_audit_trail"
    EXPORT_AUDIT_TRAIL = "export_audit_trail"
    SEE_ROLES = "see_roles"
    SAVE_VIEW = "save_view"
    SHARE_VIEW = "share_view"
    SYNC = "sync"
    SLOW_DOWN = "slow_down"
    CONNECT = "connect"
    SEE_PLANS = "see_plans"
    MAKE_PLAN = "make_plan"
    APPLY_PLAN = "apply_plan"
    APPROVE_PLAN = "approve_plan"
    SETTLE_TASK = "settle_task"
    SET_GUARDS = "set_guards"
    STOP_WRITERS = "stop_writers"
    STOP_EVERYTHING = "stop_everything"
    MAKE_TOKEN = "make_token"  # noqa: S105 - a word, not a secret
    REVOKE_TOKENS = "revoke_tokens"
    GRANT_ROLES = "grant_roles"
    ROTATE_KEYS = "rotate_keys"
    SEE_MESSAGES = "see_messages"
    RETRY_MESSAGE = "retry_message"
    TRY_MAIL = "try_mail"
    BACK_UP = "back_up"
    ISSUE_SIGN_IN_LINK = "issue_sign_in_link"


_ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
_SEES_EVERYTHING = _ADMINISTRATOR | {Role.READ_ONLY_ADMINISTRATOR}
_SEES_DIRECTORY = _SEES_EVERYTHING | {Role.AUDITOR}

ALLOWED: dict[Deed, frozenset[Role]] = {
    Deed.SEE_TENANT: frozenset(Role),
    Deed.SEE_OWN_ACCESS: frozenset(Role),
    Deed.SEE_NAMED_PERMISSIONS: _SEES_DIRECTORY | {Role.APP_ADMIN},
    Deed.SEE_DIRECTORY: _SEES_DIRECTORY,
    Deed.EXPORT_LIST: _SEES_DIRECTORY,
    Deed.SEE_RUNS: _SEES_DIRECTORY,
    Deed.SEE_CONNECTION: _SEES_EVERYTHING,
    Deed.SEE_AUDIT_TRAIL: _SEES_DIRECTORY,
    Deed.EXPORT_AUDIT_TRAIL: _SEES_DIRECTORY,
    Deed.SEE_ROLES: _SEES_DIRECTORY,
    Deed.SAVE_VIEW: _SEES_EVERYTHING,
    Deed.SHARE_VIEW: _ADMINISTRATOR,
    Deed.SYNC: _ADMINISTRATOR,
    Deed.SLOW_DOWN: _ADMINISTRATOR,
    Deed.CONNECT: _ADMINISTRATOR,
    Deed.SEE_PLANS: _SEES_DIRECTORY,
    Deed.MAKE_PLAN: _ADMINISTRATOR,
    Deed.APPLY_PLAN: _ADMINISTRATOR,
    Deed.APPROVE_PLAN: _ADMINISTRATOR,
    Deed.SETTLE_TASK: _ADMINISTRATOR,
    Deed.SET_GUARDS: _ADMINISTRATOR,
    Deed.STOP_WRITERS: _ADMINISTRATOR,
    Deed.STOP_EVERYTHING: _ADMINISTRATOR,
    Deed.MAKE_TOKEN: _SEES_DIRECTORY,
    Deed.REVOKE_TOKENS: _ADMINISTRATOR,
    Deed.GRANT_ROLES: _ADMINISTRATOR,
    Deed.ROTATE_KEYS: _ADMINISTRATOR,
    Deed.SEE_MESSAGES: _SEES_EVERYTHING,
    Deed.RETRY_MESSAGE: _ADMINISTRATOR,
    Deed.TRY_MAIL: _ADMINISTRATOR,
    Deed.BACK_UP: _ADMINISTRATOR,
    Deed.ISSUE_SIGN_IN_LINK: _ADMINISTRATOR,
}

# A role in the whole installation is one in every tenant, also in those that come. What is given by name or by
# assignment exists in one tenant only.
INSTALLATION_ROLES = _SEES_DIRECTORY

# What is done to the installation as a whole: a role in one tenant never allows it, whatever the caller names.
BEYOND_TENANTS = frozenset(
    {Deed.ISSUE_SIGN_IN_LINK, Deed.ROTATE_KEYS, Deed.BACK_UP, Deed.TRY_MAIL, Deed.STOP_EVERYTHING}
)


def may(actor: Actor, deed: Deed, *, tenant_id: int | None = None) -> bool:
    """Whether one of the actor's roles allows the deed.

    tenant_id  where; None: beyond tenants, which only roles in the whole installation allow
    """
    if actor.only is not None and deed.value not in actor.only:
        return False
    held = actor.roles & INSTALLATION_ROLES
    if deed not in BEYOND_TENANTS:
        held |= actor.roles_in(tenant_id)
    return bool(held & ALLOWED.get(deed, frozenset()))


def require(actor: Actor, deed: Deed, *, tenant_id: int | None = None) -> None:
    """Passes or refuses.

    raises  Refused("not_allowed")
    """
    if not may(actor, deed, tenant_id=tenant_id):
        raise Refused("not_allowed", deed=deed.value)


def may_somewhere(actor: Actor, deed: Deed) -> bool:
    """Whether the actor may do it in any tenant at all: what a page beyond tenants asks before it lists theirs."""
    return may(actor, deed) or any(may(actor, deed, tenant_id=held.tenant_id) for held in actor.tenant_roles)


def require_somewhere(actor: Actor, deed: Deed) -> None:
    """Passes or refuses.

    raises  Refused("not_allowed")
    """
    if not may_somewhere(actor, deed):
        raise Refused("not_allowed", deed=deed.value)


def may_see_permission(actor: Actor, *, tenant_id: int, key: str) -> bool:
    """Whether the actor sees one permission and its holders: with the directory, or because it was named for them."""
    if may(actor, Deed.SEE_DIRECTORY, tenant_id=tenant_id):
        return True
    return may(actor, Deed.SEE_NAMED_PERMISSIONS, tenant_id=tenant_id) and key in actor.looks_after(tenant_id)


def require_permission(actor: Actor, *, tenant_id: int, key: str) -> None:
    """Passes or refuses, whether there is such a permission or not.

    raises  Refused("not_allowed")
    """
    if not may_see_permission(actor, tenant_id=tenant_id, key=key):
        raise Refused("not_allowed", deed=Deed.SEE_NAMED_PERMISSIONS.value)


def is_self(actor: Actor, *, tenant: Tenant, guid: UUID) -> bool:
    """Whether an account is the actor's own: the same object of the same tenant, and a role there."""
    return actor.account == DirectoryObject(tenant.guid, guid) and may(actor, Deed.SEE_OWN_ACCESS, tenant_id=tenant.id)


def require_person(actor: Actor, *, tenant: Tenant, guid: UUID) -> None:
    """Passes for those who see the directory, and for the person themselves.

    raises  Refused("not_allowed"), whether there is such a person or not
    """
    if not (may(actor, Deed.SEE_DIRECTORY, tenant_id=tenant.id) or is_self(actor, tenant=tenant, guid=guid)):
        raise Refused("not_allowed", deed=Deed.SEE_OWN_ACCESS.value)


def require_others(actor: Actor, *, user_id: UUID) -> None:
    """Passes unless a token would change what its own person is: nobody raises themselves by a key that leaked.

    raises  Refused("not_allowed")
    """
    if actor.only is not None and actor.id == str(user_id):
        raise Refused("not_allowed", deed=Deed.GRANT_ROLES.value)


def require_grant(actor: Actor, *, role: Role, tenant_id: int | None, permission: str = "") -> None:
    """Passes where the role may be given or taken there by the actor: never more than they may do there themselves.

    raises  Refused: not_allowed, role_above_own, role_needs_tenant, role_needs_permission, role_names_permission
    """
    require(actor, Deed.GRANT_ROLES, tenant_id=tenant_id)
    if tenant_id is None and role not in INSTALLATION_ROLES:
        raise Refused("role_needs_tenant", role=role.value)
    if role is Role.APP_ADMIN and not permission:
        raise Refused("role_needs_permission")
    if role is not Role.APP_ADMIN and permission:
        raise Refused("role_names_permission", role=role.value)
    given = {deed for deed, roles in ALLOWED.items() if role in roles}
    counting = given - BEYOND_TENANTS if tenant_id is not None else given
    person = replace(actor, only=None)  # a token that may give roles gives what its person may, and never to them
    if not all(may(person, deed, tenant_id=tenant_id) for deed in counting):
        raise Refused("role_above_own", role=role.value)
