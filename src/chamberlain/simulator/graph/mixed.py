"""Collections whose items are of several types: members, owners, memberOf, principals.

source  https://learn.microsoft.com/graph/api/group-list-members (read 2026): objects that the application may not read
        come with
        their type and id and nulls
"""

from functools import lru_cache
from typing import Any

from chamberlain.simulator.graph.call import Call
from chamberlain.simulator.graph.refusal import needs_advanced_query, unknown_property, unknown_segment
from chamberlain.simulator.graph.shape import Shape
from chamberlain.simulator.graph.shapes.application import DEVICE, SERVICE_PRINCIPAL
from chamberlain.simulator.graph.shapes.group import GROUP
from chamberlain.simulator.graph.shapes.role import DIRECTORY_ROLE
from chamberlain.simulator.graph.shapes.user import USER
from chamberlain.simulator.world.reference import Kind, Ref
from chamberlain.simulator.world.role import RoleDefinition

DirectoryObject = Ref | RoleDefinition
SHAPES: dict[Kind, Shape[Any]] = {
    Kind.USER: USER,
    Kind.GROUP: GROUP,
    Kind.SERVICE_PRINCIPAL: SERVICE_PRINCIPAL,
    Kind.DEVICE: DEVICE,
}
_READ_ROLES = {
    Kind.USER: ("User.Read.All", "User.ReadWrite.All", "GroupMember.Read.All", "Group.Read.All", "Directory.Read.All"),
    Kind.GROUP: ("GroupMember.Read.All", "Group.Read.All", "Directory.Read.All"),
    Kind.SERVICE_PRINCIPAL: ("Application.Read.All", "Directory.Read.All"),
    Kind.DEVICE: ("Device.Read.All", "Directory.Read.All"),
}
_ALL_SHAPES: tuple[Shape[Any], ...] = (*SHAPES.values(), DIRECTORY_ROLE)
_TYPES = {shape.name: f"#microsoft.graph.{shape.name}" for shape in _ALL_SHAPES}


def _shape(item: DirectoryObject) -> Shape[Any]:
    return SHAPES[item.kind] if isinstance(item, Ref) else DIRECTORY_ROLE


def _item(call: Call, item: DirectoryObject) -> Any:
    if not isinstance(item, Ref):
        return item
    match item.kind:
        case Kind.USER:
            return call.view.person(item.serial)
        case Kind.GROUP:
            return call.view.group(item.serial)
        case Kind.SERVICE_PRINCIPAL:
            return call.view.service_principal(item.serial)
        case Kind.DEVICE:
            return call.view.device(item.serial)


@lru_cache(maxsize=256)
def _names(select: tuple[str, ...] | None) -> dict[str, tuple[str, ...]]:
    """The properties to answer with, by type.

    raises  GraphError for a name that no type has
    """
    for name in select or ():
        if all(name not in shape.properties for shape in _ALL_SHAPES):
            raise unknown_property(name, "directoryObject")
    return {
        shape.name: shape.names(None if select is None else tuple(name for name in select if name in shape.properties))
        for shape in _ALL_SHAPES
    }


class Mixed:
    """Renders directory objects of any type with the same $select, each with the properties it has."""

    def __init__(self, call: Call, select: tuple[str, ...] | None, *, typed: bool = True) -> None:
        self._call = call
        self._typed = typed
        self._names = _names(select)

    def render(self, item: DirectoryObject) -> dict[str, Any]:
        """The JSON object of an item, with its type."""
        shape = _shape(item)
        if isinstance(item, Ref) and self._names[shape.name] == ("id",):  # members and managers are read by id alone
            document: dict[str, Any] = {"id": self._call.view.base.guid(item)}
            return {"@odata.type": _TYPES[shape.name], **document} if self._typed else document
        document = shape.render(self._call.view, _item(self._call, item), self._names[shape.name])
        if isinstance(item, Ref) and not self._call.caller.may(_READ_ROLES[item.kind]):
            document = {name: value if name == "id" else None for name, value in document.items()}
        return {"@odata.type": _TYPES[shape.name], **document} if self._typed else document

    def read(self, item: DirectoryObject, name: str) -> Any:
        """One property for a filter; None where the type has no such property."""
        shape = _shape(item)
        return shape.properties[name](self._call.view, _item(self._call, item)) if name in shape.properties else None


def cast(call: Call, segment: str) -> Shape[Any]:
    """The shape that an OData cast segment names, in its full form or as `graph.user`.

    raises  GraphError for an unknown type, and without the headers that a cast needs
    """
    name = segment.removeprefix("microsoft.").removeprefix("graph.")
    shape = next((shape for shape in _ALL_SHAPES if shape.name == name), None)
    if shape is None or name == segment:
        raise unknown_segment(segment)
    if not call.options.count:
        raise needs_advanced_query("OData cast")
    return shape


def is_of(item: DirectoryObject, shape: Shape[Any]) -> bool:
    """Whether an item is of the type."""
    return _shape(item) is shape
