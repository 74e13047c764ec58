"""Whether Microsoft tells until when roles are held."""

# A licence with Entra ID P2 is there: only then Microsoft lets roles end by themselves.
# source  https://learn.microsoft.com/entra/identity/users/licensing-service-plan-reference (2026): AAD_PREMIUM_P2
PREMIUM = "eec0eb4f-6444-4f95-aba0-50c24d67f998"

# Directory.Read.All reads who holds a role, and none of these.
# source  https://learn.microsoft.com/graph/api/rbacapplication-list-roleassignmentscheduleinstances (2026)
TELLING = frozenset(
    {
        "RoleAssignmentSchedule.Read.Directory",
        "RoleAssignmentSchedule.ReadWrite.Directory",
        "RoleManagement.Read.All",
        "RoleManagement.Read.Directory",
        "RoleManagement.ReadWrite.Directory",
    }
)


def ends_are_told(held: frozenset[str], *, premium: bool) -> bool:
    """Whether an assignment of which no end is known has none.

    premium  whether the tenant has Entra ID P2; without it none ends by itself
    """
    return not premium or bool(held & TELLING)
