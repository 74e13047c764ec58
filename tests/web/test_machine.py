"""What machines ask: can you serve, how are you."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from visitors import use_link

import stories
from chamberlain import clock, logs
from chamberlain.actions.sign_in import issue_sign_in_link
from chamberlain.bench.simulated import Simulated
from chamberlain.bootstrap import World
from chamberlain.jobs.life import LOCK_SPACE
from chamberlain.model.run import RunState
from chamberlain.model.tenant import Tenant
from chamberlain.settings import load
from chamberlain.store import runs
from chamberlain.store.connection import connect
from chamberlain.store.keyring import KeyRing
from chamberlain.store.models import AuditKeyRow, RunRow
from chamberlain.store.reads import readiness
from connected import connected_tenant

pytestmark = pytest.mark.usefixtures("world")


@pytest.fixture(scope="module")
def tenant(world: World, start_tenant: Callable[..., Simulated]) -> Iterator[Tenant]:
    simulator = start_tenant(users=30, groups=6, memberships=60, apps=4, seed=311)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHAMBERLAIN_LOGIN_ROOT", simulator.url)
        patch.setenv("CHAMBERLAIN_GRAPH_ROOT", simulator.url)
        yield stories.connect_and_sync(simulator, load())


@pytest.fixture
def worker() -> Iterator[None]:
    """What a living worker shows."""
    with connect(autocommit=True) as life:
        life.execute("SELECT pg_advisory_lock(%s, 311)", (LOCK_SPACE,))
        yield
        life.execute("SELECT pg_advisory_unlock(%s, 311)", (LOCK_SPACE,))  # a closed connection is gone a moment later


def asked(path: str, *, peer: str = "127.0.0.1", **headers: str) -> Any:
    return Client(SERVER_NAME="localhost", REMOTE_ADDR=peer).get(path, headers=headers)


def measured(text: str, name: str, **labels: str) -> float:
    """The value of a metric with these labels, whatever their order."""
    for line in text.splitlines():
        found = re.fullmatch(r"(\w+)(?:\{(.*)\})? (\S+)", line)
        if found and found[1] == name and dict(re.findall(r'(\w+)="([^"]*)"', found[2] or "")) == labels:
            return float(found[3])
    raise AssertionError(f"{name} {labels} is not among\n{text}")


def test_ready_is_told_with_what_was_looked_at(worker: None) -> None:
    answer = asked("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ready")
    assert answer.json()["checks"] == {"database": True, "schema": True, "key": True, "worker": True}


def test_without_a_worker_it_is_degraded_and_people_are_still_sent_here() -> None:
    answer = asked("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")


def test_without_a_database_it_is_not_ready_but_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "HOST", "/nowhere/password-hunter2")
    answer = asked("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "unready")
    assert answer.json()["checks"]["database"] is False
    assert b"hunter2" not in answer.content
    assert asked("/healthz").status_code == 200


def test_an_older_schema_is_not_ready_until_it_is_migrated() -> None:
    readiness._is_migrated.cache_clear()
    newest = "SELECT max(name) FROM django_migrations WHERE app = 'store'"
    take = f"DELETE FROM django_migrations WHERE app = 'store' AND name = ({newest}) RETURNING app, name, applied"
    with connection.cursor() as cursor:
        cursor.execute(take)
        row = cursor.fetchone()
        try:
            answer = asked("/readyz")
        finally:
            cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, %s)", row)
    assert (answer.status_code, answer.json()["checks"]["schema"]) == (503, False)
    assert asked("/readyz").status_code == 200


def test_another_key_is_not_ready(settings_key: None) -> None:
    answer = asked("/readyz")
    assert (answer.status_code, answer.json()["checks"]["key"]) == (503, False)


@pytest.fixture
def settings_key(tenant: Tenant) -> Iterator[None]:
    from django.test import override_settings

    assert AuditKeyRow.objects.exists()  # made with the first event, and locked with the right key
    with override_settings(CHAMBERLAIN_KEYS=KeyRing((b"x" * 32,), path=None)):
        yield


def test_metrics_tell_of_requests_by_page_and_of_runs_by_tenant(tenant: Tenant) -> None:
    asked("/sign-in")
    asked("/no-such-page-as-this")
    answer = asked("/metrics")
    assert answer.status_code == 200
    text = answer.content.decode()
    assert measured(text, "chamberlain_http_requests_total", view="sign_in", method="GET", status="200") >= 1
    assert measured(text, "chamberlain_http_request_seconds_count", view="sign_in") >= 1
    assert "no-such-page" not in text
    assert measured(text, "chamberlain_sync_runs_total", tenant=tenant.slug, state="succeeded") == 1
    assert measured(text, "chamberlain_sync_runs_total", tenant=tenant.slug, state="failed") == 0
    assert measured(text, "chamberlain_tenant_connected", tenant=tenant.slug) == 1
    assert 0 <= measured(text, "chamberlain_sync_age_seconds", tenant=tenant.slug) < 600
    run = RunRow.objects.filter(tenant_id=tenant.id).get()
    phases = list(run.phases.all())
    spent = {name: sum(getattr(phase, name) for phase in phases) for name in ("requests", "resource_units")}
    assert spent["requests"] > 0
    for name, value in spent.items():
        assert measured(text, f"chamberlain_sync_{name}_total", tenant=tenant.slug) == value
    assert measured(text, "chamberlain_sync_seconds_total", tenant=tenant.slug) > 0
    assert measured(text, "chamberlain_jobs", state="enqueued") >= 0
    assert measured(text, "chamberlain_workers") == 0
    assert measured(text, "chamberlain_database_connections_most") >= 10


@pytest.mark.parametrize(
    ("peer", "headers", "public_url", "status"),
    [
        ("127.0.0.1", {}, None, 200),
        ("::1", {}, None, 200),
        ("203.0.113.4", {}, None, 404),
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.4"}, None, 404),
        ("127.0.0.1", {}, "https://localhost", 404),  # there is a proxy, which may say nothing of whom it serves
    ],
)
def test_metrics_without_a_token_are_for_this_machine(
    peer: str, headers: dict[str, str], public_url: str | None, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if public_url:
        monkeypatch.setenv("CHAMBERLAIN_PUBLIC_URL", public_url)
    assert asked("/metrics", peer=peer, **headers).status_code == status


def test_metrics_with_a_token_are_for_those_who_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAMBERLAIN_METRICS_TOKEN", "a-token-of-some-length")
    assert asked("/metrics").status_code == 404
    assert asked("/metrics", Authorization="Bearer wrong-token-of-length").status_code == 404
    assert asked("/metrics", Authorization="Bearer \u00e4").status_code == 404
    assert asked("/metrics", peer="203.0.113.4", Authorization="Bearer a-token-of-some-length").status_code == 200


def test_a_run_and_its_lines_carry_the_request_that_asked_for_it() -> None:
    tenant = connected_tenant("Asked")  # runs of the tenant above are counted
    asked_by = "4bf92f3577b34da6a3ce929d0e0e4736"
    link = issue_sign_in_link(actor=stories.ADMIN, root="http://localhost")
    client = Client(SERVER_NAME="localhost", headers={"X-Request-Id": asked_by})
    assert use_link(client, link).status_code == 302
    answer = client.post(f"/t/{tenant.slug}/runs")
    assert answer["X-Request-Id"] == asked_by
    run = RunRow.objects.filter(tenant_id=tenant.id).latest("id")
    try:
        assert (run.state, run.request_id) == ("queued", asked_by)
        with runs.told_in_log(run.id):
            assert logs.carried() == {"request_id": asked_by, "tenant_id": str(tenant.id), "run_id": str(run.id)}
        assert logs.carried() == {}
    finally:
        runs.move(run.id, RunState.FAILED, now=clock.now())
    text = asked("/metrics").content.decode()
    assert measured(text, "chamberlain_sync_runs_total", tenant=tenant.slug, state="failed") == 1


def test_a_line_of_the_log_tells_each_request_without_its_address(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", logger="chamberlain.web.observing"):
        asked("/t/very-secret-token-0123456789/people?code=secret")
        asked("/healthz")
    lines = [line.getMessage() for line in caplog.records if line.name == "chamberlain.web.observing"]
    assert [re.sub(r"\d+ ms", "5 ms", line) for line in lines] == ["GET /t/<slug:slug>/people answered 302 in 5 ms"]


def test_every_metric_is_documented(tenant: Tenant) -> None:
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "monitor.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| `(chamberlain_\w+)` \|", page, flags=re.MULTILINE))
    text = asked("/metrics").content.decode()
    kinds = re.findall(r"^# TYPE (chamberlain_\w+) (\w+)$", text, flags=re.MULTILINE)
    assert {name for name, _kind in kinds if not name.endswith("_created")} == told
    asked_for = set(re.findall(r"chamberlain_\w+", page.partition("## Alerts")[2].partition("## Logs")[0]))
    assert {name.removesuffix("_bucket") for name in asked_for} <= told
