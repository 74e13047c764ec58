"""Keys of the installation, by their ids; never the keys."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HeldKey:
    """A key, and how many secrets are encrypted with it.

    newest  it encrypts from now on
    here    whether the installation has it; where not, what it encrypted cannot be opened
    """

    id: str
    secrets: int
    newest: bool
    here: bool


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a rotation did. made: whether it made a key; otherwise it finished what was begun before."""

    newest: str
    made: bool
    encrypted: int
