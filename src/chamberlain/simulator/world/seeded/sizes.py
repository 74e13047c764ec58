"""How many users each group holds: a few large groups, a long tail, and the sizes that break naive readers."""

from array import array
from collections.abc import Mapping

from chamberlain.simulator.world.seeded.permutation import Draws

EVERYONE = 0
ALL_COMPANY = 1
EXACTLY_AT_EXPAND_LIMIT = 12
JUST_ABOVE_EXPAND_LIMIT = 13
BLOCK = 20
EMPTY_OFFSET = 14
ROLE_ASSIGNABLE_OFFSET = 19
LICENCE_GROUP_SHARES = {4: 0.30, 5: 0.10, 24: 0.15, 25: 0.05}
"""Groups that hand out licences, with the share of all users that they should hold."""

_SIZE_STREAM = 10


def _fixed(users: int, groups: int, memberships: int) -> dict[int, int]:
    """Sizes that do not depend on chance, as far as the wanted number of memberships has room for them."""
    wanted = {EXACTLY_AT_EXPAND_LIMIT: 20, JUST_ABOVE_EXPAND_LIMIT: 21}
    wanted |= dict.fromkeys(range(EMPTY_OFFSET, groups, 3 * BLOCK), 0)
    wanted |= dict.fromkeys(range(ROLE_ASSIGNABLE_OFFSET, groups, BLOCK), 5)
    scale = min(1.0, 0.25 * memberships / (users * sum(LICENCE_GROUP_SHARES.values()) or 1))
    wanted |= {group: int(users * share * scale) for group, share in LICENCE_GROUP_SHARES.items()}
    if users <= 0.3 * memberships:
        wanted |= {EVERYONE: users, ALL_COMPANY: users * 6 // 10}
    left = memberships
    sizes = {}
    for group, size in wanted.items():
        if group < groups:
            sizes[group] = min(size, users, left)
            left -= sizes[group]
    return sizes


def _share_out(sizes: "array[int]", weights: Mapping[int, float], *, room: int, left: int) -> int:
    """Give `left` memberships to the groups of `weights`, none above `room`; what found no room comes back."""
    open_groups = dict(weights)
    while left and open_groups:
        total = sum(open_groups.values())
        portion = left / total
        given = 0
        for group, weight in list(open_groups.items()):
            more = min(room - sizes[group], max(1, int(weight * portion)), left - given)
            sizes[group] += more
            given += more
            if sizes[group] == room:
                del open_groups[group]
        left -= given
    return left


def group_sizes(draws: Draws, *, users: int, groups: int, memberships: int) -> "array[int]":
    """Users in each group. They add up to `memberships` exactly, unless there is no room for so many."""
    sizes = array("Q", bytes(8 * groups))
    fixed = _fixed(users, groups, memberships)
    for group, size in fixed.items():
        sizes[group] = size
    weights = {
        group: ((draws.draw(_SIZE_STREAM, group) % 10_000 + 1) / 10_000) ** -0.8
        for group in range(groups)
        if group not in fixed
    }
    left = _share_out(sizes, weights, room=users, left=memberships - sum(fixed.values()))
    growable = {group: 1.0 for group in (ALL_COMPANY, *LICENCE_GROUP_SHARES) if group in fixed and fixed[group] < users}
    _share_out(sizes, growable, room=users, left=left)
    return sizes
