"""What was given for a time is taken away when the time has come, by a plan that is proved like any other."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from chamberlain import clock
from chamberlain.actions.apply_plan import apply_plan, approve_plan, refuse_plan
from chamberlain.actions.end_terms import end_terms, queue_due_terms
from chamberlain.actions.make_plan import make_plan
from chamberlain.actions.settle_task import settle_task
from chamberlain.actions.stop_writers import release_writers, set_guards, stop_writers
from chamberlain.actions.undo_plan import undo_plan
from chamberlain.bench.simulated import Simulated
from chamberlain.errors import Refused
from chamberlain.model.capability import Capability
from chamberlain.model.carried import Ran
from chamberlain.model.effect import Consequence
from chamberlain.model.guard import Rails
from chamberlain.model.kind import Family
from chamberlain.model.observed import key_of
from chamberlain.model.plan import Cause, Change, Options, PlanState, StepState, Subject
from chamberlain.model.task import TaskCause, TaskState
from chamberlain.model.tenant import Tenant
from chamberlain.model.term import Outcome
from chamberlain.model.verb import Verb
from chamberlain.queries.people import match_person
from chamberlain.settings import Settings
from chamberlain.store import plans, tasks
from chamberlain.store.connection import rows
from chamberlain.store.models import TermRow
from chamberlain.work import apply_plan as story
from stories import ADMIN, OTHER_ADMIN, at_once, perform

WRITING = (Capability.PROVISION_GROUPS, Capability.PROVISION_ROLES)
REPORTS_READER = key_of(Family.ROLE, "4a5d8f65-41da-4de4-8968-e035b65339cf")
Choose = Callable[..., None]
BARRED = TaskCause.BARRED
A_DAY = timedelta(days=1)


@pytest.fixture
def simulator(written: Simulated) -> Simulated:
    return written


@pytest.fixture
def settings(written_settings: Settings) -> Settings:
    return written_settings


@pytest.fixture
def tenant(written_tenant: Tenant, chosen: Choose) -> Iterator[Tenant]:
    yield written_tenant
    TermRow.objects.filter(tenant_id=written_tenant.id).delete()


def carried(tenant: Tenant, settings: Settings, plan_id: int) -> Ran:
    """A plan that was started, carried out in this process."""
    story.apply_plan(
        at_once,
        plan_id=plan_id,
        run=plans.find(tenant_id=tenant.id, plan_id=plan_id).runs,
        settings=settings,
    )
    return plans.find(tenant_id=tenant.id, plan_id=plan_id)


def do(tenant: Tenant, settings: Settings, *changes: Change) -> Ran:
    plan_id = make_plan(actor=ADMIN, tenant=tenant, changes=changes, reason="a test", settings=settings)
    if any(one.verb.family is Family.ROLE for one in changes):
        approve_plan(actor=OTHER_ADMIN, tenant=tenant, plan_id=plan_id)
    apply_plan(actor=ADMIN, tenant=tenant, plan_id=plan_id)
    ran = carried(tenant, settings, plan_id)
    assert ran.plan.state is PlanState.DONE, ran
    return ran


def look(tenant: Tenant, settings: Settings) -> Ran | None:
    """What the worker's rounds and the job do when the time has come; the plan that takes things away, carried out."""
    TermRow.objects.filter(tenant_id=tenant.id).update(look_at=clock.now(), claimed_until=None)
    end_terms(tenant.id, settings=settings)
    row = TermRow.objects.filter(tenant_id=tenant.id).latest("id")
    if row.plan is None:
        return None
    ran = plans.find(tenant_id=tenant.id, plan_id=row.plan)
    return carried(tenant, settings, row.plan) if ran.plan.state is PlanState.RUNNING else ran


def outcome(tenant: Tenant) -> Outcome:
    return Outcome(TermRow.objects.filter(tenant_id=tenant.id).latest("id").outcome)


def place(tenant: Tenant, simulator: Simulated) -> tuple[str, Subject]:
    """A group that people are put into, and somebody who is not in it."""
    (group,) = rows(
        """
        SELECT key FROM permission WHERE tenant_id = %(tenant)s AND kind = 'security_group' AND gone_at IS NULL
          AND NOT facts ? 'dynamic' AND NOT facts ? 'on_premises' AND NOT facts ? 'role_assignable'
        ORDER BY key LIMIT 1
        """,
        {"tenant": tenant.id},
    )
    everybody = rows(
        "SELECT guid::text AS guid FROM account WHERE tenant_id = %(tenant)s AND type = 'member' AND gone_at IS NULL "
        "AND enabled AND cell & 2 = 0 AND NOT facts ? 'on_premises' ORDER BY guid",
        {"tenant": tenant.id},
    )
    inside = {who for who, what in held(simulator) if what == group["key"]}
    return group["key"], Subject(next(row["guid"] for row in everybody if row["guid"] not in inside))


