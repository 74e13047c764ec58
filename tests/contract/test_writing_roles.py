"""Roles of the directory, written to the simulated Microsoft: for good, for a time, and to be activated."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from carried import Tenant, granted, person
from chamberlain import clock
from chamberlain.bench.simulated import Simulated
from chamberlain.errors import NotFound, Refused
from chamberlain.model.kind import Family
from chamberlain.model.observed import key_of
from chamberlain.model.plan import Change, Options
from chamberlain.model.verb import Verb
from people import ANNA, BEN, CHLOE, DMITRI, EMRE, HIRO, INES, JONAS

GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
GLOBAL_READER = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"
REPORTS_READER = "4a5d8f65-41da-4de4-8968-e035b65339cf"
USER_ADMINISTRATOR = "fe930be7-5e62-47db-91af-98c3a49a38b1"
UNIT = "/administrativeUnits/60de0000-0000-4000-8000-0000000000a0"
NOBODY = UUID("00000000-0000-4000-8000-00000000dead")


@pytest.fixture(scope="module")
def tenant(start_tenant: Callable[..., Simulated]) -> Tenant:
    return granted(start_tenant(population="golden"))


@pytest.fixture
def plain(tenant: Tenant) -> Iterator[Tenant]:
    """The tenant without Entra ID P2."""
    tenant.simulated.post("/_simulator/knobs", {"premium": False})
    yield tenant
    tenant.simulated.post("/_simulator/knobs", {"premium": True})


def of_role(verb: Verb, who: UUID, role: str, *, scope: str = "/", ends: datetime | None = None) -> Change:
    return Change(verb, person(who), key_of(Family.ROLE, role), Options(scope=scope, ends=ends))


def in_an_hour() -> datetime:
    return clock.now().replace(microsecond=0) + timedelta(hours=1)


@pytest.mark.parametrize("scope", ["/", UNIT], ids=["everywhere", "unit"])
def test_a_role_is_held_in_its_scope_until_it_is_removed(tenant: Tenant, scope: str) -> None:
    for verb in (Verb.ASSIGN_ROLE, Verb.REMOVE_ROLE):
        change = of_role(verb, DMITRI, REPORTS_READER, scope=scope)
        carried = tenant.carry(change)
        assert (carried.errors, carried.done) == ([None], [True])
        assert tenant.carry(change).sendings == []


def test_a_role_in_a_unit_is_not_the_role_everywhere(tenant: Tenant) -> None:
    """Ben administers the users of a unit."""
    everywhere, unit = (of_role(Verb.REMOVE_ROLE, BEN, USER_ADMINISTRATOR, scope=scope) for scope in ("/", UNIT))
    assert [one["assigned"] for one in tenant.look(everywhere, unit) if isinstance(one, dict)] == [False, True]


def test_a_role_ends_by_itself_where_the_tenant_can(tenant: Tenant) -> None:
    given = of_role(Verb.ASSIGN_ROLE, EMRE, GLOBAL_READER, ends=in_an_hour())
    carried = tenant.carry(given)
    assert (carried.errors, carried.done) == ([None], [True])
    assert carried.sendings[0].write.path.endswith("roleAssignmentScheduleRequests")
    assert tenant.carry(given).sendings == []
    longer = of_role(Verb.ASSIGN_ROLE, EMRE, GLOBAL_READER, ends=in_an_hour() + timedelta(hours=1))
    assert tenant.carry(longer).done == [True]
    assert tenant.carry(of_role(Verb.REMOVE_ROLE, EMRE, GLOBAL_READER)).done == [True]


def test_a_role_is_made_eligible_and_ended(tenant: Tenant) -> None:
    for ends in (None, in_an_hour()):
        given = of_role(Verb.MAKE_ELIGIBLE, CHLOE, GLOBAL_READER, ends=ends)
        carried = tenant.carry(given)
        assert (carried.errors, carried.done) == ([None], [True])
        assert tenant.carry(given).sendings == []
    assert tenant.carry(of_role(Verb.END_ELIGIBLE, CHLOE, GLOBAL_READER)).done == [True]
    assert tenant.look(of_role(Verb.END_ELIGIBLE, HIRO, USER_ADMINISTRATOR)) == [{"eligible": True, "ends": None}]


def test_without_p2_roles_are_for_good_and_nobody_is_eligible(plain: Tenant) -> None:
    options = Options(ends=in_an_hour(), ends_by_us=True)
    carried = plain.carry(replace(of_role(Verb.ASSIGN_ROLE, JONAS, GLOBAL_READER), options=options))
    assert (carried.errors, carried.done) == ([None], [True])
    (seen,) = carried.seen
    assert isinstance(seen, dict)
    assert (seen["assigned"], seen["ends"], seen["can_end"]) == (True, None, False)
    (refused,) = plain.look(of_role(Verb.MAKE_ELIGIBLE, JONAS, GLOBAL_READER))
    assert isinstance(refused, Refused)
    assert refused.code == "premium_missing"
    assert plain.carry(of_role(Verb.REMOVE_ROLE, JONAS, GLOBAL_READER)).done == [True]


def test_the_last_global_administrator_stays(tenant: Tenant) -> None:
    carried = tenant.carry(of_role(Verb.REMOVE_ROLE, INES, GLOBAL_ADMINISTRATOR))
    assert [type(error) for error in carried.errors] == [Refused]
    assert carried.done == [False]


def test_a_write_that_is_sent_twice_changes_nothing_more(tenant: Tenant) -> None:
    for verb, kind in ((Verb.ASSIGN_ROLE, Refused), (Verb.REMOVE_ROLE, NotFound)):
        change = of_role(verb, ANNA, REPORTS_READER)
        sendings = tenant.carry(change).sendings
        (before,) = tenant.look(change)
        (again,) = tenant.send(sendings)
        assert isinstance(again, kind)
        assert tenant.look(change) == [before]


@pytest.mark.parametrize(("who", "role"), [(NOBODY, GLOBAL_READER), (ANNA, str(NOBODY))], ids=["person", "role"])
def test_what_is_not_there_is_an_error_and_not_done(tenant: Tenant, who: UUID, role: str) -> None:
    carried = tenant.carry(of_role(Verb.ASSIGN_ROLE, who, role))
    assert [isinstance(error, Refused | NotFound) for error in carried.errors] == [True]
    assert carried.done == [False]
