"""Directory roles, who holds them, and who may activate them.

Microsoft Graph: GET /roleManagement/directory/roleDefinitions, roleAssignments, roleAssignmentScheduleInstances and
roleEligibilityScheduleInstances, RoleManagement.Read.Directory; ends and eligibility need Entra ID P2. A few pages:
read whole in every run, which costs less than asking for changes.

Whoever may read assignments with Directory.Read.All alone is not told when they end. What is not told does not end
anything: ends that were known stay until they have passed.
source  https://learn.microsoft.com/graph/api/rbacapplication-list-roleassignments (2026),
        rbacapplication-list-roleassignmentscheduleinstances (2026): permissions, assignmentType, memberType
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from chamberlain.errors import Refused
from chamberlain.graph import shape
from chamberlain.graph.page import pages
from chamberlain.kinds.reading import Reading, facts, holder_type
from chamberlain.model.kind import Family, Kind, Relation
from chamberlain.model.observed import NIL, GrantSeen, PermissionSeen, key_of
from chamberlain.policy.planning.facts import moment, read_moment

DEFINITIONS = f"/roleManagement/directory/roleDefinitions?$select={shape.select(shape.RoleDefinition)}&$top=999"
ASSIGNMENTS = "/roleManagement/directory/roleAssignments?$expand=principal&$top=999"
INSTANCES = (
    f"/roleManagement/directory/roleAssignmentScheduleInstances?$select={shape.select(shape.RoleInstance)}&$top=999"
)
ELIGIBILITIES = "/roleManagement/directory/roleEligibilityScheduleInstances?$expand=principal&$top=999"
NOT_FOR_US = frozenset({"premium_missing", "scope_missing"})
WHOLE_TENANT = "/"

# Template ids of roles that Microsoft labels privileged: who holds one can reach further ones.
# source  https://learn.microsoft.com/entra/identity/role-based-access-control/privileged-roles-permissions (2026)
PRIVILEGED = frozenset(
    {
        "62e90394-69f5-4237-9190-012177145e10",  # Global Administrator
        "e8611ab8-c189-46e8-94e1-60213ab1f814",  # Privileged Role Administrator
        "7be44c8a-adaf-4e2a-84d6-ab2649e08a13",  # Privileged Authentication Administrator
        "c4e39bd9-1100-46d3-8c65-fb160da0071f",  # Authentication Administrator
        "fe930be7-5e62-47db-91af-98c3a49a38b1",  # User Administrator
        "729827e3-9c14-49f7-bb1b-9608f156bbb8",  # Helpdesk Administrator
        "966707d0-3269-4727-9be2-8c3a10f19b9d",  # Password Administrator
        "194ae4cb-b126-40b2-bd5b-6091b380977d",  # Security Administrator
        "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9",  # Conditional Access Administrator
        "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",  # Application Administrator
        "158c047a-c907-4556-b7ef-446551a6b5f7",  # Cloud Application Administrator
        "3a2c62db-5318-420d-8d74-23affee5d9d5",  # Intune Administrator
        "9360feb5-f418-4baa-8175-e2a00bac4301",  # Directory Writers
        "d29b2b05-8046-44ba-8758-1e26182fcf32",  # Directory Synchronization Accounts
        "f2ef992c-3afb-46b9-b7cf-a126ee74c451",  # Global Reader
        "5d6b6bb7-de71-4623-b4af-96380a352509",  # Security Reader
    }
)


Place = tuple[str, str, str]  # holder, role, scope
KnownEnds = Callable[[], Awaitable[Mapping[Place, str]]]


async def read(reading: Reading, *, known: KnownEnds) -> None:
    """Every role, every assignment, and every eligibility where the tenant has them.

    known  when assignments end, as an earlier run was told; asked only where this one is not told
    """

    async def listing(unit: str) -> dict[str, Any]:
        count = 0
        async for roles in pages(reading.graph, DEFINITIONS, shape.RoleDefinition):
            reading.sink.add([seen(role) for role in roles.value], unit=unit)
            count += len(roles.value)
        reading.progress.advance(count)
        told = await _ends(reading)
        ends = _still_to_come(await known(), now=reading.start.began_at) if told is None else told
        async for assigned in pages(reading.graph, ASSIGNMENTS, shape.RoleAssignment):
            rows = [edge(reading, one, Relation.ASSIGNED, ends=ends.get(_place(one))) for one in assigned.value]
            reading.sink.add(rows, unit=unit)
        return {"read": count, "eligible": await _eligible(reading, unit=unit)}

    await reading.unit("roles", listing)


async def _ends(reading: Reading) -> dict[Place, str] | None:
    """When assignments end that do; None where Microsoft does not tell."""
    found: dict[Place, str] = {}
    try:
        async for active in pages(reading.graph, INSTANCES, shape.RoleInstance):
            # What a group brings to its members is the group's assignment, which comes by itself.
            own = (one for one in active.value if one.member_type in (None, "Direct"))
            found.update({_place(one): ends for one in own if (ends := _moment(one.end_date_time))})
    except Refused as refused:
        if refused.code not in NOT_FOR_US:
            raise
        return None
    return found


def _still_to_come(ends: Mapping[Place, str], *, now: datetime) -> dict[Place, str]:
    """What was to have ended and is there was prolonged, nobody knows until when."""
    return {place: text for place, text in ends.items() if (at := read_moment(text)) is not None and at > now}


def _place(one: shape.RoleAssignment | shape.RoleInstance | shape.RoleEligibility) -> Place:
    return one.principal_id.lower(), one.role_definition_id.lower(), one.directory_scope_id or WHOLE_TENANT


def _moment(text: str | None) -> str | None:
    """A time of Microsoft's, always written alike; None where it is none."""
    at = read_moment(text)
    return None if at is None else moment(at if at.tzinfo else at.replace(tzinfo=UTC))


