"""Signing in through the pages: by way of the simulated Microsoft, with codes, and what sessions do. No browser."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID

import httpx2
import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from visitors import administrator, browser, events, people, pick, signed_in, to_microsoft, told_of, use_link, user_of

from chamberlain import clock
from chamberlain.actions.end_session import end_sessions_of
from chamberlain.actions.sign_in import issue_sign_in_link
from chamberlain.bench.simulated import Simulated
from chamberlain.errors import Refused
from chamberlain.model.actor import SYSTEM
from chamberlain.policy import one_time_code
from chamberlain.policy.attempt import derived
from chamberlain.store import roles

pytestmark = pytest.mark.usefixtures("world")

PASSWORD = "seven quiet herons at dusk"


@pytest.fixture(scope="module")
def microsoft(start_tenant: Callable[..., Simulated]) -> Simulated:
    """A tenant whose people sign in; each test that changes somebody takes another person."""
    return start_tenant(population="golden", seed=71)


@pytest.fixture(autouse=True)
def settings(microsoft: Simulated, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation at localhost with the simulated Microsoft, where many may try from one address."""
    for name, value in told_of(microsoft, CHAMBERLAIN_SIGN_IN_TENANT=microsoft.tenant_id).items():
        monkeypatch.setenv(name, value)


def test_a_person_signs_in_by_way_of_microsoft_and_is_known_by_the_two_ids(microsoft: Simulated) -> None:
    person, client = people(microsoft)[0], browser()
    back = pick(to_microsoft(client, next_page="/your-sign-in?x=1"), person["id"])
    answer = client.get(back)
    assert (answer.status_code, answer["Location"]) == (302, "/your-sign-in?x=1")
    user = user_of(client)
    assert (str(user.tenant_guid), str(user.object_guid)) == (microsoft.tenant_id, person["id"])
    assert user.name == (person["displayName"] or person["userPrincipalName"])
    assert b"Microsoft Entra" in client.get("/your-sign-in").content
    last = events("person:signed_in")[-1]
    assert (last.subject, last.details["by"]) == (str(user.id), "microsoft")


def test_a_newcomer_may_see_nothing_of_the_installation(microsoft: Simulated) -> None:
    client = browser()
    client.get(pick(to_microsoft(client), people(microsoft)[1]["id"]))
    assert signed_in(client)
    refused = client.get("/integrations")
    assert refused.status_code == 403
    assert b"To the start" in refused.content  # and not to an overview that is closed to them, too
    assert b"To the overview" not in refused.content


def test_the_same_person_is_the_same_user_whatever_they_are_called(microsoft: Simulated) -> None:
    person = people(microsoft)[2]
    users = []
    for name in (None, "Somebody Renamed"):
        if name:
            wish = {"kind": "rename_user", "user": person["id"], "display_name": name}
            httpx2.post(f"{microsoft.url}/_simulator/mutations", json=wish)
        client = browser()
        client.get(pick(to_microsoft(client), person["id"]))
        users.append(user_of(client))
    assert users[0].id == users[1].id
    assert users[1].name == "Somebody Renamed"


def test_where_to_write_to_somebody_is_kept_as_microsoft_tells_it_and_lets_nobody_in(microsoft: Simulated) -> None:
    from chamberlain.store.models import MailBoxRow

    person, client = [one for one in people(microsoft) if one["mail"]][-1], browser()
    for left_over in ("", "old@example.com"):
        MailBoxRow.objects.filter(told=person["mail"]).update(told=left_over)
        client.get(pick(to_microsoft(client), person["id"]))
        assert MailBoxRow.objects.get(user_id=user_of(client).id).value().address == person["mail"]
    other = browser()
    other.get(pick(to_microsoft(other), people(microsoft)[1]["id"]))
    MailBoxRow.objects.filter(user_id=user_of(other).id).update(told=person["mail"])
    assert user_of(other).id != user_of(client).id


