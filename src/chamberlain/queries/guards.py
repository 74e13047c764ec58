"""A tenant's guard rails for people: with names, with what the figures come to, and who stopped what."""

from dataclasses import dataclass
from datetime import datetime

from chamberlain import clock
from chamberlain.model.actor import Actor
from chamberlain.model.carried import Halt
from chamberlain.model.guard import Eyes, Rails
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import Deed, may, require
from chamberlain.policy.planning.four_eyes import in_force
from chamberlain.provision.guarding import rails_of
from chamberlain.store import halts, roles
from chamberlain.store.reads import figures, people, permissions


@dataclass(frozen=True, slots=True)
class Protected:
    """An account or a permission that no plan may touch. `id`: object id, or key; `name`: "" where it is not known."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class GuardPage:
    """What holds plans of a tenant back.

    people          how many the tenant has, which shares are of
    approvers       how many people could approve a plan
    eyes            what takes a second person now besides power over the tenant
    set_by, set_at  who set the rails last; None where the standard ones hold
    """

    rails: Rails
    simulates: bool
    halts: tuple[Halt, ...]
    people: int
    approvers: int
    accounts: tuple[Protected, ...]
    permissions: tuple[Protected, ...]
    eyes: frozenset[Eyes]
    set_by: str
    set_at: datetime | None

    @property
    def per_plan(self) -> int:
        """How many people a plan may touch."""
        return self._most(self.rails.share_per_plan)

    @property
    def per_hour(self) -> int:
        """How many people may be touched within an hour."""
        return self._most(self.rails.share_per_hour)

    @property
    def delay_hours(self) -> int:
        """What a plan waits where nobody else could approve it."""
        return int(self.rails.approval_delay.total_seconds() // 3600)

    def _most(self, share: int) -> int:
        """By a share, or so few that shares do not count."""
        return min(self.people, max(self.people * share // 100, self.rails.share_from - 1))


@dataclass(frozen=True, slots=True)
class Approving:
    """Who could approve a plan that takes a second person, and what it waits where nobody else could.

    approvers    how many administrators
    delay_hours  the delay as it is set
    """

    approvers: int
    delay_hours: int

    @property
    def is_alone(self) -> bool:
        """Whether nobody could approve what the only administrator plans."""
        return self.approvers < 2


def who_approves(*, viewer: Actor, tenant: Tenant) -> Approving:
    """Who could approve plans of a tenant.

    raises  Refused("not_allowed")
    """
    require(viewer, Deed.SEE_CONNECTION, tenant_id=tenant.id)
    hours = int(rails_of(tenant.id).approval_delay.total_seconds() // 3600)
    return Approving(roles.approvers(tenant_id=tenant.id), hours)


def show_guards(*, viewer: Actor, tenant: Tenant) -> GuardPage:
    """The guard rails of a tenant.

    raises  Refused("not_allowed")
    """
    require(viewer, Deed.SEE_PLANS, tenant_id=tenant.id)
    rails = rails_of(tenant.id)
    known = people.by_guids(tenant_id=tenant.id, guids=list(rails.protected_accounts))
    names = {str(row["guid"]): str(row["name"]) for row in known}
    set_by, set_at = halts.set_by(tenant.id)
    approvers = roles.approvers(tenant_id=tenant.id)
    return GuardPage(
        rails=rails,
        simulates=halts.simulates(tenant.id),
        halts=halts.halts_of(tenant.id),
        people=figures.people(tenant_id=tenant.id)["people"],
        approvers=approvers,
        accounts=tuple(Protected(guid, names.get(guid, "")) for guid in rails.protected_accounts),
        permissions=tuple(Protected(key, _name(tenant, key)) for key in rails.protected_permissions),
        eyes=in_force(rails, now=clock.now(), administrators=approvers),
        set_by=set_by,
        set_at=set_at,
    )


def list_halts(*, viewer: Actor, tenant: Tenant) -> tuple[Halt, ...]:
    """What holds writers of a tenant back now, for those who see plans; nothing for all others."""
    if not may(viewer, Deed.SEE_PLANS, tenant_id=tenant.id):
        return ()
    return halts.halts_of(tenant.id)


def halted_everywhere(*, viewer: Actor) -> Halt | None:
    """The stop of every tenant, where somebody pressed it.

    raises  Refused("not_allowed")
    """
    require(viewer, Deed.STOP_EVERYTHING)
    return halts.everywhere()


def _name(tenant: Tenant, key: str) -> str:
    found = permissions.find(tenant_id=tenant.id, key=key)
    return str(found["name"]) if found else ""
