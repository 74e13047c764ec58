"""The page of concealed names: it offers a write only where the tenant is connected for it."""

import pytest
from django.test import Client
from test_scopes_page import client  # noqa: F401 - a fixture

from chamberlain import clock
from chamberlain.bootstrap import World
from chamberlain.model.capability import Capability
from chamberlain.model.tenant import Tenant
from chamberlain.policy.capabilities import STANDARD, needed
from chamberlain.store import scopes
from chamberlain.store.connection import transaction
from connected import connected_tenant

READING = tuple(one.scope.name for one in needed(STANDARD))
SCOPE = "ReportSettings.ReadWrite.All"
SAYS = "Change this setting of the tenant"


@pytest.fixture
def tenant(world: World) -> Tenant:
    """A tenant that is connected as at the first time, and conceals names."""
    found = connected_tenant("Reports", scopes=READING, concealed_names=True)
    see(found, *READING)
    return found


def see(tenant: Tenant, *names: str) -> None:
    with transaction():
        scopes.note(tenant_id=tenant.id, seen=dict.fromkeys(names), now=clock.now())


def choose(tenant: Tenant) -> None:
    scopes.choose(tenant_id=tenant.id, capabilities=STANDARD | {Capability.SHOW_REPORT_NAMES}, now=clock.now(), by="a")


def page(client: Client, tenant: Tenant) -> str:  # noqa: F811
    answer = client.get(f"/t/{tenant.slug}/connection/report-names")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_first_connect_offers_no_write(tenant: Tenant, client: Client) -> None:  # noqa: F811
    see(tenant, *READING, SCOPE)  # also where Microsoft would allow it
    text = page(client, tenant)
    assert "Concealed by the tenant" in text
    assert "connected for reading only" in text
    assert SAYS not in text
    refused = client.post(f"/t/{tenant.slug}/connection/report-names", {"names": "show", "confirmed": "yes"})
    assert refused.status_code == 400
    assert "writing_not_chosen" in refused.content.decode()


def test_a_write_is_offered_where_it_was_chosen_and_granted_and_asks_for_a_confirmation(
    tenant: Tenant,
    client: Client,  # noqa: F811
) -> None:
    choose(tenant)
    assert SCOPE in page(client, tenant)
    assert SAYS not in page(client, tenant)
    see(tenant, *READING, SCOPE)
    text = page(client, tenant)
    assert SAYS in text
    assert "Before: names are concealed. After: names are shown." in text
    refused = client.post(f"/t/{tenant.slug}/connection/report-names", {"names": "show"})
    assert refused.status_code == 400
    assert "writing_unconfirmed" in refused.content.decode()
    told = client.get(f"/t/{tenant.slug}/connection").content.decode()
    assert "concealed by the tenant" in told
