"""What a connection's health tells after a sync, after a refusal, and after its administrator is gone."""

from collections.abc import Callable

import pytest

from chamberlain.bench.simulated import Simulated
from chamberlain.bootstrap import World
from chamberlain.model.refusal import Refusal
from chamberlain.model.run import Mode
from chamberlain.policy.health import Concern
from chamberlain.queries.connections import find_standing
from chamberlain.queries.health import show_health
from chamberlain.settings import Settings
from chamberlain.store import refusals
from chamberlain.store.connection import connect as connect_database
from chamberlain.store.connection import rows
from granting import Grants
from stories import ADMIN, connect_and_sync, connect_by_consent, perform


@pytest.fixture
def settings(golden: Simulated, pointed: Callable[[Simulated], Settings]) -> Settings:
    return pointed(golden)


def test_what_microsoft_refused_is_kept_with_its_request_id(
    world: World, golden: Simulated, settings: Settings
) -> None:
    tenant = connect_and_sync(golden, settings)
    Grants(golden).revoke("RoleManagement.Read.Directory", "Directory.Read.All")
    perform(tenant, settings, mode=Mode.FULL)
    found = show_health(viewer=ADMIN, tenant=tenant)
    concerns = {one.concern for one in found.health.reasons}
    assert Concern.SCOPES_MISSING in concerns
    told = [one for one in found.refusals if one.status == 403]
    assert told
    assert all(one.request_id and one.path.startswith("/") for one in told)


def test_only_the_last_twenty_are_kept(world: World, golden: Simulated, settings: Settings) -> None:
    tenant = connect_and_sync(golden, settings)
    at = show_health(viewer=ADMIN, tenant=tenant).fresh.kinds[0].looked
    assert at is not None
    many = [Refusal(at.seen_at, "scope_missing", f"/v1.0/{number}", 403, f"id-{number}") for number in range(30)]
    with connect_database(autocommit=True) as own:
        refusals.keep(own, tenant_id=tenant.id, refusals=many)
    kept = show_health(viewer=ADMIN, tenant=tenant).refusals
    assert [one.request_id for one in kept] == [f"id-{number}" for number in range(29, 9, -1)]


def test_access_does_not_end_with_the_administrator_who_consented(
    world: World, golden: Simulated, settings: Settings
) -> None:
    tenant = connect_by_consent(golden)
    assert perform(tenant, settings).error_code is None
    standing = find_standing(viewer=ADMIN, tenant=tenant)
    assert standing is not None
    who, when = standing.connection.connected_by, standing.connection.connected_at
    gone = rows("SELECT guid::text AS id FROM account WHERE tenant_id = %(t)s AND type = 'member'", {"t": tenant.id})
    for one in gone:  # whoever it was
        golden.post("/_simulator/mutations", {"kind": "delete_user", "user": one["id"]})
    run = perform(tenant, settings)
    assert run.error_code is None
    assert perform(tenant, settings, mode=Mode.FULL).error_code is None
    again = find_standing(viewer=ADMIN, tenant=tenant)
    assert again is not None
    assert (again.connection.connected_by, again.connection.connected_at) == (who, when)  # and it is still told
