"""Who may do what where: the table, and that no role reaches further than it was given."""

from dataclasses import replace
from itertools import combinations, product
from uuid import UUID

import pytest

from chamberlain.errors import Refused
from chamberlain.model.actor import SYSTEM, Actor, ActorKind, DirectoryObject, Role, TenantRole
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import (
    ALLOWED,
    BEYOND_TENANTS,
    INSTALLATION_ROLES,
    Deed,
    is_self,
    may,
    may_see_permission,
    may_somewhere,
    require,
    require_permission,
    require_person,
)

HERE = Tenant(1, UUID(int=1), "here", "Here", "here.example")
THERE = Tenant(2, UUID(int=2), "there", "There", "there.example")
NOBODY = Actor(ActorKind.PERSON, "00000000-0000-4000-8000-000000000001", "Nora")
ME = UUID(int=77)
SOMEBODY = UUID(int=78)
CHANGES = {
    Deed.SHARE_VIEW,
    Deed.SYNC,
    Deed.SLOW_DOWN,
    Deed.CONNECT,
    Deed.REVOKE_TOKENS,
    Deed.GRANT_ROLES,
    Deed.ROTATE_KEYS,
    Deed.BACK_UP,
    Deed.ISSUE_SIGN_IN_LINK,
}


def here(*roles: Role, permission: str = "") -> Actor:
    """Somebody with roles in one tenant."""
    return replace(NOBODY, tenant_roles=frozenset(TenantRole(role, HERE.id, permission) for role in roles))


def test_every_deed_has_a_row_and_the_administrator_is_in_each() -> None:
    assert set(ALLOWED) == set(Deed)
    assert all(Role.ADMINISTRATOR in roles for roles in ALLOWED.values())


@pytest.mark.parametrize("role", Role)
def test_a_role_in_one_tenant_counts_there_and_nowhere_else(role: Role) -> None:
    for deed in Deed:
        expected = role in ALLOWED[deed] and deed not in BEYOND_TENANTS
        assert may(here(role), deed, tenant_id=HERE.id) is expected, deed
        assert not may(here(role), deed, tenant_id=THERE.id)
        assert not may(here(role), deed), "who names no tenant asks for the whole installation"


@pytest.mark.parametrize("role", Role)
def test_only_some_roles_can_be_held_in_the_whole_installation(role: Role) -> None:
    everywhere = replace(NOBODY, roles=frozenset({role}))
    for deed, tenant_id in product(Deed, (None, HERE.id, THERE.id)):
        expected = role in INSTALLATION_ROLES and role in ALLOWED[deed]
        assert may(everywhere, deed, tenant_id=tenant_id) is expected


def test_several_roles_allow_what_one_of_them_allows_and_no_more() -> None:
    cases = 0
    for one, other in combinations(Role, 2):
        for deed in set(Deed) - BEYOND_TENANTS:
            alone = may(here(one), deed, tenant_id=HERE.id) or may(here(other), deed, tenant_id=HERE.id)
            assert may(here(one, other), deed, tenant_id=HERE.id) is alone
            cases += 1
    assert cases == 15 * len(set(Deed) - BEYOND_TENANTS)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_nobody_but_an_administrator_changes_anything_of_others(role: Role) -> None:
    assert not any(may(here(role), deed, tenant_id=HERE.id) for deed in CHANGES)


def test_a_token_leaves_only_what_it_names() -> None:
    narrow = replace(SYSTEM, only=frozenset({Deed.SEE_RUNS.value}))
    assert [deed for deed in Deed if may(narrow, deed, tenant_id=HERE.id)] == [Deed.SEE_RUNS]
    assert [deed for deed in Deed if may(replace(NOBODY, only=narrow.only), deed, tenant_id=HERE.id)] == []


def test_an_app_admin_sees_the_named_permission_and_no_other() -> None:
    app_admin = here(Role.APP_ADMIN, permission="group:a")
    assert may_see_permission(app_admin, tenant_id=HERE.id, key="group:a")
    assert not may_see_permission(app_admin, tenant_id=HERE.id, key="group:b")
    assert not may_see_permission(app_admin, tenant_id=THERE.id, key="group:a")
    assert not may_see_permission(here(Role.APP_ADMIN), tenant_id=HERE.id, key="")
    assert not may_see_permission(here(Role.USER, permission="group:a"), tenant_id=HERE.id, key="group:a")
    with pytest.raises(Refused, match="not_allowed"):
        require_permission(app_admin, tenant_id=HERE.id, key="group:b")


def test_somebody_sees_their_own_account_by_both_ids_and_no_other() -> None:
    me = replace(here(Role.USER), account=DirectoryObject(HERE.guid, ME))
    assert is_self(me, tenant=HERE, guid=ME)
    require_person(me, tenant=HERE, guid=ME)
    for tenant, guid in ((HERE, SOMEBODY), (THERE, ME)):
        with pytest.raises(Refused, match="not_allowed"):
            require_person(me, tenant=tenant, guid=guid)
    with pytest.raises(Refused, match="not_allowed"):
        require_person(replace(me, account=DirectoryObject(THERE.guid, ME)), tenant=HERE, guid=ME)
    with pytest.raises(Refused, match="not_allowed"):
        require_person(replace(me, tenant_roles=frozenset()), tenant=HERE, guid=ME)
    with pytest.raises(Refused, match="not_allowed"):
        require_person(here(Role.USER), tenant=HERE, guid=ME)


def test_somewhere_is_any_tenant_with_the_right_role() -> None:
    assert may_somewhere(here(Role.AUDITOR), Deed.SEE_RUNS)
    assert not may_somewhere(here(Role.AUDITOR), Deed.SEE_CONNECTION)
    assert not may_somewhere(NOBODY, Deed.SEE_TENANT)
    assert may_somewhere(SYSTEM, Deed.ROTATE_KEYS)
    assert not may_somewhere(here(Role.ADMINISTRATOR), Deed.ROTATE_KEYS)


def test_a_refusal_names_the_deed() -> None:
    with pytest.raises(Refused) as refused:
        require(NOBODY, Deed.CONNECT, tenant_id=HERE.id)
    assert refused.value.code == "not_allowed"
    assert refused.value.data == {"deed": "connect"}
