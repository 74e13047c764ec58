"""Licences of people and groups, and the service plans in them.

    all      POST /users/{id}/assignLicense, /groups/{id}/assignLicense; addLicenses and removeLicenses are both needed
    again    POST /users/{id}/reprocessLicenseAssignment
    proof    licenseAssignmentStates of a user, which tell direct from inherited; assignedLicenses of a group

What is to change for somebody goes in one request: a swap in two could leave them with neither, or, where plans of both
exclude each other, be refused. To add a licence that is held replaces its disabled plans.
source  https://learn.microsoft.com/graph/api/user-assignlicense, group-assignlicense,
        user-reprocesslicenseassignment (2026)
"""

from collections.abc import Sequence

from chamberlain.errors import ChamberlainError
from chamberlain.graph.client import Graph
from chamberlain.graph.write import Write
from chamberlain.kinds.writing.carrying import Sending
from chamberlain.kinds.writing.ids import home, permission_id
from chamberlain.kinds.writing.shape import LicensedGroup, LicensedUser
from chamberlain.model.kind import Family
from chamberlain.model.plan import Change, Facts, Subject, SubjectType
from chamberlain.model.verb import Verb

HELD = frozenset({"Active", "ActiveWithError"})


class Licences:
    """Carries ASSIGN_LICENCE, REMOVE_LICENCE, SWAP_LICENCE, SET_PLANS and REPROCESS_LICENCES."""

    def sendings(self, changes: Sequence[Change], *, root: str, before: Sequence[Facts]) -> list[Sending]:  # noqa: ARG002 - the interface of all carriers
        """One request for each person or group, and one more for each that is to be gone through again."""
        found: list[Sending] = []
        by_subject: dict[Subject, list[tuple[Change, Facts]]] = {}
        for change, facts in zip(changes, before, strict=True):
            if change.verb is Verb.REPROCESS_LICENCES:
                found.append(Sending(Write("POST", f"{home(change.subject)}/reprocessLicenseAssignment"), (change,)))
            else:
                by_subject.setdefault(change.subject, []).append((change, facts))
        for subject, wanted in by_subject.items():
            found.extend(_assigning(subject, wanted))
        return found

    async def seen(self, graph: Graph, changes: Sequence[Change]) -> list[Facts | ChamberlainError]:
        """What each has directly of the licences that its change speaks of."""
        people = _subjects(changes, SubjectType.ACCOUNT)
        groups = _subjects(changes, SubjectType.GROUP)
        asked_of_people = [f"{home(one)}?$select=id,licenseAssignmentStates" for one in people]
        asked_of_groups = [f"{home(one)}?$select=id,assignedLicenses" for one in groups]
        told: dict[Subject, _Held | ChamberlainError] = {}
        for subject, person in zip(people, await graph.get_many(asked_of_people, LicensedUser), strict=True):
            told[subject] = person if isinstance(person, ChamberlainError) else _held_by_person(person)
        for subject, group in zip(groups, await graph.get_many(asked_of_groups, LicensedGroup), strict=True):
            told[subject] = group if isinstance(group, ChamberlainError) else _held_by_group(group)
        return [_facts(change, told[change.subject]) for change in changes]


class _Held:
    """Direct licences with their disabled plans, and when Microsoft last went through any of them."""

    __slots__ = ("plans", "processed_at")

    def __init__(self, plans: dict[str, tuple[str, ...]], processed_at: str | None) -> None:
        self.plans = plans
        self.processed_at = processed_at


def _assigning(subject: Subject, wanted: Sequence[tuple[Change, Facts]]) -> list[Sending]:
    """One request; more only where two changes speak of one licence, which one request cannot say."""
    found: list[Sending] = []
    adding: dict[str, tuple[str, ...]] = {}
    removing: list[str] = []
    carried: list[Change] = []
    for change, facts in wanted:
        gives, takes = _parts(change, facts)
        if {*gives, *takes} & {*adding, *removing}:
            found.append(_sending(subject, adding, removing, carried))
            adding, removing, carried = {}, [], []
        if gives or takes:
            adding |= gives
            removing += takes
            carried.append(change)
    return [*found, *([_sending(subject, adding, removing, carried)] if carried else [])]


def _sending(
    subject: Subject, adding: dict[str, tuple[str, ...]], removing: Sequence[str], carried: Sequence[Change]
) -> Sending:
    body = {
        "addLicenses": [{"skuId": sku, "disabledPlans": list(plans)} for sku, plans in adding.items()],
        "removeLicenses": list(removing),
    }
    return Sending(Write("POST", f"{home(subject)}/assignLicense", body), tuple(carried))


def _parts(change: Change, facts: Facts) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """What to add with which plans off, and what to remove; neither, where it is so already."""
    sku, has = _sku(change.permission), facts.get("assigned") is True
    if change.verb is Verb.REMOVE_LICENCE:
        return {}, [sku] if has else []
    now, wanted = facts.get("disabled_plans"), change.options.disabled_plans
    kept = now if has and isinstance(now, tuple) else ()
    plans = kept if wanted is None else tuple(sorted(wanted))
    gives = {} if has and plans == kept else {sku: plans}
    takes = change.verb is Verb.SWAP_LICENCE and facts.get("other_assigned") is True
    return gives, [_sku(change.options.instead_of)] if takes else []


def _held_by_person(user: LicensedUser) -> _Held:
    states = user.license_assignment_states
    moments = [one.last_updated_date_time for one in states if one.last_updated_date_time]
    direct = [one for one in states if not one.assigned_by_group and (one.state or "Active") in HELD]
    return _Held({one.sku_id.lower(): _sorted(one.disabled_plans) for one in direct}, max(moments, default=None))


def _held_by_group(group: LicensedGroup) -> _Held:
    return _Held({one.sku_id.lower(): _sorted(one.disabled_plans) for one in group.assigned_licenses}, None)


def _facts(change: Change, held: _Held | ChamberlainError) -> Facts | ChamberlainError:
    if isinstance(held, ChamberlainError):
        return held
    if change.verb is Verb.REPROCESS_LICENCES:
        return {"licences_processed_at": held.processed_at}
    sku = _sku(change.permission)
    found: Facts = {"assigned": sku in held.plans, "disabled_plans": held.plans.get(sku, ())}
    if change.verb is not Verb.SWAP_LICENCE:
        return found
    other = _sku(change.options.instead_of)
    return {**found, "other_assigned": other in held.plans, "other_disabled_plans": held.plans.get(other, ())}


def _subjects(changes: Sequence[Change], kind: SubjectType) -> list[Subject]:
    return list(dict.fromkeys(change.subject for change in changes if change.subject.type is kind))


def _sorted(plans: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(plan.lower() for plan in plans))


def _sku(key: str) -> str:
    return permission_id(key, family=Family.LICENCE)
