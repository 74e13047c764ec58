"""Which steps have to wait for which: constraints between verbs, not places in a list.

Every constraint leads from an earlier stage to a later one, so they cannot form a circle, and sorting by stage respects
all of them. Steps that no constraint joins may run side by side.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from chamberlain.model.kind import Relation
from chamberlain.model.plan import Change, Subject
from chamberlain.model.situation import PermissionKnown
from chamberlain.model.verb import OF_MAILBOX, Verb
from chamberlain.policy.planning.reach import Above, group, reach

# What is done to a mailbox while it is there; only a licence makes one somebody's own.
_SETTLING = OF_MAILBOX - {Verb.MAKE_PERSONAL}
_STAGES: tuple[frozenset[Verb], ...] = (
    frozenset({Verb.CREATE_USER, Verb.RESTORE_USER}),
    frozenset({Verb.BLOCK}),
    frozenset({Verb.RESET_PASSWORD}),
    frozenset({Verb.REVOKE_SESSIONS}),
    frozenset({Verb.UPDATE_USER}),
    frozenset({Verb.ADD_OWNER, Verb.ADD_MEMBER, Verb.ASSIGN_ROLE, Verb.MAKE_ELIGIBLE, Verb.ASSIGN_APP_ROLE}),
    _SETTLING,
    frozenset({Verb.REMOVE_OWNER, Verb.REMOVE_MEMBER, Verb.REMOVE_ROLE, Verb.END_ELIGIBLE, Verb.REMOVE_APP_ROLE}),
    frozenset({Verb.REMOVE_LICENCE}),
    frozenset({Verb.SWAP_LICENCE}),
    frozenset({Verb.ASSIGN_LICENCE, Verb.SET_PLANS}),
    frozenset({Verb.REPROCESS_LICENCES}),
    frozenset({Verb.MAKE_PERSONAL}),
    frozenset({Verb.ENABLE}),
    frozenset({Verb.DELETE_USER}),
)
STAGE: dict[Verb, int] = {verb: number for number, verbs in enumerate(_STAGES) for verb in verbs}

_BIRTH = frozenset({Verb.CREATE_USER, Verb.RESTORE_USER})
_LICENSING = frozenset({Verb.ASSIGN_LICENCE, Verb.SWAP_LICENCE, Verb.SET_PLANS})
_LEAVING = frozenset({Verb.REMOVE_OWNER, Verb.REMOVE_MEMBER, Verb.REMOVE_ROLE, Verb.END_ELIGIBLE, Verb.REMOVE_APP_ROLE})


@dataclass(frozen=True, slots=True)
class Constraint:
    """One thing has to be done before another to the same account or group. `why` is for people who read the docs."""

    first: frozenset[Verb]
    then: frozenset[Verb]
    why: str


CONSTRAINTS = (
    Constraint(_BIRTH, frozenset(Verb) - _BIRTH, "Whoever is not there cannot be changed."),
    Constraint(
        frozenset({Verb.BLOCK}),
        frozenset({Verb.RESET_PASSWORD, Verb.REVOKE_SESSIONS, Verb.REMOVE_LICENCE}) | _LEAVING,
        "Whoever may still sign in gets a new session at once, and sees what is being taken.",
    ),
    Constraint(
        frozenset({Verb.RESET_PASSWORD}),
        frozenset({Verb.REVOKE_SESSIONS, Verb.ENABLE}),
        "The old password would open a new session.",
    ),
    Constraint(
        frozenset({Verb.UPDATE_USER}),
        _LICENSING | {Verb.ADD_MEMBER},
        "A licence needs the usage location that is being set, also one that a group carries.",
    ),
    Constraint(
        _LEAVING,
        frozenset({Verb.REMOVE_LICENCE}),
        "What a licence carries, such as a mailbox, stays until nothing else needs it.",
    ),
    Constraint(
        _SETTLING,
        frozenset({Verb.REMOVE_LICENCE}),
        "A mailbox is settled while it is there, and stays without a licence only where it is shared by then.",
    ),
    Constraint(
        _LICENSING,
        frozenset({Verb.MAKE_PERSONAL}),
        "A mailbox that is somebody's own takes a licence.",
    ),
    Constraint(
        frozenset({Verb.REMOVE_LICENCE, Verb.REMOVE_MEMBER}),
        _LICENSING,
        "Plans of the old licence and the new one may exclude each other.",
    ),
    Constraint(
        _LICENSING | {Verb.REMOVE_LICENCE, Verb.REMOVE_MEMBER, Verb.ADD_MEMBER},
        frozenset({Verb.REPROCESS_LICENCES}),
        "Microsoft is to look again at what is there then.",
    ),
    Constraint(
        frozenset(Verb) - {Verb.ENABLE, Verb.DELETE_USER},
        frozenset({Verb.ENABLE}),
        "Whoever is let in again finds only what they are to have.",
    ),
    Constraint(
        frozenset(Verb) - {Verb.DELETE_USER},
        frozenset({Verb.DELETE_USER}),
        "Whoever is in the bin cannot be changed.",
    ),
)


def in_order(changes: Iterable[Change]) -> list[Change]:
    """The changes so that every one stands behind those it waits for; otherwise as they came."""
    known = list(changes)
    coming = _mailboxes_coming(known)
    late = STAGE[Verb.MAKE_PERSONAL]
    return sorted(
        known,
        key=lambda one: late if one.verb in _SETTLING and one.subject in coming else STAGE[one.verb],
    )


def waits(
    changes: Sequence[Change], *, permissions: Mapping[str, PermissionKnown], above: Above
) -> dict[int, frozenset[int]]:
    """For each change, by its place, the places of those that have to be done before it."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    _same_subject(changes, found)
    _owners(changes, found)
    _bridges(changes, above, found)
    _mailboxes(changes, permissions, found)
    _mailboxes_of_members(changes, above, found)
    _seats(changes, permissions, found)
    return {place: frozenset(found[place]) for place in range(len(changes))}


