"""The form of forwarding: mail leaves the tenant only where somebody says so, and the page warns of it."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from plan_asking import SOMEBODY, UNIT, asked, drafted, told
from plannable import WRITING, choose, person, plannable, pointing
from visitors import use_link

import stories
from chamberlain import clock
from chamberlain.actions.sign_in import issue_sign_in_link
from chamberlain.bench.simulated import Simulated
from chamberlain.bootstrap import World
from chamberlain.model.capability import Capability
from chamberlain.model.tenant import Tenant
from chamberlain.policy.capabilities import ABILITIES
from chamberlain.store import scopes
from chamberlain.store.models import ScopeRow
from chamberlain.web.plan_draft import read

OUTSIDE = "ada@partner.example"


@pytest.fixture
def tenant(world: World, start_tenant: Callable[..., Simulated], monkeypatch: pytest.MonkeyPatch) -> Iterator[Tenant]:
    """One with Exchange, which lets mailboxes be changed."""
    found = plannable(start_tenant)
    monkeypatch.setenv("CHAMBERLAIN_EXCHANGE", "invoke")
    monkeypatch.setenv("CHAMBERLAIN_EXCHANGE_ROOT", found.simulator.url)
    choose(found.tenant, *WRITING, Capability.OFFBOARD_MAILBOX)
    needed = {use.scope for use in ABILITIES[Capability.OFFBOARD_MAILBOX].uses}
    missing = needed - {one.scope for one in scopes.held(found.tenant.id)}
    lent = [ScopeRow.objects.create(tenant_id=found.tenant.id, scope=one, since=clock.now()) for one in missing]
    with pointing(found.simulator):
        yield found.tenant
    for row in lent:
        row.delete()
    choose(found.tenant, *WRITING)


@pytest.fixture(scope="module")
def client(world: World) -> Client:
    visitor = Client(SERVER_NAME="localhost")
    link = issue_sign_in_link(actor=stories.ADMIN, root="http://localhost", name="Forwarder")
    assert use_link(visitor, link).status_code == 302
    return visitor


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"m-forwardTo": OUTSIDE}, "There is no such person in this tenant."),
        ({"m-forwardTo": "outside:ada"}, "An address looks like"),
        ({"m-forwardTo": f"outside:{OUTSIDE}", "m-forwardOutside": "a@b.example"}, "one of the two"),
        ({"m-forwardOutside": f"smtp:{OUTSIDE}"}, "An address looks like"),
        ({"m-forwardOutside": f"{OUTSIDE},bo@partner.example"}, "An address looks like"),
    ],
)
def test_what_is_no_address_outside_or_not_said_to_be_one_is_refused_at_its_field(
    client: Client, tenant: Tenant, typed: dict[str, str], sentence: str
) -> None:
    guid = person(tenant, outside=[])["guid"]
    answer = asked(client, tenant, who=guid, verb="set_forwarding", do="add", **typed)
    assert answer.status_code == 400
    assert sentence in told(answer)
    assert all(f'value="{text}"' in answer.content.decode() for text in typed.values()), "nothing typed is lost"


def test_an_address_outside_is_said_in_its_field_or_as_in_a_list(client: Client, tenant: Tenant) -> None:
    guid = person(tenant, outside=[])["guid"]
    for typed in ({"m-forwardOutside": OUTSIDE}, {"m-forwardTo": f"outside:{OUTSIDE}"}):
        (made,) = drafted(asked(client, tenant, who=guid, verb="set_forwarding", do="add", **typed))
        assert dict(made.options.properties) == {"forwardOutside": OUTSIDE, "keepCopy": False}


def test_a_preview_warns_of_mail_that_leaves_the_tenant_and_only_then(client: Client, tenant: Tenant) -> None:
    owner, other = (person(tenant, outside=[], place=place) for place in (0, 3))
    leaves = f"mail to {owner['name']} leaves the tenant: whoever has {OUTSIDE} reads it"
    for typed, is_warned in (({"m-forwardOutside": OUTSIDE}, True), ({"m-forwardTo": other["user_name"]}, False)):
        answer = asked(client, tenant, who=owner["guid"], verb="set_forwarding", do="add", **typed)
        preview = told(answer).split("What would happen")[1]
        assert "goes on to" in preview
        assert (leaves in preview) is is_warned


@pytest.mark.parametrize(
    "said",
    [
        '{"forwardOutside":"ada, bo@partner.example"}',
        f'{{"forwardTo":"{UNIT}","forwardOutside":"{OUTSIDE}"}}',
        f'{{"forwardOutside":"{OUTSIDE} "}}',
    ],
)
def test_a_ticked_change_keeps_to_the_same_rules(said: str) -> None:
    assert read([f'set_forwarding {SOMEBODY} - {{"properties":{{"forwardOutside":"{OUTSIDE}"}}}}']) != ()
    assert read([f'set_forwarding {SOMEBODY} - {{"properties":{said}}}']) == ()
