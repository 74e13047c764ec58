"""What stands in the way of changes because of each other: seats, last owners, last administrators, opposites."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from chamberlain.model.kind import Kind
from chamberlain.model.obstacle import Help, Hindrance, Obstacle
from chamberlain.model.plan import Change, Subject, SubjectType
from chamberlain.model.situation import Situation
from chamberlain.model.verb import Verb
from chamberlain.policy.planning.mailbox_inverse import BACK
from chamberlain.policy.planning.mailbox_obstacles import conversions, other_of
from chamberlain.policy.planning.needs import MAIL_KINDS
from chamberlain.policy.planning.reach import Above, reach
from chamberlain.policy.planning.sensitive import GLOBAL_ADMINISTRATOR

_OPPOSITES = (
    (frozenset({Verb.ADD_MEMBER}), frozenset({Verb.REMOVE_MEMBER})),
    (frozenset({Verb.ADD_OWNER}), frozenset({Verb.REMOVE_OWNER})),
    (frozenset({Verb.ASSIGN_ROLE}), frozenset({Verb.REMOVE_ROLE})),
    (frozenset({Verb.MAKE_ELIGIBLE}), frozenset({Verb.END_ELIGIBLE})),
    (frozenset({Verb.ASSIGN_APP_ROLE}), frozenset({Verb.REMOVE_APP_ROLE})),
    (frozenset({Verb.ASSIGN_LICENCE, Verb.SWAP_LICENCE, Verb.SET_PLANS}), frozenset({Verb.REMOVE_LICENCE})),
    (frozenset({Verb.ENABLE}), frozenset({Verb.BLOCK})),
    (frozenset({Verb.RESTORE_USER, Verb.CREATE_USER}), frozenset({Verb.DELETE_USER})),
    *((frozenset({verb}), frozenset({back})) for verb, back in BACK.items()),
    (frozenset({Verb.SET_REPLIES}), frozenset({Verb.END_REPLIES})),
    (frozenset({Verb.SET_FORWARDING}), frozenset({Verb.END_FORWARDING})),
)
# Who is gone, locked out, or has a password that nobody knows, does not administrate any more.
_LOCKING_OUT = frozenset({Verb.BLOCK, Verb.DELETE_USER, Verb.RESET_PASSWORD})
_TAKING_ROLES = frozenset({Verb.REMOVE_ROLE, Verb.REMOVE_MEMBER})
_SEATED = frozenset({Verb.ASSIGN_LICENCE, Verb.SWAP_LICENCE})


def between(changes: Sequence[Change], *, situation: Situation, above: Above) -> dict[int, tuple[Obstacle, ...]]:
    """What bars changes that are fine by themselves, by their place. Only changes that may be done are asked about."""
    found: defaultdict[int, list[Obstacle]] = defaultdict(list)
    for part in (
        _contradictions(changes),
        _in_bin(changes, situation),
        _seats(changes, situation, above),
        _locations(changes, situation),
        _owners(changes, situation),
        _administrators(changes, situation, above),
        conversions(changes, situation=situation, above=above),
    ):
        for place, obstacle in part:
            found[place].append(obstacle)
    return {place: tuple(obstacles) for place, obstacles in found.items()}


def _contradictions(changes: Sequence[Change]) -> Iterator[tuple[int, Obstacle]]:
    """Who wants a thing and its opposite has to say which."""
    verbs: defaultdict[tuple[Subject, str, str], set[Verb]] = defaultdict(set)
    for change in changes:
        for key in _speaks_of(change):
            verbs[key].add(change.verb)
    for place, change in enumerate(changes):
        said = set().union(*(verbs[key] for key in _speaks_of(change)))
        is_opposed = any(said & one and said & other and change.verb in one | other for one, other in _OPPOSITES)
        if is_opposed or _swaps_with_itself(change):
            yield place, Obstacle(Hindrance.CONTRADICTION, Help.NAME_ONE)


def _swaps_with_itself(change: Change) -> bool:
    """It would take what it is to give, and find no seat to give it again."""
    return change.verb is Verb.SWAP_LICENCE and change.options.instead_of == change.permission


def _speaks_of(change: Change) -> tuple[tuple[Subject, str, str], ...]:
    return ((change.subject, change.permission or other_of(change), change.options.scope),)


def _in_bin(changes: Sequence[Change], situation: Situation) -> Iterator[tuple[int, Obstacle]]:
    """Who is in the bin has to come out of it first, in the same plan or before it."""
    restored = {change.subject.guid for change in changes if change.verb is Verb.RESTORE_USER}
    for place, change in enumerate(changes):
        account = situation.accounts.get(change.subject.guid)
        if account is None or not account.deleted or change.verb is Verb.DELETE_USER:
            continue
        if account.guid not in restored:
            yield place, Obstacle(Hindrance.DELETED, Help.RESTORE_FIRST, {"who": account.name})


def _seats(changes: Sequence[Change], situation: Situation, above: Above) -> Iterator[tuple[int, Obstacle]]:
    """Who comes first is served first, where seats that are given back in the same plan count as free."""
    free: dict[str, int] = {}
    for key, known in situation.permissions.items():
        if known.kind is Kind.LICENCE and known.seats is not None:
            free[key] = max(0, known.seats - known.used)
    given = Counter(_gives_back(change) for change in changes)
    for place, change in enumerate(changes):
        if change.verb not in _SEATED or change.permission not in free or _has_seat(change, above):
            continue
        if free[change.permission] + given[change.permission] > 0:
            free[change.permission] -= 1
            continue
        known = situation.permissions[change.permission]
        values = {"what": known.name, "seats": str(known.seats), "who": ", ".join(known.idle)}
        yield place, Obstacle(Hindrance.NO_SEATS, Help.RECLAIM_SEAT if known.idle else Help.FREE_SEAT, values)


def _gives_back(change: Change) -> str:
    if change.verb is Verb.REMOVE_LICENCE:
        return change.permission
    return change.options.instead_of if change.verb is Verb.SWAP_LICENCE else ""


def _has_seat(change: Change, above: Above) -> bool:
    """A group takes seats for its members, one by one and later; who holds the licence anyhow takes no second seat."""
    return change.subject.type is SubjectType.GROUP or change.permission in reach(above, change.subject)


def _locations(changes: Sequence[Change], situation: Situation) -> Iterator[tuple[int, Obstacle]]:
    """Microsoft licenses nobody without a country of use.

    source  https://learn.microsoft.com/graph/api/user-assignlicense (2026)
    """
    set_here = {
        change.subject.guid
        for change in changes
        if change.verb is Verb.UPDATE_USER and change.options.properties.get("usageLocation")
    }
    for place, change in enumerate(changes):
        account = situation.accounts.get(change.subject.guid)
        if change.verb not in _SEATED or account is None or change.subject.type is SubjectType.GROUP:
            continue
        if not account.usage_location and account.guid not in set_here:
            yield place, Obstacle(Hindrance.NO_USAGE_LOCATION, Help.SET_USAGE_LOCATION, {"who": account.name})


def _owners(changes: Sequence[Change], situation: Situation) -> Iterator[tuple[int, Obstacle]]:
    """Graph keeps the last owner of a group; those who would leave none behind are all named, for nobody is first.

    source  https://learn.microsoft.com/graph/api/group-delete-owners (2026)
    """
    added = Counter(change.permission for change in changes if change.verb is Verb.ADD_OWNER)
    removed = Counter(change.permission for change in changes if change.verb is Verb.REMOVE_OWNER)
    for place, change in enumerate(changes):
        known = situation.permissions.get(change.permission)
        if change.verb is not Verb.REMOVE_OWNER or known is None or known.owners is None:
            continue
        left = known.owners + added[known.key] - removed[known.key]
        if left <= 0 and known.kind not in MAIL_KINDS:
            yield place, Obstacle(Hindrance.LAST_OWNER, Help.NAME_ANOTHER, {"what": known.name})


def _administrators(changes: Sequence[Change], situation: Situation, above: Above) -> Iterator[tuple[int, Obstacle]]:
    """Somebody who may sign in has to stay Global Administrator, whatever a plan does to the others."""
    losing = [
        (place, change.subject.guid)
        for place, change in enumerate(changes)
        if change.subject.guid in situation.administrators and _ends_administration(change, above)
    ]
    losing += list(_groups_of_administrators(changes, situation, above))
    gone = {guid for _, guid in losing}
    if gone and not situation.administrators - gone:
        for place in sorted({place for place, _ in losing}):
            yield place, Obstacle(Hindrance.LAST_GLOBAL_ADMINISTRATOR, Help.NAME_ANOTHER)


def _ends_administration(change: Change, above: Above) -> bool:
    """Whether somebody does not administrate any more after it. Where we do not see the way, taking it counts."""
    if change.verb in _LOCKING_OUT:
        return True
    if change.verb not in _TAKING_ROLES:
        return False
    if GLOBAL_ADMINISTRATOR not in reach(above, change.subject):
        return change.permission == GLOBAL_ADMINISTRATOR
    return GLOBAL_ADMINISTRATOR not in reach(above.after(change), change.subject)


def _groups_of_administrators(
    changes: Sequence[Change], situation: Situation, above: Above
) -> Iterator[tuple[int, str]]:
    """A group that loses the role takes it from all who hold it through that group."""
    for place, change in enumerate(changes):
        if change.verb is not Verb.REMOVE_ROLE or change.permission != GLOBAL_ADMINISTRATOR:
            continue
        if change.subject.type is SubjectType.GROUP:
            after = above.after(change)
            for guid in sorted(situation.administrators):
                if GLOBAL_ADMINISTRATOR not in reach(after, Subject(guid)):
                    yield place, guid
