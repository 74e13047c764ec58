"""Writes the tables of docs/reference/proof.md, undo.md and plans.md from the policy; run it after changing a verb.

usage  python tests/architecture/planning_reference.py
"""

import re
from dataclasses import fields, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from chamberlain.model.effect import Consequence
from chamberlain.model.guard import Approval, Guard, Rails, Standing, Window
from chamberlain.model.kind import Kind
from chamberlain.model.obstacle import Hindrance
from chamberlain.model.plan import Cause, Change, Plan, PlanState, Restorable, Step, Subject
from chamberlain.model.situation import PermissionKnown
from chamberlain.model.verb import Verb
from chamberlain.policy.planning import words
from chamberlain.policy.planning.guards import objections
from chamberlain.policy.planning.order import CONSTRAINTS
from chamberlain.policy.planning.restoring import RESTORING

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
PROOF, UNDO, PLANS = REFERENCE / "proof.md", REFERENCE / "undo.md", REFERENCE / "plans.md"
RAILS = {
    "most_per_plan": "changes in one plan",
    "share_per_plan": "per cent of the tenant's people whom one plan may touch; members of a group count",
    "most_per_hour": "changes within an hour, of all plans",
    "share_per_hour": "per cent of the tenant's people whom all plans of an hour may touch",
    "share_from": "so many people are touched before shares count",
    "failures": "failed steps at which the breaker goes, when they are also",
    "failures_share": "such a per cent",
    "failures_of": "of so many last steps",
    "windows": "when changes are made, by weekday and time of day; none: always",
    "zone": "the time zone whose clocks the windows go by",
    "protected_accounts": "ids of accounts that no plan touches, for example those that break glass",
    "protected_permissions": "keys of permissions that no plan touches",
    "four_eyes": "what takes a second person besides power over the tenant, which always does",
    "easing": "what of it an administrator wants to be without, while nobody else has agreed; it still holds",
    "approval_delay": "how long a plan that takes four eyes waits where nobody else could approve it",
}
WORDS = {
    Restorable.WHOLLY: "yes",
    Restorable.IN_PART: "in part",
    Restorable.NOT: "**no**",
    Restorable.NOTHING: "nothing to restore",
}


def proofs() -> str:
    """One row for each verb: what is read back, and who says that it is there."""
    head = "| step | what the tenant has to show | read from | source |\n|---|---|---|---|\n"
    return head + "".join(
        f"| `{verb.value}` | {row.looks_at} | {read_from(verb)} | <{row.source.partition(' ')[0]}> (2026) |\n"
        for verb, row in RESTORING.items()
    )


def read_from(verb: Verb) -> str:
    """Where a proof is read. Membership of the two mail kinds is proved by Exchange, which Graph may lag behind."""
    kind = RESTORING[verb].proof.value.capitalize()
    return f"{kind}; Exchange for mail groups" if verb in EXCHANGE else kind


EXCHANGE = frozenset({Verb.ADD_MEMBER, Verb.REMOVE_MEMBER, Verb.ADD_OWNER, Verb.REMOVE_OWNER})


def undos() -> str:
    """One row for each verb: whether it comes back."""
    head = "| step | comes back | what does, or why it does not | source |\n|---|---|---|---|\n"
    return head + "".join(
        f"| `{verb.value}` | {WORDS[row.restorable]} | {row.what} | <{row.source.partition(' ')[0]}> (2026) |\n"
        for verb, row in RESTORING.items()
    )


def order() -> str:
    """One row for each constraint."""
    head = "| first | then | why |\n|---|---|---|\n"
    return head + "".join(f"| {verbs(rule.first)} | {verbs(rule.then)} | {rule.why} |\n" for rule in CONSTRAINTS)


def obstacles() -> str:
    """One row for each thing that may stand in the way."""
    head = "| | what is in the way |\n|---|---|\n"
    return head + "".join(f"| `{one.value}` | {plain(words.HINDRANCE[one])} |\n" for one in Hindrance)


