"""A simulated tenant that the product is connected to and may change."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from chamberlain import clock
from chamberlain.bench.apart import wait_for
from chamberlain.bench.granting import Grants
from chamberlain.bench.simulated import Reached, Simulated, simulated
from chamberlain.model.actor import Actor, ActorKind, Role
from chamberlain.model.capability import Capability
from chamberlain.model.exchange import ExchangeWay
from chamberlain.model.guard import Rails
from chamberlain.model.tenant import Tenant
from chamberlain.policy.capabilities import ABILITIES, STANDARD
from chamberlain.settings import Settings

ADMINISTRATOR = Actor(
    ActorKind.PERSON, "00000000-0000-4000-8000-0000000be4c1", "Measurement", frozenset({Role.ADMINISTRATOR})
)
WRITING = frozenset(
    {
        Capability.PROVISION_PEOPLE,
        Capability.PROVISION_GROUPS,
        Capability.PROVISION_OWNERS,
        Capability.PROVISION_LICENCES,
        Capability.PROVISION_PRODUCTS,
        Capability.PROVISION_ROLES,
        Capability.OFFBOARD_ACCOUNT,
        Capability.RESET_PASSWORDS,
    }
)
REPLIES = "MailboxSettings.ReadWrite"  # the one permission of them that Graph itself takes
BY_EXCHANGE = frozenset({Capability.PROVISION_MAIL_GROUPS, Capability.OFFBOARD_MAILBOX})
# Microsoft lets an application touch administrators and passwords only with roles besides its permissions.
OUR_ROLES = ("fe930be7-5e62-47db-91af-98c3a49a38b1", "7be44c8a-adaf-4e2a-84d6-ab2649e08a13")
# Measured is what the engine does; what holds a plan back has tests of its own.
WIDE = Rails(
    most_per_plan=100_000,
    share_from=100_000,
    most_per_hour=1_000_000,
    approval_delay=timedelta(0),
)


@dataclass(frozen=True, slots=True)
class Writable:
    """The simulator, the tenant as the product knows it, and how it is reached."""

    simulator: Simulated
    tenant: Tenant
    settings: Settings

    def mail(self) -> dict[str, Any]:
        """What Exchange has, where it is reached; nothing where it is not."""
        if self.settings.exchange == ExchangeWay.OFF.value:
            return {}
        found: dict[str, Any] = json.loads(self.simulator.get("/_simulator/exchange"))
        return found

    def sync(self) -> None:
        """Reads the tenant.

        raises  RuntimeError where that failed
        """
        if not wait_for(self.sync_here):
            raise RuntimeError("the tenant could not be read")

    def sync_here(self) -> None:
        """Reads the tenant in this process.

        raises  RuntimeError where that failed
        """
        from chamberlain.actions.start_sync import start_sync
        from chamberlain.model.run import Trigger
        from chamberlain.store import runs
        from chamberlain.work.sync_tenant import sync_tenant

        latest = runs.latest(tenant_id=self.tenant.id, limit=1)
        if latest and not latest[0].is_over:
            run_id = latest[0].id
        else:
            run_id = start_sync(actor=ADMINISTRATOR, tenant=self.tenant, trigger=Trigger.PERSON)
        sync_tenant(lambda _step, deed, *values: deed(*values), run_id=run_id, settings=self.settings)
        run = runs.find(tenant_id=self.tenant.id, run_id=run_id)
        if run.error_code is not None:
            raise RuntimeError(run.error_code)


@contextmanager
def writable(
    settings: Settings,
    *,
    prepare: Callable[[Simulated], None] = lambda _simulator: None,
    exchange: bool = False,
    **options: float | str,
) -> Iterator[Writable]:
    """A new tenant, connected with everything that writes, and read once; call it in an open world.

    prepare   done to the tenant before it is connected
    exchange  whether Exchange is reached as well
    options   of `chamberlain simulator`
    """
    from chamberlain.actions.stop_writers import set_guards
    from chamberlain.queries.connections import find_tenant
    from chamberlain.store import scopes

    with simulated(file=None, **options) as simulator:
        pointed = _pointed(settings, simulator, exchange=exchange)
        prepare(simulator)
        let_write(simulator)
        if exchange:
            Grants(simulator).grant(REPLIES)
            simulator.post("/_simulator/exchange/let_in", {"client_id": simulator.own_client_id})
        if not wait_for(lambda: _connect(simulator)):
            raise RuntimeError("the tenant could not be connected")
        found = Writable(simulator, find_tenant(viewer=ADMINISTRATOR, slug=simulator.tenant_id), pointed)
        by_exchange = BY_EXCHANGE if exchange else frozenset[Capability]()
        scopes.choose(
            tenant_id=found.tenant.id,
            capabilities={*STANDARD, *WRITING, *by_exchange},
            now=clock.now(),
            by=ADMINISTRATOR.name,
        )
        set_guards(actor=ADMINISTRATOR, tenant=found.tenant, rails=WIDE)
        found.sync()
        yield found


def _pointed(settings: Settings, simulator: Simulated, *, exchange: bool) -> Settings:
    """Settings that lead to a simulator; what reads them for itself, here or in another process, finds the same."""
    wanted = {"login_root": simulator.url, "graph_root": simulator.url, "exchange_root": simulator.url}
    wanted |= {"exchange": "invoke" if exchange else "off"}
    for name, value in wanted.items():
        os.environ[f"CHAMBERLAIN_{name.upper()}"] = value
    return settings.model_copy(update=wanted)


def let_write(simulator: Reached) -> None:
    """Grants the tenant's own registration all that `WRITING` takes."""
    grants = Grants(simulator)
    grants.grant(*sorted({use.scope for one in WRITING for use in ABILITIES[one].uses}))
    for role in OUR_ROLES:
        grants.assign_role(role)


def _connect(simulator: Simulated) -> None:
    from chamberlain.actions.connect_with_secret import connect_with_secret

    connect_with_secret(
        actor=ADMINISTRATOR,
        tenant_id=simulator.tenant_id,
        client_id=simulator.own_client_id,
        client_secret=simulator.own_client_secret,
    )
