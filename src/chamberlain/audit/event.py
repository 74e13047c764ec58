"""Names of events, and the one way to record one."""

from collections.abc import Mapping
from dataclasses import replace
from enum import Enum

from chamberlain import clock
from chamberlain.audit.origin import present
from chamberlain.model.actor import Actor
from chamberlain.model.entry import Entry
from chamberlain.store.audit_key import audit_key
from chamberlain.store.events import insert, next_id, require_transaction

LONGEST_AGENT = 300


class EventName(Enum):
    """`noun:verb` in the past."""

    SIGN_IN_LINK_ISSUED = "sign_in_link:issued"
    PERSON_SIGNED_IN = "person:signed_in"
    SIGN_IN_REFUSED = "sign_in:refused"
    SIGN_IN_METHOD_ADDED = "sign_in_method:added"
    SIGN_IN_METHOD_CHANGED = "sign_in_method:changed"
    SIGN_IN_METHOD_REMOVED = "sign_in_method:removed"
    SESSION_ENDED = "session:ended"
    ROLE_GRANTED = "role:granted"
    ROLE_REVOKED = "role:revoked"
    CONSENT_REQUESTED = "consent:requested"
    CONSENT_REFUSED = "consent:refused"
    CONNECTION_CREATED = "connection:created"
    CAPABILITIES_CHOSEN = "capabilities:chosen"
    SCOPES_GRANTED = "scopes:granted"
    SCOPES_REVOKED = "scopes:revoked"
    CREDENTIAL_ADDED = "credential:added"
    CREDENTIAL_ROTATED = "credential:rotated"
    CREDENTIAL_FORGOTTEN = "credential:forgotten"
    CREDENTIAL_EXPIRING = "credential:expiring"
    SYNC_STARTED = "sync:started"
    SYNC_SUCCEEDED = "sync:succeeded"
    SYNC_FAILED = "sync:failed"
    SUBSCRIPTION_CREATED = "subscription:created"
    SUBSCRIPTION_ENDED = "subscription:ended"
    REPORT_NAMES_INTENDED = "report_names:intended"
    REPORT_NAMES_SWITCHED = "report_names:switched"
    REPORT_NAMES_FAILED = "report_names:failed"
    PLAN_MADE = "plan:made"
    PLAN_APPROVED = "plan:approved"
    PLAN_REFUSED = "plan:refused"
    PLAN_REHEARSED = "plan:rehearsed"
    PLAN_STARTED = "plan:started"
    PLAN_PAUSED = "plan:paused"
    PLAN_STALE = "plan:stale"
    PLAN_ENDED = "plan:ended"
    PLAN_UNDONE = "plan:undone"
    STEP_PROVED = "step:proved"
    STEP_DONE = "step:done"
    STEP_FAILED = "step:failed"
    STEP_SKIPPED = "step:skipped"
    TERM_SETTLED = "term:settled"
    WRITERS_STOPPED = "writers:stopped"
    WRITERS_RELEASED = "writers:released"
    BREAKER_TRIPPED = "breaker:tripped"
    GUARD_SET = "guard:set"
    TASK_CHANGED = "task:changed"
    TASK_SETTLED = "task:settled"
    CONNECTION_ENDED = "connection:ended"
    SYNC_MISSED = "sync:missed"
    MESSAGE_GIVEN_UP = "message:given_up"
    MESSAGE_RETRIED = "message:retried"
    MAIL_TRIED = "mail:tried"
    MAIL_CHOSEN = "mail:chosen"
    VIEW_SAVED = "view:saved"
    VIEW_DELETED = "view:deleted"
    LIST_EXPORTED = "list:exported"
    QUOTA_SLOWED = "quota:slowed"
    PERSON_VIEWED = "person:viewed"
    HOLDERS_VIEWED = "holders:viewed"
    AUDIT_VIEWED = "audit:viewed"
    AUDIT_EXPORTED = "audit:exported"
    EVENTS_REMOVED = "events:removed"
    EVENTS_ADOPTED = "events:adopted"
    KEYS_ROTATED = "keys:rotated"
    KEY_FORGOTTEN = "key:forgotten"
    BACKUP_MADE = "backup:made"
    BACKUP_RESTORED = "backup:restored"
    TOKEN_MADE = "token:made"  # noqa: S105 - a word, not a secret
    TOKEN_REVOKED = "token:revoked"  # noqa: S105


def record(
    name: EventName,
    *,
    actor: Actor,
    tenant_id: int | None,
    subject: str,
    reason: object = "",
    before: object = None,
    after: object = None,
    **details: object,
) -> None:
    """Writes the event in the caller's transaction, with where it came in from. Values are plain, never secrets.

    reason         why, in the words of whoever did it
    before, after  what was set: a mapping of names, or one value
    raises         TransactionManagementError outside of a transaction
    """
    require_transaction()
    origin, key = present(), audit_key()
    entry = Entry(
        id=next_id(),
        at=clock.now(),
        name=name.value,
        tenant=tenant_id,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        actor_name=_plain(actor.name),
        subject=_plain(subject),
        channel=origin.channel.value,
        ip=origin.ip,
        agent=_plain(origin.agent)[:LONGEST_AGENT],
        request=origin.request,
        reason=_plain(reason),
        before=_values(before),
        after=_values(after),
        details={key: _plain(value) for key, value in details.items()},
    )
    insert(replace(entry, stamp=key.seal.stamp(entry)))


def _values(told: object) -> dict[str, str] | None:
    if told is None:
        return None
    if isinstance(told, Mapping):
        return {str(key): _plain(value) for key, value in told.items()}
    return {"value": _plain(told)}


def _plain(value: object) -> str:
    """Text as the database can hold it: directory data may have NUL in it, and halves of letters."""
    return str(value).replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
