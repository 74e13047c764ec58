"""What Graph was asked so far: requests and resource units are the currency of a sync."""

from collections import Counter
from typing import Any

TOO_MANY_REQUESTS = 429


class Usage:
    """Counters since the last reset."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Start again from zero."""
        self._requests = 0
        self._resource_units = 0
        self._throttled = 0
        self._by_route: Counter[str] = Counter()

    def record(self, method: str, pattern: str, units: int, status: int) -> None:
        """Count one answered request."""
        self._requests += 1
        self._resource_units += units
        self._throttled += status == TOO_MANY_REQUESTS
        self._by_route[f"{method} /{pattern}"] += 1

    def report(self) -> dict[str, Any]:
        """The counters as JSON shows them."""
        return {
            "requests": self._requests,
            "resource_units": self._resource_units,
            "throttled": self._throttled,
            "by_route": dict(sorted(self._by_route.items())),
        }
