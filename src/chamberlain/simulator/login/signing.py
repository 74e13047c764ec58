"""The key that signs tokens, the same for the same seed, and the claims of an app-only Graph token.

source  https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference (read 2026)
"""

import time
import uuid
from base64 import urlsafe_b64encode
from hashlib import blake2b, shake_256
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

EXPONENT = 65537
GRAPH_AUDIENCE = "https://graph.microsoft.com"
_SMALL_PRIMES = [number for number in range(3, 2000, 2) if all(number % below for below in range(3, number, 2))]
_WITNESSES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)
DEFAULT_ROLE_TEMPLATE = "0997a1d0-0d1d-4acb-b408-d5ca73121e90"


def _is_prime(number: int) -> bool:
    if any(number % prime == 0 for prime in _SMALL_PRIMES):
        return False
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for witness in _WITNESSES:
        power = pow(witness, odd, number)
        if power in {1, number - 1}:
            continue
        if all((power := power * power % number) != number - 1 for _ in range(twos - 1)):
            return False
    return True


def _prime(label: bytes) -> int:
    """A 1024-bit prime that belongs to the label. The two top bits are set, so a product of two has 2048 bits."""
    number = int.from_bytes(shake_256(label).digest(128), "big") | 3 << 1022 | 1
    while (number - 1) % EXPONENT == 0 or not _is_prime(number):
        number += 2
    return number


def _base64url(number: int) -> str:
    return urlsafe_b64encode(number.to_bytes((number.bit_length() + 7) // 8, "big")).rstrip(b"=").decode()


class SigningKey:
    """An RSA key computed from a seed. It protects nothing but a simulated tenant."""

    def __init__(self, seed: int) -> None:
        first, second = _prime(b"chamberlain simulator p %d" % seed), _prime(b"chamberlain simulator q %d" % seed)
        private_exponent = rsa.rsa_recover_private_exponent(EXPONENT, first, second)
        self._private = rsa.RSAPrivateNumbers(
            p=first,
            q=second,
            d=private_exponent,
            dmp1=rsa.rsa_crt_dmp1(private_exponent, first),
            dmq1=rsa.rsa_crt_dmq1(private_exponent, second),
            iqmp=rsa.rsa_crt_iqmp(first, second),
            public_numbers=rsa.RSAPublicNumbers(EXPONENT, first * second),
        ).private_key()
        self._public = self._private.public_key()
        self._modulus = first * second
        self.id = blake2b(str(self._modulus).encode(), digest_size=20).hexdigest()

    def jwk(self, issuer: str) -> dict[str, Any]:
        """The public half as an entry of the key set."""
        return {
            "kty": "RSA",
            "use": "sig",
            "kid": self.id,
            "x5t": self.id,
            "n": _base64url(self._modulus),
            "e": _base64url(EXPONENT),
            "issuer": issuer,
        }

    def sign(self, claims: dict[str, Any]) -> str:
        """A signed token with these claims."""
        return jwt.encode(claims, self._private, algorithm="RS256", headers={"kid": self.id, "x5t": self.id})

    def verify(self, token: str, *, audience: str = GRAPH_AUDIENCE) -> dict[str, Any]:
        """Claims of a token that this key signed for Graph and that has not expired.

        audience  the Graph of the tenant's cloud
        raises    jwt.InvalidTokenError and its kinds
        """
        return jwt.decode(token, self._public, algorithms=["RS256"], audience=audience)

    def verify_any(self, token: str) -> dict[str, Any]:
        """Claims of whatever this key signed, for anybody and of any time.

        raises  jwt.InvalidTokenError and its kinds
        """
        return jwt.decode(
            token,
            self._public,
            algorithms=["RS256"],
            options={"verify_aud": False, "verify_exp": False, "verify_nbf": False, "verify_iat": False},
        )


def app_only_claims(
    *, tenant_id: str, client_id: str, app_name: str, object_id: str, roles: tuple[str, ...], lifetime_seconds: int
) -> dict[str, Any]:
    """Claims of a Graph token for an application; `roles` is absent when nothing is granted."""
    now = int(time.time())
    claims: dict[str, Any] = {
        "aud": GRAPH_AUDIENCE,
        "iss": f"https://sts.windows.net/{tenant_id}/",
        "iat": now,
        "nbf": now,
        "exp": now + lifetime_seconds,
        "app_displayname": app_name,
        "appid": client_id,
        "appidacr": "1",
        "idp": f"https://sts.windows.net/{tenant_id}/",
        "idtyp": "app",
        "oid": object_id,
        "sub": object_id,
        "tenant_region_scope": "EU",
        "tid": tenant_id,
        "uti": uuid.uuid4().hex,
        "ver": "1.0",
        "wids": [DEFAULT_ROLE_TEMPLATE],
    }
    if roles:
        claims["roles"] = list(roles)
    return claims