def effects() -> str:
    """One row for each thing that may happen besides."""
    head = "| | what happens besides |\n|---|---|\n"
    return head + "".join(f"| `{one.value}` | {plain(words.CONSEQUENCE[one])} |\n" for one in Consequence)


def guards() -> str:
    """One row for each guard, and who passes it."""
    head = "| | what is said | an emergency passes | an undo passes |\n|---|---|---|---|\n"
    urgent, back = passed_by(Cause.PERSON, Verb.BLOCK), passed_by(Cause.UNDO, Verb.ASSIGN_ROLE)
    return head + "".join(
        f"| `{one.value}` | {plain(words.GUARD[one])} | {yes(one in urgent)} | {yes(one in back)} |\n" for one in Guard
    )


def rails() -> str:
    """One row for each guard rail, with the standard."""
    head = "| rail | standard | meaning |\n|---|---|---|\n"
    return head + "".join(
        f"| `{one.name}` | {standard(getattr(Rails(), one.name))} | {RAILS[one.name]} |\n" for one in fields(Rails)
    )


def passed_by(cause: Cause, verb: Verb) -> frozenset[Guard]:
    """The guards that do not hold back a plan of a named administrator, on a day when everything speaks against it."""
    now = datetime(2026, 11, 25, 12, tzinfo=UTC)
    steps = tuple(Step(n, Change(verb, Subject(f"p{n}"), "role:x"), "", "") for n in range(20))
    plan = Plan(1, 1, cause, "", "maker", "", now, now, "", PlanState.PLANNED, steps)
    night = Window(days=(0,), begins=time(1), ends=time(2))
    strict = Rails(most_per_plan=1, most_per_hour=1, windows=(night,), protected_accounts=("p0",))
    bad = Standing(now, people=20, stopped=True, breaker=True, simulates=True, changed=5)
    permissions = {"role:x": PermissionKnown("role:x", Kind.ROLE, "X", privileged=True)}
    held: set[Guard] = set()
    for approvals, administrators in (((), 2), ((Approval("maker", now),), 2), ((), 1)):
        found = objections(
            plan,
            rails=strict,
            standing=replace(bad, administrators=administrators),
            permissions=permissions,
            approvals=approvals,
            by_administrator=True,
        )
        held |= {one.guard for one in found}
    return frozenset(Guard) - held


def plain(text: str) -> str:
    """A message with its placeholders as words."""
    return re.sub(r"\{(\w+)\}", r"*\1*", text)


def yes(is_so: bool) -> str:
    """A cell."""
    return "yes" if is_so else "no"


def standard(value: object) -> str:
    """A rail's standard value."""
    if isinstance(value, timedelta):
        return f"{value.total_seconds() / 3600:.0f} h"
    return f"{value:,}" if isinstance(value, int) else str(value) if value else "none"


def verbs(some: frozenset[Verb]) -> str:
    """Verbs in the order in which they are declared; all but a few by those that are left out."""
    if len(some) > len(Verb) // 2:
        left_out = ", ".join(f"`{verb.value}`" for verb in Verb if verb not in some)
        return f"everything but {left_out}"
    return ", ".join(f"`{verb.value}`" for verb in Verb if verb in some)


PARTS = {
    "proofs": proofs,
    "undos": undos,
    "order": order,
    "obstacles": obstacles,
    "effects": effects,
    "guards": guards,
    "rails": rails,
}


def page(path: Path) -> str:
    """A page with its tables replaced."""
    text = path.read_text(encoding="utf-8")
    for part, rows in PARTS.items():
        begin, end = f"<!-- {part} -->\n", f"<!-- end of {part} -->\n"
        if begin in text:
            before, rest = text.split(begin)
            text = before + begin + rows() + end + rest.split(end)[1]
    return text


if __name__ == "__main__":
    for one in (PROOF, UNDO, PLANS):
        one.write_text(page(one), encoding="utf-8")
