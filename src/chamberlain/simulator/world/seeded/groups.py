"""Groups computed from their index: kinds, names, rules, owners, and groups within groups.

Groups come in blocks of twenty; the place in the block decides the kind and the nesting, so both ends of a nesting are
known without a search."""

from enum import IntEnum

from chamberlain.simulator.world.base import Tenant
from chamberlain.simulator.world.group import Group, GroupKind, GroupLicence
from chamberlain.simulator.world.licence import Sku
from chamberlain.simulator.world.reference import Kind, Ref
from chamberlain.simulator.world.seeded.people import DAYS
from chamberlain.simulator.world.seeded.permutation import Affine, Draws, Guids
from chamberlain.simulator.world.seeded.sizes import BLOCK, EVERYONE, ROLE_ASSIGNABLE_OFFSET

S, M, X, D = GroupKind.SECURITY, GroupKind.MICROSOFT_365, GroupKind.MAIL_SECURITY, GroupKind.DISTRIBUTION
KINDS = (S, M, M, S, S, S, S, S, M, X, X, D, D, M, S, S, M, M, S, S)
NESTING = ((3, 4), (4, 5), (5, 6), (3, 7), (7, 5), (9, 10), (11, 9), (11, 12))
"""(parent, child) within a block: a chain of four, a diamond over 7, and mail groups in distribution groups."""
CYCLE = (6, 4)
CYCLE_BLOCK = 1
DYNAMIC_OFFSETS = frozenset({15, 16})
SYNCED_OFFSET = 18
SERVICE_PRINCIPAL_OFFSET = 6
DEVICE_OFFSET = 7
ROLE_ASSIGNABLE_BLOCKS = 25
OWNERLESS_GROUP = 2
ODDLY_NAMED_GROUP = 17

_TEAMS = (
    "Atlas",
    "Beacon",
    "Compass",
    "Delta",
    "Everest",
    "Falcon",
    "Granite",
    "Harbour",
    "Iris",
    "Juniper",
    "Kepler",
    "Lotus",
)
_PURPOSES = {
    S: ("Access to {} share", "{} VPN", "{} contractors", "{} build servers", "{} readers"),
    M: ("Project {}", "{} team", "{} community"),
    X: ("{} approvers", "{} on call"),
    D: ("{} news", "All {}"),
}
_DEPARTMENTS = ("Sales", "Marketing", "Engineering", "Finance", "Operations", "IT")


class Stream(IntEnum):
    """Streams of draws that this module uses."""

    GROUP = 20
    OWNER_FACTOR = 21
    OWNER_SHIFT = 22
    OWNER_COUNT = 23


