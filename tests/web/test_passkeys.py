"""Passkeys and Microsoft's sign-in in a real Chromium, with a virtual authenticator of the browser's own."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import override_settings
from playwright.sync_api import Browser, CDPSession, Page, expect
from served import served
from visitors import administrator, events, people, told_of

from chamberlain.actions import use_passkey
from chamberlain.actions.sign_in import issue_sign_in_link
from chamberlain.bench.simulated import Simulated
from chamberlain.errors import Misconfigured, Refused
from chamberlain.model.actor import SYSTEM
from chamberlain.policy.relying_party import is_possible

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("world")]


@pytest.fixture(scope="module")
def microsoft(start_tenant: Callable[..., Simulated]) -> Simulated:
    return start_tenant(population="golden", seed=73)


@pytest.fixture(scope="module")
def installation(world: object, microsoft: Simulated, browser: Browser) -> Iterator[str]:
    """The address of an installation that a browser can reach."""
    from django.conf import settings

    policy = {"DIRECTIVES": {**settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]}}
    policy["DIRECTIVES"]["form-action"] = ["'self'", microsoft.url]
    with served() as url, pytest.MonkeyPatch.context() as patch, override_settings(CONTENT_SECURITY_POLICY=policy):
        own = {"CHAMBERLAIN_PUBLIC_URL": url, "CHAMBERLAIN_SIGN_IN_TENANT": microsoft.tenant_id}
        for name, value in (told_of(microsoft) | own).items():
            patch.setenv(name, value)
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop idles in this thread while we ask
        yield url


@pytest.fixture
def page(browser: Browser, installation: str) -> Iterator[Page]:
    context = browser.new_context(base_url=installation)
    context.set_default_timeout(15_000)
    complaints: list[str] = []
    opened = context.new_page()
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
    yield opened
    context.close()
    assert complaints == []


def authenticator(page: Page, *, verified: bool = True) -> tuple[CDPSession, str]:
    """A device in the browser that keeps passkeys and says at once that its person agrees."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable", {"enableUI": False})
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": verified,
        "automaticPresenceSimulation": True,
    }
    made: dict[str, Any] = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, made["authenticatorId"]


def enter_by_link(page: Page, name: str) -> None:
    page.goto(issue_sign_in_link(actor=SYSTEM, root="", name=name))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/sign-in/" not in url)


def add_passkey(page: Page, called: str) -> None:
    page.goto("/your-sign-in")
    page.get_by_label("Name of the passkey").fill(called)
    page.get_by_role("button", name="Add a passkey").click()


def sign_out(page: Page) -> None:
    page.goto("/your-sign-in")
    page.locator("summary", has_text="Menu of").click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url("**/sign-in")


def test_a_passkey_is_added_signs_in_and_is_removed(page: Page) -> None:
    session, device = authenticator(page)
    enter_by_link(page, "Key Holder")
    add_passkey(page, "Key in the <safe>")
    expect(page.get_by_text("The passkey is added.")).to_be_visible()
    expect(page.get_by_text("Key in the <safe>")).to_be_visible()
    sign_out(page)
    page.goto("/sign-in?next=/your-sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/your-sign-in")
    expect(page.get_by_text("last used")).to_be_visible()
    assert events("person:signed_in")[-1].details["by"] == "passkey"
    page.get_by_role("button", name="Remove the passkey").click()
    expect(page.get_by_text("The passkey is removed.")).to_be_visible()
    kept = session.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]
    assert len(kept) == 1, "the device still has it, and must not be let in with it"


def test_a_passkey_that_was_removed_or_is_strange_opens_nothing(page: Page) -> None:
    authenticator(page)
    enter_by_link(page, "Another Holder")
    add_passkey(page, "one")
    expect(page.get_by_text("The passkey is added.")).to_be_visible()
    sign_out(page)
    from chamberlain.store.models import PasskeyRow

    row = PasskeyRow.objects.get(name="one")
    PasskeyRow.objects.filter(pk=row.pk).update(credential_id=b"another", user=row.user)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert").first).to_contain_text("passkey_refused")
    assert events("sign_in:refused")[-1].details["by"] == "passkey"
    row.delete()


def test_a_copied_passkey_is_noticed_by_its_counter(page: Page) -> None:
    authenticator(page)
    enter_by_link(page, "Copied")
    add_passkey(page, "copied")
    expect(page.get_by_text("The passkey is added.")).to_be_visible()
    sign_out(page)
    from chamberlain.store.models import PasskeyRow

    PasskeyRow.objects.filter(name="copied").update(counter=10_000)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert").first).to_contain_text("passkey_refused")
    PasskeyRow.objects.filter(name="copied").delete()


def test_a_device_that_does_not_know_its_person_makes_no_passkey(page: Page) -> None:
    authenticator(page, verified=False)
    enter_by_link(page, "Unverified")
    add_passkey(page, "weak")
    expect(page.get_by_text("No passkey was made. Try again.")).to_be_visible()


