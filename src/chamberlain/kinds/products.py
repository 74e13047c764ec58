"""Enterprise applications and who is assigned to them.

Microsoft Graph: GET /servicePrincipals, /servicePrincipals/delta and each one's appRoleAssignedTo, in batches of
twenty; Application.Read.All. Assignments have no delta: the audit log tells which applications to read again.
A group's assignment reaches its direct members only. An application that does not require assignment lets everyone in.
source  https://learn.microsoft.com/graph/api/serviceprincipal-list-approleassignedto (2026)
        https://learn.microsoft.com/graph/api/serviceprincipal-delta (2026)
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from functools import partial
from typing import Any

from chamberlain.errors import ChamberlainError
from chamberlain.graph import shape
from chamberlain.graph.delta import changes
from chamberlain.graph.page import Page, pages
from chamberlain.kinds.by_id import read_by_id, refuse_errors
from chamberlain.kinds.ranges import require_all
from chamberlain.kinds.reading import Reading, facts
from chamberlain.model.kind import Family, Kind, Relation
from chamberlain.model.observed import NIL, GrantSeen, PermissionGone, PermissionSeen, key_of

STREAM = "servicePrincipals"
LISTING = f"/servicePrincipals?$select={shape.select(shape.ServicePrincipal)}&$top=999"
SINCE = f"/servicePrincipals/delta?$select={shape.select(shape.ServicePrincipalChange)}"
ASSIGNED = f"appRoleAssignedTo?$select={shape.select(shape.AppRoleAssignment)}&$top=999"
BATCH = 20
ENTERPRISE_APP = "WindowsAzureActiveDirectoryIntegratedApp"
MICROSOFT = frozenset({"f8cdef31-a31e-4b4a-93e4-5f571e91255a", "72f988bf-86f1-41af-91ab-2d7cd011db47"})
MANAGED_IDENTITY = "ManagedIdentity"
HOLDER_TYPES = {"User": "other", "Group": "group", "ServicePrincipal": "service_principal"}
DEFAULT_ACCESS = shape.AppRole(id=NIL, display_name="Default Access", allowed_member_types=["User"])


async def read(reading: Reading) -> None:
    """Every application that people can be assigned to, its roles, and every assignment."""
    apps: list[shape.ServicePrincipal] = []
    expected, listed = reading.start.expected.get(STREAM, 0), set()
    async for page in pages(reading.graph, LISTING, shape.ServicePrincipal):
        apps.extend(
            app for app in page.value if app.id not in listed and app.service_principal_type != MANAGED_IDENTITY
        )
        listed |= {app.id for app in page.value}
    require_all("/servicePrincipals", expected=expected, found=len(listed))
    reading.progress.expect(len(apps))

    async def read_batch(batch: Sequence[shape.ServicePrincipal]) -> None:
        name = f"products {batch[0].id} and {len(batch) - 1} more"
        await reading.unit(name, partial(_batch, reading, batch))

    batches = [apps[start : start + BATCH] for start in range(0, len(apps), BATCH)]
    await reading.side_by_side([partial(read_batch, batch) for batch in batches])


async def _batch(reading: Reading, apps: Sequence[shape.ServicePrincipal], unit: str) -> dict[str, Any]:
    missing = []
    for app, first in zip(apps, await _first_pages(reading, apps), strict=True):
        if first is None:
            # It was listed a moment ago: its roles and assignments stay as they were until the next sync settles it.
            missing.append(app.id.lower())
            reading.sink.add([seen(app, role) for role in (*_user_roles(app), DEFAULT_ACCESS)], unit=unit)
            continue
        found: set[str] = set()
        async for assigned in _pages_of(reading, app, first):
            found |= {one.app_role_id.lower() for one in assigned}
            _add(reading, app, assigned, unit=unit)
        reading.sink.add(_permissions(app, found), unit=unit)
    reading.progress.advance(len(apps))
    return {"read": len(apps), "missing": missing}


async def _first_pages(
    reading: Reading, apps: Sequence[shape.ServicePrincipal]
) -> list[Page[shape.AppRoleAssignment] | None]:
    """The beginning of who is assigned to each of these applications; None for one that is not there any more."""
    paths = [f"/servicePrincipals/{app.id}/{ASSIGNED}" for app in apps]
    answers = await reading.graph.get_many(paths, Page[shape.AppRoleAssignment])
    refuse_errors(answers)
    return [None if isinstance(first, ChamberlainError) else first for first in answers]


async def _pages_of(
    reading: Reading, app: shape.ServicePrincipal, first: Page[shape.AppRoleAssignment]
) -> AsyncIterator[list[shape.AppRoleAssignment]]:
    """Assignments to roles that people can have, page by page: an application can have everybody."""
    roles = {role.id.lower() for role in _user_roles(app)} | {NIL}
    yield [one for one in first.value if one.app_role_id.lower() in roles]
    if first.next is not None:
        async for page in pages(reading.graph, first.next, shape.AppRoleAssignment):
            yield [one for one in page.value if one.app_role_id.lower() in roles]


def _add(
    reading: Reading, app: shape.ServicePrincipal, assigned: Sequence[shape.AppRoleAssignment], *, unit: str
) -> None:
    by_role: dict[str, list[tuple[str, str]]] = {}
    for one in assigned:
        holder = (one.principal_id, HOLDER_TYPES.get(one.principal_type or "", "other"))
        by_role.setdefault(one.app_role_id.lower(), []).append(holder)
    for role, holders in by_role.items():
        reading.sink.add_holders(
            holders,
            family=Family.APP_ROLE,
            guid=role,
            parent=app.id.lower(),
            relation=Relation.ASSIGNED,
            unit=unit,
        )


def _permissions(app: shape.ServicePrincipal, found: set[str]) -> list[PermissionSeen]:
    """What an application offers; `found` are roles that somebody is assigned to."""
    roles = {role.id.lower(): role for role in _user_roles(app)}
    if NIL in found or (not roles and ENTERPRISE_APP in (app.tags or ())):
        roles[NIL] = DEFAULT_ACCESS
    return [seen(app, role) for role in roles.values()]


async def follow(reading: Reading, link: str, *, unit: str) -> tuple[str, frozenset[str]]:
    """What changed among applications since a delta link: the link from now on, and which are to be read again.

    raises  Upstream("delta_expired")
    """
    changed: set[str] = set()
    next_link = link
    async for page in changes(reading.graph, link, shape.ServicePrincipalChange):
        for app in page.value:
            guid = app.id.lower()
            if app.removed is not None:
                reading.sink.amend([PermissionGone(Family.APP_ROLE, NIL, guid)], unit=unit)
                changed.discard(guid)
            else:
                changed.add(guid)
        reading.progress.advance(len(page.value))
        next_link = page.delta_link or next_link
    return next_link, frozenset(changed)


async def reread(reading: Reading, guids: Iterable[str], *, unit: str) -> frozenset[str]:
    """Reads these applications with roles and assignments again; tells which came, those are then the whole."""
    path = "/servicePrincipals/{id}?$select=" + shape.select(shape.ServicePrincipal)
    found = await read_by_id(reading, guids, shape.ServicePrincipal, type="servicePrincipal", path=path)
    apps = [app for app in found if app.service_principal_type != MANAGED_IDENTITY]
    told: set[str] = set()
    for start in range(0, len(apps), BATCH):
        part = apps[start : start + BATCH]
        for app, first in zip(part, await _first_pages(reading, part), strict=True):
            if first is None:
                continue
            held: set[str] = set()
            async for assigned in _pages_of(reading, app, first):
                held |= {one.app_role_id.lower() for one in assigned}
                reading.sink.amend([edge(app, one) for one in assigned], unit=unit)
            reading.sink.amend(_permissions(app, held), unit=unit)
            told.add(app.id.lower())
    return frozenset(told)


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
        family=Family.APP_ROLE,
        holder=assignment.principal_id.lower(),
        holder_type=HOLDER_TYPES.get(assignment.principal_type or "", "other"),
        holder_name="",
        guid=assignment.app_role_id.lower(),
        parent=app.id.lower(),
        relation=Relation.ASSIGNED,
        via=None,
        qualifier_id=0,
    )
