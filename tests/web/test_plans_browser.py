"""Plans in a real Chromium: somebody's access is changed, proved and put back; axe in both themes and sizes."""

import os
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from plannable import WRITING, choose, group, name_of, person, plain_member, plannable, pointing
from playwright.sync_api import Browser, Page, expect
from served import served
from test_accessibility import _grave

from chamberlain.actions.make_plan import make_plan
from chamberlain.actions.sign_in import issue_sign_in_link
from chamberlain.bench.simulated import Simulated
from chamberlain.bootstrap import World
from chamberlain.model.plan import Change, PlanState, Subject
from chamberlain.model.tenant import Tenant
from chamberlain.model.verb import Verb
from chamberlain.settings import Settings
from chamberlain.store import plans
from chamberlain.store.connection import rows
from chamberlain.store.models import PlanRow
from chamberlain.work import apply_plan as story
from stories import ADMIN, at_once

pytestmark = pytest.mark.browser

PICTURES = os.environ.get("CHAMBERLAIN_LOOK_AT")


@pytest.fixture(scope="module")
def settings(world: World, browser: Browser, start_tenant: Callable[..., Simulated]) -> Iterator[Settings]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop idles in this thread while we ask
        found: list[Simulated] = []
        beside(lambda: found.append(plannable(start_tenant).simulator))
        with pointing(found[0]) as pointed:
            yield pointed


@pytest.fixture(scope="module")
def tenant(settings: Settings, start_tenant: Callable[..., Simulated]) -> Tenant:
    found = plannable(start_tenant).tenant
    choose(found, *WRITING)
    return found


@pytest.fixture(scope="module")
def url(settings: Settings) -> Iterator[str]:
    with served() as address:
        yield address


@pytest.fixture
def opened(browser: Browser, url: str) -> Iterator[Callable[..., Page]]:
    """Opens signed-in pages of any size and theme; what the browser complains about fails the test."""
    complaints: list[str] = []
    contexts = []

    def page(*, width: int = 1280, theme: str = "light", script: bool = True) -> Page:
        context = browser.new_context(
            base_url=url,
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


def beside(deed: Callable[[], object]) -> None:
    """Does it in a thread: Playwright's loop runs in this one, and no other may be started beside it."""
    failed: list[Exception] = []

    def done() -> None:
        from django.db import connections

        try:
            deed()
        except Exception as error:  # noqa: BLE001 - raised again in the test's own thread
            failed.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=done)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]


def work(plan_id: int, settings: Settings) -> None:
    """What a worker does with a plan that was started."""
    run = PlanRow.objects.get(id=plan_id).runs
    beside(lambda: story.apply_plan(at_once, plan_id=plan_id, run=run, settings=settings))


def plan_on(page: Page) -> int:
    found = re.search(r"/plans/(\d+)", page.url)
    assert found, page.url
    return int(found[1])


def test_access_is_changed_proved_and_put_back(
    opened: Callable[..., Page], tenant: Tenant, settings: Settings, picture: Callable[[Page, str], None]
) -> None:
    found = group(tenant, 1)
    guid = plain_member(tenant, found)
    other = next(one for one in (group(tenant, place) for place in (2, 3, 0)) if guid not in one["members"])
    page = opened()
    page.goto(f"/t/{tenant.slug}/people/{guid}")
    bar = page.get_by_text("What is ticked is to be taken away.")
    expect(bar).to_be_hidden()
    page.get_by_role("checkbox", name=f"Take away {found['name']}", exact=True).check()
    expect(bar).to_be_visible()
    page.get_by_role("button", name="Plan it").click()
    expect(page.get_by_role("checkbox", name=f"{name_of(tenant, guid)} leaves {found['name']}")).to_be_checked()
    expect(page.locator("#preview")).to_contain_text(f"loses {found['name']}")
    page.get_by_placeholder("Role, group, product or licence").press_sequentially(other["name"])
    page.locator(f'input[value="add_member {guid} {other["key"]}"]').check()
    page.get_by_role("textbox", name="Why").fill("Ticket 4711: moves to another team")
    expect(page.locator("#preview")).to_contain_text(f"gets {other['name']}")
    page.get_by_role("button", name="Make this plan").click()
    expect(page.get_by_role("heading", name="Nothing was changed yet")).to_be_visible()
    plan_id = plan_on(page)
    assert plans.state_of(plan_id) is PlanState.PLANNED
    picture(page, "plan")
    page.get_by_role("button", name=re.compile("^Give .* take ")).click()
    page.get_by_text("It runs now.").wait_for()
    work(plan_id, settings)
    expect(page.get_by_role("link", name="Put it back")).to_be_visible()  # the page that watches turns to it by itself
    expect(page.get_by_text("done and proved").first).to_be_visible()
    picture(page, "plan-run")
    page.get_by_role("link", name="Put it back").click()
    page.get_by_label(re.compile("^Why")).fill("She stays")
    page.locator("main form button").last.click()
    page.wait_for_url(lambda at: f"/plans/{plan_id}" not in at)
    back = plan_on(page)
    page.goto(f"/t/{tenant.slug}/plans/{back}")
    page.get_by_role("button", name=re.compile("^Give .* take ")).click()
    page.get_by_text("It runs now.").wait_for()
    work(back, settings)
    assert (plans.state_of(back), plans.state_of(plan_id)) == (PlanState.DONE, PlanState.UNDONE)
    expect(page.get_by_text("It runs now.")).to_have_count(0)
    page.goto(f"/t/{tenant.slug}/changes-made")
    picture(page, "changes-made")


