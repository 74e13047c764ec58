"""Where people get messages, and which of them are told of a tenant."""

from uuid import UUID

from django.db.models import Q

from chamberlain.model.actor import Role
from chamberlain.model.message import MailBox, Receiver
from chamberlain.store.models import MailBoxRow, RoleRow


def of(user_id: UUID) -> MailBox:
    """Somebody's mail box; one without addresses where nothing is known."""
    row = MailBoxRow.objects.filter(user_id=user_id).first()
    return MailBox() if row is None else row.value()


def note_told(user_id: UUID, *, address: str) -> None:
    """Keeps the address that Microsoft told of somebody; none that was there before stays."""
    row, is_new = MailBoxRow.objects.get_or_create(user_id=user_id, defaults={"told": address})
    if not is_new and row.told != address:
        MailBoxRow.objects.filter(user_id=user_id).update(told=address)


def choose(user_id: UUID, *, typed: str, wants: bool) -> None:
    """Keeps what somebody chose for themselves."""
    MailBoxRow.objects.update_or_create(user_id=user_id, defaults={"typed": typed, "wants": wants})


def administrators(tenant_id: int) -> tuple[Receiver, ...]:
    """Who administers a tenant, has an address, and wants messages."""
    held = RoleRow.objects.filter(Q(tenant_id=tenant_id) | Q(tenant_id=None), role=Role.ADMINISTRATOR.value)
    rows = MailBoxRow.objects.filter(wants=True, user__is_active=True, user_id__in=held.values("user_id"))
    boxes = ((row.user_id, row.value()) for row in rows.order_by("user_id"))
    return tuple(Receiver(box.address, user_id) for user_id, box in boxes if box.address)
