"""Let a message that was given up wait again."""

from uuid import UUID

from chamberlain import clock
from chamberlain.audit.event import EventName, record
from chamberlain.errors import NotFound
from chamberlain.model.actor import Actor
from chamberlain.model.message import Message
from chamberlain.policy.authority import Deed, may, require_somewhere
from chamberlain.store import outbox
from chamberlain.store.connection import transaction


def retry_message(*, actor: Actor, message_id: UUID) -> Message:
    """The message, which is due now and has a week again.

    raises  Refused("not_allowed") where the actor may retry none; NotFound("message_not_found") where none was given
            up, or it concerns a tenant in which they may not
    """
    require_somewhere(actor, Deed.RETRY_MESSAGE)
    with transaction():
        message = outbox.given_up(message_id)
        if message is None or not may(actor, Deed.RETRY_MESSAGE, tenant_id=message.tenant_id):
            raise NotFound("message_not_found")
        outbox.revive(message, now=clock.now())
        record(
            EventName.MESSAGE_RETRIED,
            actor=actor,
            tenant_id=message.tenant_id,
            subject=f"message:{message.id}",
            topic=message.topic.value,
            to=message.to.address,
        )
    return message
