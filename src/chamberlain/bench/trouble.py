"""What goes wrong while plans are carried out: faults by schedule, replicas that lag, errors that say 200."""

import json
import time
from dataclasses import dataclass

from chamberlain.bench.simulated import Reached

RATE = 0.03
KINDS = (
    "throttled",
    "throttled_silently",
    "server_error",
    "reset",
    "reset_in_body",
    "truncated",
    "not_json",
    "slow",
    "expired_token",
    "shuffled",
    "lag",
    "reset_after",
    "stalled_after",
    "server_error_after",
)
LAG_MS = 300
AUDIT_LAG_MS = 100
QUIET_SECONDS = 0.35  # longer than replicas and the audit log lag


@dataclass(slots=True)
class Trouble:
    """Of one simulator and one seed. `faults`: how many requests it struck."""

    simulator: Reached
    seed: int
    errors_as_ok: bool
    faults: int = 0

    def begin(self) -> None:
        """From now on much fails, in the same way for the same seed."""
        knobs = {"replica_lag_ms": LAG_MS, "exchange_errors_as_ok": self.errors_as_ok}
        self.simulator.post("/_simulator/knobs", knobs)
        self.simulator.post(
            "/_simulator/schedule",
            {
                "seed": self.seed,
                "rate": RATE,
                "kinds": KINDS,
                "streak": 2,
                "retry_after": 1,
                "slow_ms": 50,
                "stall_ms": 200,
                "lag_ms": LAG_MS,
            },
        )

    def end(self) -> None:
        """Nothing fails any more, and every replica knows everything."""
        counted = json.loads(self.simulator.get("/_simulator/schedule"))
        self.faults += sum(counted["struck"].values())
        self.simulator.delete("/_simulator/schedule")
        self.simulator.post("/_simulator/knobs", {"replica_lag_ms": 0})
        time.sleep(QUIET_SECONDS)
        self.simulator.post("/_simulator/exchange/settle", {})
