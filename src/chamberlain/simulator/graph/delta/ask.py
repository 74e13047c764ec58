"""What a delta function is asked: a $select, a few ids, and nothing else.

source  https://learn.microsoft.com/graph/delta-query-overview#optional-query-parameters (read 2026)
"""

import re

from chamberlain.simulator.graph.call import Call
from chamberlain.simulator.graph.refusal import GraphError, unsupported_query
from chamberlain.simulator.graph.shape import Shape

MAX_IDS = 50
_UNSUPPORTED = ("$top", "$orderby", "$expand", "$search", "$count", "$skip")
_IDS = re.compile(r"\s*id\s+eq\s+'([^']*)'(?:\s+or\s+|\s*$)", re.IGNORECASE)


def refuse_options(call: Call) -> None:
    """Delta functions page, sort and expand by themselves.

    raises  GraphError for an option that they do not take
    """
    for name in _UNSUPPORTED:
        if name in call.request.query:
            raise unsupported_query(f"The query option '{name}' is not supported for delta queries.")


def asked_select(call: Call, shape: Shape[object], relations: tuple[str, ...]) -> tuple[str, ...] | None:
    """The properties asked for, None for the usual ones.

    raises  GraphError for one that the type does not have
    """
    text = call.request.query.get("$select")
    if not text:
        return None
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    shape.names(tuple(name for name in names if name not in relations), in_list=True)
    return names


def asked_ids(call: Call) -> tuple[str, ...] | None:
    """The ids that the filter is limited to, None without a filter.

    raises  GraphError for any other filter, and for too many ids
    """
    text = call.request.query.get("$filter")
    if not text:
        return None
    ids, place = [], 0
    while place < len(text):
        found = _IDS.match(text, place)
        if found is None:
            raise unsupported_query("Delta queries only support filters of the form id eq '...' or id eq '...'.")
        ids.append(found[1].lower())
        place = found.end()
    if len(ids) > MAX_IDS:
        raise GraphError(
            400, "Request_UnsupportedQuery", f"A maximum of {MAX_IDS} ids is allowed in the filter of a delta query."
        )
    return tuple(dict.fromkeys(ids))
