"""Admin consent in both forms: the page, every answer of it, and what it opens."""

import re
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from tenant_client import GRAPH_SCOPE, Answer, Client

REDIRECT = "http://127.0.0.1:9999/connect/return"
STATE = "a b&c=d/é"
FORMS = pytest.mark.parametrize("form", ["adminconsent", "v2.0/adminconsent"])


def page_target(client: Client, form: str, tenant: str = "organizations", **changed: str) -> str:
    query = {"client_id": client.start["client_id"], "redirect_uri": REDIRECT, "state": STATE}
    if form.startswith("v2.0"):
        query["scope"] = GRAPH_SCOPE
    query = {name: value for name, value in (query | changed).items() if value}
    return f"/{tenant}/{form}?{urlencode(query)}"


def choose(client: Client, target: str, account: str, answer: str = "accept") -> Answer:
    return client.send("POST", target, body=urlencode({"account": account, "answer": answer}).encode())


def sent_back(answer: Answer) -> dict[str, str]:
    assert answer.status == 302
    location = urlsplit(answer.headers["location"])
    assert f"{location.scheme}://{location.netloc}{location.path}" == REDIRECT
    return {name: values[0] for name, values in parse_qs(location.query).items()}


@FORMS
def test_the_page_shows_application_permissions_and_accounts(tenant: Client, form: str) -> None:
    answer = tenant.send("GET", page_target(tenant, form))
    page = answer.body.decode()
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "Simulated" in page
    assert "User.Read.All" in page
    assert len(re.findall(r'name="account"', page)) == 4
    assert "<script" not in page


@FORMS
@pytest.mark.parametrize("account", ["global_administrator", "privileged_role_administrator"])
def test_an_administrator_lets_the_application_in(fresh: Client, form: str, account: str) -> None:
    back = sent_back(choose(fresh, page_target(fresh, form), account))
    expected = {"admin_consent": "True", "tenant": fresh.start["tenant_id"], "state": STATE}
    assert back == (expected | {"scope": GRAPH_SCOPE} if form.startswith("v2.0") else expected)
    answer = fresh.token_answer(client_id=fresh.start["client_id"], client_secret=fresh.start["client_secret"])
    assert answer.status == 200
    ids = {known["appId"] for known in fresh.listing("servicePrincipals?$select=appId")}
    assert fresh.start["client_id"] in ids


def test_a_second_consent_changes_nothing(fresh: Client) -> None:
    for _ in range(2):
        sent_back(choose(fresh, page_target(fresh, "adminconsent"), "global_administrator"))
    assert fresh.send("GET", "/_simulator/position").json() == {"position": 1}


@FORMS
def test_an_ordinary_person_may_not_consent(tenant: Client, form: str) -> None:
    back = sent_back(choose(tenant, page_target(tenant, form), "ordinary_user"))
    assert back["error"] == "access_denied"
    assert back["error_description"].startswith("AADSTS90094")
    assert back["state"] == STATE


@FORMS
def test_an_administrator_of_another_tenant_comes_back_with_that_tenant(tenant: Client, form: str) -> None:
    back = sent_back(choose(tenant, page_target(tenant, form), "foreign_administrator"))
    assert back["tenant"] not in {tenant.start["tenant_id"], ""}
    assert tenant.token_answer(client_id=tenant.start["client_id"]).json()["error_codes"] == [700016]


def test_cancel_is_told_as_each_form_tells_it(tenant: Client) -> None:
    first = sent_back(choose(tenant, page_target(tenant, "adminconsent"), "global_administrator", "cancel"))
    second = sent_back(choose(tenant, page_target(tenant, "v2.0/adminconsent"), "global_administrator", "cancel"))
    assert first == {
        "error": "permission_denied",
        "error_description": "The admin canceled the request",
        "state": STATE,
    }
    assert (second["error"], second["error_subcode"], second["state"]) == ("access_denied", "cancel", STATE)
    assert second["error_description"].startswith("AADSTS65004")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"client_id": "11111111-2222-4333-8444-555555555555"}, 700016),
        ({"client_id": ""}, 900144),
        ({"redirect_uri": "https://elsewhere.example/"}, 50011),
        ({"redirect_uri": "http://127.0.0.1.evil.example/"}, 50011),
        ({"redirect_uri": ""}, 900144),
    ],
)
@FORMS
def test_a_wrong_request_never_reaches_the_redirect(
    tenant: Client, form: str, changed: dict[str, str], code: int
) -> None:
    target = page_target(tenant, form, **changed)
    for answer in (tenant.send("GET", target), choose(tenant, target, "global_administrator")):
        assert answer.status == 400
        assert f"AADSTS{code}" in answer.body.decode()


def test_a_foreign_tenant_in_the_path_is_not_found(tenant: Client) -> None:
    target = page_target(tenant, "adminconsent", tenant="11111111-2222-4333-8444-555555555555")
    assert "AADSTS90002" in tenant.send("GET", target).body.decode()


def test_hostile_text_in_the_request_stays_text(tenant: Client) -> None:
    page = tenant.send("GET", page_target(tenant, "adminconsent", state='"><script>x</script>')).body.decode()
    assert "<script" not in page
