"""What plans say of mailboxes: what becomes of them, what stands in the way, in which order, what puts them back."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from chamberlain.errors import Refused
from chamberlain.model.capability import Capability
from chamberlain.model.effect import Consequence
from chamberlain.model.exchange import Mailbox, MailboxType
from chamberlain.model.kind import AccountType, Kind, Relation
from chamberlain.model.obstacle import Help, Hindrance, Obstacle
from chamberlain.model.plan import Change, Options, Restorable, Step, Subject
from chamberlain.model.situation import AccountKnown, Edge, PermissionKnown, Situation
from chamberlain.model.verb import BY_EXCHANGE, OF_MAILBOX, SHARING, Verb
from chamberlain.policy.capabilities import ABILITIES
from chamberlain.policy.planning.draft import Draft, draft
from chamberlain.policy.planning.facts import expected, is_met
from chamberlain.policy.planning.inverse import inverse
from chamberlain.policy.planning.mailbox_licence import carries_mailbox
from chamberlain.policy.planning.mailbox_wishes import checked, from_text
from chamberlain.policy.planning.reach import group
from chamberlain.policy.planning.reply_text import as_html, says
from chamberlain.policy.planning.words import say_change, say_effect, say_obstacle
from chamberlain.provision.mailboxes import known
from consequences import ABOUT_MAILBOX

NOW = datetime(2026, 11, 25, tzinfo=UTC)
ANNE, BO = Subject("anne"), Subject("bo")
E3, ARCHIVE, CREW = "licence:e3", "licence:archive", "group:crew"
GIGABYTE = 1024**3
LICENSED = Edge(ANNE, E3, Relation.ASSIGNED)
PERSONAL = Mailbox(
    guid="anne",
    address="anne@contoso.example",
    type=MailboxType.USER,
    forwards_to="",
    forwards_outside="",
    keeps_copy=False,
    hidden=False,
    held=False,
    archive=False,
    bytes=7 * GIGABYTE,
)
SHARED = replace(PERSONAL, type=MailboxType.SHARED)


def tenant(*edges: Edge, mailbox: Mailbox | None = PERSONAL, **more: Any) -> Situation:
    """Anne, whose mailbox it is, and Bo; a licence with a mailbox, and one that only adds an archive to it."""
    known = Situation(
        as_of=NOW,
        accounts={
            "anne": AccountKnown("anne", "Anne", "anne@contoso.example", usage_location="DE", mailbox=mailbox),
            "bo": AccountKnown("bo", "Bo", "bo@contoso.example"),
        },
        permissions={
            E3: PermissionKnown(E3, Kind.LICENCE, "E3", seats=5, mailbox_plans=frozenset({"mail"})),
            ARCHIVE: PermissionKnown(ARCHIVE, Kind.LICENCE, "Archive", seats=5),
            CREW: PermissionKnown(CREW, Kind.SECURITY_GROUP, "Crew", licensed=True),
        },
        edges=frozenset(edges),
        chosen=frozenset(Capability),
        held=frozenset(use.scope for one in ABILITIES.values() for use in one.uses),
        exchange=True,
        mailboxes=True,
        reads_mailboxes=True,
    )
    return replace(known, **more)


def of_anne(situation: Situation, **more: Any) -> Situation:
    anne = replace(situation.accounts["anne"], **more)
    return replace(situation, accounts={**situation.accounts, "anne": anne})


def told(step: Step) -> set[Consequence]:
    return {one.consequence for one in step.effects}


def only(change: Change, situation: Situation) -> Step:
    (step,) = draft([change], situation=situation).steps
    return step


def barring(found: Draft) -> dict[Hindrance, Obstacle]:
    return {obstacle.hindrance: obstacle for one in found.barred for obstacle in one.obstacles}


def said(change: Change, situation: Situation) -> dict[Hindrance, Obstacle]:
    return barring(draft([change], situation=situation))


def wish(verb: Verb, **properties: str | bool | None) -> Change:
    return Change(verb, ANNE, options=Options(properties=properties))


TAKE = Change(Verb.REMOVE_LICENCE, ANNE, E3)
DELETE = Change(Verb.DELETE_USER, ANNE)


@pytest.mark.parametrize(
    ("mailbox", "wanted"),
    [
        (PERSONAL, {Consequence.MAILBOX_GOES, Consequence.DATA_AT_RISK}),
        (SHARED, {Consequence.MAILBOX_STAYS}),
        (replace(SHARED, bytes=61 * GIGABYTE), {Consequence.MAILBOX_TOO_LARGE, Consequence.DATA_AT_RISK}),
        (
            replace(PERSONAL, bytes=61 * GIGABYTE, held=True),
            {Consequence.MAILBOX_TOO_LARGE, Consequence.ON_HOLD, Consequence.DATA_AT_RISK},
        ),
        (replace(SHARED, held=True), {Consequence.ON_HOLD, Consequence.DATA_AT_RISK}),
        (replace(SHARED, archive=True), {Consequence.HAS_ARCHIVE, Consequence.DATA_AT_RISK}),
        (
            replace(PERSONAL, forwards_to="bo"),
            {Consequence.MAILBOX_GOES, Consequence.FORWARDING_ENDS, Consequence.DATA_AT_RISK},
        ),
        (replace(SHARED, forwards_to="bo"), {Consequence.MAILBOX_STAYS}),
        (replace(SHARED, bytes=None), {Consequence.MAILBOX_STAYS}),
    ],
)
def test_who_loses_the_licence_is_told_what_becomes_of_the_mailbox(mailbox: Mailbox, wanted: set[Consequence]) -> None:
    assert told(only(TAKE, tenant(LICENSED, mailbox=mailbox))) & ABOUT_MAILBOX == wanted


@pytest.mark.parametrize("change", [TAKE, DELETE])
def test_a_mailbox_that_was_not_read_is_unknown_and_never_silent(change: Change) -> None:
    unread = tenant(LICENSED, mailbox=None)
    assert Consequence.MAILBOX_UNREAD in told(only(change, unread))
    step = only(change, replace(unread, mailboxes=False, reads_mailboxes=False))
    (effect,) = [one for one in step.effects if one.consequence is Consequence.MAILBOX_UNKNOWN]
    assert say_effect(effect).endswith("unknown: needs Exchange")


@pytest.mark.parametrize("verb", sorted(OF_MAILBOX | {Verb.DELETE_USER}))
def test_of_whom_exchange_was_to_tell_and_did_not_the_plan_says_so(verb: Verb) -> None:
    """Because it failed, or there were too many to ask for: with a licence, and without one."""
    change = wish(verb, delegate="bo", forwardOutside="x@other.example", internalReplyMessage="x")
    for edges in ((LICENSED,), ()):
        now = tenant(*edges, mailbox=None)
        both = known(now, asked=["anne", "bo"], mailboxes={"bo": None})
        assert (both.accounts["bo"].no_mailbox, both.accounts["bo"].untold) == (True, False)
        found = draft([change], situation=both)
        if verb in SHARING and not edges:
            assert found.steps == ()
            sizes = {
                Verb.MAKE_SHARED: Hindrance.MAILBOX_SIZE_UNKNOWN,
                Verb.MAKE_PERSONAL: Hindrance.MAILBOX_TAKES_LICENCE,
            }
            assert set(barring(found)) == {sizes[verb]}
            continue
        assert Consequence.MAILBOX_UNREAD in told(found.steps[0])
        assert (Consequence.FORWARDS_OUTSIDE in told(found.steps[0])) is (verb is Verb.SET_FORWARDING)
        answered = known(now, asked=["anne"], mailboxes={"anne": PERSONAL})
        assert Consequence.MAILBOX_UNREAD not in told(only(change, answered))


def test_a_plan_that_was_made_with_what_exchange_told_is_carried_out_without_asking_again() -> None:
    assert said(wish(Verb.MAKE_SHARED), tenant(mailbox=None)) == {}


def test_what_carries_no_mailbox_or_leaves_one_says_nothing_of_it() -> None:
    of_mailboxes = ABOUT_MAILBOX - {Consequence.DATA_AT_RISK}  # which is said of files, too
    adds = Edge(ANNE, ARCHIVE, Relation.ASSIGNED)
    assert not told(only(Change(Verb.REMOVE_LICENCE, ANNE, ARCHIVE), tenant(LICENSED, adds))) & ABOUT_MAILBOX
    through = (Edge(ANNE, CREW), Edge(group(CREW), E3, Relation.ASSIGNED))
    assert not told(only(TAKE, tenant(LICENSED, *through))) & ABOUT_MAILBOX, "the group's licence carries it"
    assert not told(only(TAKE, of_anne(tenant(LICENSED), mailbox=None, no_mailbox=True))) & of_mailboxes


def test_a_mailbox_goes_with_the_group_that_carries_its_licence_and_with_the_service_that_is_switched_off() -> None:
    through = (Edge(ANNE, CREW), Edge(group(CREW), E3, Relation.ASSIGNED))
    assert Consequence.MAILBOX_GOES in told(only(Change(Verb.REMOVE_MEMBER, ANNE, CREW), tenant(*through)))
    off = Change(Verb.SET_PLANS, ANNE, E3, Options(disabled_plans=("mail",)))
    assert Consequence.MAILBOX_GOES in told(only(off, tenant(LICENSED)))
    other = Change(Verb.SET_PLANS, ANNE, E3, Options(disabled_plans=("chat",)))
    assert Consequence.MAILBOX_GOES not in told(only(other, tenant(LICENSED)))


def test_who_is_deleted_takes_the_mailbox_along_unless_it_is_held() -> None:
    for mailbox in (PERSONAL, SHARED):
        for edges in ((LICENSED,), ()):
            assert Consequence.MAILBOX_DELETED in told(only(DELETE, tenant(*edges, mailbox=mailbox)))
    held = told(only(DELETE, tenant(mailbox=replace(SHARED, held=True, forwards_outside="bo@other.example"))))
    assert {Consequence.KEPT_BY_HOLD, Consequence.FORWARDING_ENDS} <= held
    assert Consequence.MAILBOX_DELETED not in held


def test_who_is_converted_first_keeps_the_mailbox_without_the_licence() -> None:
    convert, take = draft([TAKE, wish(Verb.MAKE_SHARED)], situation=tenant(LICENSED)).steps
    assert (convert.change.verb, take.after) == (Verb.MAKE_SHARED, frozenset({1}))
    assert Consequence.MAILBOX_STAYS in told(take)
    give, back = draft(
        [wish(Verb.MAKE_PERSONAL), Change(Verb.ASSIGN_LICENCE, ANNE, E3)], situation=tenant(mailbox=SHARED)
    ).steps
    assert (back.change.verb, back.after) == (Verb.MAKE_PERSONAL, frozenset({give.number}))


def test_a_mailbox_of_a_group_s_licence_is_settled_before_it_goes_and_converted_back_once_it_came() -> None:
    member, carried = Edge(ANNE, CREW, Relation.MEMBER), Edge(group(CREW), E3, Relation.ASSIGNED)
    takes = [Change(Verb.REMOVE_LICENCE, group(CREW), E3), wish(Verb.MAKE_SHARED), wish(Verb.HIDE_FROM_LISTS)]
    *first, take = draft(takes, situation=tenant(member, carried)).steps
    assert (take.change.verb, take.after) == (Verb.REMOVE_LICENCE, frozenset(one.number for one in first))
    back = wish(Verb.MAKE_PERSONAL)
    gives = Change(Verb.ASSIGN_LICENCE, group(CREW), E3)
    give, convert = draft([back, gives], situation=tenant(member, mailbox=SHARED)).steps
    assert (convert.change, convert.after) == (back, frozenset({give.number}))
    join, convert = draft([back, Change(Verb.ADD_MEMBER, ANNE, CREW)], situation=tenant(carried, mailbox=SHARED)).steps
    assert (convert.change, convert.after) == (back, frozenset({join.number}))
    (barred,) = draft([back, replace(gives, subject=group("group:others"))], situation=tenant(mailbox=SHARED)).barred[
        :1
    ]
    assert Hindrance.MAILBOX_TAKES_LICENCE in {one.hindrance for one in barred.obstacles}, "she is in no such group"


def test_forwarding_that_the_plan_itself_sets_or_ends_is_what_is_told() -> None:
    elsewhere = tenant(LICENSED, mailbox=replace(PERSONAL, forwards_outside="x@other.example"))
    _forward, take = draft([wish(Verb.SET_FORWARDING, forwardTo="bo"), TAKE], situation=elsewhere).steps
    (told_of,) = [one for one in take.effects if one.consequence is Consequence.FORWARDING_ENDS]
    assert say_effect(told_of) == "mail to Anne no longer goes on to Bo"
    _end, take = draft([wish(Verb.END_FORWARDING), TAKE], situation=elsewhere).steps
    assert Consequence.FORWARDING_ENDS not in told(take)


def test_a_mailbox_that_comes_back_with_its_licence_is_changed_after_that() -> None:
    wishes = [wish(Verb.HIDE_FROM_LISTS), Change(Verb.ASSIGN_LICENCE, ANNE, E3)]
    give, hide = draft(wishes, situation=tenant()).steps
    assert (give.change.verb, hide.after) == (Verb.ASSIGN_LICENCE, frozenset({give.number}))
    joins = [wish(Verb.HIDE_FROM_LISTS), Change(Verb.ADD_MEMBER, ANNE, CREW)]
    first, second = draft(joins, situation=tenant()).steps
    assert (first.change.verb, second.after) == (Verb.ADD_MEMBER, frozenset({first.number}))


def test_what_is_shared_without_a_licence_is_said_not_to_come_back_and_with_one_it_does() -> None:
    assert only(wish(Verb.MAKE_SHARED), tenant(LICENSED)).restorable is Restorable.WHOLLY
    assert only(wish(Verb.MAKE_SHARED), tenant()).restorable is Restorable.NOT
    convert, _take = draft([TAKE, wish(Verb.MAKE_SHARED)], situation=tenant(LICENSED)).steps
    assert convert.restorable is Restorable.WHOLLY, "the undo gives the licence first"


def test_a_licence_of_whoever_has_no_usage_location_is_said_not_to_come_back() -> None:
    assert only(TAKE, tenant(LICENSED)).restorable is Restorable.WHOLLY
    of_bo = Change(Verb.REMOVE_LICENCE, BO, E3)
    assert only(of_bo, tenant(Edge(BO, E3, Relation.ASSIGNED))).restorable is Restorable.NOT


def test_conversion_without_a_licence_has_its_limits() -> None:
    large = replace(PERSONAL, bytes=61 * GIGABYTE)
    found = said(wish(Verb.MAKE_SHARED), tenant(mailbox=large))[Hindrance.MAILBOX_TOO_LARGE]
    assert (found.help, found.values["gigabytes"]) == (Help.ASSIGN_LICENCE_FIRST, "61")
    assert said(wish(Verb.MAKE_SHARED), tenant(LICENSED, mailbox=large)) == {}, "a licence allows it"
    assert said(wish(Verb.MAKE_SHARED), tenant()) == {}
    unsized = replace(PERSONAL, bytes=None)
    found = said(wish(Verb.MAKE_SHARED), tenant(mailbox=unsized))[Hindrance.MAILBOX_SIZE_UNKNOWN]
    assert found.help is Help.PLAN_FEWER
    assert said(wish(Verb.MAKE_SHARED), tenant(LICENSED, mailbox=unsized)) == {}
    assert Hindrance.MAILBOX_TAKES_LICENCE in said(wish(Verb.MAKE_PERSONAL), tenant(mailbox=SHARED))
    room = replace(PERSONAL, type=MailboxType.OTHER)
    assert Hindrance.NOT_CONVERTIBLE in said(wish(Verb.MAKE_SHARED), tenant(LICENSED, mailbox=room))


@pytest.mark.parametrize("verb", sorted(OF_MAILBOX))
def test_only_what_needs_exchange_is_barred_without_it(verb: Verb) -> None:
    change = wish(verb, delegate="bo", forwardTo="bo", internalReplyMessage="x")
    without = said(change, tenant(LICENSED, mailboxes=False))
    assert (Hindrance.MAILBOX_NEEDS_EXCHANGE in without) is (verb in BY_EXCHANGE)
    assert said(change, tenant(LICENSED)) == {}
    assert Hindrance.NO_MAILBOX in said(change, of_anne(tenant(LICENSED), mailbox=None, no_mailbox=True))


@pytest.mark.parametrize(
    ("verb", "command"),
    [
        (
            Verb.HIDE_FROM_LISTS,
            "Set-RemoteMailbox -Identity 'anne@contoso.example' -HiddenFromAddressListsEnabled $true",
        ),
        (Verb.MAKE_SHARED, "Set-RemoteMailbox -Identity 'anne@contoso.example' -Type Shared"),
        (
            Verb.GIVE_SEND_ON_BEHALF,
            "Set-RemoteMailbox -Identity 'anne@contoso.example' -GrantSendOnBehalfTo @{Add='bo@contoso.example'}",
        ),
    ],
)
def test_what_the_on_premises_directory_masters_is_changed_there(verb: Verb, command: str) -> None:
    found = said(wish(verb, delegate="bo"), of_anne(tenant(LICENSED), synced=True))[Hindrance.SYNCED_MAILBOX]
    assert (found.help, found.command) == (Help.RUN_COMMAND, command)


@pytest.mark.parametrize("verb", [Verb.SET_FORWARDING, Verb.GIVE_FULL_ACCESS, Verb.GIVE_SEND_AS, Verb.SET_REPLIES])
def test_what_lives_in_the_cloud_alone_is_changed_there_for_synced_people_too(verb: Verb) -> None:
    change = wish(verb, delegate="bo", forwardTo="bo", internalReplyMessage="x")
    assert said(change, of_anne(tenant(LICENSED), synced=True)) == {}


def test_whoever_gets_at_a_mailbox_is_somebody_else_who_is_there() -> None:
    assert Hindrance.OWN_MAILBOX in said(wish(Verb.GIVE_FULL_ACCESS, delegate="anne"), tenant(LICENSED))
    assert Hindrance.UNKNOWN_SUBJECT in said(wish(Verb.GIVE_SEND_AS, delegate="cy"), tenant(LICENSED))
    assert said(wish(Verb.SET_FORWARDING, forwardOutside="cy@other.example"), tenant(LICENSED)) == {}


def test_a_thing_and_its_opposite_are_not_both_done_but_access_of_two_people_is() -> None:
    both = [wish(Verb.HIDE_FROM_LISTS), wish(Verb.SHOW_IN_LISTS)]
    assert set(barring(draft(both, situation=tenant(LICENSED)))) == {Hindrance.CONTRADICTION}
    known = tenant(LICENSED)
    cy = AccountKnown("cy", "Cy", "cy@contoso.example", AccountType.MEMBER)
    two = [wish(Verb.GIVE_FULL_ACCESS, delegate="bo"), wish(Verb.TAKE_FULL_ACCESS, delegate="cy")]
    assert draft(two, situation=replace(known, accounts={**known.accounts, "cy": cy})).barred == ()


def test_the_sentence_names_who_gets_at_the_mailbox_or_where_mail_goes() -> None:
    for change, sentence in (
        (wish(Verb.GIVE_FULL_ACCESS, delegate="bo"), "Bo may open the mailbox of Anne"),
        (wish(Verb.SET_FORWARDING, forwardTo="bo"), "mail to Anne goes on to Bo"),
        (wish(Verb.SET_FORWARDING, forwardOutside="x@other.example"), "mail to Anne goes on to x@other.example"),
    ):
        step = only(change, tenant(LICENSED))
        assert say_change(change, who=step.subject_name, what=step.permission_name) == sentence
        assert step.units == 0
        assert set(step.needs) == {"MailboxSettings.ReadWrite", "Exchange.ManageAsApp"}
    hindrance = said(wish(Verb.MAKE_SHARED), tenant(mailbox=replace(PERSONAL, bytes=61 * GIGABYTE)))
    assert "61 GB" in say_obstacle(hindrance[Hindrance.MAILBOX_TOO_LARGE])[0]


@pytest.mark.parametrize(
    "text",
    [
        "I have left.",
        "I have left.\nWrite to Bo & Cy <bo@contoso.example>",
        "1 < 2",
        "<p>I have <b>left</b>.</p>",
        '<p>Ask <a href="https://help.example/?a=1&amp;b=2">Bo</a>. <img src="https://help.example/bo.png"></p>',
    ],
)
def test_a_reply_says_the_same_however_exchange_wraps_it(text: str) -> None:
    wrapped = f"<html>\n<body>\n{as_html(text)}\n</body>\n</html>\n"
    assert says(wrapped) == says(text)
    wanted = expected(wish(Verb.SET_REPLIES, internalReplyMessage=text))
    seen = {"replies": "alwaysEnabled", "internal_reply": wrapped, "replies_to": "none"}
    assert is_met(wanted, seen=seen, before=None)
    assert not is_met(wanted, seen={**seen, "internal_reply": "<html><body>Something else</body></html>"}, before=None)


@pytest.mark.parametrize(
    ("is_now", "is_wanted", "same"),
    [
        ('<a href="https://a.example">Bo</a>', '<a href="https://b.example">Bo</a>', False),
        ("<img alt='Bo' src='https://a.example/1.png'>", "<img alt='Bo' src='https://a.example/2.png'>", False),
        ("<img src=https://a.example/1.png>", "<img>", False),
        ('<a href="https://a.example">Bo</a>', "<b>Bo</b>", False),
        ('<A HREF="https://a.example/?a&amp;b">Bo</A>', "<p><a class=x href='https://a.example/?a&b'>Bo</a></p>", True),
        ('<p style="x" data-src="1">Bo</p>', "<p>Bo</p>", True),
    ],
)
def test_a_reply_that_leads_elsewhere_is_another_one(is_now: str, is_wanted: str, same: bool) -> None:
    wanted = expected(wish(Verb.SET_REPLIES, internalReplyMessage=is_wanted))
    seen = {"replies": "alwaysEnabled", "internal_reply": is_now, "replies_to": "none"}
    assert is_met(wanted, seen=seen, before=None) is same


def test_replies_that_were_scheduled_are_scheduled_again_and_their_texts_come_back() -> None:
    before = {
        "replies": "scheduled",
        "replies_to": "contactsOnly",
        "internal_reply": "<html><body>Away</body></html>",
        "external_reply": "",
        "replies_from": "2026-12-20T00:00:00Z",
        "replies_until": "2026-12-31T00:00:00Z",
    }
    (back,) = inverse(wish(Verb.SET_REPLIES, internalReplyMessage="Left"), before=before, seen={}, now=NOW)
    assert expected(back) == before
    off = {**before, "replies": "disabled", "replies_from": None, "replies_until": None}
    (back,) = inverse(wish(Verb.SET_REPLIES, internalReplyMessage="Left"), before=off, seen={}, now=NOW)
    assert back.verb is Verb.END_REPLIES
    assert is_met(expected(back), seen=off, before=None)


def test_forwarding_goes_back_to_whom_it_went_both_inside_and_outside() -> None:
    before = {"forwards_to": "bo", "forwards_outside": "Bo@Other.example", "keeps_copy": False}
    for change in (wish(Verb.END_FORWARDING), wish(Verb.SET_FORWARDING, forwardTo="cy")):
        (back,) = inverse(change, before=before, seen={}, now=NOW)
        assert is_met(expected(back), seen=before, before=None)
    none = {"forwards_to": "", "forwards_outside": "", "keeps_copy": True}
    (back,) = inverse(wish(Verb.SET_FORWARDING, forwardTo="cy", keepCopy=False), before=none, seen={}, now=NOW)
    assert back.verb is Verb.END_FORWARDING
    assert expected(back) == none


@pytest.mark.parametrize(
    ("plan", "carries"),
    [
        ("EXCHANGE_S_ENTERPRISE", True),
        ("EXCHANGE_S_STANDARD", True),
        ("EXCHANGE_S_DESKLESS", True),
        ("EXCHANGE_S_FOUNDATION", False),
        ("EXCHANGE_S_ARCHIVE_ADDON", False),
        ("EXCHANGE_ANALYTICS", False),
        ("SHAREPOINTENTERPRISE", False),
    ],
)
def test_a_service_plan_carries_a_mailbox_by_its_name(plan: str, carries: bool) -> None:
    assert carries_mailbox(plan) is carries


@pytest.mark.parametrize(
    ("verb", "said", "wrong"),
    [
        (Verb.SET_FORWARDING, {}, "missing"),
        (Verb.SET_FORWARDING, {"forwardTo": ""}, "missing"),
        (Verb.SET_FORWARDING, {"forwardTo": "bo", "forwardOutside": "bo@other.example"}, "one of them"),
        (Verb.SET_FORWARDING, {"forwardOutside": "bo@other.example, cy@other.example"}, "no address"),
        (Verb.SET_FORWARDING, {"forwardOutside": "smtp:bo@other.example"}, "no address"),
        (Verb.SET_FORWARDING, {"forwardTo": "bo", "keepCopy": "yes"}, "true or false"),
        (Verb.HIDE_FROM_LISTS, {"hidden": True}, "too much"),
        (Verb.GIVE_SEND_AS, {"forwardTo": "bo"}, "too much"),
        (Verb.SET_REPLIES, {"internalReplyMessage": "x", "externalAudience": "everybody"}, "one of none"),
        (Verb.SET_REPLIES, {"internalReplyMessage": "x" * 10_001}, "at most"),
        (Verb.SET_REPLIES, {"internalReplyMessage": True}, "no text"),
        (Verb.SET_REPLIES, {"internalReplyMessage": "x", "scheduledStart": "2026-12-01"}, "both or none"),
        (
            Verb.SET_REPLIES,
            {"internalReplyMessage": "x", "scheduledStart": "2026-12-02", "scheduledEnd": "2026-12-01T23:00+00:00"},
            "before it begins",
        ),
        (
            Verb.SET_REPLIES,
            {"internalReplyMessage": "x", "scheduledStart": "soon", "scheduledEnd": "2026-12-01"},
            "no time",
        ),
    ],
)
def test_what_is_asked_of_a_mailbox_wrongly_is_refused_with_why(
    verb: Verb, said: dict[str, str | bool | None], wrong: str
) -> None:
    with pytest.raises(Refused, match="plan_malformed") as refused:
        checked(verb, said)
    assert wrong in refused.value.data["reason"]


def test_what_is_asked_of_a_mailbox_rightly_is_kept_with_times_in_utc() -> None:
    times = {"scheduledStart": "2026-12-01T09:00:00+02:00", "scheduledEnd": "2026-12-02"}
    found = checked(Verb.SET_REPLIES, {"internalReplyMessage": " Away ", **times, "externalReplyMessage": None})
    assert found == {
        "internalReplyMessage": "Away",
        "scheduledStart": "2026-12-01T07:00:00Z",
        "scheduledEnd": "2026-12-02T00:00:00Z",
    }
    assert from_text(Verb.GIVE_SEND_AS, "bo") == {"delegate": "bo"}
    assert from_text(Verb.HIDE_FROM_LISTS, "") == {}
    for verb, text in ((Verb.GIVE_SEND_AS, ""), (Verb.HIDE_FROM_LISTS, "bo")):
        with pytest.raises(Refused, match="plan_malformed"):
            from_text(verb, text)
