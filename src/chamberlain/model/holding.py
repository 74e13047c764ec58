"""A permission that somebody holds, with every way in which they hold it."""

from dataclasses import dataclass
from datetime import datetime

from chamberlain.model.kind import Kind
from chamberlain.model.path import Path


@dataclass(frozen=True, slots=True)
class ServicePlan:
    """A product inside a licence, switched on or off for the holder."""

    key: str
    name: str
    enabled: bool


@dataclass(frozen=True, slots=True)
class Holding:
    """A permission that a person holds, with every way in which they hold it.

    since      first seen, the earliest of all paths
    owner      holds it as owner (then `paths` is that ownership), not as member
    effective  False for a licence that Microsoft could not assign (all its states are errors), and for a role that
               they may activate but do not hold
    plans      service plans, for licences
    app        the application's name, for products
    unread     when it was read last, where the last sync left it out; None: it is as fresh as the rest
    """

    key: str
    kind: Kind
    name: str
    description: str
    app: str
    since: datetime
    owner: bool
    effective: bool
    paths: tuple[Path, ...]
    plans: tuple[ServicePlan, ...]
    unread: datetime | None = None
