"""From wishes to a plan: what can be done, in order, with everything that a reader has to know; and what cannot."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from chamberlain.model.effect import Consequence, Effect
from chamberlain.model.obstacle import Obstacle
from chamberlain.model.plan import Barred, Because, Cause, Change, Reason, Restorable, Step
from chamberlain.model.situation import Situation
from chamberlain.model.verb import Verb
from chamberlain.policy.planning.barring import barring
from chamberlain.policy.planning.by_rule import by_rule
from chamberlain.policy.planning.cost import units
from chamberlain.policy.planning.effects import effects, link_of
from chamberlain.policy.planning.facts import expected
from chamberlain.policy.planning.fingerprint import fingerprint
from chamberlain.policy.planning.mailbox_effects import mailbox_after
from chamberlain.policy.planning.mailbox_licence import has_licence
from chamberlain.policy.planning.mailbox_obstacles import other_name
from chamberlain.policy.planning.needs import MAIL_KINDS, scopes_for
from chamberlain.policy.planning.obstacles import name_of
from chamberlain.policy.planning.order import in_order, waits
from chamberlain.policy.planning.reach import Above, reach
from chamberlain.policy.planning.restoring import RESTORING
from chamberlain.policy.planning.service_plans import plan_effects
from chamberlain.policy.planning.terms import ends_by_us

_MOVES = {Consequence.ENTERS_BY_RULE: Verb.ADD_MEMBER, Consequence.LEAVES_BY_RULE: Verb.REMOVE_MEMBER}


@dataclass(frozen=True, slots=True)
class Draft:
    """Steps in an order that respects what has to come first, and what cannot be done."""

    steps: tuple[Step, ...]
    barred: tuple[Barred, ...]

    @property
    def fingerprint(self) -> str:
        """Of all that somebody agrees to."""
        return fingerprint(self.steps, self.barred)


def draft(changes: Iterable[Change], *, situation: Situation, cause: Cause = Cause.PERSON) -> Draft:
    """What the wishes come to. The same wishes in the same situation are the same draft."""
    above = Above.of(situation.edges)
    wishes = [_fitting(change, situation) for change in _once(changes)]
    barred = barring(wishes, situation=situation, above=above)
    kept = [place for place in range(len(wishes)) if place not in barred]
    steps = _steps(in_order(wishes[place] for place in kept), situation, above, cause)
    return Draft(steps, tuple(_barred(wishes[place], found, situation) for place, found in sorted(barred.items())))


def _once(changes: Iterable[Change]) -> list[Change]:
    """A wish that is said twice is one; they cannot be hashed, for they hold mappings."""
    found: list[Change] = []
    seen: dict[tuple[str, str, str], list[Change]] = {}
    for change in changes:
        alike = seen.setdefault((change.verb.value, change.subject.key, change.permission), [])
        if change not in alike:
            alike.append(change)
            found.append(change)
    return found


def _fitting(change: Change, situation: Situation) -> Change:
    """Where the tenant cannot end it by itself, we will have to."""
    if not ends_by_us(change, premium=situation.premium):
        return change
    return replace(change, options=replace(change.options, ends_by_us=True))


def _steps(changes: Sequence[Change], situation: Situation, above: Above, cause: Cause) -> tuple[Step, ...]:
    after = waits(changes, permissions=situation.permissions, above=above)
    because = (Because(Reason.RESTORES if cause is Cause.UNDO else Reason.ASKED),)
    unowned = {key for key, known in situation.permissions.items() if known.owners == 0}
    seats = Counter({key: known.used for key, known in situation.permissions.items() if known.seats is not None})
    steps = []
    for place, change in enumerate(changes):
        by_rules = by_rule(change, above=above, situation=situation)
        then = _then(above, change, by_rules)
        besides = effects(change, before=above, after=then, situation=situation)
        last = _last_seats(change, above, then, seats, situation)
        licensing = tuple(plan_effects(change, before=above, after=then, situation=situation))
        first_owner = _first_owner(change, unowned, situation)
        permission = situation.permissions.get(change.permission)
        earlier = [changes[one].verb.value for one in sorted(after[place])]
        needed = (Because(Reason.WAITS, {"for": ", ".join(dict.fromkeys(earlier))}),) if earlier else ()
        steps.append(
            Step(
                number=place + 1,
                change=change,
                subject_name=_called(change, situation),
                permission_name=permission.name if permission else other_name(change, situation=situation),
                after=frozenset(one + 1 for one in after[place]),
                expected=expected(change),
                reasons=because + needed,
                effects=_distinct(besides, by_rules, last, licensing, first_owner),
                units=units(change, permission=permission),
                needs=scopes_for(change, permission=permission),
                restorable=_restorable(change, situation, above) if not first_owner else Restorable.NOT,
            )
        )
        above, situation = then, mailbox_after(change, situation=situation)
    return tuple(steps)


def _restorable(change: Change, situation: Situation, above: Above) -> Restorable:
    """Who comes from an on-premises directory can be brought back here, and only goes again there. A mailbox that no
    licence carries can be shared, and is somebody's own again only with one; a licence is given again only with a usage
    location.
    """
    if change.verb is Verb.MAKE_SHARED and not has_licence(above, change.subject, situation):
        return Restorable.NOT
    account = situation.accounts.get(change.subject.guid)
    if change.verb in (Verb.REMOVE_LICENCE, Verb.SWAP_LICENCE) and account is not None and not account.usage_location:
        return Restorable.NOT
    if change.verb is Verb.RESTORE_USER and account is not None and account.synced:
        return Restorable.NOT
    return RESTORING[change.verb].restorable


def _first_owner(change: Change, unowned: set[str], situation: Situation) -> tuple[Effect, ...]:
    """What is said of the first owner of a group that has none. Takes the group out of `unowned`.

    source  https://learn.microsoft.com/graph/api/group-delete-owners (2026): "Once owners are assigned to a group, the
            last owner (a user object) of the group cannot be removed"; Exchange lets mail groups go without
    """
    if change.verb is not Verb.ADD_OWNER or change.permission not in unowned:
        return ()
    unowned.discard(change.permission)
    if situation.permissions[change.permission].kind in MAIL_KINDS:
        return ()
    return (Effect(Consequence.FIRST_OWNER, link_of(change.permission, situation)),)


def _then(above: Above, change: Change, by_rules: Iterable[Effect]) -> Above:
    """The edges after a change and after Microsoft followed the rules of groups."""
    then = above.after(change)
    for effect in by_rules:
        verb = _MOVES.get(effect.consequence)
        if verb is not None and effect.link is not None:
            then = then.after(Change(verb, change.subject, effect.link.key))
    return then


def _last_seats(
    change: Change, before: Above, then: Above, used: Counter[str], situation: Situation
) -> tuple[Effect, ...]:
    """Licences of which this change takes the last seat, also through a group. Counts in `used` as it goes."""
    had, has = set(reach(before, change.subject)), set(reach(then, change.subject))
    found = []
    for key in sorted((had ^ has) & set(used)):
        used[key] += 1 if key in has else -1
        known = situation.permissions[key]
        if key in has and known.seats is not None and used[key] >= known.seats:
            which = Consequence.SEATS_USED_UP if used[key] == known.seats else Consequence.SEATS_SHORT
            found.append(Effect(which, link_of(key, situation), values={"seats": str(known.seats)}))
    return tuple(found)


def _distinct(*parts: Iterable[Effect]) -> tuple[Effect, ...]:
    """What a rule brings about is told as that, not again as a gain without a reason."""
    found: list[Effect] = []
    by_rule_moved = {one.link.key for part in parts for one in part if one.consequence in _MOVES and one.link}
    for one in (effect for part in parts for effect in part):
        is_told = one.consequence in (Consequence.GAINS, Consequence.LOSES) and one.link is not None
        if not (is_told and one.link is not None and one.link.key in by_rule_moved) and one not in found:
            found.append(one)
    return tuple(found)


def _called(change: Change, situation: Situation) -> str:
    if change.verb is Verb.CREATE_USER:
        properties = change.options.properties
        return str(properties.get("displayName") or properties.get("userPrincipalName") or "")
    return name_of(change.subject, situation)


def _barred(change: Change, found: tuple[Obstacle, ...], situation: Situation) -> Barred:
    known = situation.permissions.get(change.permission)
    what = known.name if known else change.permission or other_name(change, situation=situation)
    return Barred(change, _called(change, situation), what, found)
