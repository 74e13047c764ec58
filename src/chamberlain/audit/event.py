"""Names of events, and the one way to record one."""

from enum import Enum

from chamberlain import clock
from chamberlain.model.actor import Actor
from chamberlain.store.events import insert


class EventName(Enum):
    """`noun:verb` in the past."""

    SIGN_IN_LINK_ISSUED = "sign_in_link:issued"
    PERSON_SIGNED_IN = "person:signed_in"
    CONSENT_REQUESTED = "consent:requested"
    CONSENT_REFUSED = "consent:refused"
    CONNECTION_CREATED = "connection:created"
    CAPABILITIES_CHOSEN = "capabilities:chosen"
    SCOPES_GRANTED = "scopes:granted"
    SCOPES_REVOKED = "scopes:revoked"
    SYNC_STARTED = "sync:started"
    SYNC_SUCCEEDED = "sync:succeeded"
    SYNC_FAILED = "sync:failed"
    SUBSCRIPTION_CREATED = "subscription:created"
    SUBSCRIPTION_ENDED = "subscription:ended"
    VIEW_SAVED = "view:saved"
    VIEW_DELETED = "view:deleted"
    LIST_EXPORTED = "list:exported"
    QUOTA_SLOWED = "quota:slowed"


def record(name: EventName, *, actor: Actor, tenant_id: int | None, subject: str, **details: object) -> None:
    """Writes the event in the caller's transaction. Details are plain values, never secrets."""
    insert(
        name=name.value,
        at=clock.now(),
        actor=actor,
        tenant_id=tenant_id,
        subject=subject,
        details={key: str(value) for key, value in details.items()},
    )
