"""Kills what runs in this process at the nth thing that it does, as nothing but a kill would."""

from typing import Any


class KilledError(BaseException):
    """Nothing catches it, as nothing catches a kill."""


class Fuse:
    """Wraps what is called, and kills the caller at the nth time: before a call, or after it."""

    def __init__(self, left: int) -> None:
        self.left = left

    def burn(self) -> None:
        """One more.

        raises  KilledError when it was the last
        """
        self.left -= 1
        if self.left < 0:
            raise KilledError

    def around(self, inner: Any) -> Any:
        """The same thing, which burns the fuse."""
        return _Around(inner, self)


class _Around:
    def __init__(self, inner: Any, fuse: Fuse) -> None:
        self._inner, self._fuse = inner, fuse

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)

        def call(*values: Any, **named: Any) -> Any:
            self._fuse.burn()
            answer = found(*values, **named)
            self._fuse.burn()
            return answer

        return call
