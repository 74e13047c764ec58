"""What Graph was asked so far: requests and resource units are the currency of a sync."""

from collections import Counter
from typing import Any

TOO_MANY_REQUESTS = 429


class Usage:
    """Counters since the last reset. Every part of a batch is a request; a batch is one round trip."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Start again from zero."""
        self._requests = 0
        self._round_trips = 0
        self._batches = 0
        self._bytes = 0
        self._resource_units = 0
        self._throttled = 0
        self._by_route: Counter[str] = Counter()
        self._families: dict[str, Counter[str]] = {}

    def record(self, method: str, pattern: str, units: int, status: int, *, family: str) -> None:
        """Count one answered request."""
        throttled = status == TOO_MANY_REQUESTS
        self._requests += 1
        self._resource_units += units
        self._throttled += throttled
        self._by_route[f"{method} /{pattern}"] += 1
        counts = self._families.setdefault(family, Counter())
        counts["requests"] += 1
        counts["resource_units"] += units
        counts["throttled"] += throttled

    def record_trip(self, size: int, *, is_batch: bool, status: int) -> None:
        """Count one HTTP exchange with `size` bytes of content."""
        self._round_trips += 1
        self._bytes += size
        self._batches += is_batch
        self._throttled += is_batch and status == TOO_MANY_REQUESTS

    def report(self) -> dict[str, Any]:
        """The counters as JSON shows them."""
        return {
            "requests": self._requests,
            "round_trips": self._round_trips,
            "batches": self._batches,
            "bytes": self._bytes,
            "resource_units": self._resource_units,
            "throttled": self._throttled,
            "by_family": {
                name: {what: counts[what] for what in ("requests", "resource_units", "throttled")}
                for name, counts in sorted(self._families.items())
            },
            "by_route": dict(sorted(self._by_route.items())),
        }
