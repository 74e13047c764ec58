"""A real mail server on this machine, that takes, refuses, dawdles and hangs up as it is told."""

import asyncio
import contextlib
import itertools
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "chamberlain", "a password of the test"


@dataclass
class Office:
    """What the server answers, and what it took.

    answers   to what comes after DATA, one for each message; then it takes everything
    receivers what it says to RCPT of an address
    seconds   it waits before it answers to DATA
    goes_on   it answers to no DATA while this is not set, as it is from the start
    seen      all that came whole, whether it was taken or not
    """

    port: int = 0
    answers: list[str] = field(default_factory=list)
    receivers: dict[str, str] = field(default_factory=dict)
    sender: str = ""
    seconds: float = 0.0
    goes_on: threading.Event = field(default_factory=threading.Event)
    taken: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    were_protected: list[bool] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    seen: list[EmailMessage] = field(default_factory=list)
    in_hand: int = 0

    async def handle_EHLO(  # noqa: N802 - the name that is called
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return responses

    async def handle_MAIL(  # noqa: N802 - the name that is called
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.sender:
            return self.sender
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - the name that is called
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.receivers:
            return self.receivers[address]
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - the name that is called
        self, _server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        mail: EmailMessage = message_from_bytes(content, policy=default)  # type: ignore[assignment]  # by its policy
        self.seen.append(mail)
        self.in_hand += 1
        if self.seconds:
            await asyncio.sleep(self.seconds)
        if not self.goes_on.is_set():
            await asyncio.to_thread(self.goes_on.wait)
        answer = self.answers.pop(0) if self.answers else "250 taken"
        if answer.startswith("250"):
            self.raw.append(content)
            self.taken.append(mail)
            self.were_protected.append(session.ssl is not None)
        return answer

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.users.append(data.login.decode())
        # Not handled: the server itself says so to the client.
        return AuthResult(success=(data.login, data.password) == (USER.encode(), PASSWORD.encode()), handled=False)


@dataclass(frozen=True)
class Papers:
    """Certificates of an authority that nobody but these tests knows."""

    authority: Path
    server: ssl.SSLContext


def make_papers(folder: Path, *, name: str = "localhost") -> Papers:
    """An authority, and a server's certificate for this name."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    path = folder / f"authority-{name}.pem"
    authority.cert_pem.write_to_path(path)
    return Papers(path, context)


@contextmanager
def mail_server(*, papers: Papers | None = None, tls: bool = False, auth: bool = False) -> Iterator[Office]:
    """The server: plain, with STARTTLS where there are papers, with TLS from the start where asked."""
    office = Office()
    office.goes_on.set()
    options: dict[str, Any] = {"hostname": "mail.test"}
    if papers and not tls:
        options |= {"tls_context": papers.server, "require_starttls": True}
    if auth:
        options |= {"authenticator": office.authenticate, "auth_required": not tls, "auth_require_tls": not tls}
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def listen() -> asyncio.Server:
        wrapped = papers.server if papers and tls else None
        return await loop.create_server(lambda: SMTP(office, loop=loop, **options), "127.0.0.1", 0, ssl=wrapped)

    server = asyncio.run_coroutine_threadsafe(listen(), loop).result(10)
    office.port = server.sockets[0].getsockname()[1]

    async def end() -> None:
        office.goes_on.set()
        server.close()
        others = [task for task in asyncio.all_tasks(loop) if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    try:
        yield office
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


@contextmanager
def dripping_server(words: bytes, *, pause: float) -> Iterator[int]:
    """A server that says this again and again, letter by letter; gives its port."""
    over = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        client, _ = listener.accept()
        with client, contextlib.suppress(OSError):
            for letter in itertools.cycle(words):
                if over.wait(pause):
                    return
                client.sendall(bytes([letter]))

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        over.set()
        thread.join(10)
        listener.close()
