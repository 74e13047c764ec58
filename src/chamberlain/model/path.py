"""Why an account holds a permission."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from chamberlain.model.kind import Kind


class Reason(Enum):
    """The last link of a path: what makes the holder hold it. Who is eligible may activate it, and does not hold it."""

    DIRECT = "direct"
    RULE = "rule"
    NESTED = "nested"
    GROUP = "group"
    LICENCE = "licence"
    ELIGIBLE = "eligible"


@dataclass(frozen=True, slots=True)
class Link:
    """A permission on the way, for example a group that is inside the next one."""

    key: str
    kind: Kind
    name: str


@dataclass(frozen=True, slots=True)
class Path:
    """One way in which an account holds a permission.

    reason   what kind of way it is
    through  the permissions between account and permission, nearest to the account first; empty when direct
    since    when the account's own edge on this path was first seen
    state    for licences: Microsoft's state, e.g. "Active", "Error"; otherwise ""
    error    for licences: Microsoft's error code, e.g. "CountViolation"; otherwise ""
    scope    for roles: the directory scope when it is not the whole tenant; otherwise ""
    until    when it ends: by itself, or because we take it away then; None: without end
    by_us    whether it is ours to take it away then
    untold   whether Microsoft does not let us see when it ends; then no end does not mean that there is none
    """

    reason: Reason
    through: tuple[Link, ...]
    since: datetime
    state: str = ""
    error: str = ""
    scope: str = ""
    until: datetime | None = None
    by_us: bool = False
    untold: bool = False
