"""What all writes share: the newest tenant, bodies and references, and refusals in Graph's words.

A reference is looked up where the request was answered, which may be a replica that does not know a new object yet;
what is the case already is asked of the newest state, as the service's own directory decides by its primary.

source  https://learn.microsoft.com/graph/api/group-post-members, .../group-update and .../group-delete-members (read
        2026); texts recorded from the service
"""

import re
from typing import Any, TypeVar

import msgspec

from chamberlain.simulator.graph.call import Call
from chamberlain.simulator.graph.refusal import GraphError, bad_request, not_found
from chamberlain.simulator.world.mutation import Mutation, MutationRefusedError
from chamberlain.simulator.world.reference import Kind, Ref
from chamberlain.simulator.world.tenant import World
from chamberlain.simulator.world.view import View

T = TypeVar("T")
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_SEGMENTS = {
    "directoryobjects": tuple(Kind),
    "users": (Kind.USER,),
    "groups": (Kind.GROUP,),
    "serviceprincipals": (Kind.SERVICE_PRINCIPAL,),
    "devices": (Kind.DEVICE,),
}


def denied() -> GraphError:
    """A write that the application may not make, whatever permission it has."""
    return GraphError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")


def read(content: bytes, wanted: type[T]) -> T:
    """The body of a request.

    raises  GraphError 400 for what is not of the type
    """
    try:
        return msgspec.json.decode(content or b"{}", type=wanted)
    except msgspec.MsgspecError as problem:
        raise GraphError(400, "BadRequest", f"Unable to read JSON request payload. {problem}") from problem


def referenced(call: Call, address: str) -> Ref:
    """The object that an `@odata.id` names: an address below any version, whose host is not looked at.

    raises  GraphError 400 for what is no such address, 404 for what is not there
    """
    *_, collection, key = ("", *address.rstrip("/").split("/"))
    kinds = _SEGMENTS.get(collection.lower())
    if kinds is None or not _GUID.fullmatch(key):
        raise bad_request(f"Invalid object identifier '{key}'.")
    return call.object(key, *kinds)


class Desk:
    """Writes to the newest tenant in the name of the application that asks."""

    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def newest(self) -> View:
        """The tenant as it is now, on whichever replica the request arrived."""
        return self._world.view()

    def change(self, call: Call, *mutations: Mutation) -> View:
        """Make mutations true, in their order, and return the tenant with them.

        raises  GraphError 404 for what is gone, 400 for whatever else makes no sense
        """
        for mutation in mutations:
            try:
                self._world.change(mutation, by=call.caller.client_id)
            except MutationRefusedError as refusal:
                gone = _GUID.match(str(refusal))
                raise not_found(gone[0]) if gone else bad_request(str(refusal)) from None
        return self.newest

    def guid(self, ref: Ref) -> str:
        """The id of an object."""
        return self._world.base.guid(ref)

    def document(self, call: Call, what: str, found: dict[str, Any]) -> dict[str, Any]:
        """An entity with its context."""
        return {"@odata.context": call.context(f"{what}/$entity"), **found}
