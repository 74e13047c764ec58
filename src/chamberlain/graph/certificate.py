"""Certificates by which the product proves who it is: made here, self-signed; only the public part ever leaves.

source  https://learn.microsoft.com/entra/identity-platform/certificate-credentials (2026): Microsoft looks at the key
        and at the days, not at who signed
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

KEY_BITS = 3072
LASTS = timedelta(days=365)
EARLIER = timedelta(minutes=10)  # for a Microsoft whose clock is behind ours


@dataclass(frozen=True, slots=True)
class Made:
    """A new certificate. `repr` leaves the key out.

    thumbprint  as the Entra admin centre shows it: SHA-1, in capitals
    sha256      what assertions name it by, in capitals
    """

    certificate: str
    private_key: str = field(repr=False)
    thumbprint: str
    sha256: str
    expires_at: datetime


def make_certificate(*, name: str, now: datetime, lasts: timedelta = LASTS) -> Made:
    """A key that nobody else has seen, and a certificate for it that holds for a year.

    name  what Entra shows beside it
    """
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name[:64])])
    begins, ends = (now - EARLIER).replace(microsecond=0), (now + lasts).replace(microsecond=0)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode("ascii")
    return Made(pem, private, *thumbprints(certificate), expires_at=ends)


def thumbprints(certificate: x509.Certificate) -> tuple[str, str]:
    """SHA-1, by which portals name it, and SHA-256."""
    sha1 = certificate.fingerprint(hashes.SHA1())  # noqa: S303 - a name, as Entra shows it; nothing relies on it
    return sha1.hex().upper(), certificate.fingerprint(hashes.SHA256()).hex().upper()
