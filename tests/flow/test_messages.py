"""Messages: written with what they tell, sent once, tried again, given up; against a real mail server."""

import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction

from chamberlain import clock
from chamberlain.actions.choose_mail import choose_mail
from chamberlain.actions.note_scopes import note_scopes
from chamberlain.actions.perform_sync import end
from chamberlain.actions.retry_message import retry_message
from chamberlain.actions.send_messages import send_messages
from chamberlain.actions.start_sync import start_sync
from chamberlain.actions.tell_expiries import tell_expiries
from chamberlain.actions.tell_overdue import tell_overdue
from chamberlain.actions.try_mail import try_mail
from chamberlain.errors import ChamberlainError, Misconfigured, NotFound, Refused, Upstream
from chamberlain.model.actor import SYSTEM, Actor, ActorKind, Role, TenantRole
from chamberlain.model.credential import CredentialState, ExpirySource
from chamberlain.model.message import MailServer, MessageState, Receiver, Security, Topic
from chamberlain.model.run import RunState, Trigger
from chamberlain.model.tenant import CredentialKind, Tenant
from chamberlain.notify.post import post, receivers_of
from chamberlain.notify.smtp import send, server_of
from chamberlain.policy.mail import KEPT, LASTS, MOST_ATTEMPTS
from chamberlain.queries.messages import list_messages, own_mail_box
from chamberlain.settings import Settings, load
from chamberlain.store import credentials, mail_boxes, outbox, roles, runs, tenants
from chamberlain.store.connection import apart
from chamberlain.store.models import EventRow, MailBoxRow, MessageRow, RunRow, User
from chamberlain.work.send_messages import Postman
from mail_server import PASSWORD, USER, Office, Papers, dripping_server, mail_server, make_papers
from stories import ADMIN, NOBODY

pytestmark = pytest.mark.usefixtures("world", "empty")
EVIL = "Evil\r\nBcc: victim@example.com\r\n\r\n<script>alert(1)</script>\u202e\u2028"
LETTER = b"Subject: x\r\n\r\nx\r\n"


@pytest.fixture
def empty(world: object) -> Iterator[None]:
    """No messages and nobody who would get any, before and afterwards."""
    _forget()
    yield
    _forget()


def _forget() -> None:
    MessageRow.objects.all().delete()
    MailBoxRow.objects.all().delete()


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
    return make_tenant("Contoso")


def make_tenant(name: str) -> Tenant:
    made = tenants.save(guid=uuid4(), name=name, domain=f"{uuid4().hex[:8]}.example", now=clock.now())
    tenants.save_connection(
        tenant=made,
        credential=CredentialKind.OWN_SECRET,
        client_id=str(uuid4()),
        secret=None,
        scopes=(),
        concealed_names=None,
        connected_by="a test",
        now=clock.now(),
    )
    return made


def tell(tenant: Tenant, once: str = "one") -> None:
    with transaction.atomic():
        post(Topic.SCOPES_REVOKED, tenant_id=tenant.id, once=once, scopes="Group.Read.All User.Read.All")


def only() -> MessageRow:
    return MessageRow.objects.get()


def state() -> MessageState:
    return MessageState(only().state)


