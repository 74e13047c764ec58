"""Every path of Graph that is simulated: its answer, its cost, and who may ask.

source  costs: https://learn.microsoft.com/graph/throttling-limits (read 2026); permissions: Microsoft's permission data
        of 2026-08-07
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from chamberlain.simulator.graph.call import Call, Caller
from chamberlain.simulator.graph.delta import functions as delta
from chamberlain.simulator.graph.refusal import GraphError, unknown_segment
from chamberlain.simulator.graph.resources import (
    applications,
    audits,
    consents,
    deleted,
    groups,
    registrations,
    roles,
    subscriptions,
    tenant,
    users,
)
from chamberlain.simulator.message import Response

Handler = Callable[[Call], "dict[str, Any] | Response"]

_DIRECTORY = ("Directory.Read.All", "Directory.ReadWrite.All")
_USERS = ("User.Read.All", "User.ReadWrite.All", *_DIRECTORY)
_GROUPS = ("GroupMember.Read.All", "GroupMember.ReadWrite.All", "Group.Read.All", "Group.ReadWrite.All", *_DIRECTORY)
_ROLES = ("RoleManagement.Read.Directory", "RoleManagement.Read.All", "RoleManagement.ReadWrite.Directory", *_DIRECTORY)
_ELIGIBLE = ("RoleEligibilitySchedule.Read.Directory", "RoleEligibilitySchedule.ReadWrite.Directory", *_ROLES[:3])
_SCHEDULED = ("RoleAssignmentSchedule.Read.Directory", "RoleAssignmentSchedule.ReadWrite.Directory", *_ROLES[:3])
_APPLICATIONS = ("Application.Read.All", "Application.ReadWrite.All", *_DIRECTORY)
_LICENCES = ("LicenseAssignment.Read.All", "LicenseAssignment.ReadWrite.All", "Organization.Read.All", *_DIRECTORY)
_ORGANISATION = ("Organization.Read.All", "Organization.ReadWrite.All", "User.Read.All", *_DIRECTORY)
_DOMAINS = ("Domain.Read.All", "Domain.ReadWrite.All", *_DIRECTORY)
_REPORT_SETTINGS = ("ReportSettings.Read.All", "ReportSettings.ReadWrite.All")
_ASSIGNS = "AppRoleAssignment.ReadWrite.All"  # who writes assignments may read those of one holder, too
_DEVICES = ("Device.Read.All", *_DIRECTORY)


@dataclass(frozen=True, slots=True)
class Route:
    """One path. `cost` is in resource units before modifiers; `{}` stands for a variable segment.

    roles  permissions of which one lets an application ask
    also   permissions of which one is needed besides
    """

    method: str
    pattern: str
    handler: Handler
    roles: tuple[str, ...]
    cost: int = 1
    cost_selected: int | None = None
    of_logs: bool = False
    of_outlook: bool = False
    also: tuple[str, ...] = ()

    def lets(self, caller: Caller) -> bool:
        """Whether the application may ask."""
        return caller.may(self.roles) and (not self.also or caller.may(self.also))

    def refusal(self) -> GraphError:
        """The answer to an application without one of the permissions. Logs and mailboxes have words of their own.

        source  https://learn.microsoft.com/graph/resolve-auth-errors (read 2026)
        """
        if self.of_outlook:
            return GraphError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
        if self.of_logs:
            message = f"The principal does not have required Microsoft Graph permission(s): {self.roles[0]}"
            return GraphError(403, "Authentication_MSGraphPermissionMissing", message)
        return GraphError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")

    def units(self, query: dict[str, str]) -> int:
        """Resource units of one request: less with $select or a small $top, more with $expand, never under 1."""
        cheaper = self.cost - 1 if self.cost_selected is None else self.cost_selected
        units = (cheaper if "$select" in query else self.cost) + ("$expand" in query)
        top = query.get("$top", "")
        return max(1, units - (top.isdecimal() and int(top) < 20))


_UNIFIED = "roleManagement/directory"
ROUTES = (
    Route("GET", "organization", tenant.list_organization, _ORGANISATION),
    Route("GET", "organization/{}", tenant.get_organization, _ORGANISATION),
    Route("GET", "domains", tenant.list_domains, _DOMAINS),
    Route("GET", "subscribedSkus", tenant.list_subscribed_skus, _LICENCES, cost=3),
    Route("GET", "admin/reportSettings", tenant.get_report_settings, _REPORT_SETTINGS),
    Route("GET", "devices", tenant.list_devices, _DEVICES),
    Route("POST", "directoryObjects/getByIds", tenant.get_by_ids, _DIRECTORY, cost=5, cost_selected=2),
    Route("GET", "users", users.list_users, _USERS, cost=2),
    Route("GET", "users/delta", delta.users, _USERS),
    Route("GET", "users/$count", users.count_users, _USERS),
    Route("GET", "users/{}", users.get_user, _USERS),
    Route("GET", "users/{}/manager", users.get_manager, _USERS),
    Route("GET", "users/{}/directReports", users.list_direct_reports, _USERS),
    Route("GET", "users/{}/memberOf", users.list_member_of, _DIRECTORY, cost=2),
    Route("GET", "users/{}/memberOf/{}", users.list_member_of, _DIRECTORY, cost=2),
    Route("GET", "users/{}/licenseDetails", users.list_licence_details, (*_LICENCES, *_USERS), cost=2),
    Route("GET", "users/{}/appRoleAssignments", users.list_app_role_assignments, (*_DIRECTORY, _ASSIGNS)),
    Route("GET", "users/{}/ownedObjects", users.list_owned_objects, _USERS, cost=2),
    Route("GET", "users/{}/oauth2PermissionGrants", consents.list_grants_of_user, _DIRECTORY, cost=2),
    Route("GET", "groups", groups.list_groups, _GROUPS),
    Route("GET", "groups/delta", delta.groups, _GROUPS),
    Route("GET", "groups/$count", groups.count_groups, _GROUPS),
    Route("GET", "groups/{}", groups.get_group, _GROUPS),
    Route("GET", "groups/{}/members", groups.list_members, _GROUPS, cost=3),
    Route("GET", "groups/{}/members/$count", groups.count_members, _GROUPS),
    Route("GET", "groups/{}/members/{}", groups.list_members, _GROUPS, cost=3),
    Route("GET", "groups/{}/owners", groups.list_owners, _GROUPS),
    Route("GET", "groups/{}/memberOf", groups.list_group_member_of, _GROUPS),
    Route("GET", "groups/{}/appRoleAssignments", groups.list_group_app_role_assignments, (*_DIRECTORY, _ASSIGNS)),
    Route("GET", "directoryRoles", roles.list_directory_roles, _ROLES),
    Route("GET", "directoryRoles/delta", delta.directory_roles, _ROLES),
    Route("GET", "directoryRoles/{}", roles.get_directory_role, _ROLES),
    Route("GET", "directoryRoles/{}/members", roles.list_directory_role_members, _ROLES),
    Route("GET", f"{_UNIFIED}/roleDefinitions", roles.list_role_definitions, _ROLES),
    Route("GET", f"{_UNIFIED}/roleDefinitions/{{}}", roles.get_role_definition, _ROLES),
    Route("GET", f"{_UNIFIED}/roleAssignments", roles.list_role_assignments, _ROLES),
    Route("GET", f"{_UNIFIED}/roleEligibilityScheduleInstances", roles.list_eligible, _ELIGIBLE),
    Route("GET", f"{_UNIFIED}/roleAssignmentScheduleInstances", roles.list_active, _SCHEDULED),
    Route("GET", "servicePrincipals", applications.list_service_principals, _APPLICATIONS),
    Route("GET", "servicePrincipals/delta", delta.service_principals, _APPLICATIONS),
    Route("GET", "servicePrincipals/$count", applications.count_service_principals, _APPLICATIONS),
    Route("GET", "servicePrincipals/{}", applications.get_service_principal, _APPLICATIONS),
    Route("GET", "servicePrincipals/{}/appRoleAssignedTo", applications.list_assigned_to, _APPLICATIONS),
    Route("GET", "servicePrincipals/{}/appRoleAssignments", applications.list_granted, _APPLICATIONS, cost=2),
    Route("GET", "auditLogs/directoryAudits", audits.list_directory_audits, audits.READERS, of_logs=True),
    Route("GET", "oauth2PermissionGrants", consents.list_grants, _DIRECTORY, cost=2),
    Route("GET", "oauth2PermissionGrants/delta", delta.grants, _DIRECTORY),
    Route("GET", "organization/delta", delta.not_tracked("Organization"), _ORGANISATION),
    Route("GET", "contracts/delta", delta.not_tracked("Contract"), _DIRECTORY),
    Route("GET", "directoryRoleTemplates/delta", delta.not_tracked("DirectoryRoleTemplate"), _ROLES),
    Route("GET", "directoryObjects/delta", delta.refuse_directory_objects, _DIRECTORY),
    Route("GET", "directory/deletedItems", deleted.refuse_deleted, _DIRECTORY),
    Route(
        "GET", "directory/deletedItems/{}", deleted.list_deleted, (*_USERS, "Group.Read.All", "GroupMember.Read.All")
    ),
)

_KEEPERS = ("Application.ReadWrite.OwnedBy", "Application.ReadWrite.All")


def registration_routes(desk: registrations.RegistrationDesk) -> tuple[Route, ...]:
    """Paths whose answers need the credentials of the running simulator."""
    federated = "applications/{}/federatedIdentityCredentials"
    readers = (*_KEEPERS, *_APPLICATIONS)
    return (
        Route("GET", "applications", desk.list, readers, cost=2),
        Route("GET", "applications/{}", desk.get, readers),
        Route("PATCH", "applications/{}", desk.update, _KEEPERS),
        Route("POST", "applications/{}/addPassword", desk.add_password, _KEEPERS),
        Route("POST", "applications/{}/removePassword", desk.remove_password, _KEEPERS),
        Route("GET", federated, desk.list_federated, readers),
        Route("POST", federated, desk.add_federated, _KEEPERS),
        Route("DELETE", f"{federated}/{{}}", desk.remove_federated, _KEEPERS),
    )


def report_settings_routes(desk: tenant.ReportSettingsDesk) -> tuple[Route, ...]:
    """What changes the tenant's settings."""
    return (Route("PATCH", "admin/reportSettings", desk.update, ("ReportSettings.ReadWrite.All",)),)


