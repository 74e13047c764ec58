"""What is around those whom a plan touches: nothing that matters is overlooked, nothing else is claimed."""

import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from chamberlain import bootstrap
from chamberlain.model.activity import ActivitySeen, Source
from chamberlain.model.kind import Family, Relation
from chamberlain.model.observed import NIL, AccountSeen, Coverage, GrantSeen, PermissionSeen, Whole, key_of
from chamberlain.model.plan import Cause, Change, Plan, PlanState, Step, Subject
from chamberlain.model.verb import Verb
from chamberlain.store import activity, plans, tenants
from chamberlain.store.connection import transaction
from chamberlain.store.models import StepRow
from chamberlain.store.reads import surroundings
from chamberlain.store.staging import Staging

NOW = datetime(2026, 11, 25, tzinfo=UTC)
ANNE, BO, CY, DEE, EVE, APP = (f"00000000-0000-4000-8000-0000000a000{number}" for number in range(6))
POWER, UNIT, ROLE, SKU, BY_CITY, BY_STATUS = (f"00000000-0000-4000-8000-0000000b000{number}" for number in range(6))


def account(guid: str, name: str, *, enabled: bool = True, kind: str = "member") -> AccountSeen:
    return AccountSeen(guid, kind, name, f"{name}@x.example", "", enabled, "", "", None, "{}", None)


def permission(family: Family, kind: str, guid: str, **facts: object) -> PermissionSeen:
    return PermissionSeen(family, kind, guid, NIL, key_of(family, guid), kind, "", "", "", json.dumps(facts))


def held(family: Family, holder: str, guid: str, relation: Relation, *, qualifier: int = 0) -> GrantSeen:
    return GrantSeen(family, holder, "other", "", guid, NIL, relation, None, qualifier)


@pytest.fixture(scope="module")
def tenant(world: bootstrap.World) -> int:
    """Anne administers directly, Bo through a group and Cy a part only; Dee is blocked, Eve was away."""
    tenant_id = tenants.save(guid=uuid4(), name="Around", domain="around.example", now=NOW).id
    with Staging(tenant_id=tenant_id, run_id=1) as staging:
        people = [account(ANNE, "Anne"), account(BO, "Bo"), account(CY, "Cy"), account(EVE, "Eve")]
        staging.add([*people, account(DEE, "Dee", enabled=False)], unit="all")
        staging.add([account(APP, "App", kind="service_principal")], unit="all")
        staging.add(
            [
                permission(Family.GROUP, "security_group", POWER, role_assignable=True),
                permission(Family.GROUP, "security_group", BY_CITY, dynamic=True, rule='user.City -eq "Bonn"'),
                permission(
                    Family.GROUP, "security_group", BY_STATUS, dynamic=True, rule="user.accountEnabled -eq true"
                ),
                permission(Family.ROLE, "role", ROLE),
                permission(Family.LICENCE, "licence", SKU),
            ],
            unit="all",
        )
        part = staging.qualifier(json.dumps({"scope": f"/administrativeUnits/{UNIT}"}))
        assigned, member = Relation.ASSIGNED, Relation.MEMBER
        staging.add(
            [
                *(held(Family.ROLE, one, ROLE, assigned) for one in (ANNE, POWER, DEE, APP)),
                held(Family.ROLE, CY, ROLE, assigned, qualifier=part),
                held(Family.GROUP, BO, POWER, member),
                *(held(Family.LICENCE, one, SKU, assigned) for one in (ANNE, BO, DEE, EVE)),
            ],
            unit="all",
        )
        staging.complete("all")
        families = (Family.GROUP, Family.ROLE, Family.LICENCE)
        grants = tuple(Coverage(family, (assigned, member)) for family in families)
        staging.merge(Whole(accounts=True, permissions=families, grants=grants), seen_at=NOW, current=())
    uses = [ActivitySeen(ANNE, NOW, succeeded=True), ActivitySeen(EVE, NOW - timedelta(days=200), succeeded=True)]
    activity.keep(tenant_id, uses, source=Source.ENTRA, link=None, began_at=NOW, now=NOW)
    return tenant_id


def test_administrators_are_all_who_may_sign_in_and_hold_the_whole_role(tenant: int) -> None:
    found = surroundings.administrators(tenant_id=tenant, role=key_of(Family.ROLE, ROLE), since=NOW)
    assert found == {ANNE, BO}


@pytest.mark.parametrize(
    ("verb", "who", "permission", "left"),
    [
        (Verb.BLOCK, ANNE, "", {BO}),
        (Verb.REMOVE_ROLE, ANNE, key_of(Family.ROLE, ROLE), {BO}),
        (Verb.REMOVE_MEMBER, BO, key_of(Family.GROUP, POWER), {ANNE}),
        (Verb.REMOVE_MEMBER, BO, key_of(Family.GROUP, BY_CITY), {ANNE, BO}),
        (Verb.ENABLE, ANNE, "", {ANNE, BO}),
    ],
)
def test_whom_a_plan_locked_out_administrates_no_more(
    tenant: int, verb: Verb, who: str, permission: str, left: set[str]
) -> None:
    change = Change(verb, Subject(who), permission)
    with transaction():
        step = Step(1, change, "", "")
        made = Plan(0, tenant, Cause.PERSON, "x", "x", "x", NOW, NOW, "", PlanState.PLANNED, (step,))
        plan_id = plans.keep(made, simulated=False)
    role = key_of(Family.ROLE, ROLE)
    assert surroundings.administrators(tenant_id=tenant, role=role, since=NOW) == {ANNE, BO}, "nothing is sent yet"
    StepRow.objects.filter(plan_id=plan_id).update(state="proved", intended_at=NOW + timedelta(minutes=1))
    assert surroundings.administrators(tenant_id=tenant, role=role, since=NOW) == left
    assert surroundings.administrators(tenant_id=tenant, role=role, since=NOW + timedelta(hours=1)) == {ANNE, BO}
    StepRow.objects.filter(plan_id=plan_id).delete()


def test_rules_are_found_by_what_they_read(tenant: int) -> None:
    assert surroundings.ruled_by(tenant_id=tenant, properties=["city"]) == [key_of(Family.GROUP, BY_CITY)]
    assert surroundings.ruled_by(tenant_id=tenant, properties=["accountEnabled"]) == [key_of(Family.GROUP, BY_STATUS)]
    assert surroundings.ruled_by(tenant_id=tenant, properties=["%"]) == []
    assert surroundings.ruled_by(tenant_id=tenant, properties=["department"]) == []
    assert surroundings.ruled_by(tenant_id=tenant, properties=[]) == []


def test_seats_come_from_who_is_blocked_then_from_who_was_away(tenant: int) -> None:
    key = key_of(Family.LICENCE, SKU)
    since = NOW - timedelta(days=90)
    assert surroundings.idle(tenant_id=tenant, licences=[key], since=since) == {key: ("Dee", "Eve")}
    assert surroundings.idle(tenant_id=tenant, licences=[key], since=since, limit=1) == {key: ("Dee",)}
    assert surroundings.idle(tenant_id=tenant + 1, licences=[key], since=since) == {}
