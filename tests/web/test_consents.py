"""The page of consents, and what a person's page says of them."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from visitors import use_link

import people
import stories
from chamberlain import clock
from chamberlain.actions.sign_in import issue_sign_in_link
from chamberlain.bench.simulated import Simulated
from chamberlain.bootstrap import World
from chamberlain.model.tenant import Tenant
from chamberlain.settings import load
from chamberlain.store import consents
from chamberlain.web.slider import stamp


@pytest.fixture(scope="module")
def tenant(world: World, start_tenant: Callable[..., Simulated]) -> Iterator[Tenant]:
    """The golden tenant: one consent for everybody, one for Dmitri."""
    simulator = start_tenant(population="golden")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHAMBERLAIN_LOGIN_ROOT", simulator.url)
        patch.setenv("CHAMBERLAIN_GRAPH_ROOT", simulator.url)
        yield stories.connect_and_sync(simulator, load())


@pytest.fixture
def client(world: World) -> Client:
    link = issue_sign_in_link(actor=stories.ADMIN, root="http://localhost")
    visitor = Client(SERVER_NAME="localhost")
    assert use_link(visitor, link).status_code == 302
    return visitor


def text(client: Client, tenant: Tenant, path: str) -> str:
    answer = client.get(f"/t/{tenant.slug}{path}")
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return answer.content.decode()


def test_consents_are_listed_with_who_they_speak_for(client: Client, tenant: Tenant) -> None:
    page = text(client, tenant, "/consents")
    assert "2 consents" in page
    assert "everybody" in page
    assert f"/people/{people.DMITRI}" in page
    assert "Mail.Read" in page
    assert "Microsoft Graph" in page


def test_a_search_finds_scopes_people_and_applications(client: Client, tenant: Tenant) -> None:
    assert "1 consent<" in text(client, tenant, "/consents?q=mail.read")
    assert "1 consent<" in text(client, tenant, "/consents?q=dmitri")
    assert "2 consents<" in text(client, tenant, "/consents?q=graph")
    assert "Nothing matches" in text(client, tenant, "/consents?q=100%25")


def test_consents_are_shown_as_they_were(client: Client, tenant: Tenant) -> None:
    page = text(client, tenant, f"/consents?at={stamp(clock.now())}")
    assert "2 consents" in page
    assert "As it was on" in page


def test_a_person_sees_who_may_act_for_them_and_nobody_else(client: Client, tenant: Tenant) -> None:
    heading = "Applications that may act for this person"
    assert heading in text(client, tenant, f"/people/{people.DMITRI}")
    assert heading not in text(client, tenant, f"/people/{people.ANNA}")


def test_pages_of_consents_lead_to_all_of_them(tenant: Tenant) -> None:
    first = consents.page_of(tenant_id=tenant.id, text="", size=1)
    second = consents.page_of(tenant_id=tenant.id, text="", cursor=first.next, size=1)
    assert (first.total, second.next) == (2, None)
    assert first.rows != second.rows
