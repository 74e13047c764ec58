"""The truth about the tenant at a position, for tests and the demo only: who holds what, and through which path.

A second algorithm. Serving reads the base from the group's and the application's side through `View`; the truth folds
the log by
itself and asks the base from the holder's side. Lines are sorted by `t` and then by their fields."""

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any, NamedTuple

import msgspec

from chamberlain.simulator.world.application import DEFAULT_ACCESS, EXCHANGE_APP_ID, GRAPH_APP_ID, USER, AppAssignment
from chamberlain.simulator.world.base import Base
from chamberlain.simulator.world.fact import Relation, Shelf
from chamberlain.simulator.world.folded import Folded
from chamberlain.simulator.world.group import GroupLicence
from chamberlain.simulator.world.grown import Grown
from chamberlain.simulator.world.licence import HOLDING, LicenceState
from chamberlain.simulator.world.log import ChangeLog
from chamberlain.simulator.world.reference import Kind, Ref
from chamberlain.simulator.world.role import RoleAssignment, Schedule
from chamberlain.simulator.world.sign_in import last_sign_in, written

Line = dict[str, Any]
DEFAULT_ACCESS_NAME = "Default Access"
_STEP = 200


class Edge(NamedTuple):
    """One direct edge; the order of the fields is the order of sorting."""

    permission: str
    relation: str
    via: str
    detail: Line | None


