"""Mailboxes in plans: changed by Exchange and Graph, proved by whoever changed them, put back, killed, foretold."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from chamberlain import clock
from chamberlain.actions.apply_plan import apply_plan
from chamberlain.actions.by_exchange import to_change
from chamberlain.actions.make_plan import make_plan
from chamberlain.actions.perform_plan import end, permits_of
from chamberlain.actions.reaching import way_to
from chamberlain.actions.undo_plan import undo_plan
from chamberlain.bench.simulated import Simulated
from chamberlain.bootstrap import World
from chamberlain.errors import NotFound, Refused
from chamberlain.model.capability import Capability
from chamberlain.model.carried import Ran
from chamberlain.model.effect import Consequence
from chamberlain.model.mailbox import what_of
from chamberlain.model.obstacle import Hindrance
from chamberlain.model.plan import Change, Options, Plan, PlanState, ProofKind, StepState, Subject
from chamberlain.model.tenant import Tenant
from chamberlain.model.verb import BY_EXCHANGE, OF_MAILBOX, Verb
from chamberlain.policy.capabilities import ABILITIES, STANDARD
from chamberlain.provision.engine import Engine, Patience
from chamberlain.provision.hand import reach
from chamberlain.provision.journal import Journal
from chamberlain.queries.asked import Asked, read_asked
from chamberlain.queries.typed import read_typed
from chamberlain.queries.wishes import read_wishes
from chamberlain.settings import Settings, load
from chamberlain.store import plans, scopes, tenants
from chamberlain.store.connection import rows, transaction
from chamberlain.work import apply_plan as story
from consequences import ABOUT_MAILBOX
from fuse import Fuse, KilledError
from granting import Grants
from stories import ADMIN, at_once, connect_and_sync, perform

WRITING = (
    Capability.OFFBOARD_MAILBOX,
    Capability.OFFBOARD_ACCOUNT,
    Capability.PROVISION_LICENCES,
    Capability.PROVISION_PEOPLE,
)
GRAPH_SCOPES = sorted({use.scope for one in WRITING for use in ABILITIES[one].uses} - {"Exchange.ManageAsApp"})
GIGABYTE = 1024**3


@pytest.fixture(scope="module")
def simulator(start_tenant: Callable[..., Simulated]) -> Simulated:
    return start_tenant(users=240, groups=20, memberships=100, apps=4, seed=23)


@pytest.fixture(scope="module")
def settings(exchange_settings: Settings) -> Settings:
    return exchange_settings


@pytest.fixture(scope="module")
def tenant(world: World, simulator: Simulated, settings: Settings) -> Tenant:
    found = connect_and_sync(simulator, settings)
    Grants(simulator).grant(*GRAPH_SCOPES)
    simulator.post("/_simulator/exchange/let_in", {"client_id": simulator.own_client_id})
    scopes.choose(tenant_id=found.id, capabilities={*STANDARD, *WRITING}, now=clock.now(), by="a test")
    assert perform(found, settings).error_code is None
    return found


def mailboxes(simulator: Simulated) -> dict[str, dict[str, Any]]:
    """All of them, as Exchange has them."""
    found = json.loads(simulator.get("/_simulator/exchange"))["mailboxes"]
    return {one["id"]: one for one in found}


@pytest.fixture(scope="module")
def people(tenant: Tenant) -> list[tuple[str, str]]:
    """People from the cloud who hold one licence, directly, that carries a mailbox; with its key."""
    found = rows(
        """
        SELECT a.guid::text AS guid, min(p.key) AS key FROM grants g
        JOIN account a ON a.tenant_id = g.tenant_id AND a.id = g.holder_id AND a.gone_at IS NULL AND a.enabled
        JOIN permission p ON p.tenant_id = g.tenant_id AND p.id = g.permission_id AND p.family = 3
        WHERE g.tenant_id = %(tenant)s AND g.closed_at IS NULL AND NOT a.facts ? 'on_premises' AND a.type = 'member'
          AND a.cell & 2 = 0
        GROUP BY a.guid HAVING count(*) = 1 AND min(g.via_id) = 0 AND EXISTS (
          SELECT FROM permission s WHERE s.tenant_id = %(tenant)s AND s.family = 5
            AND s.parent::text = split_part(min(p.key), ':', 2)
            AND s.name IN ('EXCHANGE_S_ENTERPRISE', 'EXCHANGE_S_STANDARD', 'EXCHANGE_S_DESKLESS'))
        ORDER BY a.guid
        """,
        {"tenant": tenant.id},
    )
    return [(row["guid"], row["key"]) for row in found]


def of(guid: str, verb: Verb, **said: str | bool | None) -> Change:
    return Change(verb, Subject(guid), options=Options(properties=said))


def made(tenant: Tenant, settings: Settings, *changes: Change) -> Plan:
    plan_id = make_plan(actor=ADMIN, tenant=tenant, changes=changes, reason="a test", settings=settings)
    return plans.find(tenant_id=tenant.id, plan_id=plan_id).plan


def do(tenant: Tenant, settings: Settings, plan_id: int) -> Ran:
    apply_plan(actor=ADMIN, tenant=tenant, plan_id=plan_id)
    story.apply_plan(
        at_once,
        plan_id=plan_id,
        run=plans.find(tenant_id=tenant.id, plan_id=plan_id).runs,
        settings=settings,
    )
    return plans.find(tenant_id=tenant.id, plan_id=plan_id)


def back(tenant: Tenant, settings: Settings, plan_id: int) -> Ran:
    undoing = undo_plan(actor=ADMIN, tenant=tenant, plan_id=plan_id, reason="it was wrong", settings=settings)
    return do(tenant, settings, undoing)


def leaving(guid: str, other: str, licence: str) -> list[Change]:
    """What is done to the mailbox of somebody who leaves, in no order."""
    return [
        Change(Verb.REMOVE_LICENCE, Subject(guid), licence),
        of(guid, Verb.MAKE_SHARED),
        of(guid, Verb.GIVE_FULL_ACCESS, delegate=other),
        of(guid, Verb.GIVE_SEND_AS, delegate=other),
        of(guid, Verb.GIVE_SEND_ON_BEHALF, delegate=other),
        of(guid, Verb.HIDE_FROM_LISTS),
        of(guid, Verb.SET_FORWARDING, forwardTo=other),
        of(guid, Verb.SET_REPLIES, internalReplyMessage="I left.\nWrite to Bo.", externalReplyMessage="I left."),
    ]


def written(simulator: Simulated) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(simulator.get("/_simulator/writes"))["writes"]
    return found


def test_a_leaver_s_mailbox_is_settled_before_the_licence_goes_and_all_of_it_comes_back(
    tenant: Tenant, settings: Settings, simulator: Simulated, people: list[tuple[str, str]]
) -> None:
    (guid, licence), (other, _) = people[:2]
    simulator.post("/_simulator/mutations", {"kind": "set_mailbox", "user": guid, "size_bytes": 7 * GIGABYTE})
    before = mailboxes(simulator)
    planned = made(tenant, settings, *leaving(guid, other, licence))
    assert planned.barred == ()
    taking = planned.steps[-1]
    assert (taking.change.verb, taking.after) == (Verb.REMOVE_LICENCE, frozenset(range(1, len(planned.steps))))
    assert {Consequence.MAILBOX_STAYS} <= {one.consequence for one in taking.effects}
    ran = do(tenant, settings, planned.id)
    assert (ran.plan.state, ran.count(StepState.PROVED)) == (PlanState.DONE, 8)
    kinds = {one.step.change.verb: one.step.proof.kind for one in ran.steps if one.step.proof}
    assert kinds[Verb.SET_REPLIES] is ProofKind.GRAPH
    assert {kinds[verb] for verb in kinds if verb in BY_EXCHANGE} == {ProofKind.EXCHANGE}
    now = mailboxes(simulator)[guid]
    assert (now["type"], now["hidden"], now["full_access"]) == ("SharedMailbox", True, [other])
    assert (now["send_as"], now["send_on_behalf"], now["deliver_and_forward"]) == ([other], [other], True)
    assert now["replies"]["status"] == "alwaysEnabled"
    assert mailboxes(simulator) == {**before, guid: now}

    undone = back(tenant, settings, planned.id)
    assert (undone.plan.state, undone.plan.barred) == (PlanState.DONE, ())
    verbs = [one.step.change.verb for one in undone.steps]
    assert verbs.index(Verb.ASSIGN_LICENCE) < verbs.index(Verb.MAKE_PERSONAL)
    proved = {one.step.change.verb for one in (*ran.steps, *undone.steps) if one.step.state is StepState.PROVED}
    assert proved == OF_MAILBOX | {Verb.REMOVE_LICENCE, Verb.ASSIGN_LICENCE}, "each verb of mailboxes, there or back"
    after = mailboxes(simulator)
    assert without_texts(after[guid]) == without_texts(before[guid])
    assert after == {**before, guid: after[guid]}


def without_texts(mailbox: dict[str, Any]) -> dict[str, Any]:
    """Texts of replies that are off are not told apart by how they are marked up."""
    return {**mailbox, "replies": {**mailbox["replies"], "internalReplyMessage": "", "externalReplyMessage": ""}}


def test_what_others_had_set_is_put_back_as_it_was(
    tenant: Tenant, settings: Settings, simulator: Simulated, people: list[tuple[str, str]]
) -> None:
    (guid, _), (other, _), (third, _) = people[2:5]
    replies = {
        "status": "scheduled",
        "externalAudience": "contactsOnly",
        "scheduledStartDateTime": {"dateTime": "2026-12-20T08:00:00.0000000", "timeZone": "UTC"},
        "scheduledEndDateTime": {"dateTime": "2026-12-31T08:00:00.0000000", "timeZone": "UTC"},
        "internalReplyMessage": "<html>\n<body>\n<b>Away</b>\n</body>\n</html>\n",
        "externalReplyMessage": "",
    }
    wanted = {"forwarding_smtp_address": "smtp:home@elsewhere.example", "deliver_and_forward": False, "hidden": True}
    simulator.post("/_simulator/mutations", {"kind": "set_mailbox", "user": guid, "replies": replies, **wanted})
    for right in ("FullAccess", "SendAs", "SendOnBehalf"):
        grant = {"kind": "grant_mailbox", "mailbox": guid, "trustee": other, "right": right}
        simulator.post("/_simulator/mutations", grant)
    before = mailboxes(simulator)
    changes = [
        of(guid, Verb.END_REPLIES),
        of(guid, Verb.SET_FORWARDING, forwardTo=third, keepCopy=True),
        of(guid, Verb.SHOW_IN_LISTS),
        of(guid, Verb.TAKE_FULL_ACCESS, delegate=other),
        of(guid, Verb.TAKE_SEND_AS, delegate=other),
        of(guid, Verb.TAKE_SEND_ON_BEHALF, delegate=other),
        of(third, Verb.END_FORWARDING),
    ]
    ran = do(tenant, settings, made(tenant, settings, *changes).id)
    assert ran.plan.state is PlanState.DONE
    now = mailboxes(simulator)[guid]
    assert (now["full_access"], now["send_as"], now["send_on_behalf"], now["hidden"]) == ([], [], [], False)
    assert now["replies"]["status"] == "disabled"
    goes_on = (now["forwarding_address"], now["forwarding_smtp_address"], now["deliver_and_forward"])
    assert goes_on == (third, None, True)
    assert back(tenant, settings, ran.plan.id).plan.state is PlanState.DONE
    assert mailboxes(simulator) == before
    again = made(tenant, settings, of(guid, Verb.GIVE_SEND_AS, delegate=other), of(guid, Verb.HIDE_FROM_LISTS))
    assert all(Consequence.ALREADY_SO in {one.consequence for one in step.effects} for step in again.steps)


def test_killed_before_or_after_whatever_it_does_it_goes_on_and_repeats_nothing(
    tenant: Tenant, settings: Settings, simulator: Simulated, people: list[tuple[str, str]]
) -> None:
    (guid, _), (other, _) = people[5:7]
    there = [
        of(guid, Verb.SET_REPLIES, internalReplyMessage="Away"),
        of(guid, Verb.GIVE_FULL_ACCESS, delegate=other),
    ]
    away = [of(guid, Verb.END_REPLIES), of(guid, Verb.TAKE_FULL_ACCESS, delegate=other)]
    at = 0
    while killed(tenant, settings, simulator, away if at % 2 else there, at=at):
        at += 1
    assert at >= 10


def killed(tenant: Tenant, settings: Settings, simulator: Simulated, changes: Sequence[Change], *, at: int) -> bool:
    """Carries changes out, killed at the nth thing that it does and taken up again; whether it came to that."""
    planned = made(tenant, settings, *changes)
    assert planned.barred == ()
    connection = tenants.connection_of(tenant.id)
    assert connection is not None
    with transaction():
        plans.start(planned.id, actor=ADMIN, now=clock.now(), simulated=False)
    ran = plans.find(tenant_id=tenant.id, plan_id=planned.id)
    simulator.post("/_simulator/writes/reset", {})
    fuse, was_killed = Fuse(at), False
    quick = Patience(doubt=(0.0, 0.1), proof=(0.0, 0.1, 0.5))
    with way_to(connection, settings=settings) as way:
        by_exchange = to_change(way, tenant_id=tenant.id, changes=changes)
        with reach(
            way.endpoint, way.credential, ledger=way.ledger, permits=permits_of(ran), by_exchange=by_exchange
        ) as hand:
            journal = Journal(ran.plan, "a test")
            try:
                Engine(fuse.around(hand), fuse.around(journal), lambda: None, quick).run()
            except KilledError:
                was_killed = True
            assert Engine(hand, journal, lambda: None, quick).run() is None
    end(planned.id, None, run=1)
    assert plans.find(tenant_id=tenant.id, plan_id=planned.id).plan.state is PlanState.DONE, at
    assert [one["changed"] for one in written(simulator)] == [True] * len(changes), at
    return was_killed


@pytest.mark.parametrize(
    ("mailbox", "consequences"),
    [
        ({"size_bytes": 61 * GIGABYTE}, {Consequence.MAILBOX_TOO_LARGE, Consequence.DATA_AT_RISK}),
        ({"size_bytes": GIGABYTE, "litigation_hold": True}, {Consequence.ON_HOLD, Consequence.DATA_AT_RISK}),
        (
            {"size_bytes": GIGABYTE, "in_place_holds": ["mbx1"], "archive": True},
            {Consequence.ON_HOLD, Consequence.HAS_ARCHIVE, Consequence.DATA_AT_RISK},
        ),
        ({"size_bytes": GIGABYTE, "mailbox_type": "SharedMailbox"}, {Consequence.MAILBOX_STAYS}),
        (
            {"size_bytes": GIGABYTE, "in_place_holds": ["-mbx1"]},
            {Consequence.MAILBOX_GOES, Consequence.DATA_AT_RISK},
        ),
    ],
)
def test_a_plan_tells_what_becomes_of_the_mailbox_of_who_loses_the_licence(
    tenant: Tenant,
    settings: Settings,
    simulator: Simulated,
    mailbox: dict[str, object],
    consequences: set[Consequence],
    people: list[tuple[str, str]],
) -> None:
    guid, licence = people[7]
    fresh = {"litigation_hold": False, "in_place_holds": [], "archive": False, "mailbox_type": "UserMailbox"}
    simulator.post("/_simulator/mutations", {"kind": "set_mailbox", "user": guid, **fresh, **mailbox})
    (step,) = made(tenant, settings, Change(Verb.REMOVE_LICENCE, Subject(guid), licence)).steps
    told = {one.consequence: one for one in step.effects}
    assert told.keys() & ABOUT_MAILBOX == consequences
    if Consequence.MAILBOX_TOO_LARGE in told:
        assert told[Consequence.MAILBOX_TOO_LARGE].values["gigabytes"] == "61"


def test_without_exchange_a_mailbox_is_unknown_and_only_replies_are_changed(
    tenant: Tenant, settings: Settings, monkeypatch: pytest.MonkeyPatch, people: list[tuple[str, str]]
) -> None:
    guid, licence = people[8]
    waiting = made(tenant, settings, of(guid, Verb.HIDE_FROM_LISTS))
    monkeypatch.setenv("CHAMBERLAIN_EXCHANGE", "off")
    with pytest.raises(Refused, match="plan_barred"):  # said before anything is sent
        apply_plan(actor=ADMIN, tenant=tenant, plan_id=waiting.id)
    planned = made(
        tenant,
        load(),
        Change(Verb.REMOVE_LICENCE, Subject(guid), licence),
        of(guid, Verb.SET_REPLIES, internalReplyMessage="Away"),
        of(guid, Verb.HIDE_FROM_LISTS),
    )
    (barred,) = planned.barred
    assert Hindrance.MAILBOX_NEEDS_EXCHANGE in {one.hindrance for one in barred.obstacles}
    taking = next(step for step in planned.steps if step.change.verb is Verb.REMOVE_LICENCE)
    assert Consequence.MAILBOX_UNKNOWN in {one.consequence for one in taking.effects}


def test_an_exchange_that_cannot_be_asked_leaves_the_plan_with_what_is_unknown(
    tenant: Tenant, settings: Settings, simulator: Simulated, people: list[tuple[str, str]]
) -> None:
    guid, licence = people[8]
    simulator.post("/_simulator/faults", {"path_prefix": "/adminapi", "kind": "status", "status": 403, "times": 50})
    try:
        (step,) = made(tenant, settings, Change(Verb.REMOVE_LICENCE, Subject(guid), licence)).steps
    finally:
        simulator.delete("/_simulator/faults")
    assert Consequence.MAILBOX_UNREAD in {one.consequence for one in step.effects}


def test_what_would_be_lost_without_a_licence_is_barred_or_said_to_be_unknown_when_exchange_fails(
    tenant: Tenant, settings: Settings, simulator: Simulated
) -> None:
    licensed = """
        SELECT a.guid::text AS guid FROM grants g
        JOIN account a ON a.tenant_id = g.tenant_id AND a.id = g.holder_id
        JOIN permission p ON p.tenant_id = g.tenant_id AND p.id = g.permission_id AND p.family = 3
        WHERE g.tenant_id = %(tenant)s AND g.closed_at IS NULL
    """
    holders = {row["guid"] for row in rows(licensed, {"tenant": tenant.id})}
    free = (guid for guid, one in mailboxes(simulator).items() if not one["synced"] and guid not in holders)
    whose = next(free)
    changes = [of(whose, Verb.MAKE_SHARED), Change(Verb.DELETE_USER, Subject(whose))]
    simulator.post("/_simulator/faults", {"path_prefix": "/adminapi", "kind": "status", "status": 403, "times": 50})
    try:
        planned = made(tenant, settings, *changes)
    finally:
        simulator.delete("/_simulator/faults")
    (barred,), (step,) = planned.barred, planned.steps
    assert [one.hindrance for one in barred.obstacles] == [Hindrance.MAILBOX_SIZE_UNKNOWN]
    assert step.change.verb is Verb.DELETE_USER
    assert Consequence.MAILBOX_UNREAD in {one.consequence for one in step.effects}


def test_who_has_no_mailbox_and_what_stands_on_premises_is_barred(
    tenant: Tenant, settings: Settings, simulator: Simulated, people: list[tuple[str, str]]
) -> None:
    guests = "SELECT guid::text AS guid FROM account WHERE tenant_id = %(tenant)s AND type = 'guest'"
    nobody = rows(guests, {"tenant": tenant.id})[0]["guid"]
    changes = [of(nobody, Verb.GIVE_FULL_ACCESS, delegate=people[8][0]), of(synced(simulator), Verb.HIDE_FROM_LISTS)]
    found = [{one.hindrance for one in barred.obstacles} for barred in made(tenant, settings, *changes).barred]
    assert [Hindrance.NO_MAILBOX in found[0], Hindrance.SYNCED_MAILBOX in found[1]] == [True, True]


def test_what_exchange_refuses_with_status_200_is_left_to_a_person(
    tenant: Tenant, settings: Settings, simulator: Simulated, people: list[tuple[str, str]]
) -> None:
    """Somebody whom the on-premises directory took on after they were read."""
    taken, guid = synced(simulator), people[8][0]
    account = {"tenant": tenant.id, "guid": taken}
    note = """
        UPDATE account SET facts = facts || %(facts)s::jsonb
        WHERE tenant_id = %(tenant)s AND guid = %(guid)s RETURNING id
    """
    rows(note, {**account, "facts": '{"on_premises": false}'})
    simulator.post("/_simulator/knobs", {"exchange_errors_as_ok": True})
    before = mailboxes(simulator)
    try:
        planned = made(tenant, settings, of(taken, Verb.HIDE_FROM_LISTS), of(guid, Verb.HIDE_FROM_LISTS))
        assert planned.barred == ()
        ran = do(tenant, settings, planned.id)
    finally:
        simulator.post("/_simulator/knobs", {"exchange_errors_as_ok": False})
        rows(note, {**account, "facts": '{"on_premises": true}'})
    states = {one.step.change.subject.guid: (one.step.state, one.failure) for one in ran.steps}
    assert states[guid] == (StepState.PROVED, None)
    state, failure = states[taken]
    assert (state, failure and failure[0], ran.plan.state) == (
        StepState.NEEDS_PERSON,
        "exchange_refused",
        PlanState.FAILED,
    )
    assert mailboxes(simulator) == {**before, guid: {**before[guid], "hidden": True}}
    assert back(tenant, settings, planned.id).plan.state is PlanState.DONE
    assert mailboxes(simulator) == before


def synced(simulator: Simulated) -> str:
    """Somebody with a mailbox whom the on-premises directory masters."""
    known = mailboxes(simulator)
    return next(guid for guid, one in known.items() if one["synced"] and one["type"] == "UserMailbox")


def test_changes_of_mailboxes_are_asked_for_by_names(tenant: Tenant, people: list[tuple[str, str]]) -> None:
    guid, other = people[0][0], people[1][0]
    called = "SELECT guid::text AS guid, user_name FROM account WHERE tenant_id = %(tenant)s"
    names = {row["guid"]: row["user_name"] for row in rows(called, {"tenant": tenant.id})}
    who, whom = names[guid], names[other]
    typed = [
        f"set_forwarding:{who}={whom}",
        f"set_forwarding:{who}=outside:someone@elsewhere.example",
        f"hide_from_lists:{who}",
        f"set_replies:{who}=I left = gone",
    ]
    listed = f"person,change,permission\n{who},give_send_as,{whom}\n"
    assert read_wishes(viewer=ADMIN, tenant=tenant, named=typed, files=[listed]) == [
        of(guid, Verb.SET_FORWARDING, forwardTo=other),
        of(guid, Verb.SET_FORWARDING, forwardOutside="someone@elsewhere.example"),
        of(guid, Verb.HIDE_FROM_LISTS),
        of(guid, Verb.SET_REPLIES, internalReplyMessage="I left = gone"),
        of(guid, Verb.GIVE_SEND_AS, delegate=other),
    ]
    for wrong in (f"hide_from_lists:{who}={whom}", f"give_send_as:{who}", who, f"no_such_thing:{who}"):
        with pytest.raises(Refused, match="plan_malformed"):
            read_wishes(viewer=ADMIN, tenant=tenant, named=[wrong])
    with pytest.raises(NotFound):  # a slip, or somebody outside: which of them is said, and not guessed
        read_wishes(viewer=ADMIN, tenant=tenant, named=[f"set_forwarding:{who}=someone@elsewhere.example"])
    asked = Asked(Verb.GIVE_FULL_ACCESS, who, properties={"delegate": whom})
    assert read_asked(viewer=ADMIN, tenant=tenant, asked=[asked]) == [of(guid, Verb.GIVE_FULL_ACCESS, delegate=other)]
    with pytest.raises(NotFound):
        read_asked(viewer=ADMIN, tenant=tenant, asked=[replace(asked, properties={"delegate": "nobody@there.example"})])


def test_a_plan_s_file_makes_the_same_changes_again_and_asks_about_whom_nobody_knows(
    tenant: Tenant, people: list[tuple[str, str]]
) -> None:
    guid, other = people[0][0], people[1][0]
    changes = [
        *(one for one in leaving(guid, other, "licence:x") if one.verb in BY_EXCHANGE),
        of(guid, Verb.SET_REPLIES, internalReplyMessage="I left, at last."),
        of(guid, Verb.SET_FORWARDING, forwardOutside="someone@elsewhere.example"),
        of(guid, Verb.END_REPLIES),
    ]
    lines = [f'{guid},{one.verb},"{what_of(one.verb, one.options.properties)}"' for one in changes]
    typed = read_typed(viewer=ADMIN, tenant=tenant, listed="\n".join(["person,change,permission", *lines]))
    assert (list(typed.changes), typed.unclear) == (changes, ())
    slips = [f"{guid},no such person,give_send_as", f"{guid},x,make_shared", f"{guid},b@a.example,set_forwarding"]
    wrong = read_typed(viewer=ADMIN, tenant=tenant, listed="\n".join(slips))
    assert wrong.changes == ()
    assert [(one.column, one.text, one.lines) for one in wrong.unclear] == [
        ("permission", "no such person", (1,)),
        ("change", "make_shared", (2,)),
        ("permission", "b@a.example", (3,)),
    ]
