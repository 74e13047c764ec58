"""Whether a role of which no end is known has none, or nobody can see it."""

from chamberlain.policy.role_ends import PREMIUM, ends_are_told
from chamberlain.policy.scope_standing import open_scopes
from chamberlain.store import scopes
from chamberlain.store.reads.role_ends import can_end


def are_told(*, tenant_id: int) -> bool:
    """Whether Microsoft tells until when roles are held, or there is nothing to tell."""
    _, held = scopes.chosen_and_held(tenant_id)
    if not held:
        return True  # nobody has looked yet
    return ends_are_told(open_scopes(held), premium=can_end(tenant_id=tenant_id, plan=PREMIUM))
