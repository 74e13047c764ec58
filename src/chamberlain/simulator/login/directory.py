"""What the identity platform knows of the tenant: its names, its applications, and which of them were let in."""

import re

from chamberlain.simulator.login.cloud import CLOUDS, CloudHosts
from chamberlain.simulator.login.credentials import AppCredentials
from chamberlain.simulator.login.refusal import Aadsts
from chamberlain.simulator.login.registration import Registration, graph_permissions
from chamberlain.simulator.world.application import EXCHANGE_APP_ID, EXCHANGE_ROLES, ServicePrincipal
from chamberlain.simulator.world.mutation import GrantConsent
from chamberlain.simulator.world.reference import Kind, Ref
from chamberlain.simulator.world.tenant import World

ANY_TENANT = frozenset({"common", "organizations"})
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class Directory:
    """Registrations and their service principals, which are the last ones of the base in the same order."""

    def __init__(
        self, world: World, registrations: tuple[Registration, ...], cloud: CloudHosts = CLOUDS["global"]
    ) -> None:
        self.world = world
        self.registrations = registrations
        self.cloud = cloud
        self.credentials = {one.client_id: AppCredentials(one.client_secret) for one in registrations}

    def tenant_problem(self, named: str) -> Aadsts | None:
        """Why a tenant in a path is not ours; None when it is."""
        tenant = self.world.base.tenant
        if named.lower() in {tenant.id, tenant.domain, tenant.initial_domain}:
            return None
        if not _GUID.fullmatch(named) and "." not in named:
            return Aadsts.MALFORMED_TENANT
        return Aadsts.NO_SUCH_TENANT

    def registration(self, client_id: str) -> Registration | None:
        """The registration with this client id."""
        return next((known for known in self.registrations if known.client_id == client_id.lower()), None)

    def _ref(self, registration: Registration) -> Ref:
        first = self.world.base.size(Kind.SERVICE_PRINCIPAL) - len(self.registrations)
        return Ref(Kind.SERVICE_PRINCIPAL, first + self.registrations.index(registration))

    def service_principal(self, registration: Registration) -> ServicePrincipal | None:
        """The application in the tenant, None before consent."""
        ref = self._ref(registration)
        return self.world.base.service_principal(ref.serial) if self.world.view().present(ref) else None

    def roles(self, registration: Registration) -> tuple[str, ...]:
        """Permissions of Graph that the application has assigned now: what was taken back is in no new token."""
        names = {permission.id: name for name, permission in graph_permissions().items()}
        held = self.world.view().app_assignments_of(self._ref(registration))
        return tuple(names[one.role_id] for one in held if one.role_id in names)

    @property
    def has_exchange(self) -> bool:
        """Whether the tenant has Exchange Online at all."""
        base = self.world.base
        return any(
            base.service_principal(serial).app_id == EXCHANGE_APP_ID
            for serial in range(base.size(Kind.SERVICE_PRINCIPAL))
        )

    def exchange_roles(self, registration: Registration) -> tuple[str, ...]:
        """Permissions of Exchange that the application has assigned now."""
        held = self.world.view().app_assignments_of(self._ref(registration))
        return tuple(EXCHANGE_ROLES[one.role_id][0] for one in held if one.role_id in EXCHANGE_ROLES)

    def grant(self, registration: Registration) -> None:
        """Let an application in; a second consent changes nothing."""
        if self.service_principal(registration) is None:
            self.world.change(GrantConsent(self.world.base.guid(self._ref(registration))))
