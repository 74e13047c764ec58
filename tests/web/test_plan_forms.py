"""How the form of a plan behaves: what is missing is said, nothing typed is lost, and nothing is kept unseen."""

import re
from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from plan_asking import SOMEBODY, SOMETHING, UNIT, asked, drafted, first, told
from plannable import WRITING, choose, group, person, plain_member, plannable, pointing
from visitors import use_link

import stories
from chamberlain.actions.sign_in import issue_sign_in_link
from chamberlain.bench.simulated import Simulated
from chamberlain.bootstrap import World
from chamberlain.model.plan import Change, Subject
from chamberlain.model.tenant import Tenant
from chamberlain.model.verb import Verb
from chamberlain.settings import Settings
from chamberlain.store import plans
from chamberlain.store.models import PlanRow


@pytest.fixture(scope="module")
def settings(world: World, start_tenant: Callable[..., Simulated]) -> Iterator[Settings]:
    with pointing(plannable(start_tenant).simulator) as found:
        yield found


@pytest.fixture
def tenant(settings: Settings, start_tenant: Callable[..., Simulated]) -> Tenant:
    found = plannable(start_tenant).tenant
    choose(found, *WRITING)
    return found


@pytest.fixture(scope="module")
def client(world: World) -> Client:
    visitor = Client(SERVER_NAME="localhost")
    link = issue_sign_in_link(actor=stories.ADMIN, root="http://localhost", name="Form asker")
    assert use_link(visitor, link).status_code == 302
    return visitor


def test_a_group_is_not_blocked(client: Client, tenant: Tenant) -> None:
    answer = asked(client, tenant, who=group(tenant)["key"], verb="block", do="add")
    assert answer.status_code == 400
    assert "This is done to people only: untick the groups." in told(answer)


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"verb": "block"}, "Choose first whom it is about."),
        ({}, "Choose first what is to happen."),
        ({"verb": "add_member", "who": SOMEBODY}, "Choose at least one group."),
        ({"verb": "assign_role", "who": SOMEBODY}, "Choose at least one role."),
        ({"verb": "assign_role", "who": SOMEBODY, "what": f"group:{SOMETHING}"}, "Choose at least one role."),
        ({"verb": "assign_licence", "who": SOMEBODY}, "Choose a licence."),
        ({"verb": "remove_role", "who": SOMEBODY}, "Choose what is to be taken."),
        ({"verb": "restore_user"}, "Choose whom to restore."),
        ({"verb": "update_user", "who": SOMEBODY}, "Change at least one field."),
        (
            {"verb": "make_eligible", "who": SOMEBODY, "what": f"role:{SOMETHING}", "scope": "unit", "scope_id": "HR"},
            "Enter its object ID",
        ),
        (
            {"verb": "add_member", "who": SOMEBODY, "what": f"group:{SOMETHING}", "ends": "2001-01-01"},
            "This end has passed already",
        ),
        (
            {"verb": "add_member", "who": SOMEBODY, "what": f"group:{SOMETHING}", "ends_at": "12:00"},
            "This is no time that can be read: 12:00",
        ),
    ],
)
def test_what_is_missing_is_said_in_one_sentence_and_nothing_is_lost(
    client: Client, tenant: Tenant, form: dict[str, str], sentence: str
) -> None:
    found = group(tenant)
    kept = f"remove_member {plain_member(tenant, found)} {found['key']}"
    before = PlanRow.objects.filter(tenant_id=tenant.id).count()
    for do in ("add", "plan") if form.get("verb") == "block" else ("add",):
        answer = asked(client, tenant, **form, change=kept, reason="Half written", do=do)
        assert answer.status_code == 400
        assert sentence in told(answer)
        text = answer.content.decode()
        assert f'value="{kept}" checked' in text
        assert "Half written</textarea>" in text
        if form.get("scope_id"):
            assert 'value="hr"' in text
    assert PlanRow.objects.filter(tenant_id=tenant.id).count() == before


