"""The setting that conceals names in usage reports: who may write it, and how late replicas tell of it."""

import time
from collections.abc import Callable

from tenant_client import Answer, Client

from chamberlain.simulator.login.registration import graph_permissions

WRITES = "ReportSettings.ReadWrite.All"


def granted(client: Client, scope: str) -> str:
    """A token of the tenant's own registration after it was granted one permission more."""
    ours = client.get(f"servicePrincipals(appId='{client.start['own_client_id']}')?$select=id")["id"]
    graph = client.get("servicePrincipals(appId='00000003-0000-0000-c000-000000000000')?$select=id")["id"]
    mutation = {
        "kind": "assign_app",
        "principal": ours,
        "service_principal": graph,
        "role": graph_permissions()[scope].id,
    }
    assert client.send("POST", "/_simulator/mutations", body=mutation).status == 200
    token: str = client.token_answer().json()["access_token"]
    return token


def patch(client: Client, body: object, *, token: str) -> Answer:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    return client.send("PATCH", "/v1.0/admin/reportSettings", body=body, headers=headers)


def concealed(client: Client) -> bool:
    found: bool = client.get("admin/reportSettings")["displayConcealedNames"]
    return found


def test_only_who_may_write_writes_and_nonsense_is_refused(start: Callable[..., Client]) -> None:
    client = start("--population", "golden")
    assert concealed(client)
    wanted = {"displayConcealedNames": False}
    assert patch(client, wanted, token=client.token).error == (403, "Authorization_RequestDenied")
    assert concealed(client)

    token = granted(client, WRITES)
    assert patch(client, {"displayConcealedNames": "no"}, token=token).error[0] == 400
    assert patch(client, {"other": False}, token=token).error[0] == 400
    first, again = patch(client, wanted, token=token), patch(client, wanted, token=token)
    assert (first.status, first.body, again.status) == (204, b"", 204)
    assert not concealed(client)


def test_replicas_tell_of_it_late(start: Callable[..., Client]) -> None:
    client = start("--population", "golden", "--replica-lag-ms", "1500")
    token = granted(client, WRITES)
    assert patch(client, {"displayConcealedNames": False}, token=token).status == 204
    ends, told = time.monotonic() + 0.8, set()
    while time.monotonic() < ends and len(told) < 2:
        told.add(concealed(client))
    assert True in told
    while concealed(client):
        assert time.monotonic() < ends + 10
