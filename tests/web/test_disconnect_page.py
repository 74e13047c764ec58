"""Disconnecting in the browser and in the terminal: typed to confirm, and what is left to do is told."""

import pytest
from django.test import Client
from test_scopes_page import client  # noqa: F401 - a fixture

from chamberlain.actions.forget_tenants import forget_some
from chamberlain.bootstrap import World
from chamberlain.model.tenant import Tenant
from chamberlain.settings import load
from chamberlain.store import tenants
from chamberlain.store.models import TenantRow
from connected import connected_tenant
from terminal import run

CLIENT = "55555555-5555-4555-8555-555555555555"


@pytest.fixture
def tenant(world: World) -> Tenant:
    return connected_tenant("<b>Leaving", client_id=CLIENT)


def test_the_page_disconnects_what_was_typed_and_then_forgets(tenant: Tenant, client: Client) -> None:  # noqa: F811
    path = f"/t/{tenant.slug}/connection/disconnect"
    text = client.get(path).content.decode()
    assert "https://entra.microsoft.com" in text
    assert CLIENT in text
    assert "<b>Leaving" not in text

    wrong = client.post(path, {"typed": "another", "forget": "yes"})
    assert wrong.status_code == 400
    assert "disconnect_unconfirmed" in wrong.content.decode()
    assert tenants.connection_of(tenant.id) is not None

    kept = client.post(path, {"typed": tenant.slug, "forget": "no"}, follow=True)
    assert "Not connected" in kept.content.decode()
    assert tenants.connection_of(tenant.id) is None
    assert CLIENT not in client.get(path).content.decode()

    gone = client.post(path, {"typed": tenant.slug, "forget": "yes"}, follow=True)
    assert gone.redirect_chain == [("/integrations", 302)]
    assert "Being forgotten" in gone.content.decode()
    assert client.get(f"/t/{tenant.slug}/").status_code == 409
    forget_some(settings=load(), seconds=30)
    assert not TenantRow.objects.filter(id=tenant.id).exists()
    assert client.get(f"/t/{tenant.slug}/").status_code == 404


def test_the_terminal_disconnects_what_was_typed_and_waits_until_it_is_forgotten(tenant: Tenant) -> None:
    wrong = run("disconnect", tenant.slug, "--confirm", "another", "--json")
    assert wrong.returncode == 3
    assert "disconnect_unconfirmed" in wrong.stderr
    done = run("disconnect", tenant.domain, "--forget", "--confirm", tenant.slug)
    assert done.returncode == 0, done.stderr
    assert CLIENT in done.stdout
    assert "Forgotten." in done.stdout
    assert not TenantRow.objects.filter(id=tenant.id).exists()
