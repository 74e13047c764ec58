"""Roles are given and taken, and nobody climbs."""

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from threading import Barrier, Thread
from uuid import UUID, uuid4

import pytest
from django.db import connections

import people
import stories
from chamberlain import clock
from chamberlain.actions.grant_role import grant_role
from chamberlain.actions.revoke_role import revoke_role
from chamberlain.bench.simulated import Simulated
from chamberlain.bootstrap import World
from chamberlain.errors import ChamberlainError, NotFound, Refused
from chamberlain.model.actor import Actor, Role, TenantRole
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import INSTALLATION_ROLES
from chamberlain.queries.roles import list_people_of_chamberlain
from chamberlain.store import roles, tenants, users
from chamberlain.store.connection import transaction
from chamberlain.store.models import EventRow, RoleRow, User


@pytest.fixture(scope="module")
def tenant(world: World, start_tenant: Callable[..., Simulated]) -> Tenant:
    """A tenant of twelve people, read once."""
    simulator = start_tenant(population="golden")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHAMBERLAIN_LOGIN_ROOT", simulator.url)
        patch.setenv("CHAMBERLAIN_GRAPH_ROOT", simulator.url)
        from chamberlain.settings import load

        return stories.connect_and_sync(simulator, load())


@pytest.fixture(scope="module")
def other(world: World) -> Tenant:
    """Another tenant of the installation, of which the first one's people must not learn."""
    return tenants.save(guid=uuid4(), name="Fabrikam", domain="fabrikam.example", now=clock.now())


def somebody(name: str) -> UUID:
    """A local account without any role."""
    with transaction():
        user_id = users.local_administrator(name=name, now=clock.now())
        RoleRow.objects.filter(user_id=user_id).delete()
    return user_id


def actor(user_id: UUID) -> Actor:
    """The person as they are now."""
    return roles.actor_of(User.objects.get(id=user_id))


def held(user_id: UUID) -> set[tuple[str, int | None, str]]:
    return set(RoleRow.objects.filter(user_id=user_id).values_list("role", "tenant_id", "permission"))


def events(name: str) -> list[EventRow]:
    return [*EventRow.objects.filter(name=name).order_by("id")]


def test_a_role_counts_from_the_next_question_on_and_leaves_two_events(tenant: Tenant) -> None:
    ida = somebody("Ida")
    granted, revoked = len(events("role:granted")), len(events("role:revoked"))

    assert grant_role(actor=stories.ADMIN, person="Ida", role=Role.AUDITOR, tenant=tenant, reason="the yearly audit")
    assert not grant_role(actor=stories.ADMIN, person="ida", role=Role.AUDITOR, tenant=tenant)
    assert actor(ida).tenant_roles == {TenantRole(Role.AUDITOR, tenant.id)}
    [given] = [one for one in roles.people(tenant_id=tenant.id, tenant_guid=None) if one.id == ida]
    revoke_role(actor=stories.ADMIN, role_id=given.roles[0].id, tenant_id=tenant.id)

    assert actor(ida).tenant_roles == frozenset()
    assert [one.subject for one in events("role:granted")[granted:]] == [str(ida)]
    assert [one.subject for one in events("role:revoked")[revoked:]] == [str(ida)]
    assert events("role:granted")[-1].tenant_id == tenant.id


def test_somebody_of_the_directory_gets_a_role_before_they_ever_signed_in(tenant: Tenant) -> None:
    grant_role(actor=stories.ADMIN, person=str(people.ANNA), role=Role.READ_ONLY_ADMINISTRATOR, tenant=tenant)

    anna = User.objects.get(tenant_guid=tenant.guid, object_guid=people.ANNA)
    assert held(anna.id) == {("read_only_administrator", tenant.id, "")}
    assert actor(anna.id).account is not None


@pytest.mark.parametrize(
    "text", ["", "Anna", "nobody@nowhere.example", "5f3c1d5e-0000-4000-8000-00000000000f", "%", "anna' OR 1=1 --"]
)
def test_words_that_only_resemble_somebody_give_nobody_a_role(tenant: Tenant, text: str) -> None:
    before = RoleRow.objects.count()
    with pytest.raises(NotFound, match="user_not_found"):
        grant_role(actor=stories.ADMIN, person=text, role=Role.AUDITOR, tenant=tenant)
    assert RoleRow.objects.count() == before


