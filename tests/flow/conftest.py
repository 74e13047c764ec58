"""A tenant that may be written to, which stories about plans share: connecting one takes longer than they do."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from chamberlain import clock
from chamberlain.bench.simulated import Simulated
from chamberlain.bootstrap import World
from chamberlain.model.capability import Capability
from chamberlain.model.tenant import Tenant
from chamberlain.policy.capabilities import ABILITIES, STANDARD
from chamberlain.settings import Settings, load
from chamberlain.store import scopes
from chamberlain.store.models import PlanRow
from granting import Grants
from stories import connect_and_sync, perform

WRITING = (
    Capability.PROVISION_GROUPS,
    Capability.PROVISION_OWNERS,
    Capability.PROVISION_ROLES,
    Capability.PROVISION_LICENCES,
    Capability.PROVISION_PRODUCTS,
    Capability.PROVISION_PEOPLE,
    Capability.OFFBOARD_ACCOUNT,
)


@pytest.fixture(scope="session")
def written(start_tenant: Callable[..., Simulated]) -> Simulated:
    """The simulated tenant."""
    return start_tenant(users=200, groups=30, memberships=600, apps=4, seed=73)


@pytest.fixture(scope="module")
def written_settings(written: Simulated) -> Iterator[Settings]:
    """Settings that lead there."""
    with _pointed(written) as settings:
        yield settings


@pytest.fixture(scope="session")
def written_tenant(world: World, written: Simulated) -> Tenant:
    """Connected, granted what writing takes, and read."""
    with _pointed(written) as settings:
        found = connect_and_sync(written, settings)
        Grants(written).grant(*sorted({use.scope for one in WRITING for use in ABILITIES[one].uses}))
        choose(found)
        perform(found, settings)
        return found


@pytest.fixture(scope="module")
def read_around(written_tenant: Tenant, written_settings: Settings) -> Iterator[None]:
    """The tenant is read before these tests and after them, and others find it as if no plan of these had been."""
    perform(written_tenant, written_settings)
    yield
    PlanRow.objects.filter(tenant_id=written_tenant.id).delete()
    perform(written_tenant, written_settings)


@pytest.fixture(scope="module")
def exchange_settings(simulator: Simulated) -> Iterator[Settings]:
    """Settings that lead to the simulator of a file of tests, which is its Exchange, too."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("LOGIN_ROOT", "GRAPH_ROOT", "EXCHANGE_ROOT"):
            patch.setenv(f"CHAMBERLAIN_{name}", simulator.url)
        patch.setenv("CHAMBERLAIN_EXCHANGE", "invoke")
        yield load()


@pytest.fixture
def chosen(written_tenant: Tenant) -> Iterator[Callable[..., None]]:
    """Chooses what the tenant is connected for; all of it again when the test is over."""
    choose(written_tenant)
    yield lambda *capabilities: choose(written_tenant, capabilities)
    choose(written_tenant)


def choose(tenant: Tenant, capabilities: tuple[Capability, ...] = WRITING) -> None:
    """Chooses these besides what is only read."""
    scopes.choose(tenant_id=tenant.id, capabilities={*STANDARD, *capabilities}, now=clock.now(), by="a test")


@contextmanager
def _pointed(simulator: Simulated) -> Iterator[Settings]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("LOGIN_ROOT", "GRAPH_ROOT"):
            patch.setenv(f"CHAMBERLAIN_{name}", simulator.url)
        patch.setenv("CHAMBERLAIN_CLIENT_ID", simulator.client_id)
        patch.setenv("CHAMBERLAIN_CLIENT_SECRET", simulator.client_secret)
        yield load()
