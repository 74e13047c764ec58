"""Every application permission that a capability can need, with its id and what includes it.

source  ids: https://learn.microsoft.com/graph/permissions-reference (2026-08); which wider permission a call accepts:
        microsoftgraph/microsoft-graph-devx-content, permissions/new/permissions.json (2026-08-07); Exchange:
        https://learn.microsoft.com/powershell/exchange/app-only-auth-powershell-v2 (2026)
"""

from chamberlain.model.capability import Resource, Scope

_DIRECTORY = ("Directory.Read.All", "Directory.ReadWrite.All")


def _graph(
    name: str, role_id: str, *within: str, writes: bool | None = None, dangerous: bool = False
) -> tuple[str, Scope]:
    changes = "ReadWrite" in name if writes is None else writes
    return name, Scope(name, Resource.GRAPH, role_id, changes, dangerous, frozenset(within))


SCOPES: dict[str, Scope] = dict(
    (
        _graph("User.Read.All", "df021288-bdef-4463-88db-98f22de89214", "User.ReadWrite.All", *_DIRECTORY),
        _graph(
            "GroupMember.Read.All",
            "98830695-27a2-44f7-8c18-0c3ebc9698f6",
            "GroupMember.ReadWrite.All",
            "Group.Read.All",
            "Group.ReadWrite.All",
            *_DIRECTORY,
        ),
        _graph(
            "RoleManagement.Read.Directory",
            "483bed4a-2ad3-4361-a73b-c83ccdbdc53c",
            "RoleManagement.Read.All",
            "RoleManagement.ReadWrite.Directory",
            *_DIRECTORY,
        ),
        _graph(
            "Application.Read.All", "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30", "Application.ReadWrite.All", *_DIRECTORY
        ),
        _graph(
            "LicenseAssignment.Read.All",
            "e2f98668-2877-4f38-a2f4-8202e0717aa1",
            "LicenseAssignment.ReadWrite.All",
            "Organization.Read.All",
            *_DIRECTORY,
        ),
        _graph(
            "Organization.Read.All",
            "498476ce-e0fe-48b0-b801-37ba7e2685c6",
            "Organization.ReadWrite.All",
            "User.Read.All",
            *_DIRECTORY,
        ),
        _graph("AuditLog.Read.All", "b0afded3-3588-46d8-8b3d-9842eff778da"),
        _graph("Directory.Read.All", "7ab1d382-f21e-4acd-a863-ba3e13f7da61", "Directory.ReadWrite.All"),
        _graph("ReportSettings.Read.All", "ee353f83-55ef-4b78-82da-555bfa2b4b95", "ReportSettings.ReadWrite.All"),
        _graph("ReportSettings.ReadWrite.All", "2a60023f-3219-47ad-baa4-40e17cd02a1d"),
        _graph("Member.Read.Hidden", "658aa5d8-239f-45c4-aa12-864f4fc7e490"),
        _graph("Reports.Read.All", "230c1aed-a721-4c5d-9cb4-a90514e508ef"),
        _graph("Mail.ReadBasic.All", "693c5e45-0940-467d-9b8a-1022fb9d42ef", "Mail.Read", "Mail.ReadWrite"),
        _graph("User.ReadWrite.All", "741f803b-c850-494e-b5df-cde7c675a1ca"),
        _graph(
            "GroupMember.ReadWrite.All",
            "dbaae8cf-10b5-4b86-a4a1-f871c94c6695",
            "Group.ReadWrite.All",
            "Directory.ReadWrite.All",
        ),
        _graph("Group.ReadWrite.All", "62a82d76-70ea-41e2-9197-370581804d09", "Directory.ReadWrite.All"),
        _graph(
            "LicenseAssignment.ReadWrite.All",
            "5facf0c1-8979-4e95-abcf-ff3d079771c0",
            "User.ReadWrite.All",
            "Directory.ReadWrite.All",
        ),
        _graph("AppRoleAssignment.ReadWrite.All", "06b708a9-e830-4db3-a914-8e69da51d44f", dangerous=True),
        _graph("RoleManagement.ReadWrite.Directory", "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8", dangerous=True),
        _graph(
            "User.EnableDisableAccount.All", "3011c876-62b7-4ada-afa2-506cbbecc68c", "User.ReadWrite.All", writes=True
        ),
        _graph("User.RevokeSessions.All", "77f3a031-c388-4f99-b373-dc68676a979e", "User.ReadWrite.All", writes=True),
        _graph("User-PasswordProfile.ReadWrite.All", "cc117bb9-00cf-4eb8-b580-ea2a878fe8f7"),
        _graph("MailboxSettings.ReadWrite", "6931bccd-447a-43d1-b442-00a195474933"),
        (
            "Exchange.ManageAsApp",
            Scope("Exchange.ManageAsApp", Resource.EXCHANGE, "dc50a0fb-09a3-484d-be87-e023b12c6440", writes=True),
        ),
    )
)

# Graph and Exchange Online, as service principals are found by in every tenant.
# source  https://learn.microsoft.com/troubleshoot/entra/entra-id/governance/verify-first-party-apps-sign-in (2026)
APPLICATION_IDS = {
    Resource.GRAPH: "00000003-0000-0000-c000-000000000000",
    Resource.EXCHANGE: "00000002-0000-0ff1-ce00-000000000000",
}

# What the reference product asks for at once.
TEN = (
    "User.Read",
    "Directory.AccessAsUser.All",
    "User.ReadWrite.All",
    "Mail.ReadBasic.All",
    "Directory.ReadWrite.All",
    "AppRoleAssignment.ReadWrite.All",
    "MailboxSettings.ReadWrite",
    "Reports.Read.All",
    "AuditLog.Read.All",
    "LicenseAssignment.ReadWrite.All",
)

# Whoever holds one of these can give itself every other permission, and with it the tenant.
# source  https://learn.microsoft.com/graph/permissions-reference (2026): "can grant additional privileges to itself"
DANGEROUS = frozenset({"RoleManagement.ReadWrite.Directory", "AppRoleAssignment.ReadWrite.All"})

BY_ROLE_ID = {scope.role_id: scope.name for scope in SCOPES.values()}


def suffices(name: str, held: frozenset[str]) -> str | None:
    """The held scope that lets do what `name` lets: itself, or a wider one; None where there is none."""
    if name in held:
        return name
    return next((wider for wider in sorted(SCOPES[name].within) if wider in held), None)
