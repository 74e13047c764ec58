"""Pure, keyed, invertible arithmetic: draws, identifiers and layouts that need no memory.

source  the finaliser of SplitMix64 (Steele, Lea, Flood 2014); Luby and Rackoff 1988 for the four-round network
"""

from collections.abc import Callable
from functools import lru_cache
from math import gcd
from typing import NamedTuple

MASK_64 = (1 << 64) - 1
MASK_61 = (1 << 61) - 1
MASK_62 = (1 << 62) - 1
GOLDEN_RATIO_64 = 0x9E3779B97F4A7C15
REMEMBERED = 1 << 17


def mix(value: int) -> int:
    """A 64-bit number in which every bit of `value` has left its mark."""
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & MASK_64
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & MASK_64
    return value ^ (value >> 31)


class Draws:
    """Repeatable random numbers, one stream for each question that the world asks."""

    __slots__ = ("_keys",)

    def __init__(self, seed: int) -> None:
        self._keys = tuple(mix(mix(seed & MASK_64) ^ (stream * GOLDEN_RATIO_64 & MASK_64)) for stream in range(64))

    def draw(self, stream: int, index: int) -> int:
        """64 bits that belong to (stream, index)."""
        # `mix`, written out: this is asked several times for every object of every page
        value = (self._keys[stream] + index * GOLDEN_RATIO_64) & MASK_64
        value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & MASK_64
        value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & MASK_64
        return value ^ (value >> 31)


class Guids:
    """(kind, index) <-> GUID: a four-round Feistel network over the 122 free bits of a version 4 UUID.

    encode  the GUID of an object, lower case; the last ones are remembered, since one person or licence is told of
            again and again, and computing a GUID takes twenty times as long
    """

    __slots__ = ("_keys", "encode")
    encode: Callable[[int, int], str]

    def __init__(self, draws: Draws) -> None:
        self._keys = tuple(draws.draw(63, number) for number in range(4))
        self.encode = lru_cache(maxsize=REMEMBERED)(self._computed)

    def _computed(self, kind: int, index: int) -> str:
        left, right = kind, index
        for key in self._keys:  # `mix`, written out: pages consist of ids
            value = right ^ key
            value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & MASK_64
            value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & MASK_64
            left, right = right, left ^ ((value ^ (value >> 31)) & MASK_61)
        bits = left << 61 | right
        text = "%032x" % ((bits >> 74) << 80 | 0x4 << 76 | (bits >> 62 & 0xFFF) << 64 | 0x2 << 62 | bits & MASK_62)
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    def decode(self, guid: str) -> tuple[int, int] | None:
        """(kind, index) of a GUID; None for text that is no version 4 GUID. The caller checks that such an object
        is."""
        if len(guid) != 36 or guid[14] != "4":
            return None
        try:
            number = int(guid.replace("-", ""), 16)
        except ValueError:
            return None
        bits = (number >> 80) << 74 | (number >> 64 & 0xFFF) << 62 | number & (1 << 62) - 1
        left, right = bits >> 61, bits & MASK_61
        for key in reversed(self._keys):
            left, right = right ^ (mix(left ^ key) & MASK_61), left
        return left, right


class Affine(NamedTuple):
    """The permutation x -> (factor * x + shift) mod size, and its inverse."""

    size: int
    factor: int
    shift: int
    inverse_factor: int

    def forward(self, position: int) -> int:
        """What stands at `position`."""
        return (self.factor * position + self.shift) % self.size

    def inverse(self, value: int) -> int:
        """Where `value` stands."""
        return (value - self.shift) * self.inverse_factor % self.size

    @classmethod
    def drawn(cls, size: int, first: int, second: int) -> "Affine":
        """A permutation of range(size) picked by two random numbers."""
        factor = first % size or 1
        while gcd(factor, size) != 1:
            factor += 1
        factor %= size
        return cls(size, factor, second % size, pow(factor, -1, size))
