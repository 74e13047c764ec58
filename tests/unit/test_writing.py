"""What carriers send: as few requests as can be, each with a permit of its own capability and of no other."""

import re
from datetime import UTC, datetime

import msgspec
import pytest

from chamberlain.errors import Refused
from chamberlain.graph import readonly
from chamberlain.graph.write import Write
from chamberlain.kinds.writing.carriers import CARRIERS
from chamberlain.kinds.writing.carrying import Sending
from chamberlain.model.capability import Capability
from chamberlain.model.plan import Change, Facts, Options, Subject, SubjectType
from chamberlain.model.verb import BY_EXCHANGE, REPLIES, Verb
from chamberlain.policy.permits import PERMITS, SETTABLE
from chamberlain.policy.planning.mailbox_facts import mailbox_facts
from chamberlain.policy.planning.needs import capabilities_for

ROOT = "https://graph.example"
ANNA, BEN = (Subject(f"60dea100-0000-4000-8000-00000000000{number}") for number in range(2))
TEAM = Subject("60deb200-0000-4000-8000-000000000000", SubjectType.GROUP)
GROUP = f"group:{TEAM.guid}"
ROLE = "role:f2ef992c-3afb-46b9-b7cf-a126ee74c451"
E3, E5, F3 = (f"licence:05e9a617-0261-4cee-bb44-138d3ef5d96{number}" for number in range(3))
APP_ROLE = "app_role:60dec300-0000-4000-8000-000000000001:60dee500-0000-4000-8000-000000000001"
ENDS = datetime(2026, 12, 1, tzinfo=UTC)
NEWCOMER: dict[str, str | bool | None] = {
    "displayName": "Kim",
    "mailNickname": "kim",
    "userPrincipalName": "kim@golden.example",
}

# Every way in which a verb is sent: the change, and what was seen before.
WAYS: list[tuple[Change, Facts]] = [
    (Change(Verb.ADD_MEMBER, ANNA, GROUP), {"member": False}),
    (Change(Verb.REMOVE_MEMBER, ANNA, GROUP), {"member": True}),
    (Change(Verb.ADD_OWNER, ANNA, GROUP), {"owner": False}),
    (Change(Verb.REMOVE_OWNER, ANNA, GROUP), {"owner": True}),
    (Change(Verb.ASSIGN_ROLE, ANNA, ROLE), {"assigned": False, "ends": None, "can_end": True}),
    (Change(Verb.ASSIGN_ROLE, ANNA, ROLE, Options(ends=ENDS)), {"assigned": False, "ends": None, "can_end": True}),
    (Change(Verb.ASSIGN_ROLE, ANNA, ROLE, Options(ends=ENDS)), {"assigned": True, "ends": None, "can_end": True}),
    (Change(Verb.REMOVE_ROLE, ANNA, ROLE), {"assigned": True, "ends": None, "assignment": "lAPp-Yv_1"}),
    (Change(Verb.REMOVE_ROLE, ANNA, ROLE), {"assigned": True, "ends": "2026-12-01T00:00:00Z", "assignment": "l-1"}),
    (Change(Verb.MAKE_ELIGIBLE, ANNA, ROLE), {"eligible": False, "ends": None}),
    (Change(Verb.END_ELIGIBLE, ANNA, ROLE), {"eligible": True, "ends": None}),
    (Change(Verb.ASSIGN_APP_ROLE, ANNA, APP_ROLE), {"assigned": False, "assignment": None}),
    (Change(Verb.ASSIGN_APP_ROLE, TEAM, APP_ROLE), {"assigned": False, "assignment": None}),
    (Change(Verb.REMOVE_APP_ROLE, ANNA, APP_ROLE), {"assigned": True, "assignment": "41W1zT6z1U-kJxf62svf"}),
    (Change(Verb.ASSIGN_LICENCE, ANNA, E3), {"assigned": False, "disabled_plans": ()}),
    (Change(Verb.ASSIGN_LICENCE, TEAM, E3), {"assigned": False, "disabled_plans": ()}),
    (Change(Verb.REMOVE_LICENCE, ANNA, E3), {"assigned": True, "disabled_plans": ()}),
    (Change(Verb.SWAP_LICENCE, ANNA, E5, Options(instead_of=E3)), {"assigned": False, "other_assigned": True}),
    (Change(Verb.SET_PLANS, ANNA, E3, Options(disabled_plans=("x",))), {"assigned": True, "disabled_plans": ()}),
    (Change(Verb.REPROCESS_LICENCES, ANNA), {"licences_processed_at": None}),
    (Change(Verb.CREATE_USER, Subject(""), options=Options(properties=NEWCOMER)), {"exists": False}),
    (Change(Verb.UPDATE_USER, ANNA, options=Options(properties=dict.fromkeys(SETTABLE, "x"))), {}),
    (Change(Verb.UPDATE_USER, ANNA, options=Options(properties={"manager": BEN.guid})), {"manager": None}),
    (Change(Verb.UPDATE_USER, ANNA, options=Options(properties={"manager": None})), {"manager": BEN.guid}),
    (Change(Verb.ENABLE, ANNA), {"enabled": False}),
    (Change(Verb.BLOCK, ANNA), {"enabled": True}),
    (Change(Verb.REVOKE_SESSIONS, ANNA), {"sessions_valid_from": None}),
    (Change(Verb.RESET_PASSWORD, ANNA), {"password_changed_at": None}),
    (Change(Verb.DELETE_USER, ANNA), {"exists": True, "deleted": False}),
    (Change(Verb.RESTORE_USER, ANNA), {"exists": False, "deleted": True}),
    (
        Change(Verb.SET_REPLIES, ANNA, options=Options(properties={"internalReplyMessage": "x"})),
        {"replies": "disabled"},
    ),
    (Change(Verb.END_REPLIES, ANNA), {"replies": "alwaysEnabled"}),
]


