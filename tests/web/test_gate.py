"""Nobody passes without a session: every address is walked."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

pytestmark = pytest.mark.usefixtures("world")

SIGNING_IN = {"sign_in", "use_link", "sign_in_microsoft", "sign_in_callback", "sign_in_passkey", "sign_in_code"}
OPEN = SIGNING_IN | {
    "sign_in_passkey_options",
    "theme",
    "healthz",
    "readyz",
    "metrics",
    "notify",
    "lifecycle",
    "problem_list",
}
EXAMPLES = {
    "slug": "contoso",
    "token": "not-a-token",
    "guid": "00000000-0000-0000-0000-000000000000",
    "kind": "role",
    "name": "people",
    "view_id": 1,
    "key": "group:00000000-0000-0000-0000-000000000000",
    "run_id": 1,
    "plan_id": 1,
    "task_id": 1,
    "credential_id": "00000000-0000-0000-0000-000000000000",
}


def stranger(**options: Any) -> Client:
    """Somebody without a session, at an address that the installation answers to."""
    return Client(SERVER_NAME="localhost", **options)


def addresses() -> Iterator[tuple[str, str]]:
    """The name and an example of each address there is, but the API's: it has no sign-in page and its own walk."""
    from django.urls import URLPattern, get_resolver, reverse

    for pattern in get_resolver().url_patterns:
        if str(pattern.pattern) == "api/v1/":
            continue
        assert isinstance(pattern, URLPattern)
        assert pattern.name
        names = pattern.pattern.converters
        yield pattern.name, reverse(pattern.name, kwargs={name: EXAMPLES[name] for name in names})


def strangers_may(method: str) -> set[str]:
    """Names of the addresses that do not send a stranger to sign in."""
    passed = set()
    for name, address in addresses():
        answer = getattr(stranger(), method)(address)
        if answer.status_code != 302 or not answer["Location"].startswith("/sign-in?next="):
            passed.add(name)
    return passed


@pytest.mark.parametrize("method", ["get", "post", "head", "put", "delete"])
def test_every_address_but_the_open_ones_sends_strangers_to_sign_in(method: str) -> None:
    assert strangers_may(method) <= OPEN
    assert len(list(addresses())) >= 20


def test_the_walk_sees_an_address_that_was_left_open(monkeypatch: pytest.MonkeyPatch) -> None:
    from chamberlain.web.views import people

    monkeypatch.setattr(people.list_people, "login_required", False, raising=False)
    assert "people" in strangers_may("get")
    assert stranger().get("/t/contoso/people").status_code == 403  # the queries still refuse


def test_a_fragment_sends_the_whole_page_to_sign_in() -> None:
    answer = stranger().get("/t/contoso/people", headers={"HX-Request": "true", "HX-Target": "results"})
    assert answer.status_code == 200
    assert answer["HX-Redirect"] == "/sign-in"
    assert answer.content == b""


def test_looking_at_a_link_does_not_use_it() -> None:
    for _ in range(3):
        answer = stranger().get("/sign-in/link")
        assert answer.status_code == 200
        assert b'<form method="post"' in answer.content


def test_a_form_from_elsewhere_is_refused_in_words() -> None:
    answer = stranger(enforce_csrf_checks=True).post("/sign-in/link")
    assert answer.status_code == 403
    assert b"This form was not accepted." in answer.content


def test_pages_forbid_script_and_style_that_is_not_ours_and_stay_out_of_caches() -> None:
    answer = stranger().get("/sign-in")
    policy = answer["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe-inline" not in policy
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["X-Frame-Options"] == "DENY"
    assert "HX-Request" in answer["Vary"]


def test_an_address_that_leads_nowhere_says_so_with_an_id_to_quote() -> None:
    answer = stranger().get("/nowhere")
    assert answer.status_code == 404
    assert b"There is no such page." in answer.content
    assert answer["X-Request-Id"].encode() in answer.content


def test_the_theme_is_kept_and_never_leads_away() -> None:
    answer = stranger().post("/theme", {"theme": "dark", "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/"
    assert answer.cookies["theme"].value == "dark"
    page = stranger(headers={"Cookie": "theme=dark"}).get("/sign-in")
    assert b'data-theme="keep-dark"' in page.content
    strange = stranger(headers={"Cookie": 'theme="><script>'}).get("/sign-in")
    assert b"data-theme" not in strange.content


def test_a_host_that_is_not_ours_is_refused() -> None:
    answer = Client(SERVER_NAME="evil.example").get("/sign-in")
    assert answer.status_code == 400


def test_a_defect_says_so_with_an_id_that_stands_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    from chamberlain.web.problems import ProblemMiddleware

    caplog.set_level("ERROR", logger="chamberlain.web.problems")
    request = RequestFactory().get("/t/contoso/people")

    def broken(asked: HttpRequest) -> HttpResponse:
        answer = middleware.process_exception(asked, ZeroDivisionError("a secret of the house"))
        assert answer is not None
        return answer

    middleware = ProblemMiddleware(broken)
    answer = middleware(request)
    assert answer.status_code == 500
    assert answer["X-Request-Id"] in answer.content.decode()
    assert answer["X-Request-Id"] in caplog.text
    assert "a secret of the house" not in answer.content.decode()
