"""What somebody holds by everything that is above them, and through what.

Membership passes through groups in groups. Licences, applications' roles and directory roles of a group reach its
direct members only.
source  https://learn.microsoft.com/entra/identity/users/licensing-group-advanced (2026): "nested groups" unsupported;
        https://learn.microsoft.com/entra/identity/enterprise-apps/assign-user-or-group-access-portal (2026): "Nested
        group memberships aren't supported"; https://learn.microsoft.com/entra/identity/role-based-access-control/
        groups-concept (2026): role-assignable groups cannot be nested
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from chamberlain.model.kind import Family, Relation
from chamberlain.model.plan import Change, Subject, SubjectType
from chamberlain.model.situation import Edge
from chamberlain.model.verb import Verb

GROUP = "group:"
GROUPS = (GROUP, "dynamic_distribution:")  # a dynamic distribution group is in no other
HOLDING = frozenset({Relation.MEMBER, Relation.ASSIGNED})
RELATIONS = {
    Verb.ADD_MEMBER: Relation.MEMBER,
    Verb.REMOVE_MEMBER: Relation.MEMBER,
    Verb.ADD_OWNER: Relation.OWNER,
    Verb.REMOVE_OWNER: Relation.OWNER,
    Verb.ASSIGN_ROLE: Relation.ASSIGNED,
    Verb.REMOVE_ROLE: Relation.ASSIGNED,
    Verb.MAKE_ELIGIBLE: Relation.ELIGIBLE,
    Verb.END_ELIGIBLE: Relation.ELIGIBLE,
    Verb.ASSIGN_APP_ROLE: Relation.ASSIGNED,
    Verb.REMOVE_APP_ROLE: Relation.ASSIGNED,
    Verb.ASSIGN_LICENCE: Relation.ASSIGNED,
    Verb.REMOVE_LICENCE: Relation.ASSIGNED,
    Verb.SWAP_LICENCE: Relation.ASSIGNED,
    Verb.SET_PLANS: Relation.ASSIGNED,
}


@dataclass(frozen=True, slots=True)
class Above:
    """Direct edges by who holds them, ready to be climbed."""

    by_holder: Mapping[Subject, tuple[Edge, ...]]

    @staticmethod
    def of(edges: Iterable[Edge]) -> "Above":
        """The edges, by who holds them."""
        found: dict[Subject, list[Edge]] = {}
        for edge in sorted(edges):
            found.setdefault(edge.holder, []).append(edge)
        return Above({holder: tuple(held) for holder, held in found.items()})

    def held(self, subject: Subject) -> tuple[Edge, ...]:
        """What a subject holds directly."""
        return self.by_holder.get(subject, ())

    def after(self, change: Change) -> "Above":
        """The edges as they are once a change is done."""
        subject = change.subject
        held = tuple(sorted(_changed(self.held(subject), change)))
        return self if held == self.held(subject) else Above({**self.by_holder, subject: held})


def followed(edges: Iterable[Edge], changes: Iterable[Change]) -> frozenset[Edge]:
    """The edges as they are once all these are done, in this order.

    Who comes back from the bin holds again what they held when they went.
    source  https://learn.microsoft.com/graph/api/directory-deleteditems-restore (2026)
    """
    held: dict[Subject, set[Edge]] = {}
    binned: dict[Subject, set[Edge]] = {}
    for edge in edges:
        held.setdefault(edge.holder, set()).add(edge)
    for change in changes:
        holds = held.get(change.subject, set())
        if change.verb is Verb.DELETE_USER:
            binned[change.subject] = holds
        elif change.verb is Verb.RESTORE_USER:
            holds = binned.pop(change.subject, holds)
        held[change.subject] = set(_changed(tuple(holds), change))
    return frozenset(edge for several in held.values() for edge in several)


def reach(above: Above, subject: Subject) -> dict[str, tuple[str, ...]]:
    """Every permission that a subject holds, with the shortest way to it: keys of the groups between, nearest first.

    Ownership and eligibility are not holding.
    """
    ways: dict[str, tuple[str, ...]] = {}
    furthest = 1 if subject.type is SubjectType.ACCOUNT else 0
    queue: deque[tuple[Subject, tuple[str, ...]]] = deque([(subject, ())])
    while queue:
        holder, through = queue.popleft()
        for edge in above.held(holder):
            is_group = edge.permission.startswith(GROUPS)
            too_far = len(through) > furthest and not is_group
            if edge.relation not in HOLDING or edge.permission in ways or too_far:
                continue
            ways[edge.permission] = through
            if is_group:
                queue.append((group(edge.permission), (*through, edge.permission)))
    return ways


def group(key: str) -> Subject:
    """A group as a holder."""
    return Subject(key.removeprefix(GROUP), SubjectType.GROUP)


def _changed(held: tuple[Edge, ...], change: Change) -> set[Edge]:
    """What is held directly after a change."""
    if change.verb is Verb.DELETE_USER:
        return set()
    relation = RELATIONS.get(change.verb)
    if relation is None:
        return set(held)
    scope = change.options.scope if change.verb.family is Family.ROLE else ""
    gone = {change.permission, change.options.instead_of}
    kept = {
        edge
        for edge in held
        if edge.permission not in gone or edge.relation is not relation or (scope and edge.scope not in (scope, ""))
    }
    if not change.verb.gives:
        return kept
    options = change.options
    plans = tuple(sorted(options.disabled_plans or ()))
    if options.disabled_plans is None and change.verb.family is Family.LICENCE:
        plans = next((edge.disabled_plans for edge in held if edge.permission == change.permission), ())
    ends = options.ends.isoformat() if options.ends else ""
    return kept | {Edge(change.subject, change.permission, relation, scope, ends, plans)}
