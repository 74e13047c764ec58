"""Who is blocked, deleted or told to sign in again in Entra is out here after the next sync, and nobody else."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from django.test import Client
from visitors import administrator, browser, events, people, pick, signed_in, to_microsoft, told_of, user_of

from chamberlain.actions.make_token import make_token
from chamberlain.actions.use_token import use_token
from chamberlain.bench.simulated import Simulated
from chamberlain.errors import ChamberlainError
from chamberlain.model.actor import Role
from chamberlain.model.api_token import TokenScope
from chamberlain.model.run import Mode, RunState
from chamberlain.model.tenant import Tenant
from chamberlain.queries.actors import find_actor
from chamberlain.settings import Settings, load
from stories import connect_and_sync, perform

pytestmark = pytest.mark.usefixtures("world")


@pytest.fixture(scope="module")
def microsoft(start_tenant: Callable[..., Simulated]) -> Simulated:
    return start_tenant(population="golden", seed=72)


@pytest.fixture(scope="module", autouse=True)
def settings(microsoft: Simulated) -> Iterator[Settings]:
    """An installation at localhost with the simulated Microsoft."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in told_of(microsoft).items():
            patch.setenv(name, value)
        yield load()


@pytest.fixture(scope="module")
def tenant(world: object, microsoft: Simulated, settings: Settings) -> Tenant:
    return connect_and_sync(microsoft, settings)


def enter(person: dict[str, Any]) -> Client:
    client = browser()
    assert client.get(pick(to_microsoft(client), person["id"])).status_code == 302
    assert signed_in(client)
    return client


def mutate(microsoft: Simulated, **mutation: Any) -> None:
    answer = httpx2.post(f"{microsoft.url}/_simulator/mutations", json=mutation)
    assert answer.status_code == 200, answer.text


def test_whoever_left_in_entra_is_out_after_one_sync(microsoft: Simulated, settings: Settings, tenant: Tenant) -> None:
    """The people are of a connected tenant; `organizations` lets them in without a setting that names it."""
    blocked, deleted, revoked, staying = people(microsoft)[:4]
    clients = [enter(person) for person in (blocked, deleted, revoked, staying)]
    local = administrator("Bystander")
    mutate(microsoft, kind="update_user", user=blocked["id"], account_enabled=False)
    mutate(microsoft, kind="delete_user", user=deleted["id"])
    soon = (datetime.now(UTC) + timedelta(seconds=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    mutate(microsoft, kind="revoke_sessions", user=revoked["id"], at=soon)
    assert all(signed_in(client) for client in clients)
    before = len(events("session:ended"))
    perform(tenant, settings, mode=Mode.CHANGES)
    assert [signed_in(client) for client in clients] == [False, False, False, True]
    assert signed_in(local)
    ended = events("session:ended")[before:]
    assert sorted(event.details["by"] for event in ended) == ["blocked", "gone", "revoked"]
    assert {event.tenant_id for event in ended} == {tenant.id}


def test_a_revocation_ends_what_began_before_it_and_nothing_later(
    microsoft: Simulated, settings: Settings, tenant: Tenant
) -> None:
    person = people(microsoft)[-1]
    mutate(microsoft, kind="revoke_sessions", user=person["id"], at="2026-01-01T00:00:00Z")
    client = enter(person)
    perform(tenant, settings, mode=Mode.CHANGES)
    assert signed_in(client)


def test_a_newcomer_of_a_connected_tenant_may_see_their_own(
    microsoft: Simulated, settings: Settings, tenant: Tenant
) -> None:
    client = enter(people(microsoft)[-1])
    actor = find_actor(user_id=user_of(client).id)
    assert actor.roles == frozenset()
    assert {(held.role, held.tenant_id) for held in actor.tenant_roles} == {(Role.USER, tenant.id)}
    assert client.get(f"/t/{tenant.slug}/people").status_code == 403


def test_tokens_end_with_their_person(microsoft: Simulated, settings: Settings, tenant: Tenant) -> None:
    from chamberlain.clock import now
    from chamberlain.store import roles

    person = people(microsoft)[-2]
    client = enter(person)
    user = user_of(client)
    roles.give(user_id=user.id, role=Role.AUDITOR, tenant_id=tenant.id, given_by="a test", now=now())
    secret, _token = make_token(
        actor=find_actor(user_id=user.id),
        person=user.id,
        name="reader",
        scopes=frozenset({TokenScope.READ_DIRECTORY}),
        tenant=tenant,
    )
    assert use_token(secret=secret)
    client.post("/sign-out")
    mutate(microsoft, kind="update_user", user=person["id"], account_enabled=False)
    perform(tenant, settings, mode=Mode.CHANGES)
    with pytest.raises(ChamberlainError):
        use_token(secret=secret)


def test_a_run_that_cannot_read_still_looks_at_who_is_signed_in(
    microsoft: Simulated, settings: Settings, tenant: Tenant
) -> None:
    leaver, staying = people(microsoft)[4:6]
    clients = [enter(leaver), enter(staying)]
    mutate(microsoft, kind="update_user", user=leaver["id"], account_enabled=False)
    fault = {"path_prefix": "/v1.0/organization", "kind": "status", "status": 403, "times": 50}
    httpx2.post(f"{microsoft.url}/_simulator/faults", json=fault).raise_for_status()
    try:
        run = perform(tenant, settings, mode=Mode.FULL)
    finally:
        httpx2.delete(f"{microsoft.url}/_simulator/faults").raise_for_status()
    assert run.state is RunState.FAILED
    assert [signed_in(client) for client in clients] == [False, True]
