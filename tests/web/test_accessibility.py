"""axe on every page, in both themes, on a laptop and on a phone."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from demo_stack import Demo
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
GRAVE = {"serious", "critical"}
IN_TENANT = (
    "/",
    "/people",
    "/people?type=guest&state=blocked&q=zzzz",
    "/people/00000000-0000-0000-0000-000000000000",
    "/permissions",
    "/permissions/role",
    "/permissions/distribution_group",
    "/licences",
    "/consents",
    "/consents?q=zzzz",
    "/changes",
    "/changes?section=grants_opened",
    "/connection",
    "/connection/capabilities",
    "/connection/capabilities?planned=yes&capability=provision_roles",
    "/runs",
    "/runs/1",
    "/search?q=a",
    "/mine",
    "/people-and-roles",
    "/health",
    "/audit",
    "/connection/disconnect",
)
AROUND = (
    "/messages",
    "/api-tokens",
    "/tenants",
    "/people-and-roles",
    "/integrations",
    "/connect",
    "/connect?step=scopes",
    "/connect/own",
    "/connect/callback?state=no",
    "/nowhere",
)


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_has_a_grave_fault(open_page: Callable[..., Page], theme: str, width: int) -> None:
    page = open_page(theme=theme, width=width)
    page.goto("/")
    root = page.url.rstrip("/")
    addresses = [root + path for path in IN_TENANT] + list(AROUND) + _details(page, root)
    faults = {address: found for address in addresses if (found := _faults(page, address))}
    assert faults == {}


def test_open_menus_and_results_have_no_grave_fault(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.goto("/")
    page.get_by_role("searchbox").first.press_sequentially("a")
    page.locator("#search-panel a").first.wait_for()
    page.locator("summary", has_text="Tenant:").click()
    assert _grave(page) == []


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_tools_of_lists_have_no_grave_fault(open_page: Callable[..., Page], theme: str, width: int) -> None:
    page = open_page(theme=theme, width=width)
    page.goto("/")
    root = page.url.rstrip("/")
    for path in ("/people?open=columns", "/permissions?cols=name,owners,dynamic,created,key&open=columns"):
        assert _faults(page, root + path) == []
    page.goto(root + "/people?type=guest")
    page.locator("summary", has_text="Save view").click()
    assert _grave(page) == []
    for _ in range(2):  # the second time the name is taken
        page.goto(root + "/people?type=guest")
        page.locator("summary", has_text="Save view").click()
        page.get_by_label("Name of the new view").fill(f"Guests {theme} {width}")
        page.get_by_role("button", name="Save as a new view").click()
        page.get_by_text(f"Guests {theme} {width}").first.wait_for()
        assert _grave(page) == []


def test_the_way_in_has_no_grave_fault(browser: Browser, demo: Demo) -> None:
    context = browser.new_context(base_url=demo.url)
    page = context.new_page()
    assert _faults(page, "/sign-in") == []
    assert _faults(page, "/sign-in/link") == []
    context.close()


def test_axe_sees_a_fault_that_is_there(page: Page) -> None:
    page.evaluate("document.querySelector('#global-q').closest('form').querySelector('label').remove()")
    page.evaluate("document.querySelector('#global-q').removeAttribute('placeholder')")
    page.evaluate("document.querySelector('#global-q').removeAttribute('title')")
    assert _grave(page) != []


def _details(page: Page, root: str) -> list[str]:
    """A person, and a permission of each sort that looks different; now, and as it was a moment ago."""
    found = []
    for path in ("/people?admin=yes", "/permissions/security_group?rule=yes", "/permissions/product", "/licences"):
        page.goto(root + path)
        link = page.locator("a[data-open]").first
        found.append(str(link.get_attribute("href")))
    return [*found, *(f"{address}?at={datetime.now(UTC):%Y-%m-%dT%H:%M:%S}" for address in found)]


def _faults(page: Page, address: str) -> list[str]:
    page.goto(address)
    return _grave(page)


def _grave(page: Page) -> list[str]:
    if not AXE.exists():
        pytest.fail(f"{AXE} is missing: run `npm ci` in frontend/.")
    page.evaluate(AXE.read_text("utf-8"))
    told: dict[str, Any] = page.evaluate("rules => axe.run({runOnly: {type: 'tag', values: rules}})", RULES)
    return [
        f"{fault['id']}: {fault['nodes'][0]['html'][:160]} {fault['nodes'][0]['failureSummary'][:200]}"
        for fault in told["violations"]
        if fault["impact"] in GRAVE
    ]
