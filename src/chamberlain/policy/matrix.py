"""The capability matrix: which kind works in which part of the product, made from the table of kinds.

source  what Microsoft does not allow: https://learn.microsoft.com/graph/api/group-post-members (2026),
        https://learn.microsoft.com/graph/api/group-list-owners (2026),
        https://learn.microsoft.com/graph/api/user-assignlicense (2026),
        https://learn.microsoft.com/graph/api/resources/users (2026): who can perform sensitive actions
"""

from dataclasses import dataclass

from chamberlain.model.capability import Capability
from chamberlain.model.kind import Kind
from chamberlain.model.matrix import PEOPLE, Area, Cell, CellState, Row
from chamberlain.policy.capabilities import ABILITIES, STANDARD, lacks, needed

WRITING_TEST = "tests/contract/test_writing_kinds.py::test_each_kind_is_given_and_taken_as_the_tenant_shows"
MAIL_TEST = "tests/flow/test_mail_group_plans.py::test_each_kind_of_mail_group_is_changed_and_proved_by_exchange"
TEST = "tests/flow/test_scopes.py::test_each_kind_is_synced_as_the_tenant_has_it"
_MAIL_OWNERS = "Microsoft Graph does not tell the owners of groups that Exchange manages; Exchange does."
_DYNAMIC = f"{_MAIL_OWNERS} Dynamic distribution groups are known from Exchange alone."
_MAIL_WRITES = "Graph changes no group that Exchange manages; Exchange does, in ways that Microsoft does not support."
_LIST_WRITES = f"{_MAIL_WRITES} Whoever the filter of a dynamic one finds is in it."
_GROUP_WRITES = "Microsoft changes no members of groups with a rule, nor of groups that are synced from elsewhere."


@dataclass(frozen=True, slots=True)
class _Facts:
    """What a row is made from: what reads a kind, what changes it, and what Microsoft does not allow of either."""

    sees: Capability
    changes: Capability
    unread: str = ""
    unchanged: str = ""


_OF: dict[str, _Facts] = {
    PEOPLE: _Facts(
        Capability.SEE_PEOPLE,
        Capability.PROVISION_PEOPLE,
        unchanged="Microsoft changes nobody who is synced from elsewhere, and administrators only for who has a role.",
    ),
    Kind.ROLE.value: _Facts(
        Capability.SEE_ROLES,
        Capability.PROVISION_ROLES,
        unread="Who may activate a role, and until when one is held, is told by tenants with Entra ID P2 only.",
        unchanged="Microsoft does not remove the last Global Administrator.",
    ),
    Kind.SECURITY_GROUP.value: _Facts(Capability.SEE_GROUPS, Capability.PROVISION_GROUPS, unchanged=_GROUP_WRITES),
    Kind.M365_GROUP.value: _Facts(Capability.SEE_GROUPS, Capability.PROVISION_GROUPS, unchanged=_GROUP_WRITES),
    Kind.MAIL_SECURITY_GROUP.value: _Facts(
        Capability.SEE_GROUPS, Capability.PROVISION_MAIL_GROUPS, unread=_MAIL_OWNERS, unchanged=_MAIL_WRITES
    ),
    Kind.DISTRIBUTION_GROUP.value: _Facts(
        Capability.SEE_GROUPS, Capability.PROVISION_MAIL_GROUPS, unread=_DYNAMIC, unchanged=_LIST_WRITES
    ),
    Kind.PRODUCT.value: _Facts(Capability.SEE_PRODUCTS, Capability.PROVISION_PRODUCTS),
    Kind.LICENCE.value: _Facts(
        Capability.SEE_LICENCES,
        Capability.PROVISION_LICENCES,
        unchanged="Microsoft takes a licence that comes through a group only when its holder leaves the group.",
    ),
}
_OF_LICENCES = frozenset({PEOPLE, Kind.PRODUCT.value, Kind.LICENCE.value})


def matrix(chosen: frozenset[Capability] = STANDARD, held: frozenset[str] | None = None) -> tuple[Row, ...]:
    """Every kind in every area, for a connection.

    held  the scopes that the connection has; None: whatever it needs
    """
    has = frozenset(one.scope.name for one in needed(Capability)) if held is None else held
    return tuple(Row(subject, _cells(subject, facts, chosen, has)) for subject, facts in _OF.items())


def _cells(subject: str, facts: _Facts, chosen: frozenset[Capability], held: frozenset[str]) -> tuple[Cell, ...]:
    reads, changes = _scopes(facts.sees), _scopes(facts.changes)
    return (
        _sync(subject, facts, chosen, held),
        _provision(subject, facts, chosen, held),
        Cell(Area.APP_STORE, CellState.NOT_MEANT)
        if subject == PEOPLE
        else Cell(Area.APP_STORE, CellState.NOT_YET, changes, limit=facts.unchanged),
        Cell(Area.OFFBOARDING, CellState.NOT_YET, changes, limit=facts.unchanged),
        Cell(Area.REVIEWS, CellState.NOT_YET, reads),
        Cell(Area.LICENCE_MANAGEMENT, CellState.NOT_YET, _scopes(Capability.PROVISION_LICENCES))
        if subject in _OF_LICENCES
        else Cell(Area.LICENCE_MANAGEMENT, CellState.NOT_MEANT),
    )


def _sync(subject: str, facts: _Facts, chosen: frozenset[Capability], held: frozenset[str]) -> Cell:
    if facts.sees not in chosen:
        return Cell(Area.SYNC, CellState.OFF, _scopes(facts.sees), limit=facts.unread)
    if missing := lacks(facts.sees, held):
        return Cell(Area.SYNC, CellState.NEEDS, missing, limit=facts.unread)
    return Cell(Area.SYNC, CellState.WORKS, _scopes(facts.sees), test=f"{TEST}[{subject}]", limit=facts.unread)


def _provision(subject: str, facts: _Facts, chosen: frozenset[Capability], held: frozenset[str]) -> Cell:
    scopes, limit = _scopes(facts.changes), facts.unchanged
    if not ABILITIES[facts.changes].is_ready:
        return Cell(Area.PROVISION, CellState.NOT_YET, scopes, limit=limit)
    if facts.changes not in chosen:
        return Cell(Area.PROVISION, CellState.OFF, scopes, limit=limit)
    if missing := lacks(facts.changes, held):
        return Cell(Area.PROVISION, CellState.NEEDS, missing, limit=limit)
    test = MAIL_TEST if facts.changes is Capability.PROVISION_MAIL_GROUPS else WRITING_TEST
    return Cell(Area.PROVISION, CellState.WORKS, scopes, test=f"{test}[{subject}]", limit=limit)


def _scopes(capability: Capability) -> tuple[str, ...]:
    return tuple(use.scope for use in ABILITIES[capability].uses)
