"""What one secret in a browser's cookie stands for: state, nonce and verifier of an attempt to sign in.

The secret is random and the others follow from it, each by its own name: who sees one in an address or in a log
learns neither the secret nor the others, and an answer fits only the browser that asked.
"""

import base64
import hashlib
import hmac


def derived(secret: str, name: str) -> str:
    """43 letters that follow from the secret and the name, fit for addresses and as a PKCE verifier."""
    mac = hmac.new(secret.encode(), name.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode("ascii")


def belongs(secret: str, name: str, given: str) -> bool:
    """Whether what came back is what follows from the secret."""
    return bool(secret) and hmac.compare_digest(derived(secret, name).encode(), given.encode())
