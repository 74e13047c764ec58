"""Messages: written with what they tell, sent once, tried again, given up; against a real mail server."""

import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import transaction

from chamberlain import clock
from chamberlain.actions.retry_message import retry_message
from chamberlain.actions.send_messages import send_messages
from chamberlain.actions.try_mail import try_mail
from chamberlain.errors import Misconfigured, NotFound, Refused, Upstream
from chamberlain.model.actor import Actor, ActorKind, Role, TenantRole
from chamberlain.model.message import MessageState, Receiver, Topic
from chamberlain.model.tenant import Tenant
from chamberlain.notify.post import post
from chamberlain.notify.smtp import server_of
from chamberlain.policy.mail import KEPT, LASTS, MOST_ATTEMPTS
from chamberlain.queries.messages import list_messages
from chamberlain.settings import Settings, load
from chamberlain.store import outbox
from chamberlain.store.connection import apart
from chamberlain.store.models import EventRow, MessageRow
from chamberlain.work.send_messages import Postman
from connected import connected_tenant
from mail_server import PASSWORD, USER, Office, Papers, mail_server, make_papers
from posting import forget_messages, later, only, refused, state, tell
from stories import ADMIN, NOBODY
from workers import wait_until

pytestmark = pytest.mark.usefixtures("world", "empty")
EVIL = "Evil\r\nBcc: victim@example.com\r\n\r\n<script>alert(1)</script>\u202e\u2028"
LETTER = b"Subject: x\r\n\r\nx\r\n"


@pytest.fixture
def empty(world: object) -> Iterator[None]:
    """No messages and nobody who would get any, before and afterwards."""
    forget_messages()
    yield
    forget_messages()


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    return make_papers(tmp_path_factory.mktemp("papers"))


@pytest.fixture
def office() -> Iterator[Office]:
    with mail_server() as server:
        yield server


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Settings]:
    """Settings of an installation that sends to this server."""

    def configure(port: int, **more: str) -> Settings:
        given = {"host": "localhost", "port": str(port), "security": "none", "from": "access@example.com", **more}
        for name, value in given.items():
            monkeypatch.setenv(f"CHAMBERLAIN_SMTP_{name.upper()}", value)
        monkeypatch.setenv("CHAMBERLAIN_PUBLIC_URL", "https://access.example.com")
        return load()

    return configure


@pytest.fixture
def tenant(monkeypatch: pytest.MonkeyPatch) -> Tenant:
    """A connected tenant whose messages go to one address."""
    monkeypatch.setenv("CHAMBERLAIN_NOTIFY_TO", "team@example.com")
    return connected_tenant("Contoso")


# The outbox


def test_a_message_belongs_to_the_transaction_of_what_it_tells(tenant: Tenant) -> None:
    with pytest.raises(transaction.TransactionManagementError):
        post(Topic.SCOPES_REVOKED, tenant_id=tenant.id, once="x", scopes="a")
    with transaction.atomic():
        post(Topic.SCOPES_REVOKED, tenant_id=tenant.id, once="x", scopes="a")
        transaction.set_rollback(True)
    assert MessageRow.objects.count() == 0


def test_the_same_is_told_once(tenant: Tenant) -> None:
    tell(tenant)
    tell(tenant)
    assert MessageRow.objects.count() == 1
    tell(tenant, once="another")
    assert MessageRow.objects.count() == 2


def test_a_sent_message_is_not_sent_again(tenant: Tenant, office: Office, configured: Callable[..., Settings]) -> None:
    settings = configured(office.port)
    tell(tenant)
    assert [send_messages(settings=settings) for _ in range(2)] == [1, 0]
    assert len(office.taken) == 1
    assert state() is MessageState.SENT


