"""Client-credentials tokens of the Microsoft identity platform.

source  https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow (2026)
"""

import asyncio
import base64
import time
from dataclasses import dataclass, field
from datetime import timedelta

import httpx2
import msgspec

from chamberlain import clock
from chamberlain.errors import Upstream
from chamberlain.graph import retry
from chamberlain.graph.fault import raise_for_token
from chamberlain.graph.proof import Proof, form_of

EARLY_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Credential:
    """Who we are to a tenant. `repr` leaves the proof out.

    proof  a plain text is a client secret
    """

    tenant: str
    client_id: str
    proof: Proof = field(repr=False)


class Claims(msgspec.Struct):
    """What we read of an access token, for diagnostics only: Graph decides, not we."""

    tid: str = ""
    appid: str = ""
    oid: str = ""
    roles: list[str] = []


class _Answer(msgspec.Struct):
    access_token: str
    expires_in: int


class TokenSource:
    """Keeps one token per tenant and renews it five minutes before it expires."""

    def __init__(self, *, http: httpx2.AsyncClient, login_root: str, graph_root: str, credential: Credential) -> None:
        self._http = http
        self._url = f"{login_root}/{credential.tenant}/oauth2/v2.0/token"
        self._scope = f"{graph_root}/.default"
        self._credential = credential
        self._lock = asyncio.Lock()
        self._token = ""
        self._good_until = 0.0
        self._busy_until = 0.0
        self._busy: Upstream | None = None

    async def token(self) -> str:
        """A valid access token.

        raises  what `fault.raise_for_token` raises; Upstream("network_unreachable")
        """
        async with self._lock:
            if time.monotonic() >= self._good_until:
                answer = await self._fetch_unless_busy()
                self._token = answer.access_token
                self._good_until = time.monotonic() + max(answer.expires_in - EARLY_SECONDS, 0.0)
            return self._token

    def forget(self, token: str) -> None:
        """Drops a token that Graph rejected, unless it was renewed meanwhile."""
        if token == self._token:
            self._good_until = 0.0

    def renew(self) -> None:
        """Gets another token before the next request."""
        self._good_until = 0.0

    async def _fetch_unless_busy(self) -> _Answer:
        """Where Microsoft asked us to wait, all who want the token wait, and only one asks again."""
        left = self._busy_until - time.monotonic()
        if self._busy is not None and left > 0:
            raise Upstream(self._busy.code, again_after=timedelta(seconds=left), **self._busy.data)
        try:
            return await self._fetch()
        except Upstream as error:
            if error.again_after is not None:
                self._busy, self._busy_until = error, time.monotonic() + error.again_after.total_seconds()
            raise

    async def _fetch(self) -> _Answer:
        form = {
            "client_id": self._credential.client_id,
            "scope": self._scope,
            "grant_type": "client_credentials",
            **form_of(
                self._credential.proof, client_id=self._credential.client_id, audience=self._url, now=clock.now()
            ),
        }
        try:
            response = await self._http.post(self._url, data=form)
        except httpx2.RequestError as error:
            raise Upstream(
                "network_unreachable", host=httpx2.URL(self._url).host, reason=type(error).__name__
            ) from error
        if response.status_code != 200:
            wait = retry.asked_wait(response.headers, now=clock.now())
            raise_for_token(response.status_code, response.content, again_after=wait)
        try:
            return msgspec.json.decode(response.content, type=_Answer)
        except msgspec.DecodeError as error:
            raise Upstream("microsoft_unreadable", path="token", status=200, request_id="") from error


def read_claims(token: str) -> Claims:
    """The claims of a token, unverified: it came from Microsoft over our own connection."""
    try:
        body = token.split(".")[1]
        return msgspec.json.decode(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)), type=Claims)
    except (IndexError, ValueError, msgspec.DecodeError):
        return Claims()
