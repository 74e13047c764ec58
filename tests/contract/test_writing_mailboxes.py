"""Automatic replies, written to the simulated Microsoft: on, off, scheduled, with texts that come back as they were."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from carried import Tenant, granted, person
from chamberlain.bench.simulated import Simulated
from chamberlain.errors import NotFound, Refused
from chamberlain.model.capability import Capability
from chamberlain.model.plan import Change, Options
from chamberlain.model.verb import Verb
from chamberlain.policy.planning.facts import expected, is_met
from chamberlain.policy.planning.inverse import inverse
from granting import Grants
from people import ANNA, BACKUP, DMITRI, EMRE

NOW = datetime(2026, 11, 25, tzinfo=UTC)


@pytest.fixture(scope="module")
def tenant(start_tenant: Callable[..., Simulated]) -> Tenant:
    return granted(start_tenant(population="golden"), Capability.OFFBOARD_MAILBOX)


def replies(verb: Verb, **said: str) -> dict[str, Change]:
    """The same for two people."""
    options = Options(properties=said)
    return {name: Change(verb, person(who), options=options) for name, who in (("anna", ANNA), ("emre", EMRE))}


def test_replies_are_set_once_and_only_what_differs_is_sent(tenant: Tenant) -> None:
    both = tuple(replies(Verb.SET_REPLIES, internalReplyMessage="I have left.\nWrite to <bo@x.example>").values())
    carried = tenant.carry(*both)
    assert (carried.errors, carried.done) == ([None, None], [True, True])
    assert [one["status"] for one in settings(carried.sendings)] == ["alwaysEnabled"] * 2
    assert tenant.carry(*both).sendings == []
    (seen, _other) = carried.seen
    assert isinstance(seen, dict)
    assert (seen["replies"], seen["replies_to"]) == ("alwaysEnabled", "none")
    assert "&lt;bo@x.example&gt;" in str(seen["internal_reply"])


def settings(sendings: object) -> list[dict[str, object]]:
    assert isinstance(sendings, list)
    return [one.write.body["automaticRepliesSetting"] for one in sendings]


def test_what_was_scheduled_is_scheduled_again(tenant: Tenant) -> None:
    times = {"scheduledStart": "2026-12-20T00:00:00Z", "scheduledEnd": "2026-12-31T12:00:00Z"}
    holiday = Change(
        Verb.SET_REPLIES,
        person(DMITRI),
        options=Options(properties={"internalReplyMessage": "<p>Away</p>", "externalReplyMessage": "Away", **times}),
    )
    assert tenant.carry(holiday).done == [True]
    left = Change(Verb.SET_REPLIES, person(DMITRI), options=Options(properties={"internalReplyMessage": "Left"}))
    carried = tenant.carry(left)
    assert carried.done == [True]
    (back,) = inverse(left, before=carried.before[0], seen={}, now=NOW)
    restored = tenant.carry(back)
    assert restored.done == [True]
    assert restored.seen == carried.before


def test_replies_that_end_keep_their_texts_and_the_other_settings_of_the_mailbox(tenant: Tenant) -> None:
    on = replies(Verb.SET_REPLIES, internalReplyMessage="In", externalReplyMessage="Out")["anna"]
    off = replies(Verb.END_REPLIES)["anna"]
    assert tenant.carry(on).done == [True]
    carried = tenant.carry(off)
    assert carried.done == [True]
    (seen,) = carried.seen
    assert isinstance(seen, dict)
    assert is_met(expected(on), seen={**seen, "replies": "alwaysEnabled"}, before=None)
    (back,) = inverse(off, before=carried.before[0], seen={}, now=NOW)
    assert tenant.carry(back).seen == carried.before


def test_who_has_no_mailbox_is_told_so_and_the_others_are_done(tenant: Tenant) -> None:
    without = Change(Verb.END_REPLIES, person(BACKUP))
    found = tenant.look(without, replies(Verb.END_REPLIES)["emre"])
    assert isinstance(found[0], NotFound)
    assert isinstance(found[1], dict)


def test_without_the_permission_nothing_is_read(tenant: Tenant) -> None:
    grants = Grants(tenant.simulated)
    grants.revoke("MailboxSettings.ReadWrite")
    try:
        (found,) = tenant.look(replies(Verb.END_REPLIES)["emre"])
        assert isinstance(found, Refused)
    finally:
        grants.grant("MailboxSettings.ReadWrite")
