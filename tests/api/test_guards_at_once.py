"""Of two people who set guard rails at once, neither undoes what the other one set."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import pytest
from django.test import Client

from chamberlain import clock
from chamberlain.actions.stop_writers import choose_four_eyes, set_guards
from chamberlain.model.guard import Eyes, Rails
from chamberlain.model.tenant import Tenant
from chamberlain.policy.planning.rails import protecting
from chamberlain.provision.guarding import rails_of
from chamberlain.store import halts
from chamberlain.store.connection import apart, rows, transaction
from chamberlain.store.models import GuardRow
from people import ANNA, EMRE
from stories import ADMIN, OTHER_ADMIN

BEHIND_US = "SELECT count(*) AS n FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
Told = TypeVar("Told")


@pytest.fixture
def meanwhile(tenant: Tenant) -> Iterator[Callable[[Callable[[], Told]], Future[Told]]]:
    """Has somebody else do something, and goes on when they are done, or wait for us."""
    with ThreadPoolExecutor(1) as threads:

        def begun(deed: Callable[[], Told]) -> Future[Told]:
            doing = threads.submit(apart, deed)
            while not doing.done() and rows(BEHIND_US, {})[0]["n"] == 0:
                pass
            return doing

        yield begun
    GuardRow.objects.filter(tenant_id=tenant.id).delete()


def test_two_who_protect_somebody_at_once_both_do(
    tenant: Tenant, meanwhile: Callable[[Callable[[], bool]], Future[bool]]
) -> None:
    others: list[Future[bool]] = []

    def protects_emre() -> bool:
        return set_guards(actor=OTHER_ADMIN, tenant=tenant, rails=lambda held: protecting(held, account=str(EMRE)))

    def protects_anna(held: Rails) -> Rails:
        others.append(meanwhile(protects_emre))
        return protecting(held, account=str(ANNA))

    assert set_guards(actor=ADMIN, tenant=tenant, rails=protects_anna)
    assert [one.result() for one in others] == [True]
    assert rails_of(tenant.id).protected_accounts == (str(ANNA), str(EMRE))


def test_a_script_sets_what_it_names_of_the_rails_that_hold_when_its_turn_comes(
    tenant: Tenant, script: Callable[..., Client], meanwhile: Callable[[Callable[[], int]], Future[int]]
) -> None:
    choose_four_eyes(actor=ADMIN, tenant=tenant, more=frozenset({Eyes.PASSWORDS}))
    wanted = {"most_per_plan": 7, "four_eyes": ["passwords"]}
    path = f"/api/v1/tenants/{tenant.slug}/guard-rails"
    client = script()

    def sets() -> int:
        return client.patch(path, wanted, content_type="application/json").status_code

    with transaction():
        halts.lock(tenant.id, now=clock.now())
        asked = meanwhile(sets)
        set_guards(actor=ADMIN, tenant=tenant, rails=lambda held: protecting(held, account=str(ANNA)))
        for actor in (ADMIN, OTHER_ADMIN):  # two agree that passwords take nobody
            choose_four_eyes(actor=actor, tenant=tenant, less=frozenset({Eyes.PASSWORDS}))
        assert not asked.done(), asked.result()
    assert asked.result() == 200
    held = rails_of(tenant.id)
    assert (held.most_per_plan, held.protected_accounts) == (7, (str(ANNA),))
    assert held.four_eyes == (Eyes.PASSWORDS,), "who named it had the last word"
