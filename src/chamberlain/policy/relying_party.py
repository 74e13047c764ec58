"""Who we are to passkeys: the host and origin that people's browsers see.

source  https://www.w3.org/TR/webauthn-3/#relying-party-identifier (2025): a domain, never an address of digits; secure
        contexts only, which besides https is localhost
"""

import re
from urllib.parse import urlsplit

from fido2.server import Fido2Server
from fido2.webauthn import PublicKeyCredentialRpEntity

NAME = "Chamberlain"
_NUMBERS = re.compile(r"[\d.]+|.*:.*")


def is_possible(url: str) -> bool:
    """Whether browsers let passkeys be used at this address."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    return not _NUMBERS.fullmatch(host) and (parts.scheme == "https" or host == "localhost")


def relying_party(url: str) -> Fido2Server:
    """What makes and checks ceremonies for pages of exactly this origin."""
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}"
    return Fido2Server(
        PublicKeyCredentialRpEntity(name=NAME, id=parts.hostname or ""), verify_origin=lambda given: given == origin
    )
