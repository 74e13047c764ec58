"""The identity platform: tokens, every refusal of them, keys and metadata."""

from base64 import b64encode

import jwt
import pytest
from tenant_client import Client

UNKNOWN = "11111111-2222-4333-8444-555555555555"


def test_a_token_carries_the_granted_roles(tenant: Client) -> None:
    answer = tenant.token_answer()
    assert answer.status == 200
    document = answer.json()
    assert document["token_type"] == "Bearer"
    assert 3599 <= document["expires_in"] <= 5399
    claims = jwt.decode(document["access_token"], options={"verify_signature": False})
    assert claims["tid"] == tenant.start["tenant_id"]
    assert claims["appid"] == tenant.start["own_client_id"]
    assert claims["aud"] == "https://graph.microsoft.com"
    assert claims["idtyp"] == "app"
    assert "User.Read.All" in claims["roles"]
    assert claims["oid"]


def test_the_published_key_verifies_the_token(tenant: Client) -> None:
    configuration = tenant.send("GET", f"/{tenant.start['tenant_id']}/v2.0/.well-known/openid-configuration").json()
    keys = tenant.send("GET", configuration["jwks_uri"]).json()["keys"]
    header = jwt.get_unverified_header(tenant.token)
    key = next(jwt.PyJWK(known) for known in keys if known["kid"] == header["kid"])
    assert header["alg"] == "RS256"
    assert jwt.decode(tenant.token, key, algorithms=["RS256"], audience="https://graph.microsoft.com")
    assert configuration["issuer"].endswith(f"/{tenant.start['tenant_id']}/v2.0")


def test_the_domain_names_the_tenant_too(tenant: Client) -> None:
    assert tenant.token_answer(tenant=tenant.start["domain"]).status == 200


def test_the_secret_may_come_as_http_basic(tenant: Client) -> None:
    pair = f"{tenant.start['own_client_id']}:{tenant.start['own_client_secret']}".encode()
    headers = {"Authorization": f"Basic {b64encode(pair).decode()}"}
    assert tenant.token_answer(client_id="", client_secret="", headers=headers).status == 200


REFUSALS: list[tuple[dict[str, str], int, int, str]] = [
    ({"client_secret": "wrong"}, 401, 7000215, "invalid_client"),
    ({"client_secret": ""}, 401, 7000218, "invalid_client"),
    ({"client_id": UNKNOWN}, 400, 700016, "unauthorized_client"),
    ({"client_id": ""}, 400, 900144, "invalid_request"),
    ({"grant_type": ""}, 400, 900144, "invalid_request"),
    ({"scope": ""}, 400, 900144, "invalid_request"),
    ({"grant_type": "password"}, 400, 70003, "unsupported_grant_type"),
    ({"scope": "https://graph.microsoft.com/User.Read.All"}, 400, 70011, "invalid_scope"),
    ({"scope": "https://a.example/.default https://b.example/.default"}, 400, 700022, "invalid_scope"),
    ({"scope": "https://vault.azure.net/.default"}, 400, 500011, "invalid_resource"),
    ({"tenant": UNKNOWN}, 400, 90002, "invalid_request"),
    ({"tenant": "nowhere.example"}, 400, 90002, "invalid_request"),
    ({"tenant": "nonsense"}, 400, 900023, "invalid_request"),
    ({"tenant": "organizations"}, 400, 50059, "invalid_request"),
]


@pytest.mark.parametrize(("form", "status", "code", "error"), REFUSALS, ids=lambda value: str(value)[:40])
def test_a_refused_token_says_why(tenant: Client, form: dict[str, str], status: int, code: int, error: str) -> None:
    answer = tenant.token_answer(**form)  # type: ignore[arg-type]  # the table mixes form fields and the tenant
    document = answer.json()
    assert (answer.status, document["error_codes"], document["error"]) == (status, [code], error)
    assert document["error_description"].startswith(f"AADSTS{code}: ")
    assert {"timestamp", "trace_id", "correlation_id", "error_uri"} <= document.keys()


def test_the_shared_application_needs_consent_first(tenant: Client) -> None:
    answer = tenant.token_answer(client_id=tenant.start["client_id"], client_secret=tenant.start["client_secret"])
    assert answer.json()["error_codes"] == [700016]


def test_instance_discovery_names_this_host(tenant: Client) -> None:
    document = tenant.send("GET", "/common/discovery/instance?api-version=1.1&authorization_endpoint=x").json()
    assert document["metadata"][0]["preferred_network"] == tenant.host


@pytest.mark.parametrize("tenant_name", ["common", "organizations"])
def test_metadata_without_a_tenant_is_a_template(tenant: Client, tenant_name: str) -> None:
    document = tenant.send("GET", f"/{tenant_name}/v2.0/.well-known/openid-configuration").json()
    assert "{tenantid}" in document["issuer"]


def test_metadata_of_an_unknown_tenant_is_refused(tenant: Client) -> None:
    answer = tenant.send("GET", f"/{UNKNOWN}/v2.0/.well-known/openid-configuration")
    assert answer.json()["error_codes"] == [90002]
