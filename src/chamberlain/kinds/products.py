"""Enterprise applications and who is assigned to them.

Microsoft Graph: GET /servicePrincipals and each one's appRoleAssignedTo, Application.Read.All.
A group's assignment reaches its direct members only. An application that does not require assignment lets everyone in.
source  https://learn.microsoft.com/graph/api/serviceprincipal-list-approleassignedto (2026)
"""

from chamberlain.errors import NotFound
from chamberlain.graph import shape
from chamberlain.graph.fan_out import for_each
from chamberlain.graph.page import count, pages
from chamberlain.kinds.reading import Reading, facts
from chamberlain.model.kind import Family, Kind, Relation
from chamberlain.model.observed import NIL, GrantSeen, PermissionSeen, key_of

LISTING = f"/servicePrincipals?$select={shape.select(shape.ServicePrincipal)}&$top=999"
ENTERPRISE_APP = "WindowsAzureActiveDirectoryIntegratedApp"
MICROSOFT = frozenset({"f8cdef31-a31e-4b4a-93e4-5f571e91255a", "72f988bf-86f1-41af-91ab-2d7cd011db47"})
HOLDER_TYPES = {"User": "other", "Group": "group", "ServicePrincipal": "service_principal"}
DEFAULT_ACCESS = shape.AppRole(id=NIL, display_name="Default Access", allowed_member_types=["User"])


async def read(reading: Reading) -> None:
    """Every application that people can be assigned to, its roles, and every assignment."""
    apps: list[shape.ServicePrincipal] = []
    expected = await count(reading.graph, "/servicePrincipals")
    async for page in pages(reading.graph, LISTING, shape.ServicePrincipal, expected=expected):
        apps.extend(app for app in page.value if app.service_principal_type != "ManagedIdentity")
    reading.progress.expect(len(apps))

    async def read_one(app: shape.ServicePrincipal) -> None:
        try:
            await _read_assignments(reading, app)
        except NotFound:
            # It was listed a moment ago: its roles and assignments stay as they were until the next sync settles it.
            reading.missing.add(app.id.lower())
            reading.sink.add([seen(app, role) for role in (*_user_roles(app), DEFAULT_ACCESS)])
        reading.progress.advance(1)

    await for_each(apps, read_one, width=reading.width)


async def _read_assignments(reading: Reading, app: shape.ServicePrincipal) -> None:
    roles = {role.id.lower(): role for role in _user_roles(app)}
    default_assigned = False
    path = f"/servicePrincipals/{app.id}/appRoleAssignedTo?$top=999"
    async for page in pages(reading.graph, path, shape.AppRoleAssignment):
        kept = [one for one in page.value if one.app_role_id.lower() in roles or one.app_role_id == NIL]
        default_assigned = default_assigned or any(one.app_role_id == NIL for one in kept)
        reading.sink.add([edge(app, one) for one in kept])
    if default_assigned or (not roles and ENTERPRISE_APP in (app.tags or ())):
        roles[NIL] = DEFAULT_ACCESS
    reading.sink.add([seen(app, role) for role in roles.values()])


def _user_roles(app: shape.ServicePrincipal) -> list[shape.AppRole]:
    return [role for role in app.app_roles if "User" in role.allowed_member_types]


def seen(app: shape.ServicePrincipal, role: shape.AppRole) -> PermissionSeen:
    """A role of an application in our words."""
    parent = app.id.lower()
    guid = role.id.lower()
    return PermissionSeen(
        family=Family.APP_ROLE,
        kind=Kind.PRODUCT.value,
        guid=guid,
        parent=parent,
        key=key_of(Family.APP_ROLE, guid, parent),
        name=role.display_name or role.value or "",
        description=role.description or "",
        app=app.display_name or "",
        mail="",
        facts=facts(
            everyone=app.app_role_assignment_required is False and app.account_enabled is not False,
            app_blocked=app.account_enabled is False,
            first_party=(app.app_owner_organization_id or "").lower() in MICROSOFT,
            value=role.value,
        ),
    )


def edge(app: shape.ServicePrincipal, assignment: shape.AppRoleAssignment) -> GrantSeen:
    """A direct assignment."""
    return GrantSeen(
        holder=assignment.principal_id.lower(),
        holder_type=HOLDER_TYPES.get(assignment.principal_type or "", "other"),
        holder_name=assignment.principal_display_name or "",
        guid=assignment.app_role_id.lower(),
        parent=app.id.lower(),
        relation=Relation.ASSIGNED,
        via=None,
        qualifier_id=0,
    )
