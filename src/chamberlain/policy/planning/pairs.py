"""What gives a permission of a kind, and what takes it."""

from chamberlain.model.kind import Family, Kind
from chamberlain.model.verb import Verb

PAIRS: dict[Family, tuple[Verb, Verb]] = {
    Family.GROUP: (Verb.ADD_MEMBER, Verb.REMOVE_MEMBER),
    Family.ROLE: (Verb.ASSIGN_ROLE, Verb.REMOVE_ROLE),
    Family.APP_ROLE: (Verb.ASSIGN_APP_ROLE, Verb.REMOVE_APP_ROLE),
    Family.LICENCE: (Verb.ASSIGN_LICENCE, Verb.REMOVE_LICENCE),
}
_OTHERS = {Kind.ROLE: Family.ROLE, Kind.LICENCE: Family.LICENCE, Kind.PRODUCT: Family.APP_ROLE}


def pair_for(kind: Kind) -> tuple[Verb, Verb]:
    """The verb that gives a permission of this kind, and the one that takes it."""
    return PAIRS[Family.GROUP if kind.is_group else _OTHERS[kind]]
