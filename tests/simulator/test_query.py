"""Query options and their limits, with Graph's words for what is refused."""

from urllib.parse import quote

import pytest
from tenant_client import Client

USER_DEFAULT = {
    "businessPhones", "displayName", "givenName", "id", "jobTitle", "mail", "mobilePhone", "officeLocation",
    "preferredLanguage",
    "surname", "userPrincipalName",
}  # fmt: skip


def test_a_list_without_select_has_the_default_properties(tenant: Client) -> None:
    page = tenant.get("users")
    assert len(page["value"]) == 100
    assert all(set(user) == USER_DEFAULT for user in page["value"])


def test_select_gives_id_always_and_nulls_and_empty_lists(tenant: Client) -> None:
    users = tenant.get("users?$select=mail,proxyAddresses&$top=999")["value"]
    assert all(set(user) == {"id", "mail", "proxyAddresses"} for user in users)
    assert {"mail": None, "proxyAddresses": []}.items() <= next(user for user in users if user["mail"] is None).items()


@pytest.mark.parametrize("top", [1, 7, 100, 999])
def test_pages_of_any_size_give_every_user_once(tenant: Client, top: int) -> None:
    ids = [user["id"] for user in tenant.listing(f"users?$top={top}&$select=id")]
    assert len(ids) == len(set(ids)) == 300


def test_the_next_link_is_absolute_and_its_token_literal(tenant: Client) -> None:
    link = tenant.get("users?$top=5&$select=id")["@odata.nextLink"]
    assert link.startswith(f"{tenant.start['url']}/v1.0/users?$top=5&$select=id&$skiptoken=")


def test_both_versions_and_a_doubled_slash_see_the_same(tenant: Client) -> None:
    users = [tenant.get(f"{root}users?$top=3&$select=id")["value"] for root in ("/v1.0/", "/beta/", "/v1.0//")]
    assert users[0] == users[1] == users[2]


def test_count_needs_the_header_and_comes_on_the_first_page_only(tenant: Client) -> None:
    assert "@odata.count" not in tenant.get("users?$count=true&$top=5")
    first = tenant.get("users?$count=true&$top=5", advanced=True)
    assert first["@odata.count"] == 300
    assert "@odata.count" not in tenant.get(first["@odata.nextLink"], advanced=True)


def test_the_count_segment(tenant: Client) -> None:
    assert tenant.graph("users/$count", advanced=True).body == b"300"
    assert tenant.graph("users/$count").error == (400, "Request_BadRequest")