def sendings(*ways: tuple[Change, Facts]) -> list[Sending]:
    changes, before = [change for change, _ in ways], [facts for _, facts in ways]
    return CARRIERS[changes[0].verb].sendings(changes, root=ROOT, before=before)


def may_leave(write: Write, capability: Capability) -> bool:
    body = b"" if write.body is None else msgspec.json.encode(write.body)
    try:
        readonly.check(write.method, f"/v1.0{write.path}", body, permits=PERMITS.get(capability, frozenset()))
    except Refused:
        return False
    return True


def test_every_verb_is_sent_in_one_of_the_ways() -> None:
    assert {change.verb for change, _ in WAYS} == set(Verb) - BY_EXCHANGE


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way[0].verb.value)
def test_a_request_leaves_with_the_permit_of_its_capability_and_of_no_other(way: tuple[Change, Facts]) -> None:
    (sending,) = sendings(way)
    assert sending.changes == (way[0],)
    allowing = {capability for capability in Capability if may_leave(sending.write, capability)}
    assert allowing == set(capabilities_for(way[0], permission=None))


def test_every_permit_to_change_accounts_and_access_is_used() -> None:
    """One that nothing needs would let out what nobody meant."""
    writes = [one.write for way in WAYS for one in sendings(way)]
    twenty: list[tuple[Change, Facts]] = [
        (Change(Verb.ADD_MEMBER, Subject(BEN.guid[:-2] + f"{one:02}"), GROUP), {}) for one in range(20)
    ]
    writes += [one.write for one in sendings(*twenty)]
    writes += [one.write for one in sendings((Change(Verb.ASSIGN_LICENCE, TEAM, E3), {}))]
    unused = {
        (permit.method, permit.path)
        for capability, permits in PERMITS.items()
        for permit in permits
        if capability is not Capability.SHOW_REPORT_NAMES
        and not any(permit.lets(write.method, write.path) for write in writes)
    }
    assert unused == set()


def test_forty_one_members_take_three_requests() -> None:
    people = [Subject(f"60dea100-0000-4000-8000-0000000000{number:02x}") for number in range(41)]
    found = sendings(*((Change(Verb.ADD_MEMBER, one, GROUP), {"member": False}) for one in people))
    assert [len(one.changes) for one in found] == [20, 20, 1]
    assert [one.subject for sending in found for one in sending.changes] == people


