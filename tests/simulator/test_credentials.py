"""Certificates and platforms in place of secrets: what lets one in, what does not; Microsoft's own library as judge."""

import json
import time
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import jwt
import msal
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from tenant_client import Answer, Client, Running

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
YEAR = timedelta(days=365)


class Pair:
    """A certificate and its key, made here without the product."""

    def __init__(self, *, ends: timedelta = YEAR) -> None:
        self.key: RSAPrivateKey = generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
        now = datetime.now(UTC)
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - YEAR)
            .not_valid_after(now + ends)
            .sign(self.key, hashes.SHA256())
        )

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def private_pem(self) -> str:
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()

    @property
    def thumbprint(self) -> str:
        return urlsafe_b64encode(self.certificate.fingerprint(hashes.SHA256())).rstrip(b"=").decode()


@pytest.fixture(scope="module")
def pair() -> Pair:
    return Pair()


@pytest.fixture(scope="module")
def client(pair: Pair) -> Iterator[Client]:
    """A tenant whose own registration knows one certificate and one platform."""
    with Running("--population", "golden") as running:
        order(running, certificate=pair.pem)
        issuer = platform(running, "system:serviceaccount:access:chamberlain")["issuer"]
        order(
            running, federated={"name": "k8s", "issuer": issuer, "subject": "system:serviceaccount:access:chamberlain"}
        )
        yield running


def order(client: Client, **what: Any) -> dict[str, Any]:
    body = {"client_id": client.start["own_client_id"], **what}
    answer = client.send("POST", "/_simulator/applications", body=body)
    assert answer.status == 200, answer
    found: dict[str, Any] = answer.json()
    return found


