"""Microsoft's own SDK reads every resource of the simulator, typed and complete."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from httpx import AsyncClient, AsyncHTTPTransport
from kiota_abstractions.authentication import AuthenticationProvider
from kiota_abstractions.request_information import RequestInformation
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.models.device import Device
from msgraph.generated.models.group import Group
from msgraph.generated.models.user import User
from msgraph_core import GraphClientFactory
from tenant_client import Client

from chamberlain.simulator.graph.shapes.group import GROUP
from chamberlain.simulator.graph.shapes.user import USER

# The SDK warns of its own classes while it is imported, which happens piece by piece during the tests.
pytestmark = pytest.mark.filterwarnings("ignore:.*is deprecated:DeprecationWarning")


class StaticToken(AuthenticationProvider):
    """Always the same token, also over plain http on loopback."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def authenticate_request(
        self, request: RequestInformation, additional_authentication_context: dict[str, Any] | None = None
    ) -> None:
        request.headers.try_add("Authorization", f"Bearer {self._token}")


async def every_item(builder: Any) -> list[Any]:
    page = await builder.get()
    found = list(page.value)
    while page.odata_next_link:
        page = await builder.with_url(page.odata_next_link).get()
        found.extend(page.value)
    return found


def snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def run(client: Client, story: Callable[[GraphServiceClient], Awaitable[Any]]) -> Any:
    async def told() -> Any:
        # The SDK's middleware does not hand `aclose` on to the transport beneath it, so the test closes that itself.
        async with AsyncHTTPTransport() as transport:
            connection = GraphClientFactory.create_with_default_middleware(client=AsyncClient(transport=transport))
            adapter = GraphRequestAdapter(StaticToken(client.token), connection)
            adapter.base_url = f"{client.start['url']}/v1.0/"
            return await story(GraphServiceClient(request_adapter=adapter))

    return asyncio.run(told())


