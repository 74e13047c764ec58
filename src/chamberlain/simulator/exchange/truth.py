"""What Exchange alone has, for tests: who manages its groups, and who is in its dynamic groups.

A second algorithm, as the directory's truth is: the log is folded, and neither cmdlets nor views are asked."""

from collections.abc import Iterator

from chamberlain.simulator.exchange.population import born_managers
from chamberlain.simulator.world.dynamic_group import DynamicGroup, born_dynamic_groups
from chamberlain.simulator.world.fact import Shelf
from chamberlain.simulator.world.group import GroupKind
from chamberlain.simulator.world.person import AccountUse
from chamberlain.simulator.world.reference import Kind, Ref
from chamberlain.simulator.world.truth import Line, Truth

MANAGED = frozenset({GroupKind.MAIL_SECURITY, GroupKind.DISTRIBUTION})
OWN_MAILBOX = frozenset({AccountUse.EMPLOYEE, AccountUse.LEAVER, AccountUse.ADMIN})


class MailTruth:
    """Exchange's lines beside the directory's, at the same position."""

    def __init__(self, truth: Truth) -> None:
        self._truth = truth
        self._base = truth.base
        self._said = truth.folded
        born = {one.guid: one for one in born_dynamic_groups(self._base.tenant)}
        changed = {key[0]: item for key, item in self._said.entries[Shelf.DYNAMIC_GROUP].items()}
        found: dict[str, DynamicGroup | None] = {**born, **changed}
        self._groups = [one for _, one in sorted(found.items()) if one is not None]

    def lines(self, *, effective: bool, sample: list[str] | None) -> Iterator[Line]:
        """Edges, what people have through them, and the dynamic groups themselves."""
        people = self._truth.everything(Kind.USER)
        mail_groups = [one for one in self._truth.everything(Kind.GROUP) if self._is_managed(one[1])]
        for guid, ref in people:
            for group in self._groups:
                if self._finds(group, ref):
                    yield _edge(guid, _key(group), "member")
        for guid, ref in mail_groups:
            yield from (_edge(guid, _key(group), "member") for group in self._groups if group.groups)
            yield from (_edge(self._base.guid(who), f"group:{guid}", "owner") for who in self._managers(ref.serial))
        for group in self._groups:
            yield from (_edge(guid, _key(group), "owner") for guid in self._manager_of(group, people))
        if effective:
            inside = frozenset(ref.serial for _, ref in mail_groups)
            yield from self._effective(people, inside, sample)
        for group in self._groups:
            kind = GroupKind.DISTRIBUTION.value
            yield {"t": "permission", "key": _key(group), "name": group.name, "kind": kind}

    def _effective(
        self, people: list[tuple[str, Ref]], inside: frozenset[int], sample: list[str] | None
    ) -> Iterator[Line]:
        for guid, ref in people:
            if sample is not None and guid not in sample:
                continue
            through = bool(self._truth.groups_around(ref.serial) & inside)
            for group in self._groups:
                if self._finds(group, ref) or (group.groups and through):
                    yield {"t": "effective", "account": guid, "permission": _key(group)}

    def _is_managed(self, ref: Ref) -> bool:
        return self._base.group(ref.serial).kind in MANAGED

    def _finds(self, group: DynamicGroup, ref: Ref) -> bool:
        person, said = self._base.person(ref.serial), self._said.attributes
        if said.get((ref, "mail"), person.mail) is None:
            return False
        converted = self._said.entries[Shelf.MAILBOX].get((ref.serial, "mailbox_type"))
        if converted is None:
            is_own = person.use in OWN_MAILBOX
        else:
            is_own = converted[0] == "UserMailbox" and person.use in {*OWN_MAILBOX, AccountUse.SHARED_MAILBOX}
        return is_own and group.department in (None, said.get((ref, "department"), person.department) or "")

    def _managers(self, group: int) -> tuple[Ref, ...]:
        said: tuple[Ref, ...] | None = self._said.entries[Shelf.MANAGERS].get((group,))
        found = born_managers(group, users=self._truth.born_users) if said is None else said
        return tuple(ref for ref in found if self._said.is_there(ref))

    def _manager_of(self, group: DynamicGroup, people: list[tuple[str, Ref]]) -> list[str]:
        """Whoever of a department is in the tenant longest."""
        if group.department is None:
            return []
        found = sorted((ref.serial, guid) for guid, ref in people if self._finds(group, ref))
        return [guid for _, guid in found[:1]]


def _key(group: DynamicGroup) -> str:
    return f"dynamic_distribution:{group.guid}"


def _edge(holder: str, permission: str, relation: str) -> Line:
    return {"t": "edge", "holder": holder, "permission": permission, "relation": relation, "via": None, "detail": None}
