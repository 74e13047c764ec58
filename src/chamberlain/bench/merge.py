"""`chamberlain bench merge`: how long the store takes to stage and merge, with no tenant to read from."""

import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from chamberlain import bootstrap, clock
from chamberlain.bench.sync import peak_rss_mb
from chamberlain.model.kind import Family, Kind, Relation
from chamberlain.model.observed import (
    NIL,
    AccountSeen,
    Coverage,
    GrantGone,
    GrantSeen,
    PermissionSeen,
    Seen,
    Whole,
    key_of,
)
from chamberlain.settings import Settings

PAGE = 999
EVERY_NTH_IS_NESTED = 10
MOST_CHANGES = 1_000
WHOLE = Whole(
    accounts=True,
    permissions=(Family.GROUP,),
    grants=(Coverage(Family.GROUP, (Relation.MEMBER, Relation.OWNER)),),
)


@dataclass(frozen=True, slots=True)
class Generated:
    """A tenant that follows from four numbers: no membership comes twice while there are more than a few users."""

    users: int
    groups: int
    memberships: int
    seed: int

    def accounts(self) -> Iterator[AccountSeen]:
        """All people."""
        for number in range(self.users):
            name = f"Person {number}"
            yield AccountSeen(
                guid=_guid(1, number),
                type="member",
                name=name,
                user_name=f"person{number}@merge.example",
                mail=f"person{number}@merge.example",
                enabled=number % 20 != 0,
                department=f"Department {number % 200}",
                job_title="Engineer",
                manager=_guid(1, number // 8) if number else None,
                facts="{}",
                created_at="2026-01-01T00:00:00Z",
            )

    def permissions(self) -> Iterator[PermissionSeen]:
        """All groups."""
        for number in range(self.groups):
            guid = _guid(2, number)
            kind, key = Kind.SECURITY_GROUP.value, key_of(Family.GROUP, guid)
            yield PermissionSeen(Family.GROUP, kind, guid, NIL, key, f"Group {number}", "", "", "", "{}")

    def grants(self, *, first: int = 0, more: int = 0) -> Iterator[GrantSeen]:
        """Memberships from `first` on, and `more` than there are; then the groups that are inside others."""
        people = [_guid(1, number) for number in range(self.users)]
        groups = [_guid(2, number) for number in range(self.groups)]
        for number in range(first, self.memberships + more):
            group = number % self.groups
            holder = people[(number // self.groups + group * 7919 + self.seed) % self.users]
            yield GrantSeen(Family.GROUP, holder, "other", "", groups[group], NIL, Relation.MEMBER, None, 0)
        for number in range(EVERY_NTH_IS_NESTED, self.groups, EVERY_NTH_IS_NESTED):
            outer = groups[number // EVERY_NTH_IS_NESTED]
            yield GrantSeen(Family.GROUP, groups[number], "group", "", outer, NIL, Relation.MEMBER, None, 0)


def bench_merge(*, users: int, groups: int, memberships: int, seed: int) -> dict[str, Any]:
    """Stages and merges a tenant into a database of its own, then the same again, then a few changes.

    returns  rows, seconds of staging and of merging each, how many grants opened and closed, peak_rss_mb, and `equal`:
             whether the store holds in the end what it should
    """
    with tempfile.TemporaryDirectory(prefix="chamberlain-bench-") as folder:
        data = Path(folder)
        data.chmod(0o755)  # as root, PostgreSQL runs under another account
        with bootstrap.open_world(Settings(data=data, log_level="ERROR")):
            generated = Generated(users, groups, memberships, seed)
            return {"users": users, "groups": groups, "memberships": memberships, **_measured(generated)}


def _measured(generated: Generated) -> dict[str, Any]:
    from chamberlain.store import tenants

    tenant = tenants.save(guid=UUID(int=1), name="Merge", domain="merge.example", now=clock.now()).id
    first = _full(generated, tenant=tenant, run=1)
    again = _full(generated, tenant=tenant, run=2)
    small = _small(generated, tenant=tenant, run=3)
    edges = sum(1 for _ in generated.grants())
    changed = min(MOST_CHANGES, generated.memberships)
    return {
        "rows": generated.users + generated.groups + edges,
        **{f"first_{name}": value for name, value in first.items()},
        **{f"unchanged_{name}": value for name, value in again.items()},
        **{f"small_{name}": value for name, value in small.items()},
        "peak_rss_mb": peak_rss_mb(),
        "equal": (first["opened"], again["opened"], again["closed"]) == (edges, 0, 0)
        and (small["opened"], small["closed"]) == (changed, changed)
        and _open_edges(tenant) == edges,
    }


def _full(generated: Generated, *, tenant: int, run: int) -> dict[str, Any]:
    from chamberlain.store.staging import Staging

    with Staging(tenant_id=tenant, run_id=run) as staging:
        begin = time.perf_counter()
        for unit, rows in (
            ("users", generated.accounts()),
            ("groups", generated.permissions()),
            ("members", generated.grants()),
        ):
            for page in _pages(rows):
                staging.add(page, unit=unit)
            staging.complete(unit)
        staging.flush()
        staged = time.perf_counter()
        merged = staging.merge(WHOLE, seen_at=clock.now()).total
        return {
            "stage_seconds": round(staged - begin, 2),
            "seconds": round(time.perf_counter() - staged, 2),
            "opened": merged.opened,
            "closed": merged.closed,
        }


def _small(generated: Generated, *, tenant: int, run: int) -> dict[str, Any]:
    """The first memberships end, and as many that never were begin."""
    from chamberlain.store.staging import Staging

    few = min(MOST_CHANGES, generated.memberships)
    over = [
        GrantGone(edge.family, edge.holder, edge.guid, edge.parent, edge.relation)
        for edge in islice(generated.grants(), few)
    ]
    new = list(islice(generated.grants(first=generated.memberships, more=few), few))
    with Staging(tenant_id=tenant, run_id=run) as staging:
        staging.amend(over, unit="changes")
        staging.amend(new, unit="changes")
        staging.complete("changes")
        staging.flush()
        begin = time.perf_counter()
        merged = staging.merge(Whole(), seen_at=clock.now() + timedelta(microseconds=1)).total
        return {
            "seconds": round(time.perf_counter() - begin, 2),
            "opened": merged.opened,
            "closed": merged.closed,
        }


def _pages(rows: Iterator[Seen]) -> Iterator[list[Seen]]:
    while page := list(islice(rows, PAGE)):
        yield page


def _open_edges(tenant: int) -> int:
    from chamberlain.store.connection import rows

    counting = "SELECT count(*) AS open FROM grants WHERE tenant_id = %(tenant)s AND closed_at IS NULL"
    return int(rows(counting, {"tenant": tenant})[0]["open"])


def _guid(kind: int, number: int) -> str:
    return f"60de{kind:04x}-0000-4000-8000-{number:012x}"
