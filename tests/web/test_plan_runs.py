"""Plans that are carried out, put back and listed, asked for as a browser asks, without a browser."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from django.test import Client
from planned import Wish, kept, pause_of
from visitors import use_link

from chamberlain.actions.sign_in import issue_sign_in_link
from chamberlain.bootstrap import World
from chamberlain.model.actor import SYSTEM
from chamberlain.model.plan import PlanState, StepState
from chamberlain.model.tenant import Tenant
from chamberlain.model.verb import Verb
from chamberlain.store import plans
from chamberlain.store.models import EventRow, TaskRow
from recorded import Recorder, guid, new_tenant

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
ANNA, BEN, CARA, TEAM = guid(1), guid(2), guid(3), guid(11)
KEY = f"group:{TEAM}"
PROVED, WAITING, PERSON = StepState.PROVED, StepState.WAITING, StepState.NEEDS_PERSON


@pytest.fixture(scope="module")
def tenant(world: World) -> Tenant:
    """Anna, Ben and Cara, and a team."""
    tenant = new_tenant(AT)
    names = {ANNA: "Anna Weber", BEN: "Ben Okafor", CARA: "Cara <b>Lind</b>"}
    Recorder(tenant).see(AT, people=names, groups={TEAM: "Team"})
    return tenant


@pytest.fixture(scope="module")
def client(world: World) -> Client:
    """The browser of a signed-in administrator."""
    visitor = Client(SERVER_NAME="localhost")
    assert use_link(visitor, issue_sign_in_link(actor=SYSTEM, root="http://localhost")).status_code == 302
    return visitor


def leaves(state: StepState, who: str = ANNA, name: str = "Anna Weber") -> Wish:
    return Wish(Verb.REMOVE_MEMBER, who, name, KEY, "Team", state)


def signed_out(state: StepState, who: str = BEN, name: str = "Ben Okafor") -> Wish:
    return Wish(Verb.REVOKE_SESSIONS, who, name, state=state)


def text(client: Client, path: str, *, status: int = 200, target: str = "") -> str:
    """What the page says, without its white space; `target`: what htmx gets for that element."""
    headers = {"HX-Request": "true", "HX-Target": target, "X-Poll": "1"} if target else {}
    answer = client.get(path, headers=headers)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return " ".join(answer.content.decode().split())


def run_of(tenant: Tenant, wishes: Sequence[Wish], state: PlanState) -> str:
    return f"/t/{tenant.slug}/plans/{kept(tenant, wishes, state=state)}/run"


def test_a_running_plan_asks_for_itself_and_says_what_the_tenant_showed(client: Client, tenant: Tenant) -> None:
    path = run_of(tenant, [leaves(PROVED), leaves(StepState.CALLED, BEN, "Ben Okafor")], PlanState.RUNNING)
    page = text(client, path, target="plan-run")
    assert page.startswith('<div id="plan-run" hx-get="' + path)
    assert 'hx-headers=\'{"X-Poll":"1"}\'' in page
    assert "Anna Weber leaves Team" in page
    assert "Microsoft Graph shows" in page
    assert re.search(r"<bdi>member</bdi> <bdi[^>]*>no</bdi>", page)
    assert "looked 2 times" in page
    assert "sent, not seen yet" in page
    assert page in text(client, path) or "Stop this plan" in text(client, path)


def test_what_is_done_and_not_provable_is_counted_apart(client: Client, tenant: Tenant) -> None:
    wishes = [leaves(PROVED), signed_out(StepState.NOT_PROVABLE), signed_out(StepState.NOT_PROVABLE, CARA, "Cara")]
    page = text(client, run_of(tenant, wishes, PlanState.DONE))
    assert re.search(r"Done and proved</dt><dd[^>]*>1 <span[^>]*>of 3", page)
    assert re.search(r"Done, not provable</dt><dd[^>]*>2<", page)
    assert "hx-trigger" not in page.partition('id="plan-run"')[2].partition(">")[0]


def test_a_plan_that_is_over_tells_the_page_to_load_itself_again(client: Client, tenant: Tenant) -> None:
    path = run_of(tenant, [leaves(PROVED)], PlanState.DONE)
    answer = client.get(path, headers={"HX-Request": "true", "HX-Target": "plan-run", "X-Poll": "1"})
    assert answer["HX-Refresh"] == "true"


def test_what_needs_a_person_stands_on_top_with_its_repair_and_its_task(client: Client, tenant: Tenant) -> None:
    plan_id = kept(tenant, [leaves(PROVED), leaves(PERSON, CARA, "Cara <b>Lind</b>")], state=PlanState.FAILED)
    page = text(client, f"/t/{tenant.slug}/plans/{plan_id}/run")
    task = TaskRow.objects.get(plan_id=plan_id)
    assert page.index("Needs a person") < page.index("Steps</h2>")
    assert "Look in Entra, and settle the task when it is so." in page
    assert f"/t/{tenant.slug}/tasks/{task.id}" in page
    assert "<b>Lind</b>" not in page, "names are text"
    assert "Try again what is left" in page


def test_a_person_stops_a_plan_and_the_reason_stands_with_it(client: Client, tenant: Tenant) -> None:
    path = run_of(tenant, [leaves(WAITING)], PlanState.RUNNING)
    plan_id = int(path.split("/")[-2])
    assert client.post(path, {"do": "stop", "reason": "wrong team"}).status_code == 302
    code, data = pause_of(plan_id)  # type: ignore[misc]  # a list of two
    assert (code, data["reason"]) == ("plan_stopped", "wrong team")
    page = text(client, path)
    assert "wrong team" in page
    assert "Go on with what is left" in page
    told = client.post(path, {"do": "stop", "reason": "again"})
    assert told.status_code == 409
    assert b"plan_move_illegal" in told.content
    assert client.post(path, {"do": "explode"}).status_code == 404


def test_steps_are_turned_page_by_page_and_narrowed_by_state(client: Client, tenant: Tenant) -> None:
    wishes = [leaves(WAITING, guid(100 + place), f"Person {place:03}") for place in range(120)]
    wishes[70] = leaves(PROVED, guid(170), "Person 070")
    path = run_of(tenant, wishes, PlanState.RUNNING)
    first = text(client, path)
    assert "Person 049" in first
    assert "Person 050" not in first
    assert "Person 050" in text(client, path + "?after=50")
    narrowed = text(client, path + "?step_state=proved")
    assert "Person 070" in narrowed
    assert "Person 001" not in narrowed
    assert f'hx-get="{path}?step_state=proved"' in narrowed, "it stays narrowed while it goes on"
    text(client, path + "?after=-1", status=400)


def test_a_plan_of_another_tenant_is_not_there(client: Client, tenant: Tenant) -> None:
    other = new_tenant(AT)
    plan_id = kept(other, [leaves(PROVED)], state=PlanState.DONE)
    for page in ("run", "undo"):
        text(client, f"/t/{tenant.slug}/plans/{plan_id}/{page}", status=404)


def test_undoing_says_beforehand_what_comes_back_and_what_cannot(client: Client, tenant: Tenant) -> None:
    plan_id = kept(tenant, [leaves(PROVED), signed_out(PROVED), leaves(WAITING, CARA, "Cara")], state=PlanState.FAILED)
    page = text(client, f"/t/{tenant.slug}/plans/{plan_id}/undo")
    assert "1 change brings back what was" in page
    assert "Anna Weber joins Team" in page
    assert "1 step cannot be put back" in page
    assert "Sessions that were ended stay ended" in page
    assert "1 step was never done" in page
    assert "Make the plan that puts it back" in page


def test_undoing_takes_a_reason_and_fails_inside_the_page(client: Client, tenant: Tenant) -> None:
    plan_id = kept(tenant, [leaves(PROVED)], state=PlanState.DONE)
    for reason, code in (("", b"plan_reason_missing"), ("it was wrong", b"not_connected")):
        answer = client.post(f"/t/{tenant.slug}/plans/{plan_id}/undo", {"reason": reason})
        assert answer.status_code >= 400
        assert code in answer.content
    assert plans.undone_by(tenant_id=tenant.id, plan_id=plan_id) == ()


def test_the_history_finds_changes_by_person_permission_actor_verb_and_state(client: Client, world: World) -> None:
    tenant = new_tenant(AT)
    Recorder(tenant).see(AT, people={ANNA: "Anna Weber"}, groups={TEAM: "Team"})
    kept(tenant, [leaves(PROVED), signed_out(StepState.NOT_PROVABLE)], state=PlanState.DONE, reason="she moves")
    root = f"/t/{tenant.slug}/changes-made"
    everything = text(client, root)
    assert "2 changes" in everything
    assert "she moves" in everything
    for query in ("person=anna", f"person={ANNA}", "permission=team", f"permission={KEY}", "verb=remove_member"):
        page = text(client, f"{root}?{query}", target="results")
        assert page.startswith('<div id="results">')
        assert "Anna Weber leaves Team" in page, query
        assert "Ben Okafor" not in page, query
    assert "Ben Okafor" in text(client, f"{root}?state=not_provable")
    assert "2 changes" in text(client, f"{root}?who=Ada")
    for query in ("who=nobody", "person=100%25", "to=2020-01-01", "from=2999-01-01&to=2999-01-02"):
        answer = client.get(f"{root}?{query}")
        assert answer.status_code in (200, 400), query
        assert b"Anna Weber leaves" not in answer.content, query
    text(client, f"{root}?before=nonsense", status=400)


def test_the_history_turns_pages_and_leaves_as_a_file_that_is_written_down(client: Client, world: World) -> None:
    tenant = new_tenant(AT)
    wishes = [leaves(PROVED, guid(100 + place), f"=Person {place:03}") for place in range(60)]
    kept(tenant, wishes, state=PlanState.DONE)
    root = f"/t/{tenant.slug}/changes-made"
    page = text(client, root)
    older = re.search(r'href="([^"]+before=[^"]+)"', page)
    assert older
    assert "Person 059" in page
    assert "Person 000" in text(client, older[1].replace("&amp;", "&"))
    answer = client.get(root + "?format=csv&state=proved")
    told = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]  # a streaming answer
    lines = told.splitlines()
    assert len(lines) == 61
    assert ",'=Person 059 leaves Team," in lines[1], "no cell is a formula"
    event = EventRow.objects.filter(name="list:exported", tenant_id=tenant.id).latest("id")
    assert event.details["rows"] == "60"


def test_before_the_first_change_the_history_teaches(client: Client, world: World) -> None:
    assert "Nothing was changed yet" in text(client, f"/t/{new_tenant(AT).slug}/changes-made")
