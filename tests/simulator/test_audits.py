"""The audit log tells of every change: late, out of order, newest first."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tenant_client import Client

from chamberlain.simulator.graph.routes import Router

PATH = "auditLogs/directoryAudits"
SALESFORCE_USER = "60dee500-0000-4000-8000-000000000001"
READER = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"


@pytest.fixture
def written(start: Callable[..., Client]) -> Client:
    """A golden tenant to be changed whose log tells at once."""
    return start("--population", "golden", "--audit-lag-ms", "0")


def ids(client: Client, path: str) -> dict[str, str]:
    return {item["displayName"]: item["id"] for item in client.listing(path)}


def changes(client: Client) -> Iterator[tuple[dict[str, Any], str, list[tuple[str, str]]]]:
    """(mutation, activity, targets as type and id)."""
    people, groups, apps = (ids(client, path) for path in ("users", "groups", "servicePrincipals"))
    anna, sales, crm = people["Anna Weber"], groups["Engineering"], apps["Salesforce"]
    user, group, app, role = ("User", anna), ("Group", sales), ("ServicePrincipal", crm), ("Role", READER)
    yield {"kind": "rename_user", "user": anna, "display_name": "Anna W."}, "Update user", [user]
    yield {"kind": "add_member", "group": sales, "member": anna}, "Add member to group", [user, group]
    yield {"kind": "add_owner", "group": sales, "owner": anna}, "Add owner to group", [user, group]
    assigned = {"service_principal": crm, "role": SALESFORCE_USER}
    yield (
        {"kind": "assign_app", "principal": anna, **assigned},
        "Add app role assignment grant to user",
        [app, user],
    )
    yield {"kind": "assign_app", "principal": sales, **assigned}, "Add app role assignment to group", [app, group]
    yield {"kind": "unassign_app", "principal": anna, **assigned}, "Remove app role assignment from user", [app, user]
    yield {"kind": "unassign_role", "principal": anna, "role": READER}, "Remove member from role", [user, role]
    yield {"kind": "make_eligible", "principal": anna, "role": READER}, "Add eligible member to role", [user, role]
    sku = client.get("subscribedSkus")["value"][0]["skuId"]
    yield {"kind": "unassign_licence", "user": anna, "sku_id": sku}, "Change user license", [user]
    yield {"kind": "delete_user", "user": anna}, "Delete user", [user]
    yield {"kind": "rename_app", "service_principal": crm, "display_name": "CRM"}, "Update service principal", [app]


def test_every_change_is_told_with_what_it_is_about(written: Client) -> None:
    expected = []
    for mutation, activity, targets in changes(written):
        written.change(**mutation)
        expected.append((activity, targets))
    told = [
        (item["activityDisplayName"], [(target["type"], target["id"]) for target in item["targetResources"]])
        for item in written.listing(PATH)
    ]
    assert told == expected[::-1]


def test_joining_a_licence_group_changes_a_licence_too(written: Client) -> None:
    anna, licensing = ids(written, "users")["Anna Weber"], ids(written, "groups")["Licensing"]
    written.change(kind="add_member", group=licensing, member=anna)
    told = [item["activityDisplayName"] for item in written.listing(PATH)]
    assert sorted(told) == ["Add member to group", "Change user license"]


def test_a_filter_on_time_keeps_to_fractions_of_a_second(written: Client) -> None:
    user = ids(written, "users")["Anna Weber"]
    for name in ("a", "b", "c"):
        written.change(kind="rename_user", user=user, display_name=name)
    moments = sorted(item["activityDateTime"] for item in written.listing(PATH))
    assert len(written.listing(f"{PATH}?$filter=activityDateTime ge {moments[1]}")) == 2
    assert len(written.listing(f"{PATH}?$filter=activityDateTime le {moments[1]}")) == 2
    assert len(written.listing(f"{PATH}?$filter=activityDateTime ge {moments[0][:19]}Z&$top=1")) == 3
    assert written.listing(f"{PATH}?$filter=activityDateTime ge 2099-01-01T00:00:00Z") == []
    assert written.graph(f"{PATH}?$filter=result eq 'x'").error == (400, "Request_UnsupportedQuery")


def test_the_log_tells_late(start: Callable[..., Client]) -> None:
    client = start("--population", "golden", "--audit-lag-ms", "400")
    begun = time.monotonic()
    client.change(kind="rename_user", user=ids(client, "users")["Anna Weber"], display_name="Anna W.")
    while not client.listing(PATH):
        assert time.monotonic() - begun < 30
    assert time.monotonic() - begun >= 0.4


def test_late_entries_come_out_of_order(start: Callable[..., Client]) -> None:
    client = start("--population", "golden", "--audit-lag-ms", "300")
    user = ids(client, "users")["Anna Weber"]
    for number in range(40):
        client.change(kind="rename_user", user=user, display_name=f"Anna {number}")
    seen: list[set[str]] = []
    while len(seen[-1] if seen else ()) < 40:
        seen.append({item["id"] for item in client.listing(PATH)})
        assert all(earlier <= seen[-1] for earlier in seen)
    order = [sorted(guid.rsplit("_", 2)[1] for guid in known) for known in seen]
    assert any(known != sorted(order[-1])[: len(known)] for known in order)


def test_it_needs_its_own_permission_and_costs_no_units(written: Client) -> None:
    assert written.graph(PATH).headers["x-ms-resource-unit"] == "0"
    written.send(
        "POST", "/_simulator/mutations",
        body={"kind": "grant_consent", "service_principal": ids_of_apps(written)[written.start["client_id"]]},
    )  # fmt: skip
    form = {"client_id": written.start["client_id"], "client_secret": written.start["client_secret"]}
    token = written.token_answer(**form).json()["access_token"]
    assert written.graph(PATH, token=token).status == 200


def test_who_may_not_read_logs_is_told_so_in_the_logs_words() -> None:
    route, _ = Router().find("GET", ("auditLogs", "directoryAudits"))
    assert (route.refusal().status, route.refusal().code) == (403, "Authentication_MSGraphPermissionMissing")


def ids_of_apps(client: Client) -> dict[str, str]:
    """Object ids by application, also of the one that waits for consent; the golden tenant's ids can be read."""
    return {client.start["client_id"]: "60dec300-0000-4000-8000-000000000064"}
