"""The outbox: messages that wait, are being sent, were sent, or were given up."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db.models import Count, QuerySet

from chamberlain.model.message import Message, MessageState, Receiver, Topic
from chamberlain.policy.mail import KEPT, LASTS
from chamberlain.store.connection import rows
from chamberlain.store.events import require_transaction
from chamberlain.store.models import MessageRow
from chamberlain.store.models.message import OPEN

LEASE = timedelta(minutes=3)
"""How long one who sends has; longer than the longest attempt (`notify/smtp.py`). Then they count as dead."""

CLAIM = """
    UPDATE outbox SET state = 'sending', attempts = attempts + 1, next_at = %(lease)s
    WHERE id = (
        SELECT id FROM outbox WHERE state = ANY(%(open)s) AND next_at <= %(now)s
        ORDER BY next_at, created_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING id
"""


def put(
    *, tenant_id: int, topic: Topic, once: str, values: dict[str, str], to: Collection[Receiver], now: datetime
) -> None:
    """Writes a message to each receiver into the open transaction; one that was written before is not again.

    once    what it is about
    raises  TransactionManagementError outside of a transaction: a message belongs to what it tells of
    """
    require_transaction()
    MessageRow.objects.bulk_create(
        (
            MessageRow(
                id=uuid4(),
                tenant_id=tenant_id,
                user_id=receiver.user_id,
                once=f"{topic.value}:{tenant_id}:{once}:{receiver.address.lower()}",
                address=receiver.address,
                topic=topic.value,
                values=values,
                created_at=now,
                next_at=now,
                expires_at=now + LASTS,
            )
            for receiver in to
        ),
        ignore_conflicts=True,
    )


def claim(*, now: datetime) -> Message | None:
    """The message that is due longest, for whoever asks and nobody else; also one whose sender died.

    One statement, which is a transaction: what is claimed stays so if we die.
    """
    found = rows(CLAIM, {"now": now, "lease": now + LEASE, "open": OPEN})
    return _row(found[0]["id"]).value() if found else None


def note_sent(message: Message, *, now: datetime) -> bool:
    """It was taken; False where it was no longer ours."""
    return _move(message, MessageState.SENT, ended_at=now, next_at=now, error_code=None, error_data={})


def note_failed(message: Message, *, error: tuple[str, dict[str, str]], next_at: datetime) -> bool:
    """It was not taken, and is tried again."""
    code, data = error
    return _move(message, MessageState.FAILED, next_at=next_at, error_code=code, error_data=data)


def note_dead(message: Message, *, error: tuple[str, dict[str, str]], now: datetime) -> bool:
    """It is given up."""
    code, data = error
    return _move(message, MessageState.DEAD, ended_at=now, next_at=now, error_code=code, error_data=data)


def postpone_all(*, until: datetime) -> None:
    """Lets everything that waits wait: the server takes nothing from anybody."""
    waiting = MessageRow.objects.filter(state__in=[MessageState.QUEUED.value, MessageState.FAILED.value])
    waiting.filter(next_at__lt=until).update(next_at=until)


def hurry(*, now: datetime) -> None:
    """Everything that waits is due: the server was seen to work."""
    waiting = MessageRow.objects.filter(state__in=[MessageState.QUEUED.value, MessageState.FAILED.value])
    waiting.filter(next_at__gt=now).update(next_at=now)


def outdated(*, now: datetime) -> tuple[Message, ...]:
    """Messages that wait and are of no use any more, locked until the transaction ends."""
    require_transaction()
    found = MessageRow.objects.filter(state__in=OPEN, expires_at__lte=now)
    found = found.exclude(state=MessageState.SENDING.value, next_at__gt=now).select_related("tenant")
    return tuple(row.value() for row in found.select_for_update(of=("self",), skip_locked=True).order_by("id")[:500])


def end_outdated(message: Message, *, error: tuple[str, dict[str, str]], now: datetime) -> None:
    """A message of `outdated` is given up."""
    code, data = error
    MessageRow.objects.filter(id=message.id).update(
        state=MessageState.DEAD.value, ended_at=now, next_at=now, error_code=code, error_data=data
    )


def given_up(message_id: UUID) -> Message | None:
    """A message that was given up, locked until the transaction ends; None where there is none such."""
    found = MessageRow.objects.select_related("tenant").select_for_update(of=("self",))
    row = found.filter(id=message_id, state=MessageState.DEAD.value).first()
    return None if row is None else row.value()


def revive(message: Message, *, now: datetime) -> None:
    """A message of `given_up` waits again, as if it were new."""
    MessageRow.objects.filter(id=message.id).update(
        state=MessageState.QUEUED.value, attempts=0, next_at=now, expires_at=now + LASTS, ended_at=None
    )


def sweep(*, now: datetime) -> int:
    """Removes what ended long ago; how many."""
    return int(MessageRow.objects.exclude(state__in=OPEN).filter(created_at__lt=now - KEPT).delete()[0])


def last_told(*, tenant_id: int, among: Collection[Topic]) -> Topic | None:
    """What was told last of a tenant, among these; None where nothing was."""
    found = MessageRow.objects.filter(tenant_id=tenant_id, topic__in=[topic.value for topic in among])
    latest = found.order_by("-created_at").values_list("topic", flat=True).first()
    return None if latest is None else Topic(latest)


def any_due(*, now: datetime) -> bool:
    """Whether there is something to send."""
    return MessageRow.objects.filter(state__in=OPEN, next_at__lte=now).exists()


def any_outdated(*, now: datetime) -> bool:
    """Whether something waits that is of no use any more."""
    return MessageRow.objects.filter(state__in=OPEN, expires_at__lte=now).exists()


def newest(*, tenants: Collection[int] | None, limit: int) -> tuple[Message, ...]:
    """The newest messages; what waits or was given up is not pushed out by what was sent.

    tenants  only of these; None: all
    """
    urgent = _seen(tenants).exclude(state=MessageState.SENT.value).order_by("-created_at", "id")[:limit]
    rest = _seen(tenants).filter(state=MessageState.SENT.value).order_by("-created_at", "id")[:limit]
    return tuple(row.value() for row in [*urgent, *rest])[:limit]


def count_by_state(*, tenants: Collection[int] | None) -> dict[MessageState, int]:
    """How many messages stand where."""
    found = _seen(tenants).order_by().values_list("state").annotate(n=Count("id"))
    return dict.fromkeys(MessageState, 0) | {MessageState(state): n for state, n in found}


def _seen(tenants: Collection[int] | None) -> QuerySet[MessageRow]:
    found = MessageRow.objects.select_related("tenant")
    return found if tenants is None else found.filter(tenant_id__in=tenants)


def _row(message_id: UUID) -> MessageRow:
    return MessageRow.objects.select_related("tenant").get(id=message_id)


def _move(message: Message, state: MessageState, **values: object) -> bool:
    """Moves a message that is still ours: nobody else began another attempt since."""
    ours = MessageRow.objects.filter(id=message.id, state=MessageState.SENDING.value, attempts=message.attempts)
    return bool(ours.update(state=state.value, **values))
