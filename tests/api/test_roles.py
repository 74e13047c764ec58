"""Roles by script: a scope of its own, and never the roles of the token's own person."""

from collections.abc import Callable

import pytest
from django.test import Client

import people
import stories
from chamberlain.actions.sign_in import issue_sign_in_link, redeem_sign_in_link
from chamberlain.model.actor import Actor
from chamberlain.model.api_token import TokenScope
from chamberlain.model.tenant import Tenant

ROLES = frozenset({TokenScope.MANAGE_ROLES})
JSON = "application/json"


@pytest.fixture
def client(script: Callable[..., Client]) -> Client:
    return script(scopes=ROLES)


def held_by(client: Client, tenant: Tenant, account: object) -> list[dict[str, object]]:
    """The roles in the tenant of whoever has this object id."""
    found = client.get(f"/api/v1/tenants/{tenant.slug}/roles").json()
    return [role for one in found if one["account"] == str(account) for role in one["roles"] if role["tenant"]]


def test_a_role_is_given_shown_and_taken(client: Client, tenant: Tenant) -> None:
    root = f"/api/v1/tenants/{tenant.slug}/roles"
    new = {"person": str(people.ANNA), "role": "auditor", "reason": "a test"}
    for _ in range(2):  # the second time nothing happens
        assert client.post(root, new, content_type=JSON).status_code == 204
    (role,) = [one for one in held_by(client, tenant, people.ANNA) if one["role"] == "auditor"]
    assert role["tenant"] == tenant.slug
    assert client.delete(f"/api/v1/roles/{role['id']}").status_code == 204
    assert client.delete(f"/api/v1/roles/{role['id']}").status_code == 404


def test_a_token_changes_nothing_of_its_own_person(client: Client, tenant: Tenant, admin: Actor) -> None:
    everywhere = {"person": admin.name, "role": "auditor"}
    answer = client.post("/api/v1/roles", everywhere, content_type=JSON)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    answer = client.post(f"/api/v1/tenants/{tenant.slug}/roles", everywhere, content_type=JSON)
    assert answer.status_code == 403
    (own,) = [one for one in client.get("/api/v1/roles").json() if one["id"] == admin.id]
    (role,) = own["roles"]
    assert client.delete(f"/api/v1/roles/{role['id']}").status_code == 403


def test_no_other_scope_gives_roles(script: Callable[..., Client], tenant: Tenant) -> None:
    client = script(scopes=frozenset(TokenScope) - ROLES)
    new = {"person": str(people.BEN), "role": "auditor"}
    answer = client.post(f"/api/v1/tenants/{tenant.slug}/roles", new, content_type=JSON)
    assert (answer.status_code, answer.json()["code"]) == (403, "token_scope_missing")
    assert client.get("/api/v1/roles").status_code == 403


def test_a_token_of_one_tenant_gives_no_role_beyond_it(script: Callable[..., Client], tenant: Tenant) -> None:
    link = issue_sign_in_link(actor=stories.ADMIN, root="", name="Roles Bystander")
    redeem_sign_in_link(link=link)
    client = script(scopes=ROLES, tenant=tenant)
    new = {"person": "Roles Bystander", "role": "auditor"}
    assert client.post("/api/v1/roles", new, content_type=JSON).status_code == 403
    assert client.get("/api/v1/roles").status_code == 403
