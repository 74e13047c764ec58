"""Runs, undo, tasks and guard rails in a real Chromium: axe in both themes and sizes; a run that moves by itself."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from planned import Wish, kept
from playwright.sync_api import Browser, Page, expect
from served import served
from test_accessibility import _grave

from chamberlain import clock
from chamberlain.actions.sign_in import issue_sign_in_link
from chamberlain.actions.stop_writers import choose_four_eyes, release_writers, set_guards, stop_writers
from chamberlain.model.guard import Eyes, Rails, Window
from chamberlain.model.plan import PlanState, Proof, ProofKind, StepState
from chamberlain.model.tenant import Tenant
from chamberlain.model.verb import Verb
from chamberlain.store import plans, steps
from chamberlain.store.connection import transaction
from chamberlain.store.models import TaskRow
from recorded import Recorder, guid, new_tenant
from stories import ADMIN

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("world")]

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
LONG = "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh, Hubert"
NAMES = {guid(1): "Anna Weber", guid(2): LONG, guid(3): "نور الهدى", guid(4): ""}
TEAM = guid(11)
STATES = (StepState.PROVED, StepState.NEEDS_PERSON, StepState.NOT_PROVABLE, StepState.CALLED)
PICTURES = os.environ.get("CHAMBERLAIN_LOOK_AT")


@dataclass(frozen=True, slots=True)
class Kit:
    """An installation that a browser can reach, with a tenant in which plans went well and badly."""

    url: str
    tenant: Tenant
    running: int
    failed: int
    task: int

    def pages(self) -> dict[str, str]:
        """What is looked at, by name."""
        root = f"/t/{self.tenant.slug}"
        return {
            "run": f"{root}/plans/{self.failed}/run",
            "running": f"{root}/plans/{self.running}/run",
            "undo": f"{root}/plans/{self.failed}/undo",
            "rehearsal": f"{root}/plans/{self.failed}/rehearsal",
            "made": f"{root}/changes-made",
            "tasks": f"{root}/tasks",
            "task": f"{root}/tasks/{self.task}",
            "guards": f"{root}/guards",
            "stop": "/stop",
        }


def wishes(states: tuple[StepState, ...]) -> list[Wish]:
    """Each leaves the team, or is signed out, and it ends so."""
    found = []
    for state, (who, name) in zip(states, NAMES.items(), strict=True):
        leaves = state is not StepState.NOT_PROVABLE
        key, verb = (f"group:{TEAM}", Verb.REMOVE_MEMBER) if leaves else ("", Verb.REVOKE_SESSIONS)
        found.append(Wish(verb, who, name, key, "Team Berlin & Hamburg" if leaves else "", state))
    return found


@pytest.fixture(scope="module")
def kit(world: object, browser: Browser) -> Iterator[Kit]:
    with served() as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop idles in this thread while we ask
        tenant = new_tenant(AT)
        Recorder(tenant).see(AT, people={**NAMES, guid(4): "Nameless"}, groups={TEAM: "Team Berlin & Hamburg"})
        night = Window((0, 4), AT.time(), AT.replace(hour=6).time())
        rails = Rails(windows=(night,), zone="America/Argentina/ComodRivadavia", protected_accounts=(guid(2),))
        set_guards(actor=ADMIN, tenant=tenant, rails=rails)
        choose_four_eyes(actor=ADMIN, tenant=tenant, more=frozenset({Eyes.MASS, Eyes.PASSWORDS}))
        choose_four_eyes(actor=replace(ADMIN, name=LONG), tenant=tenant, less=frozenset({Eyes.MASS}))
        over = wishes((StepState.PROVED, StepState.NEEDS_PERSON, StepState.NOT_PROVABLE, StepState.SKIPPED))
        failed = kept(tenant, over, state=PlanState.FAILED, reason="she moves to another team")
        running = kept(tenant, wishes(STATES), state=PlanState.RUNNING)
        yield Kit(url, tenant, running, failed, TaskRow.objects.get(plan_id=failed).id)


@pytest.fixture
def opened(browser: Browser, kit: Kit) -> Iterator[Callable[..., Page]]:
    """Opens signed-in pages of any size and theme; what the browser complains about fails the test."""
    complaints: list[str] = []
    contexts = []

    def page(*, width: int = 1280, theme: str = "light", script: bool = True) -> Page:
        context = browser.new_context(
            base_url=kit.url,
            viewport={"width": width, "height": 900},
            color_scheme="dark" if theme == "dark" else "light",
            java_script_enabled=script,
        )
        contexts.append(context)
        context.set_default_timeout(15_000)
        found = context.new_page()
        found.on("pageerror", lambda error: complaints.append(str(error)))
        found.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
        link = issue_sign_in_link(actor=ADMIN, root="", name="Ada Admin")
        found.goto(link)
        if not script:
            found.get_by_label("The link, or what stands behind its #").fill(link)
        found.get_by_role("button", name="Sign in").click()
        found.wait_for_url(lambda at: "/sign-in" not in at)
        return found

    yield page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_of_provisioning_has_a_grave_fault(
    opened: Callable[..., Page], kit: Kit, theme: str, width: int
) -> None:
    page = opened(theme=theme, width=width)
    stop_writers(actor=ADMIN, tenant=kit.tenant, reason="looking at it first")
    faults = {}
    try:
        for name, path in kit.pages().items():
            page.goto(path)
            if PICTURES:
                page.screenshot(path=Path(PICTURES) / f"{name}-{theme}-{width}.png", full_page=True)
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if found := [*_grave(page), *(["it scrolls sideways"] if wide > 0 else [])]:
                faults[name] = found
    finally:
        release_writers(actor=ADMIN, tenant=kit.tenant, reason="seen")
    assert faults == {}


def test_a_run_moves_by_itself_and_ends_with_a_whole_new_page(opened: Callable[..., Page], kit: Kit) -> None:
    plan_id = kept(kit.tenant, wishes((StepState.WAITING,) * 4), state=PlanState.RUNNING)
    page = opened()
    page.goto(f"/t/{kit.tenant.slug}/plans/{plan_id}/run")
    expect(page.get_by_text("Anna Weber leaves Team Berlin & Hamburg")).to_be_visible()
    with transaction():
        steps.intend(plan_id, {1: {"member": True}}, now=clock.now())
        steps.called(plan_id, {1: None}, now=clock.now())
    expect(page.get_by_text("sent, not seen yet").first).to_be_visible()
    with transaction():
        proof = Proof(ProofKind.GRAPH, {"member": False}, clock.now())
        steps.end(plan_id, {1: (StepState.PROVED, proof)}, now=clock.now())
    expect(page.get_by_text("Microsoft Graph shows")).to_be_visible()
    with transaction():
        plans.move(plan_id, PlanState.PAUSED, now=clock.now(), pause=("plan_stopped", {"by": "Otto", "reason": "x"}))
    expect(page.get_by_role("button", name="Go on with what is left")).to_be_visible()


def test_a_run_can_be_stopped_while_it_moves(opened: Callable[..., Page], kit: Kit) -> None:
    plan_id = kept(kit.tenant, wishes((StepState.WAITING,) * 4), state=PlanState.RUNNING)
    page = opened()
    page.goto(f"/t/{kit.tenant.slug}/plans/{plan_id}/run")
    page.locator("summary", has_text="Stop").click()
    page.get_by_label("Why (stands in the audit trail)").fill("the wrong team")
    with page.expect_response(lambda answer: answer.request.headers.get("x-poll") == "1"):
        pass  # a poll passes and takes away neither the menu nor what was typed
    page.get_by_role("button", name="Stop this plan").click()
    expect(page.get_by_text("the wrong team")).to_be_visible()


def test_without_script_everything_is_stopped_and_goes_on(opened: Callable[..., Page], kit: Kit) -> None:
    page = opened(script=False)
    page.goto(f"/t/{kit.tenant.slug}/guards")
    page.get_by_label("Why (stands in the audit trail)").fill("looking at it first")
    page.get_by_role("button", name="Stop writing to this tenant").click()
    page.goto(f"/t/{kit.tenant.slug}/people")
    expect(page.get_by_text("Ada Admin stopped everything that writes to this tenant.")).to_be_visible()
    page.locator("summary", has_text="Let it go on").click()
    page.get_by_role("button", name="Let writing go on").click()
    expect(page.get_by_text("Ada Admin stopped everything")).to_have_count(0)
    assert page.url.endswith(f"/t/{kit.tenant.slug}/people")
