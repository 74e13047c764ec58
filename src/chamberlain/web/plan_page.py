"""What the page of a plan shows, made of the plan: totals first, then people and steps a page at a time."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest

from chamberlain.errors import ChamberlainError
from chamberlain.language import gettext
from chamberlain.model.actor import Actor
from chamberlain.model.guard import Guard
from chamberlain.model.plan import Barred, Facts, PlanState, Restorable, Step
from chamberlain.model.tenant import Tenant
from chamberlain.policy.planning.cost import least_time, least_units
from chamberlain.policy.planning.words import (
    RESTORABLE,
    say_change,
    say_effect,
    say_objection,
    say_obstacle,
    say_reason,
    say_until,
)
from chamberlain.queries.plans import PlanPage
from chamberlain.sentences import explain
from chamberlain.web.address import Address, text_from
from chamberlain.web.plan_called import called
from chamberlain.web.plan_diff import Part, deed_of, parts_of, sentence_of

PEOPLE_SHOWN, STEPS_SHOWN, BARRED_SHOWN = 40, 100, 20
MOST_ROWS = 5_000
ROWS_SHOWN, FEW = 8, 400  # of each person, unless there are few in all
OPEN = frozenset({PlanState.PLANNED, PlanState.APPROVED})


@dataclass(frozen=True, slots=True)
class Slice:
    """A page of something that is there as a whole. `address`: that of this part; pages count from 1."""

    rows: Sequence[object]
    total: int
    number: int
    pages: int
    previous: str
    next: str


@dataclass(frozen=True, slots=True)
class Stands:
    """One thing that stands in the way, of many changes perhaps.

    command  what to run elsewhere, a line for each change
    changes  as clauses; more: how many are not shown
    """

    what: str
    repair: str
    command: str
    changes: tuple[str, ...]
    more: int


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step as the page lists it."""

    step: Step
    text: str
    after: str
    why: tuple[str, ...]
    effects: tuple[str, ...]
    restorable: str


def about_plan(request: HttpRequest, *, page: PlanPage, tenant: Tenant, viewer: Actor) -> dict[str, object]:
    """Everything that the template of a plan needs."""
    plan = page.ran.plan
    changes = [*(step.change for step in plan.steps), *(one.change for one in plan.barred)]
    parts = parts_of(plan.steps, called=called(changes, viewer=viewer, tenant=tenant))
    text = text_from(request, "q")
    chosen = [part for part in parts if text.casefold() in part.name.casefold()] if text else parts
    address = Address(
        request.path, {"q": text, "page": request.GET.get("page", ""), "steps": request.GET.get("steps", "")}
    )
    cost = least_units((step.change, step.units) for step in plan.steps)
    most = ROWS_SHOWN if sum(len(part.rows) for part in chosen) > FEW else MOST_ROWS
    guards = {one.guard for one in page.objections}
    return {
        "tenant": tenant,
        "page": page,
        "ran": page.ran,
        "plan": plan,
        "address": address,
        "text": text,
        "deed": deed_of(parts),
        "people": _slice(chosen, address, name="page", size=PEOPLE_SHOWN),
        "rows_shown": f":{most}",
        "rows_cut": most,
        "totals": _totals(parts),
        "steps": _steps(plan.steps, address),
        "barred": stands_in_way(plan.barred),
        "objections": [(one, say_objection(one), say_until(one)) for one in page.objections],
        "is_open": plan.state in OPEN,
        "is_own": plan.made_by == viewer.id,
        "needs_approval": bool(guards & {Guard.NEEDS_SECOND_PERSON, Guard.APPROVED_BY_MAKER}),
        "cost": cost,
        "seconds": int(least_time(cost).total_seconds()),
        "restorable": restorable_of(plan.steps),
        "pause": explain(ChamberlainError(page.ran.pause[0], **page.ran.pause[1])) if page.ran.pause else None,
        "moved": _moved(page),
    }


def _totals(parts: Sequence[Part]) -> dict[str, int]:
    return {
        "touched": len(parts),
        "gets": sum(part.gets for part in parts),
        "loses": sum(part.loses for part in parts),
        "warnings": sum(len(part.warnings) for part in parts),
    }


def _slice(rows: Sequence[object], address: Address, *, name: str, size: int) -> Slice:
    pages = max(1, -(-len(rows) // size))
    typed = address.params[name]
    number = min(max(int(typed), 1), pages) if typed.isascii() and typed.isdecimal() and len(typed) < 7 else 1
    return Slice(
        rows=rows[(number - 1) * size : number * size],
        total=len(rows),
        number=number,
        pages=pages,
        previous=address.with_(**{name: str(number - 1)}) if number > 1 else "",
        next=address.with_(**{name: str(number + 1)}) if number < pages else "",
    )


def _steps(steps: Sequence[Step], address: Address) -> Slice:
    found = _slice(steps, address, name="steps", size=STEPS_SHOWN)
    lines = [_line(step) for step in found.rows if isinstance(step, Step)]
    return Slice(lines, found.total, found.number, found.pages, found.previous, found.next)


def _line(step: Step) -> StepLine:
    return StepLine(
        step=step,
        text=sentence_of(step),
        after=", ".join(str(number) for number in sorted(step.after)),
        why=tuple(say_reason(one) for one in step.reasons),
        effects=tuple(dict.fromkeys(say_effect(one) for one in step.effects)),
        restorable=gettext(RESTORABLE[step.restorable]),
    )


def stands_in_way(barred: Sequence[Barred]) -> tuple[Stands, ...]:
    """What stands in the way, with the changes that it bars: 5,000 lines of the same would hide the other one."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for one in barred:
        clause = say_change(one.change, who=one.subject_name, what=one.permission_name)
        for obstacle in one.obstacles:
            what, repair = say_obstacle(obstacle)
            found.setdefault((what, repair), []).append((clause, obstacle.command))
    return tuple(
        Stands(
            what,
            repair,
            "\n".join(dict.fromkeys(command for _clause, command in pairs if command)),
            tuple(clause for clause, _command in pairs[:BARRED_SHOWN]),
            max(0, len(pairs) - BARRED_SHOWN),
        )
        for (what, repair), pairs in found.items()
    )


def restorable_of(steps: Sequence[Step]) -> Mapping[str, int]:
    """How many steps can be put back, and how far."""
    counted = Counter(step.restorable for step in steps)
    return {one.value: counted[one] for one in Restorable}


def _moved(page: PlanPage) -> list[tuple[str, Facts, Facts]]:
    """What the tenant showed otherwise than the plan assumes: the step, then, now."""
    steps = {one.step.number: one.step for one in page.ran.steps}
    return [(sentence_of(steps[number]), then, now) for number, then, now in page.ran.moved if number in steps]
