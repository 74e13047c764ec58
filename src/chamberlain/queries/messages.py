"""The outbox: whether messages can be sent, which wait, which were given up, and whom nobody tells."""

from dataclasses import dataclass
from uuid import UUID

from chamberlain.model.actor import Actor, ActorKind
from chamberlain.model.message import MailBox, MailServer, Message, MessageState
from chamberlain.model.tenant import Tenant
from chamberlain.notify.post import receivers_of
from chamberlain.notify.smtp import server_of
from chamberlain.policy.authority import Deed, may, may_somewhere, require_somewhere
from chamberlain.settings import load
from chamberlain.store import mail_boxes, outbox, tenants

MOST = 200


@dataclass(frozen=True, slots=True)
class Outbox:
    """What the viewer may see of it.

    server   where messages go; None: they wait
    untold   tenants of which nobody would be told: no administrator has an address and wants messages
    """

    server: MailServer | None
    counts: dict[MessageState, int]
    messages: tuple[Message, ...]
    untold: tuple[Tenant, ...]

    @property
    def waiting(self) -> int:
        """How many are not sent yet."""
        return sum(self.counts[state] for state in (MessageState.QUEUED, MessageState.SENDING, MessageState.FAILED))


def list_messages(*, viewer: Actor) -> Outbox:
    """Messages of the tenants that the viewer may see, newest first.

    raises  Refused("not_allowed") where there is no such tenant
    """
    require_somewhere(viewer, Deed.SEE_MESSAGES)
    seen = tuple(one for one in tenants.all_tenants() if may(viewer, Deed.SEE_MESSAGES, tenant_id=one.id))
    ids = None if may(viewer, Deed.SEE_MESSAGES) else [tenant.id for tenant in seen]
    connected = {connection.tenant.id for connection in tenants.all_connections()}
    return Outbox(
        server=server_of(load()),
        counts=outbox.count_by_state(tenants=ids),
        messages=outbox.newest(tenants=ids, limit=MOST),
        untold=tuple(tenant for tenant in seen if tenant.id in connected and not receivers_of(tenant.id)),
    )


def own_mail_box(*, viewer: Actor) -> MailBox | None:
    """Where the viewer gets messages; None for who would get none: not a person, or administrator of nothing."""
    if viewer.kind is not ActorKind.PERSON or not may_somewhere(viewer, Deed.CONNECT):
        return None
    return mail_boxes.of(UUID(viewer.id))
