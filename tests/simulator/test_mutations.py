"""Every kind of change reaches the wire and the truth alike, and leaves the past as it was."""

from collections.abc import Callable
from typing import Any

import pytest
from crawl import Crawl
from tenant_client import Client

EVERYTHING = {
    "users": 30, "groups": 8, "memberships": 120, "app_assignments": 12, "roles": 6, "creates": 8, "deletes": 8,
    "licences": 15, "owners": 12, "eligible": 6,
}  # fmt: skip


def named(client: Client, path: str, name: str) -> dict[str, Any]:
    return next(item for item in client.listing(path) if item["displayName"] == name)


def user(client: Client, name: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"users/{name}@golden.example?$select=id,displayName,assignedLicenses")
    return found


@pytest.fixture
def written(start: Callable[..., Client]) -> Client:
    """A golden tenant to be changed."""
    return start("--population", "golden")


def refused(client: Client, **mutation: Any) -> str:
    answer = client.send("POST", "/_simulator/mutations", body=mutation)
    assert answer.status == 400, answer
    return str(answer.json()["error"]["message"])


def test_a_tenant_in_which_everything_changed_is_read_as_the_truth_has_it(start: Callable[..., Client]) -> None:
    client = start("--seed", "21", "--users", "150", "--groups", "60", "--memberships", "900", "--apps", "14")
    pasts = [(0, client.truth("at=0"))]
    for seed in (1, 2):
        answer = client.send("POST", "/_simulator/churn", body={"seed": seed, **EVERYTHING}).json()
        assert answer["made"] == EVERYTHING
        pasts.append((answer["position"], client.truth()))
        assert Crawl(client).lines() == client.truth()
    for position, lines in pasts:
        assert client.truth(f"at={position}") == lines


def test_churn_is_the_same_for_the_same_seed(start: Callable[..., Client]) -> None:
    size = ("--seed", "4", "--users", "60", "--groups", "30", "--memberships", "300", "--apps", "9")
    truths = []
    for client in (start(*size), start(*size)):
        client.send("POST", "/_simulator/churn", body={"seed": 9, **EVERYTHING})
        truths.append(client.truth())
    assert truths[0] == truths[1]


def test_a_deleted_person_is_nowhere_but_in_the_deleted_items_and_comes_back_whole(written: Client) -> None:
    before = written.truth()
    anna = user(written, "anna")["id"]
    written.change(kind="delete_user", user=anna)
    assert written.graph(f"users/{anna}").status == 404
    assert not [line for line in written.truth() if anna in line.values()]
    assert Crawl(written).lines() == written.truth()
    for path in ("microsoft.graph.user", "graph.user"):
        lying = written.get(f"directory/deletedItems/{path}?$select=id,userPrincipalName")["value"]
        assert [item["id"] for item in lying] == [anna]
    assert lying[0]["userPrincipalName"] == anna.replace("-", "") + "anna@golden.example"
    written.change(kind="restore_user", user=anna)
    assert written.truth() == before
    assert written.get("directory/deletedItems/graph.user")["value"] == []


def test_deleted_items_need_a_type(written: Client) -> None:
    assert written.graph("directory/deletedItems").error == (400, "Request_UnsupportedQuery")


def test_only_groups_of_two_kinds_can_come_back(written: Client) -> None:
    for name, restorable in (("Engineering", True), ("Project Atlas", True), ("News", False), ("Approvers", False)):
        group = named(written, "groups", name)["id"]
        written.change(kind="delete_group", group=group)
        lying = {item["id"] for item in written.get("directory/deletedItems/graph.group")["value"]}
        assert (group in lying) is restorable
        if restorable:
            written.change(kind="restore_group", group=group)
        else:
            assert "gone for good" in refused(written, kind="restore_group", group=group)
    assert Crawl(written).lines() == written.truth()


def test_a_group_that_hands_out_licences_cannot_be_deleted(written: Client) -> None:
    group = named(written, "groups", "Licensing")["id"]
    assert "licences" in refused(written, kind="delete_group", group=group)


def test_a_new_person_is_found_by_id_and_by_name(written: Client) -> None:
    body = {"kind": "create_user", "display_name": "Kim Lee", "user_principal_name": "kim@golden.example"}
    made = written.send("POST", "/_simulator/mutations", body=body).json()
    assert written.get("users/KIM@golden.example?$select=id")["id"] == made["id"]
    written.change(kind="add_member", group=named(written, "groups", "Engineering")["id"], member=made["id"])
    written.change(kind="update_user", user=made["id"], user_principal_name="kim.lee@golden.example")
    assert written.graph("users/kim@golden.example").status == 404
    assert written.get("users/kim.lee@golden.example?$select=id")["id"] == made["id"]
    assert "already exists" in refused(written, kind="create_user", display_name="x",
                                       user_principal_name="Kim.Lee@golden.example")  # fmt: skip
    assert Crawl(written).lines() == written.truth()


