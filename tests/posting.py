"""Messages of the outbox in tests: a tenant to tell of, telling, and how the one message stands."""

import time
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction

from chamberlain import clock
from chamberlain.errors import ChamberlainError
from chamberlain.model.message import MessageState, Topic
from chamberlain.model.tenant import CredentialKind, Tenant
from chamberlain.notify.post import post
from chamberlain.store import tenants
from chamberlain.store.models import MailBoxRow, MessageRow


def forget_messages() -> None:
    """No messages, and nobody who would get any."""
    MessageRow.objects.all().delete()
    MailBoxRow.objects.all().delete()


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


def wait_for(true: Callable[[], bool], seconds: float = 20.0) -> None:
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, "it did not come to pass"
        time.sleep(0.02)
