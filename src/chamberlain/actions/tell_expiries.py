"""Tell that credentials end: an event for each threshold that is reached, once."""

from chamberlain import clock
from chamberlain.audit.event import EventName, record
from chamberlain.model.actor import SYSTEM
from chamberlain.model.credential import KeptCredential
from chamberlain.model.message import Topic
from chamberlain.notify.post import post
from chamberlain.policy.expiry import FIRST_TOLD, threshold_to_tell
from chamberlain.store import credentials
from chamberlain.store.connection import transaction


def tell_expiries() -> int:
    """Looks at every current credential; several processes may look at once.

    returns  how many events were written
    """
    now, told = clock.now(), 0
    for kept in credentials.ending(before=now + FIRST_TOLD):
        if kept.expires_at is None:
            continue
        days = threshold_to_tell(kept.expires_at, now=now, told=kept.warned_days)
        if days is None:
            continue
        with transaction():
            if not credentials.claim_warning(kept, days=days):
                continue  # another process was first
            record(
                EventName.CREDENTIAL_EXPIRING,
                actor=SYSTEM,
                tenant_id=kept.tenant_id,
                subject=f"credential:{kept.id}",
                kind=kept.kind.value,
                days=days,
                expires=kept.expires_at.isoformat(),
            )
            _post(kept, days=days, expires=kept.expires_at.isoformat())
            told += 1
    return told


def _post(kept: KeptCredential, *, days: int, expires: str) -> None:
    """To the administrators of the tenant that is reached with it."""
    if kept.tenant_id is not None:
        post(
            Topic.CREDENTIAL_EXPIRING,
            tenant_id=kept.tenant_id,
            once=f"{kept.id}:{expires}:{days}",
            kind=kept.kind.value,
            days=str(days),
            expires=expires,
        )
