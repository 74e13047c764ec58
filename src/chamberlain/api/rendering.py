"""JSON as the API writes it: times in UTC with Z, to the microsecond, so that they can be asked for again."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja.renderers import BaseRenderer


def encoded(content: Any) -> bytes:
    """One JSON document."""
    return json.dumps(content, default=_plain, ensure_ascii=False, separators=(",", ":")).encode()


def moment(at: datetime) -> str:
    """A time as it stands in answers and can stand in requests."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


class Renderer(BaseRenderer):
    """What ninja asks for to write an answer."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:  # noqa: ARG002 - ninja's
        """The body of an answer."""
        return encoded(data)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, set | frozenset | tuple):
        return [*value]
    raise TypeError(type(value).__name__)
