"""Columns and views with the keyboard and without script, in a real Chromium."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def heads(page: Page) -> list[str]:
    return page.locator("thead th").all_inner_texts()


def list_of_people(open_page: Callable[..., Page], *, script: bool) -> Page:
    page = open_page(script=script)
    page.goto("/")
    page.goto(page.url.rstrip("/") + "/people?view=all&cols=name,mail,city")
    return page


@pytest.mark.parametrize("script", [True, False])
def test_columns_are_chosen_and_moved_with_the_keyboard_alone(open_page: Callable[..., Page], *, script: bool) -> None:
    page = list_of_people(open_page, script=script)
    page.locator("summary", has_text="Columns").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Move Mail to the right").focus()
    page.keyboard.press("Enter")
    assert page.locator(":focus").get_attribute("aria-label") == "Move Mail to the right"
    page.get_by_label("Country").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Show these columns").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**cols=name,city,mail,country**")
    assert heads(page) == ["Name", "City", "Mail", "Country"]
    page.locator("summary", has_text="Columns").click()
    page.get_by_role("button", name="Reset").click()
    page.wait_for_url("**view=all")
    assert heads(page)[1] == "Department"


@pytest.mark.parametrize("script", [True, False])
def test_a_view_is_kept_opened_and_deleted(open_page: Callable[..., Page], *, script: bool) -> None:
    page = list_of_people(open_page, script=script)
    name = f"Blocked {uuid4().hex[:6]}"
    page.get_by_role("link", name="Blocked", exact=True).click()
    page.wait_for_url("**state=blocked**")
    page.locator("summary", has_text="Save view").click()
    page.get_by_label("Name of the new view").fill(name)
    page.get_by_role("button", name="Save as a new view").click()
    page.get_by_role("navigation", name="Views of this list").get_by_role("link", name=name).wait_for()
    assert heads(page) == ["Name", "Mail", "City"]
    page.get_by_role("link", name="Guests", exact=True).click()
    page.wait_for_url("**type=guest**")
    page.get_by_role("navigation", name="Views of this list").get_by_text("changed").wait_for()
    page.locator("summary", has_text="Save view").click()
    page.get_by_role("link", name="Rename, share or delete views").click()
    page.get_by_role("button", name=f"Delete {name}").click()
    page.get_by_role("link", name=name).wait_for(state="detached")


def test_the_file_is_downloaded(open_page: Callable[..., Page]) -> None:
    page = list_of_people(open_page, script=True)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="CSV of").click()
    assert waiting.value.suggested_filename.endswith(".csv")
    assert "-people-" in waiting.value.suggested_filename