_ANYBODY = (*_USERS, *_GROUPS)


def subscription_routes(desk: subscriptions.Desk) -> tuple[Route, ...]:
    """Paths whose answers need the subscriptions of the running simulator."""
    return (
        Route("POST", "subscriptions", desk.create, _ANYBODY),
        Route("GET", "subscriptions", desk.list, _ANYBODY),
        Route("GET", "subscriptions/{}", desk.get, _ANYBODY),
        Route("PATCH", "subscriptions/{}", desk.renew, _ANYBODY),
        Route("DELETE", "subscriptions/{}", desk.delete, _ANYBODY),
        Route("POST", "subscriptions/{}/reauthorize", desk.reauthorize, _ANYBODY),
    )


_KEY_IN_PARENTHESES = re.compile(r"(\w+)\((.*)\)")


def _split_keys(segments: tuple[str, ...]) -> Iterator[str]:
    """Segments with `users('x')` and `servicePrincipals(appId='x')` taken apart."""
    for segment in segments:
        found = _KEY_IN_PARENTHESES.fullmatch(segment)
        if found is None:
            yield segment
            continue
        yield found[1]
        key = found[2]
        if not key:  # `delta()`, a function
            continue
        yield key[1:-1].replace("''", "'") if key.startswith("'") else key


class Router:
    """Routes as a tree of segments; a fixed segment goes before a variable one."""

    def __init__(self, routes: tuple[Route, ...] = ROUTES) -> None:
        self._root: dict[str, Any] = {}
        for route in routes:
            node = self._root
            for segment in route.pattern.split("/"):
                node = node.setdefault(segment, {})
            node.setdefault("", {})[route.method] = route

    def find(self, method: str, segments: tuple[str, ...]) -> tuple[Route, tuple[str, ...]]:
        """The route of a path below the version, and its variable segments.

        raises  GraphError for a path or method that is not there
        """
        node, keys = self._root, []
        for segment in _split_keys(segments):
            if segment in node and segment:
                node = node[segment]
            elif "{}" in node:
                node = node["{}"]
                keys.append(segment)
            else:
                raise unknown_segment(segment)
        methods = node.get("")
        if methods is None:
            raise GraphError(400, "Request_InvalidRequestUrl", "Request URL is invalid.")
        if method not in methods:
            raise GraphError(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
        return methods[method], tuple(keys)
