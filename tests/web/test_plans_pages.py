"""Plans in the browser: made at a person, at a permission and of a list; read, approved, carried out, put aside."""

import csv
import html
import io
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.test import Client
from plannable import WRITING, choose, group, name_of, person, plain_member, plannable, pointing
from planned import Wish, kept
from visitors import use_link

import stories
from chamberlain import clock
from chamberlain.actions.make_plan import make_plan
from chamberlain.actions.sign_in import issue_sign_in_link
from chamberlain.bench.simulated import Simulated
from chamberlain.bootstrap import World
from chamberlain.model.capability import Capability
from chamberlain.model.plan import Change, PlanState, Subject
from chamberlain.model.tenant import Tenant
from chamberlain.model.verb import Verb
from chamberlain.settings import Settings
from chamberlain.store import plans
from chamberlain.store.connection import connect, rows
from chamberlain.store.models import EventRow, PlanRow


@pytest.fixture(scope="module")
def settings(world: World, start_tenant: Callable[..., Simulated]) -> Iterator[Settings]:
    with pointing(plannable(start_tenant).simulator) as found:
        yield found


@pytest.fixture
def simulator(start_tenant: Callable[..., Simulated]) -> Simulated:
    return plannable(start_tenant).simulator


@pytest.fixture
def tenant(settings: Settings, start_tenant: Callable[..., Simulated]) -> Tenant:
    found = plannable(start_tenant).tenant
    choose(found, *WRITING)
    return found


@pytest.fixture(scope="module")
def client(world: World) -> Client:
    """The browser of an administrator."""
    return signed_in("Plan maker")


def signed_in(name: str) -> Client:
    visitor = Client(SERVER_NAME="localhost")
    link = issue_sign_in_link(actor=stories.ADMIN, root="http://localhost", name=name)
    assert use_link(visitor, link).status_code == 302
    return visitor