def test_several_who_send_at_once_send_each_message_once(
    tenant: Tenant, office: Office, configured: Callable[..., Settings]
) -> None:
    settings = configured(office.port)
    for number in range(12):
        tell(tenant, once=str(number))
    senders = [threading.Thread(target=apart, args=(lambda: send_messages(settings=settings),)) for _ in range(3)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(30)
    assert len({mail["Message-ID"] for mail in office.taken}) == len(office.taken) == 12
    assert set(MessageRow.objects.values_list("attempts", flat=True)) == {1}


# What the mail is like


def test_a_mail_says_it_in_text_and_html_and_is_marked_as_automatic(
    tenant: Tenant, office: Office, configured: Callable[..., Settings]
) -> None:
    settings = configured(office.port)
    tell(tenant)
    send_messages(settings=settings)
    mail = office.taken[0]
    assert mail["From"] == "Chamberlain <access@example.com>"
    assert mail["To"] == "team@example.com"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"] == f"<{only().id}@example.com>"
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    for part in (text.get_content(), html.get_content()):
        assert "Group.Read.All, User.Read.All" in part
        assert f"https://access.example.com/t/{tenant.slug}/connection" in part
    assert re.search(r"<(img|script|link|iframe)|url\(", html.get_content()) is None
    assert mail["List-Unsubscribe"] is None, "nobody is behind an address of the settings"


def test_names_write_no_headers_and_no_html(office: Office, configured: Callable[..., Settings]) -> None:
    settings = configured(office.port)
    hostile = connected_tenant(EVIL)
    receiver = Receiver("ada@example.com")
    values = {
        Topic.TEST: {},
        Topic.CREDENTIAL_EXPIRING: {"kind": EVIL, "days": "7", "expires": EVIL},
        Topic.CONNECTION_BROKEN: {"error": EVIL, "error.host": EVIL},
        Topic.CONNECTION_REPAIRED: {},
        Topic.SYNC_OVERDUE: {"since": EVIL},
        Topic.SCOPES_REVOKED: {"scopes": EVIL},
    }
    assert set(values) == set(Topic)
    with transaction.atomic():
        for topic, told in values.items():
            outbox.put(tenant_id=hostile.id, topic=topic, once="x", values=told, to=[receiver], now=clock.now())
    assert send_messages(settings=settings) == len(Topic)
    for mail, raw in zip(office.taken, office.raw, strict=True):
        assert mail["Bcc"] is None
        assert mail["To"] == "ada@example.com"
        assert b"\r\nBcc:" not in raw
        html = mail.get_body(("html",))
        text = mail.get_body(("plain",))
        assert html is not None
        assert text is not None
        assert "<script" not in html.get_content()
        assert "\nBcc" not in text.get_content()
        assert not {"\u202e", "\u2028"} & set(str(mail["Subject"]) + text.get_content())


# Failures


def test_starttls_protects_the_way_and_the_account(
    papers: Papers, tenant: Tenant, configured: Callable[..., Settings]
) -> None:
    with mail_server(papers=papers, auth=True) as office:
        settings = configured(
            office.port, security="starttls", user=USER, password=PASSWORD, ca_file=str(papers.authority)
        )
        tell(tenant)
        assert send_messages(settings=settings) == 1
        assert office.were_protected == [True]
        assert office.users == [USER]


def test_what_is_refused_for_now_is_tried_again_later(
    tenant: Tenant, office: Office, configured: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = configured(office.port)
    office.answers = ["451 4.7.1 greylisted"]
    tell(tenant)
    tell(tenant, once="two")
    assert send_messages(settings=settings) == 1, "the other one goes"
    waiting = MessageRow.objects.get(state=MessageState.FAILED.value)
    assert (waiting.error_code, waiting.error_data["said"]) == ("mail_postponed", "4.7.1 greylisted")
    assert send_messages(settings=settings) == 0, "not at once"
    later(monkeypatch, timedelta(minutes=2))
    assert send_messages(settings=settings) == 1
    assert {mail["Message-ID"] for mail in office.taken} == {
        f"<{row.id}@example.com>" for row in MessageRow.objects.all()
    }


def test_what_is_refused_for_good_is_given_up_told_and_can_be_sent_again(
    tenant: Tenant, office: Office, configured: Callable[..., Settings]
) -> None:
    settings = configured(office.port)
    office.receivers = {"team@example.com": "550 5.1.1 no such box"}
    tell(tenant)
    send_messages(settings=settings)
    assert state() is MessageState.DEAD
    event = EventRow.objects.get(name="message:given_up", tenant_id=tenant.id)
    assert (event.details["error"], event.details["to"]) == ("mail_refused", "team@example.com")
    shown = list_messages(viewer=ADMIN).messages[0]
    assert shown.error == ("mail_refused", {"status": "550", "said": "5.1.1 no such box"})
    office.receivers = {}
    elsewhere = Actor(
        ActorKind.PERSON, "x", "X", tenant_roles=frozenset({TenantRole(Role.ADMINISTRATOR, tenant.id + 1)})
    )
    refused(lambda: retry_message(actor=NOBODY, message_id=only().id), "not_allowed", Refused)
    refused(lambda: retry_message(actor=elsewhere, message_id=only().id), "message_not_found", NotFound)
    retry_message(actor=ADMIN, message_id=only().id)
    refused(lambda: retry_message(actor=ADMIN, message_id=only().id), "message_not_found", NotFound)
    assert send_messages(settings=settings) == 1


def test_while_the_server_is_away_everything_waits_and_a_test_that_passes_lets_it_go(
    tenant: Tenant, configured: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    with mail_server() as gone:
        port = gone.port
    settings = configured(port)
    tell(tenant)
    tell(tenant, once="two")
    assert send_messages(settings=settings) == 0
    assert sorted(MessageRow.objects.values_list("attempts", flat=True)) == [0, 1], "one asks for all"
    assert not outbox.any_due(now=clock.now())
    refused(lambda: try_mail(actor=ADMIN, address="ada@example.com"), "mail_server_unreachable", Upstream)
    refused(lambda: try_mail(actor=NOBODY, address="ada@example.com"), "not_allowed", Refused)
    with mail_server() as office:
        settings = configured(office.port)
        assert try_mail(actor=ADMIN, address=" ada@example.com ") == "ada@example.com"
        assert send_messages(settings=settings) == 2
        assert [mail["To"] for mail in office.taken] == ["ada@example.com", "team@example.com", "team@example.com"]
    told = EventRow.objects.filter(name="mail:tried").order_by("-id")[:2]
    assert [event.details["outcome"] for event in told] == ["sent", "mail_server_unreachable"]


def test_a_message_that_fails_twenty_times_is_given_up(
    tenant: Tenant, office: Office, configured: Callable[..., Settings]
) -> None:
    settings = configured(office.port)
    tell(tenant)
    for _ in range(MOST_ATTEMPTS):
        assert state() is not MessageState.DEAD
        office.answers = ["450 later"]
        MessageRow.objects.update(next_at=clock.now())
        send_messages(settings=settings)
    assert (state(), only().error_code) == (MessageState.DEAD, "mail_postponed")


def test_without_a_server_messages_wait_a_week_and_are_given_up(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(tenant)
    assert server_of(load()) is None
    assert send_messages(settings=load()) == 0
    assert (state(), list_messages(viewer=ADMIN).server, list_messages(viewer=ADMIN).waiting) == (
        MessageState.QUEUED,
        None,
        1,
    )
    refused(lambda: try_mail(actor=ADMIN, address="ada@example.com"), "mail_not_set_up", Misconfigured)
    later(monkeypatch, LASTS)
    send_messages(settings=load())
    assert (state(), only().error_code) == (MessageState.DEAD, "message_outdated")
    assert EventRow.objects.filter(name="message:given_up", tenant_id=tenant.id).count() == 1


def test_old_messages_are_removed_and_those_that_wait_are_not(
    tenant: Tenant, office: Office, configured: Callable[..., Settings]
) -> None:
    settings = configured(office.port)
    tell(tenant)
    send_messages(settings=settings)
    office.answers = ["450 later"]
    tell(tenant, once="two")
    MessageRow.objects.update(created_at=clock.now() - KEPT - timedelta(days=1))
    send_messages(settings=settings)
    assert state() is MessageState.FAILED


KILLED = """
from chamberlain.bootstrap import open_world
from chamberlain.settings import load
with open_world(load(), migrate=False) as world:
    from chamberlain.actions.send_messages import send_messages
    send_messages(settings=world.settings)
"""


def test_killed_between_the_server_s_yes_and_ours_the_same_mail_goes_again_once_and_is_known_by_its_id(
    tenant: Tenant, office: Office, configured: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = configured(office.port)
    tell(tenant)
    office.seconds = 60  # it has the whole mail, and its yes does not reach us
    child = subprocess.Popen([sys.executable, "-c", KILLED])
    try:
        wait_until(lambda: office.in_hand == 1)
        assert state() is MessageState.SENDING
        child.send_signal(signal.SIGKILL)
    finally:
        child.kill()
        child.wait(10)
    office.seconds = 0
    assert send_messages(settings=settings) == 0, "whoever sends it may still live"
    later(monkeypatch, outbox.LEASE)
    assert send_messages(settings=settings) == 1
    assert only().attempts == 2
    assert [mail["Message-ID"] for mail in office.seen] == [f"<{only().id}@example.com>"] * 2


def test_who_was_taken_for_dead_does_not_undo_what_came_after(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    tell(tenant)
    first = outbox.claim(now=clock.now())
    assert first is not None
    assert outbox.claim(now=clock.now()) is None
    second = outbox.claim(now=clock.now() + outbox.LEASE)
    assert second is not None
    assert outbox.note_sent(second, now=clock.now())
    assert not outbox.note_failed(first, error=("mail_postponed", {}), next_at=clock.now())
    assert state() is MessageState.SENT


def test_a_slow_server_holds_up_no_round(tenant: Tenant, office: Office, configured: Callable[..., Settings]) -> None:
    office.goes_on.clear()
    tell(tenant)
    postman = Postman(settings=configured(office.port))
    postman()
    postman()
    wait_until(lambda: office.in_hand == 1)
    assert state() is MessageState.SENDING, "both rounds ended before the server had answered"
    office.goes_on.set()
    wait_until(lambda: state() is MessageState.SENT)
    assert len(office.taken) == 1
