"""Pages on which one connects without a secret, rotates, and is told in time, asked as a browser asks."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from visitors import use_link

import stories
from chamberlain import clock
from chamberlain.actions.sign_in import issue_sign_in_link
from chamberlain.bench.simulated import Simulated
from chamberlain.bootstrap import World
from chamberlain.model.tenant import Tenant
from chamberlain.queries.credentials import list_waiting_certificates, show_credentials
from chamberlain.sentences import SENTENCES
from chamberlain.store import scopes, tenants
from chamberlain.store.models import CredentialRow

GUID = "11111111-2222-4333-8444-555555555555"


@pytest.fixture(scope="module")
def simulator(world: World, start_tenant: Callable[..., Simulated]) -> Iterator[Simulated]:
    simulator = start_tenant(users=20, groups=4, memberships=30, apps=2, seed=407)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHAMBERLAIN_LOGIN_ROOT", simulator.url)
        patch.setenv("CHAMBERLAIN_GRAPH_ROOT", simulator.url)
        yield simulator


@pytest.fixture
def client(world: World) -> Client:
    """The browser of a signed-in administrator."""
    visitor = Client(SERVER_NAME="localhost")
    use_link(visitor, issue_sign_in_link(actor=stories.ADMIN, root="http://localhost"))
    return visitor


@pytest.fixture
def tenant(simulator: Simulated) -> Tenant:
    return stories.connect(simulator)


def text(client: Client, path: str, *, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return " ".join(answer.content.decode().split())


def test_a_certificate_is_made_downloaded_and_connected_with(client: Client, simulator: Simulated) -> None:
    CredentialRow.objects.filter(connection=None).delete()
    assert "Make a certificate" in text(client, "/connect/own")
    client.post("/connect/certificate")
    page = text(client, "/connect/own?way=certificate")
    address = re.search(r"/connect/certificate/[0-9a-f-]{36}", page)
    assert address is not None
    file = client.get(address[0])
    assert file.headers["Content-Disposition"].endswith('.cer"')
    assert file.content.startswith(b"-----BEGIN CERTIFICATE-----")
    assert b"PRIVATE" not in file.content
    (waiting,) = list_waiting_certificates(viewer=stories.ADMIN)
    typed = {"way": "certificate", "tenant_id": simulator.tenant_id, "client_id": simulator.own_client_id}
    early = client.post("/connect/own", typed | {"certificate": str(waiting.credential.id)})
    assert early.status_code == 400
    assert "certificate_refused" in early.content.decode()
    order = {"client_id": simulator.own_client_id, "certificate": file.content.decode()}
    simulator.post("/_simulator/applications", order)
    done = client.post("/connect/own", typed | {"certificate": str(waiting.credential.id)})
    assert done.status_code == 302
    assert "with a certificate" in text(client, done.headers["Location"] + "connection")


def test_what_is_ticked_goes_on_from_page_to_page_and_holds(client: Client, simulator: Simulated) -> None:
    ticked = "planned=yes&capability=see_people&capability=see_groups"
    page = text(client, f"/connect/own?way=secret&{ticked}")
    assert re.search(r'value="see_groups" checked', page)
    assert not re.search(r'value="see_roles" checked', page)
    asked = text_of(client.get(f"/connect/own?way=secret&{ticked}", headers={"HX-Target": "asked"}))
    assert asked.strip().startswith('<div id="asked"')
    assert "GroupMember.Read.All" in asked
    assert "RoleManagement.Read.Directory" not in asked
    script_link = re.search(r'href="(/connect/script\?[^"]+)"', asked)
    assert script_link is not None
    script = text(client, f"{script_link[1].replace('&amp;', '&')}&tenant_id={GUID}")
    assert "GroupMember.Read.All" in script
    assert "LicenseAssignment.Read.All" not in script
    wizard = text(client, f"/connect?step=scopes&{ticked}")
    assert 'value="see_groups" form="connect-form"' in wizard
    assert 'name="capability" value="show_report_names"' not in wizard  # connecting only reads
    chosen = {"planned": "yes", "capability": ["see_people", "see_groups"]}
    typed = {"way": "secret", "tenant_id": simulator.tenant_id, "client_id": simulator.own_client_id}
    done = client.post("/connect/own", {**typed, **chosen, "client_secret": simulator.own_client_secret})
    assert done.status_code == 302
    tenant = tenants.find(simulator.tenant_id)
    assert {one.value for one in scopes.chosen(tenant.id)} == {"know_tenant", "see_people", "see_groups"}
    assert client.get("/connect/own?planned=yes&capability=see_all").status_code == 400


def text_of(answer: HttpResponse) -> str:
    return " ".join(answer.content.decode().split())


def test_the_way_decides_what_is_asked_for(client: Client, simulator: Simulated) -> None:
    assert 'name="client_secret"' in text(client, "/connect/own?way=secret")
    assert 'name="client_secret"' not in text(client, "/connect/own?way=federation")
    assert "CHAMBERLAIN_FEDERATED_TOKEN_FILE" in text(client, "/connect/own?way=federation")
    refused = client.post("/connect/own", {"way": "federation", "tenant_id": GUID, "client_id": GUID})
    assert refused.status_code == 500  # a setting is missing
    assert "federation_file_missing" in refused.content.decode()


def test_the_script_is_shown_and_taken_away(client: Client, simulator: Simulated) -> None:
    page = text(client, f"/connect/script?way=secret&tenant_id={GUID}&form=azure_cli")
    assert "az ad app create" in page
    assert "User.Read.All" in page
    asked = f"/connect/script?way=federation&tenant_id={GUID}&issuer=https://o.example&subject=<b>%27x&download=yes"
    taken = client.get(asked)
    assert taken.headers["Content-Disposition"] == 'attachment; filename="make-registration.sh"'
    assert taken.content.startswith(b"#!/bin/sh\n")
    assert "<b>" not in text(client, asked.removesuffix("&download=yes")).replace("<b></b>", "")
    text(client, "/connect/script?tenant_id=nonsense", status=400)


def test_a_connection_is_rotated_on_its_page(client: Client, tenant: Tenant, simulator: Simulated) -> None:
    path = f"/t/{tenant.slug}/connection/credentials"
    wrong = client.post(path, {"do": "secret", "client_secret": "wr0ng~secret"})
    assert wrong.status_code == 400
    assert "secret_wrong" in wrong.content.decode()
    assert "wr0ng~secret" not in wrong.content.decode()
    simulator.post("/_simulator/applications", {"client_id": simulator.own_client_id, "secret": "other~secret"})
    assert client.post(path, {"do": "secret", "client_secret": "other~secret"}).status_code == 302
    found = show_credentials(viewer=stories.ADMIN, tenant=tenant)
    assert found is not None
    before = found.old[0].credential
    assert "From before" in text(client, path)
    assert client.post(path, {"do": "use", "credential": str(before.id)}).status_code == 302
    assert client.post(path, {"do": "forget", "credential": str(before.id)}).status_code == 409  # in use again
    assert client.post(path, {"do": "make"}).status_code == 302
    assert "Waiting to be used" in text(client, path)
    for credential in ("nonsense", GUID):
        assert client.post(path, {"do": "use", "credential": credential}).status_code == 404


def test_pages_say_in_time_that_a_credential_ends(client: Client, tenant: Tenant) -> None:
    connection = tenants.connection_of(tenant.id)
    assert connection is not None
    rows = CredentialRow.objects.filter(connection_id=connection.id, state="current")
    pages = (f"/t/{tenant.slug}/", f"/t/{tenant.slug}/connection")
    for left, said in (
        (timedelta(days=100), None),
        (timedelta(days=3, hours=1), "ends in 3 days"),
        (-timedelta(1), "has expired"),
    ):
        rows.update(expires_at=clock.now() + left)
        for page in pages:
            shown = text(client, page)
            assert ("Rotate it" in shown) is (said is not None)
            assert said is None or said in shown


def test_every_error_on_a_page_leads_to_its_cause_and_repair(client: Client, simulator: Simulated) -> None:
    stranger = Client(SERVER_NAME="localhost")
    listed = text(stranger, "/problems")
    assert {f'id="{code}"' for code in SENTENCES} <= set(re.findall(r'id="\w+"', listed))
    assert "AADSTS7000222" in listed
    failing = client.post("/connect/own", {"way": "secret", "tenant_id": GUID, "client_id": GUID, "client_secret": "x"})
    assert 'href="/problems#tenant_unknown"' in failing.content.decode()
    assert 'href="/problems#tenant_not_found"' in client.get("/t/nowhere/").content.decode()
    assert 'href="/problems#consent_state_invalid"' in client.get("/connect/callback?state=x").content.decode()
