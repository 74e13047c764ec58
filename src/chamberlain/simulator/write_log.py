"""Every write that reached the directory, in its order: what it asked for, and what it changed.

Measurements count repeated and lost writes here, never in what the product says of itself."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from chamberlain.simulator.message import Request
from chamberlain.simulator.world.log import Change

FIRST_FAILURE = 400


class WriteEntry(msgspec.Struct, kw_only=True):
    """One write. `status` is what the directory answered, whatever a fault made of the answer on its way.

    units      write units that it cost
    changed    whether it changed anything: a repetition does not
    mutations  what it changed, as the controls know changes
    position   of the newest change in the tenant's log afterwards
    spoiled    whether the answer was replaced after the work was done
    """

    number: int
    at: float
    app: str
    method: str
    path: str
    body: Any
    status: int
    units: int
    changed: bool
    mutations: list[Any]
    position: int
    in_batch: bool = False
    spoiled: bool = False


def _json(content: bytes) -> Any:
    """What was sent, without passwords."""
    try:
        found = msgspec.json.decode(content) if content else None
    except msgspec.DecodeError:
        return None
    if isinstance(found, dict) and "passwordProfile" in found:
        return found | {"passwordProfile": "(a password)"}
    return found


@dataclass(slots=True)
class WriteLog:
    """The writes since the last reset."""

    _entries: list[WriteEntry] = field(default_factory=list)
    _total: int = 0

    def record(
        self, request: Request, *, app: str, now: float, status: int, changes: Iterable[Change], position: int,
        units: int = 1, in_batch: bool = False,
    ) -> WriteEntry:  # fmt: skip
        """Remember a write that the directory has answered."""
        mutations = [_json(change.mutation) for change in changes]
        self._total += 1
        entry = WriteEntry(
            number=self._total,
            at=now,
            app=app,
            method=request.method,
            path="/" + "/".join(request.segments),
            body=_json(request.body),
            status=status,
            units=units,
            changed=bool(mutations),
            mutations=mutations,
            position=position,
            in_batch=in_batch,
        )
        self._entries.append(entry)
        return entry

    def reset(self) -> None:
        """Forget them; numbers go on."""
        self._entries.clear()

    def report(self, *, after: int = 0, accepted: bool = False) -> dict[str, Any]:
        """The writes after a number, all or those that were not refused, as JSON shows them."""
        found = [one for one in self._entries if one.number > after and (one.status < FIRST_FAILURE or not accepted)]
        return {
            "writes": msgspec.to_builtins(found),
            "newest": self._total,
            "write_units": sum(one.units for one in found),
            "changing": sum(one.changed for one in found),
        }
