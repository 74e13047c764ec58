"""`chamberlain bench ...`: measurements, one JSON object each."""

from typing import Annotated

import typer

from chamberlain.cli.rim import err, print_json
from chamberlain.language import gettext as _

app = typer.Typer(help=_("Measure; each command starts its own simulator and database."), no_args_is_help=True)


@app.callback()
def bench() -> None:
    """Measure; each command starts its own simulator and database."""


@app.command()
def sync(
    users: Annotated[int, typer.Option()] = 10_000,
    groups: Annotated[int, typer.Option()] = 2_000,
    memberships: Annotated[int, typer.Option()] = 100_000,
    apps: Annotated[int, typer.Option()] = 100,
    latency_ms: Annotated[int, typer.Option(help=_("Added to every answer of the simulator."))] = 0,
    seed: Annotated[int, typer.Option()] = 1,
    plant: Annotated[str, typer.Option(help=_("Plant a bug (skip_page), to see the measurement turn red."))] = "",
    as_json: Annotated[bool, typer.Option("--json", help=_("Nothing but one JSON object; it is JSON anyway."))] = False,
) -> None:
    """A full first sync, compared with the simulator's truth. Exit code 1 where they differ."""
    from chamberlain.bench.sync import bench_sync

    if not as_json:
        err.print(_("making a tenant, a database and a sync ..."), style="dim")
    figures = bench_sync(
        users=users,
        groups=groups,
        memberships=memberships,
        apps=apps,
        latency_ms=latency_ms,
        seed=seed,
        plant=plant,
    )
    print_json(figures)
    if not figures["equal_to_truth"]:
        raise typer.Exit(1)
