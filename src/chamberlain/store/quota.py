"""The budgets under Microsoft's limits that all processes share, and how they stand.

Time is the database's, read after the row is locked, so that all processes agree. A lease is one round trip.
"""

import threading
from collections import deque
from contextlib import suppress
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg.rows import DictRow, dict_row

from chamberlain.model.quota import LEAST_SHARE, MOST_SHARE, Lease, Limit, Pause, QuotaUse, Tally, Whose, workload_of
from chamberlain.model.refusal import Refusal
from chamberlain.store import refusals
from chamberlain.store.connection import connect, rows
from chamberlain.store.quota_statements import GIVE_BACK, LEASE, MEASURE, OPEN, PAUSE, PAUSED, SLOW_DOWN, USAGE

SOON = 0.005


class SharedLedger:
    """The ledger of one application in one tenant: a `graph.quota.ledger.Ledger` that all processes share.

    Has a database connection of its own, made at the first question; one question at a time goes over it.
    """

    blocks = True

    def __init__(self, *, tenant_id: int, client_id: str) -> None:
        self._who = {"tenant_id": tenant_id, "client_id": client_id}
        self._lock = threading.Lock()
        self._connection: psycopg.Connection[Any] | None = None
        self._tenant_id = tenant_id
        self._refused: deque[Refusal] = deque(maxlen=refusals.MOST_KEPT)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            if self._refused:
                with suppress(psycopg.OperationalError):  # they help people, and nothing hangs on them
                    self._tell_refused()
            self._drop()

    def open(self, name: str, limit: Limit) -> None:
        """Makes the budget, full, or brings its limit up to date."""
        self._run(
            OPEN, name=name, whose=limit.whose.value, limit=float(limit.units), window=limit.window.total_seconds()
        )

    def lease(self, name: str, *, wanted: float, least: float, reserve: float, tally: Tally) -> Lease:
        """Gives up to `wanted` units, or none where fewer than `least` are there beyond the share `reserve`."""
        row = self._run(LEASE, name=name, wanted=wanted, least=least, reserve=reserve, **_told(tally))[0]
        short = 0.0
        if row["granted"] == 0:
            rate = row["capacity"] / row["window_seconds"]
            short = max(min(wanted, max(least, row["capacity"] * 0.02)) - row["spare"], 0.0) / rate
        return Lease(
            granted=row["granted"],
            wait=max(row["paused"], short + SOON),
            paused=row["paused"],
            leased=row["leased"],
            burst=row["burst"],
            burst_seconds=row["burst_seconds"],
            size=row["size"],
            at=row["at"],
        )

    def give_back(self, name: str, *, units: float, tally: Tally) -> None:
        """Takes back what was leased and not used."""
        self._run(GIVE_BACK, name=name, back=units, **_told(tally))

    def pause(self, name: str, *, wait: timedelta, unexplained: bool) -> bool:
        """Nobody gets anything for so long; tells whether the budget was running until now."""
        return bool(self._run(PAUSE, name=name, wait=wait, unexplained=unexplained)[0]["was_running"])

    def measure(self, name: str, *, size: float, left: float | None) -> None:
        """Notes what Microsoft's quota seems to be, in units a window, and how much of it is left."""
        self._run(MEASURE, name=name, size=size, left=left)

    def refused(self, refusal: Refusal) -> None:
        """Notes what Microsoft refused; written with the next question, or at the end."""
        self._refused.append(refusal)

    def _tell_refused(self) -> None:
        waiting = [self._refused.popleft() for _ in range(len(self._refused))]
        refusals.keep(self._open(), tenant_id=self._tenant_id, refusals=waiting)

    def _run(self, statement: str, **values: object) -> list[DictRow]:
        """The rows of a statement; a connection that died since the last one is made anew, once."""
        with self._lock:
            is_fresh = self._connection is None or self._connection.closed
            try:
                return self._rows(statement, values)
            except psycopg.OperationalError:
                if is_fresh:
                    raise
                self._drop()
                return self._rows(statement, values)

    def _rows(self, statement: str, values: dict[str, object]) -> list[DictRow]:
        if self._refused:
            self._tell_refused()
        with self._open().cursor(row_factory=dict_row) as cursor:
            cursor.execute(statement, {**self._who, **values})
            return cursor.fetchall() if cursor.description else []

    def _open(self) -> "psycopg.Connection[Any]":
        if self._connection is None or self._connection.closed:
            self._connection = connect(autocommit=True)
            # The last lease may be lost with the machine: nothing but a little budget hangs on it.
            self._connection.execute("SET synchronous_commit = off")
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def usage(tenant_id: int, *, client_id: str | None = None) -> tuple[QuotaUse, ...]:
    """How the quotas of a tenant stand, those that were ever drawn on, by name.

    client_id  only those of this application; None: those of every one that ever asked
    """
    return tuple(_use(row) for row in rows(USAGE, {"tenant_id": tenant_id, "client_id": client_id}))


def pauses() -> dict[int, tuple[Pause, ...]]:
    """What rests now in each tenant, of the application that it is connected with, by name."""
    found: dict[int, tuple[Pause, ...]] = {}
    for row in rows(PAUSED, {}):
        found[row["tenant_id"]] = (*found.get(row["tenant_id"], ()), Pause(row["name"], row["paused_until"]))
    return found


def slow_down(tenant_id: int, share_percent: int) -> int:
    """Lets us use so much of what we could from now on; counts at once, in every process.

    share_percent  5 to 100
    returns        the share until now
    """
    percent = min(max(share_percent, LEAST_SHARE), MOST_SHARE)
    return int(rows(SLOW_DOWN, {"tenant_id": tenant_id, "percent": percent})[0]["before"])


def share_of(tenant_id: int) -> int:
    """What a person set with `slow_down`, in percent; 100 where nobody did."""
    found = rows("SELECT percent FROM quota_share WHERE tenant_id = %(tenant_id)s", {"tenant_id": tenant_id})
    return int(found[0]["percent"]) if found else 100


def _use(row: dict[str, Any]) -> QuotaUse:
    capacity = row["size"] * (1 - row["unused"]) * row["percent"] / 100
    level = min(capacity, row["tokens"] + row["elapsed"] * capacity / row["window_seconds"])
    is_this_hour = (row["now"] - row["hour"]) < timedelta(hours=1)
    paused = row["paused_until"]
    return QuotaUse(
        name=row["name"],
        workload=workload_of(row["name"]),
        whose=Whose(row["whose"]),
        limit=row["units"],
        window=timedelta(seconds=row["window_seconds"]),
        learned=row["size"],
        used_in_window=min(max(1 - level / capacity, 0.0), 1.0),
        since=row["hour"] if is_this_hour else row["now"].replace(minute=0, second=0, microsecond=0),
        used=row["used"] if is_this_hour else 0.0,
        requests=row["requests"] if is_this_hour else 0,
        waited=row["waited"] if is_this_hour else timedelta(0),
        throttled=row["throttled"] if is_this_hour else 0,
        paused_until=paused if paused is not None and paused > row["now"] else None,
        headroom=row["unused"],
        share_percent=row["percent"],
    )


def _told(tally: Tally) -> dict[str, object]:
    return {
        "units": tally.units,
        "requests": tally.requests,
        "throttled": tally.throttled,
        "waited": tally.waited,
    }
