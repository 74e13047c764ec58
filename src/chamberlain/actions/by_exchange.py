"""What of a plan only Exchange changes, groups and mailboxes, and what may be run there for it."""

from collections.abc import Sequence

from chamberlain.model.capability import Capability
from chamberlain.model.exchange import NO_CMDLETS
from chamberlain.model.plan import Change
from chamberlain.model.verb import BY_EXCHANGE
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
    mailboxes = any(change.verb in BY_EXCHANGE for change in changes)
    return ByExchange(groups, mailboxes, way.exchange, NO_CMDLETS) if groups or mailboxes else GRAPH_ALONE


def to_change(way: Way, *, tenant_id: int, changes: Sequence[Change]) -> ByExchange:
    """For changing, as far as it was chosen and granted, and as far as the plan needs it."""
    found = to_look(way, tenant_id=tenant_id, changes=changes)
    chosen, held = scopes.chosen_and_held(tenant_id)
    needed = [(Capability.PROVISION_MAIL_GROUPS, bool(found.groups)), (Capability.OFFBOARD_MAILBOX, found.mailboxes)]
    permits = NO_CMDLETS.union(
        *(cmdlets(one, chosen=chosen, held=open_scopes(held)) for one, is_needed in needed if is_needed)
    )
    return ByExchange(found.groups, found.mailboxes, found.endpoint, permits) if permits else found
