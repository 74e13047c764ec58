"""/directory/deletedItems: what was deleted and can still come back.

source  https://learn.microsoft.com/graph/api/directory-deleteditems-list (read 2026)
"""

import time
from collections.abc import Sequence
from typing import Any

from chamberlain.simulator.graph.answer import collection
from chamberlain.simulator.graph.call import Call
from chamberlain.simulator.graph.listing import Whole, page
from chamberlain.simulator.graph.matching import matcher
from chamberlain.simulator.graph.refusal import GraphError, not_found, unsupported_query
from chamberlain.simulator.graph.shape import Shape
from chamberlain.simulator.graph.shapes.application import SERVICE_PRINCIPAL
from chamberlain.simulator.graph.shapes.group import GROUP
from chamberlain.simulator.graph.shapes.user import USER
from chamberlain.simulator.world.person import Person
from chamberlain.simulator.world.reference import Kind, Ref

_SHAPES: dict[str, tuple[Kind, Shape[Any]]] = {
    "user": (Kind.USER, USER),
    "group": (Kind.GROUP, GROUP),
    "servicePrincipal": (Kind.SERVICE_PRINCIPAL, SERVICE_PRINCIPAL),
}


def _moment(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def _item(call: Call, ref: Ref) -> Any:
    """The object as it lies there: a user's sign-in name is freed by putting the id in front of it."""
    if ref.kind is Kind.GROUP:
        return call.view.group(ref.serial)
    person: Person = call.view.person(ref.serial)
    return person._replace(user_principal_name=person.id.replace("-", "") + person.user_principal_name)


def refuse_deleted(_call: Call) -> dict[str, Any]:
    """GET /directory/deletedItems: a type has to be named"""
    raise unsupported_query("Searches against this resource are not supported. Only specific instances can be queried.")


def list_deleted(call: Call) -> dict[str, Any]:
    """GET /directory/deletedItems/microsoft.graph.user and the like, or one of the items by its id"""
    key = call.keys[0]
    name = key.removeprefix("microsoft.").removeprefix("graph.")
    if name == key:
        return _one(call, key)
    if name not in _SHAPES:
        raise GraphError(400, "BadRequest", f"Resource not found for the segment '{key}'.")
    kind, shape = _SHAPES[name]
    found: Sequence[tuple[Ref, float]] = call.view.deleted(kind)
    if not found:
        return collection(call, shape, Whole([]), context=f"{name}s")
    names = call.names(shape, in_list=True)
    when = {ref.serial: _moment(happened) for ref, happened in found}
    return page(
        call,
        Whole([_item(call, ref) for ref, _ in found]),
        lambda item: shape.render(call.view, item, names) | {"deletedDateTime": when[item.serial]},
        context=f"{name}s",
        matches=matcher(call, shape),
    )


def _one(call: Call, key: str) -> dict[str, Any]:
    ref = call.view.base.find(key.lower())
    when = {} if ref is None else dict(call.view.deleted(ref.kind))
    if ref is None or ref not in when:
        raise not_found(key)
    shape: Shape[Any] = USER if ref.kind is Kind.USER else GROUP
    return {
        "@odata.context": call.context("directoryObjects/$entity"),
        "@odata.type": f"#microsoft.graph.{shape.name}",
        **shape.render(call.view, _item(call, ref), call.names(shape)),
        "deletedDateTime": _moment(when[ref]),
    }
