"""Every verb against the simulated Microsoft: it happens, it is proved, and what is done already is not sent again."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest

from carried import Tenant, granted, group, person
from chamberlain.bench.simulated import Simulated
from chamberlain.errors import ChamberlainError, NotFound, Refused
from chamberlain.kinds.writing import mailboxes
from chamberlain.kinds.writing.carriers import CARRIERS
from chamberlain.model.kind import Family
from chamberlain.model.observed import key_of
from chamberlain.model.plan import Change, Subject
from chamberlain.model.verb import Verb
from people import ANNA, BEN, CHLOE, DMITRI, EMRE, GRETA, HIRO, JONAS

ENGINEERING, BUILDERS, _PLATFORM, SALES, ATLAS, APPROVERS, NEWS, LICENSING = (
    f"60deb200-0000-4000-8000-{number:012x}" for number in range(8)
)
NOBODY = UUID("00000000-0000-4000-8000-00000000dead")


@pytest.fixture(scope="module")
def tenant(start_tenant: Callable[..., Simulated]) -> Tenant:
    return granted(start_tenant(population="golden"))


def of_group(verb: Verb, who: UUID | str, what: str) -> Change:
    subject = group(who) if isinstance(who, str) else person(who)
    return Change(verb, subject, key_of(Family.GROUP, what))


def test_every_verb_has_a_carrier() -> None:
    assert set(CARRIERS) | mailboxes.CARRIED == set(Verb)
    assert not set(CARRIERS) & mailboxes.CARRIED


@pytest.mark.parametrize(
    ("give", "take", "who", "what"),
    [
        (Verb.ADD_MEMBER, Verb.REMOVE_MEMBER, DMITRI, ENGINEERING),
        (Verb.ADD_MEMBER, Verb.REMOVE_MEMBER, DMITRI, ATLAS),
        (Verb.ADD_MEMBER, Verb.REMOVE_MEMBER, LICENSING, BUILDERS),
        (Verb.ADD_OWNER, Verb.REMOVE_OWNER, DMITRI, ENGINEERING),
        (Verb.ADD_OWNER, Verb.REMOVE_OWNER, DMITRI, ATLAS),
    ],
    ids=lambda value: value.value if isinstance(value, Verb) else "",
)
def test_who_is_added_is_there_and_who_is_removed_is_not(
    tenant: Tenant, give: Verb, take: Verb, who: UUID | str, what: str
) -> None:
    for verb in (give, take):
        change = of_group(verb, who, what)
        carried = tenant.carry(change)
        assert (carried.errors, carried.done) == ([None], [True])
        assert len(carried.sendings) == 1
        assert tenant.carry(change).sendings == []


def test_a_write_that_is_sent_twice_changes_nothing_more_and_is_still_proved(tenant: Tenant) -> None:
    """What Microsoft answers then is an error, which proves nothing either way."""
    for verb in (Verb.ADD_MEMBER, Verb.REMOVE_MEMBER):
        change = of_group(verb, JONAS, ENGINEERING)
        sendings = tenant.carry(change).sendings
        members = tenant.look(change)
        (again,) = tenant.send(sendings)
        assert isinstance(again, Refused | NotFound)
        assert tenant.look(change) == members == [{"member": verb is Verb.ADD_MEMBER}]


def test_twenty_are_added_in_one_request_and_removed_in_one_round_trip(
    start_tenant: Callable[..., Simulated],
) -> None:
    seeded = granted(start_tenant(users=60, groups=4, memberships=20, apps=2, seed=11))
    lines = list(seeded.simulated.truth())
    people = [one["id"] for one in lines if one["t"] == "account" and one["type"] == "Member"]
    members = [
        (one["permission"], one["holder"]) for one in lines if one["t"] == "edge" and one["relation"] == "member"
    ]
    key = members[0][0]
    outside = [guid for guid in people if (key, guid) not in members][:23]
    changes = [Change(Verb.ADD_MEMBER, Subject(guid), key) for guid in outside]
    carried = seeded.carry(*changes)
    assert [len(one.changes) for one in carried.sendings] == [20, 3]
    assert carried.errors == [None, None]
    assert all(carried.done)
    removed = seeded.carry(*(replace(change, verb=Verb.REMOVE_MEMBER) for change in changes))
    assert len(removed.sendings) == 23
    assert all(removed.done)


def test_one_who_is_not_there_has_all_that_go_together_refused(tenant: Tenant) -> None:
    good, gone = of_group(Verb.ADD_MEMBER, ANNA, BUILDERS), of_group(Verb.ADD_MEMBER, NOBODY, BUILDERS)
    carried = tenant.carry(good, gone)
    assert [type(error) for error in carried.errors] == [NotFound]
    assert carried.done == [False, False]
    alone = tenant.carry(good)
    assert (alone.errors, alone.done) == ([None], [True])


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (of_group(Verb.ADD_MEMBER, ANNA, SALES), Refused),  # a rule decides
        (of_group(Verb.ADD_MEMBER, EMRE, APPROVERS), Refused),  # Exchange manages it
        (of_group(Verb.ADD_MEMBER, EMRE, NEWS), Refused),
        (of_group(Verb.REMOVE_MEMBER, JONAS, NEWS), Refused),
        (of_group(Verb.ADD_OWNER, EMRE, NEWS), Refused),
        (of_group(Verb.ADD_MEMBER, BUILDERS, ATLAS), Refused),  # no group is in a Microsoft 365 group
        (of_group(Verb.ADD_MEMBER, NOBODY, ENGINEERING), NotFound),
    ],
    ids=["rule", "mail-security", "distribution", "leaving", "owner", "nested", "gone"],
)
def test_what_microsoft_refuses_is_an_error_and_not_done(
    tenant: Tenant, change: Change, kind: type[ChamberlainError]
) -> None:
    carried = tenant.carry(change)
    assert [type(error) for error in carried.errors] == [kind]
    assert carried.done == [False]


def test_the_last_owner_of_a_team_stays(tenant: Tenant) -> None:
    first, last = (of_group(Verb.REMOVE_OWNER, who, ATLAS) for who in (ANNA, CHLOE))
    assert tenant.carry(first).done == [True]
    refused = tenant.carry(last)
    assert [type(error) for error in refused.errors] == [Refused]
    assert refused.seen == [{"owner": True}]
    assert tenant.carry(of_group(Verb.ADD_OWNER, ANNA, ATLAS)).done == [True]


def test_a_group_that_is_gone_says_so(tenant: Tenant) -> None:
    for verb in (Verb.ADD_MEMBER, Verb.ADD_OWNER):
        (seen,) = tenant.look(of_group(verb, BEN, str(NOBODY)))
        assert isinstance(seen, NotFound)


def test_nothing_leaves_without_a_permit(tenant: Tenant) -> None:
    reading = Tenant(tenant.simulated, permits=frozenset())
    with pytest.raises(Refused, match="write_refused"):
        reading.carry(of_group(Verb.ADD_MEMBER, HIRO, ENGINEERING))
    assert tenant.look(of_group(Verb.ADD_MEMBER, HIRO, ENGINEERING)) == [{"member": False}]


@pytest.mark.parametrize("text", ["", "a", "../users", f"{ENGINEERING}/owners", f"{ENGINEERING}?x", "60DEB200-0000"])
def test_what_is_no_id_makes_no_request(tenant: Tenant, text: str) -> None:
    for change in (
        Change(Verb.ADD_MEMBER, Subject(text), key_of(Family.GROUP, ENGINEERING)),
        Change(Verb.REMOVE_MEMBER, person(GRETA), f"group:{text}"),
        Change(Verb.REMOVE_MEMBER, person(GRETA), f"role:{ENGINEERING}"),
    ):
        with pytest.raises(Refused, match="not_an_id"):
            CARRIERS[change.verb].sendings([change], root="https://graph.example", before=[{"member": None}])
        with pytest.raises(Refused, match="not_an_id"):
            tenant.look(change)
