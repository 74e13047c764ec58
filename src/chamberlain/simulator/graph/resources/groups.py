"""/groups: list, get, count, members and owners."""

from collections.abc import Sequence
from typing import Any

import msgspec

from chamberlain.simulator.graph.answer import collection, entity, mixed_collection, number, related, selected
from chamberlain.simulator.graph.call import Call
from chamberlain.simulator.graph.listing import Source, Whole, next_link, page
from chamberlain.simulator.graph.matching import matcher, ranged
from chamberlain.simulator.graph.mixed import DirectoryObject
from chamberlain.simulator.graph.query import DEFAULT_PAGE
from chamberlain.simulator.graph.references import member_page, references
from chamberlain.simulator.graph.refusal import needs_advanced_query
from chamberlain.simulator.graph.shapes.application import APP_ROLE_ASSIGNMENT
from chamberlain.simulator.graph.shapes.group import GROUP
from chamberlain.simulator.graph.sources import Members
from chamberlain.simulator.message import Response
from chamberlain.simulator.world.group import Group
from chamberlain.simulator.world.grown import runs_of
from chamberlain.simulator.world.reference import Kind, Ref

MAX_EXPANDED = 20


def _source(call: Call) -> Source[Group]:
    wanted = call.options.filter
    if wanted is None or wanted.key != "id":
        return ranged(call, GROUP, Kind.GROUP, read=call.view.group, then=call.view.base.group)
    refs = [call.view.find(value) for value in dict.fromkeys(wanted.key_values)]
    return Whole([call.view.group(ref.serial) for ref in refs if ref is not None and ref.kind is Kind.GROUP])


def _first_members(call: Call, group: int) -> Sequence[DirectoryObject]:
    """Twenty members at most: Graph cuts an expanded list without a word."""
    source = Members(call.view, group)
    found: list[DirectoryObject] = []
    for start in range(0, source.places(), MAX_EXPANDED):
        found.extend(member for member in source.read(start, start + MAX_EXPANDED) if member is not None)
        if len(found) >= MAX_EXPANDED:
            break
    return found[:MAX_EXPANDED]


def _first_ids(call: Call, group: int) -> msgspec.Raw:
    """The same with nothing but ids."""
    if call.view.is_simple(group):
        return member_page(call.view, group, 0, MAX_EXPANDED)
    refs = [member for member in _first_members(call, group) if isinstance(member, Ref)]
    return msgspec.Raw(b"[" + references(call.view.base, runs_of(refs)) + b"]")


def _expanded(call: Call, group: int) -> dict[str, Any]:
    wanted = call.check_expand(GROUP)
    if wanted is None or call.options.expand is None:
        return {}
    if wanted == "members" and call.options.expand.select == ("id",):
        return {"members": _first_ids(call, group)}
    items = _first_members(call, group) if wanted == "members" else call.view.owners(group)[:MAX_EXPANDED]
    return {wanted: related(call, items, call.options.expand.select)}


def list_groups(call: Call) -> dict[str, Any]:
    """GET /groups"""
    if call.check_expand(GROUP) is None:
        return collection(call, GROUP, _source(call), context="groups")
    names = call.names(GROUP, in_list=True)
    return page(
        call,
        _source(call),
        lambda group: GROUP.render(call.view, group, names) | _expanded(call, group.serial),
        context=f"groups{selected(call)}",
        matches=matcher(call, GROUP),
    )


def count_groups(call: Call) -> Response:
    """GET /groups/$count"""
    return number(call, _source(call), GROUP)


def get_group(call: Call) -> dict[str, Any]:
    """GET /groups/{id}"""
    index = call.object(call.keys[0], Kind.GROUP).serial
    return entity(call, GROUP, call.view.group(index), context="groups", extra=_expanded(call, index))


def _members(call: Call) -> Members:
    index = call.object(call.keys[0], Kind.GROUP).serial
    return Members(call.view, index)


def list_members(call: Call) -> dict[str, Any]:
    """GET /groups/{id}/members, also cast to one type"""
    options = call.options
    if options.select == ("id",) and len(call.keys) == 1 and options.filter is None and not options.count:
        return _list_ids(call)
    if options.filter is not None and options.filter.key == "id" and options.filter.properties == {"id"}:
        return mixed_collection(call, Whole(_named(call, options.filter.key_values)), is_filtered=True)
    return mixed_collection(call, _members(call), cast_to=call.keys[1] if len(call.keys) > 1 else None)


def _named(call: Call, ids: Sequence[str]) -> list[DirectoryObject]:
    """Those of the ids that are members.

    source  https://learn.microsoft.com/graph/api/group-list-members (read 2026): filters take an advanced query
    raises  GraphError without what an advanced query needs
    """
    if not call.options.count:
        raise needs_advanced_query("in")
    group = call.object(call.keys[0], Kind.GROUP).serial
    refs = [call.view.find(guid) for guid in dict.fromkeys(ids)]
    return [ref for ref in refs if ref is not None and call.view.is_member(group, ref)]


def _list_ids(call: Call) -> dict[str, Any]:
    """The same with nothing but ids, which is how large groups are read."""
    group = call.object(call.keys[0], Kind.GROUP).serial
    document: dict[str, Any] = {"@odata.context": call.context("directoryObjects(id)")}
    stop = call.offset + (call.options.top or DEFAULT_PAGE)
    if stop < call.view.member_places(group):
        document["@odata.nextLink"] = next_link(call, stop)
    document["value"] = member_page(call.view, group, call.offset, stop)
    return document


def count_members(call: Call) -> Response:
    """GET /groups/{id}/members/$count"""
    return number(call, _members(call))


def list_owners(call: Call) -> dict[str, Any]:
    """GET /groups/{id}/owners"""
    index = call.object(call.keys[0], Kind.GROUP).serial
    owners: Sequence[DirectoryObject] = call.view.owners(index)
    return mixed_collection(call, Whole(owners))


def list_group_app_role_assignments(call: Call) -> dict[str, Any]:
    """GET /groups/{id}/appRoleAssignments"""
    ref = call.object(call.keys[0], Kind.GROUP)
    return collection(call, APP_ROLE_ASSIGNMENT, Whole(call.view.app_assignments_of(ref)), context="appRoleAssignments")


def list_group_member_of(call: Call) -> dict[str, Any]:
    """GET /groups/{id}/memberOf"""
    ref = call.object(call.keys[0], Kind.GROUP)
    parents: list[DirectoryObject] = [Ref(Kind.GROUP, group) for group in call.view.groups_of(ref)]
    return mixed_collection(call, Whole(parents))
