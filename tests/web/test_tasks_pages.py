"""Tasks in the browser: lists, taking, commenting, proving, settling."""

import re
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from planned import Wish, kept
from visitors import use_link

from chamberlain.actions.sign_in import issue_sign_in_link
from chamberlain.bootstrap import World
from chamberlain.errors import Refused
from chamberlain.model.plan import PlanState, StepState
from chamberlain.model.tenant import Tenant
from chamberlain.model.verb import Verb
from chamberlain.policy.evidence import KINDS, MEGABYTES, fit_name, type_of
from chamberlain.store import plans
from chamberlain.store.models import EventRow, TaskRow
from recorded import Recorder, guid, new_tenant
from stories import ADMIN

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
ANNA, TEAM = guid(1), guid(11)
PNG = b"\x89PNG\r\n\x1a\n and a picture"


@pytest.fixture
def tenant(world: World) -> Tenant:
    tenant = new_tenant(AT)
    Recorder(tenant).see(AT, people={ANNA: "Anna Weber"}, groups={TEAM: "Team"})
    return tenant


@pytest.fixture(scope="module")
def client(world: World) -> Client:
    """The browser of a signed-in administrator."""
    visitor = Client(SERVER_NAME="localhost")
    link = issue_sign_in_link(actor=ADMIN, root="http://localhost", name="Tessa Tasks")
    assert use_link(visitor, link).status_code == 302
    return visitor


@pytest.fixture
def task(tenant: Tenant) -> TaskRow:
    """Anna could not be taken out of the team."""
    wish = Wish(Verb.REMOVE_MEMBER, ANNA, "Anna Weber", f"group:{TEAM}", "Team", StepState.NEEDS_PERSON)
    plan_id = kept(tenant, [wish], state=PlanState.FAILED)
    return TaskRow.objects.get(plan_id=plan_id)


