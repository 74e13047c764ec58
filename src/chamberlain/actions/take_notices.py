"""Take what Microsoft sends: tell its notices from others', and have a run follow. Cheap, whoever sends how much."""

import hashlib
import hmac
import logging
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from chamberlain import clock
from chamberlain.audit.event import EventName, record
from chamberlain.graph.notice import read_notices
from chamberlain.model.actor import SYSTEM
from chamberlain.model.notice import Ended, Known, Notice
from chamberlain.store import sessions, subscriptions, wakes
from chamberlain.store.connection import transaction

log = logging.getLogger(__name__)

# What changes together is told together, and Microsoft's own replicas need a moment: a run waits a little for more.
# Runs keep their distance, however much is told. Each of them costs a few resource units.
GATHER = timedelta(seconds=2)
BETWEEN_RUNS = timedelta(seconds=10)

RENEW = "reauthorizationRequired"
REMOVED = "subscriptionRemoved"
MISSED = "missed"


def take_notices(body: bytes) -> int:
    """How many of the body's notices were Microsoft's. All others are ignored: whoever sent them learns nothing.

    Nobody's right is asked for: that a notice repeats a secret of ours is what lets it in.
    raises  Refused("notices_unreadable")
    """
    notices = read_notices(body)
    known = subscriptions.known({one.subscription_id for one in notices})
    judged = [(one, _judge(one, known)) for one in notices]
    wrong = Counter(verdict for _, verdict in judged if verdict)
    if wrong:
        log.warning("ignored %d of %d notices: %s", wrong.total(), len(notices), ", ".join(sorted(wrong)))
    right = [one for one, verdict in judged if not verdict]
    _note(judged, known)
    _notice_people([one for one in right if not one.lifecycle], known)
    _follow_life([one for one in right if one.lifecycle], known)
    return len(right)


def _judge(notice: Notice, known: Mapping[str, Known]) -> str:
    """Why a notice is not Microsoft's; "" where it is."""
    expected = known.get(notice.subscription_id)
    if expected is None:
        return "subscription unknown"
    if not hmac.compare_digest(digest_of(notice.client_state), expected.secret_digest):
        return "secret wrong"
    return "" if notice.tenant.lower() == expected.tenant_guid else "tenant wrong"


def digest_of(secret: str) -> bytes:
    """What is kept of a secret that Microsoft has to repeat. It is long and random: one round is enough."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _note(judged: list[tuple[Notice, str]], known: Mapping[str, Known]) -> None:
    """One statement for each tenant that is spoken of."""
    heard, ignored, waking = Counter[int](), Counter[int](), set[int]()
    for one, verdict in judged:
        expected = known.get(one.subscription_id)
        if expected is None:
            continue
        (ignored if verdict else heard)[expected.tenant_id] += 1
        if not verdict and one.lifecycle in {"", MISSED}:
            waking.add(expected.tenant_id)
    for tenant_id in sorted(heard.keys() | ignored.keys()):
        wakes.note(
            tenant_id=tenant_id,
            now=clock.now(),
            gather=GATHER,
            apart=BETWEEN_RUNS,
            wakes=tenant_id in waking,
            heard=heard[tenant_id],
            ignored=ignored[tenant_id],
        )


def _notice_people(notices: list[Notice], known: Mapping[str, Known]) -> None:
    """Who of those that are told of is signed in here is looked at right away, whatever runs go on."""
    told: dict[str, set[UUID]] = {}
    for one in notices:
        with suppress(ValueError):
            told.setdefault(known[one.subscription_id].tenant_guid, set()).add(UUID(one.object_id))
    for tenant_guid, people in told.items():
        sessions.notice(UUID(tenant_guid), people=people, now=clock.now())


def _follow_life(notices: list[Notice], known: Mapping[str, Known]) -> None:
    """What happens to subscriptions themselves: one that is to be renewed or is gone wants to be looked after now."""
    now = clock.now()
    for one in notices:
        tenant_id = known[one.subscription_id].tenant_id
        with transaction():
            if one.lifecycle == RENEW:
                subscriptions.renew_now([one.subscription_id], now=now)
                subscriptions.look_at(tenant_id, at=now)
            elif one.lifecycle == REMOVED and (forgotten := subscriptions.forget(one.subscription_id)):
                subscriptions.look_at(tenant_id, at=now)
                record(
                    EventName.SUBSCRIPTION_ENDED,
                    actor=SYSTEM,
                    tenant_id=tenant_id,
                    subject=f"subscription:{one.subscription_id}",
                    resource=forgotten[1],
                    reason=Ended.REMOVED.value,
                )
