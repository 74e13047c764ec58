"""What proves a change, and what puts it back."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chamberlain.model.plan import Change, Facts, Options, Subject
from chamberlain.model.verb import Verb
from chamberlain.policy.planning.facts import LATER, MOVING, collides, expected, is_met, moment
from chamberlain.policy.planning.inverse import inverse

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
ANNE = Subject("11111111-1111-1111-1111-111111111111")
BEFORE: dict[Verb, Facts] = {
    Verb.ADD_MEMBER: {"member": False},
    Verb.REMOVE_MEMBER: {"member": True},
    Verb.ADD_OWNER: {"owner": False},
    Verb.REMOVE_OWNER: {"owner": True},
    Verb.ASSIGN_ROLE: {"assigned": False, "ends": None},
    Verb.REMOVE_ROLE: {"assigned": True, "ends": None},
    Verb.MAKE_ELIGIBLE: {"eligible": False, "ends": None},
    Verb.END_ELIGIBLE: {"eligible": True, "ends": moment(NOW + timedelta(days=3))},
    Verb.ASSIGN_APP_ROLE: {"assigned": False},
    Verb.REMOVE_APP_ROLE: {"assigned": True},
    Verb.ASSIGN_LICENCE: {"assigned": False, "disabled_plans": ()},
    Verb.REMOVE_LICENCE: {"assigned": True, "disabled_plans": ("plan-a",)},
    Verb.SET_PLANS: {"assigned": True, "disabled_plans": ("plan-a",)},
    Verb.SWAP_LICENCE: {
        "assigned": False,
        "disabled_plans": (),
        "other_assigned": True,
        "other_disabled_plans": ("plan-b",),
    },
    Verb.UPDATE_USER: {"department": "Sales"},
    Verb.ENABLE: {"enabled": False},
    Verb.BLOCK: {"enabled": True},
    Verb.DELETE_USER: {"exists": True, "deleted": False},
    Verb.RESTORE_USER: {"exists": False, "deleted": True},
    Verb.SET_REPLIES: {
        "replies": "scheduled",
        "replies_to": "contactsOnly",
        "internal_reply": "<html><body>On holiday</body></html>",
        "external_reply": "Away",
        "replies_from": "2026-12-20T00:00:00Z",
        "replies_until": "2026-12-31T00:00:00Z",
    },
    Verb.END_REPLIES: {
        "replies": "alwaysEnabled",
        "replies_to": "all",
        "internal_reply": "Left",
        "external_reply": "Left",
        "replies_from": None,
        "replies_until": None,
    },
    Verb.SET_FORWARDING: {"forwards_to": "", "forwards_outside": "", "keeps_copy": True},
    Verb.END_FORWARDING: {"forwards_to": "", "forwards_outside": "bo@other.example", "keeps_copy": False},
    Verb.HIDE_FROM_LISTS: {"hidden": False},
    Verb.SHOW_IN_LISTS: {"hidden": True},
    Verb.GIVE_FULL_ACCESS: {"full_access": False},
    Verb.TAKE_FULL_ACCESS: {"full_access": True},
    Verb.GIVE_SEND_AS: {"send_as": False},
    Verb.TAKE_SEND_AS: {"send_as": True},
    Verb.GIVE_SEND_ON_BEHALF: {"send_on_behalf": False},
    Verb.TAKE_SEND_ON_BEHALF: {"send_on_behalf": True},
    Verb.MAKE_SHARED: {"shared": False},
    Verb.MAKE_PERSONAL: {"shared": True},
}


def change(verb: Verb) -> Change:
    options = {
        Verb.SWAP_LICENCE: Options(disabled_plans=("plan-c",), instead_of="licence:old"),
        Verb.ASSIGN_LICENCE: Options(disabled_plans=("plan-c",)),
        Verb.SET_PLANS: Options(disabled_plans=("plan-c",)),
        Verb.UPDATE_USER: Options(properties={"department": "Finance"}),
        Verb.SET_REPLIES: Options(properties={"internalReplyMessage": "I have left", "externalReplyMessage": ""}),
        Verb.SET_FORWARDING: Options(properties={"forwardTo": "22222222-2222-4222-8222-222222222222"}),
    }.get(verb, Options())
    return Change(verb, ANNE, "licence:new" if verb.family is not None else "", options)


@pytest.mark.parametrize("verb", list(Verb))
def test_every_verb_says_what_has_to_be_seen_after_it(verb: Verb) -> None:
    assert expected(change(verb))


@pytest.mark.parametrize("verb", sorted(BEFORE))
def test_a_change_is_not_met_by_what_was_before_it(verb: Verb) -> None:
    assert not is_met(expected(change(verb)), seen=BEFORE[verb], before=BEFORE[verb])
    assert is_met(expected(change(verb)), seen=expected(change(verb)), before=BEFORE[verb])


@pytest.mark.parametrize("verb", sorted(BEFORE))
def test_the_inverse_expects_what_was_seen_before(verb: Verb) -> None:
    back = inverse(change(verb), before=BEFORE[verb], seen={}, now=NOW)
    assert back
    wanted: dict[str, object] = {}
    for one in back:
        wanted |= expected(one)
    was = dict(BEFORE[verb])
    if verb is Verb.SWAP_LICENCE:
        was = {"assigned": True, "other_assigned": False, "disabled_plans": ("plan-b",)}
    assert all(was[name] == value for name, value in wanted.items() if name in was)
    assert set(wanted) & set(was)


@pytest.mark.parametrize("verb", sorted(BEFORE))
def test_what_was_so_already_is_left_so_by_an_undo(verb: Verb) -> None:
    same = {**BEFORE[verb], **expected(change(verb))}
    back = inverse(change(verb), before=same, seen={}, now=NOW)
    assert [one for one in back if not is_met(expected(one), seen=same, before=None)] == []


@pytest.mark.parametrize("verb", [Verb.REVOKE_SESSIONS, Verb.RESET_PASSWORD, Verb.REPROCESS_LICENCES])
def test_what_cannot_come_back_has_no_inverse(verb: Verb) -> None:
    assert inverse(change(verb), before={}, seen={}, now=NOW) == ()


def test_only_whom_we_saw_created_is_deleted() -> None:
    wish = Change(Verb.CREATE_USER, Subject(""), options=Options(properties={"userPrincipalName": "a@b.example"}))
    assert inverse(wish, before={"exists": False}, seen={}, now=NOW) == ()
    assert inverse(wish, before={"exists": True}, seen={"guid": ANNE.guid}, now=NOW) == ()
    assert inverse(wish, before={"exists": False}, seen={"guid": ANNE.guid}, now=NOW) == (
        Change(Verb.DELETE_USER, ANNE),
    )


def test_a_name_that_was_empty_is_not_emptied_again() -> None:
    wanted = {"displayName": "Anne", "department": "Sales"}
    wish = Change(Verb.UPDATE_USER, ANNE, options=Options(properties=wanted))
    (back,) = inverse(wish, before={"displayName": None, "department": None}, seen={}, now=NOW)
    assert back.options.properties == {"department": None}
    assert inverse(wish, before={"displayName": None, "department": "Sales"}, seen={}, now=NOW) == ()


def test_a_right_that_would_have_ended_meanwhile_is_not_given_back() -> None:
    ended = {"assigned": True, "ends": moment(NOW - timedelta(minutes=1))}
    assert inverse(change(Verb.REMOVE_ROLE), before=ended, seen={}, now=NOW) == ()


def test_nothing_wanted_is_nothing_proved() -> None:
    assert not is_met({}, seen={"member": True}, before=None)


def test_what_was_not_read_proves_nothing() -> None:
    assert not is_met({"ends": None}, seen={}, before=None)
    assert not is_met({"member": False}, seen={}, before=None)


@given(st.sampled_from(sorted(MOVING)), st.datetimes(), st.integers(-3600, 3600))
def test_what_has_to_move_is_proved_by_a_later_moment_only(name: str, was: datetime, seconds: int) -> None:
    try:
        now = was + timedelta(seconds=seconds)
    except OverflowError:
        return
    before, seen = ({name: moment(at.replace(tzinfo=UTC))} for at in (was, now))
    assert is_met({name: LATER}, seen=seen, before=before) is (seconds > 0)
    assert not is_met({name: LATER}, seen={name: None}, before=before)


def test_the_same_moment_written_otherwise_is_the_same() -> None:
    wish = Change(Verb.ASSIGN_ROLE, ANNE, "role:x", Options(ends=NOW))
    assert is_met(expected(wish), seen={"assigned": True, "ends": "2026-11-25T09:00:00.0000000Z"}, before=None)


def test_a_user_who_was_there_before_anything_was_sent_is_somebody_else() -> None:
    wish = Change(Verb.CREATE_USER, Subject(""), options=Options(properties={"userPrincipalName": "a@b.example"}))
    assert collides(wish, before={"exists": True})
    assert not collides(wish, before={"exists": False})
    assert not collides(change(Verb.ADD_MEMBER), before={"member": True})
