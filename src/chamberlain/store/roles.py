"""Who has which role where."""

from datetime import datetime
from uuid import UUID

from chamberlain.model.actor import Actor, ActorKind, DirectoryObject, Role, TenantRole
from chamberlain.store.models import RoleRow, User
from chamberlain.store.users import LOCAL_TENANT


def actor_of(user: User) -> Actor:
    """A person with the roles that they have now; a role that this version does not know gives no rights."""
    known = {role.value: role for role in Role}
    rows = RoleRow.objects.filter(user_id=user.id).values_list("role", "tenant_id", "permission")
    held = [(known[role], tenant_id, permission) for role, tenant_id, permission in rows if role in known]
    is_local = user.tenant_guid == LOCAL_TENANT
    return Actor(
        ActorKind.PERSON,
        str(user.id),
        user.name,
        frozenset(role for role, tenant_id, _ in held if tenant_id is None),
        frozenset(TenantRole(role, tenant, permission) for role, tenant, permission in held if tenant is not None),
        None if is_local else DirectoryObject(user.tenant_guid, user.object_guid),
    )


def active_actor(user_id: UUID) -> Actor | None:
    """A person by id; None where they are gone or switched off."""
    user = User.objects.filter(id=user_id, is_active=True).first()
    return None if user is None else actor_of(user)


def give(
    *, user_id: UUID, role: Role, tenant_id: int | None, permission: str = "", given_by: str, now: datetime
) -> bool:
    """Gives a role; False where they had it already."""
    _row, is_new = RoleRow.objects.get_or_create(
        user_id=user_id,
        tenant_id=tenant_id,
        role=role.value,
        permission=permission,
        defaults={"given_at": now, "given_by": given_by},
    )
    return is_new
