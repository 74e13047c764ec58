"""One thing of each kind is given to somebody and taken again; the capability matrix names this test."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from carried import Tenant, granted, person
from chamberlain.bench.simulated import Simulated
from chamberlain.errors import Refused
from chamberlain.model.kind import Kind
from chamberlain.model.matrix import PEOPLE
from chamberlain.model.plan import Change
from chamberlain.model.verb import Verb
from chamberlain.policy.planning.needs import scopes_for
from granting import Grants
from people import DMITRI

GIVEN_AND_TAKEN = {
    PEOPLE: (Verb.DELETE_USER, Verb.RESTORE_USER, ""),
    Kind.ROLE.value: (Verb.ASSIGN_ROLE, Verb.REMOVE_ROLE, "role:4a5d8f65-41da-4de4-8968-e035b65339cf"),
    Kind.SECURITY_GROUP.value: (Verb.ADD_MEMBER, Verb.REMOVE_MEMBER, "group:60deb200-0000-4000-8000-000000000000"),
    Kind.M365_GROUP.value: (Verb.ADD_MEMBER, Verb.REMOVE_MEMBER, "group:60deb200-0000-4000-8000-000000000004"),
    Kind.PRODUCT.value: (
        Verb.ASSIGN_APP_ROLE,
        Verb.REMOVE_APP_ROLE,
        "app_role:60dec300-0000-4000-8000-000000000001:60dee500-0000-4000-8000-000000000002",
    ),
    Kind.LICENCE.value: (
        Verb.ASSIGN_LICENCE,
        Verb.REMOVE_LICENCE,
        "licence:05e9a617-0261-4cee-bb44-138d3ef5d965",
    ),
}
BESIDES = {
    "owners": (Verb.ADD_OWNER, Verb.REMOVE_OWNER, "group:60deb200-0000-4000-8000-000000000000"),
    "sign-in": (Verb.BLOCK, Verb.ENABLE, ""),
}
SUBJECTS = list(GIVEN_AND_TAKEN)


@pytest.fixture(scope="module")
def tenant(start_tenant: Callable[..., Simulated]) -> Tenant:
    return granted(start_tenant(population="golden"))


@pytest.fixture(scope="module")
def reading(start_tenant: Callable[..., Simulated]) -> Tenant:
    """A tenant whose administrator granted nothing that writes, and of reading what a first connect has to have."""
    simulated = start_tenant(population="golden")
    Grants(simulated).revoke("Directory.Read.All")
    return Tenant(simulated)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_each_kind_is_given_and_taken_as_the_tenant_shows(tenant: Tenant, subject: str) -> None:
    give, take, permission = GIVEN_AND_TAKEN[subject]
    truth = sorted(map(str, tenant.simulated.truth()))
    assert tenant.carry(Change(give, person(DMITRI), permission)).done == [True]
    assert sorted(map(str, tenant.simulated.truth())) != truth
    assert tenant.carry(Change(take, person(DMITRI), permission)).done == [True]
    assert sorted(map(str, tenant.simulated.truth())) == truth


@pytest.mark.parametrize("subject", [*SUBJECTS, *BESIDES])
def test_each_kind_takes_the_scopes_of_its_capability_and_no_other(reading: Tenant, subject: str) -> None:
    give, take, permission = (GIVEN_AND_TAKEN | BESIDES)[subject]
    wish = Change(give, person(DMITRI), permission)
    try:
        codes = [error.code for error in reading.carry(wish).errors if error]
    except Refused as refused:  # who may not read all of the directory needs the scope to look, too
        codes = [refused.code] if subject == Kind.PRODUCT.value else []
    assert codes in (["write_denied"], ["scope_missing"])
    scopes, grants = scopes_for(wish, permission=None), Grants(reading.simulated)
    grants.grant(*scopes)
    assert reading.carry(wish).done == [True]
    assert reading.carry(replace(wish, verb=take)).done == [True]
    grants.revoke(*scopes)
