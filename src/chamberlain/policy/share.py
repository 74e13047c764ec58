"""The share of Microsoft's quotas that we may use, as people type it."""

import re
from typing import NoReturn

from chamberlain.errors import Refused
from chamberlain.model.quota import LEAST_SHARE, MOST_SHARE

PERCENT = re.compile(r"([0-9]{1,3})(?: ?%)?")
LONGEST_QUOTED = 40


def read_share(text: str) -> int:
    """A whole number of percent, with or without its sign: "40", "40 %".

    raises  Refused("share_unreadable")
    """
    found = PERCENT.fullmatch(text.strip())
    if found is None:
        _refuse(text.strip())
    return checked_share(int(found[1]))


def checked_share(percent: int) -> int:
    """The same share, where it can be set.

    raises  Refused("share_unreadable")
    """
    if not LEAST_SHARE <= percent <= MOST_SHARE:
        _refuse(str(percent))
    return percent


def _refuse(text: str) -> NoReturn:
    raise Refused("share_unreadable", text=text[:LONGEST_QUOTED], least=LEAST_SHARE, most=MOST_SHARE)
