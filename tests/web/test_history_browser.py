"""What changed, in a real Chromium: a row of the history is read at a glance, however narrow its page."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page
from served import served

from chamberlain.actions.sign_in import issue_sign_in_link
from chamberlain.bootstrap import World
from chamberlain.model.kind import Family, Relation
from chamberlain.model.observed import key_of
from chamberlain.model.tenant import Tenant
from recorded import Recorder, guid, new_tenant
from stories import ADMIN

pytestmark = pytest.mark.browser

FIRST = datetime(2026, 3, 1, 8, tzinfo=UTC)
ANNA, TEAM, CLUB, HELPDESK = guid(1), guid(11), guid(12), guid(21)
LINES = """
() => [...document.querySelectorAll('#results tbody tr')].map(row => {
  const cell = row.lastElementChild, range = document.createRange();
  range.selectNodeContents(cell);
  return Math.round(range.getBoundingClientRect().height / parseFloat(getComputedStyle(cell).lineHeight));
})
"""
FITS = "() => document.documentElement.scrollWidth <= innerWidth"


@pytest.fixture(scope="module")
def tenant(world: World, browser: Browser) -> Iterator[Tenant]:
    """Anna leaves a team with a long name and a role, and the team enters the club."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop idles in this thread while we ask
        tenant = new_tenant(FIRST)
        recorder, anna = Recorder(tenant), {ANNA: "Anna Weber"}
        groups = {TEAM: "Regional Warehouse Coordination, Northern Europe", CLUB: "Club"}
        roles = {HELPDESK: "Helpdesk Administrator"}
        held = [(ANNA, TEAM, Relation.MEMBER), (ANNA, HELPDESK, Relation.ELIGIBLE)]
        recorder.see(FIRST, people=anna, groups=groups, roles=roles, edges=held)
        more = [*held, (TEAM, CLUB, Relation.MEMBER)]
        recorder.see(FIRST + timedelta(days=2), people=anna, groups=groups, roles=roles, edges=more)
        recorder.see(FIRST + timedelta(days=9), people=anna, groups=groups, roles=roles)
        yield tenant


@pytest.fixture(scope="module")
def page(browser: Browser, tenant: Tenant) -> Iterator[Page]:
    with served() as url:
        context = browser.new_context(base_url=url)
        page = context.new_page()
        page.goto(issue_sign_in_link(actor=ADMIN, root="", name="Ada Admin"))
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda at: "/sign-in" not in at)
        yield page
        context.close()


def test_when_something_was_held_takes_two_lines_at_most_and_no_page_is_wider_than_its_window(
    page: Page, tenant: Tenant
) -> None:
    group = key_of(Family.GROUP, TEAM)
    for path, lines in ((f"people/{ANNA}", [2, 1, 2, 1, 1, 1]), (f"permission/{group}?show=history", [2])):
        for width in (1024, 1280, 1600):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(f"/t/{tenant.slug}/{path}")
            assert page.evaluate(LINES) == lines, width
            assert page.evaluate(FITS), width
    page.set_viewport_size({"width": 390, "height": 900})
    page.goto(f"/t/{tenant.slug}/people/{ANNA}")
    assert page.locator("#results").get_by_text("through", exact=True).first.is_visible(), (
        "how it was held, where columns are few"
    )
    assert page.evaluate(FITS)
