"""Plans where something is not as it should be: what is said, with which code, and that nothing is sent."""

import json
from collections.abc import Callable

import pytest

from chamberlain.actions.apply_plan import apply_plan
from chamberlain.actions.make_plan import make_plan
from chamberlain.bench.simulated import Simulated
from chamberlain.errors import ChamberlainError, Refused
from chamberlain.model.capability import Capability
from chamberlain.model.carried import Ran
from chamberlain.model.plan import PlanState, StepState
from chamberlain.model.tenant import Tenant
from chamberlain.policy.capabilities import ABILITIES
from chamberlain.queries.wishes import read_wishes
from chamberlain.settings import Settings
from chamberlain.store import plans
from chamberlain.store.connection import rows
from chamberlain.store.models import PlanRow, ScopeRow, StepRow
from chamberlain.work import apply_plan as story
from stories import ADMIN, at_once
from terminal import run

GROUPS = Capability.PROVISION_GROUPS
Choose = Callable[..., None]


@pytest.fixture
def settings(written_settings: Settings) -> Settings:
    return written_settings


@pytest.fixture
def tenant(written_tenant: Tenant, chosen: Choose) -> Tenant:
    return written_tenant


def joining(tenant: Tenant, *, place: int = 0) -> str:
    """Somebody who is not in a group, as one types it."""
    found = rows(
        """
        SELECT a.user_name || '=' || p.key AS typed FROM permission p, account a
        WHERE p.tenant_id = %(tenant)s AND p.kind = 'security_group' AND p.gone_at IS NULL AND NOT p.facts ? 'dynamic'
          AND NOT p.facts ? 'on_premises' AND NOT p.facts ? 'role_assignable'
          AND a.tenant_id = p.tenant_id AND a.type = 'member' AND a.enabled AND a.gone_at IS NULL AND a.cell & 2 = 0
          AND NOT EXISTS (SELECT FROM grants g WHERE g.tenant_id = p.tenant_id AND g.permission_id = p.id
                          AND g.holder_id = a.id AND g.closed_at IS NULL)
        ORDER BY p.key, a.guid DESC LIMIT 9
        """,
        {"tenant": tenant.id},
    )
    return str(found[place]["typed"])


def made(tenant: Tenant, settings: Settings, typed: str) -> int:
    wish = read_wishes(viewer=ADMIN, tenant=tenant, pairs=[("add", typed)])
    return make_plan(actor=ADMIN, tenant=tenant, changes=wish, reason="a test", settings=settings)


def started(tenant: Tenant, settings: Settings, plan_id: int) -> Ran:
    apply_plan(actor=ADMIN, tenant=tenant, plan_id=plan_id)
    story.apply_plan(
        at_once,
        plan_id=plan_id,
        run=plans.find(tenant_id=tenant.id, plan_id=plan_id).runs,
        settings=settings,
    )
    return plans.find(tenant_id=tenant.id, plan_id=plan_id)


def refusal(tenant: Tenant, settings: Settings, typed: str) -> Refused:
    with pytest.raises(Refused) as refused:
        apply_plan(actor=ADMIN, tenant=tenant, plan_id=made(tenant, settings, typed))
    return refused.value


def test_the_terminal_says_in_one_sentence_that_the_connection_is_for_reading(tenant: Tenant, chosen: Choose) -> None:
    chosen()
    ended = run(
        "plan", "--add", joining(tenant), "--until", "2999-12-31", "--reason", "x", "--tenant", tenant.slug, "--json"
    )
    assert ended.returncode == 3, ended.stderr
    assert json.loads(ended.stderr)["error"]["code"] == "plan_read_only"
    (barred,) = json.loads(ended.stdout)["barred"]
    assert barred["change"]["options"]["ends"] == "2999-12-31T23:59:59Z"


def test_what_was_not_chosen_and_what_was_not_granted_is_named(
    tenant: Tenant, settings: Settings, chosen: Choose
) -> None:
    chosen(Capability.OFFBOARD_ACCOUNT)
    told = refusal(tenant, settings, joining(tenant))
    assert (told.code, told.data["capability"]) == ("plan_capability_off", ABILITIES[GROUPS].title)
    chosen(GROUPS)
    enough = ("GroupMember.ReadWrite.All", "Group.ReadWrite.All")
    held = ScopeRow.objects.filter(tenant_id=tenant.id, scope__in=enough)
    before = list(held.values())
    held.delete()
    try:
        told = refusal(tenant, settings, joining(tenant))
    finally:
        ScopeRow.objects.bulk_create(ScopeRow(**one) for one in before)
    assert (told.code, told.data["scope"]) == ("plan_scope_missing", "GroupMember.ReadWrite.All")


