"""When to ask Microsoft for notices, and what to do with the subscriptions one has."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from ipaddress import ip_address
from urllib.parse import urlsplit

from chamberlain.model.notice import RESOURCES, Deaf, Ended, Subscription

# source  https://learn.microsoft.com/graph/api/resources/subscription#subscription-lifetime (2026): users and groups
#         at most 41,760 minutes; an hour less, because clocks differ
LIFE = timedelta(minutes=41_760 - 60)
FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(hours=1)


def why_deaf(*, public_url: str | None, graph_root: str, interval_minutes: int) -> Deaf | None:
    """Why no notices are asked for; None where they are.

    Microsoft calls public https addresses only; a simulated Microsoft on this machine calls this machine.
    source  https://learn.microsoft.com/graph/change-notifications-delivery-webhooks (2026)
    """
    if interval_minutes == 0:
        return Deaf.BY_HAND
    if public_url is None:
        return Deaf.NO_ADDRESS
    if _is_loopback(public_url):
        return None if _is_loopback(graph_root) else Deaf.NOT_REACHABLE
    return None if urlsplit(public_url).scheme == "https" else Deaf.NOT_HTTPS


class Step(Enum):
    """What can be done with a subscription."""

    OPEN = "open"
    RENEW = "renew"
    END = "end"


@dataclass(frozen=True, slots=True)
class Move:
    """One thing to do. `why` tells what an END is for."""

    step: Step
    resource: str
    held: Subscription | None
    why: Ended | None = None


def moves(
    held: Sequence[Subscription],
    *,
    base: str | None,
    client_id: str,
    now: datetime,
    resources: Sequence[str] = RESOURCES,
) -> tuple[Move, ...]:
    """What to do now, ends before beginnings.

    base  the address that Microsoft should call; None where we want no notices
    """
    found: list[Move] = []
    wanted = set(resources) if base is not None else set()
    for one in held:
        over = _why_over(one, base=base, client_id=client_id, now=now, is_wanted=one.resource in wanted)
        if over is not None:
            found.append(Move(Step.END, one.resource, one, over))
        elif one.microsoft_id is not None:
            wanted.discard(one.resource)
            if one.renew_at is None or one.renew_at <= now:
                found.append(Move(Step.RENEW, one.resource, one))
    return (*found, *(Move(Step.OPEN, resource, None) for resource in resources if resource in wanted))


def _why_over(one: Subscription, *, base: str | None, client_id: str, now: datetime, is_wanted: bool) -> Ended | None:
    if not is_wanted:
        return Ended.SWITCHED_OFF
    if one.microsoft_id is None:
        return None
    if (one.base, one.client_id) != (base, client_id):
        return Ended.MOVED
    return Ended.EXPIRED if one.expires_at is not None and one.expires_at <= now else None


def half_of_life(*, now: datetime, expires_at: datetime) -> datetime:
    """When to renew what was made or renewed now."""
    return now + (expires_at - now) / 2


def pause(*, failures: int, asked: timedelta | None = None) -> timedelta:
    """How long to wait after so many failures in a row, at least 1; never less than Microsoft asked for."""
    doubled: timedelta = FIRST_PAUSE * 2 ** min(failures - 1, 10)
    return max(min(doubled, LONGEST_PAUSE), asked or timedelta(0))


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
