"""Who holds directory roles: a short table that is written out when the tenant is made."""

from enum import IntEnum

from chamberlain.simulator.world.builtin_roles import builtin_roles
from chamberlain.simulator.world.person import AccountUse
from chamberlain.simulator.world.reference import Kind, Ref
from chamberlain.simulator.world.role import RoleAssignment, RoleDefinition
from chamberlain.simulator.world.seeded.people import People
from chamberlain.simulator.world.seeded.permutation import Draws, Guids
from chamberlain.simulator.world.seeded.sizes import BLOCK, ROLE_ASSIGNABLE_OFFSET

MAX_ADMINS = 200
MAX_SEARCHED = 50_000
GLOBAL_ADMINS = 3
_CUSTOM_ROLE_KIND, _ADMINISTRATIVE_UNIT_KIND = 94, 95
_MANAGED_IDENTITY = 3


class Stream(IntEnum):
    """Streams of draws that this module uses."""

    ADMIN = 40


class Roles:
    """Definitions and assignments; at most a few hundred of both, whatever the size of the tenant."""

    def __init__(
        self, people: People, *, users: int, role_groups: range, service_principals: int, draws: Draws, guids: Guids
    ) -> None:
        custom = RoleDefinition(
            guids.encode(_CUSTOM_ROLE_KIND, 0), "Onboarding Desk", "Creates people and their groups.", built_in=False,
            actions=("microsoft.directory/users/create", "microsoft.directory/groups/members/update"),
        )  # fmt: skip
        self.definitions = (*builtin_roles(), custom)
        unit = f"/administrativeUnits/{guids.encode(_ADMINISTRATIVE_UNIT_KIND, 0)}"
        found: list[RoleAssignment] = []
        for place, user in enumerate(self._admins(people, users)):
            bits = draws.draw(Stream.ADMIN, user)
            role = 0 if place < GLOBAL_ADMINS else 1 + bits % (len(self.definitions) - 1)
            found.append(self._assigned(role, Kind.USER, user))
            if bits >> 16 & 1:
                found.append(
                    self._assigned((role + 5) % len(self.definitions), Kind.USER, user, unit if bits >> 17 & 1 else "/")
                )
        for place, group in enumerate(role_groups):
            found.append(
                self._assigned((place * 3 + 5) % len(self.definitions), Kind.GROUP, group, unit if place == 1 else "/")
            )
        if service_principals > _MANAGED_IDENTITY:
            found.append(self._assigned(22, Kind.SERVICE_PRINCIPAL, _MANAGED_IDENTITY))
        self.assignments = tuple(dict.fromkeys(found))
        self._by_principal = _by_principal(self.assignments)
        self.eligible = tuple(
            dict.fromkeys(
                self._assigned((place + 7) % len(self.definitions), *held.principal, held.scope)
                for place, held in enumerate(self.assignments)
                if place % 4 == 1 and held.principal.kind is not Kind.SERVICE_PRINCIPAL
            )
        )
        """Every fourth holder may activate another role."""
        self._eligible_by_principal = _by_principal(self.eligible)

    def _assigned(self, role: int, kind: Kind, index: int, scope: str = "/") -> RoleAssignment:
        return RoleAssignment(self.definitions[role].id, Ref(kind, index), scope)

    @staticmethod
    def _admins(people: People, users: int) -> list[int]:
        """The first people, one of whom is Global Administrator in daily life, then separate admin accounts and a few
        leavers."""
        found = list(range(min(2, users)))
        for user in range(2, min(users, MAX_SEARCHED)):
            use = people.use_of(user)
            if use is AccountUse.ADMIN or (use is AccountUse.LEAVER and user % 16 == 0):
                found.append(user)
                if len(found) == MAX_ADMINS:
                    break
        return found

    def of(self, principal: Ref) -> list[RoleAssignment]:
        """Roles assigned to the principal itself."""
        return self._by_principal.get(principal, [])

    def eligible_of(self, principal: Ref) -> list[RoleAssignment]:
        """Roles that the principal itself may activate."""
        return self._eligible_by_principal.get(principal, [])


def _by_principal(assignments: tuple[RoleAssignment, ...]) -> dict[Ref, list[RoleAssignment]]:
    found: dict[Ref, list[RoleAssignment]] = {}
    for assignment in assignments:
        found.setdefault(assignment.principal, []).append(assignment)
    return found


def role_groups(groups: int, blocks: int) -> range:
    """Groups that may hold directory roles."""
    return range(ROLE_ASSIGNABLE_OFFSET, min(groups, blocks * BLOCK), BLOCK)
