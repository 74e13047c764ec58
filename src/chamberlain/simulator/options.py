"""How a simulated tenant is made and where it listens."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Population = Literal["seeded", "golden"]
CloudName = Literal["global", "gcc_high", "dod", "china"]


class CannotStartError(Exception):
    """The simulator cannot run as asked; the message is the one sentence for the person who started it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorOptions:
    """Everything the command line may say. `file` keeps changes and consents; without it they die with the process."""

    seed: int = 1
    users: int = 2_000
    groups: int = 300
    memberships: int = 20_000
    apps: int = 40
    port: int = 0
    file: Path | None = None
    latency_ms: int = 0
    quotas: bool = False
    quota_scale: float = 1.0
    replica_lag_ms: int = 0
    audit_lag_ms: int = 2_000
    population: Population = "seeded"
    cloud: CloudName = "global"
    exit_with_parent: bool = False
