"""Names of what the options of changes speak of, looked up together."""

from collections.abc import Mapping, Sequence

from chamberlain.model.actor import Actor
from chamberlain.model.plan import Change
from chamberlain.model.tenant import Tenant
from chamberlain.queries import composing
from chamberlain.web.plan_told import ids_in, people_in


def called(changes: Sequence[Change], *, viewer: Actor, tenant: Tenant) -> Mapping[str, str]:
    """Names of everything that the options of changes speak of: services by id, licences and managers by key."""
    licences = {one.options.instead_of for one in changes if one.options.instead_of}
    services = ids_in(changes)
    managers = [f"account:{guid}" for guid in people_in(changes)]
    if not (licences or services or managers):
        return {}
    return composing.called(viewer=viewer, tenant=tenant, services=services, keys=licences, accounts=managers)
