"""The installation's keys inside a backup: never open, always under a passphrase."""

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from chamberlain.errors import Refused

SALT_BYTES = 16
NONCE_BYTES = 12
CONTEXT = b"chamberlain backup keys 1"

# source: OWASP Password Storage Cheat Sheet (2025): scrypt with N=2^17, r=8, p=1; 128 MB for a moment
COST = 2**17


def seal_keys(keys: tuple[bytes, ...], *, passphrase: str) -> bytes:
    """The keys, encrypted with AES-256-GCM under a key that scrypt makes of the passphrase."""
    salt, nonce = os.urandom(SALT_BYTES), os.urandom(NONCE_BYTES)
    plain = b"\n".join(base64.b64encode(key) for key in keys)
    return salt + nonce + AESGCM(_stretched(passphrase, salt)).encrypt(nonce, plain, CONTEXT)


def unseal_keys(sealed: bytes, *, passphrase: str) -> tuple[bytes, ...]:
    """The keys, newest first.

    raises  Refused("backup_passphrase_wrong")
    """
    salt, nonce = sealed[:SALT_BYTES], sealed[SALT_BYTES : SALT_BYTES + NONCE_BYTES]
    try:
        plain = AESGCM(_stretched(passphrase, salt)).decrypt(nonce, sealed[SALT_BYTES + NONCE_BYTES :], CONTEXT)
    except InvalidTag as error:
        raise Refused("backup_passphrase_wrong") from error
    return tuple(base64.b64decode(word) for word in plain.split(b"\n"))


def _stretched(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=COST, r=8, p=1).derive(passphrase.encode())
