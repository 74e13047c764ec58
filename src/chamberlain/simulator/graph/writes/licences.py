"""Licences: given to people and to groups, and gone through again.

source  https://learn.microsoft.com/graph/api/user-assignlicense, .../group-assignlicense and
        .../user-reprocesslicenseassignment (read 2026); texts as recorded from the service
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from chamberlain.simulator.graph.answer import entity
from chamberlain.simulator.graph.call import Call
from chamberlain.simulator.graph.refusal import bad_request
from chamberlain.simulator.graph.shapes.group import GROUP
from chamberlain.simulator.graph.shapes.user import USER
from chamberlain.simulator.graph.writes.desk import Desk, read
from chamberlain.simulator.graph.writes.expiration import moment
from chamberlain.simulator.graph.writes.seats import COUNT_VIOLATION, Seats, short_of_seats, unseated
from chamberlain.simulator.message import Response, json_response
from chamberlain.simulator.world.group import GroupKind, GroupLicence
from chamberlain.simulator.world.licence import HOLDING, LicenceState, Sku, State, catalogue
from chamberlain.simulator.world.mutation import Mutation
from chamberlain.simulator.world.mutation.groups import SetGroupLicences
from chamberlain.simulator.world.mutation.people import AssignLicence, SettleLicence, UnassignLicence
from chamberlain.simulator.world.plan_rules import excluding, missing
from chamberlain.simulator.world.reference import Kind, Ref
from chamberlain.simulator.world.tenant import World
from chamberlain.simulator.world.view import View

ACCEPTED = 202
_LICENSED = frozenset({GroupKind.SECURITY, GroupKind.MAIL_SECURITY})


class _Added(msgspec.Struct, rename="camel"):
    sku_id: str
    disabled_plans: list[str] = []


class _Wanted(msgspec.Struct, rename="camel"):
    add_licenses: list[_Added]
    remove_licenses: list[str]

    def taken(self) -> list[str]:
        """SKUs that are to go."""
        return [sku.lower() for sku in self.remove_licenses]

    def given(self, skus: Sequence[Sku]) -> dict[str, tuple[str, ...]]:
        """SKUs that are to come, with the plans that are off.

        raises  GraphError 400 for what the tenant has not, and for plans that are not in the SKU
        """
        known = {sku.id: {plan.id for plan in sku.plans} for sku in skus}
        found: dict[str, tuple[str, ...]] = {}
        for one in self.add_licenses:
            sku, off = one.sku_id.lower(), tuple(sorted(plan.lower() for plan in one.disabled_plans))
            _refuse_unknown(sku, known)
            if not known[sku].issuperset(off):
                raise bad_request("One or more of the service plans that are to be disabled are not in the license.")
            if sku in found or sku in self.taken():
                raise bad_request("Duplicate values are specified in addLicenses or removeLicenses.")
            found[sku] = off
        for sku in self.taken():
            _refuse_unknown(sku, known)
        return found


def _refuse_unknown(sku: str, known: Iterable[str]) -> None:
    if sku not in known:
        raise bad_request(f"License {sku} does not correspond to a valid company License.")


class LicenceDesk(Desk):
    """The handlers."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._seats = Seats()

    def assign_to_person(self, call: Call) -> Response:
        """POST /users/{id}/assignLicense"""
        wanted = read(call.request.body, _Wanted)
        user = Ref(Kind.USER, call.user(call.keys[0]))
        view = self.newest
        given = wanted.given(view.base.skus())
        states = view.licence_states(user.serial)
        direct = {state.sku_id: state for state in states if state.by_group is None}
        _refuse_removal(wanted.taken(), direct, states)
        if given and view.person(user.serial).usage_location is None:
            raise bad_request("License assignment cannot be done for user with invalid usage location.")
        held = view.held_licences(user.serial)
        for sku in given.keys() - held.keys():
            if self._seats.free(view, sku) < 1:
                raise bad_request(f"Subscription with SKU {sku} does not have any available licenses.")
        inherited = [one for one in states if one.by_group is not None and one.state in HOLDING]
        kept = {sku: one.disabled_plans for sku, one in direct.items() if sku not in wanted.taken()}
        _refuse_plans(_plans(view, held.items()), _with_inherited(view, {**kept, **given}, inherited))
        guid, now = self.guid(user), moment()
        changes: list[Mutation] = [UnassignLicence(guid, sku) for sku in wanted.taken()]
        changes += [AssignLicence(guid, sku, off, now) for sku, off in given.items() if _differs(direct.get(sku), off)]
        return self._person(call, user, self.change(call, *changes))

    def reprocess(self, call: Call) -> Response:
        """POST /users/{id}/reprocessLicenseAssignment: what failed for want of seats comes where there are some now"""
        user = Ref(Kind.USER, call.user(call.keys[0]))
        guid, now = self.guid(user), moment()
        for state in self.newest.licence_states(user.serial):
            if state.by_group is None:
                self.change(call, AssignLicence(guid, state.sku_id, state.disabled_plans, now))
                continue
            group = self.guid(Ref(Kind.GROUP, state.by_group))
            short = state.error == COUNT_VIOLATION
            cured = short and self._seats.free(self.newest, state.sku_id) > 0
            left = (State.ACTIVE, "None") if cured else (state.state, state.error)
            self.change(call, SettleLicence(guid, state.sku_id, group, now, *left))
        return self._person(call, user, self.newest)

    def _person(self, call: Call, user: Ref, view: View) -> Response:
        fresh = replace(call, view=view)
        return json_response(200, entity(fresh, USER, view.person(user.serial), context="users"))

    def assign_to_group(self, call: Call) -> Response:
        """POST /groups/{id}/assignLicense: accepted, and here carried out at once"""
        wanted = read(call.request.body, _Wanted)
        group = call.object(call.keys[0], Kind.GROUP)
        view = self.newest
        if view.group(group.serial).kind not in _LICENSED:
            raise bad_request("Licenses can be assigned to security-enabled groups only.")
        given = wanted.given(view.base.skus())
        before = {one.sku_id: one.disabled_plans for one in view.group(group.serial).licences}
        if not before.keys() >= {*wanted.taken()}:
            raise bad_request("Group does not have a corresponding license.")
        kept = {sku: off for sku, off in before.items() if sku not in wanted.taken()}
        after = tuple(GroupLicence(sku, off) for sku, off in {**kept, **given}.items())
        short = [one for sku in given.keys() - before.keys() for one in self._short(view, group, sku)]
        if after != view.group(group.serial).licences:
            self.change(call, SetGroupLicences(self.guid(group), after), *short)
        fresh = replace(call, view=self.newest)
        found: dict[str, Any] = entity(fresh, GROUP, fresh.view.group(group.serial), context="groups")
        return json_response(ACCEPTED, found)

    def _short(self, view: View, group: Ref, sku: str) -> list[SettleLicence]:
        """Members for whom no seat is left, in the order in which they are listed."""
        members = view.members_at(group.serial, 0, view.member_places(group.serial))
        people = [ref for ref in members if ref is not None]
        return unseated(view, group, sku, short_of_seats(self._seats, view, sku, people))