class Groups:
    """The groups of a tenant, without their users."""

    def __init__(
        self,
        tenant: Tenant,
        *,
        count: int,
        users: int,
        devices: int,
        licences: dict[int, tuple[Sku, int]],
        draws: Draws,
        guids: Guids,
    ) -> None:
        self._tenant = tenant
        self._count = count
        self._users = users
        self._devices = devices
        self._licences: dict[int, tuple[GroupLicence, ...]] = {
            group: (
                GroupLicence(sku.id, tuple(sorted(plan.id for plan in sku.plans if plan.applies_to == "User")[:off])),
            )
            for group, (sku, off) in licences.items()
            if group < count
        }
        self._draws = draws
        self._guids = guids
        self._owners = Affine.drawn(users or 1, draws.draw(Stream.OWNER_FACTOR, 0), draws.draw(Stream.OWNER_SHIFT, 0))

    def licence_groups(self) -> dict[int, tuple[GroupLicence, ...]]:
        """Groups that hand out licences, and which."""
        return self._licences

    def kind(self, index: int) -> GroupKind:
        """Which of the four kinds a group is."""
        return KINDS[index % BLOCK]

    def role_assignable(self, index: int) -> bool:
        """Whether directory roles may be given to the group; Microsoft allows 500 such groups."""
        return index % BLOCK == ROLE_ASSIGNABLE_OFFSET and index // BLOCK < ROLE_ASSIGNABLE_BLOCKS

    def synced(self, index: int) -> bool:
        """Whether the group is mastered on premises."""
        return index % BLOCK == SYNCED_OFFSET or (index % BLOCK == 12 and index // BLOCK % 3 == 2)

    def _rule(self, index: int) -> str | None:
        if index == EVERYONE:
            return "user.objectId -ne null"
        if index % BLOCK in DYNAMIC_OFFSETS:
            return f'user.department -eq "{_DEPARTMENTS[index // BLOCK % len(_DEPARTMENTS)]}"'
        return None

    def _name(self, index: int, bits: int) -> str:
        if index == EVERYONE:
            return "All users"
        if index in self._licences:
            return f"Licensing {index}"
        if self.role_assignable(index):
            return f"Role holders {index // BLOCK + 1}"
        purposes = _PURPOSES[self.kind(index)]
        name = f"{purposes[bits % len(purposes)].format(_TEAMS[(bits >> 8) % len(_TEAMS)])} {index}"
        return f"<b>{name}</b>" if index == ODDLY_NAMED_GROUP else name

    def group(self, index: int) -> Group:
        """The group at an index."""
        kind = self.kind(index)
        bits = self._draws.draw(Stream.GROUP, index)
        nickname = f"{kind.value.split('_')[0]}-{index}"
        is_microsoft_365 = kind is GroupKind.MICROSOFT_365
        visibility = "Private" if self.role_assignable(index) else None
        if is_microsoft_365:
            visibility = "Private" if bits >> 16 & 1 else "Public"
        return Group(
            index,
            self._guids.encode(Kind.GROUP, index),
            kind,
            self._name(index, bits),
            f"Opened for {_TEAMS[(bits >> 8) % len(_TEAMS)]}" if bits >> 20 & 1 else None,
            nickname,
            None if kind is GroupKind.SECURITY else f"{nickname}@{self._tenant.domain}",
            self._rule(index),
            self.role_assignable(index),
            self.synced(index),
            visibility,
            is_microsoft_365 and bool(bits >> 24 & 1),
            self._licences.get(index, ()),
            DAYS[bits >> 32 & 1023],
        )

    def _nesting(self, index: int) -> tuple[tuple[int, int], ...]:
        return (*NESTING, CYCLE) if index // BLOCK == CYCLE_BLOCK else NESTING

    def children(self, index: int) -> list[Ref]:
        """Members of a group that are not users: groups, service principals, devices."""
        first = index - index % BLOCK
        found = [
            Ref(Kind.GROUP, first + child)
            for parent, child in self._nesting(index)
            if parent == index % BLOCK and first + child < self._count
        ]
        if index % BLOCK == SERVICE_PRINCIPAL_OFFSET:
            found.append(Ref(Kind.SERVICE_PRINCIPAL, 0))
        if index % BLOCK == DEVICE_OFFSET and self._devices:
            found.append(Ref(Kind.DEVICE, index // BLOCK % self._devices))
        return found

    def parents(self, child: Ref) -> list[int]:
        """Groups that hold a group, service principal or device, ascending: the other end of `children`."""
        if child.kind is Kind.GROUP:
            first = child.serial - child.serial % BLOCK
            return sorted(
                {
                    first + parent
                    for parent, low in self._nesting(child.serial)
                    if low == child.serial % BLOCK and first + parent < self._count
                }
            )
        if child.kind is Kind.SERVICE_PRINCIPAL:
            return list(range(SERVICE_PRINCIPAL_OFFSET, self._count, BLOCK)) if child.serial == 0 else []
        return list(range(DEVICE_OFFSET + child.serial * BLOCK, self._count, BLOCK * self._devices))

    def _owner_count(self, index: int) -> int:
        """Owners of a group. Graph shows none for groups made in Exchange or mastered on premises."""
        kind = self.kind(index)
        if kind in {GroupKind.MAIL_SECURITY, GroupKind.DISTRIBUTION} or self.synced(index) or index == OWNERLESS_GROUP:
            return 0
        bits = self._draws.draw(Stream.OWNER_COUNT, index)
        return min(self._users, 1 + bits % 3 if kind is GroupKind.MICROSOFT_365 else bits % 3)

    def owners(self, index: int) -> list[Ref]:
        """Owners of a group: places 3g, 3g+1, 3g+2 of one long line of users."""
        return [
            Ref(Kind.USER, self._owners.forward((3 * index + number) % self._users))
            for number in range(self._owner_count(index))
        ]

    def owned_by(self, user: int) -> list[int]:
        """Groups a user owns: every `users`-th place of the line is the user's."""
        places = range(self._owners.inverse(user), 3 * self._count, self._users)
        return [place // 3 for place in places if place % 3 < self._owner_count(place // 3)]
