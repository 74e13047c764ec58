"""`chamberlain scopes`: the scope table, the matrix and choosing, in the terminal."""

import json

import pytest

from chamberlain import clock
from chamberlain.bootstrap import World
from chamberlain.model.tenant import Tenant
from chamberlain.policy.capabilities import STANDARD, needed
from chamberlain.store import scopes
from chamberlain.store.connection import transaction
from connected import connected_tenant
from terminal import run

NAMES = tuple(one.scope.name for one in needed(STANDARD))


@pytest.fixture
def tenant(world: World) -> Tenant:
    """A connected tenant that lost one scope."""
    found = connected_tenant("Scopes", client_id="33333333-3333-4333-8333-333333333333", scopes=NAMES)
    with transaction():
        scopes.note(tenant_id=found.id, seen=dict.fromkeys(NAMES), now=clock.now())
        left = [name for name in NAMES if name not in ("RoleManagement.Read.Directory", "Directory.Read.All")]
        scopes.note(tenant_id=found.id, seen=dict.fromkeys(left), now=clock.now())
    return found


def test_scopes_are_told_to_people_and_to_scripts(tenant: Tenant) -> None:
    as_json = run("scopes", "--tenant", tenant.slug, "--json")
    assert as_json.returncode == 0, as_json.stderr
    told = json.loads(as_json.stdout)
    states = {one["scope"]: one["state"] for one in told["scopes"]}
    assert states["RoleManagement.Read.Directory"] == "revoked"
    assert states["User.Read.All"] == "granted"
    assert set(told["missing"]) == {"RoleManagement.Read.Directory", "Directory.Read.All"}
    assert told["matrix"]["role"]["sync"] == {"state": "needs", "scopes": ["RoleManagement.Read.Directory"]}
    assert told["matrix"]["people"]["sync"]["state"] == "works"
    needs = {one["capability"]: one["has_role"] for one in told["capabilities"] if one["roles"]}
    assert set(needs.values()) == {None}  # no sync has asked who we are
    for_people = run("scopes", "--tenant", tenant.slug)
    assert "not known whether we have it" in " ".join(for_people.stdout.split())
    assert for_people.returncode == 0, for_people.stderr
    assert "Directory roles and who holds them are no longer read." in for_people.stdout
    assert "33333333-3333-4333-8333-333333333333" in for_people.stdout
    matrix = run("scopes", "--tenant", tenant.slug, "--matrix")
    assert "needs RoleManagement.Read.Directory" in matrix.stdout


def test_choosing_in_the_terminal_holds_and_what_cannot_be_chosen_is_refused(tenant: Tenant) -> None:
    done = run("scopes", "--tenant", tenant.slug, "--choose", "see_groups, see_licences", "--json")
    assert done.returncode == 0, done.stderr
    chosen = {one["capability"] for one in json.loads(done.stdout)["capabilities"] if one["chosen"]}
    assert chosen == {"know_tenant", "see_people", "see_groups", "see_licences"}
    refused = run("scopes", "--tenant", tenant.slug, "--choose", "see_everything")
    assert refused.returncode == 3
    assert "capability_unknown" in refused.stderr
    assert {one.value for one in scopes.chosen(tenant.id)} == chosen