def test_a_licence_comes_with_its_plans_and_goes(written: Client) -> None:
    ben = user(written, "ben")
    sku = next(known for known in written.get("subscribedSkus")["value"] if known["skuPartNumber"] == "SPE_E3")
    off = [plan["servicePlanId"] for plan in sku["servicePlans"] if plan["servicePlanName"] == "TEAMS1"]
    body = {"kind": "assign_licence", "user": ben["id"], "sku_id": sku["skuId"]}
    written.change(**body, disabled_plans=off)
    assert user(written, "ben")["assignedLicenses"] == [{"disabledPlans": off, "skuId": sku["skuId"]}]
    assert next(known["consumedUnits"] for known in written.get("subscribedSkus")["value"]) == sku["consumedUnits"] + 1
    assert "already" in refused(written, **body, disabled_plans=off)
    written.change(kind="unassign_licence", user=ben["id"], sku_id=sku["skuId"])
    assert user(written, "ben")["assignedLicenses"] == []


def test_what_makes_no_sense_is_refused(written: Client) -> None:
    anna, engineering = user(written, "anna")["id"], named(written, "groups", "Engineering")["id"]
    reader = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"
    written.change(kind="delete_user", user=anna)
    assert "not in the tenant" in refused(written, kind="add_member", group=engineering, member=anna)
    assert "made for it" in refused(written, kind="assign_role", principal=engineering, role=reader)
    ben = user(written, "ben")["id"]
    assert "own manager" in refused(written, kind="update_user", user=ben, manager=ben)
    wiki = named(written, "servicePrincipals", "Salesforce")["id"]
    assert "not found" in refused(written, kind="assign_app", principal=ben, service_principal=wiki)


def test_who_is_eligible_is_listed_and_needs_p2(written: Client) -> None:
    path = "roleManagement/directory/roleEligibilityScheduleInstances"
    hiro = user(written, "hiro")["id"]
    assert [item["principalId"] for item in written.listing(path)] == [hiro]
    assert {line["holder"] for line in written.truth() if line.get("relation") == "eligible"} == {hiro}
    written.send("POST", "/_simulator/knobs", body={"premium": False})
    assert written.graph(path).error == (400, "AadPremiumLicenseRequired")


def test_grants_in_peoples_names_follow_changes(written: Client) -> None:
    def told() -> list[tuple[str, str, str | None, str]]:
        return sorted(
            (grant["clientId"], grant["resourceId"], grant["principalId"], grant["scope"])
            for grant in written.listing("oauth2PermissionGrants")
        )

    def true() -> list[tuple[str, str, str | None, str]]:
        lines = [line for line in written.truth("consents=1") if line["t"] == "consent"]
        return sorted((line["client"], line["resource"], line["principal"], line["scope"]) for line in lines)

    assert len(told()) == 2
    graph, wiki = (named(written, "servicePrincipals", name)["id"] for name in ("Microsoft Graph", "Timesheets"))
    written.change(kind="add_delegated_grant", client=wiki, resource=graph, scope="Mail.Read")
    assert told() == true()
    assert len(told()) == 3
    written.change(kind="remove_delegated_grant", client=wiki, resource=graph)
    written.change(kind="delete_user", user=user(written, "dmitri")["id"])
    assert told() == true()
    assert len(told()) == 1


def test_get_by_ids_gives_each_type_its_own_properties_for_less(written: Client) -> None:
    ids = [user(written, "chloe")["id"], named(written, "groups", "Engineering")["id"]]
    path = "/v1.0/directoryObjects/getByIds"
    headers = {"Authorization": f"Bearer {written.token}"}
    select = "?$select=id,displayName,userPrincipalName,licenseAssignmentStates"
    for query, units in ((select, "2"), ("", "5")):
        answer = written.send("POST", path + query, body={"ids": ids}, headers=headers)
        assert answer.headers["x-ms-resource-unit"] == units
    answer = written.send("POST", path + select, body={"ids": ids}, headers=headers).json()["value"]
    assert [len(item.get("licenseAssignmentStates", ())) for item in answer] == [2, 0]
    assert "userPrincipalName" not in answer[1]
