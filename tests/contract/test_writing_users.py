"""Users, written to the simulated Microsoft: created, changed, kept out, let in, deleted and brought back."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from uuid import UUID

import pytest

from carried import Tenant, granted, person
from chamberlain.bench.simulated import Simulated
from chamberlain.errors import NotFound, Refused
from chamberlain.model.plan import Change, Options, Subject
from chamberlain.model.verb import Verb
from granting import Grants
from people import ANNA, CHLOE, DMITRI, EMRE, GRETA, INES, JONAS

USER_ADMINISTRATOR = "role:fe930be7-5e62-47db-91af-98c3a49a38b1"
NOBODY = UUID("00000000-0000-4000-8000-00000000dead")
KIM: dict[str, str | bool | None] = {
    "displayName": "Kim O'Neill",
    "mailNickname": "kim.oneill",
    "userPrincipalName": "kim.o'neill@golden.example",
    "department": "Sales",
    "usageLocation": "DE",
}


@pytest.fixture(scope="module")
def tenant(start_tenant: Callable[..., Simulated]) -> Tenant:
    return granted(start_tenant(population="golden"))


def of_user(verb: Verb, who: UUID | str, **properties: str | bool | None) -> Change:
    return Change(verb, person(who) if who else Subject(""), options=Options(properties=properties))


def test_who_is_blocked_stays_out_until_let_in(tenant: Tenant) -> None:
    for verb in (Verb.BLOCK, Verb.ENABLE):
        change = of_user(verb, DMITRI)
        carried = tenant.carry(change)
        assert (carried.errors, carried.done) == ([None], [True])
        assert tenant.carry(change).sendings == []


@pytest.fixture
def administering(tenant: Tenant) -> Iterator[Tenant]:
    """The tenant, where the application is a User Administrator, without which nobody's password is its to reset."""
    given = Change(Verb.ASSIGN_ROLE, person(Grants(tenant.simulated).principal), USER_ADMINISTRATOR)
    assert tenant.carry(given).done == [True]
    yield tenant
    assert tenant.carry(replace(given, verb=Verb.REMOVE_ROLE)).done == [True]


@pytest.mark.parametrize("verb", [Verb.REVOKE_SESSIONS, Verb.RESET_PASSWORD])
def test_what_cannot_be_seen_moves_a_time_that_can(administering: Tenant, verb: Verb) -> None:
    first, second = (administering.carry(of_user(verb, EMRE)) for _ in range(2))
    assert (first.errors, first.done, second.done) == ([None], [True], [True])
    assert first.seen == second.before


def test_properties_are_as_wanted_and_only_what_differs_is_sent(tenant: Tenant) -> None:
    change = of_user(Verb.UPDATE_USER, JONAS, department="Finance", jobTitle=None)
    carried = tenant.carry(change)
    assert (carried.errors, carried.done) == ([None], [True])
    assert tenant.carry(change).sendings == []
    only = tenant.carry(of_user(Verb.UPDATE_USER, JONAS, department="Finance", jobTitle="Head"))
    assert only.sendings[0].write.body == {"jobTitle": "Head"}
    assert only.done == [True]


def test_a_manager_is_named_replaced_and_taken_away(tenant: Tenant) -> None:
    for manager in (str(EMRE), str(ANNA), None):
        change = of_user(Verb.UPDATE_USER, DMITRI, manager=manager, jobTitle="Lead")
        carried = tenant.carry(change)
        assert set(carried.errors) == {None}
        assert carried.done == [True]
        assert tenant.carry(change).sendings == []
    refused = tenant.carry(of_user(Verb.UPDATE_USER, DMITRI, manager=str(NOBODY)))
    assert [type(error) for error in refused.errors] == [NotFound]
    assert refused.done == [False]


def test_who_is_created_is_there_once(tenant: Tenant) -> None:
    change = of_user(Verb.CREATE_USER, "", **KIM)
    carried = tenant.carry(change)
    assert (carried.errors, carried.done) == ([None], [True])
    assert tenant.carry(change).sendings == []
    (again,) = tenant.send(carried.sendings)
    assert isinstance(again, Refused)
    (seen,) = carried.seen
    assert tenant.look(change) == [seen]
    assert isinstance(seen, dict)
    assert tenant.look(of_user(Verb.UPDATE_USER, str(seen["guid"]), department="x")) == [{"department": "Sales"}]


def test_who_is_deleted_is_in_the_bin_until_brought_back(tenant: Tenant) -> None:
    for verb, exists in ((Verb.DELETE_USER, False), (Verb.RESTORE_USER, True)):
        change = of_user(verb, CHLOE)
        carried = tenant.carry(change)
        assert (carried.errors, carried.done) == ([None], [True])
        assert carried.seen == [{"exists": exists, "deleted": not exists}]
        assert tenant.carry(change).sendings == []


def test_who_was_never_there_is_neither(tenant: Tenant) -> None:
    assert tenant.look(of_user(Verb.DELETE_USER, NOBODY)) == [{"exists": False, "deleted": False}]
    (seen,) = tenant.look(of_user(Verb.BLOCK, NOBODY))
    assert isinstance(seen, NotFound)
    refused = tenant.carry(of_user(Verb.RESTORE_USER, NOBODY))
    assert [type(error) for error in refused.errors] == [NotFound]
    assert refused.done == [False]


def test_a_write_that_is_sent_twice_changes_nothing_more(tenant: Tenant) -> None:
    for verb in (Verb.BLOCK, Verb.DELETE_USER, Verb.RESTORE_USER, Verb.ENABLE):
        change = of_user(verb, GRETA)
        sendings = tenant.carry(change).sendings
        before = tenant.look(change)
        tenant.send(sendings)
        assert tenant.look(change) == before


@pytest.mark.parametrize("verb", [Verb.BLOCK, Verb.RESET_PASSWORD, Verb.DELETE_USER])
def test_an_administrator_is_left_alone_without_a_role_of_our_own(tenant: Tenant, verb: Verb) -> None:
    carried = tenant.carry(of_user(verb, INES))
    if verb is Verb.RESET_PASSWORD:
        assert tenant.carry(of_user(verb, EMRE)).done == [False]
    assert [type(error) for error in carried.errors] == [Refused]
    assert carried.done == [False]


@pytest.mark.parametrize(
    ("name", "value"),
    [("userPrincipalName", "kim@nowhere.example"), ("userPrincipalName", "anna@golden.example")],
    ids=["domain", "taken"],
)
def test_a_name_that_cannot_be_is_refused(tenant: Tenant, name: str, value: str) -> None:
    carried = tenant.carry(of_user(Verb.UPDATE_USER, JONAS, **{name: value}))
    assert [type(error) for error in carried.errors] == [Refused]
    assert carried.done == [False]
    assert tenant.look(of_user(Verb.BLOCK, ANNA)) == [{"enabled": True}]
