"""`chamberlain bench writes`: many people leave and join many groups, under Microsoft's write quota.

One plan, carried out by one worker. What was lost or doubled is counted in the simulator's truth and log.
"""

import random
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from chamberlain import bootstrap
from chamberlain.bench import writes_log
from chamberlain.bench.apart import wait_for
from chamberlain.bench.plants import planted
from chamberlain.bench.simulated import Simulated
from chamberlain.bench.tenant_state import after, state_of
from chamberlain.bench.writable import ADMINISTRATOR, Writable, writable
from chamberlain.model.carried import Ran
from chamberlain.model.plan import Change, Subject
from chamberlain.model.verb import Verb
from chamberlain.settings import Settings

TENANT: dict[str, Any] = {"users": 1_500, "groups": 20, "memberships": 1_500, "apps": 5, "audit_lag_ms": 100}
BOUND_AT_ONCE = 20
BURST_UNITS, UNITS_PER_SECOND = 3_000, 20
UNITS_MARGIN, SECONDS_MARGIN, SECONDS_BESIDES = 1.05, 1.15, 30


def bench_writes(*, removals: int, additions: int, groups: int, seed: int = 1, plant: str = "") -> dict[str, Any]:
    """Has so many people leave, and so many join, so many groups.

    returns  changes, seconds, write_units, least_write_units, lost, doubled, and whether the goals are met
    """
    wishes = _Wishes(removals, additions, groups, seed)
    with tempfile.TemporaryDirectory(prefix="chamberlain-bench-") as folder:
        data = Path(folder)
        data.chmod(0o755)  # as root, PostgreSQL runs under another account
        settings = Settings(data=data, log_level="CRITICAL")
        with (
            bootstrap.open_world(settings),
            writable(settings, prepare=wishes.prepare, seed=seed, quotas=True, **TENANT) as tenant,
            planted(plant),
        ):
            return _measure(tenant, wishes.changes)


class _Wishes:
    """Groups with people who leave them, and others who join."""

    def __init__(self, removals: int, additions: int, groups: int, seed: int) -> None:
        self._sizes = [(_share(removals, groups, place), _share(additions, groups, place)) for place in range(groups)]
        self._chance = random.Random(seed)  # noqa: S311 - a measurement that can be repeated, no secret
        self.changes: list[Change] = []

    def prepare(self, simulator: Simulated) -> None:
        """Makes the groups, and puts those into them who are to leave."""
        lines = simulator.truth("?effective=0")
        people = [line["id"] for line in lines if line["t"] == "account" and line["type"] == "Member"]
        for number, (leaving, joining) in enumerate(self._sizes):
            wish = {"kind": "create_group", "display_name": f"Team {number}", "group_kind": "security_group"}
            group = simulator.post("/_simulator/mutations", wish)["id"]
            chosen = self._chance.sample(people, leaving + joining)
            for one in chosen[:leaving]:
                simulator.post("/_simulator/mutations", {"kind": "add_member", "group": group, "member": one})
                self.changes.append(Change(Verb.REMOVE_MEMBER, Subject(one), f"group:{group}"))
            self.changes += [Change(Verb.ADD_MEMBER, Subject(one), f"group:{group}") for one in chosen[leaving:]]


def _measure(tenant: Writable, changes: Sequence[Change]) -> dict[str, Any]:
    before = state_of(tenant.simulator.truth("?effective=0"), mail={})
    began = time.monotonic()
    _apart(lambda: _plan(tenant, changes), "the plan could not be made")
    planned = time.monotonic()
    _apart(lambda: _apply(tenant), "the plan could not be carried out")
    seconds = time.monotonic() - planned
    now = state_of(tenant.simulator.truth("?effective=0"), mail={})
    log = writes_log.entries(tenant.simulator)
    units, least = sum(entry["units"] for entry in log), _least(changes)
    lost = len(after(before, changes, found=now) ^ now)
    doubled = len(writes_log.repeated(log)) + len(writes_log.doubled(log))
    most_seconds = SECONDS_MARGIN * max(0, units - BURST_UNITS) / UNITS_PER_SECOND + SECONDS_BESIDES
    return {
        "changes": len(changes),
        "seconds": round(seconds, 1),
        "write_units": units,
        "least_write_units": least,
        "lost": lost,
        "doubled": doubled,
        "most_seconds": round(most_seconds, 1),
        "seconds_to_plan": round(planned - began, 1),
        "round_trips": tenant.simulator.usage()["round_trips"],
        "throttled": tenant.simulator.usage()["throttled"],
        "state": _newest(tenant).plan.state.value,
        "right": not lost and not doubled and units <= UNITS_MARGIN * least and seconds <= most_seconds,
    }


def _plan(tenant: Writable, changes: Sequence[Change]) -> None:
    from chamberlain.actions.make_plan import make_plan

    make_plan(
        actor=ADMINISTRATOR, tenant=tenant.tenant, changes=changes, reason="a measurement", settings=tenant.settings
    )


def _apply(tenant: Writable) -> None:
    from chamberlain.actions.apply_plan import apply_plan
    from chamberlain.work import apply_plan as story

    plan_id = _newest(tenant).plan.id
    apply_plan(actor=ADMINISTRATOR, tenant=tenant.tenant, plan_id=plan_id)
    story.apply_plan(lambda _step, deed, *values: deed(*values), plan_id=plan_id, run=1, settings=tenant.settings)


def _newest(tenant: Writable) -> Ran:
    from chamberlain.store import plans

    newest = plans.latest(tenant_id=tenant.tenant.id, limit=1)[0]["id"]
    return plans.find(tenant_id=tenant.tenant.id, plan_id=newest)


def _least(changes: Sequence[Change]) -> int:
    """The fewest units: one for each removal, and one for up to twenty additions to one group."""
    joining: dict[str, int] = {}
    for change in changes:
        joining[change.permission] = joining.get(change.permission, 0) + (change.verb is Verb.ADD_MEMBER)
    removals = sum(change.verb is Verb.REMOVE_MEMBER for change in changes)
    return removals + sum(-(-number // BOUND_AT_ONCE) for number in joining.values())


def _share(whole: int, parts: int, place: int) -> int:
    return whole * (place + 1) // parts - whole * place // parts


def _apart(deed: Callable[[], None], failure: str) -> None:
    if not wait_for(deed):
        raise RuntimeError(failure)
