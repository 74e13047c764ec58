"""Everything that stands in the way of changes that are wished for together."""

from collections.abc import Sequence

from chamberlain.model.obstacle import Obstacle
from chamberlain.model.plan import Change
from chamberlain.model.situation import Situation
from chamberlain.policy.planning.obstacles import obstacles
from chamberlain.policy.planning.reach import Above
from chamberlain.policy.planning.together import between


def barring(
    changes: Sequence[Change], *, situation: Situation, above: Above | None = None
) -> dict[int, tuple[Obstacle, ...]]:
    """What bars each of them, by its place; those that may be done are missing.

    above  the situation's edges, where the caller has them ready
    """
    above = above or Above.of(situation.edges)
    barred: dict[int, tuple[Obstacle, ...]] = {}
    for place, change in enumerate(changes):
        if found := obstacles(change, situation=situation, above=above):
            barred[place] = found
    # What bars one may be what another one relied on: an owner who does not come, a seat that is not given back.
    while True:
        kept = [place for place in range(len(changes)) if place not in barred]
        more = between([changes[place] for place in kept], situation=situation, above=above)
        if not more:
            return barred
        barred |= {kept[place]: found for place, found in more.items()}
