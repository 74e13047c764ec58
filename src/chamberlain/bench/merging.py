"""A process that merges many grants again and again, to see what pages feel of it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from typing import Annotated

import typer

from chamberlain import bootstrap, clock
from chamberlain.model.kind import Family, Relation
from chamberlain.model.observed import NIL, Gone, GrantGone, GrantSeen, Seen, Whole
from chamberlain.model.tenant import Tenant
from chamberlain.settings import Settings, load

EDGES_AT_ONCE = 50_000

PAIRS = """
    SELECT a.guid::text AS holder, p.guid::text AS "group"
    FROM (SELECT guid, row_number() OVER () AS n FROM account WHERE tenant_id = %(tenant)s LIMIT %(many)s) AS a
    JOIN (SELECT guid, row_number() OVER () AS n FROM permission WHERE tenant_id = %(tenant)s AND family = 1
          ORDER BY id DESC LIMIT 1000) AS p ON p.n = 1 + a.n %% 1000
"""


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
    """Merges many memberships that begin, then merges that they end, and so on until it is ended."""
    with bootstrap.open_world(load(), migrate=False):
        from chamberlain.store.connection import rows
        from chamberlain.store.staging import Staging

        pairs = [(row["holder"], row["group"]) for row in rows(PAIRS, {"tenant": tenant, "many": EDGES_AT_ONCE})]
        begins: list[Seen | Gone] = [
            GrantSeen(Family.GROUP, holder, "other", "", group, NIL, Relation.MEMBER, None, 0)
            for holder, group in pairs
        ]
        ends: list[Seen | Gone] = [
            GrantGone(Family.GROUP, holder, group, NIL, Relation.MEMBER) for holder, group in pairs
        ]
        typer.echo("merging")
        sys.stdout.flush()
        for run, edges in enumerate(cycle((begins, ends)), start=1):
            with Staging(tenant_id=tenant, run_id=run) as staging:
                staging.amend(edges, unit="changes")
                staging.complete("changes")
                staging.merge(Whole(), seen_at=clock.now())


if __name__ == "__main__":
    typer.run(main)
