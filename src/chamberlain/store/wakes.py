"""What notices leave behind: one row for each tenant, however many come, until a run answers it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from chamberlain.model.run import RunState
from chamberlain.store.connection import rows
from chamberlain.store.models import HearingRow

# The soonest sets the time; what comes after leaves it, so that a tenant that never rests is read nevertheless.
# What may only be read from some time on is kept beside it: a run that something else woke before is no answer to it.
NOTE = """
    INSERT INTO hearing AS h (tenant_id, wake_at, later_at, heard_at, heard, ignored)
    VALUES (
        %(tenant)s, %(soonest)s, %(later)s, CASE WHEN %(heard)s > 0 THEN %(now)s END, %(heard)s, %(ignored)s
    )
    ON CONFLICT (tenant_id) DO UPDATE SET
        wake_at = CASE WHEN EXCLUDED.wake_at IS NULL THEN h.wake_at
                  ELSE least(h.wake_at, greatest(EXCLUDED.wake_at, h.woken_at + %(apart)s)) END,
        later_at = greatest(h.later_at, EXCLUDED.later_at),
        heard_at = coalesce(EXCLUDED.heard_at, h.heard_at),
        heard = h.heard + EXCLUDED.heard,
        ignored = h.ignored + EXCLUDED.ignored
    RETURNING 1
"""
WOKEN = """
    SELECT h.tenant_id FROM hearing h JOIN connection c ON c.tenant_id = h.tenant_id
    WHERE h.wake_at <= %(now)s AND c.state = 'connected'
      AND NOT EXISTS (SELECT FROM sync_run r WHERE r.tenant_id = h.tenant_id AND r.state = ANY(%(open)s))
    ORDER BY h.wake_at
"""
ANSWER = """
    UPDATE hearing SET
        wake_at = CASE WHEN later_at > %(now)s THEN later_at END,
        later_at = CASE WHEN later_at > %(now)s THEN later_at END,
        woken_at = %(now)s
    WHERE tenant_id = %(tenant)s AND wake_at <= %(now)s
    RETURNING 1
"""
OPEN = [RunState.QUEUED.value, RunState.RUNNING.value]


@dataclass(frozen=True, slots=True)
class Heard:
    """What a tenant's notices were: when the last one came, how many were taken, how many were not."""

    at: datetime | None
    heard: int
    ignored: int


def note(
    *,
    tenant_id: int,
    now: datetime,
    gather: timedelta,
    apart: timedelta,
    wakes: bool,
    lasts: bool = False,
    heard: int = 0,
    ignored: int = 0,
) -> None:
    """Counts notices; a run is to follow, `gather` from now and `apart` from the one before, where they wake one.

    lasts  one is to follow then, also where another one follows before
    """
    soonest = now + gather if wakes else None
    values = {
        "tenant": tenant_id,
        "now": now,
        "soonest": soonest,
        "later": soonest if lasts else None,
        "apart": apart,
        "heard": heard,
        "ignored": ignored,
    }
    rows(NOTE, values)


def woken(*, now: datetime) -> tuple[int, ...]:
    """Tenants for which a run is to start now: something was heard, no run is open, and Microsoft lets us in."""
    return tuple(row["tenant_id"] for row in rows(WOKEN, {"now": now, "open": OPEN}))


def answer(tenant_id: int, *, now: datetime) -> bool:
    """Takes the wake away, for the run that the caller's transaction starts; False where somebody else did.

    Where a run is to follow later in any case, that one waits now.
    """
    return bool(rows(ANSWER, {"tenant": tenant_id, "now": now}))


def heard() -> dict[int, Heard]:
    """What each tenant's notices were."""
    values = HearingRow.objects.values_list("tenant_id", "heard_at", "heard", "ignored")
    return {tenant_id: Heard(at, taken, ignored) for tenant_id, at, taken, ignored in values}
