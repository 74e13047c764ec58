"""People are created, changed, deleted and brought back as Microsoft documents it; administrators are protected."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from crawl import Crawl
from tenant_client import Answer, Client, Running

ROOT = "https://graph.microsoft.com/v1.0"
ANNA, BEN, CHLOE, EMRE, GRETA, HIRO, INES, JONAS = (
    f"60dea100-0000-4000-8000-{number:012x}" for number in (0, 1, 2, 4, 6, 7, 8, 9)
)
ENGINEERING, ATLAS = (f"60deb200-0000-4000-8000-{number:012x}" for number in (0, 4))
USER_ADMINISTRATOR = "fe930be7-5e62-47db-91af-98c3a49a38b1"
PRIVILEGED_AUTHENTICATION = "7be44c8a-adaf-4e2a-84d6-ab2649e08a13"
PASSWORD: dict[str, Any] = {"password": "correct-Horse-7", "forceChangePasswordNextSignIn": True}
NEWCOMER: dict[str, Any] = {
    "accountEnabled": True, "displayName": "Kim Lund", "mailNickname": "kim", "userPrincipalName": "kim@golden.example",
    "passwordProfile": PASSWORD, "usageLocation": "DK", "city": "Aarhus", "department": "Sales",
}  # fmt: skip


@pytest.fixture(scope="module")
def written() -> Iterator[Client]:
    """A golden tenant whose people may be written; each test has people of its own."""
    with Running("--population", "golden", "--audit-lag-ms", "0") as client:
        client.grant("User.ReadWrite.All", "User-PasswordProfile.ReadWrite.All")
        yield client


def user(client: Client, guid: str, *names: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"users/{guid}?$select={','.join(names)}")
    return {name: found[name] for name in names}


def message(answer: Answer) -> str:
    assert answer.error == (400, "Request_BadRequest"), answer
    return str(answer.json()["error"]["message"])


def test_somebody_new_is_there_with_everything_that_was_asked_for(written: Client) -> None:
    made = written.write("POST", "users", NEWCOMER)
    assert (made.status, made.json()["userPrincipalName"]) == (201, "kim@golden.example")
    told = {name: value for name, value in NEWCOMER.items() if name != "passwordProfile"}
    assert user(written, made.json()["id"], *told) == told
    assert user(written, made.json()["id"], "mail", "assignedLicenses") == {"mail": None, "assignedLicenses": []}
    assert Crawl(written).lines() == written.truth()
    again = written.write("POST", "users", NEWCOMER)
    assert "already exists" in message(again)
    assert again.json()["error"]["details"][0]["code"] == "ObjectConflict"
    assert PASSWORD["password"] not in json.dumps(written.writes())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"passwordProfile": None}, "A value is required for property 'passwordProfile' of resource 'User'."),
        ({"displayName": None}, "A value is required for property 'displayName' of resource 'User'."),
        ({"passwordProfile": {"password": "short"}}, "does not comply with password complexity requirements"),
        ({"userPrincipalName": "lo@elsewhere.example"}, "The domain portion of the userPrincipalName property is"),
        ({"usageLocation": "Denmark"}, "Invalid value specified for property 'usageLocation'"),
        ({"favouriteColour": "blue"}, "does not exist as a declared property"),
        ({"createdDateTime": "2026-01-01T00:00:00Z"}, "is read-only"),
    ],
)
def test_somebody_new_is_refused_whole(written: Client, change: dict[str, Any], words: str) -> None:
    before = written.send("GET", "/_simulator/position").json()
    wanted = NEWCOMER | {"userPrincipalName": "lo@golden.example"} | change
    assert words in message(written.write("POST", "users", wanted))
    assert written.send("GET", "/_simulator/position").json() == before


def test_a_change_shows_in_listings_delta_and_audits_and_a_repetition_changes_nothing(written: Client) -> None:
    link = written.get("users/delta?$select=id,department,city,accountEnabled&$deltatoken=latest")["@odata.deltaLink"]
    wanted = {"department": "Night shift", "city": "Lyon", "accountEnabled": False}
    assert written.write("PATCH", f"users/{EMRE}", wanted).status == 204
    assert user(written, EMRE, *wanted) == wanted
    assert written.listing(link) == [{"id": EMRE, **wanted}]
    assert Crawl(written).lines() == written.truth()
    assert written.write("PATCH", f"users/{EMRE}", wanted).status == 204
    assert not written.writes()["writes"][-1]["changed"]
    names = [one["activityDisplayName"] for one in written.get("auditLogs/directoryAudits?$top=2")["value"]]
    assert names == ["Update user", "Disable account"] or names == ["Disable account", "Update user"]
    assert "already exists" in message(
        written.write("PATCH", f"users/{EMRE}", {"userPrincipalName": "ben@golden.example"})
    )


def test_sessions_end_and_passwords_change_at_a_time_that_can_be_read(written: Client) -> None:
    start = datetime.now(UTC) - timedelta(seconds=1)
    revoked = written.write("POST", f"users/{CHLOE}/revokeSignInSessions")
    assert (revoked.status, revoked.json()["value"]) == (200, True)
    since = user(written, CHLOE, "signInSessionsValidFromDateTime", "lastPasswordChangeDateTime")
    assert datetime.fromisoformat(since["signInSessionsValidFromDateTime"]) > start
    assert datetime.fromisoformat(since["lastPasswordChangeDateTime"]) < start


def test_a_password_asks_for_a_role_of_the_application(start: Callable[..., Client]) -> None:
    client = start("--population", "golden")
    client.grant("User-PasswordProfile.ReadWrite.All")
    path, body = f"users/{CHLOE}", {"passwordProfile": PASSWORD}
    assert client.write("PATCH", path, body).error == (403, "Authorization_RequestDenied")
    make_administrator(client, USER_ADMINISTRATOR)
    assert client.write("PATCH", path, body).status == 204
    changed = user(client, CHLOE, "lastPasswordChangeDateTime", "signInSessionsValidFromDateTime")
    assert len(set(changed.values())) == 1
    assert datetime.now(UTC) - datetime.fromisoformat(changed["lastPasswordChangeDateTime"]) < timedelta(minutes=1)
    assert "complexity" in message(client.write("PATCH", path, {"passwordProfile": {"password": "aaaaaaaaaaaa"}}))
    assert client.write("PATCH", path, {"department": "x"}).error[0] == 403
    assert client.write("PATCH", f"users/{ANNA}", body).error[0] == 403


def make_administrator(client: Client, role: str) -> None:
    own = client.get(f"servicePrincipals(appId='{client.start['own_client_id']}')?$select=id")["id"]
    client.change(kind="assign_role", principal=own, role=role)


def test_administrators_are_acted_on_by_applications_with_a_role_alone(start: Callable[..., Client]) -> None:
    client = start("--population", "golden")
    client.grant("User.ReadWrite.All")

    def block(guid: str) -> int:
        return client.write("PATCH", f"users/{guid}", {"accountEnabled": False}).status

    lesser, greater = BEN, INES
    assert (block(lesser), block(greater), block(HIRO)) == (403, 403, 204)
    assert client.write("POST", f"users/{greater}/revokeSignInSessions").status == 403
    assert client.write("DELETE", f"users/{greater}").status == 403
    assert client.write("PATCH", f"users/{greater}", {"department": "x"}).status == 204
    make_administrator(client, USER_ADMINISTRATOR)
    assert (block(lesser), block(greater)) == (204, 403)
    make_administrator(client, PRIVILEGED_AUTHENTICATION)
    assert block(greater) == 204


def test_a_person_is_deleted_and_comes_back_with_everything(written: Client) -> None:
    before = written.truth()
    assert written.write("DELETE", f"users/{JONAS}").status == 204
    assert written.write("DELETE", f"users/{JONAS}").error == (404, "Request_ResourceNotFound")
    assert written.get(f"directory/deletedItems/{JONAS}")["id"] == JONAS
    back = written.write("POST", f"directory/deletedItems/{JONAS}/restore")
    assert (back.status, back.json()["id"]) == (200, JONAS)
    assert written.truth() == before
    assert written.write("POST", f"directory/deletedItems/{JONAS}/restore").status == 404


def test_a_name_that_was_taken_meanwhile_is_given_anew(written: Client) -> None:
    assert written.write("DELETE", f"users/{HIRO}").status == 204
    taker = NEWCOMER | {"userPrincipalName": "hiro@golden.example"}
    assert written.write("POST", "users", taker).status == 201
    path = f"directory/deletedItems/{HIRO}/restore"
    assert "already exists" in message(written.write("POST", path))
    assert written.write("POST", path, {"newUserPrincipalName": "hiro.sato@golden.example"}).status == 200
    assert user(written, HIRO, "userPrincipalName") == {"userPrincipalName": "hiro.sato@golden.example"}


def test_a_manager_is_set_and_removed(written: Client) -> None:
    path = f"users/{GRETA}/manager"
    assert written.write("DELETE", f"{path}/$ref").status == 404
    assert written.write("PUT", f"{path}/$ref", {"@odata.id": f"{ROOT}/users/{BEN}"}).status == 204
    assert written.get(path)["id"] == BEN
    assert written.write("PUT", f"{path}/$ref", {"@odata.id": f"{ROOT}/users/{GRETA}"}).status == 400
    assert written.write("DELETE", f"{path}/$ref").status == 204
    assert written.graph(path).status == 404


def test_who_forgets_ref_deletes_the_person(start: Callable[..., Client]) -> None:
    client = start("--population", "golden")
    client.grant("GroupMember.ReadWrite.All")
    path = f"groups/{ENGINEERING}/members/{CHLOE}"
    assert client.write("DELETE", path).status == 403
    client.grant("User.DeleteRestore.All")
    assert client.write("DELETE", path).status == 204
    assert client.graph(f"users/{CHLOE}").status == 404


def test_people_synced_from_elsewhere_and_missing_permissions_are_refused(start: Callable[..., Client]) -> None:
    client = start("--seed", "7", "--users", "120", "--groups", "40", "--memberships", "700", "--apps", "10")
    people = client.listing("users?$select=id,onPremisesSyncEnabled,usageLocation&$top=999")
    synced = next(one["id"] for one in people if one["onPremisesSyncEnabled"])
    for method, path, body in (
        ("POST", "users", NEWCOMER),
        ("PATCH", f"users/{synced}", {"usageLocation": "FR"}),
        ("DELETE", f"users/{synced}", None),
        ("POST", f"users/{synced}/revokeSignInSessions", None),
        ("POST", f"directory/deletedItems/{synced}/restore", None),
    ):
        assert client.write(method, path, body).error == (403, "Authorization_RequestDenied"), path
    client.grant("User.EnableDisableAccount.All")
    assert client.write("PATCH", f"users/{synced}", {"usageLocation": "FR"}).status == 403
    client.grant("User.ReadWrite.All")
    assert "on-premises mastered" in message(client.write("PATCH", f"users/{synced}", {"department": "x"}))
    assert "on-premises mastered" in message(client.write("DELETE", f"users/{synced}"))
    assert client.write("PATCH", f"users/{synced}", {"usageLocation": "FR"}).status == 204
    assert user(client, synced, "usageLocation") == {"usageLocation": "FR"}


def test_who_is_synced_from_elsewhere_is_blocked_here_as_well(start: Callable[..., Client]) -> None:
    client = start("--seed", "7", "--users", "120", "--groups", "40", "--memberships", "700", "--apps", "10")
    people = client.listing("users?$select=id,onPremisesSyncEnabled,accountEnabled&$top=999")
    powerful = {line["holder"] for line in client.truth() if line["t"] == "edge" and line["permission"][:5] == "role:"}
    plain = [one for one in people if one["id"] not in powerful and one["accountEnabled"]]
    synced = next(one["id"] for one in plain if one["onPremisesSyncEnabled"])
    client.grant("User.EnableDisableAccount.All")
    assert client.write("PATCH", f"users/{synced}", {"accountEnabled": False}).status == 204
    assert user(client, synced, "accountEnabled") == {"accountEnabled": False}
