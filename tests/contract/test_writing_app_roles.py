"""Roles of enterprise applications, written to the simulated Microsoft."""

from collections.abc import Callable
from uuid import UUID

import pytest

from carried import Tenant, granted, group, person
from chamberlain.bench.simulated import Simulated
from chamberlain.errors import NotFound, Refused
from chamberlain.model.kind import Family
from chamberlain.model.observed import NIL, key_of
from chamberlain.model.plan import Change, Subject
from chamberlain.model.verb import Verb
from people import BEN, DMITRI, EMRE, HIRO, JONAS

SALESFORCE, TIMESHEETS = (f"60dec300-0000-4000-8000-{number:012x}" for number in (1, 2))
SELLER, MANAGER, NOBODYS = (f"60dee500-0000-4000-8000-{number:012x}" for number in (1, 2, 99))
ENGINEERING, BUILDERS = (f"60deb200-0000-4000-8000-{number:012x}" for number in (0, 1))
NOBODY = UUID("00000000-0000-4000-8000-00000000dead")


@pytest.fixture(scope="module")
def tenant(start_tenant: Callable[..., Simulated]) -> Tenant:
    return granted(start_tenant(population="golden"))


def of_app(verb: Verb, who: Subject, app: str, role: str) -> Change:
    return Change(verb, who, key_of(Family.APP_ROLE, role, app))


@pytest.mark.parametrize(
    ("who", "app", "role"),
    [
        (person(HIRO), SALESFORCE, SELLER),
        (person(HIRO), TIMESHEETS, NIL),
        (person(DMITRI), SALESFORCE, MANAGER),
        (group(ENGINEERING), SALESFORCE, SELLER),
    ],
    ids=["person", "default", "second", "group"],
)
def test_who_is_assigned_has_the_role_until_it_is_removed(tenant: Tenant, who: Subject, app: str, role: str) -> None:
    for verb in (Verb.ASSIGN_APP_ROLE, Verb.REMOVE_APP_ROLE):
        change = of_app(verb, who, app, role)
        carried = tenant.carry(change)
        assert (carried.errors, carried.done) == ([None], [True])
        assert tenant.carry(change).sendings == []


def test_one_role_of_two_is_removed_and_the_other_stays(tenant: Tenant) -> None:
    first, second = (of_app(Verb.ASSIGN_APP_ROLE, person(DMITRI), SALESFORCE, role) for role in (SELLER, MANAGER))
    assert tenant.carry(second).done == [True]
    assert tenant.carry(of_app(Verb.REMOVE_APP_ROLE, person(DMITRI), SALESFORCE, MANAGER)).done == [True]
    assert [seen["assigned"] for seen in tenant.look(first, second) if isinstance(seen, dict)] == [True, False]


def test_what_a_group_brings_is_not_the_persons_own(tenant: Tenant) -> None:
    """Microsoft lists it among the person's; to remove it there would take it from the whole group."""
    change = of_app(Verb.REMOVE_APP_ROLE, person(EMRE), SALESFORCE, MANAGER)
    assert tenant.look(change) == [{"assigned": False, "assignment": None}]
    assert tenant.carry(change).sendings == []
    (theirs,) = tenant.look(of_app(Verb.REMOVE_APP_ROLE, group(BUILDERS), SALESFORCE, MANAGER))
    assert isinstance(theirs, dict)
    assert theirs["assigned"] is True


def test_a_write_that_is_sent_twice_changes_nothing_more(tenant: Tenant) -> None:
    for verb, kind in ((Verb.ASSIGN_APP_ROLE, Refused), (Verb.REMOVE_APP_ROLE, NotFound)):
        change = of_app(verb, person(BEN), SALESFORCE, SELLER)
        sendings = tenant.carry(change).sendings
        (before,) = tenant.look(change)
        (again,) = tenant.send(sendings)
        assert isinstance(again, kind)
        assert tenant.look(change) == [before]


@pytest.mark.parametrize(
    ("app", "role"), [(SALESFORCE, NOBODYS), (SALESFORCE, NIL), (str(NOBODY), SELLER)], ids=["role", "default", "app"]
)
def test_what_is_not_there_is_an_error_and_not_done(tenant: Tenant, app: str, role: str) -> None:
    carried = tenant.carry(of_app(Verb.ASSIGN_APP_ROLE, person(JONAS), app, role))
    assert [isinstance(error, Refused | NotFound) for error in carried.errors] == [True]
    assert carried.done == [False]


def test_somebody_who_is_gone_says_so(tenant: Tenant) -> None:
    (seen,) = tenant.look(of_app(Verb.ASSIGN_APP_ROLE, person(NOBODY), SALESFORCE, SELLER))
    assert isinstance(seen, NotFound)
