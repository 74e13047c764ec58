"""References to objects: a kind and a serial number in the base. GUIDs appear only at the rim."""

from enum import IntEnum
from typing import NamedTuple


class Kind(IntEnum):
    """Kinds of directory object."""

    USER = 1
    GROUP = 2
    SERVICE_PRINCIPAL = 3
    DEVICE = 4


class Ref(NamedTuple):
    """One object of the tenant."""

    kind: Kind
    serial: int
