"""Who asks or acts."""

from dataclasses import dataclass
from enum import Enum


class Role(Enum):
    """What a person may be in Chamberlain."""

    ADMINISTRATOR = "administrator"


class ActorKind(Enum):
    """Where a wish comes from."""

    PERSON = "person"
    TERMINAL = "terminal"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody with a name, a place in the audit trail, and roles. Without roles nothing is allowed."""

    kind: ActorKind
    id: str
    name: str
    roles: frozenset[Role] = frozenset()


SYSTEM = Actor(ActorKind.SYSTEM, "system", "Chamberlain", frozenset({Role.ADMINISTRATOR}))
