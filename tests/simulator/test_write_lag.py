"""After a write some replicas show the old state for a while, and refuse what refers to what they do not know yet."""

from collections.abc import Callable

from tenant_client import Client

ENGINEERING = "60deb200-0000-4000-8000-000000000000"
EMRE = "60dea100-0000-4000-8000-000000000004"
LAG_MS, READS = 600_000, 10


def ref(guid: str) -> dict[str, str]:
    return {"@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{guid}"}


def knob(client: Client, **values: int) -> None:
    assert client.send("POST", "/_simulator/knobs", body=values).status == 200


def shows(client: Client, guid: str) -> bool:
    return guid in {one["id"] for one in client.listing(f"groups/{ENGINEERING}/members?$select=id")}


def test_replicas_show_a_write_late_and_it_is_not_done_twice(start: Callable[..., Client]) -> None:
    client = start("--population", "golden")
    client.grant("Group.ReadWrite.All", "User.ReadWrite.All")
    knob(client, replica_lag_ms=LAG_MS)
    assert client.write("POST", f"groups/{ENGINEERING}/members/$ref", ref(EMRE)).status == 204
    assert not all(shows(client, EMRE) for _ in range(READS))
    assert client.write("POST", f"groups/{ENGINEERING}/members/$ref", ref(EMRE)).status == 400
    knob(client, replica_lag_ms=0)
    assert shows(client, EMRE)


def test_somebody_new_cannot_be_referred_to_at_once(start: Callable[..., Client]) -> None:
    client = start("--population", "golden")
    client.grant("Group.ReadWrite.All", "User.ReadWrite.All")
    knob(client, replica_lag_ms=3_600_000)
    profile = {
        "accountEnabled": True, "displayName": "Kim", "mailNickname": "kim", "userPrincipalName": "kim@golden.example",
        "passwordProfile": {"password": "correct-Horse-7"},
    }  # fmt: skip
    new = client.write("POST", "users", profile).json()["id"]
    answers = {client.write("POST", f"groups/{ENGINEERING}/members/$ref", ref(new)).status for _ in range(5)}
    assert answers == {404}
    knob(client, replica_lag_ms=0)
    assert client.write("POST", f"groups/{ENGINEERING}/members/$ref", ref(new)).status == 204
