"""Licences and the service plans in them, written to the simulated Microsoft."""

from collections.abc import Callable
from uuid import UUID

import pytest

from carried import Tenant, granted, group, person
from chamberlain.bench.simulated import Simulated
from chamberlain.errors import NotFound, Refused
from chamberlain.model.kind import Family
from chamberlain.model.observed import key_of
from chamberlain.model.plan import Change, Options, Subject
from chamberlain.model.verb import Verb
from people import BEN, CHLOE, DMITRI, EMRE, GRETA, HIRO, INVOICES, JONAS

E3, FLOW = "05e9a617-0261-4cee-bb44-138d3ef5d965", "f30db892-07e9-47e9-837c-80727f46fd3d"
EXCHANGE_ONE = "4b9405b0-7788-4568-add1-99614e613b69"
TEAMS = "57ff2da0-773e-42df-b2af-ffb7a2317929"
ENGINEERING = "60deb200-0000-4000-8000-000000000000"
NOBODY = UUID("00000000-0000-4000-8000-00000000dead")


@pytest.fixture(scope="module")
def tenant(start_tenant: Callable[..., Simulated]) -> Tenant:
    return granted(start_tenant(population="golden"))


def of_licence(
    verb: Verb, who: Subject, sku: str, *, plans: tuple[str, ...] | None = None, instead: str = ""
) -> Change:
    instead_of = key_of(Family.LICENCE, instead) if instead else ""
    return Change(verb, who, key_of(Family.LICENCE, sku), Options(disabled_plans=plans, instead_of=instead_of))


@pytest.mark.parametrize("who", [person(DMITRI), group(ENGINEERING)], ids=["person", "group"])
def test_a_licence_is_held_until_it_is_removed_and_its_plans_are_as_wanted(tenant: Tenant, who: Subject) -> None:
    for change, plans in (
        (of_licence(Verb.ASSIGN_LICENCE, who, E3, plans=(TEAMS,)), (TEAMS,)),
        (of_licence(Verb.SET_PLANS, who, E3, plans=()), ()),
        (of_licence(Verb.SET_PLANS, who, E3, plans=(TEAMS,)), (TEAMS,)),
        (of_licence(Verb.REMOVE_LICENCE, who, E3), ()),
    ):
        carried = tenant.carry(change)
        assert (carried.errors, carried.done) == ([None], [True])
        is_held = change.verb is not Verb.REMOVE_LICENCE
        assert carried.seen == [{"assigned": is_held, "disabled_plans": plans}]
        assert tenant.carry(change).sendings == []


def test_a_swap_takes_the_one_and_gives_the_other_at_once(tenant: Tenant) -> None:
    there = of_licence(Verb.SWAP_LICENCE, person(INVOICES), FLOW, instead=EXCHANGE_ONE)
    back = of_licence(Verb.SWAP_LICENCE, person(INVOICES), EXCHANGE_ONE, instead=FLOW)
    for change in (there, back):
        carried = tenant.carry(change)
        assert (carried.errors, carried.done) == ([None], [True])
        assert len(carried.sendings) == 1
        assert tenant.carry(change).sendings == []


def test_what_changes_for_one_person_is_one_request(tenant: Tenant) -> None:
    given = [of_licence(Verb.ASSIGN_LICENCE, person(BEN), sku) for sku in (E3, FLOW)]
    carried = tenant.carry(*given)
    assert [len(one.changes) for one in carried.sendings] == [2]
    assert carried.done == [True, True]
    taken = tenant.carry(*(of_licence(Verb.REMOVE_LICENCE, person(BEN), sku) for sku in (E3, FLOW)))
    assert taken.done == [True, True]


def test_what_is_gone_through_again_says_when(tenant: Tenant) -> None:
    carried = tenant.carry(Change(Verb.REPROCESS_LICENCES, person(HIRO)))
    assert (carried.errors, carried.done) == ([None], [True])


def test_what_a_group_brings_is_not_the_persons_own(tenant: Tenant) -> None:
    """Chloe has the licence both ways; Hiro's through the group failed for want of seats."""
    taking = of_licence(Verb.REMOVE_LICENCE, person(CHLOE), E3)
    assert tenant.carry(taking).done == [True]
    assert tenant.carry(taking).sendings == []
    assert tenant.look(of_licence(Verb.REMOVE_LICENCE, person(HIRO), E3)) == [{"assigned": False, "disabled_plans": ()}]


def test_a_write_that_is_sent_twice_changes_nothing_more(tenant: Tenant) -> None:
    for verb in (Verb.ASSIGN_LICENCE, Verb.REMOVE_LICENCE):
        change = of_licence(verb, person(EMRE), FLOW)
        sendings = tenant.carry(change).sendings
        before = tenant.look(change)
        (again,) = tenant.send(sendings)
        assert again is None or isinstance(again, Refused)
        assert tenant.look(change) == before


@pytest.mark.parametrize(
    "change",
    [
        of_licence(Verb.ASSIGN_LICENCE, person(GRETA), FLOW),
        of_licence(Verb.ASSIGN_LICENCE, person(JONAS), str(NOBODY)),
        of_licence(Verb.ASSIGN_LICENCE, person(JONAS), FLOW, plans=(str(NOBODY),)),
        of_licence(Verb.ASSIGN_LICENCE, person(JONAS), EXCHANGE_ONE),
    ],
    ids=["usage-location", "sku", "plan", "seats"],
)
def test_what_microsoft_refuses_is_an_error_and_not_done(tenant: Tenant, change: Change) -> None:
    carried = tenant.carry(change)
    assert [type(error) for error in carried.errors] == [Refused]
    assert carried.done == [False]


def test_somebody_who_is_gone_says_so(tenant: Tenant) -> None:
    for who in (person(NOBODY), group(str(NOBODY))):
        (seen,) = tenant.look(of_licence(Verb.ASSIGN_LICENCE, who, E3))
        assert isinstance(seen, NotFound)
