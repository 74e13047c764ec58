"""Mail leaves the tenant only where somebody says so, and a plan warns of it."""

from datetime import UTC, datetime

import pytest

from chamberlain.errors import NotFound, Refused
from chamberlain.model.capability import Capability
from chamberlain.model.effect import Consequence
from chamberlain.model.mailbox import what_of
from chamberlain.model.plan import Change, Options, Subject
from chamberlain.model.situation import AccountKnown, Situation
from chamberlain.model.verb import Verb
from chamberlain.policy.capabilities import ABILITIES
from chamberlain.policy.planning.draft import draft
from chamberlain.policy.planning.mailbox_obstacles import other_name
from chamberlain.policy.planning.mailbox_wishes import from_text
from chamberlain.policy.planning.summary import summaries
from chamberlain.policy.planning.words import say_effect
from chamberlain.queries.mailbox_wishes import of_mailbox_typed

ANNE = Subject("anne")
TENANT = Situation(
    as_of=datetime(2026, 11, 25, tzinfo=UTC),
    accounts={guid: AccountKnown(guid, guid.title(), f"{guid}@contoso.example") for guid in ("anne", "bo")},
    permissions={},
    edges=frozenset(),
    chosen=frozenset(Capability),
    held=frozenset(use.scope for one in ABILITIES.values() for use in one.uses),
    exchange=True,
    mailboxes=True,
)


def guid_of(text: str) -> str:
    """Only Bo is known."""
    if text != "bo@contoso.example":
        raise NotFound("person_not_found", text=text)
    return "bo"


def typed(text: str) -> Change:
    return of_mailbox_typed(Verb.SET_FORWARDING, ANNE, text, guid_of=guid_of)


def test_a_name_that_nobody_has_is_refused_and_never_taken_for_an_address_outside() -> None:
    assert typed("bo@contoso.example").options.properties == {"forwardTo": "bo"}
    for slip in ("bo@contoso.exmaple", "b@contoso.example", "ada@partner.example"):
        with pytest.raises(NotFound):
            typed(slip)


def test_an_address_outside_is_said_to_be_one_and_reads_the_same_again() -> None:
    for text in ("outside:ada@partner.example", "Outside: ada@partner.example"):
        change = typed(text)
        assert change.options.properties == {"forwardOutside": "ada@partner.example"}
        assert typed(what_of(change.verb, change.options.properties)) == change
        assert other_name(change, situation=TENANT) == "ada@partner.example"
    for wrong in ("outside:", "outside:ada", "outside:bo@contoso.example, x@y.example"):
        with pytest.raises(Refused, match="plan_malformed"):
            typed(wrong)
    assert from_text(Verb.SET_REPLIES, "outside: ask Ada") == {"internalReplyMessage": "outside: ask Ada"}


def test_a_plan_warns_that_mail_leaves_the_tenant_and_only_then() -> None:
    outside: dict[str, str | bool | None] = {"forwardOutside": "ada@partner.example"}
    inside: dict[str, str | bool | None] = {"forwardTo": "bo"}
    warning = "mail to Anne leaves the tenant: whoever has ada@partner.example reads it"
    for said, told in ((outside, [warning]), (inside, [])):
        change = Change(Verb.SET_FORWARDING, ANNE, options=Options(properties=said))
        (touched,) = summaries(draft([change], situation=TENANT).steps)
        leaves = [one for one in touched.warnings if one.consequence is Consequence.FORWARDS_OUTSIDE]
        assert [say_effect(one) for one in leaves] == told
