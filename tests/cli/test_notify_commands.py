"""`chamberlain notify`."""

import json
from uuid import uuid4

import pytest
from django.db import transaction

from chamberlain import clock
from chamberlain.model.message import Receiver, Topic
from chamberlain.store import outbox, tenants
from chamberlain.store.models import MessageRow
from mail_server import mail_server
from terminal import run

pytestmark = pytest.mark.usefixtures("world")


def test_a_test_is_sent_and_messages_are_listed() -> None:
    MessageRow.objects.all().delete()
    tenant = tenants.save(guid=uuid4(), name="[red]Evil", domain="evil.example", now=clock.now())
    with transaction.atomic():
        outbox.put(
            tenant_id=tenant.id,
            topic=Topic.SCOPES_REVOKED,
            once=uuid4().hex,
            values={"scopes": "a"},
            to=[Receiver("ada@example.com")],
            now=clock.now(),
        )
    with mail_server() as office:
        told = {
            "CHAMBERLAIN_SMTP_HOST": "localhost",
            "CHAMBERLAIN_SMTP_PORT": str(office.port),
            "CHAMBERLAIN_SMTP_SECURITY": "none",
            "CHAMBERLAIN_SMTP_FROM": "access@example.com",
        }
        sent = run("notify", "test", "ada@example.com", **told)
        assert sent.returncode == 0, sent.stderr
        assert office.taken[0]["To"] == "ada@example.com"
    listed = json.loads(run("notify", "list", "--json", **told).stdout)
    assert listed["server"] == f"localhost:{office.port}"
    assert [(one["to"], one["state"]) for one in listed["messages"]] == [("ada@example.com", "queued")]
    gone = run("notify", "test", "ada@example.com", **told)
    assert (gone.returncode, "mail_server_unreachable" in gone.stderr) == (7, True)
    plain = run("notify", "list")
    assert "[red]Evil" in plain.stdout
    assert "No mail server is set." in plain.stderr
    MessageRow.objects.all().delete()
