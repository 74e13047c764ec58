"""`chamberlain role`: the way back in for whoever has a shell."""

import json
from uuid import uuid4

import pytest

from chamberlain import clock
from chamberlain.bootstrap import World
from chamberlain.model.tenant import Tenant
from chamberlain.store import tenants
from chamberlain.store.connection import transaction
from chamberlain.store.models import EventRow, RoleRow
from chamberlain.store.users import local_administrator
from terminal import run


@pytest.fixture(scope="module")
def tenant(world: World) -> Tenant:
    """A tenant of the installation."""
    with transaction():
        local_administrator(name="Terminal Tess", now=clock.now())
        RoleRow.objects.filter(user__name="Terminal Tess").delete()
    return tenants.save(guid=uuid4(), name="Roles", domain=f"{uuid4()}.example", now=clock.now())


def test_a_role_is_given_shown_and_taken_in_the_terminal(tenant: Tenant) -> None:
    given = run(
        "role", "grant", "terminal tess", "read-only-administrator", "--tenant", tenant.slug, "--reason", "help"
    )
    assert given.returncode == 0, given.stderr
    told = json.loads(run("role", "list", "--tenant", tenant.slug, "--json").stdout)
    [tess] = [one for one in told if one["name"] == "Terminal Tess"]
    [held] = tess["roles"]
    assert (held["role"], held["tenant"]) == ("read_only_administrator", tenant.slug)
    assert "terminal" in held["given_by"]
    assert EventRow.objects.filter(name="role:granted", subject=tess["id"], actor_kind="terminal").count() == 1
    assert "Terminal Tess" in run("role", "list").stdout
    taken = run("role", "revoke", str(held["number"]))
    assert taken.returncode == 0, taken.stderr
    assert not RoleRow.objects.filter(id=held["number"]).exists()
    assert run("role", "revoke", str(held["number"])).returncode == 4


def test_a_word_that_is_no_role_names_those_that_there_are(tenant: Tenant) -> None:
    wrong = run("role", "grant", "Terminal Tess", "emperor", "--tenant", tenant.slug)
    assert wrong.returncode == 3
    assert "read_only_administrator" in wrong.stderr
