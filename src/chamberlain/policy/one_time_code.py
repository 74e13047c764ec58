"""One-time codes that follow from a shared secret and the time, and codes on paper.

source  RFC 6238 (2011), with the values that every authenticator app takes: SHA-1, 6 digits, 30 seconds
        OWASP ASVS 5.0, 6.5 (2025): each is good once; recovery codes of 112 bits or more need no slow hash
"""

import base64
import secrets
from datetime import datetime
from hmac import compare_digest
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

STEP_SECONDS = 30
DIGITS = 6
SECRET_BYTES = 20
DRIFT = (0, -1, 1)
"""Steps that a clock may be off; the present one first."""

RECOVERY_CODES = 10
RECOVERY_BYTES = 15


def new_secret() -> str:
    """A secret as authenticator apps take it: Base32."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode("ascii")


def address_of(secret: str, *, account: str, issuer: str) -> str:
    """What the picture says that an app reads.

    source  https://github.com/google/google-authenticator/wiki/Key-Uri-Format (2018)
    """
    query = urlencode({"secret": secret, "issuer": issuer}, quote_via=quote)
    return f"otpauth://totp/{quote(issuer)}:{quote(account)}?{query}"


def code_at(secret: str, moment: datetime) -> str:
    """The code of a moment."""
    return _code(secret, int(moment.timestamp()) // STEP_SECONDS)


def step_of(code: str, *, secret: str, now: datetime, last_step: int) -> int | None:
    """The time step of which it is the code, if that is near and newer than the last that was used."""
    present = int(now.timestamp()) // STEP_SECONDS
    given = "".join(code.split())
    if len(given) != DIGITS or not given.isascii() or not given.isdigit():
        return None
    for drift in DRIFT:
        step = present + drift
        if step > last_step and compare_digest(_code(secret, step), given):
            return step
    return None


def new_recovery_codes() -> tuple[str, ...]:
    """Codes for paper, each of 120 random bits."""
    return tuple(_grouped(base64.b32encode(secrets.token_bytes(RECOVERY_BYTES))) for _ in range(RECOVERY_CODES))


def plain_recovery_code(text: str) -> str:
    """A code from paper as it was made, however it was typed."""
    return _grouped("".join(letter for letter in text.upper() if letter.isalnum()).encode("ascii", "replace"))


def _grouped(letters: bytes) -> str:
    text = letters.decode("ascii")
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def _code(secret: str, step: int) -> str:
    # 160 bits of key, as RFC 4226 asks for
    return TOTP(base64.b32decode(secret), DIGITS, SHA1(), STEP_SECONDS).generate(step * STEP_SECONDS).decode()  # noqa: S303