def later(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    true_now = clock.now
    monkeypatch.setattr(clock, "now", lambda: true_now() + by)


def refused(deed: Callable[[], object], code: str, kind: type[ChamberlainError]) -> None:
    with pytest.raises(kind) as error:
        deed()
    assert error.value.code == code


def server(port: int, **more: object) -> MailServer:
    values: dict[str, object] = {
        "host": "localhost",
        "port": port,
        "security": Security.NONE,
        "sender": "a@example.com",
    }
    return MailServer(**(values | more))  # type: ignore[arg-type]  # of many types


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
    hostile = make_tenant(EVIL)
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


def test_a_line_of_dots_ends_no_mail(office: Office) -> None:
    send(b"Subject: x\r\n\r\n.\r\n..\r\nMAIL FROM:<x@example.com>\r\n", to="a@example.com", server=server(office.port))
    assert len(office.taken) == 1
    assert office.taken[0].get_content().splitlines()[:2] == [".", ".."]


# The way to the server


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


def test_tls_from_the_start(papers: Papers) -> None:
    with mail_server(papers=papers, tls=True, auth=True) as office:
        safe = server(office.port, security=Security.TLS, user=USER, password=PASSWORD, authority=papers.authority)
        send(LETTER, to="a@example.com", server=safe)
        assert len(office.taken) == 1


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_a_server_that_nobody_vouches_for_gets_neither_mail_nor_password(papers: Papers, security: Security) -> None:
    with mail_server(papers=papers, tls=security is Security.TLS, auth=True) as office:
        unknown = server(office.port, security=security, user=USER, password=PASSWORD)
        refused(lambda: send(LETTER, to="a@example.com", server=unknown), "mail_server_untrusted", Misconfigured)
        assert (office.users, office.taken) == ([], [])


def test_a_certificate_of_another_name_is_refused(tmp_path: Path) -> None:
    other = make_papers(tmp_path, name="other.example.com")
    with mail_server(papers=other, tls=True) as office:
        wrong = server(office.port, security=Security.TLS, authority=other.authority)
        refused(lambda: send(LETTER, to="a@example.com", server=wrong), "mail_server_untrusted", Misconfigured)


def test_a_server_without_starttls_gets_nothing(office: Office) -> None:
    bare = server(office.port, security=Security.STARTTLS, user=USER, password=PASSWORD)
    refused(lambda: send(LETTER, to="a@example.com", server=bare), "mail_unprotected", Misconfigured)
    assert office.taken == []


def test_a_wrong_password_is_told_and_never_shown(papers: Papers) -> None:
    with mail_server(papers=papers, auth=True) as office:
        wrong = server(
            office.port, security=Security.STARTTLS, user=USER, password="sesame-77", authority=papers.authority
        )
        with pytest.raises(Misconfigured) as error:
            send(LETTER, to="a@example.com", server=wrong)
        assert error.value.code == "mail_sign_in_refused"
        assert "sesame-77" not in f"{error.value} {wrong}"


def test_a_sender_that_is_refused_concerns_everybody(office: Office) -> None:
    office.sender = "550 not yours"
    refused(lambda: send(LETTER, to="a@example.com", server=server(office.port)), "mail_sender_refused", Misconfigured)


def test_a_server_that_dawdles_is_left(office: Office) -> None:
    office.seconds = 30
    began = time.monotonic()
    slow = server(office.port)
    refused(lambda: send(LETTER, to="a@example.com", server=slow, each=0.3), "mail_server_unreachable", Upstream)
    assert time.monotonic() - began < 5


def test_a_server_that_drips_is_cut_off() -> None:
    with dripping_server(b"220-wait\r\n", pause=0.05) as port:
        began = time.monotonic()
        drip = server(port)
        refused(
            lambda: send(LETTER, to="a@example.com", server=drip, each=2, in_all=0.5),
            "mail_server_unreachable",
            Upstream,
        )
        assert time.monotonic() - began < 5


# Failures


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
        wait_for(lambda: office.in_hand == 1)
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


def wait_for(true: Callable[[], bool], seconds: float = 20.0) -> None:
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, "it did not come to pass"
        time.sleep(0.02)


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
    office.seconds = 1
    tell(tenant)
    postman = Postman(settings=configured(office.port))
    began = time.monotonic()
    postman()
    postman()
    assert time.monotonic() - began < 0.5
    wait_for(lambda: state() is MessageState.SENT)
    assert len(office.taken) == 1


# Who is told, and of what


def test_administrators_of_the_tenant_are_told_who_have_an_address_and_want_it(tenant: Tenant) -> None:
    other = make_tenant("Fabrikam")
    here = person("Ada", Role.ADMINISTRATOR, tenant.id, typed="ada@example.com")
    person("Everywhere", Role.ADMINISTRATOR, None, told="every@example.com")
    person("Elsewhere", Role.ADMINISTRATOR, other.id, typed="else@example.com")
    person("Auditor", Role.AUDITOR, tenant.id, typed="auditor@example.com")
    person("Silent", Role.ADMINISTRATOR, tenant.id, typed="silent@example.com", wants=False)
    person("Unreachable", Role.ADMINISTRATOR, tenant.id)
    gone = person("Gone", Role.ADMINISTRATOR, tenant.id, typed="gone@example.com")
    User.objects.filter(id=gone).update(is_active=False)
    person("Team", Role.ADMINISTRATOR, tenant.id, typed="TEAM@example.com")
    found = {receiver.address for receiver in receivers_of(tenant.id)}
    assert found == {"ada@example.com", "every@example.com", "TEAM@example.com"}
    tell(tenant)
    assert MessageRow.objects.get(user_id=here).address == "ada@example.com"


def person(
    name: str, role: Role, tenant_id: int | None, *, typed: str = "", told: str = "", wants: bool = True
) -> UUID:
    user = User.objects.create(subject=f"test:{uuid4()}", name=name, object_guid=uuid4(), created_at=clock.now())
    roles.give(user_id=user.id, role=role, tenant_id=tenant_id, given_by="a test", now=clock.now())
    if told:
        mail_boxes.note_told(user.id, address=told)
    if typed or not wants:
        choose_mail(actor=actor(user.id, name), address=typed, wants=wants)
    return user.id


def actor(id_: UUID, name: str = "Ada") -> Actor:
    return Actor(ActorKind.PERSON, str(id_), name, frozenset({Role.ADMINISTRATOR}))


def test_a_mail_to_a_person_says_where_to_end_it(
    tenant: Tenant, office: Office, configured: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CHAMBERLAIN_NOTIFY_TO")
    settings = configured(office.port)
    person("Ada", Role.ADMINISTRATOR, tenant.id, typed="ada@example.com")
    tell(tenant)
    send_messages(settings=settings)
    assert office.taken[0]["List-Unsubscribe"] == "<https://access.example.com/your-sign-in#messages>"


def test_one_s_own_choice_is_told_in_the_trail_and_goes_before_what_microsoft_tells(tenant: Tenant) -> None:
    ada = person("Ada", Role.ADMINISTRATOR, tenant.id, told="told@example.com")
    choose_mail(actor=actor(ada), address="typed@example.com", wants=True)
    box = own_mail_box(viewer=actor(ada))
    assert box is not None
    assert (box.address, box.told) == ("typed@example.com", "told@example.com")
    mail_boxes.note_told(ada, address="")
    choose_mail(actor=actor(ada), address="", wants=False)
    assert mail_boxes.of(ada).address == ""
    assert EventRow.objects.filter(name="mail:chosen", actor_id=str(ada)).count() == 2
    refused(lambda: choose_mail(actor=SYSTEM, address="", wants=True), "not_allowed", Refused)
    for wrong in ("ada", "ada@example.com\nBcc: x@example.com", "<ada@example.com>", "ä@example.com"):
        refused(
            lambda text=wrong: choose_mail(actor=actor(ada), address=text, wants=True),
            "mail_address_malformed",
            Refused,
        )  # type: ignore[misc]  # one argument of its own


def test_a_broken_connection_is_told_once_and_that_it_works_again_once(tenant: Tenant) -> None:
    run(tenant, None)
    assert topics() == []
    failure = ("secret_wrong", {"aadsts": "7000215"})
    run(tenant, failure)
    run(tenant, failure)
    assert topics() == [Topic.CONNECTION_BROKEN]
    assert only().values == {"error": "secret_wrong", "error.aadsts": "7000215"}
    run(tenant, ("unexpected", {}))
    assert topics() == [Topic.CONNECTION_BROKEN], "our own failure says nothing of the connection"
    run(tenant, None)
    run(tenant, None)
    run(tenant, failure)
    assert topics() == [Topic.CONNECTION_BROKEN, Topic.CONNECTION_REPAIRED, Topic.CONNECTION_BROKEN]


def run(tenant: Tenant, failure: tuple[str, dict[str, str]] | None) -> None:
    run_id = start_sync(actor=ADMIN, tenant=tenant, trigger=Trigger.PERSON)
    runs.move(run_id, RunState.RUNNING, now=clock.now())
    end(run_id, failure)


def topics() -> list[Topic]:
    return [Topic(topic) for topic in MessageRow.objects.order_by("created_at").values_list("topic", flat=True)]


def test_syncs_that_do_not_succeed_are_told_once_until_one_does(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load().model_copy(update={"sync_interval_minutes": 15})
    mine = lambda: MessageRow.objects.filter(tenant_id=tenant.id).count()  # noqa: E731 - said once
    tell_overdue(settings=settings)
    assert mine() == 0
    later(monkeypatch, timedelta(minutes=46))
    tell_overdue(settings=settings.model_copy(update={"sync_interval_minutes": 0}))
    assert mine() == 0, "where syncs are started by hand, none is late"
    tell_overdue(settings=settings)
    tell_overdue(settings=settings)
    assert mine() == 1
    assert EventRow.objects.filter(name="sync:missed", tenant_id=tenant.id).count() == 1
    RunRow.objects.filter(tenant_id=tenant.id).delete()
    connection_of(tenant, synced_at=clock.now())
    later(monkeypatch, timedelta(minutes=46))
    tell_overdue(settings=settings)
    assert mine() == 2


def connection_of(tenant: Tenant, *, synced_at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tenant SET synced_at = %s WHERE id = %s", [synced_at, tenant.id])


def test_revoked_permissions_are_told(tenant: Tenant) -> None:
    note_scopes(actor=SYSTEM, tenant_id=tenant.id, seen={"User.Read.All": True, "Group.Read.All": True})
    note_scopes(actor=SYSTEM, tenant_id=tenant.id, seen={"User.Read.All": True})
    note_scopes(actor=SYSTEM, tenant_id=tenant.id, seen={"User.Read.All": True})
    assert [(row.topic, row.values) for row in MessageRow.objects.all()] == [
        ("scopes_revoked", {"scopes": "Group.Read.All"})
    ]


def test_a_credential_that_ends_is_told_at_each_threshold(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    now, reached = clock.now(), tenants.connection_of(tenant.id)
    assert reached is not None
    kept = credentials.add(
        connection=reached,
        kind=CredentialKind.OWN_SECRET,
        client_id="x",
        secret="s",
        made_by="a test",
        now=now,
        expires_at=now + timedelta(days=29),
        expiry_source=ExpirySource.MICROSOFT,
    )
    from chamberlain.store.models import CredentialRow

    CredentialRow.objects.filter(id=kept.id).update(state=CredentialState.CURRENT.value)
    for days in (0, 1, 16, 23, 28, 29):
        monkeypatch.setattr(clock, "now", lambda days=days: now + timedelta(days=days))
        tell_expiries()
        tell_expiries()
    told = MessageRow.objects.filter(tenant_id=tenant.id).order_by("created_at")
    assert [row.values["days"] for row in told] == ["30", "14", "7", "1", "0"]


# What is shown


def test_everybody_sees_the_messages_of_their_tenants(tenant: Tenant) -> None:
    other = make_tenant("Fabrikam")
    tell(tenant)
    tell(other)
    theirs = Actor(
        ActorKind.PERSON, "x", "X", tenant_roles=frozenset({TenantRole(Role.READ_ONLY_ADMINISTRATOR, other.id)})
    )
    found = list_messages(viewer=theirs)
    assert [message.tenant_id for message in found.messages] == [other.id]
    assert found.waiting == 1
    assert len(list_messages(viewer=ADMIN).messages) == 2
    refused(lambda: list_messages(viewer=NOBODY), "not_allowed", Refused)


def test_a_tenant_of_which_nobody_would_be_told_is_named(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    assert tenant not in list_messages(viewer=ADMIN).untold
    monkeypatch.delenv("CHAMBERLAIN_NOTIFY_TO")
    assert tenant in list_messages(viewer=ADMIN).untold
