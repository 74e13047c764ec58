"""Exchange's errors, classified once: by status, and by the exception's class, which stands in a field of its own.

Exchange tells an error as "hash|class|text", in the first detail of an envelope or as the message in PowerShell.
source  https://github.com/timmcmic/DLConversionV2/issues/129 (2023), recorded; Microsoft has no document of it
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec

from chamberlain.errors import ChamberlainError, Conflict, NotFound, Refused, Upstream

MEANS: dict[str, tuple[type[ChamberlainError], str]] = {
    "ManagementObjectNotFoundException": (NotFound, "exchange_not_found"),
    "ManagementObjectAmbiguousException": (Refused, "exchange_ambiguous"),
    "MemberAlreadyExistsException": (Conflict, "exchange_already_so"),
    "MemberNotFoundException": (Conflict, "exchange_already_so"),
    "OperationRequiresGroupManagerException": (Refused, "exchange_not_allowed"),
    "CommandNotFoundException": (Refused, "exchange_not_allowed"),
}
PASSING = frozenset({"ADTransientException", "ServerBusyException", "OverBudgetException"})


@dataclass(frozen=True, slots=True)
class Told:
    """What Exchange said of an error. `of` is the exception's class without its namespace, "" where it said none."""

    code: str
    of: str


class _Detail(msgspec.Struct):
    message: str = ""


class _Error(msgspec.Struct):
    code: str = ""
    details: list[_Detail] = []


class _Envelope(msgspec.Struct):
    error: _Error | None = None


def told(body: bytes) -> Told | None:
    """The error in a body; None where it holds none."""
    try:
        error = msgspec.json.decode(body, type=_Envelope).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    if error is None:
        return None
    return Told(error.code, class_in(error.details[0].message if error.details else ""))


def class_in(message: str) -> str:
    """The class in "hash|class|text"; "" where a message is not so."""
    parts = message.split("|", 2)
    return parts[1].rpartition(".")[2] if len(parts) == 3 else ""


def exchange_error(
    status: int, body: bytes, *, path: str, request_id: str, again_after: timedelta | None
) -> ChamberlainError:
    """The error that a refused request means; a status of 200 does not make it none.

    returns  NotFound, Refused or Conflict with a code that begins with "exchange_"; Upstream
    """
    said = told(body) or Told("", "")
    return error_of(said, status=status, path=path, request_id=request_id, again_after=again_after)


def error_of(
    said: Told, *, status: int, path: str, request_id: str = "", again_after: timedelta | None = None
) -> ChamberlainError:
    """The same, of an error that was read."""
    data: dict[str, Any] = {
        "path": path,
        "status": status,
        "exchange_code": said.code or "none",
        "of": said.of or "none",
        "request_id": request_id,
    }
    if said.of in MEANS:
        kind, code = MEANS[said.of]
        return kind(code, **data)
    if status in (429, 503) or said.of in PASSING or said.code == "TooManyRequests":
        return Upstream("microsoft_busy", again_after=again_after, graph_code=said.code or "none", **data)
    if status >= 500:
        return Upstream("microsoft_failing", graph_code=said.code or "none", **data)
    if status in (401, 403):
        return Refused("exchange_not_allowed", **data)
    return Refused("exchange_refused", **data)
