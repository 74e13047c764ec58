"""Asks the registries which pinned package has been behind for longer than locks are to be renewed in.

`make audit`, and so `make test`: it tells, and fails only where CHAMBERLAIN_AUDIT_REQUIRED=1, as before a release: a
version that somebody else publishes must not turn a change of ours red. What counts is what the requirements allow; for
the browser's packages, which are pinned by hand, the same major version.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

from locked import ROOT, python_packages
from packaging.version import InvalidVersion, Version

RENEWED_WITHIN = timedelta(days=30)
"""docs/security/README.md tells it."""

LOCK = "dev"
"""The lock that has the packages of the others, too."""

PATIENCE_SECONDS = 120
AT_ONCE = 4
UV = (
    "pip",
    "compile",
    "--quiet",
    "--universal",
    "--python-version",
    "3.11",
    "--no-header",
    "--no-annotate",
    "--upgrade",
)

Resolve = Callable[[str, Mapping[str, datetime]], dict[str, Version] | None]
Releases = Callable[[str], dict[str, datetime]]


def newest(lock: Path) -> dict[str, Version]:
    """Each package of a lock with its version, the newest where there is one for each Python."""
    found: dict[str, Version] = {}
    for name, version, _ in python_packages(lock):
        found[name] = max(Version(version), found.get(name, Version("0.dev0")))
    return found


def resolve(lock: str, cutoffs: Mapping[str, datetime]) -> dict[str, Version] | None:
    """What the requirements would be locked to today, these packages as they were then; None where that fits nothing.

    raises  OSError where the registry does not answer
    """
    until = [f"--exclude-newer-package={name}={day:%Y-%m-%dT%H:%M:%SZ}" for name, day in cutoffs.items()]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "lock.txt"
        command = [str(Path(sys.executable).with_name("uv")), *UV, *until, f"--output-file={out}", f"{lock}.in"]
        done = subprocess.run(  # noqa: S603 - our own words
            command, cwd=ROOT / "requirements", capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
        )
        if done.returncode == 0:
            return newest(out)
    if cutoffs and "No solution found" in done.stderr:
        return None
    raise OSError(done.stderr.strip()[:300])


def releases(name: str) -> dict[str, datetime]:
    """When each version of a package for browsers was published.

    raises  OSError where the registry does not answer
    source  docs.npmjs.com/cli/v11/commands/npm-view (2026)
    """
    command = ["npm", "view", name, "time", "--json"]
    done = subprocess.run(  # noqa: S603 - our own words, and names from our own file
        command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )
    if done.returncode != 0:
        raise OSError(done.stderr.strip()[:300])
    return {version: datetime.fromisoformat(day) for version, day in json.loads(done.stdout).items()}


def overdue_in_python(lock: str, pinned: Mapping[str, Version], *, before: datetime, ask: Resolve) -> Iterator[str]:
    """A line for each package that could have been renewed before that day."""
    today = ask(lock, {}) or {}
    behind = sorted(name for name, version in today.items() if version > pinned.get(name, version))
    together = ask(lock, dict.fromkeys(behind, before)) if behind else {}
    for name in behind:
        # One that was pinned on the day it came out leaves nothing that fits, and is not overdue; the others are asked
        # one by one then.
        found = together if together is not None else ask(lock, {name: before})
        then = (found or {}).get(name)
        if then is not None and then > pinned[name]:
            yield f"pypi: {name} {pinned[name]}: {then} is out since before {before:%Y-%m-%d}"


def overdue_in_browser(name: str, pinned: str, *, before: datetime, published: Mapping[str, datetime]) -> Iterator[str]:
    """A line where a newer version of the same major one was out before that day."""
    mine = Version(pinned)
    found = [version for text, day in published.items() if day < before and (version := _released(text)) is not None]
    newer = [version for version in found if version > mine and version.major == mine.major]
    if newer:
        yield f"npm: {name} {pinned}: {max(newer)} is out since before {before:%Y-%m-%d}"


def _released(text: str) -> Version | None:
    try:
        version = Version(text)
    except InvalidVersion:  # "created", "modified", and what npm calls otherwise
        return None
    return None if version.is_prerelease else version


def found_overdue(*, before: datetime, ask: Resolve, when: Releases) -> list[str]:
    """A line for each package that is overdue, each once.

    raises  OSError where a registry does not answer
    """
    pinned = newest(ROOT / "requirements" / f"{LOCK}.txt")
    lines = list(overdue_in_python(LOCK, pinned, before=before, ask=ask))
    told = json.loads((ROOT / "frontend" / "package.json").read_text(encoding="utf-8"))
    ours = {**told["dependencies"], **told["devDependencies"]}
    with ThreadPoolExecutor(AT_ONCE) as threads:
        for (name, version), published in zip(ours.items(), threads.map(when, ours), strict=True):
            lines += overdue_in_browser(name, version, before=before, published=published)
    return lines


def main(*, now: datetime | None = None, ask: Resolve = resolve, when: Releases = releases) -> int:
    """Says what is overdue; the exit code."""
    required = os.environ.get("CHAMBERLAIN_AUDIT_REQUIRED") == "1"
    try:
        lines = found_overdue(before=(now or datetime.now(UTC)) - RENEWED_WITHIN, ask=ask, when=when)
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        sys.stderr.write(f"NOT ASKED what is overdue: a registry gave no answer ({error}).\n")
        return int(required)
    sys.stderr.writelines(f"{line}\n" for line in lines)
    sys.stderr.write(
        f"{len(lines)} packages are overdue by more than {RENEWED_WITHIN.days} days: make lock UPGRADE=--upgrade\n"
    )
    return int(required and bool(lines))


if __name__ == "__main__":
    sys.exit(main())
