"""How many requests are on their way at once: half as many after each refusal, one more after each good round.

It begins with a few, and one more for each answer until the first refusal: we do not know yet what we may.
"""

import asyncio
from collections import deque

FEW = 4


class Gate:
    """Lets `most` through at once, less after `halve`, first come, first served."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.width = float(min(most, FEW))
        self._is_new = True
        self.inside = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def __aenter__(self) -> None:
        if not self._waiting and self.inside < int(self.width):
            self.inside += 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._leave()
            raise

    async def __aexit__(self, *_error: object) -> None:
        self._leave()

    def halve(self) -> None:
        """After a refusal. One always gets through."""
        self.width = max(self.width / 2, 1.0)
        self._is_new = False

    def grow(self) -> None:
        """After an answer: as many answers as the gate is wide make it one wider."""
        self.width = min(self.width + (1 if self._is_new else 1 / self.width), float(self.most))
        self._call()

    def _leave(self) -> None:
        self.inside -= 1
        self._call()

    def _call(self) -> None:
        while self._waiting and self.inside < int(self.width):
            turn = self._waiting.popleft()
            if not turn.done():
                self.inside += 1
                turn.set_result(None)
