"""Choose where one gets messages, and whether."""

from uuid import UUID

from chamberlain.audit.event import EventName, record
from chamberlain.errors import Refused
from chamberlain.model.actor import Actor, ActorKind
from chamberlain.policy.mail import read_address
from chamberlain.store import mail_boxes
from chamberlain.store.connection import transaction


def choose_mail(*, actor: Actor, address: str, wants: bool) -> None:
    """Keeps it for the actor, and nobody else.

    address  "": the one that Microsoft tells, if it does
    raises   Refused("not_allowed") for who is no person; Refused("mail_address_malformed")
    """
    if actor.kind is not ActorKind.PERSON:
        raise Refused("not_allowed", deed="own_account")
    typed = read_address(address) if address.strip() else ""
    user_id = UUID(actor.id)
    with transaction():
        before = mail_boxes.of(user_id)
        if (before.typed, before.wants) == (typed, wants):
            return
        mail_boxes.choose(user_id, typed=typed, wants=wants)
        record(
            EventName.MAIL_CHOSEN,
            actor=actor,
            tenant_id=None,
            subject=f"person:{actor.id}",
            before={"address": before.typed, "wants": before.wants},
            after={"address": typed, "wants": wants},
        )
