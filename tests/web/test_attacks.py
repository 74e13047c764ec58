"""What somebody tries who reads the standards of testers: every address, with what must not work there."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client, override_settings
from test_gate import addresses, stranger
from test_pages import signed_in

import stories
from chamberlain import clock
from chamberlain.actions.sign_in import issue_sign_in_link
from chamberlain.store.models import EventRow

pytestmark = pytest.mark.usefixtures("world")

CALLED_BY_MACHINES = {"notify", "lifecycle"}
"""Microsoft posts there, without any session; each notice proves itself."""

LOOKS = ("person:viewed", "holders:viewed", "audit:viewed", "list:exported", "sign_in:refused", "consent:refused")
"""Events that tell of a look or of a refusal; they change nothing that was there."""


def enforcing() -> Client:
    """Somebody signed in whose browser sends cookies along with whatever another site makes it send."""
    victim = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    victim.cookies = signed_in().cookies
    victim.get("/tenants")
    return victim


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"HX-Request": "true"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Content-Type": "text/plain"},
        {"X-HTTP-Method-Override": "GET"},
    ],
    ids=lambda headers: ",".join(headers) or "plain",
)
def test_no_form_of_another_site_is_taken_at_any_address(headers: dict[str, str]) -> None:
    victim = enforcing()
    taken = {
        name for name, address in addresses() if victim.post(address, {"x": "1"}, headers=headers).status_code < 400
    }
    assert taken <= CALLED_BY_MACHINES
    assert victim.get("/tenants").status_code == 200, "the session goes on"


def test_the_token_of_a_form_counts_only_from_our_origin() -> None:
    victim = enforcing()
    token = re.search(r'csrfmiddlewaretoken" value="([^"]+)', victim.get("/tenants").content.decode())
    assert token
    form = {"csrfmiddlewaretoken": token[1], "theme": "dark"}
    assert victim.post("/theme", form, headers={"Origin": "https://evil.example"}).status_code == 403
    assert victim.post("/theme", form).status_code == 302


def test_looking_changes_nothing() -> None:
    client = signed_in()
    before = EventRow.objects.exclude(name__in=LOOKS).count()
    for _, address in addresses():
        client.get(address)
        client.head(address)
    assert EventRow.objects.exclude(name__in=LOOKS).count() == before


def test_no_address_echoes_a_request_or_opens_itself_to_other_origins() -> None:
    for client in (stranger(), signed_in()):
        for _, address in addresses():
            traced = client.generic("TRACE", address, headers={"X-Secret": "told-back"})
            assert traced.status_code in (302, 400, 403, 404, 405)
            assert b"told-back" not in traced.content
            asked = client.get(address, headers={"Origin": "https://evil.example"})
            assert not [name for name in asked.headers if name.lower().startswith("access-control-")]


def test_text_says_its_letters() -> None:
    for client in (stranger(), signed_in()):
        for _, address in addresses():
            said = client.get(address).headers.get("Content-Type", "")
            assert "charset=utf-8" in said or said.startswith("application/"), (address, said)


@pytest.mark.parametrize(
    "address",
    [
        "/static/",
        "/static/built/",
        "/static/../settings.py",
        "/static/..%2f..%2fsettings.py",
        "/static/%2e%2e/%2e%2e/settings.py",
        "/static/built/..%5c..%5csettings.py",
        "/static//etc/passwd",
        "/static/built/app.css%00.html",
        "/.git/config",
        "/static/.git/config",
        "/.env",
        "/admin",
        "/__debug__/",
        "//evil.example/x",
    ],
)
def test_no_folder_source_or_switchboard_is_served(address: str) -> None:
    answer = signed_in().get(address)
    assert answer.status_code == 404
    assert b"There is no such page." in answer.content


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "localhost@evil.example", "evil.example:80"]
)
def test_no_answer_repeats_a_host_that_is_not_ours(host: str) -> None:
    answer = Client(SERVER_NAME="localhost").get("/sign-in", headers={"Host": host})
    assert answer.status_code == 400
    believed = stranger().get("/t/contoso/", headers={"X-Forwarded-Host": host, "X-Forwarded-Proto": "https"})
    assert "evil" not in believed["Location"]


@pytest.mark.parametrize("order", [("/tenants", "//evil.example"), ("//evil.example", "https://evil.example")])
def test_a_parameter_that_comes_twice_or_elsewhere_leads_nowhere_else(order: tuple[str, str]) -> None:
    client = signed_in()
    twice = client.get("/sign-in", {"next": order})
    assert twice["Location"] in ("/", "/tenants")
    posted = client.post("/theme?next=//evil.example&theme=dark", {"next": order[1]})
    assert posted["Location"] == "/"
    assert "dark" not in posted.cookies.get("theme", "").__str__()


def test_only_a_proxy_that_is_trusted_names_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"X-Request-Id": "0123456789abcdef-of-a-proxy"}
    monkeypatch.setenv("CHAMBERLAIN_TRUSTED_PROXIES", "10.0.0.1")
    believed = [
        stranger(REMOTE_ADDR=peer).get("/nowhere", headers=asked)["X-Request-Id"] == asked["X-Request-Id"]
        for peer in ("10.0.0.1", "127.0.0.1", "203.0.113.7")
    ]
    assert believed == [True, True, False]


def cookies_of(client: Client) -> Iterator[HttpResponse]:
    """Answers that leave something in the browser."""
    yield client.get("/sign-in")
    yield client.post("/theme", {"theme": "dark"})
    yield client.post("/theme", {"theme": ""})
    yield client.get("/sign-in/link")


def test_every_cookie_but_the_theme_is_the_servers_alone() -> None:
    names = set()
    for answer in (*cookies_of(stranger()), *cookies_of(signed_in())):
        for name, cookie in answer.cookies.items():
            names.add(name)
            assert cookie["httponly"] or cookie["max-age"] == 0 or name == "theme", name
            assert cookie["samesite"] == "Lax", name
            assert cookie["domain"] == "", name
    assert {"theme", "csrf"} <= names


@override_settings(SESSION_COOKIE_SECURE=True)
def test_on_https_the_theme_and_an_attempt_are_bound_to_the_host() -> None:
    kept = stranger().post("/theme", {"theme": "dark"}).cookies["__Host-theme"]
    assert (kept["secure"], kept["path"], kept["domain"]) == (True, "/", "")
    shown = stranger(headers={"Cookie": "__Host-theme=dark"}).get("/sign-in").content
    assert b'data-theme="keep-dark"' in shown
    planted = stranger(headers={"Cookie": "theme=dark"}).get("/sign-in").content
    assert b"data-theme" not in planted, "one that another host could have set does not count"


def test_signing_out_clears_what_the_browser_keeps() -> None:
    answer = signed_in().post("/sign-out")
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert answer["Cache-Control"] == "private, no-store"


def test_script_keeps_nothing_but_the_theme_in_the_browser() -> None:
    from pathlib import Path

    import chamberlain.web

    page = stranger().get("/sign-in").content.decode()
    assert '"historyCacheSize":0' in page
    frontend = Path(chamberlain.web.__file__).parents[3] / "frontend"
    ours = [path for path in frontend.rglob("*.js") if "node_modules" not in path.parts]
    kept = re.compile(r"localStorage|sessionStorage|indexedDB|postMessage|WebSocket|eval\(|innerHTML")
    assert ours
    text = "".join(path.read_text(encoding="utf-8") for path in ours)
    assert kept.findall(text) == []
    assert set(re.findall(r"document\.cookie = `([^=]+)=", text)) == {"${THEME}"}
    assert text.count("document.cookie") == 2


def test_who_is_refused_stands_in_the_log_with_what_they_asked_for(caplog: pytest.LogCaptureFixture) -> None:
    from django.contrib.auth import get_user_model

    outsider = get_user_model().objects.create(
        subject="local:outsider of attacks", name="Outsider", created_at=clock.now()
    )
    client = Client(SERVER_NAME="localhost")
    client.force_login(outsider)
    session = client.session
    session.update({"started_at": clock.now().isoformat(), "seen_at": clock.now().isoformat()})
    session.save()
    with caplog.at_level("INFO", logger="chamberlain.web"):
        refused = client.get("/people-and-roles")
    assert refused.status_code == 403
    lines = [line.getMessage() for line in caplog.records]
    assert any("GET /people-and-roles: not_allowed" in line and refused["X-Request-Id"] in line for line in lines)
    assert any(re.search(rf"answered 403 in \d+ ms for {outsider.pk}$", line) for line in lines)


def test_what_opens_a_session_has_128_bits_at_least() -> None:
    keys = {signed_in().cookies["session"].value for _ in range(2)}
    assert len(keys) == 2
    assert all(re.fullmatch(r"[a-z0-9]{32}", key) for key in keys), "32 letters out of 36 are 165 bits"
    links = {urlsplit(issue_sign_in_link(actor=stories.ADMIN, root="http://localhost")).fragment for _ in range(2)}
    assert len(links) == 2
    assert all(len(link) >= 43 for link in links), "43 letters out of 64 are 256 bits"


def test_failed_and_good_sign_ins_are_in_the_trail() -> None:
    before = EventRow.objects.count()
    signed_in()
    stranger().post("/sign-in/link", {"code": "not-a-link"})
    stranger().post("/sign-in/code", {"name": "nobody of attacks", "password": "x", "code": "000000"})
    new = [(event.name, event.details.get("by")) for event in EventRow.objects.order_by("id")[before:]]
    assert ("person:signed_in", "link") in new
    assert ("sign_in:refused", "link") in new
    assert ("sign_in:refused", "password_and_code") in new
