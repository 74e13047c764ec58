"""The installation's keys: the newest encrypts, all decrypt. A file that was changed is read again as it is needed.

So a running process takes up a new key by itself, and nothing has to be restarted after a rotation.
"""

import base64
import os
import threading
from pathlib import Path
from typing import cast

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from chamberlain.errors import Misconfigured
from chamberlain.store.secrets import KEY_BYTES, decrypt, encrypt, key_id

Mark = tuple[int, int, int]


class KeyRing:
    """Keys from the environment, or from the file `key` in the data folder.

    path    of the file; None where the keys come from the environment, and only the environment changes them
    is_new  nobody has written the key yet: `keep` does, once it is known that nothing was encrypted with another one
    """

    def __init__(self, keys: tuple[bytes, ...], *, path: Path | None, is_new: bool = False) -> None:
        self._keys = keys
        self._lock = threading.Lock()
        self.path = path
        self.is_new = is_new
        self._mark = _mark(path) if path and not is_new else None

    @property
    def keys(self) -> tuple[bytes, ...]:
        """All keys, newest first.

        raises  Misconfigured("key_malformed"), Misconfigured("key_file_open")
        """
        if self.path is not None and self._mark is not None and _mark(self.path) not in (self._mark, None):
            with self._lock:
                self._keys, self._mark = _read(self.path), _mark(self.path)
        return self._keys

    @property
    def ids(self) -> tuple[str, ...]:
        """Names of the keys, newest first."""
        return tuple(key_id(key) for key in self.keys)

    def encrypt(self, plain: str, *, context: str) -> str:
        """A token under the newest key."""
        return encrypt(plain, key=self.keys[0], context=context)

    def decrypt(self, token: str, *, context: str) -> str:
        """The plain text of a token of any of the keys.

        raises  Misconfigured("key_wrong")
        """
        named = id_of(token)
        key = next((key for key in self.keys if key_id(key) == named), self.keys[0])
        return decrypt(token, key=key, context=context)

    def keep(self) -> None:
        """Writes a key that was made just now, unless another process was first: then that one's is ours, too."""
        if self.path is not None and self.is_new:
            _link(self.path, self._keys)
            self._keys, self.is_new = _read(self.path), False
            self._mark = _mark(self.path)

    def take(self, keys: tuple[bytes, ...]) -> None:
        """Takes these, and keeps them, instead of a key that was made just now."""
        self._keys = keys
        self.keep()

    def add(self) -> str:
        """Makes a new key, which encrypts from now on; its id.

        raises  Misconfigured("key_in_environment")
        """
        key = AESGCM.generate_key(bit_length=KEY_BYTES * 8)
        self._replace((key, *self.keys))
        return key_id(key)

    def drop(self, unwanted: str) -> None:
        """Forgets a key.

        raises  Misconfigured("key_in_environment")
        """
        self._replace(tuple(key for key in self.keys if key_id(key) != unwanted))

    def _replace(self, keys: tuple[bytes, ...]) -> None:
        if self.path is None:
            raise Misconfigured("key_in_environment")
        with self._lock:
            aside = _written(self.path, keys)
            aside.replace(self.path)
            _sync_folder(self.path.parent)
            self._keys, self._mark = keys, _mark(self.path)


def open_ring(*, given: str | None, data: Path) -> KeyRing:
    """The installation's keys. Where there are none yet one is made, but not written: `KeyRing.keep` does that.

    given   Base64 of 32 bytes, from the environment; several with commas or spaces between them, newest first
    raises  Misconfigured("key_malformed"), Misconfigured("key_file_open") when others may read the file
    """
    if given is not None:
        return KeyRing(_decoded(given.replace(",", " "), source="CHAMBERLAIN_KEY"), path=None)
    path = data / "key"
    if not path.exists():
        return KeyRing((AESGCM.generate_key(bit_length=KEY_BYTES * 8),), path=path, is_new=True)
    return KeyRing(_read(path), path=path)


def the_ring() -> KeyRing:
    """The keys that this process opened at its start."""
    return cast("KeyRing", settings.CHAMBERLAIN_KEYS)


def id_of(token: str) -> str:
    """Which key a token was made with."""
    version, _, rest = token.partition(".")
    return rest.partition(".")[0] if version == "v1" else ""


def _read(path: Path) -> tuple[bytes, ...]:
    if path.stat().st_mode & 0o077:
        raise Misconfigured("key_file_open", path=str(path))
    return _decoded(path.read_text(encoding="ascii", errors="replace"), source=str(path))


def _decoded(text: str, *, source: str) -> tuple[bytes, ...]:
    keys = []
    for word in text.split():
        try:
            key = base64.b64decode(word, validate=True)
        except ValueError as error:
            raise Misconfigured("key_malformed", source=source) from error
        if len(key) != KEY_BYTES:
            raise Misconfigured("key_malformed", source=source)
        keys.append(key)
    if not keys:
        raise Misconfigured("key_malformed", source=source)
    return tuple(dict.fromkeys(keys))


def _written(path: Path, keys: tuple[bytes, ...]) -> Path:
    """A whole file beside the real one, on the disk."""
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.writelines(f"{base64.b64encode(key).decode('ascii')}\n" for key in keys)
        file.flush()
        os.fsync(file.fileno())
    return aside


def _link(path: Path, keys: tuple[bytes, ...]) -> None:
    """Puts a new file into place, so that it is never there half-written; the first who does it wins."""
    aside = _written(path, keys)
    try:
        os.link(aside, path)
    except FileExistsError:
        return
    finally:
        aside.unlink()
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _mark(path: Path) -> Mark | None:
    """What tells one version of a file from another; None where it is gone: then what was read stays."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
