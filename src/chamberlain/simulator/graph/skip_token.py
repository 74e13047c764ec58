"""Tokens in @odata.nextLink: a listing goes on in the world in which it began."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import NamedTuple
from zlib import crc32

import msgspec

from chamberlain.simulator.graph.refusal import bad_request
from chamberlain.simulator.message import Request


class SkipToken(NamedTuple):
    """Where a listing stands: position of the log, place in the collection, number of the page, and the query's
    mark."""

    position: int
    offset: int
    page: int
    mark: int

    def encode(self) -> str:
        """The token as text."""
        return urlsafe_b64encode(msgspec.json.encode(tuple(self))).rstrip(b"=").decode()


def query_parts(request: Request) -> list[str]:
    """The query as sent, without the token; `%24` counts as `$`."""
    parts = request.raw_query.split("&") if request.raw_query else []
    return [part for part in parts if not part.replace("%24", "$").lower().startswith("$skiptoken=")]


def query_mark(request: Request) -> int:
    """A checksum of path and query, so that a token serves only the listing that it was made for."""
    return crc32("\n".join(("/".join(request.segments[1:]), *query_parts(request))).encode())


def read_skip_token(text: str, request: Request) -> SkipToken:
    """The token of a request.

    raises  GraphError for a token that this listing never gave
    """
    try:
        decoded = msgspec.json.decode(urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=tuple[int, int, int, int])
    except (ValueError, msgspec.MsgspecError):
        raise bad_request("The specified page token value is not valid.") from None
    token = SkipToken(*decoded)
    if token.mark != query_mark(request):
        raise bad_request("The specified page token value does not belong to this request.")
    return token
