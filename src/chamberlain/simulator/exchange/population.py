"""What Exchange has beside the directory: who manages its groups before anybody changes that, and how much lies in a
mailbox. Computed, like everything else of a tenant."""

from chamberlain.simulator.world.person import Person
from chamberlain.simulator.world.reference import Kind, Ref
from chamberlain.simulator.world.seeded.permutation import MASK_64, mix

ORGANISATION_MANAGEMENT = "Organization Management"
"""The role group that manages a group which no person does.

source  https://learn.microsoft.com/powershell/module/exchange/new-distributiongroup (read 2026), ManagedBy
"""
UNMANAGED_EVERY = 5
GIGABYTE = 1024**3
LARGEST = 99 * GIGABYTE


def born_managers(group: int, *, users: int) -> tuple[Ref, ...]:
    """Who manages a group at first, of so many people: one or two of them; nobody of every fifth."""
    if not users or group % UNMANAGED_EVERY == 0:
        return ()
    draw = mix(group + 1 & MASK_64)
    first = draw % users
    found = (Ref(Kind.USER, first), Ref(Kind.USER, (first + 1 + (draw >> 32) % max(1, users - 1)) % users))
    return tuple(dict.fromkeys(found[: 1 + draw % 2]))


def born_size(person: Person) -> int:
    """Bytes in a mailbox at first: a few gigabytes, now and then more than fifty."""
    draw = mix(person.serial + 7 & MASK_64)
    return draw % LARGEST if draw >> 60 == 0 else draw % (8 * GIGABYTE)
