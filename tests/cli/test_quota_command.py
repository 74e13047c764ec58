"""`chamberlain quota` and what `status` says of pauses."""

import json
from datetime import datetime, timedelta

import pytest

from chamberlain import clock
from chamberlain.bootstrap import World
from chamberlain.model.quota import Limit, Tally
from chamberlain.model.tenant import CredentialKind, Tenant
from chamberlain.store import quota
from chamberlain.store.models import EventRow
from chamberlain.store.quota import SharedLedger
from connected import connected_tenant
from terminal import run

CLIENT = "22222222-2222-4222-8222-222222222222"


@pytest.fixture
def tenant(world: World) -> Tenant:
    """A tenant whose directory's quota is smaller than documented, partly spent, and paused."""
    found = connected_tenant("Paused", credential=CredentialKind.INSTALLATION_APP, client_id=CLIENT)
    tally = Tally(units=70, requests=55, throttled=3, waited=timedelta(seconds=4))
    with SharedLedger(tenant_id=found.id, client_id=CLIENT) as ledger:
        ledger.open("directory", Limit(8_000, timedelta(hours=1)))
        ledger.measure("directory", size=4_000, left=None)
        ledger.lease("directory", wanted=100, least=1, reserve=0, tally=tally)
        ledger.pause("directory", wait=timedelta(minutes=30), unexplained=False)
    return found


def test_quotas_are_told_to_people_and_to_scripts(tenant: Tenant) -> None:
    as_json = run("quota", "--tenant", tenant.slug, "--json")
    assert as_json.returncode == 0, as_json.stderr
    told = json.loads(as_json.stdout)
    assert (told["tenant"], told["share_percent"], told["unshown"]) == (tenant.slug, 100, 0)
    (one,) = told["quotas"]
    assert (one["name"], one["whose"], one["limit"], one["learned"]) == ("directory", "ours", 8_000, 4_000)
    assert (one["requests"], one["throttled"], one["waited_seconds"], one["used"]) == (55, 3, 4, 70)
    assert datetime.fromisoformat(one["paused_until"]) > clock.now()
    for_people = run("quota", "--tenant", tenant.slug)
    assert for_people.returncode == 0, for_people.stderr
    assert "100 % of what they could" in for_people.stdout
    assert "8,000 RU / 3600 s (seems 4,000)" in for_people.stdout
    assert "ours alone" in for_people.stdout


def test_slowing_down_in_the_terminal_is_told_and_audited(tenant: Tenant) -> None:
    done = run("quota", "--tenant", tenant.slug, "--slow-down", "25", "--json")
    assert json.loads(done.stdout)["share_percent"] == 25, done.stderr
    assert quota.share_of(tenant.id) == 25
    event = EventRow.objects.get(tenant_id=tenant.id, name="quota:slowed")
    assert (event.before, event.after) == ({"value": "100"}, {"value": "25"})
    assert event.actor_name.endswith("(terminal)")


@pytest.mark.parametrize("share", ["0", "101", "fast"])
def test_a_share_that_is_none_is_refused(tenant: Tenant, share: str) -> None:
    before = quota.share_of(tenant.id)
    done = run("quota", "--tenant", tenant.slug, "--slow-down", share, "--json")
    assert (done.returncode, json.loads(done.stderr)["error"]["code"]) == (3, "share_unreadable")
    assert quota.share_of(tenant.id) == before


def test_status_tells_what_is_paused_until_when(tenant: Tenant) -> None:
    told = json.loads(run("status", "--json").stdout)
    found = next(one for one in told["connections"] if one["tenant"] == tenant.slug)
    assert datetime.fromisoformat(found["paused"]["directory"]) > clock.now()
    for_people = run("status").stdout
    assert f"{tenant.slug}: directory is paused until " in " ".join(for_people.split())
