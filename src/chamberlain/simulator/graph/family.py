"""Which limits a request falls under.

source  https://learn.microsoft.com/graph/throttling-limits (read 2026)
"""

from enum import Enum

from chamberlain.simulator.message import Request

SIGN_IN_ACTIVITY = "signInActivity"
_READING_POSTS = frozenset({"getByIds", "checkMemberGroups", "checkMemberObjects", "getMemberGroups",
                            "getMemberObjects"})  # fmt: skip


class Family(Enum):
    """Requests that share a limit. The directory's and those for last sign-ins cost resource units."""

    DIRECTORY = "directory"
    DIRECTORY_WRITES = "directory_writes"
    IDENTITY_REPORTS = "identity_reports"
    USAGE_REPORTS = "usage_reports"
    SUBSCRIPTIONS = "subscriptions"
    SIGN_IN_ACTIVITY = "sign_in_activity"
    MAILBOXES = "mailboxes"

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
    if is_of_mailbox(request):
        return Family.MAILBOXES
    if first == "subscriptions":
        return Family.SUBSCRIPTIONS
    if request.method != "GET" and segments[-1].rpartition(".")[2] not in _READING_POSTS:
        return Family.DIRECTORY_WRITES
    if first == "users" and wants_sign_in_activity(request):
        return Family.SIGN_IN_ACTIVITY
    return Family.DIRECTORY


def is_of_mailbox(request: Request) -> bool:
    """Whether it is Exchange that answers, from somebody's mailbox."""
    return len(request.segments) > 3 and request.segments[1] == "users" and request.segments[3] == "mailboxSettings"


def is_write(request: Request) -> bool:
    """Whether it may change something that is kept in the tenant's log."""
    family = family_of(request)
    return family is Family.DIRECTORY_WRITES or (family is Family.MAILBOXES and request.method != "GET")


def wants_sign_in_activity(request: Request) -> bool:
    """Whether last sign-ins are selected or filtered by: they come from another place, slowly and in small pages."""
    query = request.raw_query
    return SIGN_IN_ACTIVITY in query and any(
        SIGN_IN_ACTIVITY in request.query.get(option, "") for option in ("$select", "$filter")
    )


def is_delta(request: Request) -> bool:
    """Whether changes are asked for. Their tokens are the business of whoever answers."""
    return request.segments[-1] in {"delta", "delta()"}
