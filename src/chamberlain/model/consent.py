"""Consents: an application may act in the name of one person, or of everybody, towards another application."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ConsentSeen:
    """A consent as Microsoft shows it now. GUIDs in small letters.

    id         Microsoft's
    principal  whose name it is; None: everybody's
    scope      names in order, one blank between them: another order is no other consent
    """

    id: str
    client: str
    client_name: str
    resource: str
    resource_name: str
    principal: str | None
    scope: str


@dataclass(frozen=True, slots=True)
class Consent:
    """A consent as it is remembered.

    client, resource   the application that acts, and the one towards which it does
    person_name        "" for everybody, and for somebody who was never read
    since              when it was first seen like this
    until              when it was first seen no more; None while it lasts
    """

    id: str
    client: UUID
    client_name: str
    resource: UUID
    resource_name: str
    principal: UUID | None
    person_name: str
    scopes: tuple[str, ...]
    since: datetime
    until: datetime | None
