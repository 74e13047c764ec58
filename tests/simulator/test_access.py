"""Who may read Graph, and the headers on every answer."""

import time
import uuid
from typing import Any

import pytest
from tenant_client import Client

from chamberlain.simulator.login.signing import SigningKey, app_only_claims

KEY = SigningKey(5)


def signed(client: Client, roles: tuple[str, ...] = ("User.Read.All",), **changed: Any) -> str:
    claims = app_only_claims(
        tenant_id=client.start["tenant_id"],
        client_id=client.start["own_client_id"],
        app_name="test",
        object_id=str(uuid.uuid4()),
        roles=roles,
        lifetime_seconds=3600,
    )
    return KEY.sign(claims | changed)


def test_no_token_is_no_entry(tenant: Client) -> None:
    answer = tenant.send("GET", "/v1.0/users")
    assert answer.error == (401, "InvalidAuthenticationToken")
    assert answer.json()["error"]["message"] == "Access token is empty."
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"exp": 1}, "Lifetime validation failed, the token is expired."),
        ({"aud": "https://outlook.office365.com"}, "Access token validation failure. Invalid audience."),
        ({"tid": str(uuid.uuid4())}, "Access token validation failure. Invalid tenant."),
    ],
)
def test_a_token_for_something_else_is_refused(tenant: Client, changed: dict[str, Any], message: str) -> None:
    answer = tenant.graph("users", token=signed(tenant, **changed))
    assert answer.error == (401, "InvalidAuthenticationToken")
    assert answer.json()["error"]["message"] == message


def test_a_forged_token_is_refused(tenant: Client) -> None:
    head, body, _ = signed(tenant).split(".")
    _, _, other_signature = signed(tenant, iat=int(time.time()) - 5).split(".")
    assert tenant.graph("users", token=f"{head}.{body}.{other_signature}").error[0] == 401
    assert tenant.graph("users", token="nonsense").error[0] == 401


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("users", "User.Read.All"),
        ("groups", "GroupMember.Read.All"),
        ("servicePrincipals", "Application.Read.All"),
        ("directoryRoles", "RoleManagement.Read.Directory"),
        ("roleManagement/directory/roleAssignments", "RoleManagement.Read.Directory"),
        ("subscribedSkus", "LicenseAssignment.Read.All"),
        ("organization", "Organization.Read.All"),
        ("domains", "Domain.Read.All"),
        ("admin/reportSettings", "ReportSettings.Read.All"),
    ],
)
def test_each_family_asks_for_its_own_permission(tenant: Client, path: str, role: str) -> None:
    assert tenant.graph(path, token=signed(tenant, (role,))).status == 200
    assert tenant.graph(path, token=signed(tenant, ("Reports.Read.All",))).error == (403, "Authorization_RequestDenied")
    assert tenant.graph(path, token=signed(tenant, ())).error[0] == 403


def test_every_answer_carries_graphs_headers(tenant: Client) -> None:
    sent = str(uuid.uuid4())
    for path in ("users?$top=1", "users?$top=0", "nonsense"):
        answer = tenant.graph(path, **{"client-request-id": sent})
        assert answer.headers["client-request-id"] == sent
        assert {"request-id", "date", "x-ms-resource-unit", "x-ms-ags-diagnostic"} <= answer.headers.keys()


@pytest.mark.parametrize(
    ("path", "units"),
    [
        ("users", 2),
        ("users?$select=id", 1),
        ("users?$top=5", 1),
        ("users?$expand=manager", 3),
        ("groups?$select=id", 1),
        ("subscribedSkus", 3),
        ("subscribedSkus?$select=skuId", 2),
        ("organization", 1),
    ],
)
def test_requests_cost_what_microsoft_says(tenant: Client, path: str, units: int) -> None:
    assert tenant.graph(path).headers["x-ms-resource-unit"] == str(units)


def test_members_with_select_cost_two(tenant: Client) -> None:
    group = tenant.get("groups?$top=1&$select=id")["value"][0]["id"]
    assert tenant.graph(f"groups/{group}/members?$select=id").headers["x-ms-resource-unit"] == "2"


def test_usage_adds_up(fresh: Client) -> None:
    fresh.send("POST", "/_simulator/usage/reset")
    for path in ("users", "users?$select=id", "nonsense"):
        fresh.graph(path)
    fresh.batch(
        {"id": "a", "method": "GET", "url": "/users?$select=id"}, {"id": "b", "method": "GET", "url": "/groups"}
    )
    usage = fresh.send("GET", "/_simulator/usage").json()
    assert usage.pop("bytes") > 1_000
    assert usage == {
        "requests": 5,
        "round_trips": 4,
        "batches": 1,
        "resource_units": 5,
        "throttled": 0,
        "by_family": {"directory": {"requests": 5, "resource_units": 5, "throttled": 0}},
        "by_route": {"GET /(unknown)": 1, "GET /groups": 1, "GET /users": 3},
        "quota": {"enforced": False, "resource_units": 5_000, "seconds": 10},
    }