def test_an_answer_that_was_heard_before_opens_nothing(page: Page) -> None:
    authenticator(page)
    enter_by_link(page, "Overheard")
    add_passkey(page, "overheard")
    expect(page.get_by_text("The passkey is added.")).to_be_visible()
    sign_out(page)
    heard: list[tuple[str, str]] = []
    page.on(
        "request",
        lambda asked: (
            heard.append((asked.post_data or "", asked.all_headers().get("cookie", "")))
            if asked.url.endswith("/sign-in/passkey")
            else None
        ),
    )
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    from urllib.parse import parse_qs

    credential = parse_qs(heard[0][0])["credential"][0]
    secret = heard[0][1].split("entrance=")[1].split(";")[0]
    with pytest.raises(Refused, match="sign_in_state_invalid"):
        use_passkey.sign_in_with_passkey(secret=secret, answer=credential)
    fresh = use_passkey.begin_passkey_sign_in()
    with pytest.raises(Refused, match="passkey_refused"):
        use_passkey.sign_in_with_passkey(secret=fresh.secret, answer=credential)
    from chamberlain.store.models import PasskeyRow

    PasskeyRow.objects.filter(name="overheard").delete()


@pytest.mark.parametrize("answer", ["", "{}", "[]", "null", json.dumps({"rawId": "AA"}), "\udce4", '{"rawId": 1}'])
def test_what_is_no_answer_is_refused(installation: str, answer: str) -> None:
    begun = use_passkey.begin_passkey_sign_in()
    with pytest.raises(Refused, match="passkey_refused"):
        use_passkey.sign_in_with_passkey(secret=begun.secret, answer=answer)


def test_a_passkey_of_another_origin_is_refused(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a site signs that is called otherwise does not count here, even on the same host."""
    authenticator(page)
    enter_by_link(page, "Elsewhere")
    monkeypatch.setenv("CHAMBERLAIN_PUBLIC_URL", "http://localhost:1")
    add_passkey(page, "elsewhere")
    expect(page.get_by_role("alert").first).to_contain_text("passkey_refused")


@pytest.mark.parametrize(
    ("url", "possible"),
    [
        ("https://access.example.com", True),
        ("http://localhost:8400", True),
        ("http://access.example.com", False),
        ("http://127.0.0.1:8400", False),
        ("https://192.0.2.1", False),
        ("https://[2001:db8::1]", False),
    ],
)
def test_passkeys_are_offered_where_browsers_allow_them(
    installation: str, url: str, possible: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert is_possible(url) is possible
    monkeypatch.setenv("CHAMBERLAIN_PUBLIC_URL", url)
    if not possible:
        with pytest.raises(Misconfigured, match="passkeys_need_https"):
            use_passkey.begin_passkey_sign_in()
        assert b"another address" in administrator("Addressed").get("/your-sign-in").content


def test_the_whole_way_by_microsoft_in_a_browser(page: Page, microsoft: Simulated) -> None:
    person = people(microsoft)[0]
    page.goto("/your-sign-in")
    page.get_by_role("button", name="Sign in with Microsoft").click()
    page.get_by_role("heading", name="Pick an account").wait_for()
    page.get_by_label("Or another account").fill(person["userPrincipalName"])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/your-sign-in")
    expect(page.get_by_text("This one")).to_be_visible()
    sign_out(page)
    page.get_by_role("button", name="Sign in with Microsoft").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("alert").first).to_contain_text("sign_in_declined")


def test_a_link_keeps_its_secret_out_of_every_address(page: Page, browser: Browser, installation: str) -> None:
    asked: list[str] = []
    page.on("request", lambda one: asked.append(f"{one.url} {one.headers}"))
    link = issue_sign_in_link(actor=SYSTEM, root="", name="Linked")
    secret = link.partition("#")[2]
    page.goto(link)
    expect(page.get_by_label("what stands behind its #")).to_be_hidden()
    assert page.evaluate("location.href") == f"{installation}/sign-in/link"
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/sign-in/" not in url)
    assert len(secret) >= 43
    assert any("/sign-in/link" in one for one in asked)
    assert not any(secret in one for one in asked)


@pytest.mark.parametrize("whole", [True, False])
def test_a_link_works_without_script_when_it_is_pasted(browser: Browser, installation: str, *, whole: bool) -> None:
    context = browser.new_context(base_url=installation, java_script_enabled=False)
    page = context.new_page()
    link = issue_sign_in_link(actor=SYSTEM, root=installation, name="Scriptless")
    page.goto(link)
    page.get_by_label("what stands behind its #").fill(link if whole else link.partition("#")[2])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/sign-in/" not in url)
    assert "#" not in page.url
    context.close()
