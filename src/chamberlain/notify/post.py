"""Puts a message into the outbox, for everybody who is to be told of a tenant."""

from chamberlain import clock
from chamberlain.model.message import Receiver, Topic
from chamberlain.settings import load
from chamberlain.store import mail_boxes, outbox


def receivers_of(tenant_id: int) -> tuple[Receiver, ...]:
    """A tenant's administrators who want messages, and the addresses that are set; nobody twice."""
    found = mail_boxes.administrators(tenant_id)
    known = {receiver.address.lower() for receiver in found}
    return (*found, *(Receiver(address) for address in load().receivers if address.lower() not in known))


def post(topic: Topic, *, tenant_id: int, once: str, **values: str) -> None:
    """Writes the message in the caller's transaction; what was told before is not told again.

    once    what it is about: the same is told once, however often it is looked at
    raises  TransactionManagementError outside of a transaction
    """
    outbox.put(
        tenant_id=tenant_id,
        topic=topic,
        once=once,
        values={name: value.replace("\x00", "\ufffd") for name, value in values.items()},
        to=receivers_of(tenant_id),
        now=clock.now(),
    )
