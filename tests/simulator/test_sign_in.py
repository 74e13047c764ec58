"""Sign-in of people at the simulated identity platform: what Microsoft lets pass, and how it words what it refuses."""

import secrets
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
import pytest
from tenant_client import Answer, Client

REDIRECT = "http://localhost:9/sign-in/microsoft/callback"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def question(tenant: Client, **changes: str) -> str:
    """The address of the sign-in page; a parameter that is "" is left out."""
    asked = {
        "at": "organizations",
        "client_id": tenant.start["client_id"],
        "response_type": "code",
        "redirect_uri": REDIRECT,
        "scope": "openid profile",
        "state": "the state",
        "nonce": "the nonce",
    } | changes
    named = asked.pop("at")
    return f"/{named}/oauth2/v2.0/authorize?" + urlencode({name: value for name, value in asked.items() if value})


def somebody(tenant: Client, *, at: int = 0) -> dict[str, Any]:
    """A person who may sign in."""
    answer = tenant.send(
        "GET",
        "/v1.0/users?$select=id,displayName,userPrincipalName,accountEnabled&$top=100",
        headers={"Authorization": f"Bearer {tenant.token}"},
    )
    people: list[dict[str, Any]] = [one for one in answer.json()["value"] if one["accountEnabled"]]
    return people[at]


def pick(tenant: Client, address: str, account: str, *, answer: str = "sign_in") -> Answer:
    return tenant.send("POST", address, body=urlencode({"account": account, "answer": answer}), headers=FORM)


def told(answer: Answer) -> dict[str, str]:
    """What the redirect says."""
    assert answer.status == 302, answer.body
    assert answer.headers["location"].startswith(f"{REDIRECT}?")
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


def buy(tenant: Client, code: str, **changes: str) -> Answer:
    form = {
        "grant_type": "authorization_code",
        "client_id": tenant.start["client_id"],
        "client_secret": tenant.start["client_secret"],
        "code": code,
        "redirect_uri": REDIRECT,
    } | changes
    return tenant.send("POST", "/organizations/oauth2/v2.0/token", body=urlencode(form), headers=FORM)


def code_for(tenant: Client, **changes: str) -> str:
    return told(pick(tenant, question(tenant, **changes), somebody(tenant)["id"]))["code"]


def number_of(answer: Answer) -> int:
    found: list[int] = answer.json()["error_codes"]
    return found[0]


def test_a_code_buys_an_id_token_that_the_published_key_verifies(tenant: Client) -> None:
    person = somebody(tenant)
    verifier = secrets.token_urlsafe(48)
    challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = question(tenant, code_challenge=challenge, code_challenge_method="S256")
    back = told(pick(tenant, asked, person["id"]))
    assert back["state"] == "the state"
    token = buy(tenant, back["code"], code_verifier=verifier).json()["id_token"]
    keys = tenant.send("GET", "/organizations/discovery/v2.0/keys").json()["keys"]
    claims = jwt.decode(token, jwt.PyJWK(keys[0]), algorithms=["RS256"], audience=tenant.start["client_id"])
    assert claims["iss"] == f"{tenant.start['url']}/{tenant.start['tenant_id']}/v2.0"
    assert (claims["tid"], claims["oid"]) == (tenant.start["tenant_id"], person["id"])
    assert (claims["name"], claims["preferred_username"]) == (person["displayName"], person["userPrincipalName"])
    assert (claims["nonce"], claims["ver"]) == ("the nonce", "2.0")
    assert claims["sub"] != person["id"]


def test_an_address_is_told_to_who_asks_for_it_of_who_has_one(tenant: Client) -> None:
    def told_mail(person: dict[str, Any], scope: str) -> object:
        code = told(pick(tenant, question(tenant, scope=scope), person["id"]))["code"]
        token = buy(tenant, code).json()["id_token"]
        return jwt.decode(token, options={"verify_signature": False}).get("email")

    answer = tenant.send(
        "GET",
        "/v1.0/users?$select=id,mail,accountEnabled&$top=100",
        headers={"Authorization": f"Bearer {tenant.token}"},
    )
    people = [one for one in answer.json()["value"] if one["accountEnabled"]]
    reached = next(one for one in people if one["mail"])
    unreached = next((one for one in people if not one["mail"]), None)
    assert told_mail(reached, "openid profile email") == reached["mail"]
    assert told_mail(reached, "openid profile") is None
    if unreached is not None:
        assert told_mail(unreached, "openid profile email") is None


def test_the_page_suggests_people_and_says_that_it_is_simulated(tenant: Client) -> None:
    page = tenant.send("GET", question(tenant))
    assert page.status == 200
    assert b"Simulated." in page.body
    assert page.body.count(b'name="account"') > 3


def test_a_sign_in_name_does_as_well_as_an_id(tenant: Client) -> None:
    assert told(pick(tenant, question(tenant), somebody(tenant)["userPrincipalName"].upper()))["code"]


