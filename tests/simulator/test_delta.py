"""A copy that is kept by delta queries is what a full listing shows; and the protocol is Microsoft's."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from typing import Any

import pytest
from delta_reader import Copy
from tenant_client import Client

CHURN = {
    "users": 20, "groups": 8, "memberships": 150, "creates": 6, "deletes": 8, "licences": 12, "owners": 12, "roles": 6,
}  # fmt: skip
USERS = "users/delta?$select=id,displayName,userPrincipalName,accountEnabled,department,assignedLicenses,manager"
GROUPS = "groups/delta?$select=id,displayName,members,owners"


@pytest.fixture
def changing(start: Callable[..., Client]) -> Client:
    """A tenant to be changed, with small delta pages."""
    client = start("--seed", "31", "--users", "140", "--groups", "50", "--memberships", "900", "--apps", "8")
    turn(client, delta_users_per_page=30, delta_entries_per_page=60, delta_groups_per_page=20)
    return client


@pytest.fixture
def written(start: Callable[..., Client]) -> Client:
    """A golden tenant to be changed."""
    return start("--population", "golden")


def turn(client: Client, **knobs: Any) -> None:
    assert client.send("POST", "/_simulator/knobs", body=knobs).status == 200


def churn(client: Client, seed: int, **wish: int) -> None:
    assert client.send("POST", "/_simulator/churn", body={"seed": seed, **(wish or CHURN)}).json()["made"]


def plain(items: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Items without what is not set: lists say null where delta functions say nothing."""
    return {item["id"]: {name: value for name, value in item.items() if value not in (None, [])} for item in items}


def test_a_copy_of_the_users_follows_every_change(changing: Client) -> None:
    copies = [Copy(changing, USERS), Copy(changing, USERS, Prefer="return=minimal")]
    for seed in (1, 2, 3):
        for copy in copies:
            copy.read()
            listed = changing.listing(f"{USERS.replace('/delta', '').replace(',manager', '')}&$top=999")
            assert plain(list(copy.objects.values())) == plain(listed)
            expanded = changing.listing("users?$select=id&$expand=manager($select=id)&$top=999")
            managers = {(user["id"], user["manager"]["id"]) for user in expanded if "manager" in user}
            there = {user["id"] for user in expanded}
            assert {edge for edge in copy.edges("manager") if edge[1] in there} == managers
        churn(changing, seed)


def test_a_copy_of_the_groups_follows_members_and_owners(changing: Client) -> None:
    copies = [Copy(changing, GROUPS), Copy(changing, GROUPS, Prefer="return=minimal")]
    for seed in (1, 2, 3):
        lines = [line for line in changing.truth("effective=0") if line["t"] == "edge"]
        there = {item["id"] for path in ("users", "groups", "servicePrincipals", "devices")
                 for item in changing.listing(f"{path}?$select=id&$top=999")}  # fmt: skip
        for copy in copies:
            copy.read()
            assert plain(list(copy.objects.values())) == plain(changing.listing("groups?$select=id,displayName"))
            for relation in ("member", "owner"):
                true = {
                    (line["permission"].partition(":")[2], line["holder"])
                    for line in lines
                    if line["relation"] == relation
                }
                assert {edge for edge in copy.edges(f"{relation}s") if edge[1] in there} == true
        churn(changing, seed, **{**CHURN, "deletes": 0})


def test_a_round_begins_at_a_token_taken_before_it(changing: Client) -> None:
    latest = changing.get(f"{GROUPS}&$deltatoken=latest")
    assert latest["value"] == []
    churn(changing, 5, groups=4)
    copy = Copy(changing, latest["@odata.deltaLink"])
    assert sum(len(page) for page in copy.read()) == 4
    assert copy.read() == [[]]


def test_a_first_round_ends_with_a_page_that_has_only_the_link(written: Client) -> None:
    pages = Copy(written, "users/delta?$select=id").read()
    assert [len(page) for page in pages] == [12, 0]
    assert written.get("users/delta()?$select=id")["@odata.nextLink"].startswith(
        f"{written.start['url']}/v1.0/users/delta()?$skiptoken="
    )


