"""Come in with a token of the API."""

from dataclasses import replace

from chamberlain import clock
from chamberlain.errors import Refused
from chamberlain.model.api_token import PREFIX, Visitor
from chamberlain.policy.token_scope import narrowed
from chamberlain.store import api_tokens, roles

LONGEST = 200


def use_token(*, secret: str) -> Visitor:
    """Who comes in, with the roles that their person has now, narrowed to what the token is for.

    raises  Refused("token_invalid") for one that is unknown, expired or revoked, and where its person is blocked
    """
    if not secret.startswith(PREFIX) or len(secret) > LONGEST or not secret.isascii():
        raise Refused("token_invalid")
    token = api_tokens.find_by_secret(secret=secret, now=clock.now())
    person = roles.active_actor(token.user_id)
    if person is None:
        raise Refused("token_invalid")
    actor = narrowed(person, scopes=token.scopes, tenant_id=token.tenant_id)
    return Visitor(replace(actor, name=f"{person.name} (token {token.name})"), token)