def text(client: Client, path: str, *, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return " ".join(answer.content.decode().split())


def at(task: TaskRow, more: str = "") -> str:
    return f"/t/{task.tenant.slug}/tasks/{task.id}{more}"


def test_tasks_say_what_is_to_be_done_and_why(client: Client, task: TaskRow) -> None:
    listed = text(client, f"/t/{task.tenant.slug}/tasks")
    assert "Anna Weber leaves Team" in listed
    assert "Microsoft took it, and it does not show." in listed
    assert "1 task" in listed
    page = text(client, at(task))
    assert '<h1 class="text-xl font-semibold tracking-tight"><bdi>Anna Weber leaves Team</bdi></h1>' in page
    assert "Look in Entra, and settle the task when it is so." in page
    assert f"/t/{task.tenant.slug}/plans/{task.plan_id}/run" in page
    assert "overdue" in page


def test_the_navigation_counts_what_waits_for_me(client: Client, task: TaskRow) -> None:
    count = r'yours or nobody’s">(\d+)<'
    assert re.findall(count, text(client, at(task))) == ["1"]
    client.post(at(task), {"do": "assign", "assignee": "Somebody Else"})
    assert re.findall(count, text(client, at(task))) == []
    client.post(at(task), {"do": "assign", "me": "yes"})
    assert re.findall(count, text(client, at(task))) == ["1"]
    assert "1 task" in text(client, f"/t/{task.tenant.slug}/tasks?whose=mine")


def test_a_task_is_given_to_somebody_until_a_day(client: Client, task: TaskRow) -> None:
    client.post(at(task), {"do": "assign", "assignee": "Otto Admin", "due": "2999-05-06"})
    task.refresh_from_db()
    assert task.assignee == "Otto Admin"
    assert f"{task.due:%Y-%m-%d %H:%M}" == "2999-05-06 23:59"
    assert "0 tasks" in text(client, f"/t/{task.tenant.slug}/tasks?whose=mine")


def test_settling_a_task_ends_the_step_and_the_plan(client: Client, task: TaskRow) -> None:
    assert client.post(at(task), {"do": "done", "text": "taken out in Entra"}).status_code == 302
    page = text(client, at(task))
    assert "taken out in Entra" in page
    assert "It is done" not in page, "it is settled once"
    plan = plans.find(tenant_id=task.tenant_id, plan_id=task.plan_id or 0)
    assert plan.plan.state is PlanState.DONE
    assert "A person says so" in text(client, f"/t/{task.tenant.slug}/plans/{task.plan_id}/run")
    again = client.post(at(task), {"do": "drop"})
    assert again.status_code == 409
    assert b"task_settled" in again.content
    assert "Anna Weber" in text(client, f"/t/{task.tenant.slug}/tasks?state=done")
    assert "Nothing waits for a person" in text(client, f"/t/{task.tenant.slug}/tasks")


def test_nobody_does_a_task_that_is_left_out(client: Client, task: TaskRow) -> None:
    client.post(at(task), {"do": "drop", "text": "she stays"})
    (step,) = plans.find(tenant_id=task.tenant_id, plan_id=task.plan_id or 0).steps
    assert step.step.state is StepState.SKIPPED
    assert "she stays" in text(client, at(task))


def test_what_is_said_is_kept_as_text(client: Client, task: TaskRow) -> None:
    client.post(at(task), {"do": "comment", "text": "<script>alert(1)</script>\nsecond line"})
    page = client.get(at(task)).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    client.post(at(task), {"do": "comment", "text": "  "})
    assert task.comments.count() == 1
    assert client.post(at(task), {"do": "dance"}).status_code == 404


def send(client: Client, task: TaskRow, name: str, content: bytes) -> int:
    return client.post(at(task, "/evidence"), {"file": SimpleUploadedFile(name, content)}).status_code


def test_evidence_is_kept_and_only_ever_downloaded(client: Client, task: TaskRow) -> None:
    assert client.get(at(task, "/evidence")).status_code == 404
    assert send(client, task, "../../proof of it.png", PNG + b"x" * 400_000) == 302, "more than other forms may have"
    answer = client.get(at(task, "/evidence"))
    assert answer.content == PNG + b"x" * 400_000
    assert answer["Content-Disposition"] == 'attachment; filename="proof of it.png"'
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    event = EventRow.objects.filter(name="task:changed", subject=f"task:{task.id}").latest("id")
    assert len(event.details["sha256"]) == 64
    client.post(at(task), {"do": "done"})
    assert send(client, task, "later.png", PNG) == 409, "what was settled keeps what it was settled with"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", b"<script>"),
        ("picture.svg", b"<svg/>"),
        ("macro.docm", b"PK\x03\x04"),
        ("noending", b"x"),
        ("empty.txt", b""),
        ("picture.png", b"<html>"),
    ],
)
def test_a_file_that_could_do_harm_is_refused(client: Client, task: TaskRow, name: str, content: bytes) -> None:
    assert send(client, task, name, content) == 400
    task.refresh_from_db()
    assert task.evidence == ""


def test_a_file_that_is_too_large_is_refused_before_it_is_read(client: Client, task: TaskRow) -> None:
    assert send(client, task, "much.txt", b"x" * (MEGABYTES * 1_000_000 + 1)) == 400
    assert send(client, task, "more.txt", b"x" * (MEGABYTES * 1_000_000 + 100_000)) == 413
    huge = client.post(at(task), {"do": "comment", "text": "x" * 300_000})
    assert huge.status_code == 413, "only evidence may be long"


def test_every_kind_of_file_is_kept_by_what_it_is() -> None:
    for ending, (kind, beginnings) in KINDS.items():
        content = (beginnings or (b"text",))[0] + b"..."
        assert fit_name(f"C:\\x\\a.{ending.upper()}", content=content) == f"a.{ending}"
        assert type_of(f"a.{ending}") == kind
        if beginnings:
            with pytest.raises(Refused, match="evidence_unfit"):
                fit_name(f"a.{ending}", content=b"something else")
    assert len(KINDS) >= 10
    long = fit_name("n" * 400 + ".png", content=PNG)
    assert len(long) <= 200
    assert long.endswith(".png")


def test_a_task_of_another_tenant_is_not_there(client: Client, task: TaskRow) -> None:
    other = new_tenant(AT)
    for more in ("", "/evidence"):
        assert client.get(f"/t/{other.slug}/tasks/{task.id}{more}").status_code == 404
    assert client.post(f"/t/{other.slug}/tasks/{task.id}", {"do": "done"}).status_code == 404
    task.refresh_from_db()
    assert task.state == "open"