@pytest.mark.parametrize(
    ("path", "status", "code", "words"),
    [
        (
            "users?$top=1000",
            400,
            "Request_UnsupportedQuery",
            "Invalid page size specified: '1000'. Must be between 1 and 999",
        ),
        ("users?$top=0", 400, "Request_UnsupportedQuery", "Invalid page size specified: '0'"),
        ("users?$top=x", 400, "BadRequest", "Invalid value 'x' for $top"),
        ("users?$skip=5", 400, "Request_BadRequest", "$skip"),
        (
            "users?$select=nope",
            400,
            "BadRequest",
            "Could not find a property named 'nope' on type 'microsoft.graph.user'.",
        ),
        ("users?$select=aboutMe", 501, "NotImplemented", "aboutMe"),
        ("users?$select=id,signInActivity", 403, "Authentication_MSGraphPermissionMissing", "AuditLog.Read.All"),
        (
            "users?$expand=manager,memberOf",
            400,
            "Request_BadRequest",
            "Only one property can be expanded in a single query.",
        ),
        ("users?$expand=nope", 400, "BadRequest", "Could not find a property named 'nope'"),
        ('users?$search="displayName:a"', 400, "Request_UnsupportedQuery", "ConsistencyLevel: eventual"),
        ("users?$filter=displayName ne 'x'", 400, "Request_UnsupportedQuery", "Operator 'ne' is not supported"),
        ("users?$filter=endsWith(mail,'x')", 400, "Request_UnsupportedQuery", "Operator 'endsWith' is not supported"),
        ("users?$filter=nope eq 'x'", 400, "Request_UnsupportedQuery", "Property 'nope' does not exist as a declared"),
        (
            "groups?$filter=createdDateTime ge 2020-01-01T00:00:00Z",
            400,
            "Request_UnsupportedQuery",
            "of resource 'Group'.",
        ),
        ("users?$filter=displayName eq", 400, "BadRequest", "Invalid filter clause"),
        ("users?$filter=displayName like 'x'", 400, "BadRequest", "Invalid filter clause"),
        ("users?$frobnicate=1", 400, "BadRequest", "$frobnicate"),
        ("users?$skiptoken=abc", 400, "Request_BadRequest", "page token"),
        ("directoryRoles?$top=5", 400, "Request_UnsupportedQuery", "$top"),
        ("subscribedSkus?$top=5", 400, "Request_UnsupportedQuery", "$top"),
        ("nonsense", 400, "BadRequest", "Resource not found for the segment 'nonsense'."),
        ("roleManagement/directory", 400, "Request_InvalidRequestUrl", ""),
        (
            "users/nobody@nowhere.example",
            404,
            "Request_ResourceNotFound",
            "Resource 'nobody@nowhere.example' does not exist",
        ),
        ("groups/11111111-2222-4333-8444-555555555555", 404, "Request_ResourceNotFound", "does not exist"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_graph_refuses(tenant: Client, path: str, status: int, code: str, words: str) -> None:
    answer = tenant.graph(path)
    assert answer.error == (status, code)
    assert words in answer.json()["error"]["message"]
    assert {"date", "request-id", "client-request-id"} == answer.json()["error"]["innerError"].keys()


def test_a_token_of_another_listing_is_refused(tenant: Client) -> None:
    token = tenant.get("users?$top=5")["@odata.nextLink"].rpartition("=")[2]
    assert tenant.graph(f"users?$top=6&$skiptoken={token}").error == (400, "Request_BadRequest")


def test_unknown_paths_outside_graph_are_404(tenant: Client) -> None:
    assert tenant.send("GET", "/nothing/here").error[0] == 404
    assert tenant.send("GET", "/").error[0] == 404


def test_filters_find_what_a_full_listing_shows(tenant: Client) -> None:
    users = tenant.listing("users?$select=id,displayName,accountEnabled,userType,assignedLicenses,department&$top=999")
    sku = next(licence["skuId"] for user in users for licence in user["assignedLicenses"])
    checks = {
        "accountEnabled eq false": lambda user: not user["accountEnabled"],
        "userType eq 'Guest' and accountEnabled eq true": lambda user: (
            user["userType"] == "Guest" and user["accountEnabled"]
        ),
        "startswith(displayName,'an')": lambda user: (user["displayName"] or "").lower().startswith("an"),
        "department in ('Sales','IT')": lambda user: user["department"] in {"Sales", "IT"},
        "(department eq 'Sales' or department eq 'IT') and accountEnabled eq false": lambda user: (
            user["department"] in {"Sales", "IT"} and not user["accountEnabled"]
        ),
        f"assignedLicenses/any(s:s/skuId eq {sku})": lambda user: (
            sku in {held["skuId"] for held in user["assignedLicenses"]}
        ),
        "department eq null": lambda user: user["department"] is None,
    }
    for text, test in checks.items():
        found = {user["id"] for user in tenant.listing(f"users?$select=id&$filter={text}")}
        assert found == {user["id"] for user in users if test(user)}, text


def test_advanced_operators_work_with_header_and_count(tenant: Client) -> None:
    every = tenant.listing("groups?$select=id,groupTypes&$top=999")
    page = tenant.get(
        "groups?$select=id&$top=999&$count=true&$filter=NOT groupTypes/any(c:c eq 'Unified')", advanced=True
    )
    expected = {group["id"] for group in every if "Unified" not in group["groupTypes"]}
    assert {group["id"] for group in page["value"]} == expected
    assert page["@odata.count"] == len(expected)


def test_keys_are_found_without_a_search(tenant: Client) -> None:
    users = tenant.get("users?$top=3&$select=id,userPrincipalName")["value"]
    ids = ",".join(f"'{user['id']}'" for user in users)
    assert tenant.listing(f"users?$select=id,userPrincipalName&$filter=id in ({ids})") == users
    name = users[1]["userPrincipalName"]
    assert tenant.get(f"users?$select=id,userPrincipalName&$filter=userPrincipalName eq '{name}'")["value"] == [
        users[1]
    ]
    assert tenant.get(f"users/{name}?$select=id")["id"] == users[1]["id"]
    assert tenant.get(f"users('{users[1]['id']}')?$select=id")["id"] == users[1]["id"]


def test_a_guest_is_found_by_an_encoded_name(tenant: Client) -> None:
    guest = tenant.get("users?$filter=userType eq 'Guest'&$top=1&$select=id,userPrincipalName")["value"][0]
    assert "#EXT#" in guest["userPrincipalName"]
    answer = tenant.send(
        "GET", f"/v1.0/users/{quote(guest['userPrincipalName'])}", headers={"Authorization": f"Bearer {tenant.token}"}
    )
    assert answer.json()["id"] == guest["id"]


def test_sixteen_values_are_too_many(tenant: Client) -> None:
    values = ",".join(f"'d{number}'" for number in range(16))
    answer = tenant.graph(f"users?$filter=department in ({values})")
    assert answer.error == (400, "Request_UnsupportedQuery")
    assert "Max allowed: 15" in answer.json()["error"]["message"]


def test_expanded_members_are_cut_at_twenty_without_a_word(tenant: Client) -> None:
    for group in tenant.listing("groups?$expand=members($select=id)&$select=id&$top=50"):
        members = tenant.listing(f"groups/{group['id']}/members?$select=id&$top=999")
        assert group["members"] == members[:20]
        assert "members@odata.nextLink" not in group


def test_members_say_their_type_and_a_cast_keeps_one(tenant: Client) -> None:
    group = tenant.get("groups?$select=id&$top=8")["value"][7]["id"]
    members = tenant.listing(f"groups/{group}/members?$select=id")
    assert {member["@odata.type"] for member in members} == {
        "#microsoft.graph.user",
        "#microsoft.graph.group",
        "#microsoft.graph.device",
    }
    for name in ("microsoft.graph.device", "graph.device"):
        cast = tenant.get(f"groups/{group}/members/{name}?$count=true", advanced=True)
        assert len(cast["value"]) == 1
    assert tenant.graph(f"groups/{group}/members/microsoft.graph.device").error[0] == 400
    assert tenant.graph(f"groups/{group}/members/$count", advanced=True).body == str(len(members)).encode()


def test_members_are_found_by_id_in_an_advanced_query_only(tenant: Client) -> None:
    groups = tenant.listing("groups?$select=id&$top=999")
    found = (
        (group["id"], tenant.get(f"groups/{group['id']}/members?$select=id&$top=999")["value"]) for group in groups
    )
    group, members = next((group, members) for group, members in found if 2 < len(members) < 50)
    outsider = next(one["id"] for one in tenant.listing("users?$select=id&$top=999") if one["id"] not in str(members))
    wanted = [members[0]["id"], members[2]["id"], outsider, group]
    named = ",".join(f"'{one}'" for one in wanted)
    path = f"groups/{group}/members?$filter=id in ({named})&$select=id&$count=true"
    page = tenant.get(path, advanced=True)
    assert [one["id"] for one in page["value"]] == wanted[:2]
    assert page["@odata.count"] == 2
    assert tenant.graph(path).error == (400, "Request_UnsupportedQuery")
