"""Which groups an account enters or leaves by their rules, because of what a change sets."""

from collections.abc import Iterator

from chamberlain.model.effect import Consequence, Effect
from chamberlain.model.kind import Family
from chamberlain.model.path import Link
from chamberlain.model.plan import Change, Fact, SubjectType
from chamberlain.model.situation import PermissionKnown, Situation
from chamberlain.model.verb import Verb
from chamberlain.policy.planning.exchange_filter import is_filtered, reads
from chamberlain.policy.planning.membership_rule import is_member, speaks_of
from chamberlain.policy.planning.reach import Above

_LICENCES = frozenset({"assignedplans", "assignedlicenses"})


def by_rule(change: Change, *, above: Above, situation: Situation) -> tuple[Effect, ...]:
    """What rules make of the change. Microsoft follows within minutes to hours, so it is a consequence and no step."""
    names = touched(change)
    return tuple(_moved(change, _sets(change), names, above, situation)) if names else ()


def touched(change: Change) -> frozenset[str]:
    """Properties of a person that a change alters, in small letters: a rule that reads one of them may move them."""
    if change.subject.type is SubjectType.GROUP:
        return frozenset()
    licences = _LICENCES if change.verb.family is Family.LICENCE else frozenset()
    return licences | {name.lower() for name in _sets(change)}


def _sets(change: Change) -> dict[str, Fact]:
    """Properties that rules may read, with what they will be."""
    match change.verb:
        case Verb.UPDATE_USER:
            return dict(change.options.properties)
        case Verb.CREATE_USER:
            return {"accountEnabled": True, "userType": "Member", **change.options.properties}
        case Verb.ENABLE:
            return {"accountEnabled": True}
        case Verb.BLOCK:
            return {"accountEnabled": False}
        case _:
            return {}


def _moved(
    change: Change, set_now: dict[str, Fact], names: frozenset[str], above: Above, situation: Situation
) -> Iterator[Effect]:
    account = situation.accounts.get(change.subject.guid)
    known: dict[str, Fact] = dict(account.properties) if account else {}
    if account is not None:
        known = {"accountEnabled": account.enabled, **known}
    inside = {edge.permission for edge in above.held(change.subject)}
    later = {**known, **set_now}
    for group in situation.permissions.values():
        if group.rule is not None and is_filtered(group) and reads(group.rule) & names:
            yield Effect(Consequence.MAY_MOVE_BY_RULE, _link(group), values={"rule": group.rule})
        if group.rule is None or is_filtered(group) or not speaks_of(group.rule) & names:
            continue
        # Nobody knows what else Microsoft has of an account that it has already; one that is new has nothing else.
        unset = dict.fromkeys(speaks_of(group.rule)) if change.verb is Verb.CREATE_USER else {}
        will_be = is_member(group.rule, properties={**unset, **later})
        if will_be is None:
            yield Effect(Consequence.MAY_MOVE_BY_RULE, _link(group), values={"rule": group.rule})
        elif will_be is not (group.key in inside):
            moves = Consequence.ENTERS_BY_RULE if will_be else Consequence.LEAVES_BY_RULE
            yield Effect(moves, _link(group), values={"rule": group.rule})


def _link(group: PermissionKnown) -> Link:
    return Link(group.key, group.kind, group.name)
