"""Who a signed-in person is to the rest of the house."""

from uuid import UUID

from chamberlain.errors import Refused
from chamberlain.model.actor import Actor
from chamberlain.store import roles
from chamberlain.store.models import User


def find_actor(*, user_id: UUID) -> Actor:
    """A person with the roles that they have now: a role that was taken away counts from the next request on.

    raises  Refused("not_allowed") where they are gone or switched off
    """
    found = roles.active_actor(user_id)
    if found is None:
        raise Refused("not_allowed")
    return found


def actor_of(user: User) -> Actor:
    """Somebody who was read just now, with the roles that they have now.

    raises  Refused("not_allowed") where they are switched off
    """
    if not user.is_active:
        raise Refused("not_allowed")
    return roles.actor_of(user)
