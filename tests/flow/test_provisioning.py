"""Plans carried out in a simulated tenant: applied, proved, killed at every step, undone, refused."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from chamberlain import clock
from chamberlain.actions.apply_plan import apply_plan
from chamberlain.actions.make_plan import make_plan
from chamberlain.bench.simulated import Simulated
from chamberlain.bootstrap import World
from chamberlain.model.capability import Capability
from chamberlain.model.carried import Ran
from chamberlain.model.plan import Change, PlanState, StepState, Subject
from chamberlain.model.tenant import Tenant
from chamberlain.model.verb import Verb
from chamberlain.policy.capabilities import ABILITIES, STANDARD
from chamberlain.settings import Settings
from chamberlain.store import plans, scopes
from chamberlain.store.connection import rows
from chamberlain.work import apply_plan as story
from granting import Grants
from stories import ADMIN, connect_and_sync, perform

WRITING = (Capability.PROVISION_GROUPS, Capability.PROVISION_OWNERS, Capability.PROVISION_LICENCES,
           Capability.OFFBOARD_ACCOUNT)  # fmt: skip


@pytest.fixture(scope="module")
def simulator(start_tenant: Callable[..., Simulated]) -> Simulated:
    return start_tenant(users=120, groups=30, memberships=600, apps=6, seed=71)


@pytest.fixture
def settings(simulator: Simulated, pointed: Callable[[Simulated], Settings]) -> Settings:
    return pointed(simulator)


@pytest.fixture
def tenant(world: World, simulator: Simulated, settings: Settings) -> Tenant:
    """Connected, and let write groups, licences and accounts."""
    found = connect_and_sync(simulator, settings)
    grants = Grants(simulator)
    for one in WRITING:
        grants.grant(*(use.scope for use in ABILITIES[one].uses))
    scopes.choose(tenant_id=found.id, capabilities={*STANDARD, *WRITING}, now=clock.now(), by="a test")
    perform(found, settings)
    return found


def do(tenant: Tenant, settings: Settings, plan_id: int) -> Ran:
    """Applies a plan in this process."""
    apply_plan(actor=ADMIN, tenant=tenant, plan_id=plan_id)
    return run(tenant, settings, plan_id)


def run(tenant: Tenant, settings: Settings, plan_id: int) -> Ran:
    story.apply_plan(lambda _step, deed, *values: deed(*values), plan_id=plan_id, run=1, settings=settings)
    return plans.find(tenant_id=tenant.id, plan_id=plan_id)


def plan(tenant: Tenant, settings: Settings, *changes: Change) -> int:
    return make_plan(actor=ADMIN, tenant=tenant, changes=changes, reason="a test", settings=settings)


def plain_groups(tenant: Tenant) -> list[dict[str, Any]]:
    """Security groups that people are put into, with who is in them."""
    return rows(
        """
        SELECT p.key, array_agg(a.guid::text) FILTER (WHERE a.guid IS NOT NULL) AS members FROM permission p
        LEFT JOIN grants g ON g.tenant_id = p.tenant_id AND g.permission_id = p.id AND g.relation = 1
            AND g.closed_at IS NULL
        LEFT JOIN account a ON a.tenant_id = g.tenant_id AND a.id = g.holder_id
        WHERE p.tenant_id = %(tenant)s AND p.kind = 'security_group' AND p.gone_at IS NULL
          AND NOT coalesce((p.facts ->> 'dynamic')::bool, false)
          AND NOT coalesce((p.facts ->> 'on_premises')::bool, false)
          AND NOT coalesce((p.facts ->> 'role_assignable')::bool, false)
        GROUP BY p.key HAVING count(a.guid) BETWEEN 3 AND 30 ORDER BY p.key
        """,
        {"tenant": tenant.id},
    )


def people(tenant: Tenant) -> list[str]:
    found = rows(
        "SELECT guid::text AS guid FROM account WHERE tenant_id = %(tenant)s AND type = 'member' AND gone_at IS NULL "
        "AND enabled ORDER BY guid",
        {"tenant": tenant.id},
    )
    return [row["guid"] for row in found]


def swap(tenant: Tenant, *, leaving: int = 2, joining: int = 3) -> list[Change]:
    """Some leave a group and others join it."""
    group = plain_groups(tenant)[0]
    outside = [one for one in people(tenant) if one not in group["members"]]
    return [
        *(Change(Verb.REMOVE_MEMBER, Subject(one), group["key"]) for one in sorted(group["members"])[:leaving]),
        *(Change(Verb.ADD_MEMBER, Subject(one), group["key"]) for one in outside[:joining]),
    ]


def written(simulator: Simulated) -> list[dict[str, Any]]:

    found: list[dict[str, Any]] = json.loads(simulator.get("/_simulator/writes"))["writes"]
    return found


def test_a_plan_is_carried_out_and_every_step_proved(tenant: Tenant, settings: Settings, simulator: Simulated) -> None:
    plan_id = plan(tenant, settings, *swap(tenant))
    simulator.post("/_simulator/writes/reset", {})
    ran = do(tenant, settings, plan_id)
    assert ran.pause is None
    assert ran.plan.state is PlanState.DONE, ran
    assert ran.count(StepState.PROVED) == len(ran.steps) == 5
    for one in ran.steps:
        is_joining = one.step.change.verb is Verb.ADD_MEMBER
        assert one.step.before == {"member": not is_joining}
        assert one.step.proof is not None
        assert one.step.proof.seen == {"member": is_joining}
        assert one.tries == 1
    assert len(written(simulator)) == 3, written(simulator)  # two leave, each alone; three join together
