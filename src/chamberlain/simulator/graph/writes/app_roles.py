"""Who is assigned to a role of an application: people, groups and other applications.

source  https://learn.microsoft.com/graph/api/serviceprincipal-post-approleassignedto, .../user-post-approleassignments,
        .../group-post-approleassignments and the DELETE of each (read 2026)
"""

import uuid
from base64 import urlsafe_b64decode
from typing import Any

import msgspec

from chamberlain.simulator.graph.call import Call
from chamberlain.simulator.graph.refusal import bad_request, not_found
from chamberlain.simulator.graph.shapes.application import APP_ROLE_ASSIGNMENT
from chamberlain.simulator.graph.writes.desk import Desk, read
from chamberlain.simulator.message import Response, json_response
from chamberlain.simulator.world.application import APPLICATION, DEFAULT_ACCESS, USER, AppAssignment
from chamberlain.simulator.world.mutation.applications import AssignApp, UnassignApp
from chamberlain.simulator.world.mutation.roles import PRINCIPALS
from chamberlain.simulator.world.reference import Kind, Ref
from chamberlain.simulator.world.view import View

_GUID_BYTES = 16


class _Assignment(msgspec.Struct, rename="camel"):
    principal_id: str
    resource_id: str
    app_role_id: str


def _principal(view: View, assignment_id: str) -> Ref | None:
    """The principal whose id is the first half of an assignment's."""
    try:
        raw = urlsafe_b64decode(assignment_id + "=" * (-len(assignment_id) % 4))[:_GUID_BYTES]
        return view.find(str(uuid.UUID(bytes_le=raw)))
    except ValueError:
        return None


class AppRoleDesk(Desk):
    """The handlers. An assignment is made and taken away at either end of it."""

    def assign_to_application(self, call: Call) -> Response:
        """POST /servicePrincipals/{id}/appRoleAssignedTo"""
        wanted = read(call.request.body, _Assignment)
        if wanted.resource_id.lower() != call.keys[0].lower():
            raise bad_request("The resource of the assignment is not the one in the request's address.")
        return self._assign(call, wanted)

    def assign_principal(self, call: Call) -> Response:
        """POST /users/{id}/appRoleAssignments, and the same of groups and service principals"""
        wanted = read(call.request.body, _Assignment)
        if wanted.principal_id.lower() != call.keys[0].lower():
            raise bad_request("The principal of the assignment is not the one in the request's address.")
        return self._assign(call, wanted)

    def _assign(self, call: Call, wanted: _Assignment) -> Response:
        resource = call.object(wanted.resource_id, Kind.SERVICE_PRINCIPAL)
        principal = call.object(wanted.principal_id, *PRINCIPALS)
        offering = self.newest.service_principal(resource.serial)
        role, member = wanted.app_role_id.lower(), APPLICATION if principal.kind is Kind.SERVICE_PRINCIPAL else USER
        offered = offering.roles_for(member)
        if role not in {one.id for one in offered} and (offered or role != DEFAULT_ACCESS):
            raise bad_request(f"Permission being assigned was not found on application '{offering.app_id}'.")
        if self._held(principal, resource, role) is not None:
            raise bad_request("Permission being assigned already exists on the object")
        self.change(call, AssignApp(self.guid(principal), self.guid(resource), role))
        made = self._held(principal, resource, role)
        view = self.newest
        names = call.names(APP_ROLE_ASSIGNMENT)
        found: dict[str, Any] = {} if made is None else APP_ROLE_ASSIGNMENT.render(view, made, names)
        return json_response(201, self.document(call, "appRoleAssignments", found))

    def _held(self, principal: Ref, resource: Ref, role: str) -> AppAssignment | None:
        held = self.newest.app_assignments_of(principal)
        return next((one for one in held if one[:2] == (resource.serial, role)), None)

    def remove(self, call: Call) -> Response:
        """DELETE .../appRoleAssignedTo/{id} and .../appRoleAssignments/{id}: capitals matter in the id"""
        end, key = call.object(call.keys[0], *PRINCIPALS), call.keys[1]
        view = self.newest
        principal = _principal(view, key)
        held = () if principal is None else view.app_assignments_of(principal)
        at_end = (one for one in held if end in (one.principal, Ref(Kind.SERVICE_PRINCIPAL, one.resource)))
        found = next((one for one in at_end if APP_ROLE_ASSIGNMENT.render(view, one, ("id",))["id"] == key), None)
        if found is None:
            raise not_found(key)
        resource = Ref(Kind.SERVICE_PRINCIPAL, found.resource)
        self.change(call, UnassignApp(self.guid(found.principal), self.guid(resource), found.role_id))
        return Response(204)
