"""What browsers are told with every answer, and what goes no further than the rim."""

import re
from collections.abc import Iterator

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from test_gate import addresses
from test_pages import signed_in
from visitors import use_link

import stories
from chamberlain.actions.sign_in import issue_sign_in_link
from chamberlain.web.address import path_or
from chamberlain.web.peer import address_of, is_this_machine, network_of

pytestmark = pytest.mark.usefixtures("world")

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def missing(answer: HttpResponse) -> set[str]:
    """What an answer does not say, or says too softly."""
    policy = answer.headers.get("Content-Security-Policy", "")
    wrong = {name for name, value in HEADERS.items() if answer.headers.get(name) != value}
    wrong |= {"unsafe"} if "unsafe" in policy or "*" in policy else set()
    wrong |= set() if "default-src 'none'" in policy or "default-src 'self'" in policy else {"default-src"}
    wrong |= {"powers"} if "camera=()" not in answer.headers.get("Permissions-Policy", "") else set()
    return wrong | ({"banner"} if "Server" in answer.headers or "X-Powered-By" in answer.headers else set())


def visitor(**options: object) -> Client:
    return Client(SERVER_NAME="localhost", raise_request_exception=False, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("method", ["get", "post", "options"])
def test_every_address_says_it_to_strangers_and_to_those_who_are_signed_in(method: str) -> None:
    for client in (visitor(), signed_in()):
        for name, address in addresses():
            assert missing(getattr(client, method)(address)) == set(), (name, address)


@pytest.mark.parametrize(
    ("address", "status", "options"),
    [
        ("/nowhere", 404, {}),
        ("/healthz", 400, {"SERVER_NAME": "evil.example"}),
        ("/static/nothing.css", 404, {}),
        ("/t/%00/people", 404, {}),
        ("/healthz/../../etc/passwd", 404, {}),
    ],
)
def test_errors_say_it_too(address: str, status: int, options: dict[str, str]) -> None:
    answer = visitor().get(address, **options)
    assert (answer.status_code, missing(answer)) == (status, set())


def test_the_check_sees_an_answer_without_headers() -> None:
    assert {"X-Frame-Options", "default-src", "powers"} <= missing(HttpResponse())
    assert "banner" in missing(HttpResponse(headers={"Server": "gunicorn"}))
    assert "unsafe" in missing(HttpResponse(headers={"Content-Security-Policy": "default-src 'self' 'unsafe-inline'"}))


def test_no_template_holds_what_the_policy_forbids() -> None:
    from pathlib import Path

    import chamberlain.web

    folder = Path(chamberlain.web.__file__).parent / "templates"
    inline = re.compile(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)", re.IGNORECASE)

    def is_inline(text: str) -> bool:
        return inline.search(re.sub(r"{%.*?%}", "", text)) is not None

    assert [path.name for path in folder.rglob("*.html") if is_inline(path.read_text(encoding="utf-8"))] == []
    assert is_inline('{% load x %}<p onclick="x">')
    assert is_inline("<script>x</script>")
    assert not is_inline('{% with one=two %}<script src="/x.js" defer>')


def test_on_https_cookies_are_bound_to_the_host_and_tls_is_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    import subprocess
    import sys

    program = (
        "from chamberlain import bootstrap; bootstrap.load_django()\n"
        "from django.conf import settings as s\n"
        "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE,"
        " s.SESSION_COOKIE_HTTPONLY, s.SESSION_COOKIE_SAMESITE, s.SESSION_COOKIE_DOMAIN, s.SESSION_COOKIE_PATH)"
    )
    monkeypatch.setenv("CHAMBERLAIN_PUBLIC_URL", "https://access.example.com")
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert said == ["__Host-session", "__Host-csrf", "True", "True", "True", "Lax", "None", "/"]


def test_tls_is_for_good_where_the_installation_has_it(settings_with_https: None) -> None:
    for address in ("/healthz", "/nowhere"):
        assert "max-age=63072000" in visitor().get(address)["Strict-Transport-Security"]


@pytest.fixture
def settings_with_https() -> Iterator[None]:
    from django.test import override_settings

    assert "Strict-Transport-Security" not in visitor().get("/healthz").headers
    with override_settings(SESSION_COOKIE_SECURE=True):
        yield


@pytest.mark.parametrize("length", [262_145, 10_000_000])
@pytest.mark.parametrize("address", ["/sign-in/link", "/theme", "/connect/own", "/nowhere"])
def test_a_form_that_is_too_long_is_refused_before_it_is_read(address: str, length: int) -> None:
    answer = visitor().generic("POST", address, b"x" * length, content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, missing(answer)) == (413, set())
    assert b"body_too_large" in answer.content


def test_a_form_with_very_many_fields_is_refused() -> None:
    client = signed_in()
    answer = client.post("/theme", {f"field{number}": "x" for number in range(501)})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "given",
    [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example/",
        "https:evil.example",
        "javascript:alert(1)",
        " javascript:alert(1)",
        "/\t/evil.example",
        "/%0d%0aSet-Cookie:x=1\r\nSet-Cookie: x=1",
        "/x\r\nSet-Cookie: x=1",
        "\x00/x",
        "http:///evil.example",
        "/" + "x" * 3000,
        "",
        "people",
    ],
)
def test_a_redirect_never_leaves(given: str) -> None:
    request = RequestFactory(SERVER_NAME="localhost").get("/")
    assert path_or("/", given=given, request=request) == "/"
    answer = visitor().post("/theme", {"theme": "dark", "next": given})
    assert answer["Location"] == "/"
    assert "x" not in answer.cookies


