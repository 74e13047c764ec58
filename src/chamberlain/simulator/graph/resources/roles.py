"""/directoryRoles and /roleManagement/directory.

source  https://learn.microsoft.com/graph/api/directoryrole-list and rbacapplication-list-roleassignments (read 2026)
"""

from typing import Any

from chamberlain.simulator.graph.answer import collection, entity, mixed_collection, related, selected
from chamberlain.simulator.graph.call import Call
from chamberlain.simulator.graph.listing import Whole, page
from chamberlain.simulator.graph.matching import matcher
from chamberlain.simulator.graph.mixed import DirectoryObject
from chamberlain.simulator.graph.refusal import GraphError, not_found
from chamberlain.simulator.graph.shape import Shape
from chamberlain.simulator.graph.shapes.role import (
    ACTIVE_ASSIGNMENT,
    DIRECTORY_ROLE,
    ELIGIBILITY,
    ROLE_ASSIGNMENT,
    ROLE_DEFINITION,
    directory_role_id,
)
from chamberlain.simulator.world.reference import Ref
from chamberlain.simulator.world.role import RoleAssignment, RoleDefinition
from chamberlain.simulator.world.view import View

MAX_EXPANDED = 20


def list_role_definitions(call: Call) -> dict[str, Any]:
    """GET /roleManagement/directory/roleDefinitions"""
    return collection(
        call,
        ROLE_DEFINITION,
        Whole(call.view.base.role_definitions()),
        context="roleManagement/directory/roleDefinitions",
    )


def get_role_definition(call: Call) -> dict[str, Any]:
    """GET /roleManagement/directory/roleDefinitions/{id}"""
    return entity(
        call, ROLE_DEFINITION, _definition(call, call.keys[0]), context="roleManagement/directory/roleDefinitions"
    )


def _definition(call: Call, role_id: str) -> RoleDefinition:
    for role in call.view.base.role_definitions():
        if role.id == role_id.lower():
            return role
    raise not_found(role_id)


def _expanded(call: Call, assignment: RoleAssignment) -> dict[str, Any]:
    wanted = call.check_expand(ROLE_ASSIGNMENT)
    if wanted is None or call.options.expand is None:
        return {}
    select = call.options.expand.select
    if wanted == "principal":
        return {"principal": related(call, [assignment.principal], select)[0]}
    role = _definition(call, assignment.role_id)
    return {"roleDefinition": ROLE_DEFINITION.render(call.view, role, ROLE_DEFINITION.names(select))}


def list_role_assignments(call: Call) -> dict[str, Any]:
    """GET /roleManagement/directory/roleAssignments"""
    names = call.names(ROLE_ASSIGNMENT)
    return page(
        call,
        Whole(call.view.role_assignments()),
        lambda item: ROLE_ASSIGNMENT.render(call.view, item, names) | _expanded(call, item),
        context=f"roleManagement/directory/roleAssignments{selected(call)}",
        matches=matcher(call, ROLE_ASSIGNMENT),
    )


def list_eligible(call: Call) -> dict[str, Any]:
    """GET /roleManagement/directory/roleEligibilityScheduleInstances: only where the tenant owns P2"""
    return _instances(call, ELIGIBILITY, call.view.eligible_assignments(), "roleEligibilityScheduleInstances")


def list_active(call: Call) -> dict[str, Any]:
    """GET /roleManagement/directory/roleAssignmentScheduleInstances: only where the tenant owns P2"""
    return _instances(call, ACTIVE_ASSIGNMENT, call.view.role_assignments(), "roleAssignmentScheduleInstances")


def refuse_without_premium(call: Call) -> None:
    """Schedules of roles are part of Entra ID P2."""
    if not call.view.knobs.premium:
        raise GraphError(
            400,
            "AadPremiumLicenseRequired",
            "The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance license.",
        )


def _instances(call: Call, shape: Shape[RoleAssignment], held: list[RoleAssignment], what: str) -> dict[str, Any]:
    refuse_without_premium(call)
    names = call.names(shape)
    return page(
        call,
        Whole(held),
        lambda item: shape.render(call.view, item, names) | _expanded(call, item),
        context=f"roleManagement/directory/{what}{selected(call)}",
        matches=matcher(call, shape),
    )


def activated(view: View) -> list[RoleDefinition]:
    """Built-in roles that anybody holds in the whole tenant."""
    held = {assignment.role_id for assignment in view.role_assignments() if assignment.scope == "/"}
    return [role for role in view.base.role_definitions() if role.built_in and role.id in held]


def role_holders(view: View, role_id: str) -> list[Ref]:
    """Who holds a role in the whole tenant."""
    return [held.principal for held in view.role_assignments() if held.role_id == role_id and held.scope == "/"]


def _holders(call: Call, role: RoleDefinition) -> list[DirectoryObject]:
    return [*role_holders(call.view, role.id)]


def _activated_role(call: Call) -> RoleDefinition:
    """The role named by its object id or, in the alternate key form, by its template."""
    key = call.keys[0].removeprefix("roleTemplateId=").strip("'").lower()
    for role in activated(call.view):
        if key in {directory_role_id(call.view, role), role.id}:
            return role
    raise not_found(call.keys[0])


def _with_members(call: Call, role: RoleDefinition) -> dict[str, Any]:
    if call.check_expand(DIRECTORY_ROLE) is None or call.options.expand is None:
        return {}
    return {"members": related(call, _holders(call, role)[:MAX_EXPANDED], call.options.expand.select)}


def list_directory_roles(call: Call) -> dict[str, Any]:
    """GET /directoryRoles: activated roles only, never paged"""
    call.refuse_paging()
    names = call.names(DIRECTORY_ROLE)
    return page(
        call,
        Whole(activated(call.view)),
        lambda role: DIRECTORY_ROLE.render(call.view, role, names) | _with_members(call, role),
        context=f"directoryRoles{selected(call)}",
        matches=matcher(call, DIRECTORY_ROLE),
    )


def get_directory_role(call: Call) -> dict[str, Any]:
    """GET /directoryRoles/{id}"""
    role = _activated_role(call)
    return entity(call, DIRECTORY_ROLE, role, context="directoryRoles", extra=_with_members(call, role))


def list_directory_role_members(call: Call) -> dict[str, Any]:
    """GET /directoryRoles/{id}/members: never paged"""
    call.refuse_paging()
    return mixed_collection(call, Whole(_holders(call, _activated_role(call))))
