"""The way over InvokeCommand, the endpoint behind Microsoft's PowerShell module. Microsoft does not support its use by
others and may change it at any time.

source  shapes as the module sends and receives them; https://learn.microsoft.com/powershell/exchange/
        app-only-auth-powershell-v2 (2026) for the permission and the role
"""

from functools import partial
from urllib.parse import urlsplit

import httpx2
import msgspec

from chamberlain.errors import Refused, Upstream
from chamberlain.graph.exchange.fault import error_of, told
from chamberlain.graph.exchange.port import Parameters, Shape
from chamberlain.graph.exchange.rim import INVOKE, READS, check
from chamberlain.graph.exchange.shape import fields
from chamberlain.graph.wire import Again, Call, Wire
from chamberlain.model.exchange import CmdletPermit

PAGE = 1_000
TABLE = "#Exchange.GenericHashTable"
# Exchange's own mailbox of every tenant: what is about nobody's mailbox is routed there.
ANCHOR = "APP:SystemMailbox{{bb558c35-97f1-4cb9-8ff7-d53741dc928c}}@{tenant}"


class _Answer(msgspec.Struct):
    value: list[msgspec.Raw] = []
    warnings: list[str] = msgspec.field(name="@adminapi.warnings", default_factory=list)
    next: str | None = msgspec.field(name="@odata.nextLink", default=None)


class InvokeRunner:
    """Runs cmdlets over InvokeCommand."""

    def __init__(self, *, wire: Wire, root: str, tenant: str, permits: frozenset[CmdletPermit]) -> None:
        self._wire = wire
        self._root = root
        self._tenant = tenant
        self._permits = permits

    async def run(self, cmdlet: str, parameters: Parameters, *, shape: type[Shape]) -> list[Shape]:
        """All that a cmdlet puts out, every page of it."""
        check(cmdlet, parameters, permits=self._permits)
        said = {name: _typed(value) for name, value in parameters.items()}
        body = msgspec.json.encode({"CmdletInput": {"CmdletName": cmdlet, "Parameters": said}})
        selected = f"?$select={','.join(fields(shape))}" if cmdlet in READS else ""
        first = f"{self._root}/adminapi/beta/{self._tenant}/{INVOKE}{selected}"
        found: list[Shape] = []
        seen: set[str] = set()
        link: str | None = first
        while link is not None:
            if link in seen:
                raise Upstream("page_repeated", path=cmdlet, request_id="")
            seen.add(link)
            answer = await self._ask(cmdlet, self._own(link), body)
            found += [msgspec.json.decode(one, type=shape) for one in answer.value]
            link = answer.next
        return found

    async def _ask(self, cmdlet: str, url: str, body: bytes) -> _Answer:
        price = self._wire.limiter.price("POST", url)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "X-AnchorMailbox": ANCHOR.format(tenant=self._tenant),
            "X-CmdletName": cmdlet,
            "Prefer": f"odata.maxpagesize={PAGE}",
            "parameter-based-routing": "true",
        }
        call = Call("POST", url, price.charges, body=body, headers=headers, repeatable=cmdlet in READS)
        return await self._wire.ask(call, partial(_read, cmdlet=cmdlet))

    def _own(self, link: str) -> str:
        """A link to the same host, so that the token goes to Exchange and nowhere else.

        raises  Refused("foreign_link")
        """
        root, other = urlsplit(self._root), urlsplit(link)
        if (other.scheme, other.netloc.lower()) != (root.scheme, root.netloc.lower()):
            raise Refused("foreign_link", host=other.netloc)
        return link


def _typed(value: object) -> object:
    """A table of PowerShell's says over this wire that it is one."""
    return {"@odata.type": TABLE, **value} if isinstance(value, dict) else value


def _read(response: httpx2.Response, *, cmdlet: str) -> _Answer:
    """The answer, unless it holds an error: Exchange answers 200 to some that failed."""
    said = told(response.content)
    if said is None:
        return msgspec.json.decode(response.content, type=_Answer)
    request_id = response.headers.get("request-id", "")
    error = error_of(said, status=response.status_code, path=cmdlet, request_id=request_id)
    if isinstance(error, Upstream):
        raise Again(error)
    raise error
