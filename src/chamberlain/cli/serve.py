"""`chamberlain web`, `worker` and `simulator`: the processes themselves."""

import signal
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from chamberlain import bootstrap
from chamberlain.cli.processes import exit_with_parent
from chamberlain.cli.rim import world
from chamberlain.language import gettext as _
from chamberlain.model.cloud import Cloud


class Population(StrEnum):
    """Who lives in the simulated tenant."""

    SEEDED = "seeded"
    GOLDEN = "golden"


def web() -> None:
    """Serve the web application."""
    exit_with_parent()
    from chamberlain.cli.server import Server

    with world(quiet=False) as opened:
        Server(opened.settings).run()


def worker() -> None:
    """Do the durable work: syncs, schedules, take-over of a dead worker's jobs."""
    exit_with_parent()
    with world(quiet=False) as opened, bootstrap.make_worker(opened) as running:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: running.stop())
        print("worker is ready", flush=True)
        running.wait()


def simulator(
    seed: Annotated[int, typer.Option(help=_("Same seed, same tenant."))] = 1,
    users: Annotated[int, typer.Option(help=_("People in it."))] = 2_000,
    groups: Annotated[int, typer.Option(help=_("Groups in it."))] = 300,
    memberships: Annotated[int, typer.Option(help=_("Direct memberships of people."))] = 20_000,
    apps: Annotated[int, typer.Option(help=_("Enterprise applications."))] = 40,
    port: Annotated[int, typer.Option(help=_("Port on loopback; 0: a free one."))] = 8401,
    file: Annotated[Path | None, typer.Option(help=_("Keeps changes and consents."))] = None,
    latency_ms: Annotated[int, typer.Option(help=_("Added to every answer."))] = 0,
    quotas: Annotated[bool, typer.Option("--quotas", help=_("Enforce Graph's limits."))] = False,
    quota_scale: Annotated[float, typer.Option(help=_("Part of the quotas in resource units."))] = 1.0,
    replica_lag_ms: Annotated[int, typer.Option(help=_("How old answers may be."))] = 0,
    audit_lag_ms: Annotated[int, typer.Option(help=_("How late the audit log tells."))] = 2_000,
    population: Annotated[
        Population, typer.Option(help=_("seeded, or golden: twelve people written by hand."))
    ] = Population.SEEDED,
    cloud: Annotated[Cloud, typer.Option(help=_("The cloud in which the tenant lives."))] = Cloud.GLOBAL,
    exit_with_parent: Annotated[bool, typer.Option(help=_("End when standard input ends."))] = False,
) -> None:
    """Run a simulated Microsoft 365 tenant: sign-in and Graph, on loopback."""
    from chamberlain.simulator.options import SimulatorOptions
    from chamberlain.simulator.serve import main

    main(
        SimulatorOptions(
            seed=seed,
            users=users,
            groups=groups,
            memberships=memberships,
            apps=apps,
            port=port,
            file=file,
            latency_ms=latency_ms,
            quotas=quotas,
            quota_scale=quota_scale,
            replica_lag_ms=replica_lag_ms,
            audit_lag_ms=audit_lag_ms,
            population=population.value,
            cloud=cloud.value,
            exit_with_parent=exit_with_parent,
        )
    )
