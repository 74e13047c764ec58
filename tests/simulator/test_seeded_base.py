"""The seeded tenant says the same from both ends of every relation, at every size."""

from functools import cache

import pytest

from chamberlain.simulator.options import SimulatorOptions
from chamberlain.simulator.world.group import GroupKind
from chamberlain.simulator.world.person import AccountUse
from chamberlain.simulator.world.reference import Kind, Ref
from chamberlain.simulator.world.seeded.base import SeededBase

EVERYTHING = 10**9
SIZES = [(1, 2000, 300, 20_000), (2, 200, 45, 900), (3, 30, 25, 200), (4, 10, 5, 40), (5, 500, 1, 10), (6, 50, 0, 0)]
MANY = pytest.mark.parametrize("size", SIZES, ids=str)


@cache
def made(size: tuple[int, int, int, int]) -> SeededBase:
    seed, users, groups, memberships = size
    return SeededBase(SimulatorOptions(seed=seed, users=users, groups=groups, memberships=memberships, apps=30))


def refs(base: SeededBase) -> list[Ref]:
    return [Ref(kind, serial) for kind in Kind for serial in range(base.size(kind))]


@MANY
def test_members_and_member_of_agree(size: tuple[int, int, int, int]) -> None:
    base = made(size)
    from_groups = {
        (group, member) for group in range(base.size(Kind.GROUP)) for member in base.members(group, 0, EVERYTHING)
    }
    assert from_groups == {(group, ref) for ref in refs(base) for group in base.groups_of(ref)}
    assert len(from_groups) == sum(base.member_count(group) for group in range(base.size(Kind.GROUP)))


@MANY
def test_memberships_are_as_many_as_asked_for(size: tuple[int, int, int, int]) -> None:
    assert made(size).memberships == size[3]


@MANY
def test_slices_make_up_the_whole(size: tuple[int, int, int, int]) -> None:
    base = made(size)
    for group in range(base.size(Kind.GROUP)):
        whole = base.members(group, 0, EVERYTHING)
        assert [ref for start in range(0, len(whole), 7) for ref in base.members(group, start, start + 7)] == whole
        assert all(base.is_member(group, ref) for ref in whole)


@MANY
def test_owners_and_owned_agree(size: tuple[int, int, int, int]) -> None:
    base = made(size)
    owners = {(group, owner) for group in range(base.size(Kind.GROUP)) for owner in base.owners(group)}
    assert owners == {(group, ref) for ref in refs(base) for group in base.owned_by(ref)}


@MANY
def test_app_assignments_agree_from_both_ends(size: tuple[int, int, int, int]) -> None:
    base = made(size)
    from_apps = {
        assignment
        for resource in range(base.size(Kind.SERVICE_PRINCIPAL))
        for assignment in base.app_assignments(resource, 0, EVERYTHING)
    }
    assert from_apps == {assignment for ref in refs(base) for assignment in base.app_assignments_of(ref)}


@MANY
def test_ids_and_names_lead_back(size: tuple[int, int, int, int]) -> None:
    base = made(size)
    assert all(base.find(base.guid(ref)) == ref for ref in refs(base))
    for serial in range(base.size(Kind.USER)):
        assert base.find_user(base.person(serial).user_principal_name.upper()) == serial


@MANY
def test_managers_make_a_tree(size: tuple[int, int, int, int]) -> None:
    base = made(size)
    for serial in range(base.size(Kind.USER)):
        manager = base.manager(serial)
        assert manager is None or (manager < serial and base.person(manager).use is AccountUse.EMPLOYEE)


def test_the_population_has_every_sort_of_account() -> None:
    base = made(SIZES[0])
    people = [base.person(serial) for serial in range(base.size(Kind.USER))]
    assert {person.use for person in people} == set(AccountUse)
    assert any(person.use is AccountUse.LEAVER and base.direct_licences(person.serial) for person in people)
    assert any(person.display_name is None for person in people)
    assert any(person.display_name == "" for person in people)
    assert max(len(person.display_name or "") for person in people) >= 60


def test_groups_have_the_sizes_that_break_readers() -> None:
    base = made(SIZES[0])
    sizes = {base.member_count(group) for group in range(base.size(Kind.GROUP))}
    assert {0, 20, 21, base.size(Kind.USER)} <= sizes


def test_microsoft_365_groups_hold_users_only() -> None:
    base = made(SIZES[0])
    for group in range(base.size(Kind.GROUP)):
        if base.group(group).kind is GroupKind.MICROSOFT_365:
            assert all(member.kind is Kind.USER for member in base.members(group, 0, EVERYTHING))


def test_nesting_is_deep_and_has_a_cycle() -> None:
    base = made(SIZES[0])

    def below(group: int, trail: tuple[int, ...] = ()) -> int:
        if group in trail:
            return -1
        children = [ref.serial for ref in base.members(group, 0, EVERYTHING) if ref.kind is Kind.GROUP]
        depths = [below(child, (*trail, group)) for child in children]
        return -1 if -1 in depths else 1 + max(depths, default=0)

    assert below(3) >= 4
    assert below(23) == -1
