"""Valid random changes by the hundred, the same for the same seed at the same position."""

from collections.abc import Callable
from random import Random
from typing import Any

import msgspec

from chamberlain.simulator.world.application import DEFAULT_ACCESS, USER
from chamberlain.simulator.world.group import GroupKind
from chamberlain.simulator.world.mutation import Mutation, MutationRefusedError, applications, groups, people, roles
from chamberlain.simulator.world.mutation.groups import RESTORABLE
from chamberlain.simulator.world.reference import Kind, Ref
from chamberlain.simulator.world.tenant import World

FEWEST_GROUPS = 20
_TRIES = 60
_DEPARTMENTS = ("Research", "Quality", "Treasury", "Field service", "Procurement")
_JOBS = ("Analyst", "Lead", "Specialist", "Coordinator", "Director")


class Churn(msgspec.Struct, forbid_unknown_fields=True):
    """How many changes of each sort; users and groups that change are distinct."""

    seed: int = 1
    users: int = 0
    groups: int = 0
    memberships: int = 0
    app_assignments: int = 0
    roles: int = 0
    creates: int = 0
    deletes: int = 0
    licences: int = 0
    owners: int = 0
    eligible: int = 0


class _Maker:
    """Makes one mutation after another; each looks at the tenant as the one before has left it."""

    def __init__(self, world: World, wish: Churn) -> None:
        self._world = world
        self._random = Random(f"{wish.seed}/{world.log.position}")  # noqa: S311 -- has to be repeatable
        self._view = world.view()
        self._seen: set[Ref] = set()
        self._places = self._pick_groups(max(FEWEST_GROUPS, wish.memberships // 50) if wish.memberships else 0)

    def _pick_groups(self, count: int) -> list[Ref]:
        found: dict[Ref, None] = {}
        for _ in range(count * _TRIES):
            if len(found) == count:
                break
            group = self._any(Kind.GROUP)
            if group is not None:
                found[group] = None
        return list(found)

    def _any(self, kind: Kind) -> Ref | None:
        size = self._view.size(kind)
        ref = Ref(kind, self._random.randrange(size)) if size else None
        return ref if ref is not None and self._view.present(ref) else None

    def _needed(self, kind: Kind) -> Ref:
        found = self._any(kind)
        if found is None:
            raise MutationRefusedError("There is nothing at this place.")
        return found

    def _new(self, kind: Kind) -> Ref:
        found = self._needed(kind)
        if found in self._seen:
            raise MutationRefusedError("This one has changed already.")
        return found

    def _guid(self, ref: Ref) -> str:
        return self._view.base.guid(ref)

    def user(self, number: int) -> Mutation:
        """Another property of somebody."""
        ref, draw = self._new(Kind.USER), self._random
        person = self._view.person(ref.serial)
        user = person.id
        choices: tuple[Callable[[], Mutation], ...] = (
            lambda: people.UpdateUser(user, display_name=f"{person.display_name or 'Nobody'} {number}"),
            lambda: people.UpdateUser(user, department=draw.choice(_DEPARTMENTS)),
            lambda: people.UpdateUser(user, job_title=draw.choice(_JOBS)),
            lambda: people.UpdateUser(user, account_enabled=not person.enabled),
            lambda: people.UpdateUser(user, manager=self._guid(self._needed(Kind.USER))),
        )
        mutation = draw.choice(choices)()
        self._seen.add(ref)
        return mutation

    def group(self, number: int) -> Mutation:
        """Another name of a group."""
        ref = self._new(Kind.GROUP)
        group = self._view.group(ref.serial)
        self._seen.add(ref)
        return groups.RenameGroup(group.id, f"{group.display_name[:80]} {number}")

    def membership(self, number: int) -> Mutation:
        """Somebody comes or goes, in one group after the other."""
        if not self._places:
            raise MutationRefusedError("There are no groups.")
        group = self._places[number % len(self._places)]
        places = self._view.member_places(group.serial)
        if places and self._random.random() < 0.5:
            place = self._random.randrange(places)
            member = self._view.members_at(group.serial, place, place + 1)[0]
            if member is not None:
                return groups.RemoveMember(self._guid(group), self._guid(member))
        return groups.AddMember(self._guid(group), self._guid(self._needed(Kind.USER)))

    def app_assignment(self, _number: int) -> Mutation:
        """Somebody is assigned to an application, or no longer."""
        app = self._view.service_principal(self._needed(Kind.SERVICE_PRINCIPAL).serial)
        if not app.tags:
            raise MutationRefusedError("Nobody is assigned to this one by hand.")
        places = self._view.assignment_places(app.serial)
        if places and self._random.random() < 0.5:
            place = self._random.randrange(places)
            held = self._view.assignments_at(app.serial, place, place + 1)[0]
            if held is not None:
                return applications.UnassignApp(self._guid(held.principal), app.id, held.role_id)
        offered = [role.id for role in app.roles_for(USER)] or [DEFAULT_ACCESS]
        kind = Kind.GROUP if self._random.random() < 0.2 else Kind.USER
        return applications.AssignApp(self._guid(self._needed(kind)), app.id, self._random.choice(offered))

    def role(self, _number: int) -> Mutation:
        """A directory role is given or taken."""
        held = self._view.role_assignments()
        if held and self._random.random() < 0.5:
            one = self._random.choice(held)
            return roles.UnassignRole(self._guid(one.principal), one.role_id, one.scope)
        return roles.AssignRole(self._guid(self._needed(Kind.USER)), self._role())

    def eligible(self, _number: int) -> Mutation:
        """A directory role may be activated, or no longer."""
        held = self._view.eligible_assignments()
        if held and self._random.random() < 0.5:
            one = self._random.choice(held)
            return roles.UnmakeEligible(self._guid(one.principal), one.role_id, one.scope)
        return roles.MakeEligible(self._guid(self._needed(Kind.USER)), self._role())

    def _role(self) -> str:
        return self._random.choice(self._view.base.role_definitions()).id

    def create(self, number: int) -> Mutation:
        """Somebody or some group is new."""
        if number % 2:
            return groups.CreateGroup(f"New group {number}", self._random.choice(list(GroupKind)))
        return people.CreateUser(f"New person {number}", department=self._random.choice(_DEPARTMENTS))

    def delete(self, number: int) -> Mutation:
        """Somebody or some group is deleted, or comes back."""
        kind = Kind.GROUP if number % 2 else Kind.USER
        gone = self._view.deleted(kind)
        if gone and self._random.random() < 0.3:
            guid = self._guid(self._random.choice(gone)[0])
            return groups.RestoreGroup(guid) if kind is Kind.GROUP else people.RestoreUser(guid)
        guid = self._guid(self._needed(kind))
        return groups.DeleteGroup(guid) if kind is Kind.GROUP else people.DeleteUser(guid)

    def licence(self, _number: int) -> Mutation:
        """A licence is given, changed or taken."""
        user = self._needed(Kind.USER)
        held = [state for state in self._view.licence_states(user.serial) if state.by_group is None]
        if held and self._random.random() < 0.5:
            return people.UnassignLicence(self._guid(user), self._random.choice(held).sku_id)
        sku = self._random.choice(self._view.base.skus())
        plans = [plan.id for plan in sku.plans if plan.applies_to == USER]
        off = self._random.sample(plans, min(len(plans), self._random.randrange(3)))
        return people.AssignLicence(self._guid(user), sku.id, tuple(off))

    def owner(self, _number: int) -> Mutation:
        """A group is owned by somebody, or no longer."""
        ref = self._needed(Kind.GROUP)
        if self._view.group(ref.serial).kind not in RESTORABLE:
            raise MutationRefusedError("Graph shows no owners of this group.")
        owners = self._view.owners(ref.serial)
        if owners and self._random.random() < 0.5:
            return groups.RemoveOwner(self._guid(ref), self._guid(self._random.choice(owners)))
        return groups.AddOwner(self._guid(ref), self._guid(self._needed(Kind.USER)))

    def many(self, count: int, make: Callable[[int], Mutation]) -> int:
        """Carry out `count` of them, if the tenant has room for so many; answers how many it had."""
        made = 0
        for _ in range(count * _TRIES):
            if made == count:
                break
            try:
                self._world.change(make(made))
            except MutationRefusedError:
                continue
            made += 1
            self._view = self._world.view()
        return made


def churn(world: World, wish: Churn) -> dict[str, Any]:
    """Carry out what is wished; answers the new position and what was made of each sort."""
    maker = _Maker(world, wish)
    made = {
        "creates": maker.many(wish.creates, maker.create),
        "users": maker.many(wish.users, maker.user),
        "groups": maker.many(wish.groups, maker.group),
        "memberships": maker.many(wish.memberships, maker.membership),
        "app_assignments": maker.many(wish.app_assignments, maker.app_assignment),
        "roles": maker.many(wish.roles, maker.role),
        "eligible": maker.many(wish.eligible, maker.eligible),
        "licences": maker.many(wish.licences, maker.licence),
        "owners": maker.many(wish.owners, maker.owner),
        "deletes": maker.many(wish.deletes, maker.delete),
    }
    return {"position": world.log.position, "made": made}
