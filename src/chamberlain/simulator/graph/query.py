"""Query options of one request, checked against what directory objects allow.

source  https://learn.microsoft.com/graph/query-parameters and aad-advanced-queries (read 2026)
"""

import re
from dataclasses import dataclass

from chamberlain.simulator.graph.family import is_delta
from chamberlain.simulator.graph.filter import Filter, parse_filter
from chamberlain.simulator.graph.refusal import (
    GraphError,
    bad_request,
    needs_advanced_query,
    unsupported_query,
)
from chamberlain.simulator.message import Request

MAX_PAGE = 999
DEFAULT_PAGE = 100
_KNOWN = frozenset(
    {"$select", "$filter", "$expand", "$top", "$count", "$skiptoken", "$deltatoken", "$orderby", "$search", "$format"}
)
_EXPAND = re.compile(r"(?P<name>[A-Za-z]+)(?:\((?P<inner>.*)\))?")


@dataclass(frozen=True, slots=True)
class Expansion:
    """One expanded relation with its own $select."""

    name: str
    select: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Options:
    """What the query asks for. `advanced` is ConsistencyLevel: eventual."""

    select: tuple[str, ...] | None
    filter: Filter | None
    expand: Expansion | None
    top: int | None
    count: bool
    advanced: bool
    skip_token: str | None


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _expansion(text: str) -> Expansion:
    found = _EXPAND.fullmatch(text.strip())
    if found is None or "," in re.sub(r"\(.*\)", "", text):
        raise bad_request("Only one property can be expanded in a single query.")
    inner = found["inner"]
    if inner is None:
        return Expansion(found["name"], None)
    option, _, names = inner.partition("=")
    if option.strip() == "$levels":
        return Expansion(found["name"], None)
    if option.strip() != "$select":
        raise unsupported_query(f"The query option '{option}' is not supported in $expand.")
    return Expansion(found["name"], _names(names))


def _top(text: str) -> int:
    try:
        top = int(text)
    except ValueError:
        raise GraphError(400, "BadRequest", f"Invalid value '{text}' for $top query option found.") from None
    if not 1 <= top <= MAX_PAGE:
        raise unsupported_query(f"Invalid page size specified: '{top}'. Must be between 1 and {MAX_PAGE} inclusive.")
    return top


def _refuse_unsupported(query: dict[str, str], *, advanced: bool) -> None:
    if "$skip" in query:
        raise bad_request("'$skip' is not supported by the service.")
    for name in query:
        if name.startswith("$") and name not in _KNOWN:
            raise GraphError(400, "BadRequest", f"The query parameter '{name}' is not supported.")
    if "$search" in query and not advanced:
        raise unsupported_query(
            "Request with $search query parameter only works through MSGraph with a special request header: "
            "'ConsistencyLevel: eventual'"
        )
    for name in ("$search", "$orderby"):
        if name in query:
            raise unsupported_query(f"The query option '{name}' is not supported for this resource.")


def _filter(text: str, *, advanced: bool, counted: bool) -> Filter:
    parsed = parse_filter(text)
    if parsed.advanced_operator is not None and not (advanced and counted):
        raise needs_advanced_query(parsed.advanced_operator)
    return parsed


def read_options(request: Request) -> Options:
    """Options of a request.

    raises  GraphError for what directory objects do not allow
    """
    query = request.query
    advanced = request.headers.get("consistencylevel", "").lower() == "eventual"
    _refuse_unsupported(query, advanced=advanced)
    counted = query.get("$count", "").lower() == "true"
    if advanced and counted and query.get("$expand"):
        raise unsupported_query("$expand is not supported together with advanced query parameters.")
    return Options(
        select=_names(query["$select"]) if query.get("$select") else None,
        filter=_filter(query["$filter"], advanced=advanced, counted=counted)
        if query.get("$filter") and not is_delta(request)  # delta functions read theirs themselves
        else None,
        expand=_expansion(query["$expand"]) if query.get("$expand") else None,
        top=_top(query["$top"]) if "$top" in query else None,
        count=counted and advanced,
        advanced=advanced,
        skip_token=query.get("$skiptoken"),
    )