def test_an_app_admin_needs_a_permission_that_there_is(tenant: Tenant) -> None:
    somebody("Kim")
    for permission, code in (("", "role_needs_permission"), ("group:nothing", "permission_not_found")):
        with pytest.raises(ChamberlainError, match=code):
            grant_role(actor=stories.ADMIN, person="Kim", role=Role.APP_ADMIN, tenant=tenant, permission=permission)
    with pytest.raises(Refused, match="role_names_permission"):
        grant_role(actor=stories.ADMIN, person="Kim", role=Role.AUDITOR, tenant=tenant, permission="group:nothing")


@pytest.mark.parametrize("role", [role for role in Role if role not in INSTALLATION_ROLES])
def test_what_is_given_by_name_or_assignment_exists_in_a_tenant_only(role: Role) -> None:
    somebody("Lou")
    with pytest.raises(Refused, match="role_needs_tenant"):
        grant_role(actor=stories.ADMIN, person="Lou", role=role, tenant=None)


def test_nobody_but_an_administrator_gives_a_role_and_nobody_beyond_where_they_administer(
    tenant: Tenant, other: Tenant
) -> None:
    climber, cases, given = somebody("Cleo"), 0, []
    for own, wanted, where in product(Role, Role, (tenant, other, None)):
        permission = _some_permission(tenant) if wanted is Role.APP_ADMIN and where is tenant else ""
        me = replace(actor(climber), tenant_roles=frozenset({TenantRole(own, tenant.id)}))
        try:
            grant_role(actor=me, person=str(people.BEN), role=wanted, tenant=where, permission=permission)
        except ChamberlainError:
            pass
        else:
            given.append((own, wanted, where))
        cases += 1
    assert cases == 108
    assert {(own, where) for own, _, where in given} == {(Role.ADMINISTRATOR, tenant)}
    assert {wanted for _, wanted, _ in given} == set(Role)
    RoleRow.objects.filter(user__object_guid=people.BEN).delete()


@pytest.mark.parametrize(
    "role", [role for role in Role if role in INSTALLATION_ROLES and role is not Role.ADMINISTRATOR]
)
def test_who_only_sees_the_whole_installation_makes_nobody_an_administrator(tenant: Tenant, role: Role) -> None:
    somebody("Mona")
    me = replace(stories.NOBODY, roles=frozenset({role}))
    for where in (tenant, None):
        with pytest.raises(Refused, match="not_allowed"):
            grant_role(actor=me, person="Mona", role=Role.ADMINISTRATOR, tenant=where)


def test_a_token_gives_what_its_person_may_give_and_only_with_that_deed(tenant: Tenant) -> None:
    nils = somebody("Nils")
    reading = replace(stories.ADMIN, only=frozenset({"see_roles", "see_tenant"}))
    with pytest.raises(Refused, match="not_allowed"):
        grant_role(actor=reading, person="Nils", role=Role.AUDITOR, tenant=tenant)
    giving = replace(stories.ADMIN, only=frozenset({"grant_roles", "see_roles", "see_tenant"}))
    assert grant_role(actor=giving, person="Nils", role=Role.AUDITOR, tenant=tenant)
    with pytest.raises(Refused, match="not_allowed"):
        grant_role(actor=replace(giving, id=str(nils)), person="Nils", role=Role.ADMINISTRATOR, tenant=tenant)


def test_a_tenants_administrator_finds_only_people_of_that_directory(tenant: Tenant) -> None:
    olga = somebody("Olga")
    me = replace(stories.NOBODY, tenant_roles=frozenset({TenantRole(Role.ADMINISTRATOR, tenant.id)}))
    for text in ("Olga", str(olga)):
        with pytest.raises(NotFound, match="user_not_found"):
            grant_role(actor=me, person=text, role=Role.AUDITOR, tenant=tenant)
    assert grant_role(actor=me, person=str(people.CHLOE), role=Role.AUDITOR, tenant=tenant)


