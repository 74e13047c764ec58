"""Who may do what. Deny by default: a deed that is not in the table is nobody's."""

from enum import Enum

from chamberlain.errors import Refused
from chamberlain.model.actor import Actor, Role


class Deed(Enum):
    """What one can ask to do."""

    SEE_DIRECTORY = "see_directory"
    CONNECT = "connect"
    SYNC = "sync"
    ISSUE_SIGN_IN_LINK = "issue_sign_in_link"
    SAVE_VIEW = "save_view"
    SHARE_VIEW = "share_view"
    EXPORT_LIST = "export_list"
    SLOW_DOWN = "slow_down"


ALLOWED: dict[Deed, frozenset[Role]] = {
    Deed.SEE_DIRECTORY: frozenset({Role.ADMINISTRATOR}),
    Deed.CONNECT: frozenset({Role.ADMINISTRATOR}),
    Deed.SYNC: frozenset({Role.ADMINISTRATOR}),
    Deed.ISSUE_SIGN_IN_LINK: frozenset({Role.ADMINISTRATOR}),
    Deed.SAVE_VIEW: frozenset({Role.ADMINISTRATOR}),
    Deed.SHARE_VIEW: frozenset({Role.ADMINISTRATOR}),
    Deed.EXPORT_LIST: frozenset({Role.ADMINISTRATOR}),
    Deed.SLOW_DOWN: frozenset({Role.ADMINISTRATOR}),
}


def may(actor: Actor, deed: Deed) -> bool:
    """Whether one of the actor's roles allows the deed."""
    return bool(actor.roles & ALLOWED.get(deed, frozenset()))


def require(actor: Actor, deed: Deed) -> None:
    """Passes or refuses.

    raises  Refused("not_allowed")
    """
    if not may(actor, deed):
        raise Refused("not_allowed", deed=deed.value)
