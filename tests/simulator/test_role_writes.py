"""Directory roles are assigned, for good or for a time, as Microsoft documents it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from crawl import Crawl
from tenant_client import Answer, Client, Running

ROLES = "roleManagement/directory"
GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
REPORTS_READER = "4a5d8f65-41da-4de4-8968-e035b65339cf"
ANNA, EMRE, HIRO, INES = (f"60dea100-0000-4000-8000-{number:012x}" for number in (0, 4, 7, 8))
ENGINEERING, HELPDESK = (f"60deb200-0000-4000-8000-{number:012x}" for number in (0, 8))
NOBODY = "60dea100-0000-4000-8000-0000000000ff"
KINDS = ["Assignment", "Eligibility"]


@pytest.fixture(scope="module")
def written() -> Iterator[Client]:
    with Running("--population", "golden") as client:
        client.grant("RoleManagement.ReadWrite.Directory")
        yield client


def who_and_what(principal: str, role: str = REPORTS_READER) -> dict[str, str]:
    return {"principalId": principal, "roleDefinitionId": role, "directoryScopeId": "/"}


def ask(client: Client, kind: str, action: str, principal: str = EMRE, **more: Any) -> Answer:
    body = {"action": action, "justification": "because", **who_and_what(principal), **more}
    return client.write("POST", f"{ROLES}/role{kind}ScheduleRequests", body)


def until(ends: datetime) -> dict[str, Any]:
    return {"expiration": {"type": "afterDateTime", "endDateTime": ends.isoformat().replace("+00:00", "Z")}}


def held(client: Client, kind: str, principal: str) -> list[dict[str, Any]]:
    return client.listing(f"{ROLES}/role{kind}ScheduleInstances?$filter=principalId eq '{principal}'")


def message(answer: Answer) -> str:
    return str(answer.json()["error"]["message"])


def test_a_role_is_assigned_once_and_removed_once(written: Client) -> None:
    made = written.write("POST", f"{ROLES}/roleAssignments", who_and_what(EMRE))
    assert made.status == 201
    listed = written.listing(f"{ROLES}/roleAssignments?$filter=principalId eq '{EMRE}'")
    assert listed == [{name: value for name, value in made.json().items() if name != "@odata.context"}]
    assert Crawl(written).lines() == written.truth()
    again = written.write("POST", f"{ROLES}/roleAssignments", who_and_what(EMRE))
    assert again.error == (400, "Request_BadRequest")
    assert "conflicting object" in message(again)
    path = f"{ROLES}/roleAssignments/{made.json()['id']}"
    assert written.write("DELETE", path).status == 204
    assert written.write("DELETE", path).error == (404, "Request_ResourceNotFound")


def test_the_last_global_administrator_stays(written: Client) -> None:
    only = written.listing(f"{ROLES}/roleAssignments?$filter=roleDefinitionId eq '{GLOBAL_ADMINISTRATOR}'")
    assert [one["principalId"] for one in only] == [INES]
    assert written.write("DELETE", f"{ROLES}/roleAssignments/{only[0]['id']}").status == 400
    second = written.write("POST", f"{ROLES}/roleAssignments", who_and_what(ANNA, GLOBAL_ADMINISTRATOR))
    assert written.write("DELETE", f"{ROLES}/roleAssignments/{only[0]['id']}").status == 204
    assert written.write("DELETE", f"{ROLES}/roleAssignments/{second.json()['id']}").status == 400
    back = written.write("POST", f"{ROLES}/roleAssignments", who_and_what(INES, GLOBAL_ADMINISTRATOR))
    assert back.status == 201
    assert written.write("DELETE", f"{ROLES}/roleAssignments/{second.json()['id']}").status == 204


def test_what_cannot_hold_a_role_is_refused(written: Client) -> None:
    assert written.write("POST", f"{ROLES}/roleAssignments", who_and_what(ENGINEERING)).status == 400
    assert written.write("POST", f"{ROLES}/roleAssignments", who_and_what(NOBODY)).status == 404
    assert written.write("POST", f"{ROLES}/roleAssignments", who_and_what(ANNA, NOBODY)).status == 404
    made = written.write("POST", f"{ROLES}/roleAssignments", who_and_what(HELPDESK))
    assert made.status == 201
    assert written.write("DELETE", f"{ROLES}/roleAssignments/{made.json()['id']}").status == 204


@pytest.mark.parametrize("kind", KINDS)
def test_a_role_for_a_time_tells_its_end_gets_another_and_is_taken_back(written: Client, kind: str) -> None:
    ends = datetime.now(UTC) + timedelta(days=2)
    made = ask(written, kind, "adminAssign", scheduleInfo=until(ends))
    assert (made.status, made.json()["status"]) == (201, "Provisioned")
    told = held(written, kind, EMRE)
    assert [datetime.fromisoformat(one["endDateTime"]) for one in told] == [ends]
    assert ask(written, kind, "adminAssign").error == (400, "RoleAssignmentExists")
    hours = {"expiration": {"type": "afterDuration", "duration": "PT8H"}}
    assert ask(written, kind, "adminUpdate", scheduleInfo=hours).status == 201
    shorter = datetime.fromisoformat(held(written, kind, EMRE)[0]["endDateTime"])
    assert shorter < datetime.now(UTC) + timedelta(hours=9)
    assert ask(written, kind, "adminUpdate", scheduleInfo={"expiration": {"type": "noExpiration"}}).status == 201
    assert [one["endDateTime"] for one in held(written, kind, EMRE)] == [None]
    assert ask(written, kind, "adminRemove").json()["status"] == "Revoked"
    assert held(written, kind, EMRE) == []
    assert ask(written, kind, "adminRemove").error == (400, "RoleAssignmentDoesNotExist")
    assert ask(written, kind, "adminUpdate").error == (400, "RoleAssignmentDoesNotExist")
    assert Crawl(written).lines() == written.truth()


@pytest.mark.parametrize("kind", KINDS)
def test_a_role_for_a_time_goes_by_itself(written: Client, kind: str) -> None:
    ends = datetime.now(UTC) + timedelta(seconds=1.5)
    assert ask(written, kind, "adminAssign", HIRO, scheduleInfo=until(ends)).status == 201
    assert [one for one in held(written, kind, HIRO) if one["endDateTime"]]
    while datetime.now(UTC) < ends:
        held(written, kind, HIRO)
    assert not [one for one in held(written, kind, HIRO) if one["endDateTime"]]
    assert ask(written, kind, "adminRemove", HIRO).status == 400


@pytest.mark.parametrize("kind", KINDS)
def test_schedules_refuse_nonsense(written: Client, kind: str) -> None:
    assert ask(written, kind, "selfActivate").status == 400
    assert ask(written, kind, "adminAssign", NOBODY).error == (404, "SubjectNotFound")
    role = {"roleDefinitionId": NOBODY}
    assert ask(written, kind, "adminAssign", **role).error == (404, "RoleNotFound")
    past = until(datetime.now(UTC) - timedelta(days=1))
    assert ask(written, kind, "adminAssign", scheduleInfo=past).error[0] == 400
    later = {"startDateTime": "2999-01-01T00:00:00Z"}
    assert ask(written, kind, "adminAssign", scheduleInfo=later).error[0] == 400
    for wrong in ({"type": "afterDuration", "duration": "8 hours"}, {"type": "afterDateTime"}, {"type": "never"}):
        assert ask(written, kind, "adminAssign", scheduleInfo={"expiration": wrong}).error[0] == 400
    assert held(written, kind, EMRE) == []


def test_schedules_need_premium_and_their_own_permissions(start: Callable[..., Client]) -> None:
    client = start("--population", "golden")
    assert ask(client, "Assignment", "adminAssign").error == (403, "Authorization_RequestDenied")
    client.grant("RoleAssignmentSchedule.ReadWrite.Directory")
    assert ask(client, "Eligibility", "adminAssign").error[0] == 403
    assert client.write("POST", f"{ROLES}/roleAssignments", who_and_what(EMRE)).error[0] == 403
    client.send("POST", "/_simulator/knobs", body={"premium": False})
    assert ask(client, "Assignment", "adminAssign").error == (400, "AadPremiumLicenseRequired")
    assert client.graph(f"{ROLES}/roleAssignmentScheduleInstances").error == (400, "AadPremiumLicenseRequired")
    client.send("POST", "/_simulator/knobs", body={"premium": True})
    assert ask(client, "Assignment", "adminAssign").status == 201
