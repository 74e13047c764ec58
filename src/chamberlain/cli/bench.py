"""`chamberlain bench ...`: measurements, one JSON object each."""

from pathlib import Path
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


@app.command()
def pages(
    users: Annotated[int, typer.Option()] = 20_000,
    groups: Annotated[int, typer.Option()] = 2_000,
    memberships: Annotated[int, typer.Option()] = 200_000,
    seed: Annotated[int, typer.Option()] = 1,
    rounds: Annotated[int, typer.Option(help=_("How often every page is asked for."))] = 20,
    during_merge: Annotated[bool, typer.Option(help=_("While another process merges many grants."))] = False,
    folder: Annotated[
        Path | None, typer.Option(help=_("Keep the database there, or measure the one that is there."))
    ] = None,
    only: Annotated[str, typer.Option(help=_("A regular expression: only pages whose name it finds."))] = "",
    as_json: Annotated[bool, typer.Option("--json", help=_("Nothing but one JSON object; it is JSON anyway."))] = False,
) -> None:
    """The server time of every page of a large tenant. Exit code 1 where a page is slower than its limit."""
    from chamberlain import bootstrap

    bootstrap.load_django()
    from chamberlain.bench.large_tenant import Size
    from chamberlain.bench.pages import bench_pages

    if not as_json:
        err.print(_("making a large tenant ..."), style="dim")
    figures = bench_pages(
        size=Size(users=users, groups=groups, memberships=memberships, seed=seed),
        rounds=rounds,
        during_merge=during_merge,
        folder=folder,
        only=only,
    )
    print_json(figures)
    if not figures["within_limit"]:
        raise typer.Exit(1)


@app.command()
def merge(
    users: Annotated[int, typer.Option()] = 100_000,
    groups: Annotated[int, typer.Option()] = 10_000,
    memberships: Annotated[int, typer.Option()] = 1_000_000,
    seed: Annotated[int, typer.Option()] = 1,
    as_json: Annotated[bool, typer.Option("--json", help=_("Nothing but one JSON object; it is JSON anyway."))] = False,
) -> None:
    """Staging and merging in the store alone: at first, again unchanged, a few changes. Exit code 1 if it is wrong."""
    from chamberlain import bootstrap

    bootstrap.load_django()
    from chamberlain.bench.merge import bench_merge

    if not as_json:
        err.print(_("making a database and rows ..."), style="dim")
    figures = bench_merge(users=users, groups=groups, memberships=memberships, seed=seed)
    print_json(figures)
    if not figures["equal"]:
        raise typer.Exit(1)
