"""Stops asking a service that only fails, and tries again now and then with one request."""

from datetime import timedelta

FAILURES = 10
OPEN = timedelta(seconds=2)
LONGEST_OPEN = timedelta(minutes=2)
PROBE = timedelta(seconds=30)  # a probe that never reports back does not keep the circuit shut for ever


class Breaker:
    """Opens after `FAILURES` in a row, longer each time; closes at the first success."""

    def __init__(self) -> None:
        self._failures = 0
        self._openings = 0
        self._open_until = 0.0
        self.is_open = False

    def wait(self, *, now: float) -> float:
        """Seconds until a request may go. At 0, where the circuit is open, the one who asked is the probe."""
        if not self.is_open:
            return 0.0
        if now < self._open_until:
            return self._open_until - now
        self._open_until = now + PROBE.total_seconds()
        return 0.0

    def failed(self, *, now: float) -> None:
        """No usable answer came."""
        self._failures += 1
        if self._failures >= FAILURES:
            self.is_open = True
            self._open_until = now + min(OPEN * 2**self._openings, LONGEST_OPEN).total_seconds()
            self._openings = min(self._openings + 1, 10)
            self._failures = FAILURES - 1  # the probe alone decides

    def succeeded(self) -> None:
        """An answer came, whatever it says."""
        self._failures = self._openings = 0
        self.is_open = False
