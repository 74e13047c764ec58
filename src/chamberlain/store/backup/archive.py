"""A backup's file: a zip with the rows of each table, the list of them, and a mark that shows who made the list."""

import hashlib
import hmac
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from chamberlain.errors import Misconfigured, Refused
from chamberlain.model.backup import FORMAT, Manifest, Part
from chamberlain.store.secrets import key_id

MANIFEST = "manifest.json"
MARK = "manifest.mark"
KEYS = "keys.sealed"
BLOCK_BYTES = 1 << 20
LONGEST_MANIFEST_BYTES = 16 << 20
LONGEST_KEYS_BYTES = 1 << 16
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, RuntimeError)
"""What the standard library says of a zip that was cut or changed."""


class Archive:
    """An open backup, whose list was read and fits this version; `check` and `prove` judge the rest."""

    def __init__(self, file: zipfile.ZipFile, *, told: bytes, manifest: Manifest) -> None:
        self._file = file
        self._told = told
        self.manifest = manifest

    @property
    def sealed(self) -> bytes | None:
        """The keys inside, under a passphrase; None where there are none.

        raises  Misconfigured("backup_damaged")
        """
        if not self.manifest.key_sha256:
            return None
        found = _small(self._file, KEYS, LONGEST_KEYS_BYTES)
        if hashlib.sha256(found).hexdigest() != self.manifest.key_sha256:
            raise Misconfigured("backup_damaged", part=KEYS)
        return found

    def prove(self, keys: tuple[bytes, ...]) -> None:
        """Passes where all keys that the backup needs are among these, and one of them marked its list.

        raises  Misconfigured("backup_key_missing") naming them, Misconfigured("backup_damaged")
        """
        known = {key_id(key): key for key in keys}
        missing = [one for one in self.manifest.keys if one not in known]
        if missing or not self.manifest.keys:
            raise Misconfigured("backup_key_missing", expected=", ".join(missing), found=", ".join(known) or "–")
        expected = mark(self._told, key=known[self.manifest.keys[0]])
        if not hmac.compare_digest(expected, _small(self._file, MARK, len(expected))):
            raise Misconfigured("backup_damaged", part=MANIFEST)

    def check(self) -> None:
        """Reads everything once and compares it with the list.

        raises  Misconfigured("backup_damaged") naming the part
        """
        for part in self.manifest.parts:
            for _block in self.blocks(part):
                """`blocks` compares at the end."""

    def blocks(self, part: Part) -> Iterator[bytes]:
        """A table's rows as COPY takes them, some at a time.

        raises  Misconfigured("backup_damaged"), at the latest after the last
        """
        digest, rows = hashlib.sha256(), 0
        try:
            with self._file.open(place(part.table)) as entry:
                while block := entry.read(BLOCK_BYTES):
                    digest.update(block)
                    rows += block.count(b"\n")
                    yield block
        except (*BROKEN, OSError) as error:
            raise Misconfigured("backup_damaged", part=part.table) from error
        if digest.hexdigest() != part.sha256 or rows != part.rows:
            raise Misconfigured("backup_damaged", part=part.table)


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Opens a backup and reads its list.

    raises  Misconfigured: backup_unreadable, backup_damaged; Refused("backup_too_new") of another format
    """
    try:
        file = zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise Misconfigured("backup_damaged", part=path.name) from error
    except OSError as error:
        raise Misconfigured("backup_unreadable", path=str(path), reason=error.strerror or str(error)) from error
    with file:
        told = _small(file, MANIFEST, LONGEST_MANIFEST_BYTES)
        try:
            manifest = msgspec.json.decode(told, type=Manifest)
        except msgspec.MsgspecError as error:
            raise Misconfigured("backup_damaged", part=MANIFEST) from error
        if manifest.format != FORMAT:
            raise Refused("backup_too_new", version=manifest.version, needs=f"format {manifest.format}")
        yield Archive(file, told=told, manifest=manifest)


def place(table: str) -> str:
    """Where the rows of a table lie in the archive."""
    return f"tables/{table}.copy"


def mark(told: bytes, *, key: bytes) -> bytes:
    """What only somebody with the installation's key can write below the list."""
    return hmac.digest(key, b"chamberlain backup " + told, "sha256").hex().encode()


def _small(file: zipfile.ZipFile, name: str, longest: int) -> bytes:
    try:
        with file.open(name) as entry:
            found = entry.read(longest + 1)
    except (*BROKEN, OSError) as error:
        raise Misconfigured("backup_damaged", part=name) from error
    if len(found) > longest:
        raise Misconfigured("backup_damaged", part=name)
    return found