def test_an_answer_counts_once(microsoft: Simulated) -> None:
    client = browser()
    back = pick(to_microsoft(client), people(microsoft)[0]["id"])
    cookie = client.cookies["entrance"].value
    assert client.get(back).status_code == 302
    client.post("/sign-out")
    client.cookies["entrance"] = cookie
    again = client.get(back)
    assert again.status_code == 400
    assert b"sign_in_state_invalid" in again.content
    assert not signed_in(client)


def test_an_answer_counts_only_in_the_browser_that_asked(microsoft: Simulated) -> None:
    """Otherwise an attacker could sign a victim in as the attacker."""
    attacker, victim = browser(), browser()
    back = pick(to_microsoft(attacker), people(microsoft)[0]["id"])
    to_microsoft(victim)
    for client in (victim, browser()):
        answer = client.get(back)
        assert answer.status_code == 400
        assert b"sign_in_state_invalid" in answer.content
        assert not signed_in(client)


def test_a_code_of_another_attempt_is_not_believed(microsoft: Simulated) -> None:
    """The code is real and unused, but it was bought with another verifier and nonce."""
    attacker, victim = browser(), browser()
    stolen = urlsplit(pick(to_microsoft(attacker), people(microsoft)[0]["id"])).query
    code = dict(pair.split("=", 1) for pair in stolen.split("&"))["code"]
    to_microsoft(victim)
    state = derived(victim.cookies["entrance"].value, "state")
    answer = victim.get(f"/sign-in/microsoft/callback?code={code}&state={state}")
    assert answer.status_code == 400
    assert b"sign_in_code_refused" in answer.content
    assert not signed_in(victim)


def test_an_attempt_is_over_after_ten_minutes(microsoft: Simulated, monkeypatch: pytest.MonkeyPatch) -> None:
    client = browser()
    back = pick(to_microsoft(client), people(microsoft)[0]["id"])
    later(monkeypatch, timedelta(minutes=11))
    assert b"sign_in_state_invalid" in client.get(back).content


def test_who_cancels_or_is_refused_is_told_why(microsoft: Simulated) -> None:
    client = browser()
    answer = client.get(pick(to_microsoft(client), people(microsoft)[0]["id"], answer="cancel"))
    assert answer.status_code == 400
    assert b"sign_in_declined" in answer.content
    to_microsoft(client)
    state = derived(client.cookies["entrance"].value, "state")
    query = urlencode({"error": "interaction_required", "error_description": "AADSTS53003: no.", "state": state})
    answer = client.get(f"/sign-in/microsoft/callback?{query}")
    assert b"AADSTS53003" in answer.content
    assert b"sign_in_refused_by_microsoft" in answer.content
    assert events("sign_in:refused")[-1].details["error"] == "sign_in_refused_by_microsoft"


def test_what_an_answer_says_is_hostile_text(microsoft: Simulated) -> None:
    client = browser()
    to_microsoft(client)
    state = derived(client.cookies["entrance"].value, "state")
    query = urlencode({"error": "<script>alert(1)</script>", "error_description": "<b>", "state": state})
    assert b"<script>alert" not in client.get(f"/sign-in/microsoft/callback?{query}").content


