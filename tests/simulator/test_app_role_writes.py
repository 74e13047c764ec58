"""People, groups and applications are assigned to roles of applications as Microsoft documents it."""

from collections.abc import Iterator
from typing import Any

import pytest
from crawl import Crawl
from tenant_client import Answer, Client, Running

SALESFORCE, TIMESHEETS, VM_BACKUP = (f"60dec300-0000-4000-8000-{number:012x}" for number in (1, 2, 4))
USER_ROLE, ADMINISTRATOR, INTEGRATION = (f"60dee500-0000-4000-8000-{number:012x}" for number in (1, 2, 3))
ENGINEERING = "60deb200-0000-4000-8000-000000000000"
ANNA, DMITRI = (f"60dea100-0000-4000-8000-{number:012x}" for number in (0, 3))
NOBODY = "60dea100-0000-4000-8000-0000000000ff"
DEFAULT_ACCESS = "00000000-0000-0000-0000-000000000000"


@pytest.fixture(scope="module")
def written() -> Iterator[Client]:
    with Running("--population", "golden", "--audit-lag-ms", "0") as client:
        client.grant("AppRoleAssignment.ReadWrite.All")
        yield client


def assign(client: Client, principal: str, role: str, resource: str = SALESFORCE, path: str = "") -> Answer:
    body = {"principalId": principal, "resourceId": resource, "appRoleId": role}
    return client.write("POST", path or f"servicePrincipals/{resource}/appRoleAssignedTo", body)


def assigned(client: Client, resource: str = SALESFORCE) -> list[dict[str, Any]]:
    return client.listing(f"servicePrincipals/{resource}/appRoleAssignedTo")


@pytest.mark.parametrize(("principal", "role"), [(ANNA, USER_ROLE), (ENGINEERING, USER_ROLE), (ANNA, ADMINISTRATOR)])
def test_an_assignment_is_made_once_and_removed_once(written: Client, principal: str, role: str) -> None:
    before = assigned(written)
    made = assign(written, principal, role)
    assert made.status == 201
    item = {name: value for name, value in made.json().items() if name != "@odata.context"}
    assert item in assigned(written)
    assert Crawl(written).lines() == written.truth()
    again = assign(written, principal, role)
    assert again.error == (400, "Request_BadRequest")
    assert again.json()["error"]["message"] == "Permission being assigned already exists on the object"
    path = f"servicePrincipals/{SALESFORCE}/appRoleAssignedTo/{item['id']}"
    assert written.write("DELETE", path.replace(item["id"], item["id"].swapcase())).status == 404
    assert written.write("DELETE", path).status == 204
    assert written.write("DELETE", path).error == (404, "Request_ResourceNotFound")
    assert assigned(written) == before


def test_an_assignment_is_also_written_at_the_principals_end(written: Client) -> None:
    made = assign(written, ANNA, DEFAULT_ACCESS, TIMESHEETS, path=f"users/{ANNA}/appRoleAssignments")
    assert made.status == 201
    assert written.write("DELETE", f"users/{DMITRI}/appRoleAssignments/{made.json()['id']}").status == 404
    assert written.write("DELETE", f"users/{ANNA}/appRoleAssignments/{made.json()['id']}").status == 204


def test_what_an_application_does_not_offer_is_refused(written: Client) -> None:
    for principal, role in ((ANNA, DEFAULT_ACCESS), (VM_BACKUP, USER_ROLE), (ANNA, NOBODY)):
        answer = assign(written, principal, role)
        assert answer.status == 400
        assert "Permission being assigned was not found on application" in answer.json()["error"]["message"]
    assert assign(written, NOBODY, USER_ROLE).status == 404
    assert assign(written, ANNA, USER_ROLE, path=f"users/{DMITRI}/appRoleAssignments").status == 400
    assert assign(written, ANNA, USER_ROLE, path=f"servicePrincipals/{TIMESHEETS}/appRoleAssignedTo").status == 400
    assert written.write("DELETE", f"servicePrincipals/{SALESFORCE}/appRoleAssignedTo/nonsense").status == 404


def test_assigning_needs_its_own_permission(golden: Client) -> None:
    assert assign(golden, ANNA, USER_ROLE).error == (403, "Authorization_RequestDenied")
