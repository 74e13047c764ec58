"""`python -m chamberlain.simulator`."""

import argparse
from pathlib import Path

from chamberlain.simulator.options import SimulatorOptions
from chamberlain.simulator.serve import main


def _options() -> SimulatorOptions:
    default = SimulatorOptions()
    parser = argparse.ArgumentParser(
        prog="python -m chamberlain.simulator", description="A simulated Microsoft 365 tenant."
    )
    for name in ("seed", "users", "groups", "memberships", "apps"):
        parser.add_argument(f"--{name}", type=int, default=getattr(default, name))
    parser.add_argument("--port", type=int, default=default.port, help="0 picks a free one")
    parser.add_argument("--file", type=Path, help="keeps changes and consents; in memory without it")
    parser.add_argument("--latency-ms", type=int, default=default.latency_ms, help="delay of every answer")
    parser.add_argument("--quotas", action="store_true", help="enforce Graph's limits")
    parser.add_argument("--quota-scale", type=float, default=default.quota_scale, help="part of the resource units")
    parser.add_argument("--replica-lag-ms", type=int, default=default.replica_lag_ms, help="how old answers may be")
    parser.add_argument("--audit-lag-ms", type=int, default=default.audit_lag_ms, help="how late the audit log tells")
    parser.add_argument("--population", choices=("seeded", "golden"), default=default.population)
    parser.add_argument("--cloud", choices=("global", "gcc_high", "dod", "china"), default=default.cloud)
    parser.add_argument("--exit-with-parent", action="store_true", help="stop when standard input ends")
    return SimulatorOptions(**vars(parser.parse_args()))


main(_options())
