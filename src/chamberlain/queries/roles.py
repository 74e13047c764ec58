"""People of Chamberlain and what they are in it."""

from chamberlain.model.actor import Actor, Role
from chamberlain.model.role import KnownPerson
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import INSTALLATION_ROLES, Deed, require
from chamberlain.store import roles


def list_people_of_chamberlain(*, viewer: Actor, tenant: Tenant | None) -> tuple[KnownPerson, ...]:
    """People by name, with roles.

    tenant  None: everybody with every role. Otherwise those who have a role there or in the whole installation, with
            these roles only, and everybody of its directory who ever signed in
    raises  Refused("not_allowed")
    """
    require(viewer, Deed.SEE_ROLES, tenant_id=tenant.id if tenant else None)
    return roles.people(tenant_id=tenant.id if tenant else None, tenant_guid=tenant.guid if tenant else None)


def roles_to_give(*, tenant: Tenant | None) -> tuple[Role, ...]:
    """The roles that exist there, from what allows most to what allows least."""
    return tuple(role for role in Role if tenant is not None or role in INSTALLATION_ROLES)
