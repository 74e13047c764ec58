"""The least that a reading costs follows from the tenant, not from what was asked."""

from math import ceil

from tenant_client import Client


def test_the_formula_on_a_tenant_counted_by_hand(tenant: Client) -> None:
    told = tenant.send("GET", "/_simulator/least").json()
    sizes = [
        int(tenant.graph(f"groups/{group['id']}/members/$count", advanced=True).body)
        for group in tenant.listing("groups?$select=id")
    ]
    large = [size for size in sizes if size >= 20]
    applications = tenant.listing("servicePrincipals?$select=id,servicePrincipalType")
    assigned = [
        len(tenant.listing(f"servicePrincipals/{one['id']}/appRoleAssignedTo?$top=999"))
        for one in applications
        if one["servicePrincipalType"] != "ManagedIdentity"
    ]
    assert told["parts"] == {
        "users": 2,
        "groups": 1,
        "owners": 1,
        "members": ceil(sum(large) / 500),
        "service_principals": 1,
        "app_role_assignments": sum(max(1, ceil(count / 999)) for count in assigned),
        "role_definitions": 1,
        "role_assignments": 1,
        "role_schedules": 1,
        "role_eligibility": 1,
        "subscribed_skus": 2,
        "organization": 1,
        "report_settings": 1,
    }
    assert told["least_resource_units"] == sum(told["parts"].values())


def test_the_newest_position_counts(fresh: Client) -> None:
    before = fresh.send("GET", "/_simulator/least").json()["parts"]["members"]
    users = [user["id"] for user in fresh.listing("users?$select=id&$top=999")]
    small = [
        group["id"]
        for group in fresh.listing("groups?$select=id")
        if int(fresh.graph(f"groups/{group['id']}/members/$count", advanced=True).body) < 20
    ]
    for group in small[:10]:
        held = {member["id"] for member in fresh.listing(f"groups/{group}/members?$select=id")}
        for user in [user for user in users if user not in held][:100]:
            fresh.change(kind="add_member", group=group, member=user)
    assert fresh.send("GET", "/_simulator/least").json()["parts"]["members"] >= before + 2
