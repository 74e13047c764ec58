"""Under whose uid the server runs: PostgreSQL refuses to run as root."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the operating system; no supplementary groups."""

    uid: int
    gid: int

    @property
    def is_ours(self) -> bool:
        """This process runs under it already."""
        return self.uid == os.geteuid()

    def may(self, path: Path, *, bits: int) -> bool:
        """The path's mode grants all of these bits (of 0o7) to the account."""
        status = path.stat()
        shift = 6 if status.st_uid == self.uid else 3 if status.st_gid == self.gid else 0
        return (stat.S_IMODE(status.st_mode) >> shift) & bits == bits

    def closed_folder(self, path: Path) -> Path | None:
        """The topmost folder on the way to `path`, itself included, that the account cannot pass.

        returns  None where the way is open; always None for our own account, which the system checks better
        """
        if self.is_ours:
            return None
        way = [*reversed(path.parents), path]
        return next((folder for folder in way if not self.may(folder, bits=0o1)), None)


def server_account(data: Path) -> Account:
    """Our own account or, as root, the data folder's owner or else `nobody`. No account is ever added."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    owner = data.stat()
    if owner.st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)