def _differs(state: LicenceState | None, off: tuple[str, ...]) -> bool:
    return state is None or state.state is not State.ACTIVE or tuple(sorted(state.disabled_plans)) != off


def _refuse_removal(taken: list[str], direct: dict[str, LicenceState], states: list[LicenceState]) -> None:
    for sku in taken:
        if sku not in direct and any(state.sku_id == sku for state in states):
            raise bad_request(
                "User license is inherited from a group membership and it cannot be removed directly from the user."
            )
        if sku not in direct:
            raise bad_request("User does not have a corresponding license.")


def _plans(view: View, held: Iterable[tuple[str, tuple[str, ...]]]) -> dict[str, str]:
    """Plans that are on, by name, with their ids."""
    skus = {sku.id: sku for sku in view.base.skus()}
    return {plan.name: plan.id for sku, off in held for plan in skus[sku].plans if plan.id not in off}


def _with_inherited(view: View, direct: dict[str, tuple[str, ...]], inherited: list[LicenceState]) -> dict[str, str]:
    return _plans(view, [*direct.items(), *((one.sku_id, one.disabled_plans) for one in inherited)])


def _refuse_plans(before: dict[str, str], after: dict[str, str]) -> None:
    exclusive = excluding(before, after)
    if exclusive is not None:
        one, other = exclusive
        raise bad_request(f"License assignment failed because service plans {one}, {other} are mutually exclusive")
    lacking = missing(before, after)
    if lacking is not None:
        plan, names = lacking
        ids = {one.name: one.id for sku in catalogue().values() for one in sku.plans}
        needed = [ids[name] for name in names if name in ids]
        raise bad_request(
            f"License assignment failed because service plan {plan} depends on the service plan(s) {', '.join(needed)}"
        )
