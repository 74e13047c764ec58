"""Quotas are enforced as documented: in resource units, with the documented headers, each part of a batch alone."""

from collections.abc import Iterator

import pytest
from tenant_client import Client, Running

from chamberlain.simulator.graph.call import Caller
from chamberlain.simulator.message import Request
from chamberlain.simulator.options import CannotStartError, SimulatorOptions
from chamberlain.simulator.quota import Quotas, Verdict, units_quota
from chamberlain.simulator.serve import build

CALLER = Caller("app", frozenset())


def quotas(scale: float = 1.0, users: int = 1_000) -> Quotas:
    return Quotas(tenant_id="tenant", users=users, enforced=True, scale=scale)


def ask(limits: Quotas, now: float, *, units: int = 1, target: str = "/v1.0/users", **headers: str) -> Verdict:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return limits.admit(Request("GET", target, sent), CALLER, units, now)


@pytest.mark.parametrize(("users", "quota"), [(49, 3_500), (50, 5_000), (500, 5_000), (501, 8_000)])
def test_the_size_of_the_tenant_decides(users: int, quota: int) -> None:
    assert units_quota(users) == quota


def test_a_full_bucket_is_one_burst_and_then_a_steady_rate() -> None:
    limits = quotas()
    assert sum(ask(limits, 0.0).refusal is None for _ in range(8_001)) == 8_000
    assert sum(ask(limits, 1.0).refusal is None for _ in range(900)) == 799


def test_a_refusal_says_how_long_and_why() -> None:
    limits = quotas(scale=0.01)
    assert ask(limits, 0.0, units=80).refusal is None
    refusal = ask(limits, 0.0, units=8).refusal
    assert refusal is not None
    assert (refusal.status, refusal.code) == (429, "TooManyRequests")
    assert refusal.headers == {
        "Retry-After": "2",
        "x-ms-throttle-scope": "Tenant_Application/ReadWrite/app/tenant",
        "x-ms-throttle-information": "ResourceUnitLimitExceeded",
        "x-ms-throttle-limit-percentage": "1.10",
    }
    assert ask(limits, 2.0, units=8).refusal is None


def test_refused_requests_count_but_not_without_end() -> None:
    limits = quotas(scale=0.01)
    for _ in range(1_000):
        last = ask(limits, 0.0)
    assert last.headers["x-ms-throttle-limit-percentage"] == "1.80"
    assert ask(limits, 8.0).refusal is not None
    assert ask(limits, 9.0).refusal is None


def test_near_the_limit_answers_say_so() -> None:
    limits = quotas(scale=0.0125)
    said = [ask(limits, 0.0).headers.get("x-ms-throttle-limit-percentage") for _ in range(100)]
    assert said[:80] == [None] * 80
    assert (said[80], said[99]) == ("0.81", "1.00")


def test_low_priority_is_refused_first() -> None:
    limits = quotas(scale=0.0125)
    assert ask(limits, 0.0, units=95).refusal is None
    assert ask(limits, 0.0, x_ms_throttle_priority="Low").refusal is not None
    assert ask(limits, 0.0).refusal is None


@pytest.mark.parametrize(
    ("target", "amount", "seconds"),
    [
        ("/v1.0/auditLogs/directoryAudits", 5, 10),
        ("/v1.0/users?$select=id,signInActivity", 10, 60),
        ("/v1.0/users?$filter=signInActivity/lastSignInDateTime%20le%202026-01-01T00:00:00Z", 10, 60),
        ("/v1.0/reports/getOffice365ActiveUserDetail(period='D7')", 14, 600),
    ],
)
def test_slow_families_have_limits_of_their_own(target: str, amount: int, seconds: int) -> None:
    limits = quotas()
    verdicts = [ask(limits, 0.0, target=target) for _ in range(amount + 1)]
    assert [verdict.refusal is None for verdict in verdicts] == [True] * amount + [False]
    assert ask(limits, 0.0).refusal is None
    assert ask(limits, 2.0 * seconds, target=target).refusal is None


def test_applications_do_not_share() -> None:
    limits = quotas(scale=0.001)
    request = Request("GET", "/v1.0/users", {})
    assert ask(limits, 0.0, units=8).refusal is None
    assert ask(limits, 0.0).refusal is not None
    assert limits.admit(request, Caller("another", frozenset()), 8, 0.0).refusal is None


@pytest.fixture(scope="module")
def strict() -> Iterator[Client]:
    """A tenant that gives ten resource units at once."""
    with Running("--seed", "5", "--users", "60", "--groups", "40", "--memberships", "300", "--apps", "10",
                 "--quotas", "--quota-scale", "0.002") as client:  # fmt: skip
        yield client


def test_the_wire_refuses_parts_alone_and_counts_them(strict: Client) -> None:
    requests = [{"id": str(number), "method": "GET", "url": "/users?$select=id&$top=1"} for number in range(20)]
    parts = strict.batch(*requests)
    refused = [part for part in parts.values() if part["status"] == 429]
    assert len(refused) == 10
    for part in refused:
        assert 1 <= int(part["headers"]["Retry-After"]) <= 30
        assert part["body"]["error"]["code"] == "TooManyRequests"
        assert part["body"]["error"]["innerError"]["status"] == "429"
    usage = strict.send("GET", "/_simulator/usage").json()
    assert usage["throttled"] == usage["by_family"]["directory"]["throttled"] == 10
    assert (usage["requests"], usage["round_trips"], usage["batches"]) == (20, 1, 1)
    assert usage["quota"] == {"enforced": True, "resource_units": 10, "seconds": 10}


def test_without_quotas_nothing_is_refused(fresh: Client) -> None:
    for _ in range(3):
        parts = fresh.batch(
            *({"id": str(number), "method": "GET", "url": "/auditLogs/x"} for number in range(20)),
        )
        assert {part["status"] for part in parts.values()} == {400}


@pytest.mark.parametrize("scale", [0.0, -1.0])
def test_a_scale_of_nothing_is_refused(scale: float) -> None:
    with pytest.raises(CannotStartError, match="must be above zero"):
        build(SimulatorOptions(quota_scale=scale))
