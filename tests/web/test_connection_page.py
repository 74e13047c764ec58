"""The page of a connection: how fresh it is, what quotas allow, and slowing down, asked as a browser asks."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from visitors import use_link

import stories
from chamberlain import clock
from chamberlain.actions.sign_in import issue_sign_in_link
from chamberlain.bootstrap import World
from chamberlain.model.quota import Limit, Tally, Whose, Workload
from chamberlain.model.run import Count, Proof, RunState, Trigger
from chamberlain.model.tenant import CredentialKind, Tenant
from chamberlain.queries.quotas import MOST_SHOWN, show_quotas
from chamberlain.settings import Settings
from chamberlain.store import quota, runs, tenants
from chamberlain.store.models import EventRow
from chamberlain.store.quota import SharedLedger
from chamberlain.web import moments
from connected import connected_tenant
from recorded import Recorder, guid

CLIENT = "11111111-1111-4111-8111-111111111111"
MINUTES = Limit(8_000, timedelta(minutes=50))


@pytest.fixture
def tenant(world: World) -> Tenant:
    """A tenant that is connected, and of which nothing was read yet."""
    return connected_tenant("Quiet", credential=CredentialKind.INSTALLATION_APP, client_id=CLIENT)


@pytest.fixture
def client(world: World) -> Client:
    """The browser of a signed-in administrator."""
    visitor = Client(SERVER_NAME="localhost")
    use_link(visitor, issue_sign_in_link(actor=stories.ADMIN, root="http://localhost"))
    return visitor


def address(tenant: Tenant) -> str:
    return f"/t/{tenant.slug}/connection"


def text(client: Client, path: str, *, target: str | None = None) -> str:
    """What the page says, without its white space; `target`: what htmx gets for that element."""
    answer = client.get(path, headers={"HX-Request": "true", "HX-Target": target} if target else {})
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return " ".join(answer.content.decode().split())


def spend(
    tenant: Tenant, *, workload: str = Workload.DIRECTORY.value, limit: Limit = MINUTES, app: str = CLIENT
) -> None:
    """A quarter of our part of the quota is spent, in 40 requests of which two were refused."""
    tally = Tally(units=60, requests=40, throttled=2, waited=timedelta(seconds=5))
    with SharedLedger(tenant_id=tenant.id, client_id=app) as ledger:
        ledger.open(workload, limit)
        ledger.lease(workload, wanted=limit.units * 0.95 / 4, least=0, reserve=0, tally=tally)


def pause(tenant: Tenant, wait: timedelta, *, app: str = CLIENT) -> None:
    with SharedLedger(tenant_id=tenant.id, client_id=app) as ledger:
        ledger.open(Workload.DIRECTORY.value, MINUTES)
        ledger.pause(Workload.DIRECTORY.value, wait=wait, unexplained=True)


def proved_run(tenant: Tenant) -> int:
    """A run that has ended and was proved, and a newer one that was not."""
    ids = []
    for _number in range(2):
        run_id = runs.create(tenant_id=tenant.id, trigger=Trigger.SCHEDULE, actor_name="system", now=clock.now())
        runs.move(run_id, RunState.RUNNING, now=clock.now())
        runs.move(run_id, RunState.SUCCEEDED, now=clock.now())
        ids.append(run_id)
    runs.keep_proof(ids[0], Proof((Count("users", 3, 2), Count("groups", 1, 1)), 400, 1, 0.99871))
    return ids[0]


def test_before_the_first_sync_the_page_says_what_will_be_here(client: Client, tenant: Tenant) -> None:
    page = text(client, address(tenant))
    assert "Nothing read yet" in page
    assert "Nothing spent yet" in page
    assert re.search(r'id="standing-title"[^>]*>It is not fine\.<', page)
    assert page.index("standing-title") < page.index("fresh-title") < page.index("scopes-title")
    assert "Sync now" in page
    assert "every 2s" not in page
    assert len(re.findall(r"<h1\b", page)) == 1
    assert ' style="' not in page


def test_each_kind_of_data_tells_its_age_and_what_the_last_proof_counted(client: Client, tenant: Tenant) -> None:
    now = clock.now()
    recorder = Recorder(tenant)
    recorder.see(now - timedelta(days=3), people={guid(1): "Anna"}, groups={guid(11): "Team"})
    recorder.see(now - timedelta(hours=5), people={guid(1): "Anna"}, groups={guid(11): "Team"})
    run_id = proved_run(tenant)
    page = text(client, address(tenant))
    people = re.findall(r"<tr>.*?</tr>", page)[1]
    assert re.findall(r">([^<>]+ ago)<", people) == ["5 hours ago", "5 hours ago", "3 days ago"]
    assert re.findall(r'"number">(\d+)', people) == ["3", "2"]
    assert "differs" in people
    assert page.count("differs") == 1
    assert 'Applications</th> <td class="quiet" colspan="3">never read to the end' in page
    assert f'href="/t/{tenant.slug}/runs/{run_id}"' in page
    assert "400 memberships, licences and assignments were read again, 1 difference was found and mended." in page
    assert "Surely right, with 95 % confidence: at least 99.87 % of what is shown." in page


def test_the_next_sync_is_told_unless_nothing_is_scheduled(
    client: Client, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    proved_run(tenant)
    monkeypatch.setenv("CHAMBERLAIN_SYNC_INTERVAL_MINUTES", "60")
    assert re.search(r"Next sync <time [^>]+>in 5\d minutes<", text(client, address(tenant)))
    monkeypatch.setenv("CHAMBERLAIN_SYNC_INTERVAL_MINUTES", "0")
    assert Settings().sync_interval_minutes == 0
    assert "No sync is scheduled" in text(client, address(tenant))


def test_a_quota_tells_its_use_its_limits_and_whose_it_is(client: Client, tenant: Tenant) -> None:
    spend(tenant)
    spend(tenant, workload=Workload.EXCHANGE_ADMIN.value, limit=Limit(600, timedelta(minutes=50), Whose.TENANT))
    with SharedLedger(tenant_id=tenant.id, client_id=CLIENT) as ledger:
        ledger.measure(Workload.EXCHANGE_ADMIN.value, size=300, left=None)
    page = text(client, address(tenant))
    assert "Quotas: nothing is paused" in page
    assert "25 % in use" in page
    assert "Microsoft documents 8,000 resource units within 50 min 0 s; ours alone" in page
    assert "no other application takes from it" in page
    assert "Microsoft documents 600 requests within 50 min 0 s; it seems to be 300; shared by every application" in page
    assert re.search(r">Requests since \d\d:00 UTC</dt><dd[^>]*>40<", page)
    assert re.search(r">Waited</dt><dd[^>]*>5.0 s<", page)
    assert re.search(r">Throttled</dt><dd[^>]*>2<", page)
    assert re.search(r">Left unused</dt><dd[^>]*>5 %<", page)


def test_what_an_earlier_application_spent_is_not_shown_as_ours(client: Client, tenant: Tenant) -> None:
    pause(tenant, timedelta(minutes=5), app="another")
    assert "Nothing spent yet" in text(client, address(tenant))
    assert tenant.id not in quota.pauses()


def test_a_pause_shows_until_when_and_the_page_looks_again_until_it_is_over(client: Client, tenant: Tenant) -> None:
    pause(tenant, timedelta(minutes=5))
    page = text(client, address(tenant))
    assert "Quotas: Microsoft refuses more for now" in page
    assert re.search(r"Paused until <time [^>]+>\d\d:\d\d:\d\d UTC<", page)
    assert "in 4 minutes" in page
    part = text(client, address(tenant), target="connection")
    assert part.startswith('<div id="connection" hx-get')
    assert 'name="share"' not in part, "what somebody types must not be taken away by a fragment"
    with SharedLedger(tenant_id=tenant.id, client_id=CLIENT) as ledger:
        ledger.open(Workload.DIRECTORY.value, MINUTES)
    quota.rows("UPDATE quota_bucket SET paused_until = NULL WHERE tenant_id = %(id)s RETURNING 1", {"id": tenant.id})
    over = client.get(address(tenant), headers={"HX-Request": "true", "HX-Target": "connection"})
    assert over["HX-Refresh"] == "true"


def test_slowing_down_is_set_told_and_audited(client: Client, tenant: Tenant) -> None:
    answer = client.post(address(tenant), {"share": "40 %"}, follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain == [(address(tenant), 302)]
    assert "now use up to 40 % of what they could" in page
    assert "slowed to 40 %" in page
    assert 'value="40"' in page
    assert quota.share_of(tenant.id) == 40
    client.post(address(tenant), {"share": "40"})
    client.post(address(tenant), {"share": "100"})
    told = EventRow.objects.filter(tenant_id=tenant.id, name="quota:slowed").order_by("id")
    changes = [(event.before["value"], event.after["value"]) for event in told]
    assert changes == [("100", "40"), ("40", "100")]


@pytest.mark.parametrize("typed", ["", "4", "101", "-5", "40.5", "half", "٤٠", "1e2", "9" * 500, "<b>"])
def test_a_share_that_is_none_is_refused_in_one_sentence_and_kept_in_the_form(
    client: Client, tenant: Tenant, typed: str
) -> None:
    answer = client.post(address(tenant), {"share": typed})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert page.count('role="alert"') == 1
    assert "is not a share that can be set" in page
    assert "<b>”" not in page
    assert quota.share_of(tenant.id) == 100
    assert not EventRow.objects.filter(tenant_id=tenant.id, name="quota:slowed").exists()


def test_of_very_many_quotas_the_pressing_ones_are_shown(tenant: Tenant) -> None:
    for number in range(MOST_SHOWN + 5):
        spend(tenant, workload=f"mailbox:{number:03d}@example.com", limit=Limit(10_000, timedelta(hours=1), at_once=4))
    pause(tenant, timedelta(minutes=1))
    shown = show_quotas(viewer=stories.ADMIN, tenant=tenant)
    assert (len(shown.uses), shown.unshown) == (MOST_SHOWN, 6)
    assert shown.is_resting
    assert shown.uses[-1].detail.endswith("@example.com")


def test_a_run_says_what_it_waits_for_and_until_when(client: Client, tenant: Tenant) -> None:
    run_id = runs.create(tenant_id=tenant.id, trigger=Trigger.PERSON, actor_name="Ada", now=clock.now())
    run = f"/t/{tenant.slug}/runs/{run_id}"
    assert "A worker that takes it" in text(client, run)
    runs.move(run_id, RunState.RUNNING, now=clock.now())
    assert "What it waits for" not in text(client, run)
    with SharedLedger(tenant_id=tenant.id, client_id=CLIENT) as ledger:
        ledger.open(Workload.DIRECTORY.value, MINUTES)
        ledger.lease(Workload.DIRECTORY.value, wanted=7_000, least=0, reserve=0, tally=Tally())
        assert "all of it within 50 min 0 s" in text(client, run, target="run")
    pause(tenant, timedelta(minutes=3))
    waiting = text(client, run, target="run")
    assert "Microsoft refuses more for now; it goes on" in waiting
    assert "(in 2 minutes)" in waiting
    assert "all of it within" not in waiting
    runs.move(run_id, RunState.SUCCEEDED, now=clock.now())
    assert "What it waits for" not in text(client, run)


def test_a_tenant_without_a_connection_says_so(client: Client, world: World) -> None:
    alone = tenants.save(guid=uuid4(), name="Alone", domain=f"{uuid4()}.example", now=clock.now())
    page = text(client, address(alone))
    assert "Not connected" in page
    assert "Set the share" not in page


def test_strangers_see_and_set_nothing(world: World, tenant: Tenant) -> None:
    stranger = Client(SERVER_NAME="localhost")
    assert stranger.get(address(tenant)).status_code == 302
    assert stranger.post(address(tenant), {"share": "10"}).status_code == 302
    assert quota.share_of(tenant.id) == 100


def test_moments_ahead_are_in_the_largest_unit_that_fits() -> None:
    now = clock.now()
    spans = [timedelta(0), timedelta(seconds=0.2), timedelta(seconds=59), timedelta(minutes=59), timedelta(hours=2.9)]
    told = [moments.ahead(now + span, now=now) for span in spans]
    assert told == ["now", "in 1 second", "in 59 seconds", "in 59 minutes", "in 2 hours"]