def held(simulator: Simulated) -> frozenset[tuple[str, str]]:
    """Who holds what directly, by the simulator's own account."""
    lines = (line for line in simulator.truth("?effective=0") if line["t"] == "edge")
    return frozenset((line["holder"], line["permission"]) for line in lines)


def jobs_of(tenant: Tenant) -> int:
    """How many jobs there were that look at what ends in this tenant."""
    values = {"ours": f"terms:{tenant.id}:%"}
    return int(
        rows("SELECT count(*) AS jobs FROM dbos.workflow_status WHERE workflow_uuid LIKE %(ours)s", values)[0]["jobs"]
    )


def joining(who: Subject, group: str, *, lasts: timedelta | None) -> Change:
    ends = None if lasts is None else clock.now() + lasts
    return Change(Verb.ADD_MEMBER, who, group, Options(ends=ends))


def test_a_membership_for_a_time_is_shown_and_taken_away(
    tenant: Tenant, settings: Settings, simulator: Simulated
) -> None:
    group, who = place(tenant, simulator)
    given = do(tenant, settings, joining(who, group, lasts=A_DAY))
    assert Consequence.ENDS_BY_US in {one.consequence for one in given.steps[0].step.effects}
    perform(tenant, settings)
    person = match_person(viewer=ADMIN, tenant=tenant, text=who.guid)
    direct = [path for one in person.holdings if one.key == group for path in one.paths if not path.through]
    ends = given.steps[0].step.change.options.ends
    assert [(path.until, path.by_us) for path in direct] == [(ends, True)]
    queue_due_terms()
    assert TermRow.objects.get(tenant_id=tenant.id).claimed_until is None, "nobody looks before its time"
    before = jobs_of(tenant)
    TermRow.objects.filter(tenant_id=tenant.id).update(look_at=clock.now())
    queue_due_terms()
    assert jobs_of(tenant) == before + 1
    queue_due_terms()
    assert jobs_of(tenant) == before + 1, "once"

    taken = look(tenant, settings)
    assert taken is not None
    assert (taken.plan.state, taken.plan.cause, taken.started_by_name) == (PlanState.DONE, Cause.EXPIRY, "Chamberlain")
    assert taken.steps[0].step.state is StepState.PROVED
    assert outcome(tenant) is Outcome.TAKEN
    assert (who.guid, group) not in held(simulator)
    TermRow.objects.filter(tenant_id=tenant.id).update(ends=clock.now() - A_DAY)
    with pytest.raises(Refused, match="plan_not_undoable"):  # it would have ended by now
        undo_plan(actor=ADMIN, tenant=tenant, plan_id=taken.plan.id, reason="no", settings=settings)


def test_a_role_that_the_tenant_cannot_end_is_ended_by_us_without_a_second_person(
    tenant: Tenant, settings: Settings, simulator: Simulated
) -> None:
    _group, who = place(tenant, simulator)
    options = Options(ends=clock.now() + A_DAY, ends_by_us=True)
    do(tenant, settings, Change(Verb.ASSIGN_ROLE, who, REPORTS_READER, options))
    assert (who.guid, REPORTS_READER) in held(simulator)
    taken = look(tenant, settings)
    assert taken is not None
    assert taken.plan.state is PlanState.DONE
    assert taken.approved_at is None
    assert (who.guid, REPORTS_READER) not in held(simulator)


def test_what_somebody_had_for_good_is_not_ours_to_take(
    tenant: Tenant, settings: Settings, simulator: Simulated
) -> None:
    group, who = place(tenant, simulator)
    do(tenant, settings, joining(who, group, lasts=None))
    perform(tenant, settings)
    again = do(tenant, settings, joining(who, group, lasts=A_DAY))
    told = {one.consequence for one in again.steps[0].step.effects}
    assert Consequence.ENDS_BY_US not in told
    assert Consequence.KEEPS in told
    assert not TermRow.objects.filter(tenant_id=tenant.id).exists()
    do(tenant, settings, Change(Verb.REMOVE_MEMBER, who, group))


def test_a_term_can_be_prolonged_made_for_good_and_ended_early(
    tenant: Tenant, settings: Settings, simulator: Simulated
) -> None:
    group, who = place(tenant, simulator)
    do(tenant, settings, joining(who, group, lasts=A_DAY))
    longer = do(tenant, settings, joining(who, group, lasts=2 * A_DAY))
    assert TermRow.objects.get(tenant_id=tenant.id).ends == longer.steps[0].step.change.options.ends
    early = do(tenant, settings, Change(Verb.REMOVE_MEMBER, who, group))
    assert outcome(tenant) is Outcome.TAKEN
    back = undo_plan(actor=ADMIN, tenant=tenant, plan_id=early.plan.id, reason="too early", settings=settings)
    (step,) = plans.find(tenant_id=tenant.id, plan_id=back).steps
    assert step.step.change.options.ends == longer.steps[0].step.change.options.ends, "given back until then, no longer"
    apply_plan(actor=ADMIN, tenant=tenant, plan_id=back)
    carried(tenant, settings, back)
    assert outcome(tenant) is Outcome.OPEN
    do(tenant, settings, joining(who, group, lasts=None))
    assert outcome(tenant) is Outcome.KEPT
    do(tenant, settings, Change(Verb.REMOVE_MEMBER, who, group))


