"""What one can see of one's own sign-in: methods and sessions; and which ways in there are at all."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from chamberlain import clock
from chamberlain.errors import Refused
from chamberlain.model.actor import Actor, ActorKind
from chamberlain.model.entrance import LiveSession, OwnMethods
from chamberlain.policy.relying_party import is_possible
from chamberlain.settings import load
from chamberlain.store import local_accounts, sessions


@dataclass(frozen=True, slots=True)
class OwnSignIn:
    """One's own sign-in.

    methods       None where Microsoft vouches for the person: what they sign in with is decided there
    may_passkeys  whether browsers let passkeys be used at the installation's address
    """

    methods: OwnMethods | None
    may_passkeys: bool
    sessions: tuple[LiveSession, ...]


@dataclass(frozen=True, slots=True)
class WaysIn:
    """What the sign-in page offers besides the link."""

    passkey: bool
    code: bool


def show_own_sign_in(*, viewer: Actor) -> OwnSignIn:
    """The viewer's own, and nobody else's.

    raises  Refused("not_allowed") for who is no person
    """
    if viewer.kind is not ActorKind.PERSON:
        raise Refused("not_allowed")
    user_id, settings, now = UUID(viewer.id), load(), clock.now()
    return OwnSignIn(
        methods=local_accounts.methods_of(user_id) if viewer.account is None else None,
        may_passkeys=is_possible(settings.url),
        sessions=sessions.live(
            user_id,
            idle_since=now - timedelta(minutes=settings.session_idle_minutes),
            begun_since=now - timedelta(hours=settings.session_hours),
        ),
    )


def session_handle(*, key: str) -> str:
    """The handle of the session whose key a browser has."""
    return sessions.handle_of(key)


def list_ways_in() -> WaysIn:
    """What is set up by anybody: a button that leads nowhere is not shown."""
    return WaysIn(
        passkey=is_possible(load().url) and local_accounts.any_passkey(),
        code=local_accounts.any_code(),
    )
