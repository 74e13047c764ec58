"""Take a role in Chamberlain from somebody."""

from chamberlain.audit.event import EventName, record
from chamberlain.errors import NotFound, Refused
from chamberlain.model.actor import Actor, Role, TenantRole
from chamberlain.policy.authority import Deed, may, require_grant, require_others
from chamberlain.store import roles
from chamberlain.store.connection import transaction


def revoke_role(*, actor: Actor, role_id: int, tenant_id: int | None, reason: str = "") -> None:
    """Takes the role. It counts from their next request on. One's own may be taken, but for the last.

    tenant_id  where it was looked at; None: beyond tenants, where every role is shown
    raises     Refused: not_allowed, role_above_own, last_administrator; NotFound("role_not_found"), also for a role in
               a tenant of which the actor knows nothing
    """
    with transaction():
        user_id, name, held = roles.find(role_id)
        where = held.tenant_id if isinstance(held, TenantRole) else None
        role = held.role if isinstance(held, TenantRole) else held
        permission = held.permission if isinstance(held, TenantRole) else ""
        if tenant_id not in (None, where) or not may(actor, Deed.SEE_ROLES, tenant_id=where):
            raise NotFound("role_not_found")
        require_grant(actor, role=role, tenant_id=where, permission=permission)
        require_others(actor, user_id=user_id)
        if where is None and role is Role.ADMINISTRATOR and not roles.administrators() - {user_id}:
            raise Refused("last_administrator", name=name)
        roles.take(role_id)
        record(
            EventName.ROLE_REVOKED,
            actor=actor,
            tenant_id=where,
            subject=str(user_id),
            role=role.value,
            where="installation" if where is None else f"tenant:{where}",
            reason=reason,
            **({"permission": permission} if permission else {}),
        )