def _same_subject(changes: Sequence[Change], found: defaultdict[int, set[int]]) -> None:
    """Constraints hold between changes to one and the same; a user who is to be created is told by no id yet."""
    of: defaultdict[Subject, list[int]] = defaultdict(list)
    for place, change in enumerate(changes):
        if change.subject.guid:
            of[change.subject].append(place)
    for places in of.values():
        present = {changes[place].verb for place in places}
        for rule in CONSTRAINTS:
            if not (present & rule.first and present & rule.then):
                continue
            first = [place for place in places if changes[place].verb in rule.first]
            for then in (place for place in places if changes[place].verb in rule.then):
                found[then].update(first)


def _owners(changes: Sequence[Change], found: defaultdict[int, set[int]]) -> None:
    """A new owner comes before an old one goes: Graph keeps the last one.

    source  https://learn.microsoft.com/graph/api/group-delete-owners (2026): "the last owner ... can't be removed"
    """
    added: defaultdict[str, list[int]] = defaultdict(list)
    for place, change in enumerate(changes):
        if change.verb is Verb.ADD_OWNER:
            added[change.permission].append(place)
    for place, change in enumerate(changes):
        if change.verb is Verb.REMOVE_OWNER:
            found[place].update(added[change.permission])


def _bridges(changes: Sequence[Change], above: Above, found: defaultdict[int, set[int]]) -> None:
    """Whoever changes from one group to another that gives the same keeps it without a gap."""
    joining: defaultdict[Subject, list[int]] = defaultdict(list)
    for place, change in enumerate(changes):
        if change.verb is Verb.ADD_MEMBER:
            joining[change.subject].append(place)
    given: dict[str, frozenset[str]] = {}
    for place, change in enumerate(changes):
        if change.verb is not Verb.REMOVE_MEMBER:
            continue
        for join in joining.get(change.subject, ()):
            if _gives(change.permission, above, given) & _gives(changes[join].permission, above, given):
                found[place].add(join)


