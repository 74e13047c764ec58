"""What somebody may plan in a tenant: what they are allowed to, and what its connection was chosen for."""

from dataclasses import dataclass

from chamberlain.model.actor import Actor
from chamberlain.model.capability import Capability
from chamberlain.model.kind import Kind
from chamberlain.model.plan import Change, Subject
from chamberlain.model.tenant import Tenant
from chamberlain.model.verb import Verb
from chamberlain.policy.authority import Deed, may, require
from chamberlain.policy.capabilities import writes
from chamberlain.policy.planning.needs import MAIL_KINDS, capabilities_for
from chamberlain.policy.planning.pairs import pair_for
from chamberlain.store import scopes, tenants


@dataclass(frozen=True, slots=True)
class Changing:
    """What may be planned.

    is_allowed    whether the viewer makes plans here
    is_connected  whether there is a connection at all
    chosen        what of it changes the tenant; empty: it is read only
    """

    is_allowed: bool
    is_connected: bool
    chosen: frozenset[Capability]

    @property
    def is_open(self) -> bool:
        """Whether the viewer may plan anything at all."""
        return self.is_allowed and self.is_connected and bool(self.chosen)

    @property
    def is_read_only(self) -> bool:
        """Whether only the choice of what may be changed is missing."""
        return self.is_allowed and self.is_connected and not self.chosen

    @property
    def kinds(self) -> frozenset[Kind]:
        """Kinds of permission that may be given and taken."""
        return frozenset(kind for kind in Kind if self.may(pair_for(kind)[0], kind=kind))

    @property
    def owner_kinds(self) -> frozenset[Kind]:
        """Kinds of group whose owners may be changed."""
        return frozenset(kind for kind in Kind if kind.is_group and self.may(Verb.ADD_OWNER, kind=kind))

    def may(self, verb: Verb, *, kind: Kind | None = None) -> bool:
        """Whether this may be planned; what a single group asks for besides, the plan says."""
        if not self.is_open:
            return False
        if kind in MAIL_KINDS:
            return Capability.PROVISION_MAIL_GROUPS in self.chosen
        return self.chosen.issuperset(capabilities_for(Change(verb, Subject("")), permission=None))


def what_may_change(*, viewer: Actor, tenant: Tenant) -> Changing:
    """What the viewer may plan in the tenant.

    raises  Refused("not_allowed")
    """
    require(viewer, Deed.SEE_TENANT, tenant_id=tenant.id)
    is_allowed = may(viewer, Deed.MAKE_PLAN, tenant_id=tenant.id)
    if not is_allowed or tenants.connection_of(tenant.id) is None:
        return Changing(is_allowed, is_connected=False, chosen=frozenset())
    chosen = frozenset(one for one in scopes.chosen(tenant.id) if writes(one))
    return Changing(is_allowed, is_connected=True, chosen=chosen)
