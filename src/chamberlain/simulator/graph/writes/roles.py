"""Directory roles: assigned, and for a time or on demand where the tenant owns P2.

source  https://learn.microsoft.com/graph/api/rbacapplication-post-roleassignments, .../unifiedroleassignment-delete,
        .../rbacapplication-post-roleassignmentschedulerequests and
        .../rbacapplication-post-roleeligibilityschedulerequests (read 2026); codes as recorded from the service
"""

import uuid
from typing import Any

import msgspec

from chamberlain.simulator.graph.call import Call
from chamberlain.simulator.graph.refusal import GraphError, bad_request, not_found
from chamberlain.simulator.graph.resources.roles import refuse_without_premium
from chamberlain.simulator.graph.shapes.role import ROLE_ASSIGNMENT, assignment_id
from chamberlain.simulator.graph.writes.desk import Desk, read
from chamberlain.simulator.graph.writes.expiration import ScheduleInfo, moment
from chamberlain.simulator.message import Response, json_response
from chamberlain.simulator.world.builtin_roles import GLOBAL_ADMINISTRATOR
from chamberlain.simulator.world.fact import Shelf
from chamberlain.simulator.world.mutation.roles import (
    PRINCIPALS,
    AssignRole,
    MakeEligible,
    UnassignRole,
    UnmakeEligible,
)
from chamberlain.simulator.world.reference import Kind, Ref
from chamberlain.simulator.world.role import RoleAssignment

_UNIFIED = "roleManagement/directory"
_ADDING, _UPDATING, _REMOVING = "adminAssign", "adminUpdate", "adminRemove"


class _Wanted(msgspec.Struct, rename="camel"):
    principal_id: str
    role_definition_id: str
    directory_scope_id: str


class _Request(_Wanted, rename="camel"):
    action: str
    justification: str | None = None
    schedule_info: ScheduleInfo = msgspec.field(default_factory=ScheduleInfo)


class RoleDesk(Desk):
    """The handlers."""

    def _wanted(self, call: Call, wanted: _Wanted) -> RoleAssignment:
        """The assignment that a body speaks of."""
        if not wanted.directory_scope_id.startswith("/"):
            raise bad_request("The directory scope id is invalid.")
        role = wanted.role_definition_id.lower()
        if role not in {one.id for one in self.newest.base.role_definitions()}:
            raise not_found(wanted.role_definition_id)
        principal = call.object(wanted.principal_id, *PRINCIPALS)
        if principal.kind is Kind.GROUP and not self.newest.group(principal.serial).role_assignable:
            raise bad_request("The principal is a group that cannot be assigned to a role.")
        return RoleAssignment(role, principal, wanted.directory_scope_id)

    def _refuse_last_administrator(self, held: RoleAssignment) -> None:
        """Somebody has to be able to undo anything."""
        if held.role_id != GLOBAL_ADMINISTRATOR or held.scope != "/" or held.principal.kind is not Kind.USER:
            return
        others = (one for one in self.newest.role_assignments() if one != held and one[::2] == held[::2])
        if not any(one.principal.kind is Kind.USER for one in others):
            raise bad_request("Removing the last Global Administrator from the tenant is not allowed.")

    def assign(self, call: Call) -> Response:
        """POST /roleManagement/directory/roleAssignments"""
        wanted = self._wanted(call, read(call.request.body, _Wanted))
        if wanted in self.newest.role_assignments():
            raise bad_request(
                "A conflicting object with one or more of the specified property values is present in the directory."
            )
        view = self.change(call, AssignRole(self.guid(wanted.principal), wanted.role_id, wanted.scope))
        found = ROLE_ASSIGNMENT.render(view, wanted, ROLE_ASSIGNMENT.default)
        return json_response(201, self.document(call, f"{_UNIFIED}/roleAssignments", found))

    def remove(self, call: Call) -> Response:
        """DELETE /roleManagement/directory/roleAssignments/{id}"""
        view, key = self.newest, call.keys[0]
        held = next((one for one in view.role_assignments() if assignment_id(view, one) == key), None)
        if held is None:
            raise not_found(key)
        self._refuse_last_administrator(held)
        self.change(call, UnassignRole(self.guid(held.principal), held.role_id, held.scope))
        return Response(204)

    def request_assignment(self, call: Call) -> Response:
        """POST /roleManagement/directory/roleAssignmentScheduleRequests"""
        return self._request(call, Shelf.ROLE, "roleAssignmentScheduleRequests")

    def request_eligibility(self, call: Call) -> Response:
        """POST /roleManagement/directory/roleEligibilityScheduleRequests"""
        return self._request(call, Shelf.ELIGIBLE, "roleEligibilityScheduleRequests")

    def _request(self, call: Call, shelf: Shelf, what: str) -> Response:
        refuse_without_premium(call)
        wanted = read(call.request.body, _Request)
        if wanted.action not in {_ADDING, _UPDATING, _REMOVING}:
            raise GraphError(400, "InvalidRoleAssignmentRequest", f"The action '{wanted.action}' is for people only.")
        try:
            asked = self._wanted(call, wanted)
        except GraphError as refusal:
            raise _of_schedules(refusal, wanted) from refusal
        held = asked in (self.newest.role_assignments if shelf is Shelf.ROLE else self.newest.eligible_assignments)()
        if held and wanted.action == _ADDING:
            raise GraphError(400, "RoleAssignmentExists", "The Role assignment already exists.")
        if not held and wanted.action != _ADDING:
            raise GraphError(400, "RoleAssignmentDoesNotExist", "The Role assignment does not exist.")
        if wanted.action == _REMOVING:
            self._end(call, shelf, asked)
        else:
            self._begin(call, shelf, asked, wanted.schedule_info)
        return json_response(201, self.document(call, f"{_UNIFIED}/{what}", self._told(asked, wanted)))

    def _begin(self, call: Call, shelf: Shelf, asked: RoleAssignment, info: ScheduleInfo) -> None:
        starts, ends = info.span()
        kind = AssignRole if shelf is Shelf.ROLE else MakeEligible
        self.change(call, kind(self.guid(asked.principal), asked.role_id, asked.scope, starts, ends))

    def _end(self, call: Call, shelf: Shelf, asked: RoleAssignment) -> None:
        if shelf is Shelf.ROLE:
            self._refuse_last_administrator(asked)
        kind = UnassignRole if shelf is Shelf.ROLE else UnmakeEligible
        self.change(call, kind(self.guid(asked.principal), asked.role_id, asked.scope))

    def _told(self, asked: RoleAssignment, wanted: _Request) -> dict[str, Any]:
        """The request as it was carried out, at once."""
        now = moment()
        return {
            "id": str(uuid.uuid4()),
            "status": "Revoked" if wanted.action == _REMOVING else "Provisioned",
            "action": wanted.action,
            "principalId": self.guid(Ref(*asked.principal)),
            "roleDefinitionId": asked.role_id,
            "directoryScopeId": asked.scope,
            "appScopeId": None,
            "isValidationOnly": False,
            "targetScheduleId": assignment_id(self.newest, asked),
            "justification": wanted.justification,
            "createdDateTime": now,
            "completedDateTime": now,
            "scheduleInfo": None if wanted.action == _REMOVING else wanted.schedule_info.document(),
        }


def _of_schedules(refusal: GraphError, wanted: _Wanted) -> GraphError:
    """What is missing, in the words of privileged identity management."""
    if refusal.status != 404:
        return refusal
    if wanted.role_definition_id in refusal.message:
        return GraphError(404, "RoleNotFound", "The role is not found.")
    return GraphError(404, "SubjectNotFound", "The subject is not found.")
