"""Requests and answers as plain values, between the wire and everything above it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, unquote

import msgspec


class Ending(Enum):
    """How an answer leaves the wire; all but the first exist to be injected as faults."""

    WHOLE = "whole"
    RESET = "reset"
    RESET_IN_BODY = "reset_in_body"
    TRUNCATED = "truncated"


@dataclass(slots=True, weakref_slot=True)
class Response:
    """An answer. A body of several parts is streamed."""

    status: int
    body: bytes | Iterable[bytes] = b""
    content_type: str = "application/json; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    ending: Ending = Ending.WHOLE
    delay_seconds: float = 0.0


@dataclass(frozen=True)
class Request:
    """One request. `target` is what stood in the request line, byte for byte; header names are lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""

    @cached_property
    def raw_path(self) -> str:
        """The path as sent, with doubled slashes made single: the official Python SDK asks for /v1.0//users."""
        path = self.target.partition("?")[0]
        while "//" in path:
            path = path.replace("//", "/")
        return path

    @cached_property
    def segments(self) -> tuple[str, ...]:
        """Decoded segments of the path, without empty ones."""
        return tuple(unquote(segment) for segment in self.raw_path.split("/") if segment)

    @cached_property
    def raw_query(self) -> str:
        """The query as sent."""
        return self.target.partition("?")[2]

    @cached_property
    def query(self) -> dict[str, str]:
        """Query parameters; the last of equal names wins."""
        return dict(parse_qsl(self.raw_query, keep_blank_values=True))

    @cached_property
    def form(self) -> dict[str, str]:
        """Fields of a form in the body."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    @property
    def origin(self) -> str:
        """Scheme and host as the client wrote them, for absolute links; a proxy with TLS says so."""
        scheme = "https" if self.headers.get("x-forwarded-proto") == "https" else "http"
        return f"{scheme}://{self.headers.get('host', 'localhost')}"


def json_response(status: int, document: Any, headers: dict[str, str] | None = None) -> Response:
    """An answer with a JSON body."""
    return Response(status, msgspec.json.encode(document), headers=headers or {})
