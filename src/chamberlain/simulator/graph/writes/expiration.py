"""For how long a role is given.

source  https://learn.microsoft.com/graph/api/resources/requestschedule and .../expirationpattern (read 2026)
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from chamberlain.simulator.graph.refusal import GraphError, bad_request

_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_SLACK = timedelta(minutes=1)


class _Expiration(msgspec.Struct, rename="camel"):
    type: str = "noExpiration"
    end_date_time: str | None = None
    duration: str | None = None


def moment(at: datetime | None = None) -> str:
    """A time as Microsoft writes it, now by default."""
    return (at or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class ScheduleInfo(msgspec.Struct, rename="camel"):
    """When an assignment is to begin, and how it ends."""

    start_date_time: str | None = None
    expiration: _Expiration = msgspec.field(default_factory=_Expiration)

    def span(self) -> tuple[str, str | None]:
        """The first and the last moment; what was to begin in the past begins now.

        raises  GraphError 400 for what makes no sense, or begins later, which is not simulated
        """
        now = datetime.now(UTC)
        starts = now if self.start_date_time is None else max(now, _time(self.start_date_time))
        if starts > now + _SLACK:
            raise bad_request("Assignments that begin later are not simulated.")
        ends = self._ends(starts)
        if ends is not None and ends <= now:
            raise _invalid("ExpirationRule")
        return moment(starts), None if ends is None else moment(ends)

    def _ends(self, starts: datetime) -> datetime | None:
        match self.expiration:
            case _Expiration("noExpiration"):
                return None
            case _Expiration("afterDateTime", str() as ends):
                return _time(ends)
            case _Expiration("afterDuration", None, str() as duration):
                return starts + _length(duration)
            case _:
                raise _invalid("ExpirationRule")

    def document(self) -> dict[str, Any]:
        """The same as an answer tells it."""
        return {"startDateTime": self.start_date_time, "recurrence": None, "expiration": self.expiration}


def _invalid(rule: str) -> GraphError:
    message = f'The following policy rules failed: ["{rule}"]'
    return GraphError(400, "RoleAssignmentRequestPolicyValidationFailed", message)


def _time(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise bad_request(f"'{text}' is no time.") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _length(text: str) -> timedelta:
    found = _DURATION.fullmatch(text)
    if found is None:
        raise bad_request(f"'{text}' is no duration.")
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
