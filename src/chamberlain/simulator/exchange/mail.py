"""The tenant as Exchange has it: the directory's newest state, and memberships that the directory is yet to hear of."""

import time
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from chamberlain.simulator.exchange.population import born_managers
from chamberlain.simulator.exchange.recipients import Recipients, is_exchanges
from chamberlain.simulator.world.dynamic_group import DynamicGroup
from chamberlain.simulator.world.fact import Shelf
from chamberlain.simulator.world.log import Change
from chamberlain.simulator.world.mutation import Mutation, MutationRefusedError
from chamberlain.simulator.world.mutation.groups import AddMember, RemoveMember
from chamberlain.simulator.world.reference import Kind, Ref
from chamberlain.simulator.world.tenant import World
from chamberlain.simulator.world.view import View


class _Waiting(NamedTuple):
    due: float
    mutation: AddMember | RemoveMember
    by: str


class Mail:
    """Exchange's side of the tenant. Memberships are Exchange's at once and the directory's `exchange_lag_ms` later;
    what is Exchange's alone goes into the same log and shows nowhere in Graph."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._born_users = world.origin.size(Kind.USER)
        self._waiting: list[_Waiting] = []
        self._made: list[Change] = []
        self._recipients: tuple[int, Recipients] | None = None
        self._refusing: dict[tuple[str, str], int] = {}

    @property
    def view(self) -> View:
        """The newest state of the directory."""
        return self.recipients.view

    @property
    def recipients(self) -> Recipients:
        """Who has an address, kept until the tenant changes."""
        position = self._world.log.position
        if self._recipients is None or self._recipients[0] != position:
            self._recipients = (position, Recipients(self._world.view()))
        return self._recipients[1]

    @property
    def waits(self) -> int:
        """How many memberships the directory is yet to hear of."""
        return len(self._waiting)

    @property
    def position(self) -> int:
        """Position of the newest change."""
        return self._world.log.position

    def is_member(self, group: int, holder: Ref) -> bool:
        """Whether somebody is in a group, for Exchange."""
        ids = (self.view.base.guid(Ref(Kind.GROUP, group)), self.view.base.guid(holder))
        for one in reversed(self._waiting):
            if (one.mutation.group, one.mutation.member) == ids:
                return isinstance(one.mutation, AddMember)
        return self.view.is_member(group, holder)

    def members(self, group: int) -> list[Ref]:
        """People and groups in a group, for Exchange; devices and applications are none of its."""
        view = self.view
        listed = view.members_at(group, 0, view.member_places(group))
        found = dict.fromkeys(ref for ref in listed if ref is not None and ref.kind in (Kind.USER, Kind.GROUP))
        guid = view.base.guid(Ref(Kind.GROUP, group))
        for one in self._waiting:
            ref = view.find(one.mutation.member) if one.mutation.group == guid else None
            if ref is not None and isinstance(one.mutation, AddMember):
                found[ref] = None
            elif ref is not None:
                found.pop(ref, None)
        return list(found)

    def managers(self, group: int) -> tuple[Ref, ...]:
        """Who manages a group, as far as they are there."""
        return tuple(ref for ref in self.named_managers(group) if self.view.present(ref))

    def named_managers(self, group: int) -> tuple[Ref, ...]:
        """The same with those in the bin: they come back with what they had."""
        said: tuple[Ref, ...] | None = self.view.entry(Shelf.MANAGERS, (group,), None)
        return born_managers(group, users=self._born_users) if said is None else said

    def dynamic_members(self, group: DynamicGroup) -> Iterator[Ref]:
        """The mailboxes, and the groups, that a dynamic distribution group finds."""
        for ref in self.view.everything(Kind.USER):
            shown = self.recipients.of_person(ref.serial)
            if shown["RecipientTypeDetails"] == "UserMailbox" and group.department in (None, shown["Department"]):
                yield ref
        if group.groups:
            yield from (ref for ref in self.view.everything(Kind.GROUP) if is_exchanges(self.view.group(ref.serial)))

    def dynamic_managers(self, group: DynamicGroup) -> tuple[Ref, ...]:
        """Who manages one: of a department's whoever it finds first, of the others nobody."""
        first = None if group.department is None else next(self.dynamic_members(group), None)
        return () if first is None or first.kind is not Kind.USER else (first,)

    def change_member(self, mutation: AddMember | RemoveMember, *, by: str) -> None:
        """Exchange has it from now on, and the directory soon."""
        now = time.time()
        self._made.append(Change(self.position, msgspec.json.encode(mutation), now, by))
        self._waiting.append(_Waiting(now + self._world.knobs.exchange_lag_ms / 1000, mutation, by))
        self.settle(now)

    def change(self, mutation: Mutation, *, by: str) -> None:
        """Exchange has it from now on. What is the case already changes nothing."""
        try:
            position = self._world.change(mutation, by=by)
        except MutationRefusedError:
            return
        self._made.append(Change(position, msgspec.json.encode(mutation), time.time(), by))

    def refuse(self, cmdlet: str, identity: str, *, times: int) -> None:
        """Calls of a cmdlet on this identity are refused so many times."""
        self._refusing[cmdlet.lower(), identity.lower()] = times

    def refuses(self, cmdlet: str, identity: str | None) -> bool:
        """Whether this call is to be refused; each is counted."""
        key = (cmdlet.lower(), (identity or "").lower())
        left = self._refusing.get(key, 0)
        if left:
            self._refusing[key] = left - 1
        return left > 0

    def settle(self, now: float | None = None) -> None:
        """Let the directory hear of what is due by then; of everything where no time is named."""
        while self._waiting and (now is None or self._waiting[0].due <= now):
            one = self._waiting.pop(0)
            try:
                self._world.change(one.mutation, by=one.by)
            except MutationRefusedError:
                continue  # somebody vanished meanwhile

    def made(self) -> list[Change]:
        """What was changed since this was asked last."""
        made, self._made = self._made, []
        return made
