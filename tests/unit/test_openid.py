"""Which ID tokens are believed. They are made here, with real keys."""

import base64
import hashlib
import hmac
import json
import time
from contextlib import nullcontext
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from chamberlain.errors import Misconfigured, Refused
from chamberlain.graph import openid
from chamberlain.graph.openid import Asked, Provider, authorization_url, checked_claims, visitor_of
from chamberlain.policy.attempt import belongs, derived

TENANT = "5f3c1d5e-0000-4000-8000-000000000001"
PERSON = "5f3c1d5e-0000-4000-8000-000000000002"
CLIENT = "5f3c1d5e-0000-4000-8000-000000000003"
ROOT = "https://login.example"
ISSUER = f"{ROOT}/{{tenantid}}/v2.0"
ASKED = Asked(CLIENT, "https://us.example/sign-in/microsoft/callback", "state", "nonce", "verifier")
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def published(key: rsa.RSAPrivateKey = KEY, **changes: Any) -> dict[str, Any]:
    jwk: dict[str, Any] = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return jwk | {"kid": "one", "use": "sig"} | changes


def claims(*, seconds_off: dict[str, int] | None = None, **changes: Any) -> dict[str, Any]:
    """What a good token says, but for the changes, and for times that are so far from now."""
    now = int(time.time())
    changes |= {name: now + seconds for name, seconds in (seconds_off or {}).items()}
    good = {
        "iss": f"{ROOT}/{TENANT}/v2.0",
        "aud": CLIENT,
        "iat": now,
        "nbf": now,
        "exp": now + 3600,
        "nonce": "nonce",
        "tid": TENANT,
        "oid": PERSON,
        "name": "Ada Example",
        "preferred_username": "ada@example.com",
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


def signed(key: Any = KEY, algorithm: str = "RS256", kid: str = "one", **changes: Any) -> str:
    return jwt.encode(claims(**changes), key, algorithm=algorithm, headers={"kid": kid})


def signed_with_the_public_key_as_a_secret() -> str:
    """What anybody could sign: HMAC with bytes that are published."""
    pem = KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    parts = [json.dumps({"alg": "HS256", "typ": "JWT", "kid": "one"}), json.dumps(claims())]
    text = ".".join(base64.urlsafe_b64encode(part.encode()).rstrip(b"=").decode() for part in parts)
    mac = hmac.new(pem, text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def believed(token: str, *, keys: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return checked_claims(token, keys or [published()], issuer=ISSUER, asked=ASKED)


def test_a_good_token_names_its_person_by_the_two_ids() -> None:
    visitor = visitor_of(believed(signed()))
    assert (str(visitor.tenant_guid), str(visitor.object_guid)) == (TENANT, PERSON)
    assert (visitor.name, visitor.user_name, visitor.mail) == ("Ada Example", "ada@example.com", "")
    assert visitor_of(believed(signed(email="ada@example.com"))).mail == "ada@example.com"


def test_clocks_may_differ_by_some_minutes() -> None:
    now = int(time.time())
    assert believed(signed(exp=now - 200, iat=now - 3000, nbf=now - 3000))
    assert believed(signed(nbf=now + 200, iat=now + 200))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"aud": "another-application"}, "sign_in_token_invalid"),
        ({"aud": [CLIENT, "another-application"]}, "sign_in_token_invalid"),
        ({"iss": f"{ROOT}/5f3c1d5e-0000-4000-8000-00000000000f/v2.0"}, "sign_in_token_invalid"),
        ({"iss": f"https://evil.example/{TENANT}/v2.0"}, "sign_in_token_invalid"),
        ({"iss": ISSUER}, "sign_in_token_invalid"),
        ({"nonce": "replayed"}, "sign_in_token_invalid"),
        ({"nonce": None}, "sign_in_token_invalid"),
        ({"tid": None}, "sign_in_token_invalid"),
        ({"oid": None}, "sign_in_token_invalid"),
        ({"exp": None}, "sign_in_token_invalid"),
        ({"seconds_off": {"exp": -3600}}, "sign_in_clock_off"),
        ({"seconds_off": {"nbf": 3600}}, "sign_in_clock_off"),
        ({"seconds_off": {"iat": 3600}}, "sign_in_clock_off"),
    ],
    ids=lambda value: str(value)[:50],
)
def test_a_token_with_one_thing_wrong_is_not_believed(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused, match=code):
        believed(signed(**changes))


@pytest.mark.parametrize("acrs", [None, "", "c2", ["c2", "c11"], [], {"c1": True}, "c1 c2", True])
def test_a_context_that_is_demanded_has_to_be_confirmed(acrs: object) -> None:
    demanding = replace(ASKED, context="c1")
    with pytest.raises(Refused, match="sign_in_context_missing"):
        checked_claims(signed(acrs=acrs), [published()], issuer=ISSUER, asked=demanding)
    for good in ("c1", ["c2", "c1"]):
        assert checked_claims(signed(acrs=good), [published()], issuer=ISSUER, asked=demanding)
    assert believed(signed(acrs=acrs)), "where none is demanded, none is looked for"


