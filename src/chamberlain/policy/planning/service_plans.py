"""Service plans that exclude or need each other, so that a licence that has them may be refused. Nobody publishes all.

Microsoft lists some, does not keep the list, and has lifted some of what it says; so a plan says "may". What the tenant
itself showed, and what Microsoft refused before, is told beside it.

source  https://learn.microsoft.com/entra/identity/users/licensing-service-plan-reference#service-plans-that-cannot-be-
        assigned-at-the-same-time (2026-08); https://learn.microsoft.com/entra/fundamentals/
        licensing-groups-resolve-problems (2026): conflicting plans, and products that others depend on
"""

from collections.abc import Iterator, Mapping

from chamberlain.model.effect import Consequence, Effect
from chamberlain.model.kind import Kind, Relation
from chamberlain.model.path import Link
from chamberlain.model.plan import Change, Subject, SubjectType
from chamberlain.model.situation import Edge, Situation
from chamberlain.policy.planning.reach import GROUP, Above, group

LICENCE = "licence:"
EXCLUSIVE: tuple[frozenset[str], ...] = (
    frozenset(  # Dynamics CRM
        {
            "119cf168-b6cf-41fb-b82e-7fee7bae5814",
            "bf36ca64-95c6-4918-9275-eb9f4ce2c04f",
            "f9646fb2-e3b2-4309-95de-dc4833737456",
            "056a5f80-b4e0-4983-a8be-7ad254a113c9",
            "2da8e897-7791-486b-b08f-cc63c8129df7",
            "6a54b05e-4fab-40e7-9828-428db3b336fa",
            "ba5f0cfa-d54a-4ea0-8cf4-a7e1dc4423d8",
        }
    ),
    frozenset(  # Exchange Online
        {
            "90927877-dcff-4af6-b346-2332c0b15bb7",
            "da040e0a-b393-4bea-bb76-928b3fa1cf5a",
            "4a82b400-a79f-41a4-b4e2-e94f5787b113",
            "1126bef5-da20-4f07-b45e-ad25d2581aa8",
            "9aaf7827-d63c-4b61-89c3-182f06f82e5c",
            "fc52cc4b-ed7d-472d-bbe7-b081c23ecc56",
        }
    ),
    # Exchange Online 1 and 2: the list says that they clash, the page about problems that they do not any more.
    frozenset({"9aaf7827-d63c-4b61-89c3-182f06f82e5c", "efb87545-963c-4e0d-99df-69c6916d9eb0"}),
    frozenset({"bea4c11e-220a-4e6d-8eb8-8ea15d019f90", "6a76346d-5d6e-4051-9fe3-ed3f312b5597"}),  # rights management
    frozenset(  # Intune
        {
            "c1ec4a95-1f05-45b3-a911-aa3fa01094f5",
            "3e170737-c728-4eae-bbb9-3f3360f7184c",
            "2dc63b8a-df3d-448f-b683-8655877c9360",
        }
    ),
    frozenset(  # SharePoint Online
        {
            "afcafa6a-d966-4462-918c-ec0b4e0fe642",
            "a361d6e2-509e-4e25-a8ad-950060064ef4",
            "902b47e5-dcb2-4fdc-858b-c63a90a2bdb9",
            "5dbe027f-2339-4123-9542-606e4d348a72",
            "63038b2c-28d0-45f6-bc36-33062963b498",
            "6b5b6a67-fc72-4a1f-a2b5-beecf05de761",
            "a1f3d0a8-84c0-4ae0-bae4-685917b8ab48",
            "c7699d2e-19aa-44de-8edf-1736da088ca1",
            "0a4983bb-d3e5-4a09-95d8-b2d0127b3df5",
            "4c9efd0c-8de7-4c71-8295-9f5fdb0dd048",
        }
    ),
    frozenset(  # Skype for Business
        {
            "afc06cb0-b4f4-4473-8286-d644f70d8faf",
            "b2669e95-76ef-4e7e-a367-002f60a39f3e",
            "0feaeb32-d00e-4d66-bd5a-43b5b83db82c",
            "70710b6b-3ab4-4a38-9f6d-9f169461650a",
        }
    ),
    frozenset(  # calling plans
        {
            "4ed3ff63-69d7-4fb7-b984-5aec7f605ca8",
            "5a10155d-f5c1-411a-a8ec-e99aae125390",
            "54a152dc-90de-4996-93d2-bc47e670fc06",
        }
    ),
    frozenset(  # Yammer
        {
            "7547a3fe-08ee-4ccb-b430-5077c5041653",
            "2078e8df-cff6-4290-98cb-5408261a760a",
            "41bf139a-4e60-409f-9346-a1361efc6dfb",
        }
    ),
)
# Of each, one of the others has to be on.
NEEDS: dict[str, frozenset[str]] = {
    # audio conferencing: Skype for Business Online (Plan 2)
    "3e26ee1f-8a5f-4d52-aee2-b81ce45c8f40": frozenset({"0feaeb32-d00e-4d66-bd5a-43b5b83db82c"}),
    # workplace analytics: Exchange Online (Plan 1) or (Plan 2)
    "f477b0f0-3bb1-4890-940c-40fcee6ce05f": frozenset(
        {"9aaf7827-d63c-4b61-89c3-182f06f82e5c", "efb87545-963c-4e0d-99df-69c6916d9eb0"}
    ),
}
NEEDED_NAMES = {
    "0feaeb32-d00e-4d66-bd5a-43b5b83db82c": "Skype for Business Online (Plan 2)",
    "9aaf7827-d63c-4b61-89c3-182f06f82e5c": "Exchange Online (Plan 1)",
    "efb87545-963c-4e0d-99df-69c6916d9eb0": "Exchange Online (Plan 2)",
}
On = Mapping[str, tuple[str, ...]]  # ids of service plans that are on, with the licences that have them