class Truth:
    """Lines of the truth at one position, made one after another."""

    def __init__(self, base: Base, log: ChangeLog, position: int) -> None:
        self._folded = Folded(base, log, position)
        self._base = self._folded.grown
        self.born_users = base.size(Kind.USER)
        self._above: dict[int, frozenset[int]] = {}
        self._plans = {sku.id: [plan.id for plan in sku.plans if plan.applies_to == USER] for sku in base.skus()}
        named = (ref.serial for ref, name in self._folded.attributes if ref.kind is Kind.GROUP and name == "licences")
        self._licensing = {*base.licence_groups(), *named}
        self._services = {  # their roles are permissions of applications, which nobody else holds
            ref.serial
            for ref in self._all(Kind.SERVICE_PRINCIPAL)
            if base.service_principal(ref.serial).app_id in (GRAPH_APP_ID, EXCHANGE_APP_ID)
        }

    @property
    def folded(self) -> Folded:
        """What the log says."""
        return self._folded

    @property
    def base(self) -> Grown:
        """Everything that was ever in the tenant, as it came in."""
        return self._base

    def everything(self, *kinds: Kind) -> list[tuple[str, Ref]]:
        """What is there of these kinds, by object id."""
        return self._sorted(*kinds)

    def groups_around(self, user: int) -> frozenset[int]:
        """Every group that a person is in, however deep."""
        groups = self.groups_of(Ref(Kind.USER, user))
        return frozenset(above for group in groups for above in self._groups_above(group))

    def _all(self, kind: Kind) -> Iterator[Ref]:
        for serial in range(self._base.size(kind)):
            ref = Ref(kind, serial)
            if self._folded.is_there(ref):
                yield ref

    def _sorted(self, *kinds: Kind) -> list[tuple[str, Ref]]:
        return sorted((self._base.guid(ref), ref) for kind in kinds for ref in self._all(kind))

    def _related(self, relation: Relation, holder: Ref, from_base: Sequence[int]) -> set[int]:
        begun, ended = self._folded.begun[relation, holder], self._folded.ended[relation, holder]
        return {group for group in {*from_base, *begun} - ended if self._folded.is_there(Ref(Kind.GROUP, group))}

    def groups_of(self, holder: Ref) -> set[int]:
        """Groups that the holder is directly in."""
        return self._related(Relation.MEMBER, holder, self._base.groups_of(holder))

    def _roles(self, holder: Ref) -> list[RoleAssignment]:
        return self._folded.settled(Shelf.ROLE, holder, {tuple(held): held for held in self._base.roles_of(holder)})

    def _apps(self, holder: Ref) -> list[AppAssignment]:
        from_base = {held[:3]: held for held in self._base.app_assignments_of(holder)}
        return self._folded.settled(Shelf.APP, holder, from_base)

    def _groups_above(self, group: int) -> frozenset[int]:
        """The group itself and every group that it is in, however deep; a cycle ends by itself."""
        if group not in self._above:
            seen, waiting = {group}, [group]
            while waiting:
                new = self.groups_of(Ref(Kind.GROUP, waiting.pop())) - seen
                seen |= new
                waiting.extend(new)
            self._above[group] = frozenset(seen)
        return self._above[group]

    def _licences(self, user: int, groups: set[int]) -> list[LicenceState]:
        direct = {(user, state.sku_id): state for state in self._base.direct_licences(user)}
        states: list[LicenceState] = self._folded.settled(Shelf.LICENCE, Ref(Kind.USER, user), direct)
        settled = self._folded.entries[Shelf.SETTLED]
        for group in groups & self._licensing:
            for licence in self._handed_out(group):
                state = self._base.inherited_licence(user, group, licence)
                left = settled.get((user, licence.sku_id, group))
                states.append(state if left is None else left.applied(state))
        return states

    def _handed_out(self, group: int) -> tuple[GroupLicence, ...]:
        """Licences that a group gives to its members."""
        said: tuple[GroupLicence, ...] | None = self._folded.attributes.get((Ref(Kind.GROUP, group), "licences"))
        return self._base.licence_groups().get(group, ()) if said is None else said

    def _group_key(self, group: int) -> str:
        return f"group:{self._base.guid(Ref(Kind.GROUP, group))}"

    def _app_role_key(self, resource: int, role_id: str) -> str:
        return f"app_role:{self._base.guid(Ref(Kind.SERVICE_PRINCIPAL, resource))}:{role_id}"

    def accounts(self) -> Iterator[Line]:
        """One line a user."""
        said = self._folded.attributes
        for guid, ref in self._sorted(Kind.USER):
            person = self._base.person(ref.serial)
            serial = said.get((ref, "manager"), self._base.manager(ref.serial))
            manager = None if serial is None else Ref(Kind.USER, serial)
            yield {
                "t": "account",
                "id": guid,
                "upn": said.get((ref, "user_principal_name"), person.user_principal_name),
                "name": said.get((ref, "display_name"), person.display_name),
                "enabled": said.get((ref, "enabled"), person.enabled),
                "type": "Guest" if person.is_guest else "Member",
                "manager": self._base.guid(manager) if manager and self._folded.is_there(manager) else None,
            }

    def activity(self) -> Iterator[Line]:
        """One line a user: last sign-ins, None for what there is no record of."""
        for guid, ref in self._sorted(Kind.USER):
            found = last_sign_in(self._base.person(ref.serial)) or (None, None, None)
            interactive, by_client, successful = (written(moment) for moment in found)
            yield {"t": "activity", "id": guid, "interactive": interactive, "by_client": by_client,
                   "successful": successful}  # fmt: skip

    def _licence_edges(self, holder: Ref, groups: set[int]) -> Iterator[Edge]:
        if holder.kind is Kind.USER:
            for state in self._licences(holder.serial, groups):
                via = "" if state.by_group is None else self._base.guid(Ref(Kind.GROUP, state.by_group))
                detail = {"disabled": sorted(state.disabled_plans), "error": state.error, "state": state.state.value}
                yield Edge(f"licence:{state.sku_id}", "assigned", via, detail)
        elif holder.kind is Kind.GROUP:
            for licence in self._handed_out(holder.serial):
                yield Edge(f"licence:{licence.sku_id}", "assigned", "", {"disabled": sorted(licence.disabled_plans)})

    def _edges_of(self, holder: Ref) -> list[Edge]:
        groups = self.groups_of(holder)
        found = [Edge(self._group_key(group), "member", "", None) for group in groups]
        owned = self._related(Relation.OWNER, holder, self._base.owned_by(holder))
        found.extend(Edge(self._group_key(group), "owner", "", None) for group in owned)
        found.extend(
            Edge(f"role:{held.role_id}", "assigned", "", self._when(Shelf.ROLE, held)) for held in self._roles(holder)
        )
        eligible = {tuple(held): held for held in self._base.eligible_of(holder)}
        found.extend(
            Edge(f"role:{held.role_id}", "eligible", "", self._when(Shelf.ELIGIBLE, held))
            for held in self._folded.settled(Shelf.ELIGIBLE, holder, eligible)
        )
        found.extend(
            Edge(self._app_role_key(held.resource, held.role_id), "assigned", "", None)
            for held in self._apps(holder)
            if held.resource not in self._services
        )
        found.extend(self._licence_edges(holder, groups))
        return sorted(found, key=lambda edge: (edge[:3], msgspec.json.encode(edge.detail)))

    def _when(self, shelf: Shelf, held: RoleAssignment) -> Line:
        """Where a role holds, and until when if it ends by itself."""
        schedule: Schedule | None = self._folded.entries[Shelf.SCHEDULE].get((shelf.value, *held))
        ends = None if schedule is None else schedule.ends
        return {"scope": held.scope} if ends is None else {"scope": held.scope, "ends": ends}

    def edges(self) -> Iterator[Line]:
        """Direct edges, holder by holder."""
        for guid, ref in self._sorted(*Kind):
            for permission, relation, via, detail in self._edges_of(ref):
                yield {
                    "t": "edge",
                    "holder": guid,
                    "permission": permission,
                    "relation": relation,
                    "via": via or None,
                    "detail": detail,
                }

    def effective_of(self, user: int) -> set[str]:
        """Everything that a person really has."""
        holder = Ref(Kind.USER, user)
        groups = self.groups_of(holder)
        found = {self._group_key(above) for group in groups for above in self._groups_above(group)}
        for principal in (holder, *(Ref(Kind.GROUP, group) for group in groups)):
            found.update(f"role:{held.role_id}" for held in self._roles(principal))
            found.update(self._app_role_key(held.resource, held.role_id) for held in self._apps(principal))
        for state in self._licences(user, groups):
            if state.state in HOLDING:
                found.add(f"licence:{state.sku_id}")
                on = (plan for plan in self._plans[state.sku_id] if plan not in state.disabled_plans)
                found.update(f"service_plan:{state.sku_id}:{plan}" for plan in on)
        return found

    def effective(self, sample: set[str] | None) -> Iterator[Line]:
        """What people really have, of everybody or of a sample."""
        for guid, ref in self._sorted(Kind.USER):
            if sample is None or guid in sample:
                for permission in sorted(self.effective_of(ref.serial)):
                    yield {"t": "effective", "account": guid, "permission": permission}

    def _app_role_lines(self) -> Iterator[Line]:
        for ref in self._all(Kind.SERVICE_PRINCIPAL):
            offered = self._base.service_principal(ref.serial).roles_for(USER)
            for role in offered:
                yield {"t": "permission", "key": self._app_role_key(ref.serial, role.id), "name": role.display_name}
        for resource in sorted(self._default_access()):
            yield {"t": "permission", "key": self._app_role_key(resource, DEFAULT_ACCESS), "name": DEFAULT_ACCESS_NAME}

    def _default_access(self) -> set[int]:
        """Applications to which somebody is assigned without a role."""
        return {ref.serial for ref in self._all(Kind.SERVICE_PRINCIPAL) if self._has_default_access(ref.serial)}

    def _has_default_access(self, resource: int) -> bool:
        added = (item for key, item in self._folded.entries[Shelf.APP].items() if key[:2] == (resource, DEFAULT_ACCESS))
        if any(item is not None and self._folded.is_there(item.principal) for item in added):
            return True
        return self._base_has_default_access(resource)

    def _base_has_default_access(self, resource: int) -> bool:
        if self._base.service_principal(resource).roles_for(USER):
            return False
        said = self._folded.entries[Shelf.APP]
        for start in range(0, self._base.app_assignment_count(resource), _STEP):
            for held in self._base.app_assignments(resource, start, start + _STEP):
                if held.role_id == DEFAULT_ACCESS and held[:3] not in said and self._folded.is_there(held.principal):
                    return True
        return False

    def permissions(self) -> Iterator[Line]:
        """Everything that can be held."""
        lines: list[Line] = list(self._app_role_lines())
        for ref in self._all(Kind.GROUP):
            group = self._base.group(ref.serial)
            name = self._folded.attributes.get((ref, "display_name"), group.display_name)
            lines.append({"t": "permission", "key": f"group:{group.id}", "name": name, "kind": group.kind.value})
        lines.extend(
            {"t": "permission", "key": f"role:{role.id}", "name": role.display_name}
            for role in self._base.role_definitions()
        )
        for sku in self._base.skus():
            lines.append({"t": "permission", "key": f"licence:{sku.id}", "name": sku.part_number})
            lines.extend(
                {"t": "permission", "key": f"service_plan:{sku.id}:{plan.id}", "name": plan.name}
                for plan in sku.plans
                if plan.applies_to == USER
            )
        yield from sorted(lines, key=lambda line: str(line["key"]))

    def consents(self) -> Iterator[Line]:
        """What applications may do in people's names."""
        found = {item[:3]: item for item in self._base.delegated_grants()} | self._folded.entries[Shelf.CONSENT]
        grants = [item for item in found.values() if item is not None]
        lines = [
            {
                "t": "consent",
                "client": self._base.guid(Ref(Kind.SERVICE_PRINCIPAL, grant.client)),
                "resource": self._base.guid(Ref(Kind.SERVICE_PRINCIPAL, grant.resource)),
                "principal": None if grant.principal is None else self._base.guid(grant.principal),
                "scope": grant.scope,
            }
            for grant in grants
            if grant.principal is None or self._folded.is_there(grant.principal)
        ]
        yield from sorted(lines, key=lambda line: (line["client"], line["resource"], line["principal"] or ""))

    def sample(self, size: int, seed: int) -> list[str]:
        """Users picked by chance, the same for the same seed."""
        people = list(self._all(Kind.USER))
        picked = Random(seed).sample(people, min(size, len(people)))  # noqa: S311 -- a sample for tests, no secret
        return sorted(self._base.guid(user) for user in picked)


def truth_lines(
    truth: Truth, *, effective: bool, sample: list[str] | None, consents: bool = False, activity: bool = False
) -> Iterator[Line]:
    """The whole truth, in order; a sample is announced first."""
    if sample is not None:
        yield {"t": "sample", "accounts": sample}
    yield from truth.accounts()
    yield from truth.edges()
    if effective:
        yield from truth.effective(None if sample is None else set(sample))
    yield from truth.permissions()
    if consents:
        yield from truth.consents()
    if activity:
        yield from truth.activity()
