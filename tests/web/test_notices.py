"""The address that Microsoft calls: what it answers, what it believes, how little it costs."""

import io
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from visitors import use_link

from chamberlain import clock
from chamberlain.actions.answer_wake import answer_wake
from chamberlain.actions.sign_in import issue_sign_in_link
from chamberlain.actions.start_sync import start_sync
from chamberlain.actions.take_notices import BETWEEN_RUNS, GATHER, digest_of, take_notices
from chamberlain.model.run import RunState, Trigger
from chamberlain.model.tenant import Tenant
from chamberlain.queries.connections import find_integration, list_runs
from chamberlain.store import runs, subscriptions, wakes
from chamberlain.store.models import ConnectionRow, EventRow, HearingRow, SubscriptionRow
from connected import connected_tenant
from stories import ADMIN

pytestmark = pytest.mark.usefixtures("world")

SECRET = "what-only-microsoft-and-we-know"
LONG_AGO = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Subscribed:
    """A connected tenant with one subscription."""

    tenant: Tenant
    subscription: str

    def notice(self, **changes: Any) -> dict[str, Any]:
        """A notice as Microsoft sends it."""
        return {
            "id": "lsgTZMr9KwAAA",
            "subscriptionId": self.subscription,
            "subscriptionExpirationDateTime": "2026-12-20T11:00:00Z",
            "clientState": SECRET,
            "changeType": "updated",
            "resource": "Users/6ea91a8d-e32e-41a1-b7bd-d2d185eed0e0",
            "tenantId": str(self.tenant.guid).upper(),
            "resourceData": {"@odata.type": "#Microsoft.Graph.User"},
            **changes,
        }

    @property
    def row(self) -> HearingRow | None:
        return HearingRow.objects.filter(tenant_id=self.tenant.id).first()

    @property
    def is_waiting(self) -> bool:
        return self.row is not None and self.row.wake_at is not None

    def let_pass(self, time: timedelta) -> None:
        """As if what was written so far had been written so much earlier."""
        row = HearingRow.objects.get(tenant_id=self.tenant.id)
        row.wake_at, row.woken_at = (moment and moment - time for moment in (row.wake_at, row.woken_at))
        row.save()


@pytest.fixture
def subscribed() -> Subscribed:
    now = clock.now()
    tenant = connected_tenant("Contoso", client_id="app")
    subscriptions.prepare(
        tenant_id=tenant.id, resource="/users", digest=digest_of(SECRET), base="https://x.example", client_id="app"
    )
    guid = str(uuid4())
    subscriptions.hold(
        tenant_id=tenant.id, resource="/users", microsoft_id=guid, expires_at=now + LONG_AGO, renew_at=now + LONG_AGO
    )
    return Subscribed(tenant, guid)


@pytest.fixture
def client() -> Client:
    """The browser of a signed-in administrator."""
    visitor = Client(SERVER_NAME="localhost")
    use_link(visitor, issue_sign_in_link(actor=ADMIN, root="http://localhost"))
    return visitor


def send(*notices: dict[str, Any], to: str = "/graph/notify") -> int:
    return post(json.dumps({"value": notices}).encode(), to=to).status_code


def post(body: bytes, *, to: str = "/graph/notify") -> HttpResponse:
    stranger = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    answer: HttpResponse = stranger.post(to, body, content_type="application/json; charset=utf-8")
    return answer


def run_ended(subscribed: Subscribed, run_id: int) -> None:
    runs.move(run_id, RunState.FAILED, now=clock.now(), error=("job_lost", {}))


@pytest.mark.parametrize("address", ["/graph/notify", "/graph/lifecycle"])
def test_the_handshake_gets_its_token_back_as_it_is(address: str) -> None:
    token = "Validation: <script>alert('a+b & c%20d')</script> ä\u2028"
    client = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)

    answer = client.post(
        address, b"", content_type="text/plain; charset=utf-8", query_params={"validationToken": token}
    )

    assert answer.status_code == 200
    assert answer.content.decode() == token
    assert answer["Content-Type"].startswith("text/plain")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in answer.headers


def test_only_posts_are_heard_and_only_of_a_decent_length() -> None:
    client = Client(SERVER_NAME="localhost")

    assert client.get("/graph/notify?validationToken=x").status_code == 405
    assert client.post("/graph/notify?validationToken=" + "x" * 4_097).status_code == 400
    assert post(b'{"value": []}' + b" " * 1_000_000).status_code == 413
    assert post(b'{"value": []}' + b" " * 999_000).status_code == 202


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"\xff", b'{"value": [1]}', b'{"value": [{"subscriptionId": 1}]}'])
def test_what_is_no_delivery_is_refused(body: bytes) -> None:
    assert post(body).status_code == 400


