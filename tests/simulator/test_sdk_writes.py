"""Microsoft's own SDK makes every write, and reads the errors as the service's."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgraph import GraphServiceClient
from msgraph.generated.models.app_role_assignment import AppRoleAssignment
from msgraph.generated.models.assigned_license import AssignedLicense
from msgraph.generated.models.expiration_pattern import ExpirationPattern
from msgraph.generated.models.expiration_pattern_type import ExpirationPatternType
from msgraph.generated.models.group import Group
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.password_profile import PasswordProfile
from msgraph.generated.models.reference_create import ReferenceCreate
from msgraph.generated.models.reference_update import ReferenceUpdate
from msgraph.generated.models.request_schedule import RequestSchedule
from msgraph.generated.models.unified_role_assignment import UnifiedRoleAssignment
from msgraph.generated.models.unified_role_assignment_schedule_request import UnifiedRoleAssignmentScheduleRequest
from msgraph.generated.models.unified_role_eligibility_schedule_request import UnifiedRoleEligibilityScheduleRequest
from msgraph.generated.models.unified_role_schedule_request_actions import UnifiedRoleScheduleRequestActions
from msgraph.generated.models.user import User
from msgraph.generated.users.item.assign_license.assign_license_post_request_body import AssignLicensePostRequestBody
from tenant_client import Client, Running
from test_official_sdk import run

from chamberlain.simulator.world.licence import catalogue

pytestmark = pytest.mark.filterwarnings("ignore:.*is deprecated:DeprecationWarning")

ROOT = "https://graph.microsoft.com/v1.0"
EMRE, JONAS = (f"60dea100-0000-4000-8000-{number:012x}" for number in (4, 9))
ENGINEERING, SALES = (f"60deb200-0000-4000-8000-{number:012x}" for number in (0, 3))
SALESFORCE, USER_ROLE = "60dec300-0000-4000-8000-000000000001", "60dee500-0000-4000-8000-000000000001"
REPORTS_READER = "4a5d8f65-41da-4de4-8968-e035b65339cf"
FLOW = uuid.UUID(catalogue()["FLOW_FREE"].id)


@pytest.fixture(scope="module")
def written() -> Iterator[Client]:
    with Running("--population", "golden") as client:
        client.grant(
            "Group.ReadWrite.All", "User.ReadWrite.All", "RoleManagement.ReadWrite.Directory",
            "AppRoleAssignment.ReadWrite.All", "LicenseAssignment.ReadWrite.All",
        )  # fmt: skip
        yield client


async def refusal(doing: Any) -> tuple[int, str]:
    with pytest.raises(ODataError) as caught:
        await doing
    assert caught.value.error is not None
    return caught.value.response_status_code, str(caught.value.error.code)


def reference(guid: str, collection: str = "directoryObjects") -> ReferenceCreate:
    return ReferenceCreate(odata_id=f"{ROOT}/{collection}/{guid}")


def test_members_and_owners(written: Client) -> None:
    async def story(graph: GraphServiceClient) -> None:
        group = graph.groups.by_group_id(ENGINEERING)
        await group.members.ref.post(reference(EMRE))
        assert await refusal(group.members.ref.post(reference(EMRE))) == (400, "Request_BadRequest")
        await group.members.by_directory_object_id(EMRE).ref.delete()
        gone = group.members.by_directory_object_id(EMRE).ref.delete()
        assert await refusal(gone) == (404, "Request_ResourceNotFound")
        several = Group(additional_data={"members@odata.bind": [f"{ROOT}/directoryObjects/{EMRE}"]})
        await group.patch(several)
        await group.members.by_directory_object_id(EMRE).ref.delete()
        await group.owners.ref.post(reference(EMRE, "users"))
        await group.owners.by_directory_object_id(EMRE).ref.delete()
        dynamic = graph.groups.by_group_id(SALES).members.ref.post(reference(EMRE))
        assert await refusal(dynamic) == (403, "Authorization_RequestDenied")

    run(written, story)


def test_app_roles(written: Client) -> None:
    async def story(graph: GraphServiceClient) -> None:
        assigned_to = graph.service_principals.by_service_principal_id(SALESFORCE).app_role_assigned_to
        wanted = AppRoleAssignment(
            principal_id=uuid.UUID(EMRE), resource_id=uuid.UUID(SALESFORCE), app_role_id=uuid.UUID(USER_ROLE)
        )
        made = await assigned_to.post(wanted)
        assert made is not None
        assert (made.principal_id, made.principal_type) == (uuid.UUID(EMRE), "User")
        assert await refusal(assigned_to.post(wanted)) == (400, "Request_BadRequest")
        await assigned_to.by_app_role_assignment_id(str(made.id)).delete()

    run(written, story)


def test_roles_for_good_and_for_a_time(written: Client) -> None:
    who: dict[str, Any] = {
        "principal_id": EMRE, "role_definition_id": REPORTS_READER, "directory_scope_id": "/",
    }  # fmt: skip

    async def story(graph: GraphServiceClient) -> None:
        directory = graph.role_management.directory
        made = await directory.role_assignments.post(UnifiedRoleAssignment(**who))
        assert made is not None
        await directory.role_assignments.by_unified_role_assignment_id(str(made.id)).delete()
        ends = datetime.now(UTC) + timedelta(days=1)
        pattern = ExpirationPattern(type=ExpirationPatternType.AfterDateTime, end_date_time=ends)
        active, eligible = directory.role_assignment_schedule_requests, directory.role_eligibility_schedule_requests
        for action in (UnifiedRoleScheduleRequestActions.AdminAssign, UnifiedRoleScheduleRequestActions.AdminRemove):
            asked: dict[str, Any] = {"action": action, "justification": "because", **who}
            asked["schedule_info"] = RequestSchedule(expiration=pattern)
            for builder, model in (
                (active, UnifiedRoleAssignmentScheduleRequest),
                (eligible, UnifiedRoleEligibilityScheduleRequest),
            ):
                answer = await builder.post(model(**asked))
                assert answer.status in {"Provisioned", "Revoked"}
        again = UnifiedRoleAssignmentScheduleRequest(
            action=UnifiedRoleScheduleRequestActions.AdminRemove, justification="because", **who
        )
        assert await refusal(active.post(again)) == (400, "RoleAssignmentDoesNotExist")

    run(written, story)


def test_licences(written: Client) -> None:
    async def story(graph: GraphServiceClient) -> None:
        user = graph.users.by_user_id(EMRE)
        give = AssignLicensePostRequestBody(
            add_licenses=[AssignedLicense(sku_id=FLOW, disabled_plans=[])], remove_licenses=[]
        )
        answer = await user.assign_license.post(give)
        assert answer is not None
        assert answer.id == EMRE
        again = await user.reprocess_license_assignment.post()
        assert again is not None
        take = AssignLicensePostRequestBody(add_licenses=[], remove_licenses=[FLOW])
        await user.assign_license.post(take)
        assert await refusal(user.assign_license.post(take)) == (400, "Request_BadRequest")

    run(written, story)


def test_people(written: Client) -> None:
    async def story(graph: GraphServiceClient) -> None:
        profile = PasswordProfile(password="correct-Horse-7")
        wanted = User(
            account_enabled=True, display_name="Kim", mail_nickname="kim", user_principal_name="kim@golden.example",
            password_profile=profile, usage_location="DK",
        )  # fmt: skip
        made = await graph.users.post(wanted)
        assert made is not None
        assert await refusal(graph.users.post(wanted)) == (400, "Request_BadRequest")
        user = graph.users.by_user_id(str(made.id))
        await user.patch(User(account_enabled=False, department="Night shift"))
        revoked = await user.revoke_sign_in_sessions.post()
        assert revoked is not None
        assert revoked.value is True
        await user.manager.ref.put(ReferenceUpdate(odata_id=f"{ROOT}/users/{JONAS}"))
        await user.manager.ref.delete()
        await user.delete()
        assert await refusal(user.delete()) == (404, "Request_ResourceNotFound")
        back = await graph.directory.deleted_items.by_directory_object_id(str(made.id)).restore.post(None)
        assert back is not None
        assert back.id == made.id

    run(written, story)
