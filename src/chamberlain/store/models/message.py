"""Messages to people, and where they want them."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from chamberlain.model.message import WAITING, MailBox, Message, MessageState, Receiver, Topic
from chamberlain.store.models.tenant import TenantRow
from chamberlain.store.models.user import User

OPEN = [state.value for state in WAITING]


class MessageRow(models.Model):
    """A message of the outbox, written in the transaction of what it tells.

    once   what it is about and for whom: a second one is not written
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(TenantRow, on_delete=models.CASCADE, null=True)
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True)
    once = models.TextField(unique=True)
    address = models.TextField()
    topic = models.TextField()
    values = models.JSONField(default=dict)
    state = models.TextField(default=MessageState.QUEUED.value)
    attempts = models.IntegerField(default=0)
    created_at = models.DateTimeField()
    next_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    error_code = models.TextField(null=True)
    error_data = models.JSONField(default=dict)

    class Meta:
        db_table = "outbox"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["next_at"], condition=Q(state__in=OPEN), name="outbox_due"),
            models.Index(fields=["-created_at"], name="outbox_newest"),
        ]

    def value(self) -> Message:
        """The message as the rest of the house knows it."""
        return Message(
            id=self.id,
            tenant_id=self.tenant_id,
            tenant=self.tenant.name if self.tenant else "",
            slug=self.tenant.slug if self.tenant else "",
            topic=Topic(self.topic),
            values=self.values,
            to=Receiver(self.address, self.user_id),
            state=MessageState(self.state),
            attempts=self.attempts,
            created_at=self.created_at,
            next_at=self.next_at,
            expires_at=self.expires_at,
            sent_at=self.ended_at if self.state == MessageState.SENT.value else None,
            error=(self.error_code, self.error_data) if self.error_code else None,
        )


class MailBoxRow(models.Model):
    """Where somebody gets messages. An address never says who they are."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True)
    told = models.TextField(default="", db_default="")
    typed = models.TextField(default="", db_default="")
    wants = models.BooleanField(default=True, db_default=True)

    class Meta:
        db_table = "mail_box"

    def value(self) -> MailBox:
        """The mail box as the rest of the house knows it."""
        return MailBox(told=self.told, typed=self.typed, wants=self.wants)
