"""What may go wrong by schedule, and with which requests.

source  https://learn.microsoft.com/graph/errors, throttling, paging and delta-query-overview (read 2026), and recorded
        quirks of the service
"""

from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from chamberlain.simulator.graph.family import Family, family_of, is_delta
from chamberlain.simulator.graph.skip_token import query_parts
from chamberlain.simulator.message import Request


class ScheduledKind(Enum):
    """One way in which the service is known to fail or to surprise."""

    THROTTLED = "throttled"
    THROTTLED_SILENTLY = "throttled_silently"
    SERVER_ERROR = "server_error"
    RESET = "reset"
    RESET_IN_BODY = "reset_in_body"
    TRUNCATED = "truncated"
    NOT_JSON = "not_json"
    SLOW = "slow"
    DUPLICATE = "duplicate"
    EMPTY_PAGE = "empty_page"
    EXPIRED_PAGE_TOKEN = "expired_page_token"  # noqa: S105 - the name of a fault
    EXPIRED_TOKEN = "expired_token"  # noqa: S105
    REVOKED_TOKEN = "revoked_token"  # noqa: S105
    DELTA_GONE = "delta_gone"
    SHUFFLED = "shuffled"
    SKEWED_CLOCK = "skewed_clock"
    VANISH = "vanish"
    LAG = "lag"
    RESET_AFTER = "reset_after"
    STALLED_AFTER = "stalled_after"
    SERVER_ERROR_AFTER = "server_error_after"


Kind = ScheduledKind
AFTER_WRITES = (Kind.RESET_AFTER, Kind.STALLED_AFTER, Kind.SERVER_ERROR_AFTER)
"""Failures that are told although the work was done; they strike writes alone."""
SURVIVABLE = tuple(kind for kind in Kind if kind not in {Kind.VANISH, Kind.LAG, *AFTER_WRITES})
"""What strikes when nothing else is asked for. The others tell untruths, which only a later reading puts right."""
BENIGN = frozenset({Kind.SLOW, Kind.DUPLICATE, Kind.SHUFFLED, Kind.SKEWED_CLOCK, Kind.LAG})
"""Kinds that answer what was asked; all others cost the client an attempt."""
OF_TOKENS = frozenset({Kind.EXPIRED_TOKEN, Kind.REVOKED_TOKEN})
_ANYWHERE = (Kind.THROTTLED, Kind.THROTTLED_SILENTLY, Kind.SERVER_ERROR)
_ON_CONNECTIONS = (Kind.RESET, Kind.RESET_IN_BODY, Kind.TRUNCATED, Kind.NOT_JSON, Kind.SLOW, Kind.SKEWED_CLOCK,
                   *sorted(OF_TOKENS, key=lambda kind: kind.value))  # fmt: skip


class Asked(NamedTuple):
    """What the schedule knows of a request. `listing` is the same for all pages of one, `parts` are a batch's."""

    request: Request
    key: str
    listing: str
    in_batch: bool = False
    parts: tuple[str, ...] = ()

    @property
    def is_delta(self) -> bool:
        """Whether changes are asked for."""
        return is_delta(self.request)

    @property
    def delta_token(self) -> str:
        """The token of a round of changes, empty when there is none to lose."""
        token = self.request.query.get("$deltatoken", "") if self.is_delta else ""
        return "" if token.lower() == "latest" else token

    @property
    def is_write(self) -> bool:
        """Whether the directory is to be changed, by the request or by any part of a batch."""
        if self.parts:
            return any(not part.startswith("GET ") for part in self.parts)
        return family_of(self.request) is Family.DIRECTORY_WRITES

    def possible(self) -> Iterator[ScheduledKind]:
        """Kinds that make sense for the request."""
        yield from _ANYWHERE
        if not self.in_batch:
            yield from _ON_CONNECTIONS
        if self.is_write:
            yield from (Kind.SERVER_ERROR_AFTER,) if self.in_batch else AFTER_WRITES
        if self.parts:
            yield Kind.SHUFFLED
        elif self.request.method == "GET":
            yield from self._possible_for_reads()

    def _possible_for_reads(self) -> Iterator[ScheduledKind]:
        yield from (Kind.DUPLICATE, Kind.EMPTY_PAGE)
        if "$skiptoken" in self.request.query:
            yield Kind.EXPIRED_PAGE_TOKEN
        else:
            yield Kind.LAG
        if self.delta_token:
            yield Kind.DELTA_GONE
        if len(self.request.segments) > 2 and not self.is_delta:
            yield Kind.VANISH


def asked(request: Request, *, in_batch: bool = False, parts: tuple[str, ...] = ()) -> Asked:
    """What the schedule has to know of a request."""
    path = "/".join(request.segments[1:])
    body = request.body.decode("latin-1") if request.body else ""
    key = f"{request.method} {path}?{request.raw_query} {body}"
    return Asked(request, key, f"{path}?{'&'.join(query_parts(request))}", in_batch, parts)
