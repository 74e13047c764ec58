"""Whether a plan may run now: every reason against it, and when the reason ends by itself."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

from chamberlain.model.guard import Approval, Guard, Objection, Rails, Standing
from chamberlain.model.plan import DONE_STEPS, Cause, Plan, Step, StepState, SubjectType
from chamberlain.model.situation import PermissionKnown
from chamberlain.model.verb import EMERGENCY
from chamberlain.policy.planning.four_eyes import why_four_eyes
from chamberlain.policy.planning.windows import is_open, opens_at

_OVER = DONE_STEPS | {StepState.SKIPPED}
_HUNDRED = 100


def objections(
    plan: Plan,
    *,
    rails: Rails,
    standing: Standing,
    permissions: Mapping[str, PermissionKnown],
    approvals: Sequence[Approval] = (),
    by_administrator: bool = False,
) -> tuple[Objection, ...]:
    """Everything that speaks against running it, or going on with it, now; empty where it may.

    by_administrator  whether a named administrator started it, in person: only then may it be an emergency
    """
    left = [step for step in plan.steps if step.state not in _OVER]
    found = [*_halted(standing), *_protected(left, rails), *_size(plan, rails, standing, permissions)]
    if not is_emergency(plan, by_administrator=by_administrator):
        found += [
            *_breaker(standing),
            *_window(rails, standing),
            *_second(plan, rails, standing, permissions, approvals),
        ]
        if plan.cause is not Cause.UNDO:  # what was let out within an hour may be taken back within the same
            found += _hour(left, rails, standing)
    return tuple(found)


def is_emergency(plan: Plan, *, by_administrator: bool) -> bool:
    """Whether it only locks people out, and somebody with a name wants it: then it does not wait."""
    verbs = {step.change.verb for step in plan.steps}
    return bool(verbs) and verbs <= EMERGENCY and by_administrator and plan.cause is Cause.PERSON


def trips(outcomes: Sequence[bool], *, rails: Rails) -> bool:
    """Whether so much went wrong that nobody may write until a person looked.

    outcomes  of the latest steps of all plans of the tenant, whether each was done
    """
    latest = outcomes[-rails.failures_of :]
    failed = sum(not done for done in latest)
    return failed >= rails.failures and failed * _HUNDRED >= rails.failures_share * len(latest)


def room(rails: Rails, *, standing: Standing) -> int:
    """How many more changes this hour has room for."""
    return max(0, rails.most_per_hour - standing.changed)


def people_in(steps: Iterable[Step], *, permissions: Mapping[str, PermissionKnown]) -> int:
    """How many people steps touch: those they name, and the members of groups that they name."""
    subjects = {step.change.subject for step in steps}
    groups = (permissions.get(one.key) for one in subjects if one.type is SubjectType.GROUP)
    named = sum(1 for one in subjects if one.type is SubjectType.ACCOUNT)
    return named + sum(group.members or 0 for group in groups if group is not None)


def _halted(standing: Standing) -> Iterator[Objection]:
    """What nobody passes."""
    if standing.stopped:
        yield Objection(Guard.STOPPED)
    if standing.simulates:
        yield Objection(Guard.SIMULATION)


def _breaker(standing: Standing) -> Iterator[Objection]:
    if standing.breaker:
        yield Objection(Guard.BREAKER)


def _protected(steps: Sequence[Step], rails: Rails) -> Iterator[Objection]:
    """Who became protected after the plan was made is protected from it as well."""
    accounts, permissions = frozenset(rails.protected_accounts), frozenset(rails.protected_permissions)
    for step in steps:
        touched = {step.change.permission, step.change.options.instead_of, step.change.subject.key}
        if step.change.subject.guid in accounts:
            yield Objection(Guard.PROTECTED, {"step": str(step.number), "what": step.subject_name})
        if touched & permissions:
            yield Objection(Guard.PROTECTED, {"step": str(step.number), "what": step.permission_name})


def _size(
    plan: Plan, rails: Rails, standing: Standing, permissions: Mapping[str, PermissionKnown]
) -> Iterator[Objection]:
    """The whole plan counts, also what of it is done: a plan that is run in parts is no smaller."""
    if len(plan.steps) > rails.most_per_plan:
        values = {"changes": str(len(plan.steps)), "most": str(rails.most_per_plan)}
        yield Objection(Guard.TOO_MANY_IN_PLAN, values)
    people = people_in(plan.steps, permissions=permissions)
    if _is_too_much(people, standing.people, rails.share_per_plan, rails):
        values = {"people": str(people), "of": str(standing.people), "most": str(rails.share_per_plan)}
        yield Objection(Guard.TOO_MUCH_OF_TENANT, values)


def _hour(left: Sequence[Step], rails: Rails, standing: Standing) -> Iterator[Objection]:
    until = standing.room_at if standing.changed else None
    if standing.changed + len(left) > rails.most_per_hour:
        values = {"changes": str(standing.changed), "more": str(len(left)), "most": str(rails.most_per_hour)}
        yield Objection(Guard.TOO_MANY_IN_HOUR, values, until, rails.zone)
    mine = {step.change.subject.guid for step in left if step.change.subject.type is SubjectType.ACCOUNT}
    people = len(standing.touched | mine)
    if _is_too_much(people, standing.people, rails.share_per_hour, rails):
        values = {"people": str(people), "of": str(standing.people), "most": str(rails.share_per_hour)}
        yield Objection(Guard.TOO_MUCH_IN_HOUR, values, until, rails.zone)


def _is_too_much(people: int, of: int, share: int, rails: Rails) -> bool:
    return people >= rails.share_from and people * _HUNDRED > share * of


def _window(rails: Rails, standing: Standing) -> Iterator[Objection]:
    if not is_open(rails.windows, now=standing.now, zone=rails.zone):
        until = opens_at(rails.windows, now=standing.now, zone=rails.zone)
        yield Objection(Guard.OUTSIDE_WINDOW, until=until, zone=rails.zone)


def _second(
    plan: Plan,
    rails: Rails,
    standing: Standing,
    permissions: Mapping[str, PermissionKnown],
    approvals: Sequence[Approval],
) -> Iterator[Objection]:
    """Power over the tenant is moved by two; where there is only one, after a delay in which it can be noticed.

    Whoever is alone must not hurry a plan by shortening the delay afterwards: the one of when it was made counts, too.
    """
    why = why_four_eyes(plan, rails=rails, standing=standing, permissions=permissions)
    if not why or any(one.by != plan.made_by for one in approvals):
        return
    values = {"sorts": ",".join(why)}
    if standing.administrators < 2:
        until = plan.made_at + max(rails.approval_delay, plan.approval_delay or timedelta(0), timedelta(0))
        if standing.now < until:
            yield Objection(Guard.NEEDS_DELAY, values, until, rails.zone)
    elif approvals:
        yield Objection(Guard.APPROVED_BY_MAKER)
    else:
        yield Objection(Guard.NEEDS_SECOND_PERSON, values)
