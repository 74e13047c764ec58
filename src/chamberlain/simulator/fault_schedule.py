"""Faults by schedule: from a seed, each request draws whether and how it fails.

The draw depends on the seed, the request and how often it was asked before, not on what else is under way, so that a
seed plays the same faults however requests overlap."""

from collections import Counter
from typing import Any, NamedTuple
from zlib import crc32

import msgspec

from chamberlain.simulator.fault_kind import BENIGN, OF_TOKENS, SURVIVABLE, Asked, ScheduledKind
from chamberlain.simulator.world.seeded.permutation import GOLDEN_RATIO_64, MASK_64, mix

MILLIONTHS = 1_000_000
RESTARTS = 2
"""How often one listing may lose its place before it has once come to its end."""
CALLS_BETWEEN_TOKENS = 25
"""Requests that a token is good for before it may be taken away: clients fetch a new one once for each request."""
ROUNDS_BETWEEN_GONE = 3


class ScheduleOrder(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What is to happen. `streak` is how often the same request may fail in a row.

    retry_after   most seconds that a Retry-After asks for
    slow_ms       how long a slow page takes
    stall_ms      how long a client waits in vain for the answer to a write that was done
    skew_seconds  how far the Date header is off
    lag_ms        how old the answers of a lagging replica are at most
    """

    seed: int = 1
    rate: float = 0.05
    kinds: tuple[ScheduledKind, ...] = SURVIVABLE
    streak: int = 3
    retry_after: int = 1
    slow_ms: int = 200
    stall_ms: int = 1_000
    skew_seconds: int = 300
    lag_ms: int = 2_000


class Strike(NamedTuple):
    """A fault that strikes; `draw` decides between its variants."""

    kind: ScheduledKind
    draw: int
    order: ScheduleOrder


class Schedule:
    """Draws faults while an order stands."""

    def __init__(self) -> None:
        self._order: ScheduleOrder | None = None
        self._kinds: frozenset[ScheduledKind] = frozenset()
        self._struck: Counter[str] = Counter()
        self._draws = 0
        self.start(None)

    def start(self, order: ScheduleOrder | None) -> None:
        """Begin anew; None ends it. Counts go on being told until the next order."""
        self._order = order
        if order is not None:
            self._kinds = frozenset(order.kinds)
            self._struck = Counter()
            self._draws = 0
        self._times: Counter[int] = Counter()
        self._streaks: dict[str, int] = {}
        self._restarts: Counter[str] = Counter()
        self._spared: Counter[str] = Counter()
        self._last_items: dict[str, Any] = {}

    @property
    def active(self) -> bool:
        """Whether an order stands."""
        return self._order is not None

    def report(self) -> dict[str, Any]:
        """What stands and what has struck, as JSON shows them."""
        return {
            "order": msgspec.to_builtins(self._order),
            "asked": self._draws,
            "struck": dict(sorted(self._struck.items())),
        }

    def strike(self, asked: Asked, *, token_uses: int) -> Strike | None:
        """The fault that strikes a request, if any."""
        order = self._order
        if order is None:
            return None
        self._draws += 1
        draw = self._draw(order, asked.key)
        keys = asked.parts or (asked.key,)
        if draw % MILLIONTHS >= order.rate * MILLIONTHS or any(self._streaks.get(k, 0) >= order.streak for k in keys):
            self._pass(keys)
            return None
        possible = [kind for kind in asked.possible() if kind in self._kinds and self._allowed(kind, asked, token_uses)]
        if not possible:
            self._pass(keys)
            return None
        kind = possible[(draw >> 20) % len(possible)]
        self._note(kind, asked, keys)
        return Strike(kind, draw >> 32, order)

    def _draw(self, order: ScheduleOrder, key: str) -> int:
        mark = crc32(key.encode("utf-8", "replace"))
        self._times[mark] += 1
        return mix((mix(order.seed & MASK_64) ^ (mark * GOLDEN_RATIO_64 & MASK_64)) + self._times[mark] & MASK_64)

    def _pass(self, keys: tuple[str, ...]) -> None:
        for key in keys:
            self._streaks.pop(key, None)

    def _allowed(self, kind: ScheduledKind, asked: Asked, token_uses: int) -> bool:
        if kind in OF_TOKENS:
            return token_uses >= CALLS_BETWEEN_TOKENS
        if kind is ScheduledKind.EXPIRED_PAGE_TOKEN:
            return self._restarts[asked.listing] < RESTARTS
        if kind is ScheduledKind.DELTA_GONE:
            path = asked.listing.partition("?")[0]
            self._spared[path] -= 1
            return self._spared[path] < 0
        return True

    def _note(self, kind: ScheduledKind, asked: Asked, keys: tuple[str, ...]) -> None:
        if kind in BENIGN:
            self._pass(keys)
        else:
            for key in keys:
                self._streaks[key] = self._streaks.get(key, 0) + 1
        if kind is ScheduledKind.EXPIRED_PAGE_TOKEN:
            self._restarts[asked.listing] += 1
        elif kind is ScheduledKind.DELTA_GONE:
            self._spared[asked.listing.partition("?")[0]] = ROUNDS_BETWEEN_GONE

    def count(self, strike: Strike) -> None:
        """Say that a strike had its effect."""
        self._struck[strike.kind.value] += 1

    def times(self, asked: Asked) -> int:
        """How often the request was asked so far."""
        return self._times[crc32(asked.key.encode("utf-8", "replace"))]

    def served(self, asked: Asked, document: dict[str, Any]) -> None:
        """Remember a page: its last item may come again on the next one, and a listing at its end may fail again."""
        if self._order is None:
            return
        if "@odata.nextLink" not in document:
            self._restarts.pop(asked.listing, None)
            self._last_items.pop(asked.listing, None)
        elif isinstance(document.get("value"), list) and document["value"]:
            self._last_items[asked.listing] = document["value"][-1]

    def item_before(self, asked: Asked) -> Any:
        """The last item of the page before; None on first pages, and for changes: theirs tell no listing apart."""
        is_later = "$skiptoken" in asked.request.query and not asked.is_delta
        return self._last_items.get(asked.listing) if is_later else None
