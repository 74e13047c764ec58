"""Pages of a synced tenant, asked for as a browser asks, without a browser."""

import re
from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from visitors import use_link

import people
import stories
from chamberlain.actions.sign_in import issue_sign_in_link
from chamberlain.bench.simulated import Simulated
from chamberlain.bootstrap import World
from chamberlain.model.tenant import Tenant
from chamberlain.settings import load

FRAGMENT = {"HX-Request": "true"}


@pytest.fixture(scope="module")
def tenant(world: World, start_tenant: Callable[..., Simulated]) -> Iterator[Tenant]:
    """The twelve people of the golden tenant, synced."""
    simulator = start_tenant(population="golden")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHAMBERLAIN_LOGIN_ROOT", simulator.url)
        patch.setenv("CHAMBERLAIN_GRAPH_ROOT", simulator.url)
        yield stories.connect_and_sync(simulator, load())


@pytest.fixture
def client(world: World) -> Client:
    """The browser of a signed-in administrator."""
    return signed_in()


def signed_in() -> Client:
    """Somebody who has used a link."""
    link = issue_sign_in_link(actor=stories.ADMIN, root="http://localhost")
    visitor = Client(SERVER_NAME="localhost")
    assert use_link(visitor, link).status_code == 302
    return visitor


def text(client: Client, path: str, *, status: int = 200) -> str:
    """What the page says."""
    answer = client.get(path)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def root(tenant: Tenant) -> str:
    """Where the tenant's pages begin."""
    return f"/t/{tenant.slug}"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/people",
        "/people?q=a&type=member&state=active&licensed=yes&admin=no&department=Finance&sort=newest",
        "/people?type=nonsense&sort=nonsense",
        "/permissions",
        "/permissions?q=a&rule=yes&synced=no&empty=no",
        "/permissions/role",
        "/permissions/security_group",
        "/permissions/m365_group",
        "/permissions/mail_security_group",
        "/permissions/distribution_group",
        "/permissions/product",
        "/permissions/licence",
        "/licences",
        "/consents",
        "/consents?q=wiki&cursor=",
        "/runs",
        "/search",
        "/search?q=a",
        "/search?q=%00",
    ],
)
def test_every_page_of_a_tenant_says_how_old_it_is_and_has_one_heading(
    client: Client, tenant: Tenant, path: str
) -> None:
    page = text(client, root(tenant) + path)
    assert "Synced" in page
    assert len(re.findall(r"<h1\b", page)) == 1
    assert ' style="' not in page
    assert "<script>" not in page


@pytest.mark.parametrize(
    ("path", "target"),
    [("/people?q=a", "results"), ("/permissions?q=a", "results"), ("/consents?q=a", "results"), ("/", "overview")],
)
def test_a_fragment_is_a_piece_of_its_page(client: Client, tenant: Tenant, path: str, target: str) -> None:
    whole = text(client, root(tenant) + path)
    answer = client.get(root(tenant) + path, headers={**FRAGMENT, "HX-Target": target})
    piece = answer.content.decode().strip()
    assert piece.startswith(f'<div id="{target}"')
    assert _without_tokens(piece) in _without_tokens(whole)


def test_going_back_loads_the_whole_page(client: Client, tenant: Tenant) -> None:
    headers = {**FRAGMENT, "HX-Target": "results", "HX-History-Restore-Request": "true"}
    answer = client.get(root(tenant) + "/people", headers=headers)
    assert b"<html" in answer.content


def test_a_person_is_shown_with_every_permission(client: Client, tenant: Tenant) -> None:
    for guid in (people.ANNA, people.BEN, people.CHLOE, people.EMRE, people.FATIMA, people.INVOICES):
        page = text(client, f"{root(tenant)}/people/{guid}")
        assert str(guid) in page
        for address in re.findall(r'href="(/t/[^"]+/permission/[^"]+)"', page):
            text(client, address)


def test_a_name_leads_from_the_search_to_the_person(client: Client, tenant: Tenant) -> None:
    panel = client.get(root(tenant) + "/search?q=ann", headers={**FRAGMENT, "HX-Target": "search-panel"})
    assert f"/people/{people.ANNA}" in panel.content.decode()


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/people/00000000-0000-4000-8000-000000000000", "person_not_found"),
        ("/permission/group:00000000-0000-4000-8000-000000000000", "permission_not_found"),
        ("/permission/nonsense", "permission_not_found"),
        ("/runs/987654321", "run_not_found"),
    ],
)
def test_what_is_not_there_is_said_inside_the_frame(client: Client, tenant: Tenant, path: str, code: str) -> None:
    page = text(client, root(tenant) + path, status=404)
    assert code in page
    assert "Id to quote" in page
    assert tenant.name in page


def test_a_tenant_that_is_not_connected_is_not_found(client: Client, tenant: Tenant) -> None:
    assert "tenant_not_found" in text(client, "/t/nobody/people", status=404)


def test_a_damaged_page_mark_is_refused_and_not_a_defect(client: Client, tenant: Tenant) -> None:
    assert "cursor_malformed" in text(client, root(tenant) + "/people?cursor=nonsense", status=400)


def test_the_front_door_leads_to_the_tenant_that_was_looked_at_last(client: Client, tenant: Tenant) -> None:
    text(client, root(tenant) + "/people")
    assert client.get("/")["Location"] == root(tenant) + "/"


def test_a_second_sync_shows_the_one_that_runs(client: Client, tenant: Tenant) -> None:
    first = client.post(root(tenant) + "/runs")
    assert first.status_code == 302
    second = client.post(root(tenant) + "/runs")
    assert second["Location"] == first["Location"]
    page = text(client, str(second["Location"]))
    assert "already running" in page
    assert 'hx-trigger="every 1s"' in page
    stories.perform(tenant, load())
    done = client.get(first["Location"], headers={**FRAGMENT, "HX-Target": "run"})
    assert "Succeeded" in done.content.decode()
    assert done["HX-Refresh"] == "true"
    assert "hx-trigger" not in done.content.decode()


def test_somebody_without_a_role_sees_nothing(client: Client, tenant: Tenant) -> None:
    with stories.without_role("Administrator"):
        for path in ("/", "/integrations", "/connect"):
            page = text(client, path, status=403)
            assert "not_allowed" in page
            assert tenant.name not in page
        for path in (root(tenant) + "/people", root(tenant) + "/licences"):
            page = text(client, path, status=404)
            assert tenant.name not in page
            assert "tenant_not_found" in page
            assert "tenant_not_found" in text(client, path.replace(tenant.slug, "nowhere"), status=404)


def test_a_session_ends_when_its_person_is_switched_off(client: Client, tenant: Tenant) -> None:
    get_user_model().objects.filter(pk=client.session["_auth_user_id"]).update(is_active=False)
    try:
        assert client.get(root(tenant) + "/people").status_code == 302
    finally:
        get_user_model().objects.update(is_active=True)


@pytest.mark.parametrize(
    ("path", "most"),
    [("/", 28), ("/people", 22), ("/permissions", 21), ("/licences", 20), ("/runs", 19)],
)
def test_no_page_asks_the_database_once_a_row(client: Client, tenant: Tenant, path: str, most: int) -> None:
    text(client, root(tenant) + path)
    with CaptureQueriesContext(connection) as asked:
        text(client, root(tenant) + path)
    assert len(asked) <= most


def _without_tokens(page: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page)
