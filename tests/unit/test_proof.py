"""How we prove who we are: what is sent, and what never shows."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest
from cryptography import x509

from chamberlain.errors import Misconfigured
from chamberlain.graph.certificate import make_certificate
from chamberlain.graph.cloud import endpoint_of
from chamberlain.graph.proof import Certificate, Federation, form_of
from chamberlain.graph.token import Credential
from chamberlain.model.cloud import HOSTS, Cloud
from chamberlain.settings import Settings

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
ENDPOINT = "https://login.example/t/oauth2/v2.0/token"


@pytest.fixture(scope="module")
def certificate() -> Certificate:
    made = make_certificate(name="Chamberlain", now=NOW)
    return Certificate(made.certificate, made.private_key)


def test_a_made_certificate_holds_for_a_year_and_is_strong() -> None:
    made = make_certificate(name="Chamberlain " + "x" * 90, now=NOW)
    read = x509.load_pem_x509_certificate(made.certificate.encode())
    assert read.not_valid_after_utc == made.expires_at == NOW + timedelta(days=365)
    assert read.not_valid_before_utc < NOW
    assert read.public_key().key_size == 3072  # type: ignore[union-attr]  # an RSA key
    assert len(made.thumbprint) == 40
    assert "PRIVATE" not in made.certificate
    assert "PRIVATE" not in repr(made)


def test_an_assertion_is_for_one_endpoint_for_minutes_and_never_the_same(certificate: Certificate) -> None:
    first, second = (
        form_of(certificate, client_id="c", audience=ENDPOINT, now=NOW)["client_assertion"] for _ in range(2)
    )
    read = x509.load_pem_x509_certificate(certificate.certificate.encode())
    key = read.public_key()
    claims = jwt.decode(
        first, key, algorithms=["PS256"], audience=ENDPOINT, options={"verify_exp": False, "verify_nbf": False}
    )  # type: ignore[arg-type]  # an RSA key
    assert (claims["iss"], claims["sub"]) == ("c", "c")
    assert timedelta(seconds=claims["exp"] - claims["nbf"]) <= timedelta(minutes=10)
    assert jwt.decode(second, options={"verify_signature": False})["jti"] != claims["jti"]
    assert jwt.get_unverified_header(first)["alg"] == "PS256"


def test_proofs_do_not_show_when_printed(certificate: Certificate) -> None:
    for proof in ("hush", certificate):
        assert "hush" not in repr(Credential("t", "c", proof))
        assert "PRIVATE" not in repr(Credential("t", "c", proof))


@pytest.mark.parametrize("key", ["", "no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_a_key_that_is_none_is_said_without_telling_it(certificate: Certificate, key: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        form_of(Certificate(certificate.certificate, key), client_id="c", audience=ENDPOINT, now=NOW)
    assert refused.value.code == "certificate_unreadable"
    assert refused.value.__cause__ is None


def test_a_certificate_that_is_none_is_said(certificate: Certificate) -> None:
    with pytest.raises(Misconfigured) as refused:
        form_of(Certificate("nonsense", certificate.private_key), client_id="c", audience=ENDPOINT, now=NOW)
    assert refused.value.code == "certificate_unreadable"


def test_the_platform_s_token_is_read_anew_each_time(tmp_path: Path) -> None:
    file = tmp_path / "token"
    proof = Federation(file)
    for token in ("a.b.c", "d.e.f"):
        file.write_text(f"{token}\n")
        assert form_of(proof, client_id="c", audience=ENDPOINT, now=NOW)["client_assertion"] == token


@pytest.mark.parametrize("content", [None, b"", b"not a token", b"\xff\xfe.a.b"])
def test_a_token_file_that_holds_none_is_said(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "token"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(Misconfigured) as refused:
        Federation(file).assertion()
    assert refused.value.code == "federation_file_unreadable"


def test_a_connection_without_secret_needs_the_setting() -> None:
    with pytest.raises(Misconfigured) as refused:
        Federation(None).assertion()
    assert refused.value.code == "federation_file_missing"


def test_every_cloud_has_hosts_of_its_own_and_can_be_led_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    endpoints = {cloud: endpoint_of(cloud, settings=Settings()) for cloud in Cloud}
    assert len({one.graph_root for one in endpoints.values()}) == len(Cloud)
    assert endpoints[Cloud.CHINA].login_root == HOSTS[Cloud.CHINA].login
    there = {"china": {"login": "http://127.0.0.1:1", "graph": "http://127.0.0.1:2"}}
    monkeypatch.setenv("CHAMBERLAIN_CLOUD_ROOTS", json.dumps(there))
    moved = endpoint_of(Cloud.CHINA, settings=Settings())
    assert (moved.login_root, moved.graph_root) == ("http://127.0.0.1:1", "http://127.0.0.1:2")
    assert endpoint_of(Cloud.DOD, settings=Settings()) == endpoints[Cloud.DOD]


def test_the_setting_knows_the_same_clouds() -> None:
    allowed = Settings.model_fields["client_cloud"].annotation.__args__  # type: ignore[union-attr]  # a Literal
    assert set(allowed) == {cloud.value for cloud in Cloud}