def plan_effects(change: Change, *, before: Above, after: Above, situation: Situation) -> Iterator[Effect]:
    """Why Microsoft may refuse the licences that a change brings, or takes."""
    if before is not after:
        had, has = (_on(above, change.subject, situation) for above in (before, after))
        if had.keys() != has.keys():
            yield from _exclusive(had, has, situation)
            yield from _lacking(had, has, situation)
        yield from _clashed(change, after, situation)
    said = situation.refused.get((change.verb.value, change.subject.key, change.permission))
    if said:
        yield Effect(Consequence.REFUSED_BEFORE, values={"said": said})


def _on(above: Above, subject: Subject, situation: Situation) -> On:
    """Service plans that are on, by what is held directly and through groups that somebody is a direct member of."""
    edges = list(above.held(subject))
    if subject.type is SubjectType.ACCOUNT:
        through = [one for one in edges if one.relation is Relation.MEMBER and one.permission.startswith(GROUP)]
        edges += [edge for one in through for edge in above.held(group(one.permission))]
    found: dict[str, list[str]] = {}
    for edge in edges:
        if edge.permission.startswith(LICENCE) and edge.relation is Relation.ASSIGNED:
            for plan in _plans_of(edge, situation):
                found.setdefault(plan, []).append(edge.permission)
    return {plan: tuple(keys) for plan, keys in found.items()}


def _plans_of(edge: Edge, situation: Situation) -> frozenset[str]:
    return frozenset(situation.service_plans.get(edge.permission, {})) - frozenset(edge.disabled_plans)


def _exclusive(had: On, has: On, situation: Situation) -> Iterator[Effect]:
    for together in EXCLUSIVE:
        on = sorted(together & has.keys())
        for plan in (one for one in on if one not in had):
            other = next((one for one in on if one != plan), None)
            if other is not None:
                names = f"{_name(plan, situation)}, {_name(other, situation)}"
                yield Effect(Consequence.PLANS_EXCLUDE, _link(has[other][0], situation), values={"services": names})


def _lacking(had: On, has: On, situation: Situation) -> Iterator[Effect]:
    """What needs something that is not there, where it is new, or what it needs goes."""
    for plan, needed in NEEDS.items():
        if plan in has and not needed & has.keys() and (plan not in had or needed & had.keys()):
            names = " / ".join(sorted(NEEDED_NAMES[one] for one in needed))
            values = {"service": _name(plan, situation), "needed": names}
            yield Effect(Consequence.PLAN_NEEDS, _link(has[plan][0], situation), values=values)


def _clashed(change: Change, after: Above, situation: Situation) -> Iterator[Effect]:
    """What the tenant shows of others who should have had both."""
    for edge in after.held(change.subject):
        if (change.permission, edge.permission) in situation.clashes and edge.permission != change.permission:
            yield Effect(Consequence.CLASHED_BEFORE, _link(edge.permission, situation))


def _name(plan: str, situation: Situation) -> str:
    return next((plans[plan] for plans in situation.service_plans.values() if plan in plans), plan)


def _link(key: str, situation: Situation) -> Link:
    known = situation.permissions.get(key)
    return Link(key, known.kind if known else Kind.LICENCE, known.name if known else key)