def test_a_delivery_in_chunks_is_read(subscribed: Subscribed) -> None:
    body = json.dumps({"value": [subscribed.notice()]}).encode()
    chunked = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": ""}

    answer = Client(SERVER_NAME="localhost").generic("POST", "/graph/notify", **chunked)  # type: ignore[arg-type]

    assert answer.status_code == 202
    assert subscribed.is_waiting


def test_a_notice_of_ours_asks_for_one_run(subscribed: Subscribed) -> None:
    before = clock.now()

    assert send(subscribed.notice()) == 202

    row = subscribed.row
    assert row is not None
    assert row.wake_at is not None
    assert before + GATHER <= row.wake_at <= clock.now() + GATHER
    assert (row.heard, row.ignored) == (1, 0)
    assert answer_wake(subscribed.tenant.id) is None, "it gathers first"
    subscribed.let_pass(GATHER)
    assert subscribed.tenant.id in wakes.woken(now=clock.now())
    run_id = answer_wake(subscribed.tenant.id)
    assert run_id is not None
    assert answer_wake(subscribed.tenant.id) is None
    assert [one.trigger for one in list_runs(viewer=ADMIN, tenant=subscribed.tenant)] == [Trigger.NOTICE]


@pytest.mark.parametrize(
    "wrong",
    [
        {"subscriptionId": "00000000-0000-0000-0000-000000000000"},
        {"subscriptionId": None},
        {"clientState": "guessed"},
        {"clientState": None},
        {"clientState": ""},
        {"tenantId": "00000000-0000-0000-0000-000000000000"},
        {"tenantId": None},
        {"clientState": "guessed", "lifecycleEvent": "subscriptionRemoved"},
        {"clientState": "guessed", "lifecycleEvent": "missed"},
    ],
    ids=str,
)
def test_what_only_claims_to_be_microsofts_changes_nothing_and_learns_nothing(
    subscribed: Subscribed, wrong: dict[str, Any]
) -> None:
    assert send(subscribed.notice(**wrong)) == 202

    assert not subscribed.is_waiting
    assert subscriptions.of(subscribed.tenant.id)[0].microsoft_id == subscribed.subscription
    row = subscribed.row
    assert row is None or (row.heard, row.ignored, row.heard_at) == (0, 1, None)


def test_one_wrong_notice_does_not_spoil_a_delivery(subscribed: Subscribed) -> None:
    assert send(subscribed.notice(clientState="guessed"), subscribed.notice()) == 202

    row = subscribed.row
    assert row is not None
    assert row.wake_at is not None
    assert (row.heard, row.ignored) == (1, 1)


def test_replayed_and_duplicate_notices_start_one_run(subscribed: Subscribed) -> None:
    for _ in range(5):
        send(subscribed.notice(), subscribed.notice())
    subscribed.let_pass(GATHER)

    started = [answer_wake(subscribed.tenant.id) for _ in range(5)]

    assert sum(run is not None for run in started) == 1


def test_a_wake_waits_for_the_run_that_goes_on_and_is_answered_after_it(subscribed: Subscribed) -> None:
    running = start_sync(actor=ADMIN, tenant=subscribed.tenant, trigger=Trigger.PERSON)
    send(subscribed.notice())
    subscribed.let_pass(GATHER)

    assert subscribed.tenant.id not in wakes.woken(now=clock.now())
    assert answer_wake(subscribed.tenant.id) is None, "another worker may have looked a moment before"
    assert subscribed.is_waiting
    run_ended(subscribed, running)
    assert subscribed.tenant.id in wakes.woken(now=clock.now())
    assert answer_wake(subscribed.tenant.id) is not None


def test_a_storm_starts_one_run_and_costs_one_write_a_delivery(subscribed: Subscribed) -> None:
    started = []
    bodies = [json.dumps({"value": [subscribed.notice()] * 100}).encode()] * 100
    for number, body in enumerate(bodies):
        with CaptureQueriesContext(connection) as asked:
            assert take_notices(body) == 100
        assert len([one for one in asked if not one["sql"].lstrip().startswith("SELECT")]) == 1
        assert len(asked) == 2
        if number == 50:
            subscribed.let_pass(GATHER)
        started.append(answer_wake(subscribed.tenant.id))

    runs_started = [run for run in started if run is not None]
    assert len(runs_started) == 1
    run_ended(subscribed, runs_started[0])
    assert answer_wake(subscribed.tenant.id) is None, "the next keeps its distance"
    row = subscribed.row
    assert row is not None
    assert row.heard == 10_000
    assert row.wake_at is not None
    assert row.woken_at is not None
    assert row.wake_at == row.woken_at + BETWEEN_RUNS
    subscribed.let_pass(BETWEEN_RUNS)
    assert answer_wake(subscribed.tenant.id) is not None


