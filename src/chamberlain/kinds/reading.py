"""What every reader is given."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from chamberlain.graph.client import Graph
from chamberlain.model.observed import AccountSeen, GrantSeen, PermissionSeen

NUL, INSTEAD = "\x00", "\ufffd"
ACCOUNT_TYPES = {
    "#microsoft.graph.user": "other",
    "#microsoft.graph.group": "group",
    "#microsoft.graph.servicePrincipal": "service_principal",
    "#microsoft.graph.device": "device",
    "#microsoft.graph.orgContact": "contact",
}


class Sink(Protocol):
    """Takes what was seen."""

    def add(self, rows: Sequence[AccountSeen] | Sequence[PermissionSeen] | Sequence[GrantSeen]) -> None:
        """Takes rows of one type."""

    def qualifier(self, content: str) -> int:
        """The id of an interned detail."""


class Progress(Protocol):
    """Hears how far a reader is."""

    def expect(self, total: int) -> None:
        """So many items are expected in all."""

    def advance(self, count: int) -> None:
        """So many more were read."""


@dataclass(slots=True)
class Reading:
    """A tenant to read from, a sink to fill, somebody to tell.

    missing   GUIDs of permissions that vanished while they were read: their grants stay as they were
    unseen    GUIDs of groups whose members Microsoft may be hiding from us: "cannot see" is not "none"
    """

    graph: Graph
    sink: Sink
    progress: Progress
    width: int
    missing: set[str] = field(default_factory=set)
    unseen: set[str] = field(default_factory=set)

    def detail(self, **content: object) -> int:
        """The id of an interned detail; keys are sorted, so that equal details are one."""
        return self.sink.qualifier(_json(content))


def facts(**values: object) -> str:
    """JSON text of the facts that say something: None, "" and False are left out."""
    return _json({key: value for key, value in values.items() if value not in (None, "", False)})


def _json(content: dict[str, object]) -> str:
    """Canonical JSON that PostgreSQL takes: it refuses the character NUL, which a hostile attribute can hold."""
    clean = {key: value.replace(NUL, INSTEAD) if isinstance(value, str) else value for key, value in content.items()}
    return json.dumps(clean, sort_keys=True)


def holder_type(odata_type: str) -> str:
    """The account type of a directory object that was not listed by itself; "group" for groups."""
    return ACCOUNT_TYPES.get(odata_type, "other")
