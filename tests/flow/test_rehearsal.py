"""A plan is rehearsed: every step says what would come of it, and nothing is written."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from chamberlain.actions.apply_plan import apply_plan
from chamberlain.actions.make_plan import make_plan
from chamberlain.actions.rehearse_plan import rehearse_plan
from chamberlain.actions.stop_writers import set_guards
from chamberlain.bench.simulated import Simulated
from chamberlain.errors import Conflict, Refused
from chamberlain.model.guard import Guard, Rails
from chamberlain.model.plan import Change, PlanState, Subject
from chamberlain.model.rehearsal import Rehearsal, Verdict
from chamberlain.model.tenant import Tenant
from chamberlain.model.verb import Verb
from chamberlain.settings import Settings
from chamberlain.store import plans
from chamberlain.store.connection import rows
from chamberlain.work import apply_plan as story
from stories import ADMIN, NOBODY, at_once, perform
from terminal import run

WIDE = Rails(share_per_plan=100, share_per_hour=100, most_per_hour=100_000)


@pytest.fixture
def settings(written_settings: Settings) -> Settings:
    return written_settings


@pytest.fixture
def tenant(written_tenant: Tenant, settings: Settings) -> Iterator[Tenant]:
    """As it is by now: other tests have changed it."""
    perform(written_tenant, settings)
    set_guards(actor=ADMIN, tenant=written_tenant, rails=WIDE)
    yield written_tenant
    set_guards(actor=ADMIN, tenant=written_tenant, rails=Rails())


def joins(tenant: Tenant) -> list[Change]:
    """Three people join a plain group that they are not in."""
    found = rows(
        """
        SELECT a.guid::text AS guid, p.key FROM permission AS p CROSS JOIN account AS a
        WHERE p.tenant_id = %(tenant)s AND p.kind = 'security_group' AND p.gone_at IS NULL
          AND NOT p.facts ? 'dynamic' AND NOT p.facts ? 'on_premises' AND NOT p.facts ? 'role_assignable'
          AND a.tenant_id = p.tenant_id AND a.type = 'member' AND a.gone_at IS NULL AND a.cell & 2 = 0
          AND NOT EXISTS (SELECT FROM grants AS g WHERE g.tenant_id = p.tenant_id AND g.permission_id = p.id
                          AND g.holder_id = a.id AND g.closed_at IS NULL)
        ORDER BY p.key DESC, a.guid LIMIT 3
        """,
        {"tenant": tenant.id},
    )
    return [Change(Verb.ADD_MEMBER, Subject(row["guid"]), row["key"]) for row in found]


def written_to(simulator: Simulated) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(simulator.get("/_simulator/writes"))["writes"]
    return found


def test_a_rehearsal_says_what_each_step_would_send_and_sends_nothing(
    tenant: Tenant, settings: Settings, written: Simulated
) -> None:
    changes = joins(tenant)
    group = changes[0].permission.removeprefix("group:")
    plan_id = make_plan(actor=ADMIN, tenant=tenant, changes=changes, reason="a test", settings=settings)
    written.post("/_simulator/writes/reset", {})

    def rehearsed() -> Rehearsal:
        return rehearse_plan(actor=ADMIN, tenant=tenant, plan_id=plan_id, settings=settings)

    found = rehearsed()
    assert [one.verdict for one in found.steps] == [Verdict.SENT] * 3
    assert {one.request for one in found.steps} == {f"PATCH /groups/{group}"}
    assert [one.together for one in found.steps] == [(2, 3), (1, 3), (1, 2)]
    assert (found.requests, found.would_write, found.is_stale) == (1, True, False)
    joined = {"kind": "add_member", "group": group, "member": changes[0].subject.guid}
    written.post("/_simulator/mutations", joined)
    moved = rehearsed()
    assert [one.verdict for one in moved.steps].count(Verdict.MOVED) == 1
    assert (moved.is_stale, moved.would_write) == (True, False)
    set_guards(actor=ADMIN, tenant=tenant, rails=replace(WIDE, most_per_plan=1))
    assert {one.guard for one in rehearsed().held} == {Guard.TOO_MANY_IN_PLAN}
    told = run("apply", str(plan_id), "--rehearse", "--tenant", tenant.slug, "--json")
    assert told.returncode == 0, told.stderr
    document = json.loads(told.stdout)
    assert (document["would_write"], document["stale"], len(document["held"])) == (False, True, 1)
    assert [one["verdict"] for one in document["steps"]].count("sent") == 2
    assert written_to(written) == []
    assert plans.state_of(plan_id) is PlanState.PLANNED, "the plan stays as it is"


def test_what_is_over_or_not_theirs_is_not_rehearsed(tenant: Tenant, settings: Settings) -> None:
    (change, *_) = joins(tenant)
    plan_id = make_plan(actor=ADMIN, tenant=tenant, changes=[change], reason="a test", settings=settings)
    with pytest.raises(Refused, match="not_allowed"):
        rehearse_plan(actor=NOBODY, tenant=tenant, plan_id=plan_id, settings=settings)
    apply_plan(actor=ADMIN, tenant=tenant, plan_id=plan_id)
    story.apply_plan(at_once, plan_id=plan_id, run=1, settings=settings)
    with pytest.raises(Conflict, match="plan_move_illegal"):
        rehearse_plan(actor=ADMIN, tenant=tenant, plan_id=plan_id, settings=settings)
