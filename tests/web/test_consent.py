"""The round trip to Microsoft's consent page, in a real browser through the simulated tenant."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

ORDINARY = "A person without an administrator role"
FOREIGN = "An administrator of another organisation"
GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def to_microsoft(page: Page, *, tenant: str = "") -> None:
    """Through the wizard to the consent page."""
    page.goto("/integrations")
    page.get_by_role("link", name="Connect", exact=True).click()
    expect(page.get_by_text("Privileged Role Administrator")).to_be_visible()
    expect(page.get_by_text("No particular plan")).to_be_visible()
    page.get_by_role("link", name="Continue").click()
    page.get_by_label("Which tenant?").fill(tenant)
    page.get_by_role("button", name="Go to Microsoft to consent").click()
    page.get_by_role("heading", name="Permissions requested").wait_for()


def test_consent_connects_and_the_first_sync_starts_by_itself(page: Page, picture: Callable[[Page, str], None]) -> None:
    page.goto("/connect?step=scopes")
    picture(page, "connect")
    to_microsoft(page)
    page.get_by_role("button", name="Accept").click()
    page.wait_for_url("**/t/*/")
    expect(page.get_by_role("heading", name="What can be held")).to_be_visible(timeout=60_000)
    page.goto("/integrations")
    expect(page.get_by_text("Connected", exact=True).first).to_be_visible()
    picture(page, "integrations")


def test_what_is_ticked_is_what_the_scopes_are_for(page: Page) -> None:
    page.goto("/connect?step=scopes")
    asked = page.locator("#asked")
    expect(asked).to_contain_text("RoleManagement.Read.Directory")
    page.get_by_label("See roles").uncheck()
    expect(asked).not_to_contain_text("RoleManagement.Read.Directory")
    expect(asked).to_contain_text("GroupMember.Read.All")
    carried = page.locator('input[form="connect-form"][name="capability"]')
    expect(carried.and_(page.locator('[value="see_groups"]'))).to_have_count(1)
    expect(carried.and_(page.locator('[value="see_roles"]'))).to_have_count(0)


def test_declining_is_said_and_leads_back(page: Page) -> None:
    to_microsoft(page)
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("main")).to_contain_text("consent_declined")
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_role("button", name="Go to Microsoft to consent")).to_be_visible()


def test_an_ordinary_person_is_told_who_may_consent(page: Page) -> None:
    to_microsoft(page)
    page.get_by_label(ORDINARY).check()
    page.get_by_role("button", name="Accept").click()
    expect(page.locator("main")).to_contain_text("consent_no_admin_role")
    expect(page.get_by_role("link", name="Try again")).to_be_visible()


def test_the_consent_of_another_tenant_is_refused(page: Page) -> None:
    page.goto("/integrations")
    guid = "5f3c1d5e-0000-4000-8000-000000000000"
    page.goto("/connect?step=scopes")
    page.get_by_label("Which tenant?").fill(guid)
    page.get_by_role("button", name="Go to Microsoft to consent").click()
    expect(page.locator("body")).to_contain_text("AADSTS90002")  # Microsoft itself knows no such tenant


def test_an_administrator_of_another_organisation_connects_nothing(page: Page) -> None:
    to_microsoft(page)
    page.get_by_label(FOREIGN).check()
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("link", name="Try again")).to_be_visible()


def test_an_answer_works_once_and_only_with_our_state(page: Page) -> None:
    page.goto("/connect/callback?admin_consent=True&tenant=5f3c1d5e-0000-4000-8000-000000000000&state=forged")
    expect(page.locator("main")).to_contain_text("consent_state_invalid")


def test_a_wrong_secret_stays_on_the_form_without_the_secret(page: Page) -> None:
    page.goto("/connect/own?way=secret")
    page.get_by_label("Tenant id").fill("nonsense")
    page.get_by_label("Application (client) id").fill("5f3c1d5e-0000-4000-8000-000000000000")
    page.get_by_label("Client secret").fill("not the secret")
    page.get_by_role("button", name="Connect and start the first sync").click()
    expect(page.get_by_text("An id looks like")).to_be_visible()
    expect(page.get_by_label("Client secret")).to_have_value("")
    page.get_by_label("Tenant id").fill("5f3c1d5e-0000-4000-8000-000000000000")
    page.get_by_label("Client secret").fill("not the secret")
    page.get_by_role("button", name="Connect and start the first sync").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert "not the secret" not in page.content()
