"""Dynamic distribution groups in plans: whoever their filter finds is in them, and only Exchange changes the filter.

source  https://learn.microsoft.com/powershell/exchange/recipientfilter-properties (2026): what a filter may read
"""

import re
from collections.abc import Iterable

from chamberlain.model.kind import Family
from chamberlain.model.observed import family_of
from chamberlain.model.situation import PermissionKnown

# What Exchange calls properties of people, and what Graph does, in small letters: where both names are the same, too.
READS = {
    "title": "jobtitle",
    "company": "companyname",
    "office": "officelocation",
    "stateorprovince": "state",
    "countryorregion": "country",
    "firstname": "givenname",
    "lastname": "surname",
    "name": "displayname",
}


def is_filtered(permission: PermissionKnown) -> bool:
    """Whether it is a dynamic distribution group; its `rule` is then a filter in Exchange's words."""
    return family_of(permission.key) is Family.DYNAMIC_DISTRIBUTION


def reads(recipient_filter: str) -> frozenset[str]:
    """Properties of people that a filter mentions, by Graph's names in small letters. How it ends, Exchange knows."""
    names = {name.lower() for name in re.findall(r"\b([A-Za-z][A-Za-z0-9]*)\s+-[A-Za-z]+\s", recipient_filter)}
    return frozenset(READS.get(name, name) for name in names)


def named_by(properties: Iterable[str]) -> frozenset[str]:
    """What filters may call properties of people that Graph names so, in small letters."""
    wanted = frozenset(properties)
    return wanted | {name for name, of in READS.items() if of in wanted}