def told(answer: Any) -> str:
    """What a page says, in one line, without what the browser eats."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


@contextmanager
def renamed(tenant: Tenant, guid: str, name: str) -> Iterator[None]:
    """Somebody is called otherwise for a while."""
    before = name_of(tenant, guid)
    query = "UPDATE account SET name = %s WHERE tenant_id = %s AND guid = %s::uuid"
    with connect() as connection:
        connection.execute(query, (name, tenant.id, guid))
    yield
    with connect() as connection:
        connection.execute(query, (before, tenant.id, guid))


def planned(answer: Any, tenant: Tenant) -> int:
    """The plan that a form led to."""
    assert answer.status_code == 302, told(answer)[:3000]
    found = re.fullmatch(rf"/t/{tenant.slug}/plans/(\d+)(\?instead=\d+)?", answer["Location"])
    assert found, answer["Location"]
    return int(found[1])


def new(client: Client, tenant: Tenant, **form: Any) -> Any:
    return client.post(f"/t/{tenant.slug}/plans/new", form)


def page(client: Client, tenant: Tenant, plan_id: int, query: str = "") -> Any:
    return client.get(f"/t/{tenant.slug}/plans/{plan_id}{query}")


@pytest.fixture
def plan_id(tenant: Tenant, settings: Settings) -> int:
    """A plan that somebody else made: one leaves a group, one joins it, one is blocked."""
    found = group(tenant)
    joining = person(tenant, outside=found["members"])
    return make_plan(
        actor=stories.ADMIN,
        tenant=tenant,
        changes=[
            Change(Verb.REMOVE_MEMBER, Subject(found["members"][0]), found["key"]),
            Change(Verb.ADD_MEMBER, Subject(joining["guid"]), found["key"]),
            Change(Verb.BLOCK, Subject(person(tenant, outside=found["members"], place=1)["guid"])),
        ],
        reason="Ticket 4711",
        settings=settings,
    )


def test_an_address_that_is_opened_asks_the_tenant_nothing(
    client: Client, tenant: Tenant, simulator: Simulated
) -> None:
    def requests() -> int:
        found: int = json.loads(simulator.get("/_simulator/usage"))["requests"]
        return found

    found = group(tenant)
    guid = found["members"][0]
    tick, address = f"remove_member {guid} {found['key']}", f"/t/{tenant.slug}/plans/new"
    before = requests()
    opened = client.get(address, {"person": guid, "change": tick})
    assert f"{name_of(tenant, guid)} leaves {found['name']}" in told(opened)
    assert "has not been asked yet" in told(opened)
    client.get(address, {"change": tick}, headers={"HX-Request": "true", "HX-Target": "preview"})
    assert requests() == before
    looked = new(client, tenant, person=guid, change=tick, do="look")
    assert f"loses {found['name']}" in told(looked).split("What would happen")[1]
    assert requests() > before


def test_a_plan_is_made_of_what_was_ticked_at_a_person(client: Client, tenant: Tenant) -> None:
    found = group(tenant)
    guid = found["members"][0]
    shown = client.get(f"/t/{tenant.slug}/people/{guid}").content.decode()
    tick = f"remove_member {guid} {found['key']}"
    assert f'value="{tick}"' in shown
    draft = new(client, tenant, person=guid, change=tick)
    assert f"{name_of(tenant, guid)} leaves {found['name']}" in told(draft)
    assert "Block sign-in" in told(draft)
    missing = new(client, tenant, person=guid, change=tick, do="plan")
    assert missing.status_code == 400
    assert "plan_reason_missing" in missing.content.decode()
    assert "checked" in missing.content.decode(), "what was ticked is still ticked"
    made = planned(new(client, tenant, person=guid, change=tick, do="plan", reason="Moved on"), tenant)
    plan = plans.find(tenant_id=tenant.id, plan_id=made).plan
    assert [(one.change.verb, one.change.subject.guid, one.change.permission) for one in plan.steps] == [
        (Verb.REMOVE_MEMBER, guid, found["key"])
    ]
    assert (plan.reason, plan.made_by_name) == ("Moved on", "Plan maker")


def test_what_somebody_is_given_is_looked_for_and_ticked(client: Client, tenant: Tenant) -> None:
    found = group(tenant)
    joining = person(tenant, outside=found["members"])
    looked = new(client, tenant, person=joining["guid"], find=found["name"].split()[0], do="find")
    tick = f"add_member {joining['guid']} {found['key']}"
    assert f'value="{tick}"' in looked.content.decode()
    fragment = client.post(
        f"/t/{tenant.slug}/plans/new",
        {"person": joining["guid"], "find": found["name"], "change": tick},
        headers={"HX-Request": "true", "HX-Target": "draft"},
    )
    text = fragment.content.decode()
    assert text.lstrip().startswith('<div id="draft"')
    assert text.count(f'value="{tick}"') == 1, "what was ticked before is not offered again"


def test_people_are_added_to_a_permission_and_taken_out(client: Client, tenant: Tenant) -> None:
    found = group(tenant)
    leaving = found["members"][1]
    joining = person(tenant, outside=found["members"])
    shown = client.get(f"/t/{tenant.slug}/permission/{found['key']}").content.decode()
    assert f'value="remove_member {leaving} {found["key"]}"' in shown
    looked = new(client, tenant, permission=found["key"], find=joining["user_name"], do="find").content.decode()
    assert f'value="add_member {joining["guid"]} {found["key"]}"' in looked
    owners = new(client, tenant, permission=found["key"], find=joining["user_name"], do="find", **{"as": "owner"})
    assert f'value="add_owner {joining["guid"]} {found["key"]}"' in owners.content.decode()
    both = [f"remove_member {leaving} {found['key']}", f"add_member {joining['guid']} {found['key']}"]
    made = planned(new(client, tenant, permission=found["key"], change=both, do="plan", reason="Swap"), tenant)
    text = told(page(client, tenant, made))
    assert f"gets {found['name']}" in text
    assert f"loses {found['name']}" in text


def test_a_pasted_list_says_what_is_unclear_and_takes_a_choice(client: Client, tenant: Tenant) -> None:
    found = group(tenant)
    joining = person(tenant, outside=found["members"])
    text = (
        f"{joining['user_name']}, {found['key']}, add\n{joining['name']}, Nothing like it, remove\nNobody Such, , block"
    )
    asked = new(client, tenant, list=text, do="list", reason="List")
    assert asked.status_code == 200
    said = told(asked)
    assert "What is “Nothing like it”?" in said
    assert "Who is “Nobody Such”?" in said
    assert PlanRow.objects.filter(tenant_id=tenant.id, reason="List").count() == 0
    first = joining["user_name"][:6]
    typo = new(client, tenant, list=f"{first}; {found['key']}; add", do="list", reason="List").content.decode()
    choice = f"person|{first}|{joining['guid']}"
    assert f'value="{choice}"' in typo
    form = {"list": f"{first}; {found['key']}; add", "meant-1": choice, "do": "list", "reason": "List"}
    made = planned(client.post(f"/t/{tenant.slug}/plans/new", form), tenant)
    (step,) = plans.find(tenant_id=tenant.id, plan_id=made).plan.steps
    assert (step.change.verb, step.change.subject.guid) == (Verb.ADD_MEMBER, joining["guid"])


def test_two_of_a_name_are_both_offered_and_neither_is_taken(client: Client, tenant: Tenant) -> None:
    found = group(tenant)
    one, other = (person(tenant, outside=found["members"], place=place) for place in (6, 7))
    with renamed(tenant, other["guid"], one["name"]):
        asked = told(new(client, tenant, list=f"{one['name']},{found['key']},add", do="list", reason="List"))
    assert one["user_name"] in asked
    assert other["user_name"] in asked


def test_a_file_with_headings_in_another_order_is_read(client: Client, tenant: Tenant) -> None:
    found = group(tenant)
    leaving = plain_member(tenant, found)
    content = f"\ufeffChange;Permission;Person\r\nremove;{found['name']};{leaving}\r\nblock;;{leaving}\r\n"
    file = io.BytesIO(content.encode())
    file.name = "list.csv"
    made = planned(new(client, tenant, file=file, do="list", reason="File"), tenant)
    verbs = {one.change.verb for one in plans.find(tenant_id=tenant.id, plan_id=made).plan.steps}
    assert verbs == {Verb.REMOVE_MEMBER, Verb.BLOCK}


def test_a_page_of_a_plan_says_who_gets_and_loses_what(client: Client, tenant: Tenant, plan_id: int) -> None:
    found = group(tenant)
    text = told(page(client, tenant, plan_id))
    assert "Ticket 4711" in text
    assert "Nothing was changed yet" in text
    assert re.search(r"member\s+becomes\s+not a member", text)
    assert re.search(r"not a member\s+becomes\s+member", text)
    assert re.search(r"may sign in\s+becomes\s+blocked", text)
    assert found["name"] in text
    assert "write unit" in text
    assert "GroupMember.ReadWrite.All" in text
    assert "can be put back" in text
    assert "Done when it shows" in text


def test_what_cannot_be_done_says_why_and_what_would_help(client: Client, tenant: Tenant, settings: Settings) -> None:
    dynamic = rows(
        "SELECT key, name FROM permission WHERE tenant_id = %(tenant)s AND (facts ->> 'dynamic')::bool "
        "AND gone_at IS NULL ORDER BY key LIMIT 1",
        {"tenant": tenant.id},
    )[0]
    synced = rows(
        "SELECT key FROM permission WHERE tenant_id = %(tenant)s AND (facts ->> 'on_premises')::bool AND family = 1 "
        "AND kind = 'security_group' AND gone_at IS NULL ORDER BY key LIMIT 1",
        {"tenant": tenant.id},
    )[0]
    guid = person(tenant, outside=[])["guid"]
    changes = [Change(Verb.ADD_MEMBER, Subject(guid), one["key"]) for one in (dynamic, synced)]
    made = make_plan(actor=stories.ADMIN, tenant=tenant, changes=changes, reason="No way", settings=settings)
    answer = page(client, tenant, made)
    text = told(answer)
    assert "takes its members by a rule" in text
    assert "Edit the rule" in text
    assert "Add-ADGroupMember" in text
    assert 'data-copy="' in answer.content.decode()
    assert "everything has something in its way" in text
    assert 'value="apply"' not in answer.content.decode()


def test_whoever_made_a_plan_is_not_offered_to_approve_it(client: Client, tenant: Tenant, plan_id: int) -> None:
    assert 'value="approve"' in page(client, tenant, plan_id).content.decode()
    found = group(tenant)
    tick = f"remove_member {found['members'][0]} {found['key']}"
    own = planned(new(client, tenant, change=tick, do="plan", reason="Own"), tenant)
    assert 'value="approve"' not in page(client, tenant, own).content.decode()
    refused = client.post(f"/t/{tenant.slug}/plans/{own}", {"do": "approve"})
    assert refused.status_code == 400
    assert "plan_own_approval" in refused.content.decode()
    assert client.post(f"/t/{tenant.slug}/plans/{plan_id}", {"do": "approve"}).status_code == 302
    assert "Approved by Plan maker" in told(page(client, tenant, plan_id))


def test_a_privileged_plan_waits_for_four_eyes_and_says_so(client: Client, tenant: Tenant) -> None:
    signed_in("Second pair of eyes")
    role = rows(
        "SELECT key FROM permission WHERE tenant_id = %(tenant)s AND family = 2 AND name = 'Global Administrator'",
        {"tenant": tenant.id},
    )[0]["key"]
    tick = f"assign_role {person(tenant, outside=[])['guid']} {role}"
    made = planned(new(client, tenant, change=tick, do="plan", reason="Power"), tenant)
    answer = page(client, tenant, made)
    if not plans.find(tenant_id=tenant.id, plan_id=made).plan.steps:
        pytest.fail(told(answer)[:2000])
    assert "somebody else has to approve it" in told(answer)
    assert re.search(r"<button[^>]*btn-primary[^>]*disabled", answer.content.decode())
    held = client.post(f"/t/{tenant.slug}/plans/{made}", {"do": "apply"})
    assert held.status_code == 400
    assert "plan_needs_approval" in held.content.decode()


def test_a_plan_that_is_put_aside_is_never_carried_out(client: Client, tenant: Tenant, plan_id: int) -> None:
    assert client.post(f"/t/{tenant.slug}/plans/{plan_id}", {"do": "discard", "reason": "Wrong"}).status_code == 302
    assert plans.state_of(plan_id) is PlanState.REFUSED
    assert 'value="apply"' not in page(client, tenant, plan_id).content.decode()
    late = client.post(f"/t/{tenant.slug}/plans/{plan_id}", {"do": "apply"})
    assert late.status_code == 409
    assert "plan_move_illegal" in late.content.decode()


def test_a_plan_is_rehearsed_and_says_what_each_step_would_send(client: Client, tenant: Tenant, plan_id: int) -> None:
    address = f"/t/{tenant.slug}/plans/{plan_id}/rehearsal"
    assert f'action="{address}"' in page(client, tenant, plan_id).content.decode()
    assert "Rehearse it now" in told(client.get(address))
    shown = told(client.post(address))
    assert shown.count("would be sent") >= 4, "three steps, and how many requests"
    assert "DELETE /groups/" in shown
    assert "PATCH /users/" in shown
    assert plans.state_of(plan_id) is PlanState.PLANNED
    client.post(f"/t/{tenant.slug}/plans/{plan_id}", {"do": "discard", "reason": "no"})
    over = client.post(address)
    assert (over.status_code, "plan_move_illegal" in over.content.decode()) == (409, True)


def test_planning_again_keeps_the_changes_and_the_reason(client: Client, tenant: Tenant, plan_id: int) -> None:
    again = planned(client.post(f"/t/{tenant.slug}/plans/{plan_id}", {"do": "again"}), tenant)
    before, after = (plans.find(tenant_id=tenant.id, plan_id=one).plan for one in (plan_id, again))
    assert again != plan_id
    assert {one.change.verb for one in before.steps} == {one.change.verb for one in after.steps}
    assert (after.reason, after.made_by_name) == (before.reason, "Plan maker")


def test_planning_again_says_what_is_otherwise_by_now(
    client: Client, tenant: Tenant, settings: Settings, simulator: Simulated
) -> None:
    found = group(tenant)
    joining = [person(tenant, outside=found["members"], place=place)["guid"] for place in (8, 9)]
    changes = [Change(Verb.ADD_MEMBER, Subject(guid), found["key"]) for guid in joining]
    made = make_plan(actor=stories.ADMIN, tenant=tenant, changes=changes, reason="Later", settings=settings)
    key = found["key"].partition(":")[2]
    simulator.post("/_simulator/mutations", {"kind": "add_member", "group": key, "member": joining[0]})
    try:
        answer = client.post(f"/t/{tenant.slug}/plans/{made}", {"do": "again"}, follow=True)
    finally:
        simulator.post("/_simulator/mutations", {"kind": "remove_member", "group": key, "member": joining[0]})
    text = told(answer)
    assert f"In place of plan {made}" in text
    assert f"Is so by now {name_of(tenant, joining[0])} joins {found['name']}" in text
    assert "is so already, nothing is sent" in text
    other = person(tenant, outside=found["members"], place=9)["name"]
    assert f"Is so by now {other}" not in text


def test_a_plan_that_was_overtaken_is_planned_again_in_one_click(client: Client, tenant: Tenant) -> None:
    found = group(tenant)
    wish = Wish(Verb.REMOVE_MEMBER, found["members"][0], "Ada", found["key"], found["name"])
    made = kept(tenant, [wish], state=PlanState.STALE, reason="Overtaken")
    answer = page(client, tenant, made)
    assert "The tenant moved since this was planned" in told(answer)
    assert "Plan again, and show what is otherwise" in told(answer)
    assert 'value="apply"' not in answer.content.decode()
    again = client.post(f"/t/{tenant.slug}/plans/{made}", {"do": "again"}, follow=True)
    assert f"In place of plan {made}" in told(again)


def test_what_is_given_for_a_time_says_until_when(client: Client, tenant: Tenant) -> None:
    found = group(tenant)
    joining = person(tenant, outside=found["members"])
    tick = f"add_member {joining['guid']} {found['key']}"
    past = new(client, tenant, change=tick, do="plan", reason="For a while", until="2001-01-01")
    assert past.status_code == 400
    assert "end_passed" in past.content.decode()
    made = planned(new(client, tenant, change=tick, do="plan", reason="For a while", until="2099-01-01"), tenant)
    (step,) = plans.find(tenant_id=tenant.id, plan_id=made).plan.steps
    assert step.change.options.ends is not None
    assert re.search(r"until\s+(2 January 2099|1 January 2099|2099-01-0)", told(page(client, tenant, made)))


def test_a_plan_of_5000_changes_is_shown_a_page_at_a_time(client: Client, tenant: Tenant) -> None:
    wishes = [
        Wish(Verb.REMOVE_MEMBER, f"00000000-0000-4000-8000-{who:012d}", f"Person {who}", f"group:{place}", "Team")
        for place in range(5_000)
        for who in (place // 25,)
    ]
    made = kept(tenant, wishes, state=PlanState.PLANNED, reason="Many")
    answer = page(client, tenant, made)
    text = told(answer)
    assert len(answer.content) < 600_000
    assert "Take 5,000 permissions from 200 people" in text
    assert "Page 1 of 5" in text
    assert "Page 1 of 50" in text
    assert "Show all 25 of Person 7" in text
    assert "Person 41" not in text.split("Steps, in order")[0]
    assert "Person 41" in told(page(client, tenant, made, "?page=2"))
    only = told(page(client, tenant, made, "?q=Person+41"))
    assert "Show all" not in only.split("Steps, in order")[0]


@pytest.mark.parametrize(
    "tick",
    [
        "add_member",
        "add_member {guid}",
        "add_member nobody {key}",
        "assign_role {guid} {key}",
        "block {guid} {key}",
        "create_user {guid}",
        "add_member {guid} group:\x00",
        "add_member {guid} group:00000000-0000-4000-8000-00000000abcd",
        "fly {guid} {key}",
    ],
)
def test_what_no_form_of_ours_sends_becomes_no_change(client: Client, tenant: Tenant, tick: str) -> None:
    found = group(tenant)
    value = tick.format(guid=found["members"][0], key=found["key"])
    draft = new(client, tenant, person=found["members"][0], change=value)
    assert draft.status_code == 200
    assert "To be planned" not in told(draft)


def test_read_only_offers_no_write_and_says_how_to_switch_it_on(client: Client, tenant: Tenant) -> None:
    choose(tenant)
    found = group(tenant)
    for path in (
        f"people/{found['members'][0]}",
        f"permission/{found['key']}",
        "plans",
        "plans/new",
        f"plans/new?person={found['members'][0]}",
    ):
        answer = client.get(f"/t/{tenant.slug}/{path}")
        text = answer.content.decode()
        assert 'name="change"' not in text, path
        assert 'name="do" value="plan"' not in text, path
        assert "for reading only" in told(answer), path
        assert f"/t/{tenant.slug}/connection/capabilities" in text, path


def test_what_was_not_chosen_is_not_offered(client: Client, tenant: Tenant) -> None:
    choose(tenant, Capability.OFFBOARD_ACCOUNT)
    found = group(tenant)
    text = client.get(f"/t/{tenant.slug}/people/{found['members'][0]}").content.decode()
    assert "remove_member" not in text
    draft = new(client, tenant, person=found["members"][0], find=found["name"], do="find").content.decode()
    assert f"add_member {found['members'][0]}" not in draft
    assert re.search(r'<option value="add_member"[^>]*disabled', draft), "what is not chosen cannot be picked"
    assert f"block {found['members'][0]}" in draft


def test_the_past_offers_nothing_to_change(client: Client, tenant: Tenant) -> None:
    at = f"{clock.now():%Y-%m-%dT%H:%M:%S}"
    found = group(tenant)
    for path in (f"people/{found['members'][0]}", f"permission/{found['key']}"):
        answer = client.get(f"/t/{tenant.slug}/{path}?at={at}")
        assert answer.status_code == 200
        assert 'name="change"' not in answer.content.decode()


def test_the_list_shows_plans_by_state_and_by_person(client: Client, tenant: Tenant, plan_id: int) -> None:
    link = f"/t/{tenant.slug}/plans/{plan_id}"
    assert link in client.get(f"/t/{tenant.slug}/plans").content.decode()
    assert link in client.get(f"/t/{tenant.slug}/plans?state=open").content.decode()
    assert link not in client.get(f"/t/{tenant.slug}/plans?state=done").content.decode()
    member = group(tenant)["members"][0]
    assert link in client.get(f"/t/{tenant.slug}/plans?person={member}").content.decode()
    other = person(tenant, outside=group(tenant)["members"], place=5)["guid"]
    assert link not in client.get(f"/t/{tenant.slug}/plans?person={other}").content.decode()


def test_a_plan_is_taken_away_as_a_file_that_makes_the_same_plan(client: Client, tenant: Tenant, plan_id: int) -> None:
    answer = page(client, tenant, plan_id, "?format=csv")
    content = b"".join(answer.streaming_content).decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(content)))
    assert len(lines) == 3
    assert {line["state"] for line in lines} == {"waiting"}
    again = planned(new(client, tenant, list=content, do="list", reason="From the file"), tenant)
    before, after = (plans.find(tenant_id=tenant.id, plan_id=one).plan.steps for one in (plan_id, again))
    assert [one.change for one in before] == [one.change for one in after]
    document = json.loads(page(client, tenant, plan_id, "?format=json").content)
    assert document["id"] == plan_id
    assert [one["number"] for one in document["steps"]] == [1, 2, 3]
    exported = EventRow.objects.filter(name="list:exported", tenant_id=tenant.id).order_by("id").last()
    assert exported is not None


def test_names_of_the_directory_are_text_on_the_page(client: Client, tenant: Tenant, settings: Settings) -> None:
    found = group(tenant, 1)
    guid = found["members"][0]
    hostile = "<img src=x onerror=alert(1)>"
    with renamed(tenant, guid, hostile):
        tick = f"remove_member {guid} {found['key']}"
        made = planned(new(client, tenant, change=tick, do="plan", reason="<b>bold</b>"), tenant)
        text = page(client, tenant, made).content.decode()
    assert hostile not in text
    assert html.escape(hostile) in text
    assert "<b>bold" not in text
