"""Opening a way to a tenant's Exchange."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

import httpx2

from chamberlain.errors import Misconfigured
from chamberlain.graph import retry
from chamberlain.graph.client import CONNECT_SECONDS, READ_SECONDS
from chamberlain.graph.exchange.cmdlets import CmdletExchange
from chamberlain.graph.exchange.fault import exchange_error
from chamberlain.graph.exchange.invoke import InvokeRunner
from chamberlain.graph.exchange.port import Exchange
from chamberlain.graph.exchange.powershell import PowerShellRunner
from chamberlain.graph.exchange.rim import check_request
from chamberlain.graph.quota.ledger import Ledger, MemoryLedger
from chamberlain.graph.quota.limiter import Limiter
from chamberlain.graph.token import Credential, TokenSource
from chamberlain.graph.wire import Wire
from chamberlain.model.cloud import HOSTS, Cloud
from chamberlain.model.exchange import NO_CMDLETS, CmdletPermit, ExchangeWay
from chamberlain.model.quota import Priority
from chamberlain.policy.cloud import exchange_of, login_of
from chamberlain.settings import Settings

AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class ExchangeEndpoint:
    """Where a cloud's Exchange is, and which way leads there.

    audience  what tokens are for, whatever host answers
    """

    login_root: str
    root: str
    audience: str
    way: ExchangeWay
    pwsh: Path


def exchange_endpoint_of(cloud: Cloud, *, settings: Settings) -> ExchangeEndpoint | None:
    """The cloud's Exchange, as this installation reaches it; None where it is off."""
    if settings.exchange == ExchangeWay.OFF.value:
        return None
    return ExchangeEndpoint(
        login_of(cloud, settings=settings),
        exchange_of(cloud, settings=settings),
        HOSTS[cloud].exchange,
        ExchangeWay(settings.exchange),
        settings.pwsh,
    )


@asynccontextmanager
async def open_exchange(
    endpoint: ExchangeEndpoint,
    credential: Credential,
    *,
    ledger: Ledger | None = None,
    priority: Priority = Priority.BULK,
    deadline: timedelta | None = None,
    permits: frozenset[CmdletPermit] = NO_CMDLETS,
) -> AsyncIterator[Exchange]:
    """A tenant's Exchange; what was opened for it closes at the end.

    ledger    the budget that is shared with other processes; one of this process alone where it is None
    deadline  how long one call may take, however often it is made; by default as the priority is
    permits   the cmdlets that may change something (policy/cmdlets.py)
    raises    Misconfigured("exchange_off"), Misconfigured("powershell_missing")
    """
    if endpoint.way is ExchangeWay.OFF:
        raise Misconfigured("exchange_off")
    if deadline is None:
        deadline = retry.DEADLINE if priority is Priority.BULK else retry.SHORT_DEADLINE
    limits = httpx2.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    timeout = httpx2.Timeout(READ_SECONDS, connect=CONNECT_SECONDS, pool=None)
    async with httpx2.AsyncClient(limits=limits, timeout=timeout, follow_redirects=False) as http:
        http.event_hooks["request"] = [partial(_check, tenant=credential.tenant, permits=permits)]
        tokens = TokenSource(
            http=http, login_root=endpoint.login_root, graph_root=endpoint.audience, credential=credential
        )
        if endpoint.way is ExchangeWay.POWERSHELL:
            runner = PowerShellRunner(
                pwsh=endpoint.pwsh, tokens=tokens, tenant=credential.tenant, permits=permits, deadline=deadline
            )
            try:
                yield CmdletExchange(runner)
            finally:
                await runner.close()
            return
        limiter = Limiter(ledger or MemoryLedger(), priority=priority, at_once=AT_ONCE)
        wire = Wire(http=http, tokens=tokens, limiter=limiter, deadline=deadline, error_of=exchange_error)
        try:
            yield CmdletExchange(InvokeRunner(wire=wire, root=endpoint.root, tenant=credential.tenant, permits=permits))
        finally:
            await limiter.close()


async def _check(request: httpx2.Request, *, tenant: str, permits: frozenset[CmdletPermit]) -> None:
    path = request.url.raw_path.decode("ascii").partition("?")[0]
    check_request(request.method, path, request.content, tenant=tenant, permits=permits)