def test_what_is_looked_for_appears_as_it_is_typed_and_stays_ticked(
    opened: Callable[..., Page], tenant: Tenant
) -> None:
    found = group(tenant)
    joining = person(tenant, outside=found["members"])
    page = opened()
    page.goto(f"/t/{tenant.slug}/plans/new?person={joining['guid']}")
    field = page.get_by_placeholder("Role, group, product or licence")
    field.press_sequentially(found["name"])
    box = page.locator(f'input[value="add_member {joining["guid"]} {found["key"]}"]')
    box.check()
    field.fill("zzzz")
    page.get_by_text("Nothing else is like this").wait_for()
    expect(box).to_be_checked()


def test_a_role_is_given_by_keyboard_alone(
    opened: Callable[..., Page], tenant: Tenant, picture: Callable[[Page, str], None]
) -> None:
    someone = person(tenant, outside=[], place=3)
    page = opened()
    page.goto(f"/t/{tenant.slug}/plans/new")
    tab_to(page, "#find_who")
    page.keyboard.type(someone["user_name"])
    box = page.locator(f"#who-{someone['guid']}")
    box.wait_for()
    tab_to(page, f"#who-{someone['guid']}")
    with page.expect_response("**/plans/new"):
        page.keyboard.press("Space")
    expect(page.locator(".htmx-request")).to_have_count(0)  # the form is the new one: letters go to the list that stays
    expect(box).to_be_focused()
    expect(box).to_be_checked()
    tab_to(page, "#verb")
    page.keyboard.type("Give a role")
    page.locator("#find_what").wait_for()
    expect(page.locator("#verb")).to_be_focused()
    tab_to(page, "button[value=add]")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Choose at least one role.")).to_be_visible()
    tab_to(page, "#find_what")
    page.keyboard.type("User Adm")
    page.locator("#things input").first.wait_for()
    tab_to(page, "#things input")
    page.keyboard.press("Space")
    tab_to(page, "button[value=add]")
    page.keyboard.press("Enter")
    expect(page.get_by_role("checkbox", name=f"{someone['name']} gets the role User Administrator")).to_be_checked()
    expect(page.locator("#verb")).to_be_focused()
    expect(page.locator("#preview")).to_contain_text("gets User Administrator")
    tab_to(page, "#reason")
    page.keyboard.type("Ticket 4711")
    picture(page, "new-plan")
    tab_to(page, "button[value=plan]")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/plans/\d+$"))
    plan = plans.find(tenant_id=tenant.id, plan_id=plan_on(page)).plan
    assert [(one.change.verb, one.change.subject.guid) for one in plan.steps] == [(Verb.ASSIGN_ROLE, someone["guid"])]


def tab_to(page: Page, selector: str) -> None:
    """Presses Tab until the element has the focus."""
    for _press in range(80):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{selector} is not reached by keyboard")


def test_without_script_many_are_changed_at_once(opened: Callable[..., Page], tenant: Tenant) -> None:
    page = opened(script=False)
    page.goto(f"/t/{tenant.slug}/people?type=member")
    boxes = page.locator("input[form=change-form]")
    guids = [boxes.nth(place).get_attribute("value") for place in (0, 1)]
    for place in (0, 1):
        boxes.nth(place).check()
    page.get_by_role("button", name="Change what is ticked").click()
    page.get_by_label("What is to happen").select_option("update_user")
    page.get_by_role("button", name="Show what it asks").click()
    page.get_by_role("textbox", name="Department").fill("Tests")
    page.get_by_role("button", name="Add to the plan").click()
    expect(page.locator("#preview")).to_contain_text("Tests")
    page.get_by_role("textbox", name="Why").fill("Moved together")
    page.get_by_role("button", name="Make this plan").click()
    plan = plans.find(tenant_id=tenant.id, plan_id=plan_on(page)).plan
    asked = [*(step.change for step in plan.steps), *(one.change for one in plan.barred)]
    assert {one.subject.guid for one in asked} == set(guids)
    assert {str(one.options.properties) for one in asked} == {"{'department': 'Tests'}"}


