"""Controls of app registrations: what somebody does in the admin centre, and what a platform says of its machines."""

from collections.abc import Callable
from dataclasses import replace

import msgspec

from chamberlain.simulator.login.credentials import AppCredentials, Federated, read_key
from chamberlain.simulator.login.directory import Directory
from chamberlain.simulator.login.platform import AUDIENCE, Platform, issuer_of
from chamberlain.simulator.message import Request, Response, json_response


class _Order(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to add to a registration, or to take from it.

    certificate     PEM or Base64 of DER, beside those that are there
    secret          a new one, of which `ends` says when it ends, in seconds since 1970
    ends            with `secret`; or alone: all secrets end then
    federated       a platform to trust
    forget          "secrets", "certificates", "federated"
    """

    client_id: str
    certificate: str | None = None
    secret: str | None = None
    ends: float | None = None
    federated: Federated | None = None
    forget: list[str] = []


class _TokenOrder(msgspec.Struct, kw_only=True):
    subject: str
    audience: str = AUDIENCE
    seconds: float = 600.0
    issuer: str | None = None


class ApplicationControl:
    """Routes below /_simulator."""

    def __init__(self, directory: Directory, platform: Platform) -> None:
        self._directory = directory
        self._platform = platform

    def routes(self) -> dict[tuple[str, str], Callable[[Request], Response]]:
        """By method and path."""
        return {("POST", "applications"): self._change, ("POST", "platform_token"): self._token}

    def _change(self, request: Request) -> Response:
        try:
            order = msgspec.json.decode(request.body, type=_Order)
            kept = self._directory.credentials[order.client_id]
            _carry_out(order, kept)
        except (msgspec.MsgspecError, ValueError, KeyError) as problem:
            return json_response(400, {"error": {"code": "refused", "message": f"This is no order: {problem}"}})
        return json_response(
            200,
            {
                "secrets": [one.document() for one in kept.passwords],
                "certificates": [one.document() for one in kept.keys],
                "federated": [one.document() for one in kept.federated],
            },
        )

    def _token(self, request: Request) -> Response:
        try:
            order = msgspec.json.decode(request.body, type=_TokenOrder)
        except msgspec.MsgspecError as problem:
            return json_response(400, {"error": {"code": "refused", "message": f"This is no order: {problem}"}})
        issuer = order.issuer or issuer_of(request)
        token = self._platform.token(
            issuer=issuer, subject=order.subject, audience=order.audience, seconds=order.seconds
        )
        return json_response(200, {"issuer": issuer, "token": token})


def _carry_out(order: _Order, kept: AppCredentials) -> None:
    if "secrets" in order.forget:
        kept.passwords = []
    if "certificates" in order.forget:
        kept.keys = []
    if "federated" in order.forget:
        kept.federated = []
    if order.certificate is not None:
        kept.keys.append(read_key(order.certificate))
    if order.secret is not None:
        kept.add_password(secret=order.secret, ends=order.ends)
    elif order.ends is not None:
        kept.passwords = [replace(one, ends=order.ends) for one in kept.passwords]
    if order.federated is not None:
        kept.federated.append(order.federated)
