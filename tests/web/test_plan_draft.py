"""What a form carries from page to page: every change as it is, and nothing that no form of ours sends."""

import pytest
from plan_asking import LATER, SOMEBODY, SOMETHING, UNIT

from chamberlain.model.plan import Change, Options, Subject, SubjectType
from chamberlain.model.verb import Verb
from chamberlain.web.plan_asks import ASKS, What
from chamberlain.web.plan_draft import carried, read


@pytest.mark.parametrize(
    "change",
    [
        Change(Verb.ADD_MEMBER, Subject(SOMEBODY), f"group:{SOMETHING}", Options(ends=LATER)),
        Change(Verb.ASSIGN_ROLE, Subject(SOMEBODY), f"role:{SOMETHING}", Options(scope=f"/administrativeUnits/{UNIT}")),
        Change(Verb.ASSIGN_LICENCE, Subject(SOMEBODY, SubjectType.GROUP), f"licence:{SOMETHING}"),
        Change(Verb.SET_PLANS, Subject(SOMEBODY), f"licence:{SOMETHING}", Options(disabled_plans=())),
        Change(Verb.SWAP_LICENCE, Subject(SOMEBODY), f"licence:{UNIT}", Options(instead_of=f"licence:{SOMETHING}")),
        Change(Verb.CREATE_USER, Subject(""), "", Options(properties={"displayName": "<b> \"quoted\" Ü"})),
        Change(Verb.UPDATE_USER, Subject(SOMEBODY), "", Options(properties={"department": None})),
        Change(Verb.RESTORE_USER, Subject(SOMEBODY)),
        Change(Verb.SET_FORWARDING, Subject(SOMEBODY), "", Options(properties={"forwardTo": UNIT, "keepCopy": False})),
        Change(Verb.SET_REPLIES, Subject(SOMEBODY), "", Options(properties={"internalReplyMessage": "Gone.\nBye."})),
    ],
)  # fmt: skip
def test_a_form_carries_every_change_as_it_is(change: Change) -> None:
    assert read([carried(change)]) == (change,)


@pytest.mark.parametrize(
    "value",
    [
        f"block {SOMEBODY} - {{\"ends\":\"2099-01-01T00:00:00+00:00\"}}",
        f"add_member {SOMEBODY} group:{SOMETHING} {{\"ends\":\"soon\"}}",
        f"add_member {SOMEBODY} group:{SOMETHING} {{\"ends\":\"2099-01-01T00:00:00\"}}",
        f"remove_member {SOMEBODY} group:{SOMETHING} {{\"scope\":\"/{UNIT}\"}}",
        f"assign_role {SOMEBODY} role:{SOMETHING} {{\"scope\":\"/../users\"}}",
        f"swap_licence {SOMEBODY} licence:{SOMETHING}",
        f"swap_licence {SOMEBODY} licence:{SOMETHING} {{\"instead_of\":\"group:{SOMETHING}\"}}",
        f"set_plans {SOMEBODY} licence:{SOMETHING}",
        f"assign_licence {SOMEBODY} licence:{SOMETHING} {{\"off\":[\"x\"]}}",
        f"update_user {SOMEBODY} - {{\"properties\":{{\"passwordProfile\":\"x\"}}}}",
        f"update_user {SOMEBODY} - {{\"properties\":{{\"accountEnabled\":\"x\"}}}}",
        f"update_user {SOMEBODY} -",
        f"update_user {SOMEBODY} - {{\"properties\":{{\"city\":\"{'x' * 300}\"}}}}",
        "create_user - -",
        f"create_user {SOMEBODY} - {{\"properties\":{{\"displayName\":\"x\"}}}}",
        f"block {SOMEBODY} - [1]",
        f"block {SOMEBODY} - {{\"other\":1}}",
        f"delete_user group:{SOMEBODY[:-1]}",
        f"set_replies {SOMEBODY} -",
        f"give_send_as {SOMEBODY} - {{\"properties\":{{\"delegate\":\"somebody\"}}}}",
        f"set_forwarding {SOMEBODY} - {{\"properties\":{{\"forwardOutside\":true}}}}",
        f"make_shared {SOMEBODY} - {{\"properties\":{{\"delegate\":\"{UNIT}\"}}}}",
    ],
)  # fmt: skip
def test_options_that_no_form_of_ours_sends_become_no_change(value: str) -> None:
    assert read([value]) == ()


def test_deeds_say_what_they_need_where_something_can_be_missing() -> None:
    assert [ask.verb for ask in ASKS.values() if ask.what is not What.NOTHING and not ask.missing] == []