@pytest.mark.parametrize(("theme", "width"), [("light", 390), ("dark", 1280), ("dark", 390), ("light", 1280)])
def test_no_page_of_plans_has_a_grave_fault(
    opened: Callable[..., Page], tenant: Tenant, settings: Settings, theme: str, width: int
) -> None:
    page = opened(theme=theme, width=width)
    found = group(tenant)
    guid = found["members"][0]
    root = f"/t/{tenant.slug}"
    tick = f"remove_member {guid} {found['key']}"
    pages = {
        "plan": f"{root}/plans/{rich(tenant, settings)}",
        "plans": f"{root}/plans",
        "plans-none": f"{root}/plans?state=failed",
        "new-list": f"{root}/plans/new?by=list",
        "new": f"{root}/plans/new",
        "new-role": f"{root}/plans/new?who={guid}&verb=assign_role&find_what=a&scope=unit",
        "new-licence": f"{root}/plans/new?who={found['key']}&verb=assign_licence&find_who=a",
        "new-update": f"{root}/plans/new?who={guid}&verb=update_user",
        "new-create": f"{root}/plans/new?verb=create_user",
        "new-restore": f"{root}/plans/new?verb=restore_user",
        "new-replies": f"{root}/plans/new?who={guid}&verb=set_replies",
        "new-person": f"{root}/plans/new?person={guid}&find=a&change={tick.replace(' ', '%20')}",
        "new-permission": f"{root}/plans/new?permission={found['key']}&find=a",
        "person": f"{root}/people/{guid}",
        "permission": f"{root}/permission/{found['key']}",
    }
    if (theme, width) in (("dark", 390), ("light", 1280)):  # sizes and colours are independent but for the plan itself
        pages = {"plan": pages["plan"]}
    faults = {}
    for name, path in pages.items():
        page.goto(path)
        if name in ("person", "permission"):
            page.locator("input[form=change-form]").first.check()
        if found_here := looked_at(page, f"{name}-{theme}-{width}"):
            faults[name] = found_here
    page.goto(f"{root}/plans/new?by=list")
    listed = f"A,{found['key']},add\nnobody at all,{found['key']},fly"
    page.get_by_role("textbox", name="A list of changes").fill(listed)
    page.get_by_role("textbox", name="Why").fill("List")
    page.get_by_role("button", name="Show what would happen").click()
    page.get_by_text("Not clear yet").wait_for()
    if found_here := looked_at(page, f"unclear-{theme}-{width}"):
        faults["unclear"] = found_here
    assert faults == {}


def looked_at(page: Page, name: str) -> list[str]:
    """What is wrong with a page, which is kept as a picture where somebody wants to look."""
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [*_grave(page), *(["it scrolls sideways"] if wide > 0 else [])]


def rich(tenant: Tenant, settings: Settings) -> int:
    """A plan with everything that a plan may have: people who get and lose, effects, and what cannot be done."""
    known = PlanRow.objects.filter(tenant_id=tenant.id, reason=RICH, state="planned").first()
    if known is not None:
        return known.id
    found, other = group(tenant), group(tenant, 1)
    barred = rows(
        "SELECT key FROM permission WHERE tenant_id = %(tenant)s AND kind = 'security_group' AND gone_at IS NULL "
        "AND ((facts ->> 'dynamic')::bool OR (facts ->> 'on_premises')::bool) ORDER BY key LIMIT 2",
        {"tenant": tenant.id},
    )
    joining = [person(tenant, outside=found["members"], place=place)["guid"] for place in range(4)]
    changes = [
        *(Change(Verb.REMOVE_MEMBER, Subject(guid), found["key"]) for guid in found["members"][:3]),
        *(Change(Verb.ADD_MEMBER, Subject(guid), found["key"]) for guid in joining),
        *(Change(Verb.ADD_MEMBER, Subject(joining[0]), row["key"]) for row in barred),
        Change(Verb.ADD_MEMBER, Subject(joining[1]), other["key"]),
        Change(Verb.BLOCK, Subject(joining[2])),
        Change(Verb.REVOKE_SESSIONS, Subject(joining[2])),
        Change(Verb.ADD_MEMBER, Subject(other["members"][0]), other["key"]),
    ]
    made: list[int] = []
    beside(lambda: made.append(make_plan(actor=ADMIN, tenant=tenant, changes=changes, reason=RICH, settings=settings)))
    return made[0]


RICH = "Ticket 4711: the Berlin team is put together anew, and two people change over from Hamburg"
