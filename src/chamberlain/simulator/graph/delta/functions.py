"""The delta functions themselves: rounds, pages and links."""

import time
from collections.abc import Callable
from typing import Any

import msgspec

from chamberlain.simulator.graph.call import Call
from chamberlain.simulator.graph.delta.ask import asked_ids, asked_select, refuse_options
from chamberlain.simulator.graph.delta.groups import Groups
from chamberlain.simulator.graph.delta.objects import Objects
from chamberlain.simulator.graph.delta.small import DirectoryRoles, Grants
from chamberlain.simulator.graph.delta.stream import Part, Round, Stream
from chamberlain.simulator.graph.delta.token import AT_END, NEVER, DeltaToken, read_delta_token
from chamberlain.simulator.graph.refusal import unsupported_query
from chamberlain.simulator.graph.shapes.application import SERVICE_PRINCIPAL
from chamberlain.simulator.graph.shapes.user import USER
from chamberlain.simulator.world.reference import Kind

LATEST = "latest"
_NOTHING = Part([], None)


def _answer(call: Call, stream: Stream) -> dict[str, Any]:
    """One page of a round. Tokens hold all that was asked; options beside a token change nothing."""
    query = call.request.query
    text = query.get("$skiptoken") or query.get("$deltatoken")
    if not text or text == LATEST:
        token = _begun(call, stream)
        if text == LATEST:
            return _document(call, stream, token, _NOTHING)
    else:
        token = read_delta_token(text, stream.function, call.view.knobs, now=time.time(), root=call.root)
        if not query.get("$skiptoken"):
            token = token._replace(after=token.until, until=max(token.until, call.view.position), place=0, offset=0)
    return _document(call, stream, token, _part(call, stream, token))


def _begun(call: Call, stream: Stream) -> DeltaToken:
    refuse_options(call)
    ids = asked_ids(call)
    return DeltaToken(
        stream.function,
        NEVER,
        call.view.position,
        0,
        0,
        asked_select(call, stream.shape, stream.relations),
        None if ids is None else stream.serials(call.view, ids),
        0.0,
    )


def _part(call: Call, stream: Stream, token: DeltaToken) -> Part:
    if token.place == AT_END:
        return _NOTHING
    before = None if token.after == NEVER else call.view.at(token.after)
    minimal = "return=minimal" in call.request.headers.get("prefer", "").replace(" ", "").lower()
    asked = Round(call.view.at(token.until), before, token.place, token.offset, token.select, token.ids, minimal)
    if before is not None:
        return stream.changes(asked, before)
    part = stream.first(asked)
    # the service ends a first round with a page that has nothing but the link
    return part if part.following is not None else part._replace(following=(AT_END, 0))


def _document(call: Call, stream: Stream, token: DeltaToken, part: Part) -> dict[str, Any]:
    selected = f"({','.join(token.select)})" if token.select else ""
    document: dict[str, Any] = {"@odata.context": call.context(f"{stream.function}{selected}")}
    base = f"{call.root}/{stream.function}/delta()"
    token = token._replace(issued=time.time())
    if part.following is None:
        document["@odata.deltaLink"] = f"{base}?$deltatoken={token._replace(place=0, offset=0).encode()}"
    else:
        index, offset = part.following
        document["@odata.nextLink"] = f"{base}?$skiptoken={token._replace(place=index, offset=offset).encode()}"
    document["value"] = msgspec.Raw(b"[" + b",".join(part.items) + b"]")
    return document


def _function(stream: Stream) -> Callable[[Call], dict[str, Any]]:
    return lambda call: _answer(call, stream)


def not_tracked(entity: str) -> Callable[[Call], dict[str, Any]]:
    """A resource of which changes cannot be asked."""

    def refuse(_call: Call) -> dict[str, Any]:
        raise unsupported_query(f"Differential query is not supported for entity type: {entity}")

    return refuse


def refuse_directory_objects(_call: Call) -> dict[str, Any]:
    """directoryObjects/delta needs to know of what; no filter of it is simulated."""
    raise unsupported_query(
        "Delta query is not supported for directoryObjects without a valid resource type or id filter."
    )


users = _function(Objects("users", USER, Kind.USER, lambda view: view.person, ("manager",)))
service_principals = _function(
    Objects("servicePrincipals", SERVICE_PRINCIPAL, Kind.SERVICE_PRINCIPAL, lambda view: view.service_principal)
)
groups = _function(Groups())
directory_roles = _function(DirectoryRoles())
grants = _function(Grants())