def _mailboxes_coming(changes: Sequence[Change]) -> frozenset[Subject]:
    """Who gets a licence, or may with a group, and loses none: their mailbox is there only after that."""
    gets = {one.subject for one in changes if one.verb in (Verb.ASSIGN_LICENCE, Verb.ADD_MEMBER)}
    loses = {one.subject for one in changes if one.verb in (Verb.REMOVE_LICENCE, Verb.REMOVE_MEMBER)}
    return frozenset(gets - loses)


def _mailboxes(
    changes: Sequence[Change], permissions: Mapping[str, PermissionKnown], found: defaultdict[int, set[int]]
) -> None:
    """A mailbox that comes back with a licence is changed after that."""
    coming = _mailboxes_coming(changes)
    bringing: defaultdict[Subject, set[int]] = defaultdict(set)
    for place, change in enumerate(changes):
        known = permissions.get(change.permission)
        carries = change.verb is Verb.ADD_MEMBER and known is not None and known.licensed
        if change.subject in coming and (carries or change.verb is Verb.ASSIGN_LICENCE):
            bringing[change.subject].add(place)
    for place, change in enumerate(changes):
        if change.verb in _SETTLING:
            found[place].update(bringing[change.subject])


def _mailboxes_of_members(changes: Sequence[Change], above: Above, found: defaultdict[int, set[int]]) -> None:
    """What a licence of a group carries is its members': their mailboxes are settled before it goes, and converted back
    once it has come, or they have come to it.
    """
    given, taken = _places(changes, _LICENSING), _places(changes, frozenset({Verb.REMOVE_LICENCE}))
    joined, coming = _places(changes, frozenset({Verb.ADD_MEMBER})), _mailboxes_coming(changes)
    for place, change in enumerate(changes):
        if change.verb not in OF_MAILBOX:
            continue
        joins = joined[change.subject]
        keys = {edge.permission for edge in above.held(change.subject) if edge.relation is Relation.MEMBER}
        groups = [group(key) for key in keys | {changes[join].permission for join in joins}]
        if change.verb is Verb.MAKE_PERSONAL:
            found[place].update(joins, *(given[one] for one in groups))
        elif change.subject not in coming:
            for end in set[int]().union(*(taken[one] for one in groups)):
                found[end].add(place)


def _places(changes: Sequence[Change], verbs: frozenset[Verb]) -> defaultdict[Subject, set[int]]:
    """Where these are done to each."""
    found: defaultdict[Subject, set[int]] = defaultdict(set)
    for place, change in enumerate(changes):
        if change.verb in verbs:
            found[change.subject].add(place)
    return found


def _gives(key: str, above: Above, known: dict[str, frozenset[str]]) -> frozenset[str]:
    if key not in known:
        known[key] = frozenset(reach(above, group(key)))
    return known[key]


def _seats(
    changes: Sequence[Change], permissions: Mapping[str, PermissionKnown], found: defaultdict[int, set[int]]
) -> None:
    """Where seats are short, each that is taken waits for one that is given back.

    A swap gives one back, too, but waits for none itself: two that wait for each other would never begin.
    """
    freed: defaultdict[str, list[int]] = defaultdict(list)
    taken: defaultdict[str, list[int]] = defaultdict(list)
    for place, change in enumerate(changes):
        if change.verb is Verb.REMOVE_LICENCE:
            freed[change.permission].append(place)
        elif change.verb is Verb.SWAP_LICENCE:
            freed[change.options.instead_of].append(place)
        elif change.verb is Verb.ASSIGN_LICENCE:
            taken[change.permission].append(place)
    for key, takers in taken.items():
        known = permissions.get(key)
        if known is None or known.seats is None:
            continue
        free = max(0, known.seats - known.used)
        for taker, giver in zip(takers[free:], freed[key], strict=False):
            found[taker].add(giver)
