"""Who has which role where."""

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from chamberlain.errors import NotFound
from chamberlain.model.actor import Actor, ActorKind, DirectoryObject, Role, TenantRole
from chamberlain.model.role import HeldRole, KnownPerson
from chamberlain.store.connection import rows
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
    _tell_earlier_versions(user_id)
    return is_new


def find(role_id: int) -> tuple[UUID, str, TenantRole | Role]:
    """Whose role it is, their name, and what it is: a Role where it is one in the whole installation.

    raises  NotFound("role_not_found")
    """
    row = RoleRow.objects.select_related("user").filter(id=role_id).first()
    if row is None:
        raise NotFound("role_not_found")
    role = Role(row.role)
    what = role if row.tenant_id is None else TenantRole(role, row.tenant_id, row.permission)
    return row.user_id, row.user.name, what


def take(role_id: int) -> None:
    """Takes a role away.

    raises  NotFound("role_not_found") where somebody else did so meanwhile
    """
    row = RoleRow.objects.filter(id=role_id).first()
    if row is None or not RoleRow.objects.filter(id=role_id).delete()[0]:
        raise NotFound("role_not_found")
    _tell_earlier_versions(row.user_id)


def administrators() -> frozenset[UUID]:
    """Who administers the whole installation and can sign in. Until the transaction ends nobody else changes that."""
    held = RoleRow.objects.select_for_update(of=("self",)).filter(tenant=None, role=Role.ADMINISTRATOR.value)
    ids = {row.user_id for row in held.order_by("id")}
    return frozenset(User.objects.filter(id__in=ids, is_active=True).values_list("id", flat=True))


def approvers(*, tenant_id: int) -> int:
    """How many people who may sign in are administrators of a tenant, there or everywhere."""
    held = RoleRow.objects.filter(Q(tenant_id=tenant_id) | Q(tenant_id=None), role=Role.ADMINISTRATOR.value)
    return held.filter(user__is_active=True).values("user_id").distinct().count()


def people(*, tenant_id: int | None, tenant_guid: UUID | None) -> tuple[KnownPerson, ...]:
    """People by name with their roles: everybody with everything, or, in a tenant, who has a role that counts there.

    tenant_guid  accounts of this directory are listed, too, also without a role
    """
    held = RoleRow.objects.select_related("tenant").order_by("tenant_id", "role", "permission")
    found = User.objects.order_by("name", "id")
    if tenant_id is not None:
        held = held.filter(Q(tenant_id=tenant_id) | Q(tenant_id=None))
        found = found.filter(Q(id__in=held.values("user_id")) | Q(tenant_guid=tenant_guid))
    names = _names_of_permissions(tenant_id)
    roles: dict[UUID, list[HeldRole]] = defaultdict(list)
    for row in held:
        roles[row.user_id].append(_held(row, names))
    return tuple(
        KnownPerson(
            id=user.id,
            name=user.name,
            account=None if user.tenant_guid == LOCAL_TENANT else user.object_guid,
            active=user.is_active,
            roles=tuple(roles[user.id]),
        )
        for user in found
    )


def _held(row: RoleRow, names: dict[tuple[int, str], str]) -> HeldRole:
    return HeldRole(
        id=row.id,
        role=Role(row.role),
        tenant=row.tenant.value() if row.tenant else None,
        permission=row.permission,
        called=names.get((row.tenant_id or 0, row.permission), "") or row.permission,
        given_at=row.given_at,
        given_by=row.given_by,
    )


def _names_of_permissions(tenant_id: int | None) -> dict[tuple[int, str], str]:
    found = rows(
        "SELECT r.tenant_id, p.key, p.name FROM role_held r "
        "JOIN permission p ON p.tenant_id = r.tenant_id AND p.key = r.permission "
        "WHERE r.permission <> '' AND (%(tenant)s::bigint IS NULL OR r.tenant_id = %(tenant)s)",
        {"tenant": tenant_id},
    )
    return {(row["tenant_id"], row["key"]): row["name"] for row in found}


def _tell_earlier_versions(user_id: UUID) -> None:
    """They ask the column of the person, and while an upgrade is under way, some of them still run."""
    is_administrator = RoleRow.objects.filter(user_id=user_id, tenant=None, role=Role.ADMINISTRATOR.value).exists()
    User.objects.filter(id=user_id).update(role=Role.ADMINISTRATOR.value if is_administrator else "")
