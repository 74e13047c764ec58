"""A running demo, a real Chromium that is signed in to it, and pictures of what it shows."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from demo_stack import Demo, RunningDemo
from playwright.sync_api import Browser, Page, StorageState, sync_playwright

REQUIRED = os.environ.get("CHAMBERLAIN_BROWSER_REQUIRED") == "1"
PICTURES = os.environ.get("CHAMBERLAIN_SCREENSHOTS")
FOLDER = Path(__file__).parents[2] / "docs" / "images"
PATIENCE = 15_000


@pytest.fixture(scope="session")
def browser(world: object) -> Iterator[Browser]:
    """Debian's Chromium. Without one the tests are skipped, or fail where CHAMBERLAIN_BROWSER_REQUIRED=1.

    Playwright's loop runs in this thread from here on, and Django opens no database beside one: the world comes first.
    """
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        if REQUIRED:
            pytest.fail("There is no Chromium on this machine, and CHAMBERLAIN_BROWSER_REQUIRED=1 asks for one.")
        pytest.skip("There is no Chromium on this machine.")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def demo(browser: Browser) -> Iterator[Demo]:
    """The demo; large when pictures for the documentation are taken. Started only where there is a browser."""
    running = RunningDemo(users=2000, groups=300, memberships=20000) if PICTURES else _small_demo()
    yield running.demo
    running.stop()


@pytest.fixture(scope="session")
def signed_in(browser: Browser, demo: Demo) -> StorageState:
    """Cookies of somebody who has used the demo's link, after the first sync has ended."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(demo.link)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/t/*/")
    page.get_by_role("heading", name="What can be held").wait_for(timeout=60_000)
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def open_page(browser: Browser, demo: Demo, signed_in: StorageState) -> Iterator[Callable[..., Page]]:
    """Opens signed-in pages of any size and theme; what the browser complains about fails the test."""
    complaints: list[str] = []
    contexts = []

    def opened(*, width: int = 1280, height: int = 900, theme: str = "light", script: bool = True) -> Page:
        context = browser.new_context(
            base_url=demo.url,
            storage_state=signed_in,
            viewport={"width": width, "height": height},
            color_scheme="dark" if theme == "dark" else "light",
            java_script_enabled=script,
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: _note(complaints, message.type, message.text))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """A signed-in page on a laptop, at the overview of the tenant."""
    opened = open_page()
    opened.goto("/")
    return opened


@pytest.fixture
def picture() -> Callable[[Page, str], None]:
    """Keeps what a page shows for the documentation, where CHAMBERLAIN_SCREENSHOTS is set."""

    def taken(shown: Page, name: str) -> None:
        if PICTURES:
            FOLDER.mkdir(parents=True, exist_ok=True)
            shown.screenshot(path=FOLDER / f"{name}.png", animations="disabled")

    return taken


def _small_demo() -> RunningDemo:
    return RunningDemo(users=240, groups=60, memberships=2400)


def _note(complaints: list[str], kind: str, text: str) -> None:
    """Answers of 4xx and 5xx are the tests' own business; anything else that is written in red is a defect."""
    if kind == "error" and "Failed to load resource" not in text:
        complaints.append(text)
