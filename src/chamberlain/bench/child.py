"""The process that a measurement watches: connects a tenant, syncs it, tells the run and its own peak memory."""

import json
import time
from typing import Annotated

import typer

from chamberlain import bootstrap
from chamberlain.settings import load

SECONDS_BETWEEN_LOOKS = 0.05


def main(
    tenant_id: Annotated[str, typer.Option()],
    client_id: Annotated[str, typer.Option()],
    client_secret: Annotated[str, typer.Option(envvar="CHAMBERLAIN_CONNECT_SECRET")],
    plant: Annotated[str, typer.Option(help="Plants a bug, to see that the measurement notices.")] = "",
) -> None:
    """Connects and syncs once."""
    bootstrap.load_django()
    from chamberlain.actions.connect_with_secret import connect_with_secret
    from chamberlain.bench.plants import planted
    from chamberlain.bench.sync import peak_rss_mb
    from chamberlain.model.actor import SYSTEM
    from chamberlain.queries.connections import find_run, list_runs
    from chamberlain.queries.runs import summary

    with bootstrap.open_world(load()) as world, planted(plant), bootstrap.make_worker(world):
        tenant = connect_with_secret(
            actor=SYSTEM, tenant_id=tenant_id, client_id=client_id, client_secret=client_secret
        )
        run = list_runs(viewer=SYSTEM, tenant=tenant, limit=1)[0]
        while not run.is_over:
            time.sleep(SECONDS_BETWEEN_LOOKS)
            run = find_run(viewer=SYSTEM, tenant=tenant, run_id=run.id)
    typer.echo(json.dumps({**summary(run), "peak_rss_mb": peak_rss_mb()}, default=str))


if __name__ == "__main__":
    typer.run(main)
