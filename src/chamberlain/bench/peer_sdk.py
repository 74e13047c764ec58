"""The obvious way, for comparison: Microsoft's own SDK lists users, lists groups, and pages the members of each group.

A process of its own, so that its time and processor seconds can be told apart. The SDK is not part of the product;
where it is not installed, the comparison says so.
"""

import asyncio
import json
import resource
import time
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import typer

IN_FLIGHT = 16
TOP = 999


def main(
    url: Annotated[str, typer.Option(help="Where the simulator is.")],
    token: Annotated[str, typer.Option(envvar="CHAMBERLAIN_PEER_TOKEN")],
    selects: Annotated[bool, typer.Option(help="Asks for few fields and the largest pages.")] = False,  # noqa: FBT002
) -> None:
    """Reads once and prints what was found and how long it took."""
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    found = asyncio.run(_read(url, token, selects=selects))
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    seconds = time.perf_counter() - began
    typer.echo(json.dumps({**found, "seconds": round(seconds, 2), "cpu_seconds": round(cpu, 2)}))


async def _read(url: str, token: str, *, selects: bool) -> dict[str, int]:
    from httpx import AsyncClient, AsyncHTTPTransport
    from kiota_abstractions.authentication import AuthenticationProvider
    from kiota_abstractions.request_information import RequestInformation
    from msgraph.graph_request_adapter import GraphRequestAdapter
    from msgraph.graph_service_client import GraphServiceClient
    from msgraph_core import GraphClientFactory  # type: ignore[import-untyped]  # the SDK ships no types of it

    class StaticToken(AuthenticationProvider):
        """Always the same token, also over plain http on loopback."""

        async def authenticate_request(
            self,
            request: RequestInformation,
            additional_authentication_context: dict[str, Any] | None = None,  # noqa: ARG002 - the SDK's signature
        ) -> None:
            request.headers.try_add("Authorization", f"Bearer {token}")

    gate = asyncio.Semaphore(IN_FLIGHT)
    async with AsyncHTTPTransport() as transport:
        connection = GraphClientFactory.create_with_default_middleware(
            client=AsyncClient(transport=transport, timeout=120.0)
        )
        adapter = GraphRequestAdapter(StaticToken(), connection)
        adapter.base_url = f"{url}/v1.0/"
        graph = GraphServiceClient(request_adapter=adapter)
        return await _walk(graph, gate, selects=selects)


async def _walk(graph: Any, gate: asyncio.Semaphore, *, selects: bool) -> dict[str, int]:
    async def ask(question: Callable[[], Awaitable[Any]]) -> Any:
        async with gate:
            return await question()

    async def every(builder: Any, select: list[str]) -> list[Any]:
        page = await ask(lambda: builder.get(request_configuration=_configured(builder, select) if selects else None))
        found = list(page.value)
        while page.odata_next_link:
            link = page.odata_next_link
            page = await ask(builder.with_url(link).get)
            found.extend(page.value)
        return found

    users = await every(graph.users, ["id", "displayName", "userPrincipalName", "accountEnabled"])
    groups = await every(graph.groups, ["id", "displayName", "mailEnabled", "securityEnabled", "groupTypes"])
    members = await asyncio.gather(*(every(graph.groups.by_group_id(group.id).members, ["id"]) for group in groups))
    return {"users": len(users), "groups": len(groups), "memberships": sum(map(len, members))}


def _configured(builder: Any, select: list[str]) -> Any:
    from kiota_abstractions.base_request_configuration import RequestConfiguration

    parameters = next(value for name, value in vars(type(builder)).items() if name.endswith("GetQueryParameters"))(
        select=select, top=TOP
    )
    return RequestConfiguration(query_parameters=parameters)


if __name__ == "__main__":
    typer.run(main)
