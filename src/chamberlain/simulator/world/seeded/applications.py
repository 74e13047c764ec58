"""Applications computed from their index: what they offer and who is assigned to them, from both ends."""

from enum import IntEnum

from chamberlain.simulator.login.registration import Registration, graph_permissions
from chamberlain.simulator.world.application import (
    APPLICATION,
    DEFAULT_ACCESS,
    EXCHANGE_APP_ID,
    GRAPH_APP_ID,
    MICROSOFT_TENANT,
    USER,
    AppAssignment,
    AppRole,
    ServicePrincipal,
    exchange_roles,
)
from chamberlain.simulator.world.reference import Kind, Ref
from chamberlain.simulator.world.seeded.people import DAYS
from chamberlain.simulator.world.seeded.permutation import Affine, Draws, Guids
from chamberlain.simulator.world.seeded.sizes import BLOCK

GRAPH, EXCHANGE = 0, 1
MANAGED_IDENTITY = 3
FIRST_ENTERPRISE = 4
ENTERPRISE_TAG = "WindowsAzureActiveDirectoryIntegratedApp"
_APP_ID_KIND, _ROLE_KIND = 92, 93
_GROUP_OFFSETS = (4, 7, 0)
_FIRST_PARTY = (
    ("Microsoft Graph", GRAPH_APP_ID),
    ("Office 365 Exchange Online", EXCHANGE_APP_ID),
    ("Microsoft Teams", "1fec8e78-bce4-4aaf-ab1b-5451cc387264"),
)
_NAMES = (
    "Salesforce",
    "Slack",
    "Workday",
    "ServiceNow",
    "Atlassian Cloud",
    "Zoom",
    "Figma",
    "GitHub Enterprise",
    "Box",
    "Miro",
    "Tableau",
    "Docusign",
    "Concur",
    "Zendesk",
    "Snowflake",
    "Datadog",
    "Notion",
    "Asana",
    "Payroll",
    "Time Tracker",
)
_PEOPLE = (USER,)
_BOTH = (USER, APPLICATION)
_OFFERS: tuple[tuple[tuple[str, tuple[str, ...]], ...], ...] = (
    (("User", _PEOPLE), ("Administrator", _PEOPLE)),
    (),
    (("Reader", _PEOPLE), ("Integration", _BOTH), ("Daemon", (APPLICATION,))),
    (("User", _PEOPLE),),
    (("Viewer", _PEOPLE), ("Editor", _PEOPLE), ("Publisher", _PEOPLE), ("Owner", _BOTH)),
    (),
)
_NOBODY_OFFER = 5


class Stream(IntEnum):
    """Streams of draws that this module uses."""

    FACTOR = 50
    SHIFT = 51
    COUNT = 52
    OFFSET = 53
    ROLE = 54