def test_a_swap_is_one_request() -> None:
    swap = Change(Verb.SWAP_LICENCE, ANNA, E5, Options(instead_of=E3, disabled_plans=("plan",)))
    (sending,) = sendings((swap, {"assigned": False, "other_assigned": True}))
    assert sending.write.body == {
        "addLicenses": [{"skuId": E5.partition(":")[2], "disabledPlans": ["plan"]}],
        "removeLicenses": [E3.partition(":")[2]],
    }


def test_what_changes_for_one_person_goes_together_but_never_twice_for_one_licence() -> None:
    gone: Facts = {"assigned": True, "disabled_plans": ()}
    new: Facts = {"assigned": False, "disabled_plans": ()}
    found = sendings(
        (Change(Verb.ASSIGN_LICENCE, ANNA, E3), new),
        (Change(Verb.REMOVE_LICENCE, ANNA, E5), gone),
        (Change(Verb.ASSIGN_LICENCE, BEN, E3), new),
        (Change(Verb.SET_PLANS, ANNA, E5, Options(disabled_plans=("plan",))), gone),
        (Change(Verb.ASSIGN_LICENCE, ANNA, F3), new),
    )
    assert [len(one.changes) for one in found] == [2, 2, 1]
    assert [one.changes[0].subject for one in found] == [ANNA, ANNA, BEN]


def test_plans_that_nobody_speaks_of_stay_off() -> None:
    change = Change(Verb.SWAP_LICENCE, ANNA, E5, Options(instead_of=E3))
    seen: Facts = {"assigned": True, "disabled_plans": ("plan",), "other_assigned": True}
    (sending,) = sendings((change, seen))
    assert sending.write.body == {"addLicenses": [], "removeLicenses": [E3.partition(":")[2]]}


@pytest.mark.parametrize("verb", [Verb.RESET_PASSWORD, Verb.CREATE_USER])
def test_a_password_is_made_up_each_time_and_never_printed(verb: Verb) -> None:
    change = Change(verb, ANNA, options=Options(properties=NEWCOMER if verb is Verb.CREATE_USER else {}))
    words = []
    for _ in range(2):
        (sending,) = sendings((change, {}))
        body = msgspec.convert(sending.write.body, dict[str, object])
        profile = msgspec.convert(body["passwordProfile"], dict[str, object])
        words.append(str(profile["password"]))
        assert words[-1] not in repr(sending)
    assert words[0] != words[1]
    for word in words:
        assert len(word) >= 24
        assert all(re.search(sort, word) for sort in ("[a-z]", "[A-Z]", "[0-9]", "[^a-zA-Z0-9]"))


@pytest.mark.parametrize("name", ["accountEnabled", "passwordProfile", "proxyAddresses", "id", "onPremisesImmutableId"])
@pytest.mark.parametrize("verb", [Verb.UPDATE_USER, Verb.CREATE_USER])
def test_what_has_a_way_of_its_own_is_not_set_beside(verb: Verb, name: str) -> None:
    change = Change(verb, ANNA, options=Options(properties={name: True}))
    with pytest.raises(Refused, match="property_not_settable"):
        sendings((change, {}))


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way[0].verb.value)
def test_what_is_so_already_is_not_sent(way: tuple[Change, Facts]) -> None:
    change, before = way
    shown: Facts = {
        "member": change.verb is Verb.ADD_MEMBER,
        "owner": change.verb is Verb.ADD_OWNER,
        "assigned": change.verb
        in {Verb.ASSIGN_ROLE, Verb.ASSIGN_APP_ROLE, Verb.ASSIGN_LICENCE, Verb.SWAP_LICENCE, Verb.SET_PLANS},
        "assignment": None,
        "other_assigned": False,
        "disabled_plans": tuple(sorted(change.options.disabled_plans or ())),
        "eligible": change.verb is Verb.MAKE_ELIGIBLE,
        "ends": change.options.ends.isoformat() if change.options.ends else None,
        "enabled": change.verb is Verb.ENABLE,
        "exists": change.verb in {Verb.CREATE_USER, Verb.RESTORE_USER},
        **(mailbox_facts(change) if change.verb in REPLIES else {}),
        **change.options.properties,
    }
    always = {Verb.REVOKE_SESSIONS, Verb.RESET_PASSWORD, Verb.REPROCESS_LICENCES}
    assert bool(sendings((change, before)))
    assert bool(sendings((change, shown))) is (change.verb in always)