def test_a_tenants_administrator_takes_no_role_elsewhere(tenant: Tenant, other: Tenant) -> None:
    pia = somebody("Pia")
    for where in (other, None):
        grant_role(actor=stories.ADMIN, person="Pia", role=Role.AUDITOR, tenant=where)
    me = replace(stories.NOBODY, tenant_roles=frozenset({TenantRole(Role.ADMINISTRATOR, tenant.id)}))
    for row in RoleRow.objects.filter(user_id=pia):
        for looked_at in (tenant.id, other.id, None):
            with pytest.raises(NotFound, match="role_not_found"):
                revoke_role(actor=me, role_id=row.id, tenant_id=looked_at)
    assert len(held(pia)) == 2


def test_who_only_sees_takes_no_role(tenant: Tenant) -> None:
    quinn = somebody("Quinn")
    grant_role(actor=stories.ADMIN, person="Quinn", role=Role.AUDITOR, tenant=tenant)
    row = RoleRow.objects.get(user_id=quinn)
    for role in (Role.READ_ONLY_ADMINISTRATOR, Role.AUDITOR):
        me = replace(stories.NOBODY, tenant_roles=frozenset({TenantRole(role, tenant.id)}))
        with pytest.raises(Refused, match="not_allowed"):
            revoke_role(actor=me, role_id=row.id, tenant_id=tenant.id)


def _only_administrators(*names: str) -> list[RoleRow]:
    """Makes these the only administrators of the installation."""
    ids = [somebody(name) for name in names]
    RoleRow.objects.filter(tenant=None, role="administrator").delete()
    for name in names:
        grant_role(actor=stories.ADMIN, person=name, role=Role.ADMINISTRATOR, tenant=None)
    return [RoleRow.objects.get(user_id=id_) for id_ in ids]


def test_the_last_administrator_stays_and_one_who_cannot_sign_in_does_not_count(world: World) -> None:
    rae, sam = _only_administrators("Rae", "Sam")
    User.objects.filter(id=sam.user_id).update(is_active=False)
    with pytest.raises(Refused, match="last_administrator"):
        revoke_role(actor=stories.ADMIN, role_id=rae.id, tenant_id=None)
    User.objects.filter(id=sam.user_id).update(is_active=True)
    revoke_role(actor=actor(rae.user_id), role_id=rae.id, tenant_id=None)
    with pytest.raises(Refused, match="last_administrator"):
        revoke_role(actor=stories.ADMIN, role_id=sam.id, tenant_id=None)
    assert User.objects.get(id=rae.user_id).role == ""
    assert User.objects.get(id=sam.user_id).role == "administrator", "earlier versions still ask this"


def test_two_who_take_each_others_role_at_once_leave_one(world: World) -> None:
    rows = _only_administrators("Tia", "Uma")
    barrier, refused = Barrier(2), []

    def take(role_id: int) -> None:
        barrier.wait()
        try:
            revoke_role(actor=stories.ADMIN, role_id=role_id, tenant_id=None)
        except Refused as refusal:
            refused.append(refusal.code)
        finally:
            connections.close_all()

    threads = [Thread(target=take, args=(row.id,)) for row in rows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == ["last_administrator"]
    assert RoleRow.objects.filter(tenant=None, role="administrator").count() == 1


def test_a_tenants_list_names_those_whose_roles_count_there_and_nothing_of_others(
    tenant: Tenant, other: Tenant
) -> None:
    victor, wanda = somebody("Victor"), somebody("Wanda")
    grant_role(actor=stories.ADMIN, person="Victor", role=Role.AUDITOR, tenant=other)
    grant_role(actor=stories.ADMIN, person="Wanda", role=Role.AUDITOR, tenant=other)
    grant_role(actor=stories.ADMIN, person="Wanda", role=Role.AUDITOR, tenant=tenant)
    me = replace(stories.NOBODY, tenant_roles=frozenset({TenantRole(Role.AUDITOR, tenant.id)}))

    found = {person.id: person for person in list_people_of_chamberlain(viewer=me, tenant=tenant)}

    assert victor not in found
    assert [role.tenant for role in found[wanda].roles] == [tenant]
    for where in (other, None):
        with pytest.raises(Refused, match="not_allowed"):
            list_people_of_chamberlain(viewer=me, tenant=where)


def _some_permission(tenant: Tenant) -> str:
    from chamberlain.queries.permissions import PermissionFilter, list_permissions

    return list_permissions(viewer=stories.ADMIN, tenant=tenant, filter=PermissionFilter()).rows[0].key
