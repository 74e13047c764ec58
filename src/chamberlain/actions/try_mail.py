"""Send a test at once, past the outbox: whoever asks sees what the mail server says."""

from uuid import uuid4

from chamberlain import clock
from chamberlain.audit.event import EventName, record
from chamberlain.errors import ChamberlainError, Misconfigured
from chamberlain.model.actor import Actor
from chamberlain.model.message import MailServer
from chamberlain.notify.letter import write
from chamberlain.notify.smtp import send, server_of
from chamberlain.notify.telling import test_letter
from chamberlain.policy.authority import Deed, require
from chamberlain.policy.mail import read_address
from chamberlain.settings import load
from chamberlain.store import outbox
from chamberlain.store.connection import transaction


def try_mail(*, actor: Actor, address: str) -> str:
    """The address that the test went to. Once one was taken, messages that wait are tried at once.

    raises  Refused: not_allowed, mail_address_malformed, mail_refused; Misconfigured: mail_not_set_up and what
            `notify/smtp.py` raises; Upstream: mail_postponed, mail_server_unreachable
    """
    require(actor, Deed.TRY_MAIL)
    to, settings = read_address(address), load()
    server = server_of(settings)
    if server is None:
        raise Misconfigured("mail_not_set_up")
    try:
        _send(to, server, settings.url)
    except ChamberlainError as error:
        _tell(actor, to, server, outcome=error.code)
        raise
    _tell(actor, to, server, outcome="sent")
    outbox.hurry(now=clock.now())
    return to


def _send(to: str, server: MailServer, url: str) -> None:
    letter = test_letter(url=url)
    content = write(letter, id=uuid4(), to=to, sender=server.sender, url=url, personal=False, now=clock.now())
    send(content, to=to, server=server)


def _tell(actor: Actor, to: str, server: MailServer, *, outcome: str) -> None:
    with transaction():
        record(
            EventName.MAIL_TRIED,
            actor=actor,
            tenant_id=None,
            subject="mail",
            to=to,
            server=server.host,
            outcome=outcome,
        )
