"""Ids of one kind as text, each computed once: reading ten million memberships asks for the same ids again and again.

A flat table of 36 bytes an object, filled as ids are asked for; a million of them take 36 MB."""

from collections.abc import Sequence

from chamberlain.simulator.world.reference import Kind
from chamberlain.simulator.world.seeded.permutation import Guids

_LENGTH = 36


class GuidTable:
    """The ids of `size` objects of a kind."""

    __slots__ = ("_filled", "_guids", "_kind", "_table", "_unfilled")

    def __init__(self, guids: Guids, kind: Kind, size: int) -> None:
        self._guids = guids
        self._kind = kind
        self._table = bytearray(_LENGTH * size)
        self._filled = bytearray(size)
        self._unfilled = size

    def read(self, serials: Sequence[int]) -> Sequence[bytes | bytearray]:
        """The ids of many objects, as ASCII."""
        table, filled = self._table, self._filled
        if self._unfilled:
            encode, kind = self._guids.encode, self._kind
            for serial in serials:
                if not filled[serial]:
                    table[serial * 36 : serial * 36 + 36] = encode(kind, serial).encode()
                    filled[serial] = 1
                    self._unfilled -= 1
        return [table[serial * 36 : serial * 36 + 36] for serial in serials]
