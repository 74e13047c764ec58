"""`chamberlain bench ...`: measurements, one JSON object each."""

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from chamberlain.cli.rim import err, plainly, print_json
from chamberlain.language import gettext as _

app = typer.Typer(help=_("Measure; each command starts its own simulator and database."), no_args_is_help=True)


# What several commands take alike.
Number = Annotated[int, typer.Option()]
Latency = Annotated[int, typer.Option(help=_("Added to every answer of the simulator."))]
Enforced = Annotated[bool, typer.Option("--quotas", help=_("The simulator enforces Microsoft's limits."))]
Scale = Annotated[float, typer.Option(help=_("Scales those limits, for example 0.05."))]
InFlight = Annotated[int, typer.Option(help=_("Requests at a time."))]
Plant = Annotated[
    str, typer.Option(help=_("Plant a bug (skip_page, ends_early, drop_part), to see the measurement turn red."))
]
WritePlant = Annotated[
    str, typer.Option(help=_("Plant a bug (repeat_write, done_unread, lose_write), to see it turn red."))
]
Json = Annotated[bool, typer.Option("--json", help=_("Nothing but one JSON object; it is JSON anyway."))]


@app.callback()
def bench() -> None:
    """Measure; each command starts its own simulator and database."""


@app.command()
def sync(
    users: Number = 10_000,
    groups: Number = 2_000,
    memberships: Number = 100_000,
    apps: Number = 100,
    latency_ms: Latency = 0,
    quotas: Enforced = False,
    quota_scale: Scale = 1.0,
    in_flight: InFlight = 16,
    seed: Number = 1,
    plant: Plant = "",
    as_json: Json = False,
) -> None:
    """A full first sync, compared with the simulator's truth. Exit code 1 where they differ."""
    from chamberlain.bench.sync import bench_sync

    _say(_("making a tenant, a database and a sync ..."), as_json=as_json)
    figures = bench_sync(
        users=users,
        groups=groups,
        memberships=memberships,
        apps=apps,
        latency_ms=latency_ms,
        quotas=quotas,
        quota_scale=quota_scale,
        requests_in_flight=in_flight,
        seed=seed,
        plant=plant,
    )
    _tell(figures)


@app.command()
def delta(
    users: Number = 10_000,
    groups: Number = 2_000,
    memberships: Number = 100_000,
    apps: Number = 100,
    changed: Annotated[
        str, typer.Option(help=_("How many users, groups, memberships, assignments to apps, and roles change."))
    ] = "100,20,1000,5,2",
    latency_ms: Latency = 0,
    quotas: Enforced = False,
    quota_scale: Scale = 1.0,
    in_flight: InFlight = 16,
    seed: Number = 1,
    plant: Plant = "",
    as_json: Json = False,
) -> None:
    """Catching up with a few changes, compared with the simulator's truth. Exit code 1 where they differ."""
    from chamberlain.bench.delta import bench_delta

    kinds = ("users", "groups", "memberships", "app_assignments", "roles")
    numbers = changed.split(",")
    if len(numbers) != len(kinds) or not all(number.strip().isdecimal() for number in numbers):
        raise typer.BadParameter(_("--changed takes five numbers, for example 100,20,1000,5,2"))
    _say(_("making a tenant, a database and two syncs ..."), as_json=as_json)
    figures = bench_delta(
        changed=dict(zip(kinds, map(int, numbers), strict=True)),
        users=users,
        groups=groups,
        memberships=memberships,
        apps=apps,
        latency_ms=latency_ms,
        quotas=quotas,
        quota_scale=quota_scale,
        requests_in_flight=in_flight,
        seed=seed,
        plant=plant,
    )
    _tell(figures)


@app.command()
def peers(
    users: Number = 5_000,
    groups: Number = 500,
    memberships: Number = 25_000,
    apps: Annotated[int, typer.Option(help=_("The SDK's way does not read them; ours does."))] = 20,
    latency_ms: Latency = 0,
    rounds: Annotated[int, typer.Option(help=_("How often ours is measured; the median counts."))] = 3,
    seed: Number = 1,
    as_json: Json = False,
) -> None:
    """A full first sync beside Microsoft's SDK in the obvious way: requests, seconds, processor seconds."""
    from chamberlain.bench.peers import bench_peers

    _say(_("reading a tenant with us and with the SDK; the latter takes minutes ..."), as_json=as_json)
    with plainly(as_json=as_json):
        figures = bench_peers(
            users=users,
            groups=groups,
            memberships=memberships,
            apps=apps,
            latency_ms=latency_ms,
            rounds=rounds,
            seed=seed,
        )
    _tell(figures)


