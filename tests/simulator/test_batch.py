"""Twenty requests in one, by Microsoft's rules."""

from base64 import b64decode, urlsafe_b64encode
from typing import Any

import pytest
from tenant_client import Client


def get(name: str, url: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "method": "GET", "url": url, **more}


def test_parts_are_answered_each_with_its_own_status(tenant: Client) -> None:
    user = tenant.get("users?$top=1&$select=id")["value"][0]["id"]
    parts = tenant.batch(
        get("1", f"/users/{user}?$select=id,displayName"), get("2", "users/nobody"), get("3", "/nonsense")
    )
    assert {name: part["status"] for name, part in parts.items()} == {"1": 200, "2": 404, "3": 400}
    assert parts["1"]["body"] == tenant.get(f"users/{user}?$select=id,displayName")
    assert parts["2"]["body"]["error"]["code"] == "Request_ResourceNotFound"
    assert parts["1"]["headers"]["Content-Type"].startswith("application/json")


def test_each_part_costs_its_units(tenant: Client) -> None:
    parts = tenant.batch(get("a", "/users"), get("b", "/users?$select=id"), get("c", "/users/nobody"))
    assert [parts[name]["headers"]["x-ms-resource-unit"] for name in "abc"] == ["2", "1", "0"]


def test_a_part_has_its_own_headers_only(tenant: Client) -> None:
    eventual = {"ConsistencyLevel": "eventual"}
    parts = tenant.batch(
        get("with", "/users?$count=true&$top=1", headers=eventual), get("without", "/users?$count=true&$top=1")
    )
    assert parts["with"]["body"]["@odata.count"] == 300
    assert "@odata.count" not in parts["without"]["body"]


def test_pages_go_on_from_a_part(tenant: Client) -> None:
    page = tenant.batch(get("1", "/users?$top=200&$select=id"))["1"]["body"]
    rest = tenant.get(page["@odata.nextLink"])
    assert len({user["id"] for user in (*page["value"], *rest["value"])}) == 300


def test_what_is_no_json_comes_as_base64(tenant: Client) -> None:
    part = tenant.batch(get("1", "/users/$count", headers={"consistencylevel": "eventual"}))["1"]
    assert (part["headers"]["Content-Type"], b64decode(part["body"])) == ("text/plain", b"300")


@pytest.mark.parametrize("as_text", [False, True])
def test_a_part_may_have_a_body(tenant: Client, as_text: bool) -> None:
    user = tenant.get("users?$top=1&$select=id")["value"][0]["id"]
    body: Any = {"ids": [user]}
    if as_text:
        body = urlsafe_b64encode(f'{{"ids":["{user}"]}}'.encode()).decode().rstrip("=")
    part = {"method": "POST", "url": "/directoryObjects/getByIds", "body": body}
    answer = tenant.batch({"id": "1", "headers": {"Content-Type": "application/json"}, **part})["1"]
    assert [item["id"] for item in answer["body"]["value"]] == [user]


def test_what_depends_on_a_failure_fails(tenant: Client) -> None:
    parts = tenant.batch(
        get("last", "/users?$top=1", dependsOn=["middle"]),
        get("middle", "/users?$top=1", dependsOn=["FIRST"]),
        get("first", "/users/nobody"),
        get("free", "/users?$top=1"),
    )
    assert {name: part["status"] for name, part in parts.items()} == {
        "first": 404,
        "middle": 424,
        "last": 424,
        "free": 200,
    }


@pytest.mark.parametrize(
    "requests",
    [
        [],
        [get(str(number), "/users?$top=1") for number in range(21)],
        [get("a", "/users"), get("A", "/groups")],
        [get("1", "https://graph.microsoft.com/v1.0/users")],
        [get("1", "//elsewhere/users")],
        [get("1", "/$batch")],
        [get("1", "/users") | {"method": "get"}],
        [{"id": "1", "method": "GET"}],
        [{"method": "GET", "url": "/users"}],
        [get("1", "/users", dependsOn=["2"])],
        [get("1", "/users", dependsOn=["2"]), get("2", "/users", dependsOn=["1"])],
        [{"id": "1", "method": "POST", "url": "/directoryObjects/getByIds", "body": {"ids": []}}],
    ],
    ids=[
        "nothing", "21", "same id", "absolute", "host", "nested", "lower case", "no url", "no id", "unknown dependency",
        "circle", "no content type",
    ],
)  # fmt: skip
def test_a_batch_against_the_rules_is_refused_whole(tenant: Client, requests: list[dict[str, Any]]) -> None:
    assert tenant.batch_answer(*requests).error == (400, "BadRequest")


def test_twenty_is_not_too_many(tenant: Client) -> None:
    assert len(tenant.batch(*(get(str(number), "/users?$top=1") for number in range(20)))) == 20


def test_a_batch_needs_a_token_and_json(tenant: Client) -> None:
    assert tenant.send("POST", "/v1.0/$batch", body={"requests": []}).error == (401, "InvalidAuthenticationToken")
    headers = {"Authorization": f"Bearer {tenant.token}"}
    assert tenant.send("POST", "/v1.0/$batch", body=b"{", headers=headers).error == (400, "BadRequest")
    assert tenant.send("GET", "/v1.0/$batch", headers=headers).status == 405


def test_the_version_of_the_batch_counts(tenant: Client) -> None:
    answer = tenant.batch_answer(get("1", "/users?$top=1&$select=id"), version="beta").json()
    assert "/beta/" in answer["responses"][0]["body"]["@odata.nextLink"]
