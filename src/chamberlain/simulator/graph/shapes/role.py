"""Directory roles, in both of Graph's forms.

source  https://learn.microsoft.com/graph/api/resources/unifiedroledefinition, .../unifiedroleassignment,
        .../directoryrole
"""

import uuid
from base64 import urlsafe_b64encode
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

from chamberlain.simulator.graph.shape import Shape, constant
from chamberlain.simulator.world.fact import Shelf
from chamberlain.simulator.world.role import RoleAssignment, RoleDefinition
from chamberlain.simulator.world.view import View

_LONG_AGO = "2026-01-05T09:00:00Z"


def directory_role_id(view: View, role: RoleDefinition) -> str:
    """Object id of an activated role; unlike the template id it differs from tenant to tenant."""
    return str(uuid.UUID(bytes=blake2b(f"{view.tenant.id}/{role.id}".encode(), digest_size=16).digest(), version=4))


def _permissions(_view: View, role: RoleDefinition) -> list[dict[str, Any]]:
    return [{"allowedResourceActions": role.actions, "condition": None}]


ROLE_DEFINITION: Shape[RoleDefinition] = Shape(
    "unifiedRoleDefinition",
    {
        "id": lambda _view, role: role.id,
        "description": lambda _view, role: role.description,
        "displayName": lambda _view, role: role.display_name,
        "isBuiltIn": lambda _view, role: role.built_in,
        "isEnabled": constant(value=True),
        "resourceScopes": constant(["/"]),
        "templateId": lambda _view, role: role.id,
        "version": lambda _view, role: "1" if role.built_in else None,
        "rolePermissions": _permissions,
    },
    default=(
        "id", "description", "displayName", "isBuiltIn", "isEnabled", "resourceScopes", "templateId", "version",
        "rolePermissions",
    ),
    filterable=frozenset({"id", "displayName", "isBuiltIn", "templateId"}),
)  # fmt: skip


def assignment_id(view: View, item: RoleAssignment) -> str:
    """base64url of both GUIDs with a suffix, as the service makes it."""
    role, principal = uuid.UUID(item.role_id), uuid.UUID(view.base.guid(item.principal))
    scope = "-1" if item.scope == "/" else f"-{blake2b(item.scope.encode(), digest_size=4).hexdigest()}"
    return urlsafe_b64encode(role.bytes_le + principal.bytes_le).rstrip(b"=").decode() + scope


ROLE_ASSIGNMENT: Shape[RoleAssignment] = Shape(
    "unifiedRoleAssignment",
    {
        "id": assignment_id,
        "principalId": lambda view, item: view.base.guid(item.principal),
        "directoryScopeId": lambda _view, item: item.scope,
        "roleDefinitionId": lambda _view, item: item.role_id,
        "appScopeId": constant(None),
        "condition": constant(None),
        "principalOrganizationId": lambda view, _item: view.tenant.id,
    },
    default=("id", "principalId", "directoryScopeId", "roleDefinitionId"),
    filterable=frozenset({"principalId", "roleDefinitionId", "directoryScopeId"}),
    expandable=frozenset({"principal", "roleDefinition"}),
)


def _starts(shelf: Shelf) -> Callable[[View, RoleAssignment], str | None]:
    def read(view: View, item: RoleAssignment) -> str | None:
        schedule = view.schedule(shelf, item)
        return _LONG_AGO if schedule is None or schedule.starts is None else schedule.starts

    return read


def _ends(shelf: Shelf) -> Callable[[View, RoleAssignment], str | None]:
    def read(view: View, item: RoleAssignment) -> str | None:
        schedule = view.schedule(shelf, item)
        return None if schedule is None else schedule.ends

    return read


ELIGIBILITY: Shape[RoleAssignment] = Shape(
    "unifiedRoleEligibilityScheduleInstance",
    {
        "id": assignment_id,
        "principalId": lambda view, item: view.base.guid(item.principal),
        "directoryScopeId": lambda _view, item: item.scope,
        "roleDefinitionId": lambda _view, item: item.role_id,
        "appScopeId": constant(None),
        "memberType": constant("Direct"),
        "startDateTime": _starts(Shelf.ELIGIBLE),
        "endDateTime": _ends(Shelf.ELIGIBLE),
        "roleEligibilityScheduleId": assignment_id,
    },
    default=(
        "id", "principalId", "roleDefinitionId", "directoryScopeId", "appScopeId", "startDateTime", "endDateTime",
        "memberType", "roleEligibilityScheduleId",
    ),
    filterable=frozenset({"principalId", "roleDefinitionId", "directoryScopeId"}),
    expandable=frozenset({"principal", "roleDefinition"}),
)  # fmt: skip

ACTIVE_ASSIGNMENT: Shape[RoleAssignment] = Shape(
    "unifiedRoleAssignmentScheduleInstance",
    {
        "id": assignment_id,
        "principalId": lambda view, item: view.base.guid(item.principal),
        "directoryScopeId": lambda _view, item: item.scope,
        "roleDefinitionId": lambda _view, item: item.role_id,
        "appScopeId": constant(None),
        "assignmentType": constant("Assigned"),
        "memberType": constant("Direct"),
        "startDateTime": _starts(Shelf.ROLE),
        "endDateTime": _ends(Shelf.ROLE),
        "roleAssignmentOriginId": assignment_id,
        "roleAssignmentScheduleId": assignment_id,
    },
    default=(
        "id", "principalId", "roleDefinitionId", "directoryScopeId", "appScopeId", "startDateTime", "endDateTime",
        "assignmentType", "memberType", "roleAssignmentOriginId", "roleAssignmentScheduleId",
    ),
    filterable=frozenset({"principalId", "roleDefinitionId", "directoryScopeId"}),
    expandable=frozenset({"principal", "roleDefinition"}),
)  # fmt: skip

DIRECTORY_ROLE: Shape[RoleDefinition] = Shape(
    "directoryRole",
    {
        "id": directory_role_id,
        "deletedDateTime": constant(None),
        "description": lambda _view, role: role.description,
        "displayName": lambda _view, role: role.display_name,
        "roleTemplateId": lambda _view, role: role.id,
    },
    default=("id", "deletedDateTime", "description", "displayName", "roleTemplateId"),
    filterable=frozenset({"displayName", "id", "roleTemplateId"}),
    expandable=frozenset({"members"}),
)
