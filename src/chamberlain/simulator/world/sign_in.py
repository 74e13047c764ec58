"""When people signed in last, as the directory's logs have it.

source  https://learn.microsoft.com/graph/api/resources/signinactivity (2026): the last interactive attempt, successful
        or not; the last one by a client in the person's name; the last success of either, which nobody knows from
        before December 2023. Who never signed in, or not since April 2020, has none of them.
"""

import zlib
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from chamberlain.simulator.world.person import AccountUse, Person

NEWEST = datetime(2026, 2, 27, 17, 45, tzinfo=UTC)
SUCCESS_KNOWN_FROM = datetime(2023, 12, 1, tzinfo=UTC)
_NEVER = 11  # one in so many of those who could


class SignIn(NamedTuple):
    """A person's last sign-ins; None for what there was none of."""

    interactive: datetime | None
    by_client: datetime | None
    successful: datetime | None


def last_sign_in(person: Person) -> SignIn | None:
    """Drawn from the account, always the same; None where there is no record of any."""
    drawn = zlib.crc32(f"sign-in {person.id}".encode())
    if person.use is AccountUse.SHARED_MAILBOX or drawn % _NEVER == 0:
        return None
    days = drawn % (900 if person.use in (AccountUse.LEAVER, AccountUse.GUEST) else 30)
    attempt = NEWEST - timedelta(days=days, seconds=drawn % 30_000)
    if person.use is AccountUse.SERVICE:
        return SignIn(None, attempt, attempt)
    by_client = attempt + timedelta(hours=drawn % 5) if drawn % 3 else None
    last = max(attempt, by_client or attempt)
    failed = drawn % 7 == 0  # the newest attempt is then not the newest success
    success = attempt - timedelta(days=1) if failed else last
    return SignIn(attempt, by_client, success if success >= SUCCESS_KNOWN_FROM else None)


def written(moment: datetime | None) -> str | None:
    """As Microsoft writes it."""
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")
