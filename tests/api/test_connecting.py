"""Connections by script: every way to connect, credentials, scopes and capabilities, and runs page by page."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from django.test import Client

import stories
from chamberlain.model.tenant import Tenant
from chamberlain.queries.connections import list_runs
from chamberlain.settings import load

JSON = "application/json"


@pytest.fixture
def client(script: Callable[..., Client]) -> Client:
    return script()


def root(tenant: Tenant) -> str:
    return f"/api/v1/tenants/{tenant.slug}/connection"


def test_a_certificate_is_made_shown_and_forgotten(client: Client, tenant: Tenant) -> None:
    made = client.post(f"{root(tenant)}/credentials/certificates", {}, content_type=JSON)
    assert made.status_code == 201, made.content
    told = made.json()
    assert told["certificate"].startswith("-----BEGIN CERTIFICATE")
    assert b"PRIVATE KEY" not in made.content
    shown = client.get(f"{root(tenant)}/credentials").json()
    assert shown[0]["state"] == "current"
    assert told["id"] in [one["id"] for one in shown]
    unknown_to_microsoft = {"credential": told["id"]}
    answer = client.post(f"{root(tenant)}/credentials/rotate", unknown_to_microsoft, content_type=JSON)
    assert answer.json()["code"] == "certificate_refused"
    assert client.delete(f"{root(tenant)}/credentials/{shown[0]['id']}").status_code == 409
    assert client.delete(f"{root(tenant)}/credentials/{told['id']}").status_code == 204


@pytest.mark.parametrize("wish", [{}, {"client_secret": "x", "federation": True}], ids=["none", "two"])
def test_one_proof_is_named(client: Client, tenant: Tenant, wish: dict[str, object]) -> None:
    assert client.post(f"{root(tenant)}/credentials/rotate", wish, content_type=JSON).status_code == 422
    ids = {"tenant_id": str(tenant.guid), "client_id": str(tenant.guid)}
    assert client.post("/api/v1/connections", {**ids, **wish}, content_type=JSON).status_code == 422


def test_consent_begins_with_an_address_of_microsoft(
    client: Client, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAMBERLAIN_CLIENT_ID", "00000000-0000-4000-8000-0000000000aa")
    monkeypatch.setenv("CHAMBERLAIN_CLIENT_SECRET", "secret~of~the~installation")
    answer = client.post("/api/v1/connections/consent", {"tenant_id": str(tenant.guid)}, content_type=JSON)
    assert answer.status_code == 201, answer.content
    url = answer.json()["url"]
    assert url.startswith(f"{load().login_root}/{tenant.guid}/adminconsent")
    assert "secret" not in urlsplit(url).query
    for wanted, status in ((["see_people", "see_groups"], 201), (["provision_groups"], 400), (["see_all"], 422)):
        wish = {"tenant_id": str(tenant.guid), "capabilities": wanted}
        assert client.post("/api/v1/connections/consent", wish, content_type=JSON).status_code == status


def test_capabilities_are_chosen_and_scopes_told(client: Client, tenant: Tenant) -> None:
    before = client.get(f"{root(tenant)}/scopes").json()
    chosen = [one["capability"] for one in before["capabilities"] if one["chosen"]]
    assert {one["state"] for one in before["scopes"]} >= {"granted"}
    fewer = [one for one in chosen if one != "see_consents"]
    told = client.put(f"{root(tenant)}/capabilities", {"capabilities": fewer}, content_type=JSON)
    assert (told.status_code, set(told.json())) == (200, set(fewer))
    after = client.get(f"{root(tenant)}/scopes").json()
    assert [one["capability"] for one in after["capabilities"] if one["chosen"]] == fewer
    refused = client.put(f"{root(tenant)}/capabilities", {"capabilities": ["provision_groups"]}, content_type=JSON)
    assert refused.json()["code"] == "writing_unconfirmed"
    assert client.put(f"{root(tenant)}/capabilities", {"capabilities": chosen}, content_type=JSON).status_code == 200


def test_runs_come_page_by_page(client: Client, tenant: Tenant) -> None:
    for _ in range(2):
        stories.perform(tenant, load())
    everything = [run.id for run in list_runs(viewer=stories.ADMIN, tenant=tenant, limit=10_000)]
    walked, before = [], ""
    while before is not None:
        page = client.get(f"/api/v1/tenants/{tenant.slug}/runs?limit=1{before and f'&before={before}'}").json()
        walked += [one["id"] for one in page["items"]]
        before = page["next_before"]
    assert walked == everything
    assert len(walked) >= 3


def test_a_page_of_consents_is_as_long_as_asked(client: Client, tenant: Tenant) -> None:
    page = client.get(f"/api/v1/tenants/{tenant.slug}/consents?limit=1").json()
    assert len(page["items"]) == 1 < page["total"]
