"""What changes cost of Microsoft's write quota."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

from chamberlain.model.plan import Change
from chamberlain.model.situation import PermissionKnown
from chamberlain.model.verb import OF_MAILBOX, Verb
from chamberlain.policy.planning.needs import MAIL_KINDS

# source  https://learn.microsoft.com/graph/api/group-post-members (2026): up to 20 members in one request
TOGETHER = 20
# source  https://learn.microsoft.com/graph/throttling-limits (2026): 3,000 writes in 150 seconds
BURST, EACH_SECOND = 3_000, 20
_MEMBERSHIP = frozenset({Verb.ADD_MEMBER, Verb.REMOVE_MEMBER, Verb.ADD_OWNER, Verb.REMOVE_OWNER})


def units(change: Change, *, permission: PermissionKnown | None) -> int:
    """Write units of one change sent alone; what Exchange or a mailbox carries costs none of them."""
    if change.verb in OF_MAILBOX:
        return 0
    if change.verb in _MEMBERSHIP and permission is not None and permission.kind in MAIL_KINDS:
        return 0
    return 1


def least_units(changes: Iterable[tuple[Change, int]]) -> int:
    """Write units of many changes, where those who join one group share requests.

    changes  with what each costs alone
    """
    joining: Counter[str] = Counter()
    alone = 0
    for change, cost in changes:
        if change.verb is Verb.ADD_MEMBER and cost:
            joining[change.permission] += 1
        else:
            alone += cost
    return alone + sum(-(-count // TOGETHER) for count in joining.values())


def least_time(cost: int) -> timedelta:
    """How long so many write units take at least, from a quota that is full."""
    return timedelta(seconds=max(0, cost - BURST) / EACH_SECOND)
