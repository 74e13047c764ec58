"""Which limits a request falls under.

source  https://learn.microsoft.com/graph/throttling-limits (read 2026)
"""

from enum import Enum

from chamberlain.simulator.message import Request

SIGN_IN_ACTIVITY = "signInActivity"
_READING_POSTS = frozenset({"getByIds", "checkMemberGroups", "checkMemberObjects", "getMemberGroups",
                            "getMemberObjects"})  # fmt: skip


class Family(Enum):
    """Requests that share a limit. Only the first two and the last cost resource units."""

    DIRECTORY = "directory"
    DIRECTORY_WRITES = "directory_writes"
    IDENTITY_REPORTS = "identity_reports"
    USAGE_REPORTS = "usage_reports"
    SUBSCRIPTIONS = "subscriptions"
    SIGN_IN_ACTIVITY = "sign_in_activity"

    @property
    def costs_units(self) -> bool:
        """Whether the family draws on the directory's resource units."""
        return self in {Family.DIRECTORY, Family.DIRECTORY_WRITES, Family.SIGN_IN_ACTIVITY}


def _of_reports(segments: tuple[str, ...]) -> Family:
    second = segments[2] if len(segments) > 2 else ""
    return Family.USAGE_REPORTS if second.startswith("get") else Family.IDENTITY_REPORTS


def family_of(request: Request) -> Family:
    """The family of a request below a version."""
    segments = request.segments
    first = segments[1] if len(segments) > 1 else ""
    if first == "auditLogs":
        return Family.IDENTITY_REPORTS
    if first == "reports":
        return _of_reports(segments)
    if first == "subscriptions":
        return Family.SUBSCRIPTIONS
    if request.method != "GET" and segments[-1].rpartition(".")[2] not in _READING_POSTS:
        return Family.DIRECTORY_WRITES
    if first == "users" and wants_sign_in_activity(request):
        return Family.SIGN_IN_ACTIVITY
    return Family.DIRECTORY


def wants_sign_in_activity(request: Request) -> bool:
    """Whether last sign-ins are selected or filtered by: they come from another place, slowly and in small pages."""
    query = request.raw_query
    return SIGN_IN_ACTIVITY in query and any(
        SIGN_IN_ACTIVITY in request.query.get(option, "") for option in ("$select", "$filter")
    )


def is_delta(request: Request) -> bool:
    """Whether changes are asked for. Their tokens are the business of whoever answers."""
    return request.segments[-1] in {"delta", "delta()"}
