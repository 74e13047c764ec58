"""With one administrator nobody could approve: the pages say so where writing is set up, and offer a delay instead."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.test import Client
from visitors import use_link

from chamberlain.actions.sign_in import issue_sign_in_link
from chamberlain.bootstrap import World
from chamberlain.model.actor import Role
from chamberlain.model.tenant import Tenant
from chamberlain.provision.guarding import rails_of
from chamberlain.store import scopes
from chamberlain.store.connection import rows
from chamberlain.store.models import RoleRow
from connected import connected_tenant
from stories import ADMIN

ALONE = "Nobody else could approve your plans."
WRITING = "provision_groups"


@pytest.fixture(scope="module")
def client(world: World) -> Client:
    visitor = Client(SERVER_NAME="localhost")
    use_link(visitor, issue_sign_in_link(actor=ADMIN, root="http://localhost", name="Sol Alone"))
    return visitor


@pytest.fixture
def tenant(world: World) -> Tenant:
    """Connected, read once, and nothing that writes was chosen."""
    found = connected_tenant("Alone")
    rows("UPDATE tenant SET synced_at = now() WHERE id = %(tenant)s RETURNING id", {"tenant": found.id})
    return found


@contextmanager
def only(name: str) -> Iterator[None]:
    """Nobody else is an administrator, until it is over."""
    others = RoleRow.objects.filter(role=Role.ADMINISTRATOR.value).exclude(user__name=name)
    held = [*others]
    others.delete()
    try:
        yield
    finally:
        RoleRow.objects.bulk_create(held)


def planner(tenant: Tenant, *capabilities: str) -> str:
    ticked = "".join(f"&capability={one}" for one in capabilities)
    return f"/t/{tenant.slug}/connection/capabilities?planned=yes{ticked}"


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return " ".join(answer.content.decode().split())


def test_whoever_is_alone_learns_it_with_the_first_capability_that_writes_and_sets_the_delay(
    client: Client, tenant: Tenant
) -> None:
    with only("Sol Alone"):
        assert ALONE not in text(client, planner(tenant)), "who only reads needs nobody"
        page = text(client, planner(tenant, "see_groups", WRITING))
        assert ALONE in page
        assert 'name="approval_delay"' in page
        assert 'value="24"' in page
        wanted = {"capability": ["see_groups", WRITING], "confirmed": "yes"}
        wrong = client.post(f"/t/{tenant.slug}/connection/capabilities", {**wanted, "approval_delay": "many"})
        assert (wrong.status_code, b"guard_unreadable" in wrong.content) == (400, True)
        assert b'value="many"' in wrong.content, "nothing typed is lost"
        assert WRITING not in {one.value for one in scopes.chosen(tenant.id)}, "and nothing was chosen"
        answer = client.post(f"/t/{tenant.slug}/connection/capabilities", {**wanted, "approval_delay": "6"})
        assert answer.status_code == 302, answer.content.decode()[-3000:]
    assert rails_of(tenant.id).approval_delay == timedelta(hours=6)
    assert WRITING in {one.value for one in scopes.chosen(tenant.id)}


def test_the_page_of_guard_rails_says_so_while_it_is_so(client: Client, tenant: Tenant) -> None:
    there_is_one = "There is only one administrator who could approve: such plans wait instead."
    second = Client(SERVER_NAME="localhost")
    use_link(second, issue_sign_in_link(actor=ADMIN, root="http://localhost", name="Sue Second"))
    with only("Sol Alone"):
        assert there_is_one in text(client, f"/t/{tenant.slug}/guards")
    assert there_is_one not in text(client, f"/t/{tenant.slug}/guards")
    assert ALONE not in text(client, planner(tenant, "see_groups", WRITING))
