"""Last sign-ins: slow, in small pages, for those who may and have bought it."""

import json
from collections.abc import Callable, Iterator

import pytest
from tenant_client import Client

from chamberlain.bench.simulated import Simulated
from granting import Grants

ALL = "users?$select=id,signInActivity&$top=999"


@pytest.fixture(scope="module")
def allowed(start_tenant: Callable[..., Simulated]) -> Iterator[Client]:
    """A seeded tenant that lets us read last sign-ins."""
    simulator = start_tenant(users=1_100, groups=20, memberships=200, apps=5, seed=9)
    Grants(simulator).grant("AuditLog.Read.All")
    told = {"url": simulator.url, "tenant_id": simulator.tenant_id}
    own = {"own_client_id": simulator.own_client_id, "own_client_secret": simulator.own_client_secret}
    client = Client({**told, **own})
    yield client
    client.close()


def test_a_page_has_500_people_however_many_are_asked_for(allowed: Client) -> None:
    assert len(allowed.get(ALL)["value"]) == 500
    assert len(allowed.listing(ALL)) == 1_100


def test_everybody_has_what_the_truth_says_and_nobody_has_what_never_was(allowed: Client) -> None:
    lines = allowed.send("GET", "/_simulator/truth?effective=0&activity=1").body.splitlines()
    truth = [one for line in lines if (one := json.loads(line))["t"] == "activity"]
    found = {user["id"]: user.get("signInActivity") for user in allowed.listing(ALL)}
    assert len(truth) == 1_100
    for one in truth:
        activity = found[one["id"]]
        if activity is None:
            assert (one["interactive"], one["by_client"], one["successful"]) == (None, None, None)
            continue
        assert activity["lastSignInDateTime"] == one["interactive"]
        assert activity["lastNonInteractiveSignInDateTime"] == one["by_client"]
        assert activity["lastSuccessfulSignInDateTime"] == one["successful"]
    assert any(activity is None for activity in found.values())
    assert any(activity and activity["lastSuccessfulSignInDateTime"] is None for activity in found.values())


def test_who_never_signed_in_has_no_such_property(allowed: Client) -> None:
    users = allowed.listing(ALL)
    assert any("signInActivity" not in user for user in users)
    assert all(user["signInActivity"] is not None for user in users if "signInActivity" in user)


def test_one_person_only_by_object_id(allowed: Client) -> None:
    user = allowed.get("users?$select=id,userPrincipalName&$top=1")["value"][0]
    assert allowed.graph(f"users/{user['id']}?$select=signInActivity").status == 200
    refused = allowed.graph(f"users/{user['userPrincipalName']}?$select=signInActivity")
    assert refused.error == (400, "BadRequest")


def test_a_tenant_without_p1_or_p2_is_refused(allowed: Client) -> None:
    allowed.send("POST", "/_simulator/knobs", body={"premium": False})
    refused = allowed.graph("users?$select=id,signInActivity")
    allowed.send("POST", "/_simulator/knobs", body={"premium": True})
    assert refused.error == (403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant")
