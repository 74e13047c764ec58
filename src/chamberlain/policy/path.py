"""How somebody comes to hold a permission: from direct edges and nesting to paths that a person can read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

MOST_PATHS = 20


@dataclass(frozen=True, slots=True)
class Chain:
    """Groups from the one that the account is a direct member of, outwards, to the one that is held."""

    groups: tuple[int, ...]
    since: datetime


def chains(*, direct: Mapping[int, datetime], outer: Mapping[int, Sequence[int]]) -> dict[int, tuple[Chain, ...]]:
    """Every group that an account is in, with every way into it: shortest first, never in circles.

    direct   groups that the account is a direct member of, with the time since when
    outer    for each group, the groups that it is a direct member of
    returns  at most MOST_PATHS chains per group; a group with that many is not followed further through more
    """
    found: dict[int, list[Chain]] = {}
    front = [Chain((group,), since) for group, since in direct.items()]
    while front:
        following: list[Chain] = []
        for chain in front:
            ways = found.setdefault(chain.groups[-1], [])
            if len(ways) == MOST_PATHS:
                continue
            ways.append(chain)
            following.extend(
                Chain((*chain.groups, wider), chain.since)
                for wider in outer.get(chain.groups[-1], ())
                if wider not in chain.groups
            )
        front = following
    return {group: tuple(ways) for group, ways in found.items()}
