"""Give somebody a role in Chamberlain."""

from uuid import UUID

from chamberlain import clock
from chamberlain.audit.event import EventName, record
from chamberlain.errors import Conflict, NotFound
from chamberlain.model.actor import Actor, Role
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import Deed, may, require, require_grant, require_others
from chamberlain.store import roles, users
from chamberlain.store.connection import transaction
from chamberlain.store.reads import people, permissions

ENOUGH_TO_TELL = 6


def grant_role(
    *, actor: Actor, person: str, role: Role, tenant: Tenant | None, permission: str = "", reason: str = ""
) -> bool:
    """Gives the role; False where they had it already. It counts from their next request on.

    person      exactly: the name of a local account; or, in a tenant, user name, mail or object id. Words of a name are
                not enough here: the next John Smith is not the one who was meant
    tenant      where; None: in the whole installation
    permission  key of the permission that an app admin looks after
    raises      Refused: not_allowed, role_above_own, role_needs_tenant, role_needs_permission, role_names_permission;
                NotFound: user_not_found, permission_not_found; Conflict("person_ambiguous")
    """
    tenant_id = tenant.id if tenant else None
    require_grant(actor, role=role, tenant_id=tenant_id, permission=permission)
    with transaction():
        if tenant and permission and permissions.find(tenant_id=tenant.id, key=permission) is None:
            raise NotFound("permission_not_found", key=permission)
        user_id = _person(actor, person.strip(), tenant)
        require_others(actor, user_id=user_id)
        is_new = roles.give(
            user_id=user_id,
            role=role,
            tenant_id=tenant_id,
            permission=permission,
            given_by=actor.name,
            now=clock.now(),
        )
        if is_new:
            record(
                EventName.ROLE_GRANTED,
                actor=actor,
                tenant_id=tenant_id,
                subject=str(user_id),
                role=role.value,
                where=tenant.slug if tenant else "installation",
                reason=reason,
                **({"permission": permission} if permission else {}),
            )
    return is_new


def _person(actor: Actor, text: str, tenant: Tenant | None) -> UUID:
    """Whom the text names. People of other tenants are found only by those who may know of them anyway."""
    require(actor, Deed.GRANT_ROLES, tenant_id=tenant.id if tenant else None)
    if may(actor, Deed.SEE_ROLES):
        found = users.local_person(text) or users.known(text)
        if found:
            return found
    if tenant:
        return _in_directory(text, tenant)
    raise NotFound("user_not_found", text=text)


def _in_directory(text: str, tenant: Tenant) -> UUID:
    guid = users.guid_in(text)
    wanted = [str(guid)] if guid else [str(row["guid"]) for row in _matching(text, tenant)]
    exact = [
        row
        for row in people.by_guids(tenant_id=tenant.id, guids=wanted)
        if guid or text.lower() in (row["user_name"].lower(), row["mail"].lower())
    ]
    if not exact:
        raise NotFound("user_not_found", text=text)
    if len(exact) > 1:
        raise Conflict("person_ambiguous", text=text, candidates=", ".join(row["user_name"] for row in exact))
    row = exact[0]
    user, _is_new = users.entra_person(
        tenant_guid=tenant.guid, object_guid=row["guid"], name=row["name"] or row["user_name"], now=clock.now()
    )
    return user.id


def _matching(text: str, tenant: Tenant) -> list[dict[str, object]]:
    return people.matches(tenant_id=tenant.id, text=text, limit=ENOUGH_TO_TELL) if text else []
