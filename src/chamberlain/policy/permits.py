"""Which requests that change a tenant may leave: none, but for what somebody chose and Microsoft granted."""

from collections.abc import Iterable

from chamberlain.model.capability import Capability
from chamberlain.model.permit import Permit
from chamberlain.policy.capabilities import lacks

# source  https://learn.microsoft.com/graph/api/adminreportsettings-update (2026)
REPORT_SETTINGS = Permit("PATCH", "/admin/reportSettings")

# What of a user a plan may set. Not among it: accountEnabled and passwordProfile, for which there are permits of their
# own, and what only Exchange or the on-premises directory writes.
# source  https://learn.microsoft.com/graph/api/user-update (2026)
SETTABLE = frozenset(
    {
        "displayName",
        "givenName",
        "surname",
        "userPrincipalName",
        "mailNickname",
        "jobTitle",
        "department",
        "companyName",
        "officeLocation",
        "city",
        "state",
        "country",
        "usageLocation",
        "preferredLanguage",
        "employeeId",
        "employeeType",
    }
)
_REFERENCE = frozenset({"@odata.id"})
_ROLES = "/roleManagement/directory"
_WHO_AND_WHAT = frozenset({"principalId", "roleDefinitionId", "directoryScopeId"})
_SCHEDULED = _WHO_AND_WHAT | {"action", "justification", "scheduleInfo"}
_LICENCES = frozenset({"addLicenses", "removeLicenses"})

# sources of each request: chamberlain/kinds/writing
PERMITS: dict[Capability, frozenset[Permit]] = {
    Capability.SHOW_REPORT_NAMES: frozenset({REPORT_SETTINGS}),
    Capability.PROVISION_GROUPS: frozenset(
        {
            Permit("PATCH", "/groups/*", frozenset({"members@odata.bind"})),
            Permit("POST", "/groups/*/members/$ref", _REFERENCE),
            Permit("DELETE", "/groups/*/members/*/$ref"),
        }
    ),
    Capability.PROVISION_OWNERS: frozenset(
        {Permit("POST", "/groups/*/owners/$ref", _REFERENCE), Permit("DELETE", "/groups/*/owners/*/$ref")}
    ),
    Capability.PROVISION_PRODUCTS: frozenset(
        {
            Permit(
                "POST",
                "/servicePrincipals/*/appRoleAssignedTo",
                frozenset({"principalId", "resourceId", "appRoleId"}),
            ),
            Permit("DELETE", "/servicePrincipals/*/appRoleAssignedTo/*"),
        }
    ),
    Capability.PROVISION_ROLES: frozenset(
        {
            Permit("POST", f"{_ROLES}/roleAssignments", _WHO_AND_WHAT | {"@odata.type"}),
            Permit("DELETE", f"{_ROLES}/roleAssignments/*"),
            Permit("POST", f"{_ROLES}/roleAssignmentScheduleRequests", _SCHEDULED),
            Permit("POST", f"{_ROLES}/roleEligibilityScheduleRequests", _SCHEDULED),
        }
    ),
    Capability.PROVISION_LICENCES: frozenset(
        {Permit("POST", "/users/*/assignLicense", _LICENCES), Permit("POST", "/groups/*/assignLicense", _LICENCES)}
    ),
    Capability.PROVISION_PEOPLE: frozenset(
        {
            Permit("POST", "/users", SETTABLE | {"accountEnabled", "passwordProfile"}),
            Permit("PATCH", "/users/*", SETTABLE),
            Permit("PUT", "/users/*/manager/$ref", _REFERENCE),
            Permit("DELETE", "/users/*/manager/$ref"),
            Permit("DELETE", "/users/*"),
            Permit("POST", "/directory/deletedItems/*/restore"),
            Permit("POST", "/users/*/reprocessLicenseAssignment"),
        }
    ),
    Capability.OFFBOARD_ACCOUNT: frozenset(
        {
            Permit("PATCH", "/users/*", frozenset({"accountEnabled"})),
            Permit("POST", "/users/*/revokeSignInSessions"),
        }
    ),
    Capability.OFFBOARD_MAILBOX: frozenset(
        {Permit("PATCH", "/users/*/mailboxSettings", frozenset({"automaticRepliesSetting"}))}
    ),
    Capability.RESET_PASSWORDS: frozenset({Permit("PATCH", "/users/*", frozenset({"passwordProfile"}))}),
}


def permits(capability: Capability, *, chosen: Iterable[Capability], held: frozenset[str]) -> frozenset[Permit]:
    """What one capability lets out: nothing where it was not chosen, or a scope of it is missing.

    held  names of the scopes that we have now
    """
    if capability not in frozenset(chosen) or lacks(capability, held):
        return frozenset()
    return PERMITS.get(capability, frozenset())
