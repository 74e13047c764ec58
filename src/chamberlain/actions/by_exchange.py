"""Which of a plan's groups only Exchange changes, and what may be run there for them."""

from collections.abc import Sequence

from chamberlain.model.capability import Capability
from chamberlain.model.exchange import NO_CMDLETS
from chamberlain.model.plan import Change
from chamberlain.policy.cmdlets import cmdlets
from chamberlain.policy.planning.needs import MAIL_KINDS
from chamberlain.policy.scope_standing import open_scopes
from chamberlain.provision.hand import GRAPH_ALONE, ByExchange
from chamberlain.provision.situation import situation_of
from chamberlain.store import scopes
from chamberlain.sync.way import Way


def to_look(way: Way, *, tenant_id: int, changes: Sequence[Change]) -> ByExchange:
    """For looking only: nothing may be changed."""
    known = situation_of(tenant_id=tenant_id, changes=changes).permissions
    groups = frozenset(key for key, one in known.items() if one.kind in MAIL_KINDS)
    return ByExchange(groups, way.exchange, NO_CMDLETS) if groups else GRAPH_ALONE


def to_change(way: Way, *, tenant_id: int, changes: Sequence[Change]) -> ByExchange:
    """For changing, as far as it was chosen and granted."""
    found = to_look(way, tenant_id=tenant_id, changes=changes)
    chosen, held = scopes.chosen_and_held(tenant_id)
    permits = cmdlets(Capability.PROVISION_MAIL_GROUPS, chosen=chosen, held=open_scopes(held))
    return ByExchange(found.groups, found.endpoint, permits) if found.groups else GRAPH_ALONE
