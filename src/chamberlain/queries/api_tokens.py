"""Which tokens of the API there are."""

from uuid import UUID

from chamberlain.model.actor import Actor, ActorKind
from chamberlain.model.api_token import ApiToken, TokenScope
from chamberlain.policy.authority import Deed, may
from chamberlain.policy.token_scope import REACH
from chamberlain.store import api_tokens


def list_tokens(*, viewer: Actor) -> tuple[ApiToken, ...]:
    """One's own tokens, and those of others that one may revoke, newest first."""
    own = UUID(viewer.id) if viewer.kind is ActorKind.PERSON else None
    if own is not None and not viewer.roles and not viewer.tenant_roles:
        return api_tokens.list_tokens(user_id=own)
    return tuple(
        token
        for token in api_tokens.list_tokens(user_id=None)
        if token.user_id == own or may(viewer, Deed.REVOKE_TOKENS, tenant_id=token.tenant_id)
    )


def offered_scopes(*, viewer: Actor, tenant_id: int | None) -> tuple[TokenScope, ...]:
    """What a token that the viewer makes may be used for."""
    if not may(viewer, Deed.MAKE_TOKEN, tenant_id=tenant_id):
        return ()
    return tuple(scope for scope in TokenScope if may(viewer, REACH[scope].needs, tenant_id=tenant_id))