@app.command()
def faults(
    seeds: Annotated[str, typer.Option(help=_("The first and the last schedule, for example 1-20."))] = "1-20",
    plant: Plant = "",
    as_json: Json = False,
) -> None:
    """Syncs through faults, changes and kill -9, compared with the truth. Exit code 1 where a seed differs."""
    from chamberlain import bootstrap

    first, last = _seeds(seeds)
    bootstrap.load_django()
    from chamberlain.bench.faults import bench_faults

    _say(_("playing schedules ..."), as_json=as_json)
    _tell(bench_faults(first=first, last=last, plant=plant))


@app.command()
def apply(
    seeds: Annotated[str, typer.Option(help=_("The first and the last schedule, for example 1-20."))] = "1-5",
    plant: WritePlant = "",
    as_json: Json = False,
) -> None:
    """Plans carried out through faults and kill -9, and undone, by the simulator's account. Exit code 1 if wrong."""
    from chamberlain import bootstrap

    first, last = _seeds(seeds)
    bootstrap.load_django()
    from chamberlain.bench.apply import bench_apply

    _say(_("playing schedules ..."), as_json=as_json)
    _tell(bench_apply(first=first, last=last, plant=plant), right="right")


@app.command()
def pages(
    users: Number = 20_000,
    groups: Number = 2_000,
    memberships: Number = 200_000,
    seed: Number = 1,
    rounds: Annotated[int, typer.Option(help=_("How often every page is asked for."))] = 20,
    during_merge: Annotated[bool, typer.Option(help=_("While another process merges many grants."))] = False,
    folder: Annotated[
        Path | None, typer.Option(help=_("Keep the database there, or measure the one that is there."))
    ] = None,
    only: Annotated[str, typer.Option(help=_("A regular expression: only pages whose name it finds."))] = "",
    as_json: Json = False,
) -> None:
    """The server time of every page of a large tenant. Exit code 1 where a page is slower than its limit."""
    from chamberlain import bootstrap

    bootstrap.load_django()
    from chamberlain.bench.large_tenant import Size
    from chamberlain.bench.pages import bench_pages

    _say(_("making a large tenant ..."), as_json=as_json)
    figures = bench_pages(
        size=Size(users=users, groups=groups, memberships=memberships, seed=seed),
        rounds=rounds,
        during_merge=during_merge,
        folder=folder,
        only=only,
    )
    _tell(figures, right="within_limit")


@app.command()
def merge(
    users: Number = 100_000,
    groups: Number = 10_000,
    memberships: Number = 1_000_000,
    seed: Number = 1,
    as_json: Json = False,
) -> None:
    """Staging and merging in the store alone: at first, again unchanged, a few changes. Exit code 1 if it is wrong."""
    from chamberlain import bootstrap

    bootstrap.load_django()
    from chamberlain.bench.merge import bench_merge

    _say(_("making a database and rows ..."), as_json=as_json)
    figures = bench_merge(users=users, groups=groups, memberships=memberships, seed=seed)
    _tell(figures, right="equal")


@app.command()
def writes(
    removals: Number = 5_000,
    additions: Number = 5_000,
    groups: Number = 500,
    seed: Number = 1,
    plant: WritePlant = "",
    as_json: Json = False,
) -> None:
    """People leave and join groups under the write quota. Exit code 1 if dear, slow, lost or doubled."""
    from chamberlain import bootstrap

    bootstrap.load_django()
    from chamberlain.bench.writes import bench_writes

    _say(_("making a tenant and a plan ..."), as_json=as_json)
    figures = bench_writes(removals=removals, additions=additions, groups=groups, seed=seed, plant=plant)
    _tell(figures, right="right")


def _seeds(text: str) -> tuple[int, int]:
    """The first and the last of them."""
    found = re.fullmatch(r"(\d+)(?:-(\d+))?", text)
    if found is None:
        raise typer.BadParameter(_("--seeds takes two numbers, for example 1-20"))
    return int(found[1]), int(found[2] or found[1])


def _say(text: str, *, as_json: bool) -> None:
    if not as_json:
        err.print(text, style="dim")


def _tell(figures: dict[str, Any], *, right: str = "equal_to_truth") -> None:
    """Prints the figures; the exit code says whether they are of something that is right."""
    print_json(figures)
    if not figures[right]:
        raise typer.Exit(1)
