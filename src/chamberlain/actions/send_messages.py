"""Send what is due in the outbox. Whoever dies while sending leaves the message to another, a few minutes later."""

import logging
import random

from chamberlain import clock
from chamberlain.audit.event import EventName, record
from chamberlain.errors import ChamberlainError, Refused
from chamberlain.model.actor import SYSTEM
from chamberlain.model.message import MailServer, Message
from chamberlain.notify.letter import write
from chamberlain.notify.smtp import is_for_everybody, send, server_of
from chamberlain.notify.telling import letter_of
from chamberlain.policy.mail import MOST_ATTEMPTS, is_given_up, pause_after, read_address
from chamberlain.settings import Settings
from chamberlain.store import outbox
from chamberlain.store.connection import transaction

log = logging.getLogger(__name__)
MOST_AT_ONCE = 50
OUTDATED = ("message_outdated", {"days": "7"})


def send_messages(*, settings: Settings, most: int = MOST_AT_ONCE) -> int:
    """Sends what is due, oldest first, and gives up what is of no use any more.

    Where the server takes nothing from anybody, everything waits as long as the message that met it.

    returns  how many the server took
    """
    give_up_outdated()
    server, sent = server_of(settings), 0
    if server is None:
        return 0
    for _ in range(most):
        message = outbox.claim(now=clock.now())
        if message is None:
            break
        failure = _attempt(message, server=server, url=settings.url)
        if failure is None:
            sent += outbox.note_sent(message, now=clock.now())
            continue
        _note_failure(message, failure)
        if is_for_everybody(failure):
            break
    outbox.sweep(now=clock.now())
    return sent


def give_up_outdated() -> None:
    """Gives up what waited for a week: also where no server is set, and nothing is ever sent."""
    now = clock.now()
    if not outbox.any_outdated(now=now):
        return
    with transaction():
        for message in outbox.outdated(now=now):
            outbox.end_outdated(message, error=OUTDATED, now=now)
            _tell_given_up(message, OUTDATED[0])


def _attempt(message: Message, *, server: MailServer, url: str) -> ChamberlainError | None:
    """What went wrong, if anything. What we did not foresee concerns this message alone."""
    now = clock.now()
    if now >= message.expires_at:
        return Refused(OUTDATED[0], **OUTDATED[1])
    if message.attempts > MOST_ATTEMPTS:  # each time whoever sent it died
        return Refused("unexpected")
    try:
        to = read_address(message.to.address)
        letter = letter_of(message, url=url)
        personal = message.to.user_id is not None
        content = write(letter, id=message.id, to=to, sender=server.sender, url=url, personal=personal, now=now)
        send(content, to=to, server=server)
    except ChamberlainError as error:
        return error
    except Exception:
        log.exception("message %s met an error that we did not foresee", message.id)
        return Refused("unexpected")
    return None


def _note_failure(message: Message, failure: ChamberlainError) -> None:
    now = clock.now()
    error = (failure.code, {name: str(value) for name, value in failure.data.items()})
    permanent = isinstance(failure, Refused)
    if is_given_up(attempts=message.attempts, permanent=permanent, expires_at=message.expires_at, now=now):
        log.warning("message %s is given up: %s", message.id, failure.code)
        with transaction():
            if outbox.note_dead(message, error=error, now=now):
                _tell_given_up(message, failure.code)
        return
    log.info("message %s is tried again: %s", message.id, failure.code)
    again = now + pause_after(message.attempts, chance=random.random())  # noqa: S311 - scatter, no secret
    outbox.note_failed(message, error=error, next_at=again)
    if is_for_everybody(failure):
        outbox.postpone_all(until=again)


def _tell_given_up(message: Message, code: str) -> None:
    record(
        EventName.MESSAGE_GIVEN_UP,
        actor=SYSTEM,
        tenant_id=message.tenant_id,
        subject=f"message:{message.id}",
        topic=message.topic.value,
        to=message.to.address,
        error=code,
    )
