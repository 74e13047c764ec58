"""One table of all that is read: how, what families it fills, what its listing entitles us to close."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from chamberlain.kinds import groups, licences, people, products, roles
from chamberlain.kinds.reading import Reading
from chamberlain.model.kind import Family, Relation
from chamberlain.model.run import PhaseName


@dataclass(frozen=True, slots=True)
class Entry:
    """A reader and what it is responsible for.

    permissions  families whose permissions its listing is the whole of
    grants       the family and relations whose open grants its listing is the whole of; None: it has no grants
    """

    phase: PhaseName
    read: Callable[[Reading], Awaitable[None]]
    permissions: tuple[Family, ...]
    grants: tuple[Family, tuple[Relation, ...]] | None


KINDS: tuple[Entry, ...] = (
    Entry(PhaseName.PEOPLE, people.read, (), None),
    Entry(
        PhaseName.GROUPS,
        groups.read,
        (Family.GROUP,),
        (Family.GROUP, (Relation.MEMBER, Relation.OWNER)),
    ),
    Entry(
        PhaseName.LICENCES,
        licences.read,
        (Family.LICENCE, Family.SERVICE_PLAN),
        (Family.LICENCE, (Relation.ASSIGNED,)),
    ),
    Entry(
        PhaseName.ROLES,
        roles.read,
        (Family.ROLE,),
        (Family.ROLE, (Relation.ASSIGNED,)),
    ),
    Entry(
        PhaseName.PRODUCTS,
        products.read,
        (Family.APP_ROLE,),
        (Family.APP_ROLE, (Relation.ASSIGNED,)),
    ),
)