def test_the_stop_holds_it_back_and_it_goes_on_after_it(
    tenant: Tenant, settings: Settings, simulator: Simulated
) -> None:
    group, who = place(tenant, simulator)
    do(tenant, settings, joining(who, group, lasts=A_DAY))
    stop_writers(actor=ADMIN, tenant=tenant, reason="a test")
    try:
        held_up = look(tenant, settings)
        assert held_up is not None
        assert held_up.plan.state is PlanState.PLANNED
        assert TermRow.objects.get(tenant_id=tenant.id).late[0] == "writers_halted"
    finally:
        release_writers(actor=ADMIN, tenant=tenant, reason="a test")
    taken = look(tenant, settings)
    assert taken is not None
    assert (taken.plan.id, taken.plan.state) == (held_up.plan.id, PlanState.DONE)
    assert outcome(tenant) is Outcome.TAKEN


def test_where_it_is_barred_a_person_is_asked_once_and_it_goes_on_by_itself(
    tenant: Tenant, settings: Settings, simulator: Simulated, chosen: Choose
) -> None:
    group, who = place(tenant, simulator)
    do(tenant, settings, joining(who, group, lasts=A_DAY))
    chosen()
    for _ in range(2):
        assert look(tenant, settings) is None
    (task,) = [
        one for one in tasks.listing(tenant_id=tenant.id, states=(TaskState.OPEN,), limit=99) if one.cause is BARRED
    ]
    assert (task.verb, task.subject, task.permission) == ("remove_member", who.key, group)
    assert task.failure is not None
    assert task.failure[0] == "term_barred"
    chosen(*WRITING)
    taken = look(tenant, settings)
    assert taken is not None
    assert taken.plan.state is PlanState.DONE
    assert (who.guid, group) not in held(simulator)
    assert tasks.find(tenant_id=tenant.id, task_id=task.id).state is TaskState.DROPPED, "nobody has to any more"


@pytest.mark.parametrize(("state", "ends"), [(TaskState.DONE, Outcome.TAKEN), (TaskState.DROPPED, Outcome.KEPT)])
def test_a_person_may_settle_it(
    tenant: Tenant, settings: Settings, simulator: Simulated, chosen: Choose, state: TaskState, ends: Outcome
) -> None:
    group, who = place(tenant, simulator)
    do(tenant, settings, joining(who, group, lasts=A_DAY))
    chosen()
    look(tenant, settings)
    task_id = TermRow.objects.get(tenant_id=tenant.id).task
    assert task_id is not None
    settle_task(actor=ADMIN, tenant=tenant, task_id=task_id, state=state)
    look(tenant, settings)
    assert outcome(tenant) is ends
    chosen(*WRITING)
    do(tenant, settings, Change(Verb.REMOVE_MEMBER, who, group))


def test_a_plan_that_somebody_puts_aside_leaves_it(tenant: Tenant, settings: Settings, simulator: Simulated) -> None:
    group, who = place(tenant, simulator)
    do(tenant, settings, joining(who, group, lasts=A_DAY))
    set_guards(actor=ADMIN, tenant=tenant, rails=Rails(most_per_plan=0))
    try:
        waiting = look(tenant, settings)
        assert waiting is not None
        refuse_plan(actor=ADMIN, tenant=tenant, plan_id=waiting.plan.id, reason="stays another week")
    finally:
        set_guards(actor=ADMIN, tenant=tenant, rails=Rails())
    look(tenant, settings)
    assert outcome(tenant) is Outcome.KEPT
    assert (who.guid, group) in held(simulator)
    do(tenant, settings, Change(Verb.REMOVE_MEMBER, who, group))


def test_where_the_connection_only_simulates_it_is_tried_again_later(
    tenant: Tenant, settings: Settings, simulator: Simulated
) -> None:
    group, who = place(tenant, simulator)
    do(tenant, settings, joining(who, group, lasts=A_DAY))
    set_guards(actor=ADMIN, tenant=tenant, simulates=True)
    try:
        rehearsed = look(tenant, settings)
        assert rehearsed is not None
        look(tenant, settings)
        row = TermRow.objects.get(tenant_id=tenant.id)
        assert (row.late[0], row.plan, row.outcome) == ("plan_rehearsed", None, Outcome.OPEN.value)
    finally:
        set_guards(actor=ADMIN, tenant=tenant, simulates=False)
    taken = look(tenant, settings)
    assert taken is not None
    assert taken.plan.id != rehearsed.plan.id
    assert outcome(tenant) is Outcome.TAKEN
