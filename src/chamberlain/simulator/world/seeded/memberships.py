"""Who is in which group, from both ends, without a row in memory for any membership.

In every round a permutation lays out all users in a line, and groups take consecutive pieces of it. A piece never
crosses
from one round into the next, so nobody is twice in a group. From the group's end the piece is read; from the person's
end
the person's place in each round is computed and the group whose piece covers it is found by bisection."""

from array import array
from bisect import bisect_right

from chamberlain.simulator.world.seeded.permutation import Affine, Draws

_FACTOR_STREAM, _SHIFT_STREAM = 11, 12


class Memberships:
    """Direct memberships of users in groups of the given sizes."""

    __slots__ = ("_rounds", "_sizes", "_starts", "_users")

    def __init__(self, draws: Draws, *, users: int, sizes: "array[int]") -> None:
        self._users = users
        self._sizes = sizes
        self._starts = array("Q")
        place = 0
        for size in sizes:
            round_end = (place // users + 1) * users if users else 0
            if place + size > round_end:
                place = round_end
            self._starts.append(place)
            place += size
        self._rounds = [
            Affine.drawn(users, draws.draw(_FACTOR_STREAM, number), draws.draw(_SHIFT_STREAM, number))
            for number in range(-(-place // users) if users else 0)
        ]

    def size(self, group: int) -> int:
        """Users in a group."""
        return self._sizes[group]

    def total(self) -> int:
        """All direct memberships of users."""
        return sum(self._sizes)

    def members(self, group: int, start: int, stop: int) -> list[int]:
        """Users of a group from `start` to before `stop`."""
        stop = min(stop, self._sizes[group])
        if start >= stop:
            return []
        number, first = divmod(self._starts[group], self._users)
        size, factor, shift, _ = self._rounds[number]  # written out: a call for each of ten million takes its time
        return [(factor * place + shift) % size for place in range(first + start, first + stop)]

    def contains(self, group: int, user: int) -> bool:
        """Whether a user is in a group."""
        size = self._sizes[group]
        if not size:
            return False
        number, first = divmod(self._starts[group], self._users)
        return first <= self._rounds[number].inverse(user) < first + size

    def groups_of(self, user: int) -> list[int]:
        """Groups of a user, ascending."""
        found = []
        for number, layout in enumerate(self._rounds):
            place = number * self._users + layout.inverse(user)
            group = bisect_right(self._starts, place) - 1
            if place < self._starts[group] + self._sizes[group]:
                found.append(group)
        return found
