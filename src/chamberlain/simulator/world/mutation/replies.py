"""Automatic replies of a mailbox, as they are kept.

source  https://learn.microsoft.com/graph/api/resources/automaticrepliessetting (read 2026)
"""

from typing import Any, Literal

import msgspec


class Moment(msgspec.Struct, frozen=True, rename="camel"):
    """A time with the zone that it is told in."""

    date_time: str
    time_zone: str = "UTC"

    @property
    def key(self) -> str:
        """For comparing times of one zone."""
        return self.date_time.partition(".")[0]


class Replies(msgspec.Struct, frozen=True, rename="camel"):
    """Whether mail is answered, when, with what, and to whom outside."""

    status: Literal["disabled", "alwaysEnabled", "scheduled"] = "disabled"
    external_audience: Literal["none", "contactsOnly", "all"] = "all"
    scheduled_start_date_time: Moment = Moment("2026-01-01T08:00:00.0000000")
    scheduled_end_date_time: Moment = Moment("2026-01-02T08:00:00.0000000")
    internal_reply_message: str = ""
    external_reply_message: str = ""

    def shown(self) -> dict[str, Any]:
        """As JSON shows it."""
        found: dict[str, Any] = msgspec.to_builtins(self)
        return found


OFF = Replies()
