"""A plan that is made a second after another one ended knows what that one did, though no sync has read it yet."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from chamberlain import clock
from chamberlain.actions.answer_wake import answer_wake
from chamberlain.actions.apply_plan import apply_plan
from chamberlain.actions.make_plan import make_plan
from chamberlain.actions.perform_plan import REPLICAS_LAG
from chamberlain.actions.undo_plan import undo_plan
from chamberlain.bench.simulated import Simulated
from chamberlain.model.carried import Ran
from chamberlain.model.effect import Consequence
from chamberlain.model.obstacle import Hindrance
from chamberlain.model.path import Link
from chamberlain.model.plan import Change, Options, PlanState, Restorable, Subject, SubjectType
from chamberlain.model.tenant import Tenant
from chamberlain.model.verb import Verb
from chamberlain.policy.planning.service_plans import EXCLUSIVE
from chamberlain.provision.engine import Patience
from chamberlain.provision.situation import situation_of
from chamberlain.queries.made_since import made_since_of_permission, made_since_of_person
from chamberlain.queries.undo import offer_undo
from chamberlain.settings import Settings
from chamberlain.store import plans, runs, wakes
from chamberlain.store.connection import rows, transaction
from chamberlain.store.models import HearingRow
from chamberlain.store.reads import licensing
from chamberlain.work import apply_plan as story
from stories import ADMIN, at_once, perform
from terminal import run

Choose = Callable[..., None]
pytestmark = pytest.mark.usefixtures("read_around")
IMPATIENT = Patience(proof=(0.0, 0.1), doubt=(0.0, 0.1), refusal=(0.0, 0.1), tries=1)


@pytest.fixture
def settings(written_settings: Settings) -> Settings:
    return written_settings


@pytest.fixture
def tenant(written_tenant: Tenant, chosen: Choose) -> Tenant:
    return written_tenant


def made(tenant: Tenant, settings: Settings, *changes: Change) -> Ran:
    plan_id = make_plan(actor=ADMIN, tenant=tenant, changes=changes, reason="a test", settings=settings)
    return plans.find(tenant_id=tenant.id, plan_id=plan_id)


def carry(tenant: Tenant, settings: Settings, plan_id: int) -> Ran:
    """Carries a plan out; no sync follows it here, because no worker runs."""
    apply_plan(actor=ADMIN, tenant=tenant, plan_id=plan_id)
    story.apply_plan(
        at_once,
        plan_id=plan_id,
        run=plans.find(tenant_id=tenant.id, plan_id=plan_id).runs,
        settings=settings,
    )
    ran = plans.find(tenant_id=tenant.id, plan_id=plan_id)
    assert ran.plan.state is PlanState.DONE, ran
    return ran


def do(tenant: Tenant, settings: Settings, *changes: Change) -> Ran:
    ran = made(tenant, settings, *changes)
    assert ran.plan.barred == ()
    return carry(tenant, settings, ran.plan.id)


def undone(tenant: Tenant, settings: Settings, ran: Ran) -> Ran:
    back = undo_plan(actor=ADMIN, tenant=tenant, plan_id=ran.plan.id, reason="it was wrong", settings=settings)
    found = plans.find(tenant_id=tenant.id, plan_id=back)
    assert found.plan.barred == ()
    return carry(tenant, settings, back)


def people(tenant: Tenant) -> list[Subject]:
    found = rows(
        "SELECT guid::text AS guid FROM account WHERE tenant_id = %(tenant)s AND type = 'member' AND gone_at IS NULL "
        "AND enabled AND cell & 2 = 0 AND NOT facts ? 'on_premises' AND facts ? 'usage_location' ORDER BY guid",
        {"tenant": tenant.id},
    )
    return [Subject(row["guid"]) for row in found]


def groups(tenant: Tenant, *, owners: int | None = None) -> list[str]:
    """Keys of plain groups; with so many owners."""
    found = rows(
        "SELECT key FROM permission WHERE tenant_id = %(tenant)s AND kind = 'security_group' AND gone_at IS NULL "
        "AND NOT facts ? 'dynamic' AND NOT facts ? 'on_premises' AND NOT facts ? 'role_assignable' "
        "AND (%(owners)s::int IS NULL OR owners = %(owners)s) ORDER BY key",
        {"tenant": tenant.id, "owners": owners},
    )
    return [row["key"] for row in found]


def hindrances(ran: Ran) -> set[Hindrance]:
    return {one.hindrance for barred in ran.plan.barred for one in barred.obstacles}


def truth(simulator: Simulated, kind: str) -> list[dict[str, Any]]:
    return [line for line in simulator.truth("?effective=0") if line["t"] == kind]


def test_whom_a_plan_created_the_next_one_knows_and_the_undo_deletes(
    tenant: Tenant, settings: Settings, written: Simulated
) -> None:
    name = f"soon.after@{tenant.domain}"
    properties = {"displayName": "Soon After", "userPrincipalName": name, "mailNickname": "soon.after",
                  "usageLocation": "DE"}  # fmt: skip
    first = do(tenant, settings, Change(Verb.CREATE_USER, Subject(""), options=Options(properties=properties)))
    assert first.steps[0].step.proof is not None
    who = Subject(str(first.steps[0].step.proof.seen["guid"]))
    group = groups(tenant)[0]
    second = do(tenant, settings, Change(Verb.ADD_MEMBER, who, group))
    assert second.steps[0].step.subject_name == "Soon After"
    third = made(tenant, settings, Change(Verb.REMOVE_MEMBER, who, group))
    assert third.plan.barred == (), "what the plan before gave is known to be held"
    assert who.guid in {line["id"] for line in truth(written, "account")}
    undone(tenant, settings, first)
    assert who.guid not in {line["id"] for line in truth(written, "account")}


def test_who_was_deleted_is_known_to_be_in_the_bin_and_comes_back_with_what_they_held(
    tenant: Tenant, settings: Settings
) -> None:
    who, group = people(tenant)[-1], groups(tenant)[1]
    if made(tenant, settings, Change(Verb.ADD_MEMBER, who, group)).steps[0].planned == {"member": False}:
        do(tenant, settings, Change(Verb.ADD_MEMBER, who, group))
    gone = do(tenant, settings, Change(Verb.DELETE_USER, who))
    assert hindrances(made(tenant, settings, Change(Verb.REMOVE_MEMBER, who, group))) == {Hindrance.DELETED}
    undone(tenant, settings, gone)
    again = made(tenant, settings, Change(Verb.REMOVE_MEMBER, who, group))
    assert again.plan.barred == ()
    assert again.steps[0].planned == {"member": True}


def test_an_owner_is_taken_back_at_once_but_the_first_of_a_group_is_not(tenant: Tenant, settings: Settings) -> None:
    owned, (one, other) = groups(tenant, owners=1)[0], people(tenant)[:2]
    undone(tenant, settings, do(tenant, settings, Change(Verb.ADD_OWNER, one, owned)))

    lonely = groups(tenant, owners=0)[0]
    first = do(tenant, settings, Change(Verb.ADD_OWNER, one, lonely))
    assert first.steps[0].step.restorable is Restorable.NOT
    assert Consequence.FIRST_OWNER in {effect.consequence for effect in first.steps[0].step.effects}
    (held_up,) = offer_undo(viewer=ADMIN, tenant=tenant, plan_id=first.plan.id).barred
    assert "without an owner" in held_up.why[0][0], "it is said before anybody asks for it"
    back = undo_plan(actor=ADMIN, tenant=tenant, plan_id=first.plan.id, reason="it was wrong", settings=settings)
    assert hindrances(plans.find(tenant_id=tenant.id, plan_id=back)) == {Hindrance.LAST_OWNER}
    do(tenant, settings, Change(Verb.ADD_OWNER, other, lonely))
    undone(tenant, settings, first)  # somebody else owns it by now


def test_a_seat_that_was_given_back_is_free_at_once(tenant: Tenant, settings: Settings) -> None:
    (found,) = rows(
        """
        SELECT p.key, a.guid::text AS guid FROM permission p
        JOIN grants g ON g.tenant_id = p.tenant_id AND g.permission_id = p.id AND g.closed_at IS NULL AND g.via_id = 0
        JOIN account a ON a.tenant_id = g.tenant_id AND a.id = g.holder_id AND a.enabled AND a.gone_at IS NULL
        WHERE p.tenant_id = %(tenant)s AND p.family = 3 AND a.facts ? 'usage_location' AND NOT EXISTS (
            SELECT FROM grants v WHERE v.tenant_id = g.tenant_id AND v.permission_id = p.id AND v.via_id <> 0
              AND v.holder_id = g.holder_id AND v.closed_at IS NULL)
        ORDER BY p.key, a.guid LIMIT 1
        """,
        {"tenant": tenant.id},
    )
    rows(
        "UPDATE permission SET facts = facts || jsonb_build_object('consumed', facts -> 'enabled') "
        "WHERE tenant_id = %(tenant)s AND key = %(key)s RETURNING 1",
        {"tenant": tenant.id, "key": found["key"]},
    )
    holder = Subject(found["guid"])
    newcomer = next(one for one in people(tenant) if one != holder and not has(tenant, one, found["key"]))
    wish = Change(Verb.ASSIGN_LICENCE, newcomer, found["key"])
    assert hindrances(made(tenant, settings, wish)) == {Hindrance.NO_SEATS}
    taken = do(tenant, settings, Change(Verb.REMOVE_LICENCE, holder, found["key"]))
    assert made(tenant, settings, wish).plan.barred == ()
    undone(tenant, settings, taken)
    assert hindrances(made(tenant, settings, wish)) == {Hindrance.NO_SEATS}


def test_a_licence_that_a_group_was_given_is_known_to_the_plan_that_takes_a_member_out(
    tenant: Tenant, settings: Settings
) -> None:
    found = rows(
        "SELECT p.key, a.guid::text AS guid FROM permission p JOIN grants g ON g.tenant_id = p.tenant_id "
        "AND g.permission_id = p.id AND g.relation = 1 AND g.via_id = 0 AND g.closed_at IS NULL "
        "JOIN account a ON a.tenant_id = g.tenant_id AND a.id = g.holder_id AND a.gone_at IS NULL AND a.enabled "
        "WHERE p.tenant_id = %(tenant)s AND p.key = ANY (%(keys)s) ORDER BY p.key, a.guid",
        {"tenant": tenant.id, "keys": groups(tenant)},
    )
    licence = free_licence(tenant)
    line = next(one for one in found if not has(tenant, Subject(one["guid"]), licence))
    group = Subject(line["key"].removeprefix("group:"), SubjectType.GROUP)
    given = do(tenant, settings, Change(Verb.ASSIGN_LICENCE, group, licence))
    leaves = Change(Verb.REMOVE_MEMBER, Subject(line["guid"]), line["key"])
    known = situation_of(tenant_id=tenant.id, changes=[leaves]).permissions[licence]
    (told,) = made(tenant, settings, leaves).steps
    lost = [one.link for one in told.step.effects if one.consequence is Consequence.LOSES]
    assert Link(licence, known.kind, known.name) in lost
    undone(tenant, settings, given)


def has(tenant: Tenant, who: Subject, key: str) -> bool:
    """Whether somebody holds it, also through groups."""
    found = situation_of(tenant_id=tenant.id, changes=[Change(Verb.BLOCK, who)])
    return any(edge.permission == key for edge in found.edges)


def test_a_usage_location_that_was_set_is_known_to_the_plan_that_licenses(tenant: Tenant, settings: Settings) -> None:
    who, licence = people(tenant)[3], free_licence(tenant)
    rows(
        "UPDATE account SET facts = facts - 'usage_location' WHERE tenant_id = %(tenant)s AND guid = %(guid)s::uuid "
        "RETURNING 1",
        {"tenant": tenant.id, "guid": who.guid},
    )
    wish = Change(Verb.ASSIGN_LICENCE, who, licence)
    assert hindrances(made(tenant, settings, wish)) == {Hindrance.NO_USAGE_LOCATION}
    do(tenant, settings, Change(Verb.UPDATE_USER, who, options=Options(properties={"usageLocation": "FR"})))
    assert hindrances(made(tenant, settings, wish)) == set()


def free_licence(tenant: Tenant) -> str:
    found = rows(
        "SELECT key FROM permission WHERE tenant_id = %(tenant)s AND family = 3 AND gone_at IS NULL "
        "AND (facts ->> 'enabled')::int > coalesce((facts ->> 'consumed')::int, 0) + 3 ORDER BY key LIMIT 1",
        {"tenant": tenant.id},
    )
    return str(found[0]["key"])


def test_what_a_later_sync_has_read_counts_and_not_what_a_plan_did_before(
    tenant: Tenant, settings: Settings, monkeypatch: pytest.MonkeyPatch, written: Simulated
) -> None:
    who, group = people(tenant)[4], groups(tenant)[2]
    do(tenant, settings, Change(Verb.ADD_MEMBER, who, group))
    assert held(tenant, who, group)
    guid = group.removeprefix("group:")
    written.post("/_simulator/mutations", {"kind": "remove_member", "group": guid, "member": who.guid})
    assert held(tenant, who, group), "nobody has looked since"
    assert perform(tenant, settings).error_code is None
    monkeypatch.setattr("chamberlain.provision.situation.WHILE_READING", timedelta(0))
    assert not held(tenant, who, group)


def held(tenant: Tenant, who: Subject, key: str) -> bool:
    found = situation_of(tenant_id=tenant.id, changes=[Change(Verb.BLOCK, who)])
    return any(edge.permission == key and edge.holder == who for edge in found.edges)


def test_after_a_plan_the_tenant_is_read_at_once_and_once_more_when_replicas_have_it(
    tenant: Tenant, settings: Settings
) -> None:
    perform(tenant, settings)
    group = groups(tenant)[2]
    who = next(one for one in people(tenant)[5:] if not has(tenant, one, group))
    HearingRow.objects.filter(tenant_id=tenant.id).delete()
    do(tenant, settings, Change(Verb.ADD_MEMBER, who, group))
    assert runs.open_of(tenant.id), "a run is on its way"
    (wake,) = HearingRow.objects.filter(tenant_id=tenant.id).values_list("wake_at", flat=True)
    assert wake is not None
    assert clock.now() < wake <= clock.now() + REPLICAS_LAG
    do(tenant, settings, Change(Verb.REMOVE_MEMBER, who, group))
    (wake,) = HearingRow.objects.filter(tenant_id=tenant.id).values_list("wake_at", flat=True)
    assert wake is not None
    assert wake <= clock.now(), "that run may have begun before this change: the next one follows it right away"
    HearingRow.objects.filter(tenant_id=tenant.id).delete()


def test_a_notice_within_the_minute_does_not_take_the_later_look_away(tenant: Tenant, settings: Settings) -> None:
    perform(tenant, settings)
    group = groups(tenant)[2]
    who = next(one for one in people(tenant)[5:] if not has(tenant, one, group))
    HearingRow.objects.filter(tenant_id=tenant.id).delete()
    do(tenant, settings, Change(Verb.ADD_MEMBER, who, group))
    later = wake_of(tenant)
    assert later is not None
    perform(tenant, settings)
    for _ in range(2):
        wakes.note(tenant_id=tenant.id, now=clock.now(), gather=timedelta(0), apart=timedelta(0), wakes=True, heard=1)
        assert answer_wake(tenant.id) is not None, "what was heard is read at once"
        assert perform(tenant, settings).error_code is None
        assert wake_of(tenant) == later, "and what replicas may not have had yet is read when they have"
    assert tenant.id in wakes.woken(now=later)
    with transaction():
        assert wakes.answer(tenant.id, now=later)
    assert wake_of(tenant) is None
    HearingRow.objects.filter(tenant_id=tenant.id).delete()


def wake_of(tenant: Tenant) -> datetime | None:
    """When a run is to start because of what was heard or changed."""
    return HearingRow.objects.filter(tenant_id=tenant.id).values_list("wake_at", flat=True).get()


def test_pages_and_the_terminal_say_what_was_changed_until_it_is_read(tenant: Tenant, settings: Settings) -> None:
    perform(tenant, settings)
    group = groups(tenant)[2]
    who = next(one for one in people(tenant)[6:] if not has(tenant, one, group))
    guid = UUID(who.guid)

    def unread() -> tuple[list[str], int]:
        of_person = made_since_of_person(viewer=ADMIN, tenant=tenant, guid=guid)
        of_group = made_since_of_permission(viewer=ADMIN, tenant=tenant, key=group)
        return [one.says.partition(" ")[2] for one in of_person.changes], of_group.total

    before = unread()[1]
    name = do(tenant, settings, Change(Verb.ADD_MEMBER, who, group), Change(Verb.BLOCK, who)).steps[0].step.subject_name
    told, in_group = unread()
    assert len(told) == 2
    assert in_group == before + 1
    shown = run("who", who.guid, "--tenant", tenant.slug)
    assert f"{name} may no longer sign in" in shown.stdout
    assert "not read yet" in shown.stdout
    do(tenant, settings, Change(Verb.ENABLE, who))
    assert len(unread()[0]) == 1, "nothing is to be read of what is as it was"
    perform(tenant, settings)
    assert unread() == ([], before)


def test_a_licence_that_clashes_is_foretold_and_what_microsoft_said_is_remembered(
    tenant: Tenant, settings: Settings
) -> None:
    wish = clashing(tenant)
    first = made(tenant, settings, wish)
    foretold = {effect.consequence for effect in first.steps[0].step.effects}
    assert Consequence.PLANS_EXCLUDE in foretold
    assert Consequence.REFUSED_BEFORE not in foretold
    apply_plan(actor=ADMIN, tenant=tenant, plan_id=first.plan.id)
    story.apply_plan(at_once, plan_id=first.plan.id, run=1, settings=settings, patience=IMPATIENT)
    assert plans.state_of(first.plan.id) is PlanState.FAILED
    (again,) = made(tenant, settings, wish).steps
    (said,) = [one for one in again.step.effects if one.consequence is Consequence.REFUSED_BEFORE]
    assert "mutually exclusive" in said.values["said"]


def clashing(tenant: Tenant) -> Change:
    """A licence for somebody who directly holds another one, with services that exclude each other."""
    held = rows(
        """
        SELECT a.guid::text AS guid, min(p.key) AS key FROM grants g
        JOIN account a ON a.tenant_id = g.tenant_id AND a.id = g.holder_id AND a.enabled AND a.gone_at IS NULL
        JOIN permission p ON p.tenant_id = g.tenant_id AND p.id = g.permission_id AND p.family = 3
        LEFT JOIN qualifier q ON q.tenant_id = g.tenant_id AND q.id = g.qualifier_id
        WHERE g.tenant_id = %(tenant)s AND g.closed_at IS NULL AND a.facts ? 'usage_location'
        GROUP BY a.guid
        HAVING count(*) = 1 AND bool_and(g.via_id = 0 AND coalesce(q.content ->> 'disabled', '[]') = '[]')
        ORDER BY a.guid
        """,
        {"tenant": tenant.id},
    )
    free = rows(
        "SELECT key FROM permission WHERE tenant_id = %(tenant)s AND family = 3 AND gone_at IS NULL "
        "AND (facts ->> 'enabled')::int > coalesce((facts ->> 'consumed')::int, 0) ORDER BY key",
        {"tenant": tenant.id},
    )
    keys = {row["key"] for row in (*held, *free)}
    known = {key: set(found) for key, found in licensing.plans_of(tenant_id=tenant.id, licences=keys).items()}
    return next(
        Change(Verb.ASSIGN_LICENCE, Subject(one["guid"]), other["key"])
        for one in held
        for other in free
        if other["key"] != one["key"]
        and any(
            together & known.get(one["key"], set()) and together & known.get(other["key"], set()) - known[one["key"]]
            for together in EXCLUSIVE
        )
    )
