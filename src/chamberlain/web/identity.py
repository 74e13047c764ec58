"""Who is signed in: the backend that finds people, and the actor they are to the rest of the house."""

from uuid import UUID

from django.contrib.auth import get_user_model, login
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from chamberlain.errors import Refused
from chamberlain.model.actor import Actor
from chamberlain.queries.actors import actor_of

BACKEND = "chamberlain.web.identity.LinkBackend"


class LinkBackend:
    """Finds active people by id. It accepts no credentials: links are redeemed by an action, before this is asked."""

    def authenticate(self, _request: HttpRequest | None, **_credentials: object) -> None:
        """Nobody: Django's password forms lead nowhere here."""

    def get_user(self, user_id: UUID | str) -> AbstractBaseUser | None:
        """The person, unless gone or switched off; Django asks on every request of a session."""
        return get_user_model().objects.filter(pk=user_id, is_active=True).first()


def sign_in(request: HttpRequest, *, user_id: UUID) -> None:
    """Begin a session for a person whom an action has just identified.

    raises  Refused("sign_in_link_invalid") if the person was switched off meanwhile
    """
    user = get_user_model().objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        raise Refused("sign_in_link_invalid")
    login(request, user, backend=BACKEND)


def viewer_of(request: HttpRequest) -> Actor:
    """The signed-in person as an actor, with the roles that they have now; asked once a request.

    raises  Refused("not_allowed") for anonymous requests, should one ever reach a view that asks
    """
    known = getattr(request, "viewer", None)
    if isinstance(known, Actor):
        return known
    user = request.user
    if not user.is_authenticated:
        raise Refused("not_allowed")
    found = actor_of(user)
    request.viewer = found  # type: ignore[attr-defined]  # read here only
    return found
