"""Rules of messages: what is an address, what may stand in a header, when a failure is tried again."""

import re
import unicodedata
from datetime import datetime, timedelta

from chamberlain.errors import Refused

LONGEST_ADDRESS = 254  # RFC 5321, 4.5.3.1.3: a path of 256 octets, with its angle brackets
LONGEST_LINE = 200

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*", re.ASCII)

LASTS = timedelta(days=7)
"""A message that could not be sent for so long tells nothing new; it is given up instead of coming late."""

KEPT = timedelta(days=90)
MOST_ATTEMPTS = 20
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
SCATTER = 0.2


def read_address(text: str) -> str:
    """An address of the plain form, as nearly every one is: nothing quoted, no comment, ASCII.

    raises  Refused("mail_address_malformed")
    """
    address = text.strip()
    if len(address) > LONGEST_ADDRESS or len(address.partition("@")[0]) > 64 or not _ADDRESS.fullmatch(address):
        raise Refused("mail_address_malformed", text=one_line(address)[:80])
    return address


def is_address(text: str) -> bool:
    """Whether it is one."""
    try:
        return bool(read_address(text))
    except Refused:
        return False


def one_line(text: str, *, longest: int = LONGEST_LINE) -> str:
    """Text as it may stand in one line: names are hostile, and a line break would begin another header.

    Characters that cannot be seen go as well, those that turn the direction of writing among them.
    """
    plain = "".join(" " if unicodedata.category(one)[0] in "CZ" else one for one in text)
    return " ".join(plain.split())[:longest]


def pause_after(attempts: int, *, chance: float) -> timedelta:
    """How long to wait after so many attempts: doubled each time, up to six hours; twenty attempts take three days.

    chance  0 to 1, drawn anew each time: what failed together does not come back together
    """
    doubled: int = 2 ** min(max(attempts - 1, 0), 20)
    pause = min(FIRST_PAUSE * doubled, LONGEST_PAUSE)
    return pause * (1 - SCATTER + 2 * SCATTER * chance)


def is_given_up(*, attempts: int, permanent: bool, expires_at: datetime, now: datetime) -> bool:
    """Whether a message that failed is not tried again."""
    return permanent or attempts >= MOST_ATTEMPTS or now >= expires_at
