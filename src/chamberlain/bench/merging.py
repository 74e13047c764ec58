"""A process that merges many grants again and again, to see what pages feel of it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from chamberlain import bootstrap
from chamberlain.model.tenant import Tenant
from chamberlain.settings import Settings, load

GRANTS_AT_ONCE = 300_000

OPEN = """
    INSERT INTO grants (tenant_id, holder_id, permission_id, relation, opened_at)
    SELECT %(tenant)s, a.id, p.id, 1, now()
    FROM (SELECT id, row_number() OVER () AS n FROM account WHERE tenant_id = %(tenant)s LIMIT %(many)s) AS a
    JOIN (SELECT id, row_number() OVER () AS n FROM permission WHERE tenant_id = %(tenant)s AND family = 1
          ORDER BY id DESC LIMIT 1000) AS p ON p.n = 1 + a.n %% 1000
    ON CONFLICT DO NOTHING
"""
CLOSE = "UPDATE grants SET closed_at = now() WHERE tenant_id = %(tenant)s AND closed_at IS NULL AND opened_at = %(at)s"


@contextmanager
def merging(settings: Settings, tenant: Tenant) -> Iterator[None]:
    """As long as the context lasts, another process merges; each merge is one transaction."""
    command = [sys.executable, "-m", "chamberlain.bench.merging", "--tenant", str(tenant.id)]
    process = subprocess.Popen(  # noqa: S603 - our own program
        command, env={**os.environ, "CHAMBERLAIN_DATA": str(settings.data)}, stdout=subprocess.PIPE
    )
    with process:
        try:
            if not process.stdout or process.stdout.readline() != b"merging\n":
                raise RuntimeError("the merging process did not start")
            yield
            if process.poll() is not None:
                raise RuntimeError("the merging process ended before the measurement did")
        finally:
            process.kill()  # in the middle of a statement it would hear of nothing gentler; the database rolls back


def main(tenant: Annotated[int, typer.Option()]) -> None:
    """Opens many grants in one transaction and closes them in the next, until it is ended."""
    with bootstrap.open_world(load(), migrate=False):
        from chamberlain.store.connection import connect

        with connect() as connection:
            typer.echo("merging")
            sys.stdout.flush()
            while True:
                at = connection.execute("SELECT now()").fetchone()
                connection.execute(OPEN, {"tenant": tenant, "many": GRANTS_AT_ONCE})
                connection.commit()
                connection.execute(CLOSE, {"tenant": tenant, "at": at[0] if at else None})
                connection.commit()


if __name__ == "__main__":
    typer.run(main)