def test_a_tenant_that_never_rests_is_read_nevertheless(subscribed: Subscribed) -> None:
    send(subscribed.notice())
    first = subscribed.row
    send(subscribed.notice())
    second = subscribed.row

    assert first is not None
    assert second is not None
    assert first.wake_at == second.wake_at


def test_no_run_is_started_where_microsoft_does_not_let_us_in(subscribed: Subscribed) -> None:
    ConnectionRow.objects.filter(tenant_id=subscribed.tenant.id).update(state="broken")
    send(subscribed.notice())
    subscribed.let_pass(GATHER)

    assert subscribed.tenant.id not in wakes.woken(now=clock.now())
    assert subscribed.is_waiting


def test_a_removed_subscription_is_looked_after_at_once(subscribed: Subscribed) -> None:
    removed = subscribed.notice(lifecycleEvent="subscriptionRemoved")

    assert send(removed, removed, to="/graph/lifecycle") == 202
    assert send(removed, to="/graph/lifecycle") == 202

    assert subscriptions.of(subscribed.tenant.id)[0].microsoft_id is None
    assert subscribed.row is not None
    assert subscribed.row.look_at is not None
    assert subscribed.row.look_at <= clock.now()
    events = EventRow.objects.filter(tenant_id=subscribed.tenant.id, name="subscription:ended")
    assert [(event.details, event.reason) for event in events] == [({"resource": "/users"}, "removed")]
    assert not subscribed.is_waiting, "the new subscription will ask for a run"


def test_a_subscription_that_wants_a_new_authorization_is_renewed_at_once(subscribed: Subscribed) -> None:
    assert send(subscribed.notice(lifecycleEvent="reauthorizationRequired"), to="/graph/lifecycle") == 202

    renew_at = SubscriptionRow.objects.get(tenant_id=subscribed.tenant.id).renew_at
    assert renew_at is not None
    assert renew_at <= clock.now()
    assert subscribed.tenant.id in subscriptions.claim(base="https://x.example", now=clock.now(), again=clock.now())


def test_missed_notices_wake_a_run(subscribed: Subscribed) -> None:
    send(subscribed.notice(lifecycleEvent="missed"), to="/graph/lifecycle")

    assert subscribed.is_waiting


def test_a_tenant_is_given_to_one_worker_and_again_when_something_changed(subscribed: Subscribed) -> None:
    def is_given(base: str | None, *, after: timedelta = timedelta(0)) -> bool:
        now = clock.now() + after
        return subscribed.tenant.id in subscriptions.claim(base=base, now=now, again=now + timedelta(minutes=10))

    assert is_given("https://x.example")
    assert not is_given("https://x.example")
    assert is_given("https://x.example", after=timedelta(minutes=11)), "the job was lost"
    assert is_given("https://y.example", after=timedelta(minutes=12)), "we moved"
    assert is_given(None, after=timedelta(minutes=13)), "it is switched off, and one is left"
    subscriptions.drop(tenant_id=subscribed.tenant.id, resource="/users")
    assert not is_given(None, after=timedelta(hours=13))
    assert is_given("https://x.example", after=timedelta(hours=14))
    subscriptions.look_at(subscribed.tenant.id, at=None)
    assert not is_given("https://x.example", after=timedelta(hours=15))
    later = clock.now() + timedelta(days=1)
    ConnectionRow.objects.filter(tenant_id=subscribed.tenant.id).update(connected_at=later)
    assert is_given("https://x.example", after=timedelta(days=1, hours=1)), "it was connected again"


def test_the_integrations_page_tells_of_notices(
    subscribed: Subscribed, monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    def shown() -> str:
        text = client.get("/integrations").content.decode()
        card = text[text.index(f"<bdi>{subscribed.tenant.domain}</bdi>") :]
        return " ".join(card[: card.index("</dl>")].split())

    assert "no: This installation has no public address" in shown()
    monkeypatch.setenv("CHAMBERLAIN_PUBLIC_URL", "https://localhost.example")
    assert "yes, until" in shown()
    assert "No notice has come yet." in shown()
    send(subscribed.notice())
    assert "Last notice" in shown()
    subscriptions.fail(tenant_id=subscribed.tenant.id, resource="/users", error=("notices_refused", {}))
    assert "partly" in shown()
    assert "Microsoft does not want to tell us" in shown()
    monkeypatch.setenv("CHAMBERLAIN_SYNC_INTERVAL_MINUTES", "0")
    assert "Syncs are started by hand only." in shown()


def test_no_secret_is_kept_or_shown(subscribed: Subscribed) -> None:
    found = find_integration(viewer=ADMIN, tenant=subscribed.tenant)

    assert SECRET not in repr(found)
    assert SECRET not in repr(SubscriptionRow.objects.filter(tenant_id=subscribed.tenant.id).values())