def test_people_of_a_tenant_that_is_not_connected_stay_out(
    microsoft: Simulated, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAMBERLAIN_SIGN_IN_TENANT", "organizations")
    client = browser()
    answer = client.get(pick(to_microsoft(client), "foreign"))
    assert answer.status_code == 400
    assert b"sign_in_tenant_unknown" in answer.content
    assert not signed_in(client)


def test_without_an_app_or_without_microsoft_the_page_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAMBERLAIN_LOGIN_ROOT", "http://localhost:9")
    answer = browser().post("/sign-in/microsoft")
    assert answer.status_code == 502
    assert b"network_unreachable" in answer.content
    monkeypatch.delenv("CHAMBERLAIN_CLIENT_ID")
    assert b"Sign in with Microsoft" not in browser().get("/sign-in").content
    assert b"sign_in_not_set_up" in browser().post("/sign-in/microsoft").content


@pytest.mark.parametrize(
    "page", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/%0d%0aX: y\r\n"]
)
def test_a_sign_in_leads_nowhere_else(microsoft: Simulated, page: str) -> None:
    client = browser()
    answer = client.get(pick(to_microsoft(client, next_page=page), people(microsoft)[0]["id"]))
    assert answer["Location"] == "/"


def test_a_sign_in_without_the_context_that_is_demanded_is_refused(
    microsoft: Simulated, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAMBERLAIN_SIGN_IN_CONTEXT", "c1")
    person, honest, clever = people(microsoft)[0], browser(), browser()
    assert honest.get(pick(to_microsoft(honest), person["id"])).status_code == 302
    assert signed_in(honest)
    address = urlsplit(to_microsoft(clever))
    asked = {name: text for name, text in parse_qsl(address.query) if name != "claims"}
    assert len(asked) < len(parse_qsl(address.query)), "it was asked for, and whoever has the browser takes it out"
    answer = clever.get(pick(address._replace(query=urlencode(asked)).geturl(), person["id"]))
    assert (answer.status_code, b"sign_in_context_missing" in answer.content) == (400, True)
    assert not signed_in(clever)


def test_no_address_holds_what_a_link_is_worth() -> None:
    link = issue_sign_in_link(actor=SYSTEM, root="", name="Linked")
    path, _, secret = link.partition("#")
    assert path == "/sign-in/link"
    client = browser()
    assert client.post(f"/sign-in/{secret}").status_code == 404
    assert client.post(path, {}, QUERY_STRING=f"code={secret}").status_code == 400
    assert not signed_in(client)
    assert client.post(path, {"code": secret}).status_code == 302
    assert signed_in(client)


def test_a_sign_in_begins_a_session_under_a_new_key() -> None:
    client = browser()
    keys = set()
    for _ in range(2):
        use_link(client, issue_sign_in_link(actor=SYSTEM, root="", name="Rotating"))
        keys.add(client.cookies["session"].value)
    assert len(keys) == 2
    old = browser()
    old.cookies["session"] = (keys - {client.cookies["session"].value}).pop()
    assert not signed_in(old)


def test_the_database_holds_no_key_that_opens_a_session() -> None:
    from chamberlain.store.models import SessionRow

    client = administrator("Digested")
    key = client.cookies["session"].value
    rows = list(SessionRow.objects.filter(user_id=client.session["_auth_user_id"]))
    assert len(rows) == 1
    assert key not in repr(rows[0].__dict__)
    thief = browser()
    thief.cookies["session"] = rows[0].session_key
    assert not signed_in(thief)


def later(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    """It is later, for our house; Django's own clock goes on."""
    moment = datetime.now(clock.now().tzinfo) + by
    monkeypatch.setattr(clock, "now", lambda: moment)


def test_a_session_ends_when_nobody_does_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    client = administrator("Idle")
    later(monkeypatch, timedelta(minutes=29))
    assert signed_in(client)
    later(monkeypatch, timedelta(minutes=58))
    assert signed_in(client)
    later(monkeypatch, timedelta(minutes=89))
    answer = client.get("/your-sign-in")
    assert answer["Location"] == "/sign-in?next=/your-sign-in&ended=idle"
    assert b"without doing anything" in client.get(answer["Location"]).content
    assert events("session:ended")[-1].details == {"by": "idle", "sessions": "1"}
    assert not signed_in(client)


def test_parts_that_ask_by_themselves_keep_no_session_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    client = administrator("Polling")
    for minutes in (20, 29):
        later(monkeypatch, timedelta(minutes=minutes))
        assert client.get("/your-sign-in", headers={"X-Poll": "1"}).status_code == 200
    later(monkeypatch, timedelta(minutes=31))
    assert not signed_in(client)


def test_a_session_ends_after_its_longest_time_however_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    client = administrator("Busy")
    for minutes in range(25, 12 * 60, 25):
        later(monkeypatch, timedelta(minutes=minutes))
        assert signed_in(client), minutes
    later(monkeypatch, timedelta(hours=12))
    assert client.get("/your-sign-in")["Location"].endswith("&ended=too_old")


def test_one_sees_one_s_own_sessions_and_ends_them() -> None:
    here, there, third = (administrator("Many Places") for _ in range(3))
    stranger = administrator("Stranger")
    page = here.get("/your-sign-in").content.decode()
    assert page.count('title="Test browser"') == 3
    handle = page.split('name="end" value="')[1].split('"')[0]
    stranger.post("/your-sign-in/sessions", {"end": handle})
    assert all(signed_in(one) for one in (here, there, third))
    here.post("/your-sign-in/sessions", {"end": handle})
    assert sorted(signed_in(one) for one in (there, third)) == [False, True]
    here.post("/your-sign-in/sessions", {"end": "others"})
    assert [signed_in(one) for one in (here, there, third, stranger)] == [True, False, False, True]
    assert events("session:ended")[-1].details["by"] == "ended_elsewhere"


def test_an_administrator_ends_the_sessions_of_somebody_else() -> None:
    lost, desk = administrator("Lost Device"), administrator("Desk")
    person = str(get_user_model().objects.get(name="Lost Device").pk)
    form = {"do": "end_sessions", "person": person}
    assert b"End sessions: Lost Device" in desk.get("/people-and-roles").content
    assert desk.post("/people-and-roles", form).status_code == 302
    assert not signed_in(lost)
    assert signed_in(desk)
    told = events("session:ended")[-1]
    assert (told.subject, told.details["by"], told.details["sessions"]) == (person, "by_administrator", "1")
    for wrong in ("", "x", "00000000-0000-0000-0000-000000000000\n1"):
        assert desk.post("/people-and-roles", {**form, "person": wrong}).status_code == 404


def test_nobody_else_ends_sessions_of_others() -> None:
    auditor = get_user_model().objects.create(
        subject="local:auditor of sessions", name="Auditor", created_at=clock.now()
    )
    with pytest.raises(Refused, match="not_allowed"):
        end_sessions_of(actor=roles.actor_of(auditor), person=auditor.pk)


def test_signing_out_ends_the_session_on_the_server() -> None:
    client = administrator("Leaving")
    cookie = client.cookies["session"].value
    client.post("/sign-out")
    thief = browser()
    thief.cookies["session"] = cookie
    assert not signed_in(thief)
    assert events("session:ended")[-1].details["by"] == "signed_out"


def set_up_code(client: Client) -> tuple[str, list[str]]:
    """Sets up password and codes; the secret and the recovery codes."""
    page = client.get("/your-sign-in/code").content.decode()
    assert "<svg" in page
    assert "style=" not in page.split("<svg")[1].split("</svg>")[0]
    secret = page.split('break-all">')[1].split("<")[0]
    code = one_time_code.code_at(secret, clock.now())
    answer = client.post("/your-sign-in/code", {"password": PASSWORD, "code": code})
    assert answer.status_code == 200, answer.content.decode()
    return secret, [part.split("<")[0] for part in answer.content.decode().split("data-recovery-code>")[1:]]


def with_code(client: Client, name: str, password: str, code: str) -> Any:
    return client.post("/sign-in/code", {"name": name, "password": password, "code": code})


def test_a_local_account_signs_in_with_password_and_code_once_each(monkeypatch: pytest.MonkeyPatch) -> None:
    own, other = administrator("Glass Breaker"), administrator("Glass Breaker")
    secret, recovery = set_up_code(own)
    assert len(recovery) == 10
    assert signed_in(own)
    assert not signed_in(other), "a new password ends the other sessions"
    later(monkeypatch, timedelta(minutes=1))
    code = one_time_code.code_at(secret, clock.now())
    client = browser()
    assert with_code(client, "glass breaker", PASSWORD, code).status_code == 302
    assert signed_in(client)
    assert b"sign_in_wrong" in with_code(browser(), "Glass Breaker", PASSWORD, code).content
    paper = browser()
    assert with_code(paper, "Glass Breaker", PASSWORD, recovery[0].lower()).status_code == 302
    assert events("person:signed_in")[-1].details["by"] == "recovery_code"
    assert b"sign_in_wrong" in with_code(browser(), "Glass Breaker", PASSWORD, recovery[0]).content
    assert b"9 recovery codes are left" in paper.get("/your-sign-in").content


def test_what_is_wrong_is_not_said_and_guessing_is_slowed(monkeypatch: pytest.MonkeyPatch) -> None:
    secret, _ = set_up_code(administrator("Guessed"))
    later(monkeypatch, timedelta(minutes=2))
    code = one_time_code.code_at(secret, clock.now())
    pages = []
    for name, password, given in (
        ("Guessed", "not the password", code),
        ("Guessed", PASSWORD, "000000"),
        ("Nobody", PASSWORD, code),
        ("Gue\x00ssed", PASSWORD, code[:-1]),
    ):
        answer = with_code(browser(), name, password, given)
        assert answer.status_code == 400
        pages.append(b"sign_in_wrong" in answer.content)
        assert password.encode() not in answer.content
    assert all(pages)
    for _ in range(5):
        with_code(browser(), "Guessed", "wrong", "000000")
    refused = with_code(browser(), "Guessed", PASSWORD, code)
    assert refused.status_code == 429
    assert b"too_many_requests" in refused.content


@pytest.mark.parametrize(
    ("password", "code", "error"),
    [("tiny me", None, "password_short"), ("password1234", None, "password_common"), (PASSWORD, "12345", "code_wrong")],
)
def test_a_weak_password_or_a_wrong_code_sets_up_nothing(password: str, code: str | None, error: str) -> None:
    client = administrator("Careless")
    page = client.get("/your-sign-in/code").content.decode()
    secret = page.split('break-all">')[1].split("<")[0]
    given = code or one_time_code.code_at(secret, clock.now())
    answer = client.post("/your-sign-in/code", {"password": password, "code": given})
    assert answer.status_code == 400
    assert error.encode() in answer.content
    assert password not in answer.content.decode()
    assert secret in answer.content.decode(), "the same secret, so that the app need not learn another"


def test_an_old_session_changes_no_way_to_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    client = administrator("Stale")
    later(monkeypatch, timedelta(minutes=16))
    for answer in (
        client.get("/your-sign-in/code"),
        client.post("/your-sign-in/passkey", {"remove": str(UUID(int=1))}),
        client.post("/your-sign-in/password", {"password": PASSWORD, "new_password": PASSWORD}),
    ):
        assert answer.status_code == 400
        assert b"sign_in_again" in answer.content


def test_people_whom_microsoft_signs_in_get_no_other_way_in(microsoft: Simulated) -> None:
    client = browser()
    client.get(pick(to_microsoft(client), people(microsoft)[0]["id"]))
    assert b"not_local" in client.get("/your-sign-in/code").content
    assert b"not_local" in client.post("/your-sign-in/passkey/options").content


def test_a_removed_code_signs_nobody_in(monkeypatch: pytest.MonkeyPatch) -> None:
    client = administrator("Undone")
    secret, recovery = set_up_code(client)
    assert client.post("/your-sign-in/code", {"remove": "1"}).status_code == 302
    assert signed_in(client)
    later(monkeypatch, timedelta(minutes=1))
    code = one_time_code.code_at(secret, clock.now())
    assert b"sign_in_wrong" in with_code(browser(), "Undone", PASSWORD, code).content
    assert b"sign_in_wrong" in with_code(browser(), "Undone", PASSWORD, recovery[0]).content
    assert events("sign_in_method:removed")[-1].details["method"] == "password_and_code"


def test_changing_a_password_asks_for_the_present_one(monkeypatch: pytest.MonkeyPatch) -> None:
    own, new = administrator("Changer"), "three dull lanterns in march"
    secret, _ = set_up_code(own)
    other = administrator("Changer")
    for present, wanted, error in (
        ("", new, b"password_wrong"),
        ("not the present one", new, b"password_wrong"),
        (PASSWORD, "tiny me", b"password_short"),
        (PASSWORD, "letmeinplease", b"password_common"),
    ):
        answer = own.post("/your-sign-in/password", {"password": present, "new_password": wanted})
        assert (answer.status_code, error in answer.content) == (400, True)
        assert wanted.encode() not in answer.content
    assert events("sign_in:refused")[-1].details == {"by": "present_password", "error": "password_wrong"}
    assert own.post("/your-sign-in/password", {"password": PASSWORD, "new_password": new}).status_code == 302
    assert events("sign_in_method:changed")[-1].subject == str(user_of(own).id)
    assert signed_in(own)
    assert not signed_in(other), "a new password ends the other sessions"
    later(monkeypatch, timedelta(minutes=5))
    code = one_time_code.code_at(secret, clock.now())
    assert b"sign_in_wrong" in with_code(browser(), "Changer", PASSWORD, code).content
    assert with_code(browser(), "Changer", new, code).status_code == 302


def test_only_a_link_of_the_terminal_removes_a_password_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    own, by_code = administrator("Remover"), browser()
    secret, _ = set_up_code(own)
    later(monkeypatch, timedelta(minutes=1))
    with_code(by_code, "Remover", PASSWORD, one_time_code.code_at(secret, clock.now()))
    assert b'id="remove-password"' in by_code.get("/your-sign-in/password").content
    assert b'id="remove-password"' not in own.get("/your-sign-in/password").content
    refused = by_code.post("/your-sign-in/code", {"remove": "1", "password": "a guess"})
    assert (refused.status_code, b"password_wrong" in refused.content) == (400, True)
    assert by_code.post("/your-sign-in/code", {"remove": "1", "password": PASSWORD}).status_code == 302
    assert by_code.get("/your-sign-in/password").status_code == 302
    nothing = by_code.post("/your-sign-in/password", {"password": PASSWORD, "new_password": PASSWORD})
    assert b"code_not_found" in nothing.content


def test_guessing_the_present_password_is_slowed() -> None:
    own = administrator("Guessing")
    set_up_code(own)
    form = {"password": "a guess", "new_password": PASSWORD}
    answers = [own.post("/your-sign-in/password", form).status_code for _ in range(6)]
    assert answers == [400] * 5 + [429]
    assert own.post("/your-sign-in/password", form | {"password": PASSWORD}).status_code == 429


def test_who_is_switched_off_here_does_not_get_in(microsoft: Simulated) -> None:
    from chamberlain.store.models import User

    person, client = people(microsoft)[3], browser()
    client.get(pick(to_microsoft(client), person["id"]))
    User.objects.filter(pk=client.session["_auth_user_id"]).update(is_active=False)
    assert not signed_in(client)
    again = browser()
    assert b"sign_in_blocked" in again.get(pick(to_microsoft(again), person["id"])).content
    User.objects.filter(object_guid=person["id"]).update(is_active=True)


def test_cookies_are_for_the_server_alone() -> None:
    client = administrator("Cookies")
    client.post("/sign-in/microsoft")
    for name in ("session", "entrance"):
        cookie = client.cookies[name]
        assert cookie["httponly"], name
        assert cookie["samesite"] == "Lax", name
        assert cookie["path"] == "/", name
