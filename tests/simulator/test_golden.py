"""The golden tenant, person by person, against what was worked out by hand."""

from collections import defaultdict

import pytest
from tenant_client import Client

E3, MAILBOX, POWER_BI, FLOW = (
    "05e9a617-0261-4cee-bb44-138d3ef5d965",
    "4b9405b0-7788-4568-add1-99614e613b69",
    "f8a1db68-be16-40ed-86d5-cb42ce701560",
    "f30db892-07e9-47e9-837c-80727f46fd3d",
)
TEAMS = "57ff2da0-773e-42df-b2af-ffb7a2317929"
E3_USER_PLANS = 49

EXPECTED: dict[str, set[str]] = {
    "Anna Weber": {
        "group Project Atlas",
        "group Approvers",
        "group News",
        "role Global Reader",
        "licence SPE_E3",
        "licence POWER_BI_PRO",
    },
    "Ben Okafor": {
        "group Engineering",
        "group Builders",
        "group Platform",
        "group Licensing",
        "role User Administrator",
    },
    "Chloé Dubois": {
        "group Engineering",
        "group Builders",
        "group Platform",
        "group Licensing",
        "group Project Atlas",
        "licence SPE_E3",
    },
    "Dmitri Ivanov": {"group Sales", "group Approvers", "group News", "app_role User", "licence FLOW_FREE"},
    "Emre Yılmaz": {"group Builders", "group Platform", "group Legacy share", "app_role Administrator"},
    "Fatima al-Hassan": {"role Reports Reader", "licence SPE_E3"},
    "Greta Holm": {"group Project Atlas"},
    "Hiro Sato": {"group Licensing"},
    "Inês Pereira (Admin)": {"group Helpdesk", "role Global Administrator", "role Helpdesk Administrator"},
    "Jonas Berg": {"group News", "app_role Default Access", "licence SPE_E3"},
    "Invoices": {"group News", "licence EXCHANGESTANDARD"},
    "svc-backup": set(),
}


def test_everybody_has_exactly_what_was_written(golden: Client) -> None:
    lines = golden.truth()
    names = {line["id"]: line["name"] for line in lines if line["t"] == "account"}
    permissions = {
        line["key"]: f"{line['key'].partition(':')[0]} {line['name']}" for line in lines if line["t"] == "permission"
    }
    found: defaultdict[str, set[str]] = defaultdict(set)
    for line in lines:
        if line["t"] == "effective" and not line["permission"].startswith("service_plan:"):
            found[names[line["account"]]].add(permissions[line["permission"]])
    assert {name: found[name] for name in names.values()} == EXPECTED


@pytest.mark.parametrize(
    ("name", "sku", "plans"),
    [
        ("anna", E3, E3_USER_PLANS),
        ("jonas", E3, E3_USER_PLANS - 1),
        ("chloe", E3, E3_USER_PLANS),
        ("hiro", E3, 0),
    ],
)
def test_service_plans_follow_from_licences(golden: Client, name: str, sku: str, plans: int) -> None:
    account = golden.get(f"users/{name}@golden.example?$select=id")["id"]
    held = [line for line in golden.truth() if line["t"] == "effective" and line["account"] == account]
    assert sum(line["permission"].startswith(f"service_plan:{sku}:") for line in held) == plans


def test_a_licence_by_two_paths_shows_both_and_takes_one_seat(golden: Client) -> None:
    chloe = golden.get("users/chloe@golden.example?$select=licenseAssignmentStates,assignedLicenses")
    states = {
        (state["assignedByGroup"] is None, tuple(state["disabledPlans"])) for state in chloe["licenseAssignmentStates"]
    }
    assert states == {(True, (TEAMS,)), (False, ())}
    assert chloe["assignedLicenses"] == [{"disabledPlans": [], "skuId": E3}]


def test_seats_in_use(golden: Client) -> None:
    skus = golden.get("subscribedSkus")["value"]
    assert {sku["skuId"]: sku["consumedUnits"] for sku in skus} == {E3: 4, MAILBOX: 1, POWER_BI: 1, FLOW: 1}


def test_a_licence_that_did_not_arrive_names_its_error(golden: Client) -> None:
    hiro = golden.get("users/hiro@golden.example?$select=licenseAssignmentStates,assignedLicenses")
    assert [(state["state"], state["error"]) for state in hiro["licenseAssignmentStates"]] == [
        ("Error", "CountViolation")
    ]
    assert hiro["assignedLicenses"] == []


def test_the_missing_manager_is_not_found(golden: Client) -> None:
    answer = golden.graph("users/emre@golden.example/manager")
    assert answer.error == (404, "Request_ResourceNotFound")
    assert "Resource 'manager' does not exist" in answer.json()["error"]["message"]
    assert golden.get("users/ben@golden.example/manager?$select=displayName")["displayName"] == "Anna Weber"


def test_assignments_of_groups_show_at_their_direct_members(golden: Client) -> None:
    emre = golden.get("users/emre@golden.example/appRoleAssignments")["value"]
    ben = golden.get("users/ben@golden.example/appRoleAssignments")["value"]
    assert [held["principalType"] for held in emre] == ["Group"]
    assert ben == []


def test_member_of_mixes_groups_and_roles(golden: Client) -> None:
    held = golden.get("users/adm-ines@golden.onmicrosoft.com/memberOf")["value"]
    assert {item["@odata.type"] for item in held} == {"#microsoft.graph.group", "#microsoft.graph.directoryRole"}