def test_a_code_buys_once(tenant: Client) -> None:
    code = code_for(tenant)
    assert buy(tenant, code).status == 200
    assert number_of(buy(tenant, code)) == 54005


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"redirect_uri": REDIRECT.replace("9", "10")}, 500112),
        ({"code": "invented"}, 9002313),
        ({"code": ""}, 900144),
        ({"client_secret": "wrong"}, 7000215),
        ({"client_secret": ""}, 7000218),
        ({"client_id": "11111111-2222-4333-8444-555555555555"}, 700016),
    ],
)
def test_a_code_buys_nothing_for_another(tenant: Client, changes: dict[str, str], number: int) -> None:
    assert number_of(buy(tenant, **({"code": code_for(tenant)} | changes))) == number


@pytest.mark.parametrize("verifier", ["", "another-verifier-that-is-long-enough-to-be-one-0123456789"])
def test_a_code_with_a_challenge_wants_its_verifier(tenant: Client, verifier: str) -> None:
    challenge = urlsafe_b64encode(sha256(b"x").digest()).rstrip(b"=").decode()
    code = code_for(tenant, code_challenge=challenge, code_challenge_method="S256")
    assert number_of(buy(tenant, code, code_verifier=verifier)) == 501481


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"redirect_uri": "https://evil.example/sign-in/microsoft/callback"}, 50011),
        ({"redirect_uri": "http://localhost:9/sign-in/microsoft/callback/more"}, 50011),
        ({"redirect_uri": "http://localhost:9/elsewhere"}, 50011),
        ({"redirect_uri": ""}, 900144),
        ({"client_id": ""}, 900144),
        ({"client_id": "11111111-2222-4333-8444-555555555555"}, 700016),
        ({"at": "11111111-2222-4333-8444-555555555555"}, 90002),
    ],
)
def test_what_cannot_be_trusted_never_reaches_the_redirect_uri(
    tenant: Client, changes: dict[str, str], number: int
) -> None:
    for answer in (tenant.send("GET", question(tenant, **changes)), pick(tenant, question(tenant, **changes), "x")):
        assert answer.status == 400
        assert f"AADSTS{number}:".encode() in answer.body
        assert "location" not in answer.headers


@pytest.mark.parametrize(
    ("changes", "error", "number"),
    [
        ({"response_type": "id_token"}, "unsupported_response_type", 700054),
        ({"scope": "profile"}, "invalid_request", 900144),
        ({"prompt": "none"}, "login_required", 50058),
        ({"code_challenge": "short", "code_challenge_method": "S256"}, "invalid_request", 50147),
    ],
)
def test_a_wrong_question_is_told_to_the_application(
    tenant: Client, changes: dict[str, str], error: str, number: int
) -> None:
    back = told(tenant.send("GET", question(tenant, **changes)))
    assert (back["error"], back["state"]) == (error, "the state")
    assert back["error_description"].startswith(f"AADSTS{number}: ")


def test_who_cancels_comes_back_without_a_code(tenant: Client) -> None:
    back = told(pick(tenant, question(tenant), somebody(tenant)["id"], answer="cancel"))
    assert (back["error"], back["error_subcode"]) == ("access_denied", "cancel")
    assert back["error_description"].startswith("AADSTS65004: ")
    assert "code" not in back


def test_a_stranger_is_of_another_tenant_and_unknown_in_this_one(tenant: Client) -> None:
    token = buy(tenant, told(pick(tenant, question(tenant), "foreign"))["code"]).json()["id_token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["tid"] != tenant.start["tenant_id"]
    assert claims["tid"] in claims["iss"]
    here = pick(tenant, question(tenant, at=tenant.start["tenant_id"]), "foreign")
    assert b"AADSTS50020:" in here.body


def test_nobody_signs_in_who_is_unknown_blocked_or_not_assigned(fresh: Client) -> None:
    person = somebody(fresh)
    assert b"AADSTS50034:" in pick(fresh, question(fresh), "nobody@nowhere.example").body
    fresh.send("POST", "/_simulator/knobs", body={"sign_in_assignment": True})
    assert b"AADSTS50105:" in pick(fresh, question(fresh), person["id"]).body
    fresh.send("POST", "/_simulator/knobs", body={"sign_in_assignment": False, "code_seconds": 0})
    assert number_of(buy(fresh, code_for(fresh))) == 70008
    block = {"kind": "update_user", "user": person["id"], "account_enabled": False}
    fresh.send("POST", "/_simulator/mutations", body=block)
    assert b"AADSTS50057:" in pick(fresh, question(fresh), person["id"]).body


def test_revoking_sessions_moves_the_time_from_which_they_are_good(fresh: Client) -> None:
    person = somebody(fresh)
    moment = "2026-11-01T10:00:00Z"
    wish = {"kind": "revoke_sessions", "user": person["id"], "at": moment}
    assert fresh.send("POST", "/_simulator/mutations", body=wish).status == 200
    path = f"/v1.0/users/{person['id']}?$select=signInSessionsValidFromDateTime"
    answer = fresh.send("GET", path, headers={"Authorization": f"Bearer {fresh.token}"})
    assert answer.json()["signInSessionsValidFromDateTime"] == moment
