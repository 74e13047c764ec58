"""Directory objects of which only type and id are shown, as JSON that is put together from ready pieces.

Groups are read a million members at a time: a dictionary for each member would take most of the time."""

from collections.abc import Sequence

import msgspec

from chamberlain.simulator.world.base import Run
from chamberlain.simulator.world.grown import Grown
from chamberlain.simulator.world.reference import Kind, Ref
from chamberlain.simulator.world.view import View

_NAMES = {
    Kind.USER: "user",
    Kind.GROUP: "group",
    Kind.SERVICE_PRINCIPAL: "servicePrincipal",
    Kind.DEVICE: "device",
}
_STARTS = {kind: f'{{"@odata.type":"#microsoft.graph.{name}","id":"'.encode() for kind, name in _NAMES.items()}
_END = b'"}'


def references(base: Grown, runs: Sequence[Run]) -> bytes:
    """Items of a JSON array, without its brackets."""
    parts = []
    for kind, serials in runs:
        if serials:
            start = _STARTS[kind]
            parts.append(start + (_END + b"," + start).join(base.guids(kind, serials)) + _END)
    return b",".join(parts)


def reference(base: Grown, ref: Ref) -> bytes:
    """One item."""
    return _STARTS[ref.kind] + base.guid(ref).encode() + _END


def removed_reference(base: Grown, ref: Ref) -> bytes:
    """One item of a change that is no longer there."""
    return _STARTS[ref.kind] + base.guid(ref).encode() + b'","@removed":{"reason":"deleted"}}'


def member_page(view: View, group: int, start: int, stop: int) -> msgspec.Raw:
    """A slice of a group's members, each with type and id."""
    return msgspec.Raw(b"[" + references(view.base, view.member_runs(group, start, stop)) + b"]")
