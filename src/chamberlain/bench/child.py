"""The process that a measurement watches: connects a tenant or finds it, syncs it, tells the run and what it took."""

import json
import resource
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
    again: Annotated[bool, typer.Option(help="Syncs a tenant that was connected before.")] = False,  # noqa: FBT002
    plant: Annotated[str, typer.Option(help="Plants a bug, to see that the measurement notices.")] = "",
) -> None:
    """Syncs once."""
    bootstrap.load_django()
    from chamberlain.actions.connect_with_secret import connect_with_secret
    from chamberlain.actions.start_sync import start_sync
    from chamberlain.bench.plants import planted
    from chamberlain.bench.sync import peak_rss_mb
    from chamberlain.model.actor import SYSTEM
    from chamberlain.model.run import Trigger
    from chamberlain.queries.connections import find_run, find_tenant, list_runs
    from chamberlain.queries.runs import summary

    with bootstrap.open_world(load()) as world, planted(plant), bootstrap.make_worker(world):
        if again:
            tenant = find_tenant(viewer=SYSTEM, slug=tenant_id)
            start_sync(actor=SYSTEM, tenant=tenant, trigger=Trigger.SCHEDULE)
        else:
            tenant = connect_with_secret(
                actor=SYSTEM, tenant_id=tenant_id, client_id=client_id, client_secret=client_secret
            )
        before = resource.getrusage(resource.RUSAGE_SELF)
        run = list_runs(viewer=SYSTEM, tenant=tenant, limit=1)[0]
        while not run.is_over:
            time.sleep(SECONDS_BETWEEN_LOOKS)
            run = find_run(viewer=SYSTEM, tenant=tenant, run_id=run.id)
        after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    typer.echo(json.dumps({**summary(run), "peak_rss_mb": peak_rss_mb(), "cpu_seconds": round(cpu, 2)}, default=str))


if __name__ == "__main__":
    typer.run(main)
