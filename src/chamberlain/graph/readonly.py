"""Nothing that changes a tenant leaves this process without a permit: what else may be sent is listed here, and checked
as it is sent, also what is inside a batch.
"""

from collections.abc import Set
from typing import Any

import msgspec

from chamberlain.errors import Refused
from chamberlain.model.permit import NO_PERMITS, Permit

BATCH = "/$batch"
BY_IDS = "/directoryObjects/getByIds"
SUBSCRIPTIONS = "/subscriptions"
TOKEN = "/oauth2/v2.0/token"  # noqa: S105 - a path
V1 = "/v1.0"


class _Part(msgspec.Struct):
    method: str
    url: str
    body: msgspec.Raw = msgspec.Raw(b"")


class _Batch(msgspec.Struct):
    requests: list[_Part]


def check(method: str, path: str, body: bytes, *, permits: Set[Permit] = NO_PERMITS) -> None:
    """Lets questions, token requests and subscriptions to changes pass, and what there is a permit for.

    path    as it goes over the wire, without its query: what is written in escapes there is no id
    raises  Refused("write_refused")
    """
    if method == "GET" or _is_harmless(method, path.rstrip("/"), body):
        return
    below = path.removeprefix(V1) if path.startswith(f"{V1}/") else ""
    if method == "POST" and below == BATCH and permits:
        _check_parts(body, permits)
        return
    if _is_permitted(method, below, body, permits):
        return
    raise Refused("write_refused", method=method, path=path)


def _is_harmless(method: str, path: str, body: bytes) -> bool:
    for version in ("/v1.0", "/beta"):
        path = path.removeprefix(version) if path.startswith(f"{version}/") else path
    if method == "POST" and path == BATCH:
        return _asks_only(body)
    if method in {"PATCH", "DELETE"}:
        return path.startswith(f"{SUBSCRIPTIONS}/") and path.count("/") == 2
    return method == "POST" and (path in {BY_IDS, SUBSCRIPTIONS} or path.endswith(TOKEN))


def _asks_only(body: bytes) -> bool:
    parts = _parts(body)
    return parts is not None and all(part.method == "GET" for part in parts)


def _check_parts(body: bytes, permits: Set[Permit]) -> None:
    parts = _parts(body)
    if parts is None:
        raise Refused("write_refused", method="POST", path=BATCH)
    for part in parts:
        if part.method != "GET" and not _is_permitted(part.method, part.url, bytes(part.body), permits):
            raise Refused("write_refused", method=part.method, path=part.url)


def _parts(body: bytes) -> list[_Part] | None:
    try:
        return msgspec.json.decode(body, type=_Batch).requests
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _is_permitted(method: str, path: str, body: bytes, permits: Set[Permit]) -> bool:
    return any(permit.lets(method, path) and _says_no_more(body, permit) for permit in permits)


def _says_no_more(body: bytes, permit: Permit) -> bool:
    """Whether a body names nothing but what the permit is for: a path alone would let any property be set."""
    if permit.properties is None:
        return True
    try:
        said = msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return said.keys() <= permit.properties
