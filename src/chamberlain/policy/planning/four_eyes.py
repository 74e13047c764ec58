"""Which changes take a second person, and how somebody stops that they do.

Power over the tenant always takes one: directory roles, and what carries as much as they do. What administrators add to
that is taken away again by two of them, or, where there is only one, after the delay in which it can be noticed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from chamberlain.model.actor import Actor
from chamberlain.model.guard import Easing, Eyes, Rails, Standing
from chamberlain.model.kind import Family
from chamberlain.model.plan import Cause, Change, Plan
from chamberlain.model.situation import PermissionKnown
from chamberlain.model.verb import ACCESS_GIVING, Verb

MASS = 50  # more changes than these in one plan are many
_FAMILIES = {
    Family.GROUP: Eyes.GROUPS,
    Family.LICENCE: Eyes.LICENCES,
    Family.SERVICE_PLAN: Eyes.LICENCES,
    Family.APP_ROLE: Eyes.PRODUCTS,
}
_VERBS = {
    Verb.RESET_PASSWORD: Eyes.PASSWORDS,
    Verb.DELETE_USER: Eyes.DELETIONS,
    **dict.fromkeys(ACCESS_GIVING | {Verb.SET_FORWARDING}, Eyes.MAILBOXES),
}


def is_privileged(change: Change, *, permission: PermissionKnown | None) -> bool:
    """Whether a change moves power over the tenant, which always takes four eyes."""
    return change.verb.family is Family.ROLE or (permission is not None and permission.privileged)


def sort_of(change: Change) -> Eyes | None:
    """What a change is for those who choose; None for a directory role, about which there is nothing to choose.

    Whatever verb comes that nobody thought of here is one about the account.
    """
    family = change.verb.family
    if family is Family.ROLE:
        return None
    return _VERBS.get(change.verb) or (Eyes.ACCOUNTS if family is None else _FAMILIES.get(family, Eyes.ACCOUNTS))


def why_four_eyes(
    plan: Plan, *, rails: Rails, standing: Standing, permissions: Mapping[str, PermissionKnown]
) -> tuple[str, ...]:
    """Why somebody other than its maker has to agree to it; empty where nobody has to. `power`, or what was chosen.

    What ends by itself was agreed to when it was given, and nobody has to agree again that it ends.
    """
    chosen = in_force(rails, now=standing.now, administrators=standing.administrators)
    taking = [step.change for step in plan.steps if any(_reasons(step.change, permissions, chosen))]
    if plan.cause is Cause.EXPIRY and not any(change.verb.gives for change in taking):
        return ()
    found = {reason for change in taking for reason in _reasons(change, permissions, chosen)}
    if Eyes.MASS in chosen and len(plan.steps) > MASS and plan.cause is not Cause.UNDO:
        found.add(Eyes.MASS.value)
    return tuple(sorted(found))


def in_force(rails: Rails, *, now: datetime, administrators: int) -> frozenset[Eyes]:
    """What takes a second person now: what was chosen, also while somebody alone wants it otherwise."""
    over = {one.what for one in rails.easing if administrators < 2 and now >= one.until}
    return frozenset(rails.four_eyes) - over


def choose(
    rails: Rails,
    *,
    more: frozenset[Eyes] = frozenset(),
    less: frozenset[Eyes] = frozenset(),
    by: Actor,
    now: datetime,
    administrators: int,
) -> Rails:
    """The rails with more that takes a second person, and with less, once that was agreed to.

    What somebody wants to be without falls away when another one wants so, too; where nobody else could, after the
    delay. Wanting it again ends the wish.
    """
    held = in_force(rails, now=now, administrators=administrators)
    waiting = {one.what: one for one in rails.easing if one.what in held - more}
    gone: set[Eyes] = set()
    for what in (less & held) - more:
        before = waiting.get(what)
        if before is None:
            until = now + max(rails.approval_delay, timedelta(0))
            waiting[what] = Easing(what, by.id, by.name, now, until)
        elif before.by != by.id:
            gone.add(what)
    easing = tuple(waiting[what] for what in sorted(waiting) if what not in gone)
    found = replace(rails, four_eyes=tuple(sorted((held | more) - gone)), easing=easing)
    left = in_force(found, now=now, administrators=administrators)
    return replace(found, four_eyes=tuple(sorted(left)), easing=tuple(one for one in easing if one.what in left))


def name_all(rails: Rails, *, named: frozenset[Eyes], by: Actor, now: datetime, administrators: int) -> Rails:
    """The rails with all that is named to take a second person, and without the rest, once that was agreed to.

    Naming what somebody else wants to be without is no wish: theirs goes on.
    """
    held = in_force(rails, now=now, administrators=administrators)
    return choose(rails, more=named - held, less=held - named, by=by, now=now, administrators=administrators)


def _reasons(change: Change, permissions: Mapping[str, PermissionKnown], chosen: frozenset[Eyes]) -> Iterator[str]:
    if is_privileged(change, permission=permissions.get(change.permission)):
        yield "power"
    sort = sort_of(change)
    if sort is not None and sort in chosen:
        yield sort.value
