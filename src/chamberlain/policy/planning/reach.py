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

from chamberlain.model.kind import Relation
from chamberlain.model.plan import Subject, SubjectType
from chamberlain.model.situation import Edge

GROUP = "group:"


@dataclass(frozen=True, slots=True)
class Above:
    """Direct edges, ready to be climbed."""

    by_holder: Mapping[Subject, tuple[Edge, ...]]

    @staticmethod
    def of(edges: Iterable[Edge]) -> "Above":
        """The edges, by who holds them; ownership and eligibility give nothing further."""
        found: dict[Subject, list[Edge]] = {}
        for edge in sorted(edges):
            if edge.relation in (Relation.MEMBER, Relation.ASSIGNED):
                found.setdefault(edge.holder, []).append(edge)
        return Above({holder: tuple(held) for holder, held in found.items()})


def reach(above: Above, subject: Subject) -> dict[str, tuple[str, ...]]:
    """Every permission that a subject holds, with the shortest way to it: keys of the groups between, nearest first."""
    ways: dict[str, tuple[str, ...]] = {}
    furthest = 1 if subject.type is SubjectType.ACCOUNT else 0
    queue: deque[tuple[Subject, tuple[str, ...]]] = deque([(subject, ())])
    while queue:
        holder, through = queue.popleft()
        for edge in above.by_holder.get(holder, ()):
            is_group = edge.permission.startswith(GROUP)
            if edge.permission in ways or (len(through) > furthest and not is_group):
                continue
            ways[edge.permission] = through
            if is_group:
                queue.append((group(edge.permission), (*through, edge.permission)))
    return ways


def group(key: str) -> Subject:
    """A group as a holder."""
    return Subject(key.removeprefix(GROUP), SubjectType.GROUP)
