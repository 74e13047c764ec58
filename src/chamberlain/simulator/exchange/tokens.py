"""Who calls Exchange, and whether: a token of its own audience, a permission in it, and a role in the directory.

source  https://learn.microsoft.com/powershell/exchange/app-only-auth-powershell-v2 (read 2026)
"""

from dataclasses import dataclass
from enum import Enum

import jwt

from chamberlain.simulator.login.signing import SigningKey
from chamberlain.simulator.message import Request
from chamberlain.simulator.world.tenant import World

MANAGE, MANAGE_V2 = "Exchange.ManageAsApp", "Exchange.ManageAsAppV2"
ROLES = frozenset({"29232cdf-9323-42fd-ade2-1d097af3e4de", "31392ffb-586c-42d1-9346-e59415a2cc4e"})
"""Exchange Administrator and Exchange Recipient Administrator; both let change recipients."""


class Entry(Enum):
    """What comes of a request at the door."""

    OPEN = 200
    NO_TOKEN = 401
    NO_ROLE = 403


@dataclass(frozen=True, slots=True)
class Caller:
    """The application behind a token, and whether it may come in."""

    app: str
    roles: frozenset[str]
    entry: Entry


class ExchangeTokens:
    """Checks bearer tokens of Exchange's audience."""

    def __init__(self, world: World, key: SigningKey, audience: str) -> None:
        self._world = world
        self._key = key
        self._audience = audience

    def caller(self, request: Request, permission: str) -> Caller:
        """Who calls, and whether they hold this permission and a role in the directory now."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        try:
            claims = self._key.verify(token if scheme.lower() == "bearer" else "", audience=self._audience)
        except jwt.InvalidTokenError:
            return Caller("", frozenset(), Entry.NO_TOKEN)
        app, held = str(claims["appid"]), frozenset(claims.get("roles", ()))
        if claims.get("tid") != self._world.base.tenant.id or permission not in held:
            return Caller(app, held, Entry.NO_TOKEN)
        view = self._world.view()
        principal = view.find(str(claims["oid"]))
        has_role = principal is not None and any(one.role_id in ROLES for one in view.roles_of(principal))
        return Caller(app, held, Entry.OPEN if has_role else Entry.NO_ROLE)
