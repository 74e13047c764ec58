"""The first write to a tenant: what lets it out, and what is left behind of it."""

import asyncio
from collections.abc import Callable, Iterator

import pytest

from chamberlain import clock
from chamberlain.actions.choose_capabilities import choose_capabilities
from chamberlain.actions.reaching import way_to
from chamberlain.actions.switch_report_names import Switched, switch_report_names
from chamberlain.bench.simulated import Simulated
from chamberlain.bootstrap import World
from chamberlain.errors import Refused
from chamberlain.graph.client import open_graph
from chamberlain.model.capability import Capability
from chamberlain.model.permit import NO_PERMITS, Permit
from chamberlain.model.tenant import Tenant
from chamberlain.policy.capabilities import STANDARD
from chamberlain.provision.report_names import set_concealed_names
from chamberlain.settings import Settings
from chamberlain.store import scopes, tenants
from chamberlain.store.models import EventRow
from granting import Grants
from stories import ADMIN, NOBODY, connect_and_sync, perform

SHOW = Capability.SHOW_REPORT_NAMES
SCOPE = "ReportSettings.ReadWrite.All"
ROUTE = "PATCH /admin/reportSettings"


@pytest.fixture
def settings(golden: Simulated, pointed: Callable[[Simulated], Settings]) -> Settings:
    return pointed(golden)


@pytest.fixture
def tenant(world: World, golden: Simulated, settings: Settings) -> Iterator[Tenant]:
    """A golden tenant, connected as at the first time: for reading."""
    found = connect_and_sync(golden, settings)
    scopes.choose(tenant_id=found.id, capabilities=STANDARD, now=clock.now(), by="a test")
    yield found
    scopes.choose(tenant_id=found.id, capabilities=STANDARD, now=clock.now(), by="a test")


def choose(tenant: Tenant) -> None:
    names = [one.value for one in (*STANDARD, SHOW)]
    choose_capabilities(actor=ADMIN, tenant=tenant, capabilities=names, is_confirmed=True)


def switch(tenant: Tenant, settings: Settings, *, concealed: bool = False, confirmed: bool = True) -> Switched:
    return switch_report_names(
        actor=ADMIN, tenant=tenant, concealed=concealed, is_confirmed=confirmed, settings=settings
    )


def written(golden: Simulated) -> int:
    """How often Microsoft was asked to change the setting, however it answered."""
    found: int = golden.usage()["by_route"].get(ROUTE, 0)
    return found


def attempt(tenant: Tenant, settings: Settings, permits: frozenset[Permit]) -> None:
    """Code that wants to write, whatever was chosen."""
    connection = tenants.connection_of(tenant.id)
    assert connection is not None

    async def story() -> None:
        async with open_graph(way.endpoint, way.credential, way.ledger, permits=permits) as graph:
            await set_concealed_names(graph, concealed=False)

    with way_to(connection, settings=settings) as way:
        asyncio.run(story())


def told(tenant: Tenant) -> list[str]:
    found = EventRow.objects.filter(tenant_id=tenant.id, name__startswith="report_names:").order_by("id")
    return [*found.values_list("name", flat=True)]


def test_a_connection_for_reading_lets_no_write_out_even_where_code_asks(
    tenant: Tenant, golden: Simulated, settings: Settings
) -> None:
    Grants(golden).grant(SCOPE)  # Microsoft would allow it
    perform(tenant, settings)
    before = told(tenant)
    with pytest.raises(Refused, match="writing_not_chosen"):
        switch(tenant, settings)
    with pytest.raises(Refused, match="write_refused"):
        attempt(tenant, settings, NO_PERMITS)
    with pytest.raises(Refused, match="write_refused"):
        attempt(tenant, settings, frozenset({Permit("PATCH", "/users/one")}))
    assert written(golden) == 0
    assert told(tenant) == before


def test_names_are_switched_where_it_was_chosen_granted_and_confirmed(
    tenant: Tenant, golden: Simulated, settings: Settings
) -> None:
    choose(tenant)
    with pytest.raises(Refused, match="write_scope_missing") as missing:
        switch(tenant, settings)
    assert missing.value.data["scope"] == SCOPE
    Grants(golden).grant(SCOPE)
    perform(tenant, settings)
    with pytest.raises(Refused, match="writing_unconfirmed"):
        switch(tenant, settings, confirmed=False)
    with pytest.raises(Refused, match="not_allowed"):
        switch_report_names(actor=NOBODY, tenant=tenant, concealed=False, is_confirmed=True, settings=settings)
    assert written(golden) == 0
    before = told(tenant)

    assert switch(tenant, settings) == Switched(before=True, after=False, is_seen=True)
    assert switch(tenant, settings).before is False
    assert written(golden) == 1
    connection = tenants.connection_of(tenant.id)
    assert connection is not None
    assert connection.concealed_names is False
    assert told(tenant)[len(before) :] == ["report_names:intended", "report_names:switched"] * 2
    event = EventRow.objects.filter(tenant_id=tenant.id, name="report_names:switched").order_by("-id")[1]
    assert (event.before, event.after) == ({"names": "concealed"}, {"names": "shown"})

    assert switch(tenant, settings, concealed=True).after
    assert perform(tenant, settings).error_code is None
    again = tenants.connection_of(tenant.id)
    assert again is not None
    assert again.concealed_names is True


def test_a_refusal_by_microsoft_is_told_and_nothing_is_believed(
    tenant: Tenant, golden: Simulated, settings: Settings
) -> None:
    choose(tenant)
    grants = Grants(golden)
    grants.grant(SCOPE)
    perform(tenant, settings)
    grants.revoke(SCOPE)  # since the last sync
    with pytest.raises(Refused, match="scope_missing"):
        switch(tenant, settings)
    assert told(tenant)[-2:] == ["report_names:intended", "report_names:failed"]
    connection = tenants.connection_of(tenant.id)
    assert connection is not None
    assert connection.concealed_names is True
