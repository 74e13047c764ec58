"""What people do all day, in a real browser against the running demo."""

import re
from collections.abc import Callable

import pytest
from demo_stack import Demo
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

Picture = Callable[[Page, str], None]
Opener = Callable[..., Page]
PLAIN = re.compile(r"[A-Z][a-z]+ [A-Z][a-z]{3,}")


def tenant_url(page: Page) -> str:
    """The overview's address without its last slash."""
    page.goto("/")
    return page.url.rstrip("/")


def test_a_link_signs_in_once_and_only_by_its_button(browser: Browser, demo: Demo) -> None:
    link = demo.new_link()
    context = browser.new_context()
    page = context.new_page()
    page.goto(link)
    page.goto(link)  # looking twice does not use it up
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/t/*/")
    context.close()

    late = browser.new_context()
    page = late.new_page()
    page.goto(link)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("This sign-in link does not work.")
    page.goto(demo.url + "/")
    expect(page).to_have_url(re.compile("/sign-in"))
    late.close()


def test_signing_out_closes_the_door(browser: Browser, demo: Demo) -> None:
    context = browser.new_context(base_url=demo.url)
    page = context.new_page()
    page.goto(demo.new_link())
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/t/*/")
    inside = page.url
    page.locator("summary", has_text="Menu of").click()
    page.get_by_role("button", name="Sign out").click()
    page.goto(inside)
    expect(page).to_have_url(re.compile("/sign-in"))
    context.close()


def test_a_page_that_is_left_open_goes_when_its_session_has_ended(browser: Browser, demo: Demo) -> None:
    context = browser.new_context(base_url=demo.url)
    left = context.new_page()
    left.clock.install()
    left.goto(demo.new_link())
    left.get_by_role("button", name="Sign in").click()
    left.wait_for_url("**/t/*/")
    inside = left.url
    left.clock.fast_forward("31:00")
    expect(left).to_have_url(inside)
    context.clear_cookies(name="session")
    left.clock.fast_forward("31:00")
    expect(left).to_have_url(re.compile("/sign-in"))
    expect(left.get_by_role("heading", name="Sign in")).to_be_visible()
    context.close()


def test_the_overview_tells_what_matters(page: Page, open_page: Opener, picture: Picture) -> None:
    expect(page.get_by_role("heading", name=re.compile(r"Licences: [\d,]+ seats? idle"))).to_be_visible()
    expect(page.get_by_text("Blocked, yet licensed")).to_be_visible()
    expect(page.get_by_text(re.compile("^Synced")).first).to_be_visible()
    picture(page, "overview")
    dark = open_page(theme="dark")
    dark.goto("/")
    picture(dark, "overview-dark")


def test_search_as_you_type_finds_and_opens_a_person(page: Page, picture: Picture) -> None:
    page.goto(tenant_url(page) + "/people")
    name = _plain_name(page)
    page.keyboard.press("/")
    page.keyboard.type(name[:8], delay=20)
    found = page.locator("#search-panel a").filter(has_text=name).first
    found.wait_for()
    picture(page, "search")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#search-panel a").first).to_be_focused()
    found.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_filters_stand_in_the_address_and_survive_reload_and_back(page: Page, picture: Picture) -> None:
    page.goto(tenant_url(page) + "/people")
    everybody = page.get_by_role("status").first.inner_text()
    page.get_by_role("link", name="Guests", exact=True).click()
    expect(page).to_have_url(re.compile("type=guest"))
    expect(page.get_by_role("status").first).not_to_have_text(everybody)
    guests = page.get_by_role("status").first.inner_text()
    expect(page.locator("tbody .tag", has_text="Guest").first).to_be_visible()
    page.reload()
    expect(page.get_by_role("status").first).to_have_text(guests)
    page.locator("#list-q").press_sequentially("zzzz", delay=20)
    expect(page.get_by_text("Nobody matches")).to_be_visible()
    expect(page).to_have_url(re.compile("q=zzzz"))
    expect(page).to_have_url(re.compile("type=guest"))
    page.get_by_role("link", name="Show everybody").click()
    expect(page.get_by_role("status").first).to_have_text(everybody)
    picture(page, "people")


def test_turning_pages_goes_there_and_back(page: Page) -> None:
    page.goto(tenant_url(page) + "/people")
    first = page.locator("a[data-open]").first.inner_text()
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_role("link", name="Previous")).to_be_visible()
    expect(page.locator("a[data-open]").first).not_to_have_text(first)
    page.get_by_role("link", name="Previous").click()
    expect(page.locator("a[data-open]").first).to_have_text(first)


def test_a_person_shows_each_permission_with_its_paths(page: Page, picture: Picture) -> None:
    _open_somebody_with_a_nested_path(page)
    chip = page.locator("main .link-chip").first
    expect(page.get_by_text("through", exact=True).first).to_be_visible()
    expect(page.get_by_text("direct", exact=True).first).to_be_visible()
    expect(page.get_by_role("heading", name="Manager")).to_be_visible()
    plans = page.locator("summary", has_text="services on").first
    if plans.count():
        plans.click()
        expect(page.locator("#licence details[open] li").first).to_be_visible()
    picture(page, "person")
    name = chip.inner_text()
    chip.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_a_permission_shows_its_rule_and_its_holders(page: Page, picture: Picture) -> None:
    root = tenant_url(page)
    page.goto(root + "/permissions/security_group?rule=yes")
    page.locator("a[data-open]").first.click()
    expect(page.get_by_role("heading", name="Membership rule")).to_be_visible()
    expect(page.locator("main pre")).to_contain_text("user.")
    page.locator("#results tbody tr").first.wait_for()
    expect(page.get_by_text("by rule", exact=True).first).to_be_visible()
    picture(page, "permission")
    page.locator("#list-q").fill("zzzzz")
    expect(page.get_by_text("No holder matches")).to_be_visible()