@pytest.mark.parametrize(
    ("who", "what", "code"),
    [
        ("{domain}", "{key}", "person_ambiguous"),
        ("nobody-at-all", "{key}", "person_not_found"),
        ("{person}", "no such group", "permission_not_found"),
    ],
)
def test_names_that_mean_several_or_nothing_are_told_and_nothing_is_planned(
    tenant: Tenant, settings: Settings, who: str, what: str, code: str
) -> None:
    before = PlanRow.objects.count()
    person, _, key = joining(tenant).partition("=")
    values = {"domain": tenant.domain, "person": person, "key": key}
    with pytest.raises(ChamberlainError) as refused:
        made(tenant, settings, f"{who}={what}".format(**values))
    assert refused.value.code == code
    if code == "person_ambiguous":
        assert str(refused.value.data["candidates"]).count("@") > 1
    assert PlanRow.objects.count() == before


def test_a_plan_that_somebody_edited_is_not_carried_out(tenant: Tenant, settings: Settings) -> None:
    plan_id = made(tenant, settings, joining(tenant))
    step = StepRow.objects.get(plan_id=plan_id)
    step.content["change"]["verb"] = "remove_member"
    step.save()
    with pytest.raises(ChamberlainError, match="plan_edited"):
        apply_plan(actor=ADMIN, tenant=tenant, plan_id=plan_id)


def test_of_two_plans_for_one_person_the_second_finds_that_the_tenant_moved(tenant: Tenant, settings: Settings) -> None:
    typed = joining(tenant, place=1)
    first, second = (made(tenant, settings, typed) for _ in range(2))
    assert started(tenant, settings, first).plan.state is PlanState.DONE
    late = started(tenant, settings, second)
    assert late.plan.state is PlanState.STALE
    assert late.moved == ((1, {"member": False}, {"member": True}),)
    assert late.steps[0].tries == 0, "nothing was sent"


def test_somebody_who_vanished_stops_the_plan_before_anything_is_sent(
    tenant: Tenant, settings: Settings, written: Simulated
) -> None:
    typed = joining(tenant, place=2)
    plan_id = made(tenant, settings, typed)
    (who,) = rows(
        "SELECT guid::text AS guid FROM account WHERE tenant_id = %(tenant)s AND user_name = %(name)s",
        {"tenant": tenant.id, "name": typed.partition("=")[0]},
    )
    written.post("/_simulator/mutations", {"kind": "delete_user", "user": who["guid"]})
    late = started(tenant, settings, plan_id)
    assert late.plan.state in (PlanState.STALE, PlanState.FAILED)
    assert late.steps[0].step.proof is None


def test_seats_in_grace_are_seats(tenant: Tenant, settings: Settings) -> None:
    (found,) = rows(
        """
        SELECT a.user_name || '=' || p.key AS typed, p.facts FROM permission p, account a
        WHERE p.tenant_id = %(tenant)s AND p.kind = 'licence' AND p.gone_at IS NULL
          AND (p.facts ->> 'enabled')::int <= (p.facts ->> 'consumed')::int
          AND (p.facts ->> 'warning')::int > (p.facts ->> 'consumed')::int - (p.facts ->> 'enabled')::int
          AND a.tenant_id = p.tenant_id AND a.type = 'member' AND a.enabled AND a.gone_at IS NULL AND a.cell & 2 = 0
          AND a.facts ? 'usage_location'
          AND NOT EXISTS (SELECT FROM grants g WHERE g.tenant_id = p.tenant_id AND g.holder_id = a.id
                          AND g.permission_id = p.id AND g.closed_at IS NULL)
        ORDER BY a.guid DESC LIMIT 1
        """,
        {"tenant": tenant.id},
    )
    ran = started(tenant, settings, made(tenant, settings, found["typed"]))
    assert ran.plan.barred == ()
    assert [one.step.state for one in ran.steps] == [StepState.PROVED]
