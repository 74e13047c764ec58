"""What machines ask: can you serve, how are you."""

import hmac
from collections.abc import Callable, Iterator
from functools import cache
from importlib.metadata import version

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from chamberlain.queries.measures import Measures, TenantMeasures, take_measures
from chamberlain.queries.readiness import Verdict, check_readiness
from chamberlain.settings import load
from chamberlain.web.observing import REGISTRY
from chamberlain.web.peer import is_this_machine


@login_not_required
@require_safe
def readyz(_request: HttpRequest) -> HttpResponse:
    """Whether to send people here: 200, or 503. Without a worker pages work, and it is only told."""
    found = check_readiness()
    content = {
        "status": found.verdict.value,
        "checks": {"database": found.database, "schema": found.schema, "key": found.key, "worker": found.worker},
    }
    return JsonResponse(content, status=503 if found.verdict is Verdict.UNREADY else 200)


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For Prometheus: this process's requests, and what the tables tell of the whole installation."""
    if not _may_scrape(request):
        raise Http404
    tables = CollectorRegistry()
    tables.register(_Tables(take_measures()))
    return HttpResponse(generate_latest(REGISTRY) + generate_latest(tables), content_type=CONTENT_TYPE_LATEST)


def _may_scrape(request: HttpRequest) -> bool:
    """With the token; or, where none is set, from this machine, unless there is a proxy that all come through."""
    settings = load()
    if settings.metrics_token is None:
        return settings.public_url is None and is_this_machine(request)
    given = request.headers.get("Authorization", "")
    return hmac.compare_digest(given.encode(), f"Bearer {settings.metrics_token.get_secret_value()}".encode())


class _Tables(Collector):
    """The measures as Prometheus reads them."""

    def __init__(self, measures: Measures) -> None:
        self._measures = measures

    def collect(self) -> Iterator[Metric]:
        """All of them."""
        yield from _of_tenants(self._measures)
        yield from _of_quotas(self._measures)
        yield from _of_the_house(self._measures)


RUNS: tuple[tuple[str, str, Callable[[TenantMeasures], float]], ...] = (
    ("chamberlain_sync_seconds", "Seconds that syncs ran.", lambda one: one.seconds),
    ("chamberlain_sync_requests", "Requests that syncs sent to Microsoft.", lambda one: one.requests),
    ("chamberlain_sync_resource_units", "Resource units that syncs spent.", lambda one: one.resource_units),
    ("chamberlain_sync_throttled", "Requests that Microsoft refused for their number.", lambda one: one.throttled),
)


def _of_tenants(measures: Measures) -> Iterator[Metric]:
    runs = CounterMetricFamily("chamberlain_sync_runs", "Syncs that ended.", labels=["tenant", "state"])
    connected = GaugeMetricFamily("chamberlain_tenant_connected", "1 while the connection works.", labels=["tenant"])
    age = GaugeMetricFamily("chamberlain_sync_age_seconds", "Since the last sync succeeded.", labels=["tenant"])
    for one in measures.tenants:
        runs.add_metric([one.slug, "succeeded"], one.succeeded)
        runs.add_metric([one.slug, "failed"], one.failed)
        connected.add_metric([one.slug], float(one.state == "connected"))
        if one.slug in measures.ages:
            age.add_metric([one.slug], measures.ages[one.slug].total_seconds())
    yield from (runs, connected, age)
    for name, meaning, value in RUNS:
        counter = CounterMetricFamily(name, meaning, labels=["tenant"])
        for one in measures.tenants:
            counter.add_metric([one.slug], value(one))
        yield counter
    yield _gauge("chamberlain_sync_open_runs", "Syncs that are not over.", "state", measures.open_runs)


def _of_quotas(measures: Measures) -> Iterator[Metric]:
    for column, meaning in (
        ("waited", "Seconds waited for a quota since the hour began, over all tenants."),
        ("throttled", "Refusals of a quota since the hour began, over all tenants."),
        ("paused", "Tenants in which a quota is paused now."),
    ):
        name = {"waited": "chamberlain_quota_waited_seconds"}.get(column, f"chamberlain_quota_{column}")
        yield _gauge(name, meaning, "quota", {row["quota"]: float(row[column] or 0) for row in measures.quotas})


def _of_the_house(measures: Measures) -> Iterator[Metric]:
    yield _gauge("chamberlain_jobs", "Jobs of the durable engine that are not over.", "state", measures.jobs)
    yield GaugeMetricFamily("chamberlain_workers", "Workers that live.", value=measures.workers)
    yield _gauge("chamberlain_messages", "Messages to people; failed ones are tried again.", "state", measures.messages)
    connections = {state: measures.database[state] for state in ("active", "idle")}
    yield _gauge("chamberlain_database_connections", "Connections to our database.", "state", connections)
    yield GaugeMetricFamily(
        "chamberlain_database_connections_most", "Connections that the server allows.", value=measures.database["most"]
    )
    yield GaugeMetricFamily("chamberlain_database_bytes", "Size of the database.", value=measures.database["bytes"])
    yield _gauge("chamberlain_build", "1, with the version.", "version", {_version(): 1})


def _gauge(name: str, meaning: str, label: str, values: "dict[str, int] | dict[str, float]") -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, meaning, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


@cache
def _version() -> str:
    return version("chamberlain")