class Applications:
    """`count` service principals of the tenant, then one for each registration that may ask for tokens."""

    def __init__(
        self,
        tenant_id: str,
        *,
        count: int,
        users: int,
        groups: int,
        registrations: tuple[Registration, ...],
        draws: Draws,
        guids: Guids,
    ) -> None:
        self._tenant_id = tenant_id
        self._users = users
        self._groups = groups
        self._draws = draws
        self._guids = guids
        self._registrations = registrations
        self._known: dict[int, ServicePrincipal] = {}
        self.enterprise = count
        self._line = Affine.drawn(users or 1, draws.draw(Stream.FACTOR, 0), draws.draw(Stream.SHIFT, 0))
        self._pieces = [
            (resource, self._offset(resource), people)
            for resource in range(FIRST_ENTERPRISE, count)
            if (people := self._user_count(resource))
        ]
        self._by_group: dict[int, list[int]] = {}
        for resource in range(FIRST_ENTERPRISE, count):
            for group in self._group_principals(resource):
                self._by_group.setdefault(group, []).append(resource)

    @property
    def count(self) -> int:
        """All service principals, present or waiting for consent."""
        return self.enterprise + len(self._registrations)

    def service_principal(self, index: int) -> ServicePrincipal:
        """The service principal at an index; few and asked for with each of their assignments, so they are kept."""
        known = self._known.get(index)
        if known is None:
            known = self._known[index] = self._made(index)
        return known

    def _made(self, index: int) -> ServicePrincipal:
        id_ = self._guids.encode(Kind.SERVICE_PRINCIPAL, index)
        created = DAYS[index * 37 % 1024]
        if index >= self.enterprise:
            known = self._registrations[index - self.enterprise]
            owner = self._guids.encode(_APP_ID_KIND, 0) if known.multi_tenant else self._tenant_id
            return ServicePrincipal(
                index, id_, known.client_id, known.display_name, "Application", created, owner, (ENTERPRISE_TAG,)
            )
        if index < len(_FIRST_PARTY):
            name, app_id = _FIRST_PARTY[index]
            roles = {GRAPH: self._graph_roles(), EXCHANGE: exchange_roles()}.get(index, ())
            return ServicePrincipal(index, id_, app_id, name, "Application", created, MICROSOFT_TENANT, roles=roles)
        app_id = self._guids.encode(_APP_ID_KIND, index + 1)
        if index == MANAGED_IDENTITY:
            return ServicePrincipal(index, id_, app_id, "vm-backup", "ManagedIdentity", created)
        return self._enterprise(index, id_, app_id, created)

    def _enterprise(self, index: int, id_: str, app_id: str, created: str) -> ServicePrincipal:
        place = index - FIRST_ENTERPRISE
        name = _NAMES[place % len(_NAMES)]
        if place >= len(_NAMES):
            name = f"{name} {place // len(_NAMES) + 1}"
        sign_on = ("saml", "oidc", None, "password")[place % 4]
        tags = (
            (ENTERPRISE_TAG, "WindowsAzureActiveDirectoryCustomSingleSignOnApplication")
            if sign_on == "saml"
            else (ENTERPRISE_TAG,)
        )
        if place % 11 == 10:
            tags = (*tags, "HideApp")
        return ServicePrincipal(
            index,
            id_,
            app_id,
            name,
            "Application",
            created,
            self._tenant_id if place % 3 else self._guids.encode(_APP_ID_KIND, 1_000_000 + place),
            tags,
            assignment_required=place % 4 != 3,
            enabled=place % 13 != 12,
            roles=self._offer(index),
            homepage=f"https://app{place}.example/",
            sign_on=sign_on,
        )

    def _graph_roles(self) -> tuple[AppRole, ...]:
        return tuple(
            AppRole(known.id, name, known.means, (APPLICATION,)) for name, known in graph_permissions().items()
        )

    def _offer(self, index: int) -> tuple[AppRole, ...]:
        return tuple(
            AppRole(self._guids.encode(_ROLE_KIND, index * 8 + number), value.lower(), value, member_types)
            for number, (value, member_types) in enumerate(_OFFERS[(index - FIRST_ENTERPRISE) % len(_OFFERS)])
        )

    def _user_count(self, resource: int) -> int:
        """People assigned to an application: many to the first, some to most, nobody to every sixth."""
        place = resource - FIRST_ENTERPRISE
        if place < 0 or resource >= self.enterprise or place % len(_OFFERS) == _NOBODY_OFFER:
            return 0
        if place == 0:
            return self._users // 3
        return min(self._users, self._draws.draw(Stream.COUNT, resource) % (self._users // 20 + 4))

    def _offset(self, resource: int) -> int:
        return self._draws.draw(Stream.OFFSET, resource) % self._users

    def _role_id(self, resource: int, principal: Ref) -> str:
        offered = [role for role in self.service_principal(resource).roles if USER in role.member_types]
        if not offered:
            return DEFAULT_ACCESS
        return offered[self._draws.draw(Stream.ROLE, resource << 32 | principal.serial) % len(offered)].id

    def _assigned(self, resource: int, principal: Ref) -> AppAssignment:
        return AppAssignment(
            resource, self._role_id(resource, principal), principal, DAYS[(resource + principal.serial) % 1024]
        )

    def _group_principals(self, resource: int) -> list[int]:
        place = resource - FIRST_ENTERPRISE
        if place < 0 or resource >= self.enterprise or place % len(_OFFERS) == _NOBODY_OFFER:
            return []
        blocks = -(-self._groups // BLOCK)
        wanted = (place * 2 % blocks * BLOCK + offset for offset in _GROUP_OFFSETS[: place % 3 + 1]) if blocks else ()
        return [group for group in wanted if group < self._groups]

    def _applications_assigned(self, resource: int) -> list[AppAssignment]:
        """Applications among the principals: a managed identity here and there, and the permissions of Graph."""
        if resource == GRAPH:
            known = graph_permissions()
            return [
                AppAssignment(GRAPH, known[role].id, Ref(Kind.SERVICE_PRINCIPAL, self.enterprise + place), DAYS[0])
                for place, registration in enumerate(self._registrations)
                for role in registration.roles
            ]
        both = (
            [role for role in self._offer(resource) if role.member_types == _BOTH]
            if FIRST_ENTERPRISE <= resource < self.enterprise
            else []
        )
        return [
            AppAssignment(resource, role.id, Ref(Kind.SERVICE_PRINCIPAL, MANAGED_IDENTITY), DAYS[1]) for role in both
        ]

    def assignments(self, resource: int, start: int, stop: int) -> list[AppAssignment]:
        """A slice of an application's assignments: users, then groups, then applications."""
        users = self._user_count(resource)
        found = []
        if start < users:
            first = self._offset(resource)
            found = [
                self._assigned(resource, Ref(Kind.USER, self._line.forward((first + place) % self._users)))
                for place in range(start, min(stop, users))
            ]
        if stop > users:
            others = [self._assigned(resource, Ref(Kind.GROUP, group)) for group in self._group_principals(resource)]
            others.extend(self._applications_assigned(resource))
            found.extend(others[max(0, start - users) : stop - users])
        return found

    def assignment_count(self, resource: int) -> int:
        """How many principals are assigned to an application."""
        return (
            self._user_count(resource)
            + len(self._group_principals(resource))
            + len(self._applications_assigned(resource))
        )

    def assignments_of(self, principal: Ref) -> list[AppAssignment]:
        """Applications that a principal is assigned to: its place in the line lies within the application's piece."""
        if principal.kind is Kind.USER:
            place, users = self._line.inverse(principal.serial), self._users
            return [
                self._assigned(resource, principal)
                for resource, offset, count in self._pieces
                if (place - offset) % users < count
            ]
        if principal.kind is Kind.GROUP:
            return [self._assigned(resource, principal) for resource in self._by_group.get(principal.serial, [])]
        if principal.kind is Kind.SERVICE_PRINCIPAL:
            resources = (
                (GRAPH, *range(FIRST_ENTERPRISE, self.enterprise)) if principal.serial >= MANAGED_IDENTITY else ()
            )
            return [
                assignment
                for resource in resources
                for assignment in self._applications_assigned(resource)
                if assignment.principal == principal
            ]
        return []
