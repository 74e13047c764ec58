"""What Microsoft lets us spend in a tenant, what of it is spent, and what a run waits for."""

from dataclasses import dataclass

from chamberlain.model.actor import Actor
from chamberlain.model.quota import Pause, QuotaUse
from chamberlain.model.run import Run
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import Deed, may, require
from chamberlain.store import quota, tenants

MOST_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Quotas:
    """The quotas of a tenant that were ever drawn on.

    uses           by name; where there are very many, the pressing ones
    unshown        how many more there are
    share_percent  how much of what we could use we may use
    """

    uses: tuple[QuotaUse, ...]
    unshown: int
    share_percent: int

    @property
    def is_resting(self) -> bool:
        """Whether something is paused."""
        return any(use.paused_until for use in self.uses)


@dataclass(frozen=True, slots=True)
class Waits:
    """What an open run waits for.

    worker   nobody has begun it yet
    paused   quotas of which Microsoft refused more for now
    refills  quotas that are used up but for what is left to people; the run goes on as they refill
    """

    worker: bool
    paused: tuple[Pause, ...]
    refills: tuple[QuotaUse, ...]

    def __bool__(self) -> bool:
        return self.worker or bool(self.paused or self.refills)


NO_WAITS = Waits(worker=False, paused=(), refills=())


def show_quotas(*, viewer: Actor, tenant: Tenant) -> Quotas:
    """How the quotas stand of the application that the tenant is connected with."""
    require(viewer, Deed.SEE_CONNECTION, tenant_id=tenant.id)
    uses = _uses(tenant)
    pressing = sorted(uses, key=lambda use: (use.paused_until is None, -use.used_in_window))[:MOST_SHOWN]
    shown = uses if len(uses) <= MOST_SHOWN else tuple(sorted(pressing, key=lambda use: use.name))
    return Quotas(shown, len(uses) - len(shown), quota.share_of(tenant.id))


def find_waits(*, viewer: Actor, tenant: Tenant, run: Run) -> Waits:
    """What a run waits for now; nothing where it is over."""
    require(viewer, Deed.SEE_RUNS, tenant_id=tenant.id)
    if run.is_over:
        return NO_WAITS
    uses = _uses(tenant)
    return Waits(
        worker=run.started_at is None,
        paused=tuple(Pause(use.name, use.paused_until) for use in uses if use.paused_until),
        refills=tuple(use for use in uses if use.is_full and not use.paused_until and run.started_at is not None),
    )


def list_pauses(*, viewer: Actor) -> dict[int, tuple[Pause, ...]]:
    """What rests now, by our id of the tenant; a tenant in which nothing rests is missing."""
    return {
        tenant_id: paused
        for tenant_id, paused in quota.pauses().items()
        if may(viewer, Deed.SEE_CONNECTION, tenant_id=tenant_id)
    }


def _uses(tenant: Tenant) -> tuple[QuotaUse, ...]:
    connection = tenants.connection_of(tenant.id)
    return quota.usage(tenant.id, client_id=connection.client_id) if connection else ()
