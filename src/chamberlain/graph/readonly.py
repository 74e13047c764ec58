"""Nothing that changes a tenant leaves this process without a permit: what else may be sent is listed here, and checked
as it is sent.
"""

from collections.abc import Set

import msgspec

from chamberlain.errors import Refused
from chamberlain.model.permit import NO_PERMITS, Permit

BATCH = "/$batch"
BY_IDS = "/directoryObjects/getByIds"
SUBSCRIPTIONS = "/subscriptions"
TOKEN = "/oauth2/v2.0/token"  # noqa: S105 - a path


class _Part(msgspec.Struct):
    method: str
    url: str


class _Batch(msgspec.Struct):
    requests: list[_Part]


def check(method: str, path: str, body: bytes, *, permits: Set[Permit] = NO_PERMITS) -> None:
    """Lets questions, token requests and subscriptions to changes pass, and what there is a permit for.

    A permit is for one method of one path of v1.0. Nothing that changes a tenant passes inside a batch.
    path    as in the URL, without its query
    raises  Refused("write_refused")
    """
    if method == "GET" or _is_harmless(method, path.rstrip("/"), body):
        return
    if path.startswith("/v1.0/") and Permit(method, path.removeprefix("/v1.0")) in permits:
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
    try:
        batch = msgspec.json.decode(body, type=_Batch)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return all(part.method == "GET" for part in batch.requests)
