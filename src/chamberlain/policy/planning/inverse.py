"""Which changes put back what a step did, from what was seen before it and after it."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from chamberlain.model.plan import Change, Facts, Options, Subject
from chamberlain.model.verb import OF_MAILBOX, Verb
from chamberlain.policy.planning.facts import read_moment
from chamberlain.policy.planning.mailbox_inverse import mailbox_inverse

# What was seen before, and the verb that brings it back when the step altered it.
_OPPOSITES: dict[Verb, tuple[str, bool, Verb]] = {
    Verb.ADD_MEMBER: ("member", False, Verb.REMOVE_MEMBER),
    Verb.REMOVE_MEMBER: ("member", True, Verb.ADD_MEMBER),
    Verb.ADD_OWNER: ("owner", False, Verb.REMOVE_OWNER),
    Verb.REMOVE_OWNER: ("owner", True, Verb.ADD_OWNER),
    Verb.ASSIGN_APP_ROLE: ("assigned", False, Verb.REMOVE_APP_ROLE),
    Verb.REMOVE_APP_ROLE: ("assigned", True, Verb.ASSIGN_APP_ROLE),
    Verb.ENABLE: ("enabled", False, Verb.BLOCK),
    Verb.BLOCK: ("enabled", True, Verb.ENABLE),
    Verb.DELETE_USER: ("exists", True, Verb.RESTORE_USER),
    Verb.RESTORE_USER: ("exists", False, Verb.DELETE_USER),
}
_ROLES = {
    Verb.ASSIGN_ROLE: ("assigned", Verb.ASSIGN_ROLE, Verb.REMOVE_ROLE),
    Verb.REMOVE_ROLE: ("assigned", Verb.ASSIGN_ROLE, Verb.REMOVE_ROLE),
    Verb.MAKE_ELIGIBLE: ("eligible", Verb.MAKE_ELIGIBLE, Verb.END_ELIGIBLE),
    Verb.END_ELIGIBLE: ("eligible", Verb.MAKE_ELIGIBLE, Verb.END_ELIGIBLE),
}

# What Graph sets and never clears again.
# source  https://learn.microsoft.com/graph/api/resources/user, properties (2026): "cannot be cleared during updates"
NEVER_CLEARED = frozenset({"displayName"})


def inverse(change: Change, *, before: Facts, seen: Facts, now: datetime) -> tuple[Change, ...]:
    """What to do so that the tenant shows `before` again; empty where it cannot, or needs not, be put back.

    seen  what was read back as the proof of the step
    now   a right that would have ended meanwhile is not given back
    """
    verb = change.verb
    if verb in _OPPOSITES:
        name, was, back = _OPPOSITES[verb]
        return (_back(change, back),) if before.get(name) is was else ()
    if verb in _ROLES:
        return _role(change, before, now)
    match verb:
        case Verb.ASSIGN_LICENCE | Verb.REMOVE_LICENCE | Verb.SET_PLANS:
            return _licence(change, before, held_now=verb is not Verb.REMOVE_LICENCE)
        case Verb.SWAP_LICENCE:
            return _swap(change, before)
        case Verb.CREATE_USER:
            return _created(seen) if before.get("exists") is False else ()
        case Verb.UPDATE_USER:
            return _updated(change, before)
        case _:
            return mailbox_inverse(change, before=before) if verb in OF_MAILBOX else ()


def _back(change: Change, verb: Verb) -> Change:
    """What takes something has no end; and what is given back has the end that it had, which is not known here."""
    return replace(change, verb=verb, options=replace(change.options, ends=None, ends_by_us=False))


def _role(change: Change, before: Facts, now: datetime) -> tuple[Change, ...]:
    held, give, take = _ROLES[change.verb]
    if before.get(held) is False:
        return () if change.verb is take else (replace(change, verb=take, options=Options(scope=change.options.scope)),)
    if before.get(held) is not True:
        return ()
    ends = read_moment(before.get("ends"))
    if ends is not None and ends <= now:
        return ()
    return (replace(change, verb=give, options=Options(scope=change.options.scope, ends=ends)),)


def _licence(change: Change, before: Facts, *, held_now: bool) -> tuple[Change, ...]:
    if before.get("assigned") is True:
        verb = Verb.SET_PLANS if held_now else Verb.ASSIGN_LICENCE
        return (replace(change, verb=verb, options=Options(disabled_plans=_ids(before, "disabled_plans"))),)
    if before.get("assigned") is False and held_now:
        return (replace(change, verb=Verb.REMOVE_LICENCE, options=Options()),)
    return ()


def _swap(change: Change, before: Facts) -> tuple[Change, ...]:
    """The other way round in one request, as a swap is, where both sides of it were altered."""
    had, has = before.get("other_assigned") is True, before.get("assigned")
    other = Options(disabled_plans=_ids(before, "other_disabled_plans"))
    back = replace(change, permission=change.options.instead_of, options=other)
    if had and has is False:
        return (replace(back, options=replace(other, instead_of=change.permission)),)
    rest = _licence(change, before, held_now=True)
    return (replace(back, verb=Verb.ASSIGN_LICENCE), *rest) if had else rest


def _created(seen: Facts) -> tuple[Change, ...]:
    """Only whom we saw created is deleted, by id: a name may be somebody else's by now."""
    guid = seen.get("guid")
    try:
        return (Change(Verb.DELETE_USER, Subject(str(UUID(str(guid))))),)
    except ValueError:
        return ()


def _updated(change: Change, before: Facts) -> tuple[Change, ...]:
    known = {name: before[name] for name in change.options.properties if name in before}
    was = {name: value for name, value in known.items() if not isinstance(value, tuple)}
    differing = {name: value for name, value in was.items() if value != change.options.properties[name]}
    differing = {name: value for name, value in differing.items() if value is not None or name not in NEVER_CLEARED}
    return (replace(change, options=Options(properties=differing)),) if differing else ()


def _ids(before: Facts, name: str) -> tuple[str, ...]:
    found = before.get(name)
    return found if isinstance(found, tuple) else ()
