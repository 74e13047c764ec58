"""Long cursors cut into ranges that are read side by side.

A range is closed on both sides, so that no order of letters can make a hole: what lies on a bound is listed twice, and
counted once by whoever takes it.
source  $filter with ge and le on userPrincipalName and displayName:
        https://learn.microsoft.com/graph/aad-advanced-queries (2026), default queries
"""

from collections.abc import Sequence
from itertools import pairwise
from urllib.parse import quote

from chamberlain.errors import Upstream

# Initial letters of names are far from even: these cut an ordinary directory into sixteen parts of about one size.
FIRST_LETTERS = ("a", "an", "b", "c", "d", "e", "g", "h", "j", "k", "l", "m", "n", "p", "s", "t")


def guessed_bounds(parts: int) -> tuple[str, ...]:
    """Bounds for a directory that was never read: as even as names allow."""
    if parts <= 1:
        return ()
    step = len(FIRST_LETTERS) / parts
    return tuple(FIRST_LETTERS[int(number * step)] for number in range(1, parts))


def filters(attribute: str, bounds: Sequence[str]) -> tuple[str, ...]:
    """A $filter for each range; "" where there is only one.

    bounds  ascending
    """
    if not bounds:
        return ("",)
    values = [quote(bound.replace("'", "''"), safe="") for bound in bounds]
    inner = [f"{attribute}%20ge%20'{low}'%20and%20{attribute}%20le%20'{high}'" for low, high in pairwise(values)]
    return (f"{attribute}%20le%20'{values[0]}'", *inner, f"{attribute}%20ge%20'{values[-1]}'")


def with_filter(listing: str, condition: str) -> str:
    """The listing, cut down to a range."""
    return f"{listing}&$filter={condition}" if condition else listing


# The count comes from another replica and people leave meanwhile, so a few less are normal; a page less is a loss.
FEW = 50
FEW_OF_MANY = 0.01


def require_all(collection: str, *, expected: int, found: int) -> None:
    """Refuses a listing of which clearly fewer items came than Microsoft counts.

    raises  Upstream("listing_short")
    """
    if found < expected - max(FEW, expected * FEW_OF_MANY):
        raise Upstream("listing_short", path=collection, expected=expected, found=found)