def test_a_form_that_is_filled_in_counts_without_being_added_first(client: Client, tenant: Tenant) -> None:
    guid = person(tenant, outside=[])["guid"]
    answer = asked(client, tenant, who=guid, verb="block", do="plan", reason="At once")
    assert answer.status_code == 302
    plan = plans.find(tenant_id=tenant.id, plan_id=int(answer["Location"].rpartition("/")[2])).plan
    assert [step.change for step in plan.steps] == [Change(Verb.BLOCK, Subject(guid))]


def test_a_file_of_a_plan_makes_no_role_of_the_whole_tenant(client: Client, tenant: Tenant) -> None:
    role = first(tenant, "p.family = 2 AND p.name = 'User Administrator'")
    guid = person(tenant, outside=[])["guid"]
    form = {"who": guid, "verb": "assign_role", "what": role["key"], "scope": "unit", "scope_id": UNIT}
    made = asked(client, tenant, **form, do="plan", reason="In a part")
    answer = client.get(f"{made['Location']}?format=csv")
    content = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert f"only in the administrative unit {UNIT}" in content
    again = asked(client, tenant, list=content, do="list", reason="In a part")
    assert again.status_code == 200
    assert "is no change that a list can ask for here" in told(again)


def test_the_plan_is_seen_before_it_is_kept(client: Client, tenant: Tenant) -> None:
    found = group(tenant)
    joining = person(tenant, outside=found["members"])
    before = PlanRow.objects.filter(tenant_id=tenant.id).count()
    answer = client.post(
        f"/t/{tenant.slug}/plans/new",
        {"change": f"add_member {joining['guid']} {found['key']}"},
        headers={"HX-Request": "true", "HX-Target": "preview"},
    )
    assert answer.content.decode().strip().startswith('<section id="preview"')
    assert re.search(rf"{re.escape(joining['name'])}.* gets {re.escape(found['name'])}", told(answer))
    assert PlanRow.objects.filter(tenant_id=tenant.id).count() == before


def test_many_are_chosen_in_the_list_of_people(client: Client, tenant: Tenant) -> None:
    shown = client.get(f"/t/{tenant.slug}/people").content.decode()
    guids = re.findall(r'name="who" value="([0-9a-f-]{36})"', shown)
    assert len(guids) > 5
    answer = asked(client, tenant, who=guids[:3])
    assert answer.content.decode().count('name="who"') == 3
    made = drafted(asked(client, tenant, who=guids[:3], verb="revoke_sessions", do="add"))
    assert [one.subject.guid for one in made] == guids[:3]
    choose(tenant)
    assert 'name="who"' not in client.get(f"/t/{tenant.slug}/people").content.decode()


@pytest.mark.parametrize(
    ("form", "shown"),
    [
        ({}, "Change what is known of them"),
        ({"verb": "update_user", "do": "look"}, "Job title"),
        ({"verb": "update_user", "p-manager": "{boss}", "shown_of": "{who}", "do": "add"}, "1 change added."),
    ],
)
def test_who_somebody_is_is_asked_without_all_that_they_hold(
    client: Client, tenant: Tenant, form: dict[str, str], shown: str
) -> None:
    who = person(tenant, outside=[])["guid"]
    boss = person(tenant, outside=[who], place=3)["user_name"]
    sent = {name: value.format(who=who, boss=boss) for name, value in form.items()}
    part = {
        "HX-Request": "true",
        "HX-Target": "plan-body",
    }  # the plan itself, which the whole page shows, asks for more
    with CaptureQueriesContext(connection) as made:
        answer = client.post(f"/t/{tenant.slug}/plans/new", {"person": who, "who": who, **sent}, headers=part)
    assert answer.status_code == 200, told(answer)
    assert shown in told(answer)
    assert [one for one in made if "nesting" in one["sql"]] == []
    with CaptureQueriesContext(connection) as made:
        client.get(f"/t/{tenant.slug}/people/{who}")
    assert [one for one in made if "nesting" in one["sql"]], "so it is seen where it is asked"
