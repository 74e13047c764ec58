"""What app registrations prove themselves with: secrets, certificates, and platforms that they trust.

source  https://learn.microsoft.com/graph/api/resources/passwordcredential, .../keycredential and
        .../federatedidentitycredential (read 2026)
"""

import secrets
import time
import uuid
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

YEAR_SECONDS = 365 * 24 * 3600
MOST_FEDERATED = 20
HINT = 3


def graph_time(moment: float) -> str:
    """A time as Graph writes it."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class Password:
    """A secret. Graph tells its first letters and never the rest again."""

    secret: str
    begins: float
    ends: float
    name: str | None = None
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def document(self, *, told: bool = False) -> dict[str, Any]:
        """As Graph shows it; `told` once, when it is made."""
        return {
            "customKeyIdentifier": None,
            "displayName": self.name,
            "endDateTime": graph_time(self.ends),
            "hint": self.secret[:HINT],
            "keyId": self.id,
            "secretText": self.secret if told else None,
            "startDateTime": graph_time(self.begins),
        }


@dataclass(frozen=True, slots=True)
class Key:
    """A certificate's public part."""

    certificate: x509.Certificate
    name: str | None = None
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def named(self, header: dict[str, Any]) -> bool:
        """Whether an assertion's header names it, by either of its thumbprints."""
        digests = {"x5t#S256": hashes.SHA256(), "x5t": hashes.SHA1()}  # noqa: S303 - as documented
        return any(str(header.get(name)).rstrip("=") == self._thumbprint(digest) for name, digest in digests.items())

    def _thumbprint(self, digest: hashes.HashAlgorithm) -> str:
        return urlsafe_b64encode(self.certificate.fingerprint(digest)).rstrip(b"=").decode()

    @property
    def public(self) -> RSAPublicKey | None:
        """Its RSA key; Microsoft takes no other."""
        key = self.certificate.public_key()
        return key if isinstance(key, RSAPublicKey) else None

    def holds(self, now: float) -> bool:
        """Whether now is between its days."""
        begins, ends = self.certificate.not_valid_before_utc, self.certificate.not_valid_after_utc
        return begins.timestamp() <= now <= ends.timestamp()

    def document(self) -> dict[str, Any]:
        """As Graph shows it in a list: without the key itself."""
        return {
            "customKeyIdentifier": b64encode(self.certificate.fingerprint(hashes.SHA1())).decode(),  # noqa: S303
            "displayName": self.name,
            "endDateTime": graph_time(self.certificate.not_valid_after_utc.timestamp()),
            "key": None,
            "keyId": self.id,
            "startDateTime": graph_time(self.certificate.not_valid_before_utc.timestamp()),
            "type": "AsymmetricX509Cert",
            "usage": "Verify",
        }


@dataclass(frozen=True, slots=True)
class Federated:
    """A platform that is trusted to say who it runs. All three have to match, letter by letter."""

    name: str
    issuer: str
    subject: str
    audiences: tuple[str, ...] = ("api://AzureADTokenExchange",)
    description: str | None = None
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def document(self) -> dict[str, Any]:
        """As Graph shows it."""
        return {
            "id": self.id,
            "name": self.name,
            "issuer": self.issuer,
            "subject": self.subject,
            "audiences": list(self.audiences),
            "description": self.description,
        }


class AppCredentials:
    """One registration's. They live as long as the process."""

    def __init__(self, first_secret: str) -> None:
        now = time.time()
        self.passwords: list[Password] = [Password(first_secret, now - 60, now + YEAR_SECONDS, "first")]
        self.keys: list[Key] = []
        self.federated: list[Federated] = []

    def add_password(
        self, *, name: str | None = None, secret: str | None = None, ends: float | None = None
    ) -> Password:
        """Another secret beside the others."""
        now = time.time()
        made = Password(secret or f"sim~{secrets.token_urlsafe(27)}", now, ends or now + 2 * YEAR_SECONDS, name)
        self.passwords.append(made)
        return made

    def replace_keys(self, keys: Sequence[Key]) -> None:
        """These certificates and no others: a PATCH replaces the list."""
        self.keys = list(keys)


def read_key(text: str, name: str | None = None) -> Key:
    """A certificate as PEM, or as the Base64 of its DER.

    raises  ValueError for what is none, or has no RSA key
    """
    raw = text.strip()
    if raw.startswith("-----BEGIN"):
        certificate = x509.load_pem_x509_certificate(raw.encode())
    else:
        certificate = x509.load_der_x509_certificate(b64decode(raw, validate=True))
    key = Key(certificate, name)
    if key.public is None:
        raise ValueError("The certificate has no RSA key.")
    return key