@pytest.mark.parametrize(
    ("path", "collection"),
    [
        ("users", lambda graph: graph.users),
        ("groups", lambda graph: graph.groups),
        ("servicePrincipals", lambda graph: graph.service_principals),
        ("devices", lambda graph: graph.devices),
        ("directoryRoles", lambda graph: graph.directory_roles),
        ("domains", lambda graph: graph.domains),
        ("organization", lambda graph: graph.organization),
        ("subscribedSkus", lambda graph: graph.subscribed_skus),
        ("roleManagement/directory/roleDefinitions", lambda graph: graph.role_management.directory.role_definitions),
        ("roleManagement/directory/roleAssignments", lambda graph: graph.role_management.directory.role_assignments),
        (
            "roleManagement/directory/roleEligibilityScheduleInstances",
            lambda graph: graph.role_management.directory.role_eligibility_schedule_instances,
        ),
        ("oauth2PermissionGrants", lambda graph: graph.oauth2_permission_grants),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_sdk_reads_every_collection(tenant: Client, path: str, collection: Callable[[Any], Any]) -> None:
    items = run(tenant, lambda graph: every_item(collection(graph)))
    wire = tenant.listing(path)
    assert [item.id for item in items] == [item["id"] for item in wire]
    for item, sent in zip(items, wire, strict=True):
        assert not item.additional_data
        for name, value in sent.items():
            assert hasattr(item, snake(name)), name
            assert value in (None, [], {}) or getattr(item, snake(name)) not in (None, []), name


async def delta_rounds(builder: Any, link: str | None) -> tuple[list[Any], str]:
    """(items, delta link) of one round by the SDK's own pages."""
    page = await (builder.with_url(link) if link else builder).get()
    found = list(page.value)
    while page.odata_next_link:
        page = await builder.with_url(page.odata_next_link).get()
        found.extend(page.value)
    return found, page.odata_delta_link


def apply_members(members: dict[str, set[str]], groups: list[Any]) -> None:
    """What the SDK shows of a round of groups, which leaves annotations to the caller."""
    for group in groups:
        known = members.setdefault(group.id, set())
        for entry in group.additional_data.get("members@delta", ()):
            data = entry if isinstance(entry, dict) else {"id": entry.id, **entry.additional_data}
            (known.discard if "@removed" in data else known.add)(str(data["id"]))


def test_the_sdk_follows_users_and_groups_by_delta(start: Callable[..., Client]) -> None:
    client = start("--seed", "8", "--users", "40", "--groups", "22", "--memberships", "200", "--apps", "5")

    async def story(graph: GraphServiceClient) -> tuple[dict[str, Any], dict[str, set[str]]]:
        names: dict[str, Any] = {}
        members: dict[str, set[str]] = {}
        link_of_users = link_of_groups = None
        for seed in (1, 2):
            users, link_of_users = await delta_rounds(graph.users.delta, link_of_users)
            names |= {user.id: user.display_name for user in users if user.display_name is not None}
            groups, link_of_groups = await delta_rounds(graph.groups.delta, link_of_groups)
            apply_members(members, groups)
            if seed == 1:
                client.send("POST", "/_simulator/churn", body={"users": 10, "groups": 3, "memberships": 60})
        return names, members

    names, members = run(client, story)
    lines = client.truth("effective=0")
    accounts = [line for line in lines if line["t"] == "account"]
    assert names == {line["id"]: line["name"] for line in accounts if line["name"] is not None}
    true: dict[str, set[str]] = {guid: set() for guid in members}
    for line in lines:
        if line.get("relation") == "member":
            true[line["permission"].partition(":")[2]].add(line["holder"])
    assert members == true


def test_the_sdk_reads_everything_of_a_person(golden: Client) -> None:
    async def story(graph: GraphServiceClient) -> None:
        builder = graph.users.by_user_id("chloe@golden.example")
        user = await builder.get()
        manager = await builder.manager.get()
        held = await builder.member_of.get()
        licences = await builder.license_details.get()
        assert user is not None
        assert isinstance(manager, User)
        assert manager.display_name == "Ben Okafor"
        assert held is not None
        assert all(isinstance(group, Group) for group in held.value or [])
        assert licences is not None
        assert [licence.sku_part_number for licence in licences.value or []] == ["SPE_E3"]

    run(golden, story)


def test_the_sdk_knows_every_property_we_can_select(tenant: Client) -> None:
    async def story(graph: GraphServiceClient) -> None:
        for builder, shape in ((graph.users, USER), (graph.groups, GROUP)):
            names = [name for name in shape.properties if name not in shape.single_only and name not in shape.guarded]
            page = await builder.with_url(
                f"{tenant.start['url']}/v1.0/{shape.name}s?$top=50&$select={','.join(names)}"
            ).get()
            assert page is not None
            assert all(not item.additional_data for item in page.value or [])

    run(tenant, story)


def test_the_sdk_tells_members_apart(golden: Client) -> None:
    group = next(known["id"] for known in golden.listing("groups") if known["displayName"] == "Legacy share")

    async def story(graph: GraphServiceClient) -> set[str]:
        page = await graph.groups.by_group_id(group).members.get()
        assert page is not None
        assert any(isinstance(member, Device) for member in page.value or [])
        return {type(member).__name__ for member in page.value or []}

    assert run(golden, story) == {"User", "Device", "ServicePrincipal"}


def test_the_sdk_reads_owners_assignments_and_settings(golden: Client) -> None:
    ids = {
        known["displayName"]: known["id"] for path in ("groups", "servicePrincipals") for known in golden.listing(path)
    }

    async def story(graph: GraphServiceClient) -> None:
        owners = await graph.groups.by_group_id(ids["Project Atlas"]).owners.get()
        assert owners is not None
        assert [isinstance(owner, User) for owner in owners.value or []] == [True, True]
        assigned = await graph.service_principals.by_service_principal_id(ids["Salesforce"]).app_role_assigned_to.get()
        assert assigned is not None
        assert {held.principal_type for held in assigned.value or []} == {"User", "Group", "ServicePrincipal"}
        settings = await graph.admin.report_settings.get()
        assert settings is not None
        assert settings.display_concealed_names is True

    run(golden, story)