def test_a_large_group_goes_on_over_pages(changing: Client) -> None:
    pages = Copy(changing, "groups/delta?$select=id,members,owners").read()
    sizes = [
        sum(len(item.get("members@delta", [])) + len(item.get("owners@delta", [])) for item in page) for page in pages
    ]
    assert max(sizes) <= 60
    seen = [item["id"] for page in pages for item in page]
    assert len(seen) > len(set(seen)) == len(changing.listing("groups?$select=id"))


def test_what_was_never_set_is_left_out_and_what_was_emptied_is_null(written: Client) -> None:
    copy = Copy(written, "users/delta?$select=id,department,mobilePhone", Prefer="return=minimal")
    copy.read()
    ben = written.get("users/ben@golden.example")["id"]
    assert copy.objects[ben] == {"id": ben, "department": "Engineering"}
    written.change(kind="update_user", user=ben, department=None)
    assert copy.read() == [[{"id": ben, "department": None}]]


def test_only_changes_of_selected_properties_bring_an_object(written: Client) -> None:
    copy = Copy(written, "users/delta?$select=id,department")
    copy.read()
    written.change(kind="rename_user", user=written.get("users/ben@golden.example")["id"], display_name="Benjamin")
    assert copy.read() == [[]]


def test_a_manager_comes_with_the_one_before(written: Client) -> None:
    copy = Copy(written, "users/delta?$select=id,manager", Prefer="return=minimal")
    copy.read()
    chloe, anna, ben = (written.get(f"users/{name}@golden.example")["id"] for name in ("chloe", "anna", "ben"))
    assert (chloe, ben) in copy.edges("manager")
    written.change(kind="update_user", user=chloe, manager=anna)
    kind = {"@odata.type": "#microsoft.graph.user"}
    entries = [{**kind, "id": anna}, {**kind, "id": ben, "@removed": {"reason": "deleted"}}]
    assert copy.read() == [[{"id": chloe, "manager@delta": entries}]]


def test_a_deleted_person_raises_no_removal_in_groups_and_comes_back_as_new(written: Client) -> None:
    users, groups = Copy(written, "users/delta?$select=id,displayName"), Copy(written, GROUPS)
    users.read(), groups.read()
    anna = written.get("users/anna@golden.example")["id"]
    written.change(kind="delete_user", user=anna)
    assert users.read() == [[{"id": anna, "@removed": {"reason": "changed"}}]]
    assert groups.read() == [[]]
    written.change(kind="restore_user", user=anna)
    assert users.read() == [[{"id": anna, "displayName": "Anna Weber"}]]


def test_a_restored_group_comes_with_all_its_members(written: Client) -> None:
    groups = Copy(written, GROUPS)
    groups.read()
    before = groups.edges("members")
    ids = {item["displayName"]: item["id"] for item in written.listing("groups")}
    written.change(kind="delete_group", group=ids["Engineering"])
    written.change(kind="delete_group", group=ids["News"])
    groups.read()
    assert groups.gone == {ids["Engineering"]: "changed", ids["News"]: "deleted"}
    written.change(kind="restore_group", group=ids["Engineering"])
    groups.read()
    assert groups.edges("members") == {edge for edge in before if edge[0] != ids["News"]}


def test_a_filter_names_up_to_fifty_objects(changing: Client) -> None:
    ids = [item["id"] for item in changing.listing("groups?$select=id&$top=999")]

    def path(some: list[str]) -> str:
        return f"{GROUPS}&$filter=" + " or ".join(f"id eq '{guid}'" for guid in some)

    copy = Copy(changing, path(ids[:50]))
    copy.read()
    assert set(copy.objects) == set(ids[:50])
    other = Copy(changing, path(ids[:2]))
    other.read()
    for guid in ids[1:4]:
        changing.change(kind="rename_group", group=guid, display_name="Renamed")
    assert [item["id"] for page in other.read() for item in page] == [ids[1]]
    more = [f"{number:08x}-0000-4000-8000-000000000000" for number in range(51)]
    assert changing.graph(path(more)).error == (400, "Request_UnsupportedQuery")


