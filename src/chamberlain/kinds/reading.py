"""What every reader is given."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

import msgspec

from chamberlain.graph.client import Graph
from chamberlain.graph.fan_out import for_each
from chamberlain.model.observed import Gone, Seen

NUL, INSTEAD = "\x00", "\ufffd"
ACCOUNT_TYPES = {
    "#microsoft.graph.user": "other",
    "#microsoft.graph.group": "group",
    "#microsoft.graph.servicePrincipal": "service_principal",
    "#microsoft.graph.device": "device",
    "#microsoft.graph.orgContact": "contact",
}


class Sink(Protocol):
    """Takes what was seen, unit by unit: a unit that was completed is never read again in its run."""

    @property
    def units(self) -> Mapping[str, Any]:
        """Units completed in this run, and what each told; a crash loses none of them."""

    def add(self, rows: Sequence[Seen], *, unit: str) -> None:
        """Takes rows of one type of a listing."""

    def add_holders(
        self, holders: Sequence[tuple[str, str]], *, family: int, guid: str, parent: str, relation: int, unit: str
    ) -> None:
        """Takes the direct edges of one permission, each holder by GUID and account type; quicker than `add`."""

    def amend(self, rows: Sequence[Seen | Gone], *, unit: str) -> None:
        """Takes changes of one type: they hold against whatever a listing showed, and later ones against earlier."""

    def complete(self, unit: str, *, told: Any = None) -> None:
        """The unit was read to its end."""

    def qualifier(self, content: str) -> int:
        """The id of an interned detail."""


class Progress(Protocol):
    """Hears how far a reader is."""

    def expect(self, total: int) -> None:
        """So many items are expected in all."""

    def advance(self, count: int) -> None:
        """So many more were read."""


@dataclass(frozen=True, slots=True)
class Start:
    """What was noted before anything was read; the same after a crash.

    began_at  when the run began to read
    links     delta links from then on, by stream
    expected  how many objects Microsoft counts, by collection
    bounds    where long cursors are cut, by collection: n bounds make n + 1 ranges
    large     GUIDs of groups that are known to have thousands of members
    anew      streams that are listed whole; of the others only what changed is read
    """

    began_at: datetime
    links: Mapping[str, str] = field(default_factory=dict)
    expected: Mapping[str, int] = field(default_factory=dict)
    bounds: Mapping[str, Sequence[str]] = field(default_factory=dict)
    large: frozenset[str] = frozenset()
    anew: frozenset[str] = frozenset()

    def __or__(self, other: "Start") -> "Start":
        """Both; they speak of different streams."""
        return replace(
            self,
            links={**self.links, **other.links},
            expected={**self.expected, **other.expected},
            bounds={**self.bounds, **other.bounds},
            large=self.large | other.large,
            anew=self.anew | other.anew,
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """A tenant to read from, a sink to fill, somebody to tell.

    width  how many things are read at a time
    """

    graph: Graph
    sink: Sink
    progress: Progress
    width: int
    start: Start
    details: dict[tuple[object, ...], int] = field(default_factory=dict)

    def detail(self, **content: object) -> int:
        """The id of an interned detail; keys are sorted, so that equal details are one."""
        return self.sink.qualifier(_json(content))

    def detail_of(self, key: tuple[object, ...], content: Callable[[], dict[str, object]]) -> int:
        """The same for what comes a hundred thousand times: `content` is only made for a key that is new."""
        known = self.details.get(key)
        if known is None:
            known = self.details[key] = self.detail(**content())
        return known

    async def unit(self, name: str, read: Callable[[str], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
        """Reads a unit, unless it was completed before a crash; what it tells then counts again.

        read  gets the unit's name; tells {"read": how many items}, and {"progress": ...} where that is another figure
        """
        if name in self.sink.units:
            told: dict[str, Any] = self.sink.units[name]
            self.progress.advance(told.get("progress", told["read"]))
            return told
        told = await read(name)
        self.sink.complete(name, told=told)
        return told

    async def side_by_side(self, works: Sequence[Callable[[], Awaitable[None]]]) -> None:
        """Does all of it, some at a time.

        raises  the first error, after the others were cancelled
        """

        async def one(work: Callable[[], Awaitable[None]]) -> None:
            await work()

        await for_each(works, one, width=self.width)


def told_of(units: Mapping[str, Any], word: str) -> frozenset[str]:
    """What completed units told under a word, all together."""
    return frozenset(one for told in units.values() if isinstance(told, dict) for one in told.get(word, ()))


def facts(**values: object) -> str:
    """JSON text of the facts that say something: None, "" and False are left out."""
    return _json({key: value for key, value in values.items() if value not in (None, "", False)})


def _json(content: dict[str, object]) -> str:
    """Canonical JSON that PostgreSQL takes: it refuses the character NUL, which a hostile attribute can hold."""
    clean = {key: value.replace(NUL, INSTEAD) if isinstance(value, str) else value for key, value in content.items()}
    return msgspec.json.encode(clean, order="sorted").decode()


def holder_type(odata_type: str) -> str:
    """The account type of a directory object that was not listed by itself; "group" for groups."""
    return ACCOUNT_TYPES.get(odata_type, "other")