def platform(client: Client, subject: str, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = client.send("POST", "/_simulator/platform_token", body={"subject": subject, **more}).json()
    return found


def sent(client: Client, assertion: str) -> Answer:
    return client.token_answer(client_secret="", client_assertion_type=ASSERTION_TYPE, client_assertion=assertion)


def code_of(answer: Answer) -> int:
    """The AADSTS number of a refusal; 0 for a token."""
    if answer.status == 200:
        return 0
    document = answer.json()
    assert (answer.status, document["error"]) == (401, "invalid_client")
    return int(document["error_codes"][0])


def signed(client: Client, pair: Pair, *, header: dict[str, str] | None = None, **claims: Any) -> str:
    now = time.time()
    own = client.start["own_client_id"]
    endpoint = f"{client.start['url']}/{client.start['tenant_id']}/oauth2/v2.0/token"
    said = {"aud": endpoint, "iss": own, "sub": own, "jti": str(uuid.uuid4()), "nbf": now, "exp": now + 300} | claims
    said = {name: value for name, value in said.items() if value is not None}
    return jwt.encode(said, pair.key, algorithm="PS256", headers=header or {"x5t#S256": pair.thumbprint})


def test_a_signed_assertion_lets_in_and_the_token_says_so(client: Client, pair: Pair) -> None:
    answer = sent(client, signed(client, pair))
    assert code_of(answer) == 0
    claims = jwt.decode(answer.json()["access_token"], options={"verify_signature": False})
    assert claims["appidacr"] == "2"


REFUSED: list[tuple[str, Callable[[Client, Pair], str], int]] = [
    ("no token", lambda _client, _pair: "nonsense", 50027),
    ("unknown certificate", lambda client, _pair: signed(client, Pair()), 700027),
    ("other key", lambda client, pair: signed(client, Pair(), header={"x5t#S256": pair.thumbprint}), 700027),
    ("other application", lambda client, pair: signed(client, pair, sub=str(uuid.uuid4())), 700021),
    ("other issuer", lambda client, pair: signed(client, pair, iss=str(uuid.uuid4())), 700021),
    ("other audience", lambda client, pair: signed(client, pair, aud="https://login.example/token"), 700023),
    ("expired", lambda client, pair: signed(client, pair, exp=time.time() - 600), 700024),
    ("too early", lambda client, pair: signed(client, pair, nbf=time.time() + 900, exp=time.time() + 1200), 700024),
    ("no jti", lambda client, pair: signed(client, pair, jti=None), 50013),
]


@pytest.mark.parametrize(("make", "code"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_an_assertion_that_is_wrong_is_refused_with_its_number(
    client: Client, pair: Pair, make: Callable[[Client, Pair], str], code: int
) -> None:
    assert code_of(sent(client, make(client, pair))) == code


def test_an_expired_certificate_is_refused(client: Client) -> None:
    old = Pair(ends=timedelta(days=-1))
    order(client, certificate=old.pem)
    assert code_of(sent(client, signed(client, old))) == 1000502


def test_a_platform_that_is_trusted_lets_in(client: Client) -> None:
    token = platform(client, "system:serviceaccount:access:chamberlain")["token"]
    assert code_of(sent(client, token)) == 0


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"subject": "System:serviceaccount:access:chamberlain"}, 700213),
        ({"audience": "api://azureadtokenexchange"}, 700212),
        ({"issuer": "https://elsewhere.example"}, 700211),
        ({"seconds": -900}, 700024),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_platform_s_word_that_does_not_match_is_refused(client: Client, wrong: dict[str, Any], code: int) -> None:
    said = {"subject": "system:serviceaccount:access:chamberlain"} | wrong
    assert code_of(sent(client, platform(client, **said)["token"])) == code


def test_a_platform_s_word_that_somebody_else_signed_is_refused(client: Client) -> None:
    token = platform(client, "system:serviceaccount:access:chamberlain")["token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    assert code_of(sent(client, jwt.encode(claims, Pair().key, algorithm="RS256"))) == 50013


def test_the_platform_publishes_the_key_that_it_signs_with(client: Client) -> None:
    made = platform(client, "x")
    keys = client.send(
        "GET", client.send("GET", "/platform/.well-known/openid-configuration").json()["jwks_uri"]
    ).json()
    key = jwt.PyJWK(keys["keys"][0])
    assert jwt.decode(made["token"], key, algorithms=["RS256"], audience="api://AzureADTokenExchange")["sub"] == "x"


def test_a_secret_ends_on_its_day(start: Callable[..., Client]) -> None:
    client = start("--population", "golden")
    order(client, secret="second-one", ends=time.time() + 600)
    assert client.token_answer(client_secret="second-one").status == 200
    order(client, ends=time.time() - 1)
    assert code_of(client.token_answer(client_secret="second-one")) == 7000222


def test_the_registration_shows_when_what_it_has_ends_and_no_secret(client: Client) -> None:
    found = client.get(f"applications?$filter=appId eq '{client.start['own_client_id']}'")["value"]
    assert len(found) == 1
    password = found[0]["passwordCredentials"][0]
    assert (password["hint"], password["secretText"]) == (client.start["own_client_secret"][:3], None)
    assert password["endDateTime"] > datetime.now(UTC).isoformat()
    assert {key["type"] for key in found[0]["keyCredentials"]} == {"AsymmetricX509Cert"}
    by_app = client.get(f"applications(appId='{client.start['own_client_id']}')/federatedIdentityCredentials")["value"]
    assert [one["subject"] for one in by_app] == ["system:serviceaccount:access:chamberlain"]


def test_who_may_only_read_adds_no_secret(client: Client) -> None:
    headers = {"Authorization": f"Bearer {client.token}", "Content-Type": "application/json"}
    found = client.get("applications")["value"][0]["id"]
    answer = client.send("POST", f"/v1.0/applications/{found}/addPassword", body={}, headers=headers)
    assert answer.error == (403, "Authorization_RequestDenied")


class ToSimulator:
    """What msal takes for the internet: every address leads to the simulator, under the host that was asked for."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def get(self, url: str, headers: dict[str, str] | None = None, params: Any = None, **_: Any) -> "Said":
        query = f"?{msal.oauth2cli.oauth2.urlencode(params)}" if params else ""
        return self._send("GET", url + query, None, headers or {})

    def post(self, url: str, headers: dict[str, str] | None = None, data: Any = None, **_: Any) -> "Said":
        body = msal.oauth2cli.oauth2.urlencode(data).encode() if data else b""
        return self._send("POST", url, body, headers or {})

    def close(self) -> None:
        """Nothing is open."""

    def _send(self, method: str, url: str, body: bytes | None, headers: dict[str, str]) -> "Said":
        parts = urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        sent = headers | {"Host": parts.netloc, "X-Forwarded-Proto": "https"}
        return Said(self.client.send(method, target, body=body, headers=sent))


class Said:
    """An answer as msal reads it."""

    def __init__(self, answer: Answer) -> None:
        self.status_code, self.headers, self.text = answer.status, answer.headers, answer.body.decode()

    def raise_for_status(self) -> None:
        if self.status_code >= 400:
            raise RuntimeError(self.text)


def through_msal(client: Client, credential: Any, login: str = "https://login.microsoftonline.com") -> dict[str, Any]:
    app = msal.ConfidentialClientApplication(
        client.start["own_client_id"],
        client_credential=credential,
        authority=f"{login}/{client.start['tenant_id']}",
        http_client=ToSimulator(client),
    )
    graph = "https://graph.microsoft.us" if login.endswith(".us") else "https://graph.microsoft.com"
    found: dict[str, Any] = app.acquire_token_for_client(scopes=[f"{graph}/.default"])
    return found


def test_msal_gets_in_with_a_certificate(client: Client, pair: Pair) -> None:
    credential = {"private_key": pair.private_pem, "public_certificate": pair.pem}
    assert "access_token" in through_msal(client, credential)


def test_msal_gets_in_with_a_platform_s_word(client: Client) -> None:
    token = platform(client, "system:serviceaccount:access:chamberlain")["token"]
    assert "access_token" in through_msal(client, {"client_assertion": lambda: token})


def test_msal_is_refused_with_a_certificate_that_nobody_uploaded(client: Client) -> None:
    stranger = Pair()
    found = through_msal(client, {"private_key": stranger.private_pem, "public_certificate": stranger.pem})
    assert found["error_codes"] == [700027]


def test_a_tenant_of_a_national_cloud_answers_there_and_nowhere_else(start: Callable[..., Client]) -> None:
    client = start("--population", "golden", "--cloud", "gcc_high")
    secret = client.start["own_client_secret"]
    found = through_msal(client, secret, login="https://login.microsoftonline.us")
    claims = jwt.decode(found["access_token"], options={"verify_signature": False})
    assert claims["aud"] == "https://graph.microsoft.us"
    elsewhere = client.token_answer(headers={"Host": "login.microsoftonline.com"})
    assert elsewhere.json()["error_codes"] == [90038]
    bearer = {"Authorization": f"Bearer {found['access_token']}"}
    assert client.send("GET", "/v1.0/organization", headers=bearer).status == 200
    assert client.send("GET", "/v1.0/organization", headers=bearer | {"Host": "graph.microsoft.us"}).status == 200
    assert client.send("GET", "/v1.0/organization", headers=bearer | {"Host": "graph.microsoft.com"}).status == 401


def test_a_certificate_that_is_none_is_not_taken(client: Client) -> None:
    body = {"client_id": client.start["own_client_id"], "certificate": "-----BEGIN CERTIFICATE-----\nno\n"}
    answer = client.send("POST", "/_simulator/applications", body=json.loads(json.dumps(body)))
    assert (answer.status, answer.json()["error"]["code"]) == (400, "refused")