@pytest.mark.parametrize("given", ["/", "/t/contoso/people?q=a&page=2#x", "/%0d%0aSet-Cookie:x=1", "/@evil.example"])
def test_a_redirect_to_a_page_of_ours_is_followed(given: str) -> None:
    request = RequestFactory(SERVER_NAME="localhost").get("/")
    assert path_or("/", given=given, request=request) == given


def test_sign_in_is_limited_by_address_in_a_count_that_processes_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAMBERLAIN_SIGN_INS_PER_ADDRESS", "3")
    guesser = visitor(REMOTE_ADDR="203.0.113.9")
    assert [guesser.post("/sign-in/link", {"code": f"guess-{number}"}).status_code for number in range(3)] == [400] * 3
    refused = guesser.post("/sign-in/link", {"code": "guess-4"})
    assert (refused.status_code, missing(refused)) == (429, set())
    assert 1 <= int(refused["Retry-After"]) <= 6
    assert b"too_many_requests" in refused.content
    assert guesser.get("/sign-in").status_code == 200
    assert guesser.get("/sign-in/back?state=x&code=y").status_code == 429
    link = issue_sign_in_link(actor=stories.ADMIN, root="http://localhost")
    assert use_link(guesser, link).status_code == 429
    assert use_link(visitor(REMOTE_ADDR="203.0.113.10"), link).status_code == 302


def test_an_allowance_comes_back_with_time_and_is_forgotten() -> None:
    from datetime import timedelta

    from chamberlain import clock
    from chamberlain.policy.rate import Allowance
    from chamberlain.store import rates

    allowed, now, key = Allowance(2, timedelta(minutes=1)), clock.now(), "test:comes-back"
    assert [rates.take(key, allowed=allowed, now=now) for _ in range(2)] == [timedelta()] * 2
    assert rates.take(key, allowed=allowed, now=now) == timedelta(minutes=1)
    assert rates.wait(key, allowed=allowed, now=now + timedelta(seconds=59)) == timedelta(seconds=1)
    assert rates.take(key, allowed=allowed, now=now + timedelta(seconds=60)) == timedelta()
    assert rates.take(key, allowed=allowed, now=now + timedelta(seconds=60)) == timedelta(minutes=1)
    assert rates.take(key, allowed=allowed, now=now + timedelta(hours=1)) == timedelta()


def asked(peer: str, forwarded: str | None = None) -> HttpRequest:
    extra = {"headers": {"X-Forwarded-For": forwarded}} if forwarded is not None else {}
    return RequestFactory(REMOTE_ADDR=peer, SERVER_NAME="localhost").get("/", **extra)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.1", None, "203.0.113.1"),
        ("203.0.113.1", "198.51.100.7", "203.0.113.1"),  # a stranger's word
        ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "1.2.3.4, 198.51.100.7", "198.51.100.7"),  # the left one is what the stranger wrote
        ("10.0.0.1", "198.51.100.7, 10.0.0.2", "198.51.100.7"),
        ("10.0.0.1", "<script>", "10.0.0.1"),
        ("::ffff:10.0.0.1", "2001:db8::5", "2001:db8::5"),
    ],
)
def test_only_trusted_proxies_say_who_is_behind_them(
    peer: str, forwarded: str | None, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAMBERLAIN_TRUSTED_PROXIES", "10.0.0.0/24")
    assert address_of(asked(peer, forwarded)) == address


def test_a_household_of_ipv6_counts_as_one_and_a_proxy_is_not_this_machine() -> None:
    assert network_of("2001:db8:1:2:3:4:5:6") == network_of("2001:db8:1:2::9") == "2001:db8:1:2::/64"
    assert network_of("nonsense") == "unknown"
    assert is_this_machine(asked("127.0.0.1"))
    assert not is_this_machine(asked("127.0.0.1", "203.0.113.1"))
    assert not is_this_machine(asked("203.0.113.1"))


@pytest.mark.parametrize("given", ["", "a b", "x" * 200, "<script>alert(1)</script>"])
def test_an_id_of_a_request_is_taken_only_where_it_is_well_formed(given: str) -> None:
    assert visitor().get("/healthz", headers={"X-Request-Id": given})["X-Request-Id"] != given
    kept = "4bf92f3577b34da6a3ce929d0e0e4736"
    answer = visitor().get("/nowhere", headers={"X-Request-Id": kept})
    assert answer["X-Request-Id"] == kept
    assert kept.encode() in signed_in().get("/nowhere", headers={"X-Request-Id": kept}).content
