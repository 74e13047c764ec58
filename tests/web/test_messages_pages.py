"""The page of messages, and one's own choice."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from visitors import administrator

from chamberlain import clock
from chamberlain.model.message import MessageState, Receiver, Topic
from chamberlain.model.tenant import Tenant
from chamberlain.store import mail_boxes, outbox, tenants
from chamberlain.store.models import MailBoxRow, MessageRow, User
from mail_server import mail_server

pytestmark = pytest.mark.usefixtures("world", "empty")
HOSTILE = "<img src=x onerror=alert(1)>\u202e"


@pytest.fixture
def empty(world: object) -> Iterator[None]:
    MessageRow.objects.all().delete()
    MailBoxRow.objects.all().delete()
    yield
    MessageRow.objects.all().delete()
    MailBoxRow.objects.all().delete()


@pytest.fixture(scope="module")
def client(world: object) -> Client:
    return administrator("Messenger")


@pytest.fixture(scope="module")
def tenant(world: object) -> Tenant:
    return tenants.save(guid=uuid4(), name=HOSTILE, domain=f"{uuid4().hex[:8]}.example", now=clock.now())


def queue(tenant: Tenant) -> MessageRow:
    with transaction.atomic():
        outbox.put(
            tenant_id=tenant.id,
            topic=Topic.SCOPES_REVOKED,
            once=uuid4().hex,
            values={"scopes": "a"},
            to=[Receiver("ada@example.com")],
            now=clock.now(),
        )
    return MessageRow.objects.get()


def give_up(row: MessageRow) -> None:
    claimed = outbox.claim(now=clock.now())
    assert claimed is not None
    assert outbox.note_dead(claimed, error=("mail_refused", {"status": "550", "said": HOSTILE}), now=clock.now())


def test_without_a_server_the_page_says_that_messages_wait(client: Client, tenant: Tenant) -> None:
    queue(tenant)
    page = client.get("/messages").content.decode()
    assert "No mail server is set." in page
    assert "None is set; 1 message waits." in page
    assert "Send a test" not in page
    assert client.post("/messages", {"do": "test", "address": "ada@example.com"}).status_code == 500


def test_a_test_goes_to_the_server_and_what_it_says_is_shown(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    with mail_server() as office:
        monkeypatch.setenv("CHAMBERLAIN_SMTP_HOST", "localhost")
        monkeypatch.setenv("CHAMBERLAIN_SMTP_PORT", str(office.port))
        monkeypatch.setenv("CHAMBERLAIN_SMTP_SECURITY", "none")
        monkeypatch.setenv("CHAMBERLAIN_SMTP_FROM", "access@example.com")
        assert f"localhost:{office.port}" in client.get("/messages").content.decode()
        answer = client.post("/messages", {"do": "test", "address": "ada@example.com"}, follow=True)
        assert "The mail server took a test for ada@example.com." in answer.content.decode()
        assert office.taken[0]["To"] == "ada@example.com"
        office.receivers = {"ada@example.com": f"550 {HOSTILE[:-1]}"}
        answer = client.post("/messages", {"do": "test", "address": "ada@example.com"})
        assert answer.status_code == 400
        assert "refuses this message for good" in answer.content.decode()
        assert "<img src=x" not in answer.content.decode()
        assert client.post("/messages", {"do": "test", "address": "x\nBcc: y@z"}).status_code == 400


def test_a_message_that_was_given_up_says_why_and_can_be_sent_again(client: Client, tenant: Tenant) -> None:
    row = queue(tenant)
    give_up(row)
    page = client.get("/messages").content.decode()
    assert "Given up" in page
    assert "mail_refused" in page
    assert "<img src=x" not in page
    assert client.post("/messages", {"do": "retry", "message": str(row.id)}).status_code == 302
    assert MessageRow.objects.get().state == MessageState.QUEUED.value
    for wrong in (str(row.id), str(uuid4()), "x", ""):
        assert client.post("/messages", {"do": "retry", "message": wrong}).status_code == 404
    assert client.post("/messages", {"do": "?"}).status_code == 404


def test_one_chooses_one_s_own_address(client: Client) -> None:
    me = User.objects.get(subject="local:messenger")
    mail_boxes.note_told(me.id, address="told@example.com")
    assert "told@example.com, as Microsoft tells" in client.get("/your-sign-in").content.decode()
    chosen = {"address": "typed@example.com", "wants": "1"}
    assert client.post("/your-sign-in/messages", chosen).status_code == 302
    assert (mail_boxes.of(me.id).address, mail_boxes.of(me.id).wants) == ("typed@example.com", True)
    client.post("/your-sign-in/messages", {"address": ""})
    assert (mail_boxes.of(me.id).address, mail_boxes.of(me.id).wants) == ("told@example.com", False)
    answer = client.post("/your-sign-in/messages", {"address": "<script>"})
    assert answer.status_code == 400
    assert "<script>" not in answer.content.decode().split("</head>")[1].replace("<script>document", "")


def test_metrics_count_messages(client: Client, tenant: Tenant) -> None:
    queue(tenant)
    text = client.get("/metrics", REMOTE_ADDR="127.0.0.1").content.decode()
    assert 'chamberlain_messages{state="queued"} 1.0' in text
    assert 'chamberlain_messages{state="dead"} 0.0' in text
