"""Which objects a stretch of the log speaks of, and what it says of each."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from chamberlain.simulator.world.fact import AttributeFact, EdgeFact, EntryFact, Fact, PresenceFact, Relation, Shelf
from chamberlain.simulator.world.overlay import LICENCES as HANDED_OUT
from chamberlain.simulator.world.reference import Kind, Ref
from chamberlain.simulator.world.view import View

LICENCES = frozenset({"assignedLicenses", "assignedPlans"})
"""Tracked properties in which licences show. licenseAssignmentStates is not known to be one of them.

source  https://learn.microsoft.com/graph/delta-query-users (read 2026)
"""
_NAMES = {
    "display_name": frozenset({"displayName", "appDisplayName"}),
    "enabled": frozenset({"accountEnabled"}),
    "department": frozenset({"department"}),
    "job_title": frozenset({"jobTitle"}),
    "user_principal_name": frozenset({"userPrincipalName", "identities"}),
    "manager": frozenset({"manager"}),
    "given_name": frozenset({"givenName"}),
    "surname": frozenset({"surname"}),
    "nickname": frozenset({"mailNickname"}),
    "usage_location": frozenset({"usageLocation"}),
    "employee_id": frozenset({"employeeId"}),
    "employee_type": frozenset({"employeeType"}),
    "phone": frozenset({"businessPhones"}),
    "company": frozenset({"companyName"}),
    "office": frozenset({"officeLocation", "city", "state", "country", "preferredLanguage"}),
    "password_changed": frozenset({"lastPasswordChangeDateTime"}),
    HANDED_OUT: frozenset({"assignedLicenses"}),
    "sessions_valid_from": frozenset({"signInSessionsValidFromDateTime"}),
}


@dataclass(slots=True)
class Touch:
    """What is said of one object: that it came or went, properties, and relations with how they were left."""

    moved: bool = False
    names: set[str] = field(default_factory=set)
    edges: dict[tuple[Relation, Ref], bool] = field(default_factory=dict)


def touched(view: View, after: int, kind: Kind) -> dict[Ref, Touch]:
    """Objects of a kind that changed after a position, in the order in which they first did."""
    licence_groups = {*view.base.licence_groups(), *view.licence_groups()} if kind is Kind.USER else ()
    found: dict[Ref, Touch] = {}
    for fact in view.facts_since(after):
        ref = _subject(fact, kind, licence_groups)
        if ref is not None:
            _note(found.setdefault(ref, Touch()), fact)
        if kind is Kind.USER and isinstance(fact, AttributeFact) and fact.name == HANDED_OUT:
            for member in view.members_at(fact.subject.serial, 0, view.member_places(fact.subject.serial)):
                if member is not None and member.kind is kind:
                    found.setdefault(member, Touch()).names |= LICENCES
    return found


def _subject(fact: Fact, kind: Kind, licence_groups: Iterable[int]) -> Ref | None:
    """The object of this kind that the fact changes for who reads objects of this kind."""
    ref: Ref | None = None
    match fact:
        case PresenceFact(subject) | AttributeFact(subject):
            ref = subject
        case EdgeFact(relation, holder, target):
            is_licence = kind is Kind.USER and relation is Relation.MEMBER and target.serial in licence_groups
            ref = holder if is_licence else target
        case EntryFact(Shelf.LICENCE | Shelf.SETTLED, _, _, holder):
            ref = holder
    return ref if ref is not None and ref.kind is kind else None


def _note(touch: Touch, fact: Fact) -> None:
    match fact:
        case PresenceFact():
            touch.moved = True
        case AttributeFact(_, name):
            touch.names |= _NAMES[name]
        case EdgeFact(relation, holder, _, holds):
            touch.edges[relation, holder] = holds
            touch.names |= LICENCES  # of the holder, if that is who reads; a group has no such tracked property
        case EntryFact():
            touch.names |= LICENCES
