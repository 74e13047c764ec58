"""Graph's limits, enforced: token buckets for each application in the tenant.

source  https://learn.microsoft.com/graph/throttling and throttling-limits (read 2026). Microsoft does not publish how
        long it lets one wait; here it is as long as the bucket needs.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from chamberlain.simulator.graph.call import Caller
from chamberlain.simulator.graph.family import Family, family_of
from chamberlain.simulator.graph.refusal import GraphError
from chamberlain.simulator.message import Request

SMALL_BELOW, LARGE_ABOVE = 50, 500
UNITS_SMALL, UNITS_MEDIUM, UNITS_LARGE = 3_500, 5_000, 8_000
PER_SECONDS = 10
NEAR_LIMIT = 0.8
"""From here on answers carry `x-ms-throttle-limit-percentage`."""
DEEPEST_DEBT = 0.8
"""Refused requests count too, down to this part of the quota below zero: the header's documented end is 1.8."""
RESERVED_FROM_LOW = 0.05
"""The part of a bucket that requests of low priority may not use."""
LONGEST_WAIT = 30


class Limit(NamedTuple):
    """`amount` in `seconds`, under the name that `x-ms-throttle-scope` gives it."""

    name: str
    amount: float
    seconds: float
    information: str = "ResourceUnitLimitExceeded"


_WRITES = Limit("Write", 3_000, 150, "WriteLimitExceeded")
_GLOBAL = Limit("ReadWrite", 130_000, 10, "CPULimitExceeded")
_IDENTITY_REPORTS = Limit("Read", 5, 10)
_SIGN_IN_ACTIVITY = Limit("Read", 10, 60)
_USAGE_REPORT = Limit("Read", 14, 600)
_MAILBOX = Limit("ReadWrite", 10_000, 600)


def units_quota(users: int) -> int:
    """Resource units in ten seconds for a tenant of so many users."""
    if users < SMALL_BELOW:
        return UNITS_SMALL
    return UNITS_LARGE if users > LARGE_ABOVE else UNITS_MEDIUM


class Bucket:
    """Holds `limit.amount`, and fills at a steady rate."""

    __slots__ = ("_at", "_level", "limit")

    def __init__(self, limit: Limit, now: float) -> None:
        self.limit = limit
        self._level = float(limit.amount)
        self._at = now

    def fill(self, now: float) -> None:
        """Let time pass."""
        rate = self.limit.amount / self.limit.seconds
        self._level = min(float(self.limit.amount), self._level + max(0.0, now - self._at) * rate)
        self._at = now

    def has(self, amount: float, reserve: float) -> bool:
        """Whether so much can be taken and `reserve`, a part of the whole, is left."""
        return self._level - amount >= reserve * self.limit.amount

    def take(self, amount: float) -> None:
        """Take it, into debt if need be."""
        self._level = max(-DEEPEST_DEBT * self.limit.amount, self._level - amount)

    def wait(self, amount: float, reserve: float) -> int:
        """Whole seconds until so much is there."""
        missing = amount + reserve * self.limit.amount - self._level
        seconds = math.ceil(missing * self.limit.seconds / self.limit.amount)
        return min(LONGEST_WAIT, max(1, seconds))

    @property
    def used(self) -> float:
        """The part that is used; above 1 in debt."""
        return 1 - self._level / self.limit.amount


@dataclass(slots=True)
class Verdict:
    """Whether a request may pass, and what the answer says about the limits."""

    refusal: GraphError | None = None
    headers: dict[str, str] = field(default_factory=dict)


class Quotas:
    """The limits of one tenant; none at all while `enforced` is false.

    scale  multiplies the quotas in resource units, so that a small measurement meets them; nothing else
    """

    def __init__(self, *, tenant_id: str, users: int, enforced: bool, scale: float) -> None:
        self._tenant_id = tenant_id
        self._enforced = enforced
        self._units = Limit("ReadWrite", units_quota(users) * scale, PER_SECONDS)
        self._writes = _WRITES._replace(amount=_WRITES.amount * scale)
        self._buckets: dict[tuple[str, str], Bucket] = {}

    def report(self) -> dict[str, object]:
        """What is enforced, as JSON shows it."""
        return {"enforced": self._enforced, "resource_units": self._units.amount, "seconds": self._units.seconds}

    def admit(self, request: Request, caller: Caller, units: int, now: float) -> Verdict:
        """The verdict on a request that costs so many units; it is charged either way."""
        if not self._enforced:
            return Verdict()
        reserve = RESERVED_FROM_LOW if request.headers.get("x-ms-throttle-priority", "").lower() == "low" else 0.0
        charged = [
            (self._bucket(caller, name, limit, now), amount) for name, limit, amount in self._charges(request, units)
        ]
        over = [(bucket, amount) for bucket, amount in charged if not bucket.has(amount, reserve)]
        for bucket, amount in charged:
            bucket.take(amount)
        verdict = Verdict(headers=_nearness(charged))
        if over:
            bucket, amount = max(over, key=lambda one: one[0].wait(one[1], reserve))
            verdict.refusal = self._refusal(caller, bucket.limit, bucket.wait(amount, reserve), verdict.headers)
        return verdict

    def _charges(self, request: Request, units: int) -> Iterator[tuple[str, Limit, float]]:
        family = family_of(request)
        yield "global", _GLOBAL, 1
        if units:
            yield "units", self._units, units
        if family is Family.DIRECTORY_WRITES:
            yield "writes", self._writes, 1
        elif family is Family.IDENTITY_REPORTS:
            yield "identity_reports", _IDENTITY_REPORTS, 1
        elif family is Family.SIGN_IN_ACTIVITY:
            yield "sign_in_activity", _SIGN_IN_ACTIVITY, 1
        elif family is Family.MAILBOXES:
            yield f"mailbox {request.segments[2].lower()}", _MAILBOX, 1
        elif family is Family.USAGE_REPORTS:
            yield f"report {request.segments[2].partition('(')[0]}", _USAGE_REPORT, 1

    def _bucket(self, caller: Caller, name: str, limit: Limit, now: float) -> Bucket:
        bucket = self._buckets.setdefault((caller.client_id, name), Bucket(limit, now))
        bucket.fill(now)
        return bucket

    def _refusal(self, caller: Caller, limit: Limit, wait: int, headers: dict[str, str]) -> GraphError:
        told = {
            "Retry-After": str(wait),
            "x-ms-throttle-scope": f"Tenant_Application/{limit.name}/{caller.client_id}/{self._tenant_id}",
            "x-ms-throttle-information": limit.information,
        }
        inner = {"code": "429", "message": "Please retry after", "status": "429"}
        return GraphError(429, "TooManyRequests", "Please retry again later.", told | headers, inner=inner)


def _nearness(charged: list[tuple[Bucket, float]]) -> dict[str, str]:
    used = max(bucket.used for bucket, _ in charged)
    return {"x-ms-throttle-limit-percentage": f"{used:.2f}"} if used > NEAR_LIMIT else {}
