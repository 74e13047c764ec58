"""Nothing that changes a tenant leaves this process: what may be sent is listed here, and checked as it is sent."""

import msgspec

from chamberlain.errors import Refused

BATCH = "/$batch"
BY_IDS = "/directoryObjects/getByIds"
SUBSCRIPTIONS = "/subscriptions"
TOKEN = "/oauth2/v2.0/token"  # noqa: S105 - a path


class _Part(msgspec.Struct):
    method: str
    url: str


class _Batch(msgspec.Struct):
    requests: list[_Part]


def check(method: str, path: str, body: bytes) -> None:
    """Lets questions, token requests and subscriptions to changes pass.

    path    as in the URL, without its query
    raises  Refused("write_refused")
    """
    if method == "GET" or _is_harmless(method, path.rstrip("/"), body):
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
