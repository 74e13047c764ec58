"""Plans by script: made once, approved by somebody else, carried out, stopped, put back; tasks and guard rails."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

import people
import stories
from chamberlain import clock
from chamberlain.actions.stop_writers import choose_four_eyes, release_writers, set_guards
from chamberlain.api.rendering import moment
from chamberlain.bench.simulated import Simulated
from chamberlain.model.api_token import TokenScope
from chamberlain.model.capability import Capability
from chamberlain.model.guard import Eyes, Rails
from chamberlain.model.plan import Change, Subject
from chamberlain.model.task import TaskCause
from chamberlain.model.tenant import Tenant
from chamberlain.model.verb import Verb
from chamberlain.policy.capabilities import ABILITIES, STANDARD
from chamberlain.policy.planning.rails import BOUNDS
from chamberlain.settings import load
from chamberlain.store import scopes, tasks
from chamberlain.store.connection import rows
from chamberlain.store.models import ChoiceRow, PlanRow
from chamberlain.work import apply_plan as story
from granting import Grants

JSON = "application/json"
WRITING = {Capability.PROVISION_GROUPS, Capability.PROVISION_ROLES, Capability.OFFBOARD_ACCOUNT}
READER = "role:4a5d8f65-41da-4de4-8968-e035b65339cf"


@pytest.fixture(scope="module")
def granted(tenant: Tenant, simulator: Simulated) -> Iterator[None]:
    """An administrator of the tenant granted what the changes take."""
    needed = sorted({use.scope for one in WRITING for use in ABILITIES[one].uses} - {"User.Read.All"})
    Grants(simulator).grant(*needed)
    choose(tenant)
    stories.perform(tenant, load())
    yield
    ChoiceRow.objects.filter(tenant_id=tenant.id).delete()


@pytest.fixture
def client(script: Callable[..., Client], tenant: Tenant, granted: None) -> Client:
    choose(tenant)
    return script()


def choose(tenant: Tenant) -> None:
    scopes.choose(tenant_id=tenant.id, capabilities={*STANDARD, *WRITING}, now=clock.now(), by="a test")


def root(tenant: Tenant) -> str:
    return f"/api/v1/tenants/{tenant.slug}"


def group_of(tenant: Tenant) -> str:
    """A group that people are put into, and Emre is not in it."""
    found = rows(
        """
        SELECT p.key FROM permission p
        WHERE p.tenant_id = %(tenant)s AND p.kind = 'security_group' AND p.gone_at IS NULL AND NOT p.facts ? 'dynamic'
          AND NOT p.facts ? 'on_premises' AND NOT p.facts ? 'role_assignable'
          AND NOT EXISTS (SELECT FROM grants g JOIN account a ON a.tenant_id = g.tenant_id AND a.id = g.holder_id
                          WHERE g.tenant_id = p.tenant_id AND g.permission_id = p.id AND g.closed_at IS NULL
                            AND a.guid = %(who)s)
        ORDER BY p.key LIMIT 1
        """,
        {"tenant": tenant.id, "who": people.EMRE},
    )
    return str(found[0]["key"])


def made(client: Client, tenant: Tenant, *changes: dict[str, object], key: str | None = None) -> Any:
    return post(client, f"{root(tenant)}/plans", {"reason": "a script", "changes": changes}, key=key)


def post(client: Client, path: str, body: dict[str, object] | None = None, *, key: str | None = None) -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post(path, body or {}, content_type=JSON, headers=headers)


def joining(tenant: Tenant, **more: object) -> dict[str, object]:
    return {"verb": "add_member", "who": str(people.EMRE), "what": group_of(tenant), **more}


def carry_out(plan_id: int) -> None:
    """What the worker does."""
    story.apply_plan(
        stories.at_once,
        plan_id=plan_id,
        run=PlanRow.objects.get(id=plan_id).runs,
        settings=load(),
    )


def test_a_plan_is_made_once_carried_out_once_and_put_back(client: Client, tenant: Tenant) -> None:
    key, wish = uuid4().hex, joining(tenant)
    answer = made(client, tenant, wish, key=key)
    assert answer.status_code == 201, answer.content
    plan = answer.json()
    (step,) = plan["steps"]
    assert (plan["state"], step["state"], step["change"]["who"]) == ("planned", "waiting", f"account:{people.EMRE}")
    assert step["expected"] == {"member": True}
    again = made(client, tenant, wish, key=key)
    assert (again.status_code, again.json()["id"]) == (200, plan["id"])
    assert made(client, tenant, {**wish, "verb": "remove_member"}, key=key).json()["code"] == "idempotency_key_reused"

    one = f"{root(tenant)}/plans/{plan['id']}"
    start = uuid4().hex
    assert post(client, f"{one}/apply", key=start).status_code == 202
    carry_out(plan["id"])
    assert post(client, f"{one}/apply", key=start).status_code == 200
    assert post(client, f"{one}/apply").json()["code"] == "plan_move_illegal"
    told = client.get(one).json()
    assert (told["state"], told["steps"][0]["proof"]["seen"]) == ("done", {"member": True})
    assert PlanRow.objects.get(id=plan["id"]).runs == 1

    back = post(client, f"{one}/undo", {"reason": "it was wrong"})
    assert back.status_code == 201, back.content
    assert back.json()["undo_of"] == plan["id"]
    assert post(client, f"{root(tenant)}/plans/{back.json()['id']}/apply").status_code == 202
    carry_out(back.json()["id"])
    assert client.get(one).json()["state"] == "undone"
    listed = client.get(f"{root(tenant)}/plans?person={people.EMRE}&limit=1").json()
    assert [one["id"] for one in listed["items"]] == [back.json()["id"]]
    assert listed["next_before"] == back.json()["id"]


def test_what_cannot_be_done_is_told_with_what_would_help(client: Client, tenant: Tenant) -> None:
    scopes.choose(tenant_id=tenant.id, capabilities=STANDARD, now=clock.now(), by="a test")
    plan = made(client, tenant, joining(tenant)).json()
    assert plan["steps"] == []
    (barred,) = plan["barred"]
    assert {one["hindrance"] for one in barred["obstacles"]} >= {"read_only", "capability_off"}
    assert post(client, f"{root(tenant)}/plans/{plan['id']}/apply").json()["code"] == "plan_read_only"


def test_power_over_the_tenant_takes_the_token_of_somebody_else(
    client: Client, tenant: Tenant, another: Callable[[TokenScope], Client]
) -> None:
    second = another(TokenScope.APPROVE_PLANS)
    plan = made(client, tenant, {"verb": "assign_role", "who": str(people.EMRE), "what": READER}).json()
    assert "needs_second_person" in {one["guard"] for one in plan["objections"]}
    one = f"{root(tenant)}/plans/{plan['id']}"
    assert post(client, f"{one}/apply").json()["code"] == "plan_needs_approval"
    assert post(client, f"{one}/approve").json()["code"] == "plan_own_approval"
    approved = post(second, f"{one}/approve")
    assert approved.json()["state"] == "approved", approved.content
    assert post(second, f"{one}/apply").json()["code"] == "token_scope_missing"
    assert post(client, f"{one}/refuse", {"reason": "no"}).json()["state"] == "refused"


def test_a_running_plan_is_stopped_and_goes_on(client: Client, tenant: Tenant) -> None:
    plan = made(client, tenant, joining(tenant)).json()
    one = f"{root(tenant)}/plans/{plan['id']}"
    assert post(client, f"{one}/apply").status_code == 202
    stopped = post(client, f"{one}/stop", {"reason": "wait"}).json()
    assert (stopped["state"], stopped["pause"]["code"]) == ("paused", "plan_stopped")
    assert post(client, f"{one}/stop", {"reason": "wait"}).status_code == 409
    assert post(client, f"{one}/apply").status_code == 202
    post(client, f"{one}/stop", {"reason": "enough"})


def test_no_script_passes_a_closed_window_to_lock_somebody_out(client: Client, tenant: Tenant) -> None:
    hour = (clock.now() + timedelta(hours=2)).hour
    window = {"days": [0, 1, 2, 3, 4, 5, 6], "begins": f"{hour:02}:00", "ends": f"{hour:02}:01"}
    set_ = client.patch(f"{root(tenant)}/guard-rails", {"windows": [window]}, content_type=JSON)
    assert set_.json()["windows"] == [window]
    try:
        plan = made(client, tenant, {"verb": "block", "who": str(people.EMRE)}).json()
        assert [one["guard"] for one in plan["objections"]] == ["outside_window"]
        assert post(client, f"{root(tenant)}/plans/{plan['id']}/apply").json()["code"] == "plan_guarded"
    finally:
        set_guards(actor=stories.ADMIN, tenant=tenant, rails=Rails())


def test_guard_rails_are_set_one_by_one_within_bounds(client: Client, tenant: Tenant) -> None:
    before = client.get(f"{root(tenant)}/guard-rails").json()
    wanted = {"most_per_plan": 7, "approval_delay_hours": 3, "protected_accounts": [str(people.ANNA)]}
    told = client.patch(f"{root(tenant)}/guard-rails", wanted, content_type=JSON)
    try:
        assert told.json() == {**before, **wanted}
        plan = made(client, tenant, {"verb": "block", "who": str(people.ANNA)}).json()
        assert "protected_account" in {one["hindrance"] for one in plan["barred"][0]["obstacles"]}
        for bad in (
            {"share_per_plan": 101},
            {"most_per_plan": 0},
            {"windows": [{"days": [], "begins": "1", "ends": ""}]},
        ):
            answer = client.patch(f"{root(tenant)}/guard-rails", bad, content_type=JSON)
            assert answer.status_code == 422, bad
    finally:
        set_guards(actor=stories.ADMIN, tenant=tenant, rails=Rails())


def test_windows_are_told_with_their_zone_and_so_is_when_they_open(client: Client, tenant: Tenant) -> None:
    there = clock.now().astimezone(ZoneInfo("Asia/Tokyo")) + timedelta(hours=2)
    window = {"days": [*range(7)], "begins": f"{there:%H}:00", "ends": f"{there:%H}:01"}
    wanted = {"windows": [window], "zone": "Asia/Tokyo"}
    told = client.patch(f"{root(tenant)}/guard-rails", wanted, content_type=JSON).json()
    try:
        assert (told["zone"], told["windows"]) == ("Asia/Tokyo", [window])
        (objection,) = made(client, tenant, {"verb": "block", "who": str(people.EMRE)}).json()["objections"]
        opens = datetime.fromisoformat(objection["until"]).astimezone(ZoneInfo(objection["zone"]))
        assert (objection["zone"], f"{opens:%H:%M}") == ("Asia/Tokyo", window["begins"])
        bad = client.patch(f"{root(tenant)}/guard-rails", {"zone": "Atlantis"}, content_type=JSON)
        assert bad.json()["code"] == "zone_unknown"
    finally:
        set_guards(actor=stories.ADMIN, tenant=tenant, rails=Rails())


def test_what_takes_a_second_person_is_added_by_one_and_left_out_by_two(client: Client, tenant: Tenant) -> None:
    rails = f"{root(tenant)}/guard-rails"
    added = client.patch(rails, {"four_eyes": ["deletions", "mass"]}, content_type=JSON).json()
    assert (added["four_eyes"], added["easing"]) == (["deletions", "mass"], [])
    left = client.patch(rails, {"four_eyes": ["mass"]}, content_type=JSON).json()
    choose_four_eyes(actor=stories.ADMIN, tenant=tenant, less=frozenset(Eyes))
    after = client.get(rails).json()
    assert left["four_eyes"] == ["deletions", "mass"]
    assert [one["what"] for one in left["easing"]] == ["deletions"]
    assert after["four_eyes"] == ["mass"], "a second one wanted the same of this"
    choose_four_eyes(actor=stories.OTHER_ADMIN, tenant=tenant, less=frozenset(Eyes))
    assert client.get(rails).json()["four_eyes"] == []
    assert client.patch(rails, {"four_eyes": ["power"]}, content_type=JSON).status_code == 422


def test_bounds_are_those_of_every_other_way_to_set_them(client: Client, tenant: Tenant) -> None:
    schema = client.get("/api/v1/openapi.json").json()["components"]["schemas"]["NewGuardRails"]["properties"]
    for name, bound in BOUNDS.items():
        number = next(one for one in schema[name]["anyOf"] if one["type"] == "integer")
        assert (number["minimum"], number["maximum"]) == (bound.least, bound.most), name


def test_everything_that_writes_is_stopped_and_let_go(client: Client, tenant: Tenant) -> None:
    plan = made(client, tenant, joining(tenant)).json()
    assert client.put(f"{root(tenant)}/stop", {"reason": "look"}, content_type=JSON).status_code == 204
    try:
        assert [one["reason"] for one in client.get(f"{root(tenant)}/stop").json()] == ["look"]
        assert post(client, f"{root(tenant)}/plans/{plan['id']}/apply").json()["code"] == "writers_halted"
        assert client.delete(f"{root(tenant)}/stop?reason=done").status_code == 204
        assert client.get(f"{root(tenant)}/stop").json() == []
        assert client.put("/api/v1/stop", {"reason": "all"}, content_type=JSON).status_code == 204
        assert [one["everywhere"] for one in client.get(f"{root(tenant)}/stop").json()] == [True]
        assert client.delete("/api/v1/stop?reason=done").status_code == 204
    finally:
        for where in (tenant, None):
            release_writers(actor=stories.ADMIN, tenant=where, reason="a test")


def test_a_task_is_given_to_somebody_commented_and_settled(client: Client, tenant: Tenant) -> None:
    now = clock.now()
    task_id = tasks.make(
        tenant_id=tenant.id,
        plan_id=None,
        step=None,
        cause=TaskCause.BARRED,
        change=Change(Verb.BLOCK, Subject(str(people.EMRE))),
        names=("Emre", ""),
        failure=("term_barred", {"why": "a test"}),
        due=now,
        now=now,
    )
    one = f"{root(tenant)}/tasks/{task_id}"
    assert task_id in [found["id"] for found in client.get(f"{root(tenant)}/tasks").json()]
    due = moment(now + timedelta(days=2))
    given = client.patch(one, {"assignee": "Ada", "due": due, "comment": "please"}, content_type=JSON).json()
    assert (given["assignee"], given["due"], given["comments"][0]["text"]) == ("Ada", due, "please")
    assert given["failure"]["code"] == "term_barred"
    assert client.patch(one, {"state": "done", "comment": "did"}, content_type=JSON).json()["state"] == "done"
    assert client.patch(one, {"state": "dropped"}, content_type=JSON).json()["code"] == "task_settled"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"verb": "add_member", "who": "nobody@nowhere"}, "plan_malformed"),
        ({"verb": "add_member", "who": "nobody@nowhere", "what": READER}, "person_not_found"),
        ({"verb": "add_member", "who": str(people.EMRE), "what": READER}, "plan_malformed"),
        ({"verb": "add_member", "who": str(people.EMRE), "what": "no such group"}, "permission_not_found"),
        ({"verb": "block", "who": "group:x"}, "plan_malformed"),
        ({"verb": "block", "who": str(people.EMRE), "ends": "2999-01-01T00:00:00Z"}, "plan_malformed"),
        (
            {"verb": "assign_role", "who": str(people.EMRE), "what": READER, "ends": "2001-01-01T00:00:00Z"},
            "end_passed",
        ),
        ({"verb": "create_user"}, "plan_malformed"),
        ({"verb": "create_user", "who": "x", "properties": {"displayName": "x"}}, "plan_malformed"),
        ({"verb": "hide_from_lists", "who": str(people.EMRE), "what": READER}, "plan_malformed"),
        ({"verb": "give_full_access", "who": str(people.EMRE)}, "plan_malformed"),
        (
            {"verb": "give_full_access", "who": str(people.EMRE), "properties": {"delegate": "no.one"}},
            "person_not_found",
        ),
        ({"verb": "set_replies", "who": str(people.EMRE), "properties": {"status": "scheduled"}}, "plan_malformed"),
    ],
)
def test_what_is_no_change_is_refused(client: Client, tenant: Tenant, change: dict[str, object], code: str) -> None:
    assert made(client, tenant, change).json()["code"] == code


def test_a_name_that_means_several_lists_them(client: Client, tenant: Tenant) -> None:
    answer = made(client, tenant, {"verb": "block", "who": "golden.example"})
    assert (answer.status_code, answer.json()["code"]) == (409, "person_ambiguous")
    assert answer.json()["repair"].count("@golden.example") > 1
