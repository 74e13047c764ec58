"""What a configuration is made of: values with their origins, and everything that is wrong with them at once.

Pure but for reading the file; `settings.py` knows the settings and asks the environment.
"""

import difflib
import stat
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HIDDEN = "(hidden)"
LONGEST_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Given:
    """A value that somebody gave, and where: a variable's name, or a file and the name in it."""

    value: Any = field(repr=False)  # may be a secret
    origin: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. `value` is what was given, never a secret; `allowed` says what it may be."""

    setting: str
    value: str
    allowed: str
    origin: str

    def __str__(self) -> str:
        given = f" = {self.value}" if self.value else ""
        return f"{self.setting}{given} ({self.origin}): {self.allowed}"


def read_file(path: Path, *, names: Collection[str]) -> tuple[dict[str, Given], list[Problem]]:
    """The settings that a TOML file gives, and what is wrong with the file; a name that is none is refused.

    names  the settings there are
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        return {}, [Problem("chamberlain.toml", "", f"the file cannot be read: {reason}", str(path))]
    except tomllib.TOMLDecodeError as error:
        return {}, [Problem("chamberlain.toml", "", f"this is not TOML: {error}", str(path))]
    given = {name: Given(value, f"{path}: {name}") for name, value in content.items() if name in names}
    wrong = [
        Problem(name, "", f"there is no such setting{did_you_mean(name, names)}", str(path))
        for name in content
        if name not in names
    ]
    return given, wrong


def open_to_others(path: Path, *, given: Mapping[str, Given], secrets: Collection[str]) -> list[Problem]:
    """A file with secrets that more people than its owner can read."""
    held = [name for name in given if name in secrets]
    if not held or path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO) == 0:
        return []
    return [
        Problem(name, HIDDEN, "a file with secrets is for its owner only: chmod 600 it", str(path)) for name in held
    ]


def did_you_mean(name: str, names: Collection[str]) -> str:
    """The name that was probably meant, as the end of a sentence."""
    near = difflib.get_close_matches(name.lower().removeprefix("chamberlain_"), names, n=1)
    return f"; did you mean {near[0]}?" if near else ""


def shown(value: object, *, secret: bool) -> str:
    """A value as it may be shown: a secret never, anything else not without end."""
    if value is None:
        return "unset"
    text = HIDDEN if secret else str(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]} ..."
