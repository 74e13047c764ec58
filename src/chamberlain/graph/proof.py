"""How an application proves to Microsoft who it is: a secret, a certificate's key, or what somebody else vouches for.

source  https://learn.microsoft.com/entra/identity-platform/certificate-credentials (2026) and
        https://learn.microsoft.com/entra/workload-id/workload-identity-federation (2026)
"""

import base64
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from chamberlain.errors import Misconfigured

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_LASTS = timedelta(minutes=5)
# Microsoft forgives clocks that differ by five minutes; ours may be a little ahead without harm.
BEGINS_EARLIER = timedelta(minutes=1)
MOST_ASSERTION_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate with its private key, both as PEM. `repr` leaves the key out."""

    certificate: str
    private_key: str = field(repr=False)

    def assertion(self, *, client_id: str, audience: str, now: datetime) -> str:
        """A signed statement that we are the application; each is used once.

        audience  the token endpoint that it is for
        raises    Misconfigured("certificate_unreadable")
        """
        claims = {
            "aud": audience,
            "iss": client_id,
            "sub": client_id,
            "jti": str(uuid.uuid4()),
            "iat": now,
            "nbf": now - BEGINS_EARLIER,
            "exp": now + ASSERTION_LASTS,
        }
        return jwt.encode(
            claims, _key(self.private_key), algorithm="PS256", headers={"x5t#S256": _thumbprint(self.certificate)}
        )


@dataclass(frozen=True, slots=True)
class Federation:
    """A file in which the machine's platform (Kubernetes, for example) keeps a statement of who we are, ever anew."""

    file: Path | None

    def assertion(self) -> str:
        """What the file says now: it is read each time, because the platform replaces it.

        raises  Misconfigured("federation_file_missing"), Misconfigured("federation_file_unreadable")
        """
        if self.file is None:
            raise Misconfigured("federation_file_missing")
        try:
            with self.file.open("rb") as opened:
                text = opened.read(MOST_ASSERTION_BYTES).decode("ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise Misconfigured("federation_file_unreadable", reason=type(error).__name__) from None
        if text.count(".") != 2:
            raise Misconfigured("federation_file_unreadable", reason="no token in it")
        return text


# A plain text is a client secret.
Proof = str | Certificate | Federation


def form_of(proof: Proof, *, client_id: str, audience: str, now: datetime) -> dict[str, str]:
    """The fields of a token request that prove who we are.

    audience  the token endpoint
    raises    Misconfigured
    """
    if isinstance(proof, str):
        return {"client_secret": proof}
    if isinstance(proof, Certificate):
        assertion = proof.assertion(client_id=client_id, audience=audience, now=now)
    else:
        assertion = proof.assertion()
    return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}


def _key(private_key: str) -> RSAPrivateKey:
    try:
        key = serialization.load_pem_private_key(private_key.encode(), password=None)
    except (ValueError, TypeError):
        raise Misconfigured("certificate_unreadable") from None  # its text may quote the key
    if not isinstance(key, RSAPrivateKey):
        raise Misconfigured("certificate_unreadable")
    return key


@lru_cache(maxsize=256)
def _thumbprint(certificate: str) -> str:
    try:
        digest = x509.load_pem_x509_certificate(certificate.encode()).fingerprint(hashes.SHA256())
    except ValueError:
        raise Misconfigured("certificate_unreadable") from None
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
