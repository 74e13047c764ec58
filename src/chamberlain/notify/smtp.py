"""Hands one message to the mail server, over a way that is checked, within a minute.

What goes wrong is told apart by whom it concerns: the receiver for good (Refused), this message for now
(Upstream "mail_postponed"), or everybody (any other).

source  https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1 (2008): 4yz is for now, 5yz for good; 421: all of it
        https://www.rfc-editor.org/rfc/rfc3207 (2002): STARTTLS; who wants protection goes on only when it was had
"""

import contextlib
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from chamberlain.errors import ChamberlainError, Misconfigured, Refused, Upstream
from chamberlain.model.message import PORTS, MailServer, Security
from chamberlain.policy.mail import one_line
from chamberlain.settings import Settings

SECONDS_EACH = 15.0
SECONDS_IN_ALL = 60.0
"""A server that answers letter by letter keeps nobody longer; `store/outbox.py` counts on it."""

CLOSING = 421


def server_of(settings: Settings) -> MailServer | None:
    """The mail server that is set; None where none is."""
    if settings.smtp_host is None or settings.smtp_from is None:
        return None
    security, password = Security(settings.smtp_security), settings.smtp_password
    return MailServer(
        host=settings.smtp_host,
        port=settings.smtp_port or PORTS[security],
        security=security,
        sender=settings.smtp_from,
        user=settings.smtp_user,
        password=password.get_secret_value() if password else None,
        authority=settings.smtp_ca_file,
    )


def is_for_everybody(error: ChamberlainError) -> bool:
    """Whether a failure lies with the server or the settings, so that other messages would fare no better."""
    return error.code not in ("mail_postponed", "mail_refused")


def send(
    content: bytes, *, to: str, server: MailServer, each: float = SECONDS_EACH, in_all: float = SECONDS_IN_ALL
) -> None:
    """The server has taken the message when this returns; what happens afterwards is its business.

    each, in_all  seconds that one answer, and the whole, may take
    raises        Refused("mail_refused"), Upstream("mail_postponed"); Upstream("mail_server_unreachable"),
                  Misconfigured: mail_server_untrusted, mail_unprotected, mail_sign_in_refused, mail_sender_refused
    """
    with _connected(server, each, in_all) as smtp:
        try:
            smtp.sendmail(server.sender, [to], content)
        except smtplib.SMTPRecipientsRefused as error:
            status, said = next(iter(error.recipients.values()))
            raise _refusal(server, status, said) from error
        except smtplib.SMTPSenderRefused as error:
            if _is_for_now(error.smtp_code):
                raise _refusal(server, error.smtp_code, error.smtp_error) from error
            status, words = error.smtp_code, _plain(error.smtp_error)
            raise Misconfigured("mail_sender_refused", sender=server.sender, status=status, said=words) from error
        except smtplib.SMTPResponseException as error:
            raise _refusal(server, error.smtp_code, error.smtp_error) from error
        # It is taken. Whether the server says good-bye, or how, changes nothing.
        with contextlib.suppress(OSError, smtplib.SMTPException):
            smtp.quit()


@contextmanager
def _connected(server: MailServer, each: float, in_all: float) -> Iterator[smtplib.SMTP]:
    """A connection that is protected and signed in as it was set, and ends in any case."""
    smtp = _client(server, each)
    deadline = threading.Timer(in_all, lambda: _cut(smtp))
    deadline.daemon = True
    deadline.start()
    try:
        _reach(smtp, server)
        _sign_in(smtp, server)
        yield smtp
    except (smtplib.SMTPServerDisconnected, OSError) as error:
        raise _unreachable(server, _why(error)) from error
    finally:
        deadline.cancel()
        smtp.close()


def _client(server: MailServer, each: float) -> smtplib.SMTP:
    here = one_line(socket.gethostname()) or "localhost"  # not the full name: asking for it can take many seconds
    if server.security is Security.TLS:
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(local_hostname=here, timeout=each, context=_context(server))
    else:
        smtp = smtplib.SMTP(local_hostname=here, timeout=each)
    # What certificates are checked for. The library sets it only where it connects at once, when no deadline could yet
    # cut the connection.
    smtp._host = server.host  # type: ignore[attr-defined]
    return smtp


def _reach(smtp: smtplib.SMTP, server: MailServer) -> None:
    try:
        status, said = smtp.connect(server.host, server.port)
        if status != 220:
            raise _unreachable(server, f"{status} {_plain(said)}")
        smtp.ehlo_or_helo_if_needed()
        if server.security is Security.STARTTLS:
            smtp.starttls(context=_context(server))
            smtp.ehlo()
    except ssl.SSLError as error:
        reason = getattr(error, "verify_message", "") or error.reason or "TLS"
        raise Misconfigured("mail_server_untrusted", host=server.host, reason=one_line(str(reason))) from error
    except smtplib.SMTPNotSupportedError as error:
        raise Misconfigured("mail_unprotected", host=server.host) from error
    except smtplib.SMTPServerDisconnected:
        raise
    except smtplib.SMTPResponseException as error:
        raise _unreachable(server, f"{error.smtp_code} {_plain(error.smtp_error)}") from error


def _sign_in(smtp: smtplib.SMTP, server: MailServer) -> None:
    if server.user is None or server.password is None:
        return
    try:
        smtp.login(server.user, server.password)
    except smtplib.SMTPServerDisconnected:
        raise
    except smtplib.SMTPResponseException as error:
        status, said = error.smtp_code, _plain(error.smtp_error)
        raise Misconfigured("mail_sign_in_refused", host=server.host, status=status, said=said) from error
    except smtplib.SMTPException as error:  # it offers no way to sign in that we know
        raise Misconfigured("mail_sign_in_refused", host=server.host, status="", said=one_line(str(error))) from error


def _context(server: MailServer) -> ssl.SSLContext:
    """Checks certificate and name, always.

    raises  Misconfigured("mail_server_untrusted") where the file of certificates cannot be used
    """
    try:
        return ssl.create_default_context(cafile=server.authority)
    except OSError as error:
        reason = f"{server.authority}: {error.strerror or error}"
        raise Misconfigured("mail_server_untrusted", host=server.host, reason=reason) from error


def _refusal(server: MailServer, status: int, said: bytes | str) -> ChamberlainError:
    if status == CLOSING:
        return _unreachable(server, f"{status} {_plain(said)}")
    if _is_for_now(status):
        return Upstream("mail_postponed", status=status, said=_plain(said))
    return Refused("mail_refused", status=status, said=_plain(said))


def _unreachable(server: MailServer, reason: str) -> Upstream:
    return Upstream("mail_server_unreachable", host=server.host, port=server.port, reason=reason)


def _is_for_now(status: int) -> bool:
    return 400 <= status < 500


def _plain(said: bytes | str) -> str:
    """What a server says is hostile text."""
    return one_line(said.decode("utf-8", "replace") if isinstance(said, bytes) else said)


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError) or "timed out" in str(error):
        return "it is too slow"
    return one_line(getattr(error, "strerror", None) or str(error) or type(error).__name__)


def _cut(smtp: smtplib.SMTP) -> None:
    with contextlib.suppress(OSError, AttributeError):
        smtp.sock.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]  # there may be none yet
