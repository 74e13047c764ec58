"""The history of all changes that plans made or tried in a tenant."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chamberlain.errors import Refused
from chamberlain.model.actor import Actor
from chamberlain.model.made import AskedChanges
from chamberlain.model.plan import Cause, Change, StepState, Subject
from chamberlain.model.tenant import Tenant
from chamberlain.model.verb import Verb
from chamberlain.policy.authority import Deed, require
from chamberlain.policy.planning.words import say_change
from chamberlain.store.reads import made_changes

PAGE = 50
AT_ONCE = 1_000
MOST_COUNTED = 10_000
LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class MadeChange:
    """One step of a plan, as the history lists it.

    says    what it does, as a clause
    at      when it ended or, before that, was sent or planned
    proof   kind, what was seen and when; empty where nothing is proved yet
    by      who started the plan or, before that, made it
    """

    plan: int
    step: int
    verb: str
    state: StepState
    subject: str
    subject_name: str
    permission: str
    permission_name: str
    says: str
    at: datetime
    before: Mapping[str, Any]
    proof: Mapping[str, Any]
    tries: int
    failure: str
    cause: Cause
    reason: str
    by: str
    approved_by: str
    simulated: bool


@dataclass(frozen=True, slots=True)
class MadePage:
    """Some changes. `total`: how many there are, counted up to MOST_COUNTED; `older`: where the next page begins."""

    rows: tuple[MadeChange, ...]
    total: int
    older: str

    @property
    def more(self) -> bool:
        """Whether there are more than were counted."""
        return self.total > MOST_COUNTED


def list_made(*, viewer: Actor, tenant: Tenant, wanted: AskedChanges, before: str = "") -> MadePage:
    """A page of changes, the newest plan first.

    before  `older` of the page before this one
    raises  Refused: not_allowed, cursor_malformed
    """
    require(viewer, Deed.SEE_PLANS, tenant_id=tenant.id)
    found = made_changes.page(wanted, tenant_id=tenant.id, before=_place(before), limit=PAGE + 1)
    shown = tuple(_change(row) for row in found[:PAGE])
    total = made_changes.count(wanted, tenant_id=tenant.id, most=MOST_COUNTED + 1)
    older = f"{shown[-1].plan}.{shown[-1].step}" if len(found) > PAGE else ""
    return MadePage(shown, total, older)


def every_made(*, viewer: Actor, tenant: Tenant, wanted: AskedChanges) -> Iterator[MadeChange]:
    """All changes that were asked for, read piece by piece.

    raises  Refused("not_allowed")
    """
    require(viewer, Deed.EXPORT_LIST, tenant_id=tenant.id)
    return _every(tenant.id, wanted)


def _every(tenant_id: int, asked: AskedChanges) -> Iterator[MadeChange]:
    before: tuple[int, int] | None = None
    while found := made_changes.page(asked, tenant_id=tenant_id, before=before, limit=AT_ONCE):
        yield from (_change(row) for row in found)
        before = (found[-1]["plan"], found[-1]["step"])


def count_made(*, viewer: Actor, tenant: Tenant, wanted: AskedChanges) -> int:
    """How many changes an export takes away.

    raises  Refused("not_allowed")
    """
    require(viewer, Deed.EXPORT_LIST, tenant_id=tenant.id)
    return made_changes.count(wanted, tenant_id=tenant.id, most=LARGEST_ID)


def _change(row: Mapping[str, Any]) -> MadeChange:
    says = f"{row['verb']}: {row['subject_name']} {row['permission_name']}"
    with suppress(ValueError):  # a verb of another version
        verb = Verb(row["verb"])
        says = say_change(Change(verb, Subject("")), who=row["subject_name"], what=row["permission_name"])
    return MadeChange(
        plan=row["plan"],
        step=row["step"],
        verb=row["verb"],
        state=StepState(row["state"]),
        subject=row["subject"],
        subject_name=row["subject_name"],
        permission=row["permission"],
        permission_name=row["permission_name"],
        says=says,
        at=row["at"],
        before=row["before"] or {},
        proof=row["proof"] or {},
        tries=row["tries"],
        failure=row["failure"][0] if row["failure"] else "",
        cause=Cause(row["cause"]),
        reason=row["reason"],
        by=row["started_by_name"] or row["made_by_name"],
        approved_by=row["approved_by_name"],
        simulated=row["simulated"],
    )


def _place(text: str) -> tuple[int, int] | None:
    if not text:
        return None
    plan, dot, step = text.partition(".")
    is_number = all(part.isascii() and part.isdecimal() and len(part) < 19 for part in (plan, step))
    if not dot or not is_number or int(step) >= 2**31:
        raise Refused("cursor_malformed")
    return int(plan), int(step)
