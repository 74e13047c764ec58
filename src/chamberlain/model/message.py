"""Words of messages: what they are about, where they stand, and who is to get them."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import Path
from uuid import UUID


class Topic(Enum):
    """What a message tells."""

    TEST = "test"
    CREDENTIAL_EXPIRING = "credential_expiring"
    CONNECTION_BROKEN = "connection_broken"
    CONNECTION_REPAIRED = "connection_repaired"
    SYNC_OVERDUE = "sync_overdue"
    SCOPES_REVOKED = "scopes_revoked"


class MessageState(Enum):
    """queued -> sending -> sent; sending -> failed -> sending ...; sending, failed or queued -> dead."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    DEAD = "dead"


WAITING = (MessageState.QUEUED, MessageState.SENDING, MessageState.FAILED)


class Security(Enum):
    """How the way to the mail server is protected."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


PORTS = {Security.STARTTLS: 587, Security.TLS: 465, Security.NONE: 25}


@dataclass(frozen=True, slots=True)
class MailServer:
    """The server that takes our mail.

    sender     what stands in From
    authority  file with certificates that are trusted instead of this machine's
    """

    host: str
    port: int
    security: Security
    sender: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    authority: Path | None = None


@dataclass(frozen=True, slots=True)
class Receiver:
    """Somebody who is to get messages; `user_id` is None for an address of the settings."""

    address: str
    user_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class MailBox:
    """Where somebody gets messages.

    told   the address that Microsoft told at the last sign-in
    typed  the one that they typed, which goes before
    wants  whether they want any
    """

    told: str = ""
    typed: str = ""
    wants: bool = True

    @property
    def address(self) -> str:
        """The one that counts; empty where there is none."""
        return self.typed or self.told


@dataclass(frozen=True, slots=True)
class Message:
    """A row of the outbox.

    id           also the Message-ID, the same at each attempt
    attempts     how many were begun
    next_at      when it is tried next; while it is being sent: when whoever sends it counts as dead
    expires_at   from then on it is of no use any more
    error        code and data of the last failure
    """

    id: UUID
    tenant_id: int | None
    tenant: str
    slug: str
    topic: Topic
    values: dict[str, str]
    to: Receiver
    state: MessageState
    attempts: int
    created_at: datetime
    next_at: datetime
    expires_at: datetime
    sent_at: datetime | None
    error: tuple[str, dict[str, str]] | None