async def _eligible(reading: Reading, *, unit: str) -> list[str]:
    """Reads eligibilities; [] where Microsoft does not let us: the licence or the permission is missing."""
    try:
        async for eligible in pages(reading.graph, ELIGIBILITIES, shape.RoleEligibility):
            rows = [edge(reading, one, Relation.ELIGIBLE, ends=_moment(one.end_date_time)) for one in eligible.value]
            reading.sink.add(rows, unit=unit)
    except Refused as refused:
        if refused.code not in NOT_FOR_US:
            raise
        return []
    return ["read"]


def seen(role: shape.RoleDefinition) -> PermissionSeen:
    """A role in our words."""
    guid = role.id.lower()
    return PermissionSeen(
        family=Family.ROLE,
        kind=Kind.ROLE.value,
        guid=guid,
        parent=NIL,
        key=key_of(Family.ROLE, guid),
        name=role.display_name or "",
        description=role.description or "",
        app="",
        mail="",
        facts=facts(built_in=role.is_built_in, privileged=(role.template_id or guid).lower() in PRIVILEGED),
    )


def edge(
    reading: Reading,
    assignment: shape.RoleAssignment | shape.RoleEligibility,
    relation: Relation,
    *,
    ends: str | None = None,
) -> GrantSeen:
    """An assignment or eligibility, with its scope, and when it ends by itself."""
    principal = assignment.principal
    return GrantSeen(
        family=Family.ROLE,
        holder=assignment.principal_id.lower(),
        holder_type=holder_type(principal.type) if principal else "other",
        holder_name=(principal.display_name if principal else None) or "",
        guid=assignment.role_definition_id.lower(),
        parent=NIL,
        relation=relation,
        via=None,
        qualifier_id=reading.detail(
            scope=assignment.directory_scope_id or WHOLE_TENANT, **({} if ends is None else {"ends": ends})
        ),
    )