@pytest.mark.parametrize(
    "query",
    ["$top=5", "$expand=members", "$orderby=displayName", "$search=x", "$count=true", "$filter=displayName eq 'x'"],
)
def test_other_options_are_refused(tenant: Client, query: str) -> None:
    assert tenant.graph(f"groups/delta?{query}").status == 400


@pytest.mark.parametrize("path", ["organization", "contracts", "directoryRoleTemplates", "directoryObjects"])
def test_some_resources_are_not_tracked(tenant: Client, path: str) -> None:
    assert tenant.graph(f"{path}/delta").error == (400, "Request_UnsupportedQuery")


def test_a_page_costs_one_unit(tenant: Client) -> None:
    assert tenant.graph(GROUPS).headers["x-ms-resource-unit"] == "1"
    assert tenant.graph("users/delta").headers["x-ms-resource-unit"] == "1"


def test_an_old_token_leads_back_to_the_start(written: Client) -> None:
    copy = Copy(written, "users/delta?$select=id")
    copy.read()
    start, _, text = copy.link.partition("$deltatoken=")
    content = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    content[-1] -= 8 * 24 * 3600
    old = written.graph(f"{start}$deltatoken={urlsafe_b64encode(json.dumps(content).encode()).rstrip(b'=').decode()}")
    assert old.status == 410
    assert old.headers["location"] == f"{written.start['url']}/v1.0/users/delta?$deltatoken="
    fresh = Copy(written, old.headers["location"])
    fresh.read()
    assert set(fresh.objects) == set(copy.objects)


@pytest.mark.parametrize(("status", "code"), [(410, "resyncRequired"), (400, "syncStateNotFound")])
def test_tokens_can_be_made_void(written: Client, status: int, code: str) -> None:
    copy = Copy(written, "groups/delta?$select=id,members")
    copy.read()
    turn(written, delta_reset_status=status)
    assert written.send("POST", "/_simulator/expire_delta_tokens").status == 204
    assert written.graph(copy.link).error == (status, code)
    fresh = Copy(written, "groups/delta?$select=id,members")
    fresh.read()
    assert fresh.read() == [[]]


def test_a_token_serves_only_its_own_function(written: Client) -> None:
    copy = Copy(written, "users/delta?$select=id")
    copy.read()
    assert written.graph(copy.link.replace("/users/", "/groups/")).status == 400
    assert written.graph("users/delta?$deltatoken=nonsense").status == 400


def test_roles_applications_and_grants_have_rounds_too(written: Client) -> None:
    roles, grants = Copy(written, "directoryRoles/delta"), Copy(written, "oauth2PermissionGrants/delta")
    applications = Copy(written, "servicePrincipals/delta?$select=id,displayName,appRoles")
    for copy in (roles, grants, applications):
        copy.read()
    ids = {item["displayName"]: item["id"] for item in written.listing("servicePrincipals")}
    hiro = written.get("users/hiro@golden.example")["id"]
    reader, compliance = "f2ef992c-3afb-46b9-b7cf-a126ee74c451", "29232cdf-9323-42fd-ade2-1d097af3e4de"
    for role in (reader, compliance):
        written.change(kind="assign_role", principal=hiro, role=role)
    written.change(kind="rename_app", service_principal=ids["Wiki"], display_name="Handbook")
    written.change(kind="remove_delegated_grant", client=ids["Salesforce"], resource=ids["Microsoft Graph"])
    for copy in (roles, grants, applications):
        assert sum(len(page) for page in copy.read()) == (2 if copy is roles else 1)
    listed = written.listing("directoryRoles?$expand=members($select=id)")
    true = {(role["id"], member["id"]) for role in listed for member in role["members"]}
    assert roles.edges("members") == true
    assert set(grants.objects) == {item["id"] for item in written.listing("oauth2PermissionGrants")}
    assert {item["displayName"] for item in applications.objects.values()} == {
        item["displayName"] for item in written.listing("servicePrincipals")
    }