def test_a_context_is_asked_for_as_microsoft_documents_it() -> None:
    provider = Provider(ISSUER, f"{ROOT}/authorize", f"{ROOT}/token", f"{ROOT}/keys")
    asked = parse_qs(urlsplit(authorization_url(provider, replace(ASKED, context="c7"))).query)
    assert json.loads(asked["claims"][0]) == {"id_token": {"acrs": {"essential": True, "value": "c7"}}}
    assert "claims" not in parse_qs(urlsplit(authorization_url(provider, ASKED)).query)


def test_a_signature_is_the_published_key_s_and_no_other() -> None:
    with pytest.raises(Refused, match="sign_in_token_invalid"):
        believed(signed(OTHER))
    with pytest.raises(Refused, match="sign_in_token_invalid"):
        believed(signed(kid="two"))
    with pytest.raises(Refused, match="sign_in_token_invalid"):
        believed(signed(), keys=[published(OTHER)])


def test_changed_claims_break_the_signature() -> None:
    head, _, signature = signed().split(".")
    forged = base64.urlsafe_b64encode(jwt.utils.force_bytes('{"oid":"somebody"}')).rstrip(b"=").decode()
    with pytest.raises(Refused, match="sign_in_token_invalid"):
        believed(f"{head}.{forged}.{signature}")


def test_a_token_does_not_choose_how_it_is_verified() -> None:
    unsigned = jwt.encode(claims(), None, algorithm="none", headers={"kid": "one"})
    with pytest.raises(Refused, match="algorithm"):
        believed(unsigned)
    with pytest.raises(Refused, match="algorithm"):
        believed(signed_with_the_public_key_as_a_secret())
    with pytest.raises(Refused, match="malformed"):
        believed("not.a-token")


def test_a_key_of_another_issuer_signs_nothing() -> None:
    elsewhere = published(issuer="https://login.example/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0")
    with pytest.raises(Refused, match="issuer"):
        believed(signed(), keys=[elsewhere])
    assert believed(signed(), keys=[published(issuer=ISSUER)])


def test_ids_that_are_none_are_nobody_s() -> None:
    with pytest.raises(Refused, match="ids"):
        visitor_of(claims(oid="ada@example.com"))


def test_names_are_hostile_text() -> None:
    visitor = visitor_of(claims(name="A\x00da\n" + "x" * 1000))
    assert "\x00" not in visitor.name
    assert "\n" not in visitor.name
    assert len(visitor.name) == 256
    assert visitor_of(claims(name=None, preferred_username=None)).name == PERSON


def test_the_question_carries_state_nonce_and_the_challenge_of_the_verifier() -> None:
    provider = Provider(ISSUER, f"{ROOT}/authorize", f"{ROOT}/token", f"{ROOT}/keys")
    query = {name: value[0] for name, value in parse_qs(urlsplit(authorization_url(provider, ASKED)).query).items()}
    challenge = base64.urlsafe_b64encode(hashlib.sha256(b"verifier").digest()).rstrip(b"=").decode()
    assert (query["code_challenge"], query["code_challenge_method"]) == (challenge, "S256")
    assert (query["state"], query["nonce"], query["response_type"]) == ("state", "nonce", "code")
    assert "verifier" not in authorization_url(provider, ASKED)


def test_endpoints_on_another_host_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    told = Provider(ISSUER, f"{ROOT}/authorize", "https://evil.example/token", f"{ROOT}/keys")
    monkeypatch.setattr(openid, "_get", lambda *_: told)
    with pytest.raises(Misconfigured, match="sign_in_provider_wrong"):
        openid.discover(f"{ROOT}/organizations/v2.0")


@pytest.mark.parametrize(
    ("tenant", "issuer", "is_right"),
    [
        ("organizations", "{tenantid}", True),
        (TENANT.upper(), TENANT, True),
        (TENANT, "{tenantid}", False),
        (TENANT, "11111111-2222-4333-8444-555555555555", False),
        ("organizations", TENANT, False),
    ],
)
def test_metadata_name_the_issuer_that_was_asked(
    monkeypatch: pytest.MonkeyPatch, tenant: str, issuer: str, is_right: bool
) -> None:
    told = Provider(f"{ROOT}/{issuer}/v2.0", f"{ROOT}/authorize", f"{ROOT}/token", f"{ROOT}/keys")
    monkeypatch.setattr(openid, "_get", lambda *_: told)
    with nullcontext() if is_right else pytest.raises(Misconfigured, match="sign_in_provider_wrong"):
        assert openid.discover(f"{ROOT}/{tenant}/v2.0") == told


def test_what_belongs_to_an_attempt_follows_from_its_secret_alone() -> None:
    names = {derived("secret", name) for name in ("state", "nonce", "verifier", "challenge")}
    assert len(names) == 4
    assert all(len(one) == 43 for one in names)
    assert belongs("secret", "state", derived("secret", "state"))
    assert not belongs("secret", "state", derived("secret", "nonce"))
    assert not belongs("another", "state", derived("secret", "state"))
    assert not belongs("", "state", derived("", "state"))
    assert not belongs("secret", "state", "ünïcode")