def test_permissions_are_listed_by_kind(page: Page, picture: Picture) -> None:
    root = tenant_url(page)
    for kind in ("Roles", "Groups", "Microsoft 365", "Mail-enabled", "Distribution", "Products"):
        page.get_by_role("navigation", name="Pages").get_by_role("link", name=kind).first.click()
        expect(page.locator("#results tbody tr").first).to_be_visible()
    page.goto(root + "/permissions")
    picture(page, "permissions")


def test_licences_say_their_message_beside_the_numbers(page: Page, picture: Picture) -> None:
    page.goto(tenant_url(page) + "/licences")
    expect(page.get_by_role("heading", name=re.compile(r"[\d,]+ seats? idle"))).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("seats? idle|No seat left")).first).to_be_visible()
    picture(page, "licences")


def test_a_sync_is_started_and_followed_to_its_end(page: Page, picture: Picture) -> None:
    page.goto(tenant_url(page) + "/runs")
    page.get_by_role("button", name="Sync now").click()
    page.wait_for_url("**/runs/*")
    expect(page.locator("#run").get_by_text("Succeeded")).to_be_visible(timeout=60_000)
    expect(page.locator("#run").get_by_text(re.compile(r"of [\d,]+")).first).to_be_visible()
    picture(page, "run")


def test_the_theme_is_chosen_and_stays_without_a_flash(page: Page) -> None:
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "keep-dark")
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "keep-dark"
    page.get_by_role("button", name="System").click()
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") is None


def test_rows_are_walked_and_opened_by_keyboard(page: Page) -> None:
    page.goto(tenant_url(page) + "/people")
    page.locator("a[data-open]").first.wait_for()
    page.keyboard.press("j")
    page.keyboard.press("j")
    second = page.locator("a[data-open]").nth(1)
    expect(second).to_be_focused()
    page.keyboard.press("k")
    expect(page.locator("a[data-open]").first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/people/*-*")
    page.keyboard.press("g")
    page.keyboard.press("l")
    page.wait_for_url("**/licences")


def test_the_first_tab_stop_skips_to_the_content(page: Page) -> None:
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_a_phone_has_a_drawer_and_no_page_is_too_wide(open_page: Opener, picture: Picture) -> None:
    page = open_page(width=390, height=844)
    root = tenant_url(page)
    picture(page, "phone")
    expect(page.get_by_role("navigation", name="Pages")).to_be_hidden()
    page.get_by_role("button", name="Open the menu").click()
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="People", exact=True).click()
    page.wait_for_url("**/people")
    person = page.locator("a[data-open]").first.get_attribute("href")
    for path in ("/", "/people", "/permissions", "/licences", "/runs", "/runs/1", "/search?q=a"):
        page.goto(root + path)
        assert _too_wide(page) <= 0, path
    for path in (str(person), "/integrations", "/connect", "/connect?step=scopes", "/connect/own"):
        page.goto(path)
        assert _too_wide(page) <= 0, path


def test_pages_work_without_script(open_page: Opener) -> None:
    page = open_page(script=False)
    root = tenant_url(page)
    page.goto(root + "/people")
    page.get_by_role("link", name="Blocked").click()
    assert "state=blocked" in page.url
    page.locator("#list-q").fill("a")
    page.locator("#list-search").get_by_role("button", name="Search").click()
    assert "q=a" in page.url
    assert "state=blocked" in page.url
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "keep-dark")
    assert page.url.startswith(root + "/people")


def _plain_name(page: Page) -> str:
    """A name of letters that the keyboard types, long enough to find one person among many."""
    names = page.locator("a[data-open]").all_inner_texts()
    return [name for name in names if PLAIN.fullmatch(name)][-1]


def _open_somebody_with_a_nested_path(page: Page) -> None:
    page.goto(tenant_url(page) + "/people?type=member&state=active&licensed=yes")
    links = [link for link in page.locator("a[data-open]").all() if PLAIN.fullmatch(link.inner_text())]
    addresses = [link.get_attribute("href") for link in links]
    for address in addresses:
        page.goto(str(address))
        if page.get_by_text("inside", exact=True).count() and page.get_by_text("direct", exact=True).count():
            return
    pytest.fail("Nobody on the first page holds anything through a group.")


def _too_wide(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def test_settings_stand_together_and_a_connection_begins_with_its_verdict(page: Page, picture: Picture) -> None:
    side = page.get_by_role("navigation", name="Pages", exact=True)
    side.get_by_role("link", name="Connection").click()
    tabs = page.get_by_role("navigation", name="Pages of this connection")
    expect(tabs.get_by_role("link", name="Connection")).to_have_attribute("aria-current", "page")
    expect(page.locator("#standing-title")).to_have_text(re.compile(r"It (is|works)"))
    picture(page, "connection")
    for name, heading in (("Capabilities", "Capabilities"), ("Credentials", "Credentials"), ("Health", "Health")):
        tabs.get_by_role("link", name=name).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        if name == "Capabilities":
            picture(page, "capabilities")
    side.get_by_role("link", name="Audit trail").click()
    row = page.locator("main details").first
    row.locator("summary").click()
    expect(row.get_by_text("Number in the chain")).to_be_visible()
    picture(page, "audit")
