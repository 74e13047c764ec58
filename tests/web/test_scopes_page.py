"""The scope table, the planner and the capability matrix, asked as a browser asks."""

from uuid import uuid4

import pytest
from django.test import Client
from visitors import use_link

import stories
from chamberlain import clock
from chamberlain.actions.sign_in import issue_sign_in_link
from chamberlain.bootstrap import World
from chamberlain.model.tenant import Tenant
from chamberlain.policy.capabilities import STANDARD, needed
from chamberlain.store import scopes, tenants
from chamberlain.store.connection import transaction
from chamberlain.store.models import EventRow
from connected import connected_tenant

CLIENT = "11111111-1111-4111-8111-111111111111"
NAMES = tuple(one.scope.name for one in needed(STANDARD))


@pytest.fixture
def tenant(world: World) -> Tenant:
    """A tenant that is connected through its own registration, with every scope and one too many."""
    found = connected_tenant("<b>Scopes", client_id=CLIENT, scopes=NAMES)
    see(found, *NAMES, "Domain.Read.All")
    return found


@pytest.fixture
def client(world: World) -> Client:
    """The browser of a signed-in administrator."""
    visitor = Client(SERVER_NAME="localhost")
    use_link(visitor, issue_sign_in_link(actor=stories.ADMIN, root="http://localhost"))
    return visitor


def see(tenant: Tenant, *names: str) -> None:
    """The next look at the token finds these."""
    with transaction():
        scopes.note(tenant_id=tenant.id, seen=dict.fromkeys(names), now=clock.now())


def text(client: Client, path: str, **headers: str) -> str:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return " ".join(answer.content.decode().split())


def planner(tenant: Tenant, *capabilities: str) -> str:
    ticked = "".join(f"&capability={one}" for one in capabilities)
    return f"/t/{tenant.slug}/connection/capabilities" + (f"?planned=yes{ticked}" if capabilities else "")


def test_nothing_missing_and_what_is_too_much_is_told(client: Client, tenant: Tenant) -> None:
    page = text(client, f"/t/{tenant.slug}/connection")
    assert "Scopes: nothing is missing" in page
    assert "Reconnect" not in page
    assert page.count("more than needed") == 1
    assert "Nothing that was chosen needs it: take it back in Entra." in page
    assert "<b>Scopes" not in page
    assert ' style="' not in page


def test_a_revoked_scope_says_since_when_and_what_stops_and_is_all_that_is_asked_for(
    client: Client, tenant: Tenant
) -> None:
    see(tenant, *(name for name in NAMES if name != "ReportSettings.Read.All"))
    page = text(client, f"/t/{tenant.slug}/connection")
    assert "Scopes: 1 is missing" in page
    reconnect = page.partition("Reconnect: ask for what is missing")[2].partition("</div>")[0]
    assert reconnect.count("font-mono") == 1
    assert "ReportSettings.Read.All" in reconnect
    assert CLIENT in reconnect
    assert "It stays unknown whether usage reports conceal names." in page
    assert "revoked" in page


def test_the_matrix_names_the_scope_that_a_kind_needs(client: Client, tenant: Tenant) -> None:
    see(tenant, *(name for name in NAMES if name not in ("GroupMember.Read.All", "Directory.Read.All")))
    matrix = text(client, f"/t/{tenant.slug}/connection").partition('id="matrix"')[2]
    assert matrix.count("GroupMember.Read.All") == 4
    assert matrix.count("works</span>") == 4
    assert "not yet" in matrix


def test_ticking_shows_the_smallest_set_with_its_dangers_and_chooses_nothing(client: Client, tenant: Tenant) -> None:
    before = scopes.chosen(tenant.id)
    page = text(client, planner(tenant, "see_people", "provision_roles", "mail_discovery"))
    plan = page.partition('id="plan"')[2]
    assert "What this takes: 4 scopes" in plan
    assert "RoleManagement.ReadWrite.Directory" in plan
    assert "can make itself Global Administrator" in plan
    assert "Only a preview:" in plan
    assert "<button" not in plan.partition("Only a preview:")[2].partition("</section>")[0]
    assert scopes.chosen(tenant.id) == before


def test_the_plan_comes_alone_when_a_tick_changes(client: Client, tenant: Tenant) -> None:
    fragment = text(client, planner(tenant, "see_people"), **{"HX-Request": "true", "HX-Target": "plan"})
    assert fragment.startswith('<section id="plan"')
    assert "<main" not in fragment


def test_choosing_is_kept_and_recorded_with_what_is_essential(client: Client, tenant: Tenant) -> None:
    answer = client.post(planner(tenant), {"capability": ["see_groups"]})
    assert answer.status_code == 302
    assert {one.value for one in scopes.chosen(tenant.id)} == {"know_tenant", "see_people", "see_groups"}
    event = EventRow.objects.filter(tenant_id=tenant.id, name="capabilities:chosen").latest("id")
    assert "see_roles" in str(event.before)
    assert "see_roles" not in str(event.after)
    page = text(client, f"/t/{tenant.slug}/connection")
    assert page.count("more than needed") == len(NAMES) + 1 - 3
    assert "not chosen" in page.partition('id="matrix"')[2]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({"capability": ["provision_groups"], "confirmed": "yes"}, "writing_before_reading"),
        ({"capability": ["service_use"]}, "capability_not_yet"),
        ({"capability": ["<script>alert(1)</script>"]}, "capability_unknown"),
    ],
)
def test_what_cannot_be_chosen_is_refused_in_words_and_changes_nothing(
    client: Client, tenant: Tenant, content: dict[str, object], code: str
) -> None:
    before = scopes.chosen(tenant.id)
    answer = client.post(planner(tenant), content)
    assert answer.status_code >= 400
    body = answer.content.decode()
    assert code in body
    assert "<script>alert" not in body
    assert scopes.chosen(tenant.id) == before
    assert not EventRow.objects.filter(tenant_id=tenant.id, name="capabilities:chosen").exists()


def test_a_planner_of_a_tenant_that_is_not_connected_says_so(client: Client, world: World) -> None:
    lonely = tenants.save(guid=uuid4(), name="Lonely", domain=f"{uuid4()}.example", now=clock.now())
    answer = client.get(planner(lonely))
    assert answer.status_code >= 400
    assert "not_connected" in answer.content.decode()


def test_every_page_says_what_is_not_read_and_since_when(client: Client, tenant: Tenant) -> None:
    overview = f"/t/{tenant.slug}/"
    assert "See roles:" not in text(client, overview)
    see(tenant, *(name for name in NAMES if name not in ("RoleManagement.Read.Directory", "Directory.Read.All")))
    for path in (overview, f"/t/{tenant.slug}/permissions/role"):
        page = text(client, path)
        assert page.count("not read since the scope was revoked") == 1
        assert "See roles:" in page
    client.post(planner(tenant), {"capability": [one.value for one in STANDARD if one.value != "see_roles"]})
    assert "not read, nobody chose it" in text(client, overview)
