"""Stories told without the durable engine: step after step in this process."""

import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from django.db import connection

from chamberlain import clock
from chamberlain.actions.begin_connect import begin_connect
from chamberlain.actions.complete_connect import complete_connect
from chamberlain.actions.connect_with_secret import connect_with_secret
from chamberlain.actions.start_sync import start_sync
from chamberlain.bench.simulated import Simulated
from chamberlain.model.actor import Actor, ActorKind, Role
from chamberlain.model.run import Mode, Run, Trigger
from chamberlain.model.tenant import Tenant
from chamberlain.queries.connections import find_run, list_runs
from chamberlain.settings import Settings
from chamberlain.store import roles
from chamberlain.store.models import ChoiceRow, RoleRow, ScopeRow, User
from chamberlain.work.sync_tenant import sync_tenant

ADMIN = Actor(ActorKind.PERSON, "00000000-0000-4000-8000-00000000ad01", "Ada Admin", frozenset({Role.ADMINISTRATOR}))
OTHER_ADMIN = Actor(
    ActorKind.PERSON, "00000000-0000-4000-8000-00000000ad02", "Otto Admin", frozenset({Role.ADMINISTRATOR})
)
NOBODY = Actor(ActorKind.PERSON, "00000000-0000-4000-8000-00000000ad03", "Nora Nobody")


def at_once(_step: str, deed: Callable[..., Any], *values: Any) -> Any:
    """Does a step of a story in this process, once, as the durable engine would."""
    return deed(*values)


def connect(simulator: Simulated) -> Tenant:
    """Connects a simulated tenant through its own registration; its first run is queued, not done.

    What other tests chose and had in it is forgotten: golden tenants share an id.
    """
    refill(simulator)
    for table in (ChoiceRow, ScopeRow):
        table.objects.filter(tenant__guid=simulator.tenant_id).delete()
    return connect_with_secret(
        actor=ADMIN,
        tenant_id=simulator.tenant_id,
        client_id=simulator.own_client_id,
        client_secret=simulator.own_client_secret,
    )


@contextmanager
def without_role(name: str, *, instead: Role | None = None, tenant: Tenant | None = None) -> Iterator[None]:
    """Takes a local person's roles until it is over; `instead` is the one they have meanwhile."""
    user = User.objects.get(subject=f"local:{name.lower()}")
    held = [*RoleRow.objects.filter(user=user)]
    RoleRow.objects.filter(user=user).delete()
    if instead:
        roles.give(
            user_id=user.id,
            role=instead,
            tenant_id=tenant.id if tenant else None,
            given_by="a test",
            now=clock.now(),
        )
    try:
        yield
    finally:
        RoleRow.objects.filter(user=user).delete()
        RoleRow.objects.bulk_create(held)


@contextmanager
def nobody_else() -> Iterator[None]:
    """Nobody signs in until it is over: whoever other tests let in approves nothing."""
    others = [*User.objects.filter(is_active=True).values_list("id", flat=True)]
    User.objects.filter(id__in=others).update(is_active=False)
    try:
        yield
    finally:
        User.objects.filter(id__in=others).update(is_active=True)


def refill(simulator: Simulated) -> None:
    """Fills the budgets of a simulated tenant: golden ones share an id, and a pause outlives the test that met it."""
    with connection.cursor() as cursor:
        for table in ("quota_bucket", "quota_share"):
            statement = f"DELETE FROM {table} WHERE tenant_id IN (SELECT id FROM tenant WHERE guid = %s)"
            cursor.execute(statement, [simulator.tenant_id])


def perform(tenant: Tenant, settings: Settings, *, mode: Mode | None = None) -> Run:
    """Does the queued run, or a new one where none is queued, which then reads as asked."""
    latest = list_runs(viewer=ADMIN, tenant=tenant, limit=1)
    if latest and not latest[0].is_over:
        run_id = latest[0].id
    else:
        run_id = start_sync(actor=ADMIN, tenant=tenant, trigger=Trigger.PERSON, mode=mode)
    sync_tenant(at_once, run_id=run_id, settings=settings)
    return find_run(viewer=ADMIN, tenant=tenant, run_id=run_id)


def connect_and_sync(simulator: Simulated, settings: Settings) -> Tenant:
    """A tenant that is connected and synced."""
    tenant = connect(simulator)
    run = perform(tenant, settings)
    assert run.error_code is None, run.error_data
    return tenant


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object, **__: object) -> None:
        return None


def answer_of(url: str, *, account: str = "global_administrator", answer: str = "accept") -> dict[str, str]:
    """What Microsoft sends the browser back with when the person at the consent page does this."""
    form = urlencode({"account": account, "answer": answer}).encode()
    opener = urllib.request.build_opener(_Stay)
    with pytest.raises(urllib.error.HTTPError) as redirect:
        opener.open(urllib.request.Request(url, data=form, method="POST"))
    with redirect.value as response:
        assert response.code == 302
        return dict(parse_qsl(urlsplit(response.headers["Location"]).query))


def connect_by_consent(simulator: Simulated) -> Tenant:
    """Connects a simulated tenant through the installation's own application; its first run is queued, not done."""
    refill(simulator)
    return complete_connect(actor=ADMIN, answer=answer_of(begin_connect(actor=ADMIN, tenant=simulator.tenant_id)))
