"""Make a token for the API, and revoke one."""

import secrets
from datetime import timedelta
from unicodedata import category
from uuid import UUID

from chamberlain import clock
from chamberlain.audit.event import EventName, record
from chamberlain.errors import NotFound, Refused
from chamberlain.model.actor import Actor, ActorKind
from chamberlain.model.api_token import LASTS, LONGEST_LASTS, LONGEST_NAME, PREFIX, ApiToken, TokenScope
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import Deed, may, require
from chamberlain.policy.token_scope import REACH
from chamberlain.store import api_tokens
from chamberlain.store.connection import transaction


def make_token(
    *,
    actor: Actor,
    person: UUID,
    name: str,
    scopes: frozenset[TokenScope],
    tenant: Tenant | None,
    lasts: timedelta = LASTS,
) -> tuple[str, ApiToken]:
    """The secret, which is told this once, and the token. People make tokens for themselves, the terminal for anybody.

    tenant  the only one that it reaches; None: every tenant that the person may see, now or later
    raises  Refused("not_allowed" | "token_beyond_rights" | "token_name_empty" | "token_name_long" |
            "token_scopes_empty" | "token_lasts"), Conflict("tokens_too_many")
    """
    tenant_id = tenant.id if tenant else None
    require(actor, Deed.MAKE_TOKEN, tenant_id=tenant_id)
    if actor.kind is ActorKind.PERSON and UUID(actor.id) != person:
        raise Refused("not_allowed")
    name = _tidy(name)
    if not scopes:
        raise Refused("token_scopes_empty")
    if not timedelta(0) < lasts <= LONGEST_LASTS:
        raise Refused("token_lasts", most=LONGEST_LASTS.days)
    beyond = sorted(scope.value for scope in scopes if not may(actor, REACH[scope].needs, tenant_id=tenant_id))
    if beyond:
        raise Refused("token_beyond_rights", scopes=", ".join(beyond))
    secret = PREFIX + secrets.token_urlsafe(32)
    with transaction():
        token = api_tokens.create(
            user_id=person,
            tenant_id=tenant_id,
            name=name,
            secret=secret,
            scopes=scopes,
            now=clock.now(),
            lasts=lasts,
        )
        record(
            EventName.TOKEN_MADE,
            actor=actor,
            tenant_id=tenant_id,
            subject=f"token:{token.id}",
            called=name,
            person=person,
            scopes=" ".join(sorted(scope.value for scope in scopes)),
            expires=token.expires_at.isoformat(),
        )
    return secret, token


def revoke_token(*, actor: Actor, token_id: int) -> ApiToken:
    """The token, which from now on is refused. One's own, or with the right to revoke those of others.

    raises  Refused("not_allowed"), NotFound("token_not_found")
    """
    with transaction():
        token = api_tokens.find(token_id=token_id)
        is_own = actor.kind is ActorKind.PERSON and UUID(actor.id) == token.user_id
        if not is_own and not may(actor, Deed.REVOKE_TOKENS, tenant_id=token.tenant_id):
            raise NotFound("token_not_found")
        if api_tokens.revoke(token_id=token.id, now=clock.now()):
            record(
                EventName.TOKEN_REVOKED,
                actor=actor,
                tenant_id=token.tenant_id,
                subject=f"token:{token.id}",
                called=token.name,
                person=token.user_id,
            )
    return token


def _tidy(name: str) -> str:
    visible = "".join(" " if category(letter) in ("Cc", "Cs", "Zl", "Zp") else letter for letter in name)
    tidy = " ".join(visible.split())
    if not tidy:
        raise Refused("token_name_empty")
    if len(tidy) > LONGEST_NAME:
        raise Refused("token_name_long", longest=LONGEST_NAME)
    return tidy
