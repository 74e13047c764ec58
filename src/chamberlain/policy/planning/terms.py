"""What ends by us: which rights Microsoft does not end by itself, and what takes each of them away."""

from chamberlain.model.plan import Change
from chamberlain.model.verb import Verb

# Microsoft ends roles by itself where it is licensed for that; groups, applications and licences it never does.
# source  https://learn.microsoft.com/graph/api/group-post-members,
#         https://learn.microsoft.com/graph/api/serviceprincipal-post-approleassignedto,
#         https://learn.microsoft.com/graph/api/user-assignlicense (2026): none of them takes an end
TAKES_AWAY: dict[Verb, Verb] = {
    Verb.ADD_MEMBER: Verb.REMOVE_MEMBER,
    Verb.ADD_OWNER: Verb.REMOVE_OWNER,
    Verb.ASSIGN_ROLE: Verb.REMOVE_ROLE,
    Verb.ASSIGN_APP_ROLE: Verb.REMOVE_APP_ROLE,
    Verb.ASSIGN_LICENCE: Verb.REMOVE_LICENCE,
}
TAKING = frozenset(TAKES_AWAY.values())
_ENDED_BY_ENTRA = frozenset({Verb.ASSIGN_ROLE, Verb.MAKE_ELIGIBLE})


def ends_by_us(change: Change, *, premium: bool) -> bool:
    """Whether it is ours to take away what a change gives for a time.

    premium  whether the tenant has Entra ID P2, with which roles end by themselves
    """
    if change.options.ends is None:
        return False
    if change.verb in _ENDED_BY_ENTRA:
        return not premium
    return change.verb in TAKES_AWAY


def can_end(verb: Verb) -> bool:
    """Whether what a verb gives may be given for a time: Microsoft ends it, or we take it away."""
    return verb in TAKES_AWAY or verb in _ENDED_BY_ENTRA


def place_of(change: Change) -> tuple[str, str, str, str]:
    """Which right a change gives or takes: holder, permission, the verb that takes it ("" where none does), scope."""
    verb = taken_by(change)
    scope = change.options.scope if verb is Verb.REMOVE_ROLE else "/"
    return change.subject.key, change.permission, verb.value if verb else "", scope


def taken_by(change: Change) -> Verb | None:
    """What takes away what a change gives, or takes; None where that is neither."""
    if change.verb in TAKING:
        return change.verb
    return TAKES_AWAY.get(change.verb)
