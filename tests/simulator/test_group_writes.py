"""Members and owners are written as Microsoft documents it, and refused in its words."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from crawl import Crawl
from tenant_client import Answer, Client, Running

ROOT = "https://graph.microsoft.com/v1.0"
ENGINEERING, SALES, ATLAS, APPROVERS, NEWS, HELPDESK, LEGACY = (
    f"60deb200-0000-4000-8000-{number:012x}" for number in (0, 3, 4, 5, 6, 8, 9)
)
ANNA, BEN, CHLOE, DMITRI, EMRE, HIRO, INES = (
    f"60dea100-0000-4000-8000-{number:012x}" for number in (0, 1, 2, 3, 4, 7, 8)
)
VM_BACKUP = "60dec300-0000-4000-8000-000000000004"
LAPTOP = "60ded400-0000-4000-8000-000000000000"
NOBODY = "60dea100-0000-4000-8000-0000000000ff"


@pytest.fixture(scope="module")
def written() -> Iterator[Client]:
    """A golden tenant in which the own registration may write to groups; tests put back what they change."""
    with Running("--population", "golden", "--audit-lag-ms", "0") as client:
        client.grant("Group.ReadWrite.All")
        yield client


def ref(guid: str, collection: str = "directoryObjects") -> dict[str, str]:
    return {"@odata.id": f"{ROOT}/{collection}/{guid}"}


def members(client: Client, group: str) -> set[str]:
    return {item["id"] for item in client.listing(f"groups/{group}/members?$select=id")}


def told(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json()["error"]["message"]


ALREADY = "One or more added object references already exist for the following modified properties: 'members'."


def test_a_member_is_added_once_and_removed_once(written: Client) -> None:
    path = f"groups/{ENGINEERING}/members"
    assert written.write("POST", f"{path}/$ref", ref(EMRE)).status == 204
    assert EMRE in members(written, ENGINEERING)
    assert Crawl(written).lines() == written.truth()
    again = written.write("POST", f"{path}/$ref", ref(EMRE))
    assert again.error == (400, "Request_BadRequest")
    assert told(again) == (400, ALREADY)
    assert written.write("DELETE", f"{path}/{EMRE}/$ref").status == 204
    assert EMRE not in members(written, ENGINEERING)
    assert written.write("DELETE", f"{path}/{EMRE}/$ref").error == (404, "Request_ResourceNotFound")


def test_up_to_twenty_members_come_in_one_write_or_none_does(written: Client) -> None:
    def patch(*guids: str) -> Answer:
        addresses = [f"{ROOT}/directoryObjects/{guid}" for guid in guids]
        return written.write("PATCH", f"groups/{ENGINEERING}", {"members@odata.bind": addresses})

    before = members(written, ENGINEERING)
    assert told(patch(EMRE, HIRO, BEN)) == (400, ALREADY)
    assert patch(EMRE, NOBODY).error == (404, "Request_ResourceNotFound")
    assert patch(*[EMRE] * 2).status == 400
    assert patch(*[EMRE] * 21).status == 400
    assert members(written, ENGINEERING) == before
    assert patch(EMRE, HIRO).status == 204
    assert members(written, ENGINEERING) == before | {EMRE, HIRO}
    last = written.writes()["writes"][-1]
    assert (last["units"], last["changed"], len(last["mutations"])) == (1, True, 2)
    for guid in (EMRE, HIRO):
        assert written.write("DELETE", f"groups/{ENGINEERING}/members/{guid}/$ref").status == 204


@pytest.mark.parametrize(
    ("group", "answer"),
    [
        (SALES, (403, "Insufficient privileges to complete the operation.")),
        (HELPDESK, (403, "Insufficient privileges to complete the operation.")),
        (APPROVERS, (400, "Cannot Update a mail-enabled security groups and or distribution list.")),
        (NEWS, (400, "Cannot Update a mail-enabled security groups and or distribution list.")),
        (
            LEGACY,
            (
                400,
                "Unable to update the specified properties for on-premises mastered Directory Sync objects or objects "
                "currently undergoing migration.",
            ),
        ),
    ],
)
def test_groups_that_graph_cannot_write_refuse_members(written: Client, group: str, answer: tuple[int, str]) -> None:
    assert told(written.write("POST", f"groups/{group}/members/$ref", ref(HIRO))) == answer
    here = members(written, group) & {DMITRI, INES, EMRE}
    assert told(written.write("DELETE", f"groups/{group}/members/{here.pop() if here else ANNA}/$ref")) == answer


def test_what_a_group_cannot_hold_is_refused(written: Client) -> None:
    assert written.write("POST", f"groups/{ATLAS}/members/$ref", ref(ENGINEERING)).status == 400
    assert written.write("POST", f"groups/{ENGINEERING}/members/$ref", ref(VM_BACKUP)).error[0] == 403
    assert written.write("POST", f"groups/{ENGINEERING}/members/$ref", ref(LAPTOP)).error[0] == 403
    assert written.write("POST", f"groups/{ENGINEERING}/members/$ref", ref("nonsense")).status == 400
    assert written.write("POST", f"groups/{ENGINEERING}/members/$ref", ref(NOBODY)).status == 404
    assert written.write("POST", f"groups/{ENGINEERING}/members/$ref", ref(ANNA, "groups")).status == 404
    assert written.write("POST", f"groups/{ENGINEERING}/members/$ref", {}).error == (400, "BadRequest")
    assert written.write("POST", f"groups/{NOBODY}/members/$ref", ref(ANNA)).status == 404


def test_the_last_owner_stays(written: Client) -> None:
    assert written.write("POST", f"groups/{ENGINEERING}/owners/$ref", ref(CHLOE, "users")).status == 204
    assert "owners" in told(written.write("POST", f"groups/{ENGINEERING}/owners/$ref", ref(CHLOE, "users")))[1]
    assert written.write("DELETE", f"groups/{ENGINEERING}/owners/{CHLOE}/$ref").status == 204
    assert written.write("DELETE", f"groups/{ENGINEERING}/owners/{CHLOE}/$ref").status == 404
    last = written.write("DELETE", f"groups/{ENGINEERING}/owners/{BEN}/$ref")
    assert told(last) == (400, "The group must have at least one owner, hence this owner cannot be removed.")


def test_the_audit_log_names_the_application_that_wrote(written: Client) -> None:
    assert written.write("POST", f"groups/{ENGINEERING}/members/$ref", ref(HIRO)).status == 204
    assert written.write("DELETE", f"groups/{ENGINEERING}/members/{HIRO}/$ref").status == 204
    newest = written.get("auditLogs/directoryAudits?$top=2")["value"]
    assert [item["activityDisplayName"] for item in newest] == ["Remove member from group", "Add member to group"]
    assert {item["initiatedBy"]["app"]["appId"] for item in newest} == {written.start["own_client_id"]}
    assert {item["initiatedBy"]["app"]["displayName"] for item in newest} == {"Chamberlain (own registration)"}


def test_a_batch_of_writes_answers_and_counts_each(written: Client) -> None:
    first = written.writes()["newest"]
    path = f"/groups/{ENGINEERING}/members"
    headers = {"Content-Type": "application/json"}
    parts: list[dict[str, Any]] = [
        {"id": "1", "method": "POST", "url": f"{path}/$ref", "headers": headers, "body": ref(HIRO)},
        {"id": "2", "method": "POST", "url": f"{path}/$ref", "headers": headers, "body": ref(BEN)},
        {"id": "3", "method": "DELETE", "url": f"{path}/{HIRO}/$ref", "dependsOn": ["1"]},
    ]
    answers = written.batch(*parts)
    assert {name: part["status"] for name, part in answers.items()} == {"1": 204, "2": 400, "3": 204}
    report = written.writes(f"after={first}")
    assert [(one["status"], one["changed"], one["in_batch"]) for one in report["writes"]] == [
        (204, True, True),
        (400, False, True),
        (204, True, True),
    ]
    assert (report["write_units"], report["changing"]) == (2, 2)
    assert len(written.writes(f"after={first}&accepted=1")["writes"]) == 2


def test_without_the_permission_nothing_is_written(start: Callable[..., Client]) -> None:
    client = start("--population", "golden")
    position = client.send("GET", "/_simulator/position").json()
    answer = client.write("POST", f"groups/{ENGINEERING}/members/$ref", ref(EMRE))
    assert answer.error == (403, "Authorization_RequestDenied")
    assert client.send("GET", "/_simulator/position").json() == position
    assert client.writes()["newest"] == 0
    client.grant("GroupMember.ReadWrite.All")
    assert client.write("POST", f"groups/{ENGINEERING}/members/$ref", ref(EMRE)).status == 204
    assert client.write("POST", f"groups/{ENGINEERING}/owners/$ref", ref(EMRE, "users")).error[0] == 403
    assert client.write("PATCH", f"groups/{ENGINEERING}", {"displayName": "x"}).error[0] == 403


def test_a_role_assignable_group_needs_the_permission_to_manage_roles(start: Callable[..., Client]) -> None:
    client = start("--population", "golden")
    client.grant("GroupMember.ReadWrite.All", "RoleManagement.ReadWrite.Directory")
    assert client.write("POST", f"groups/{HELPDESK}/members/$ref", ref(HIRO)).status == 204


def test_a_write_is_forgotten_by_no_restart(start: Callable[..., Client], tmp_path: Any) -> None:
    options = ("--population", "golden", "--file", str(tmp_path / "tenant"), "--audit-lag-ms", "0")
    client = start(*options)
    client.grant("GroupMember.ReadWrite.All")
    assert client.write("POST", f"groups/{ENGINEERING}/members/$ref", ref(EMRE)).status == 204
    again = start(*options)
    assert EMRE in members(again, ENGINEERING)
    newest = again.get("auditLogs/directoryAudits?$top=1")["value"][0]
    assert newest["initiatedBy"]["app"]["appId"] == again.start["own_client_id"]
