"""Messages of the outbox in tests: telling, and how the one message stands."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction

from chamberlain import clock
from chamberlain.errors import ChamberlainError
from chamberlain.model.message import MessageState, Topic
from chamberlain.model.tenant import Tenant
from chamberlain.notify.post import post
from chamberlain.store.models import MailBoxRow, MessageRow


def forget_messages() -> None:
    """No messages, and nobody who would get any."""
    MessageRow.objects.all().delete()
    MailBoxRow.objects.all().delete()


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
