"""Everything that can go wrong, as one tree.

    ChamberlainError
    ├── Refused         a rule says no; asking again changes nothing
    ├── Unsafe          a person has to decide first
    ├── NotFound        what was named does not exist (or may not be seen)
    ├── Conflict        somebody or something else is at it; later it may work
    ├── Upstream        Microsoft or the way to it failed; `again_after` says when to try again
    └── Misconfigured   the installation or a connection is set up wrongly

An error carries a stable `code` and data, never a sentence: `sentences` has, for each code, what happened,
why, and what to do. Codes are public: scripts and the documentation rely on them.
"""

from datetime import timedelta


class ChamberlainError(Exception):
    """Root of the tree; `code` is a key of `sentences.SENTENCES`, `data` fills its placeholders."""

    def __init__(self, code: str, **data: object) -> None:
        super().__init__(code)
        self.code = code
        self.data = data

    def __str__(self) -> str:
        details = ", ".join(f"{key}={value!r}" for key, value in sorted(self.data.items()))
        return f"{self.code} ({details})" if details else self.code


class Refused(ChamberlainError):
    """A rule says no."""


class Unsafe(ChamberlainError):
    """A person has to decide first."""


class NotFound(ChamberlainError):
    """What was named does not exist, or may not be seen by the one who asks."""


class Conflict(ChamberlainError):
    """Somebody or something else is at it."""


class Upstream(ChamberlainError):
    """Microsoft, or the way to it, failed."""

    def __init__(self, code: str, *, again_after: timedelta | None = None, **data: object) -> None:
        super().__init__(code, **data)
        self.again_after = again_after


class Misconfigured(ChamberlainError):
    """The installation or a connection is set up wrongly."""
