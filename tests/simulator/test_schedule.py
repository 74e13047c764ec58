"""Faults by schedule: drawn from a seed, each kind as the service does it, and a patient client gets through."""

import time
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from typing import Any

import pytest
from tenant_client import Answer, Client

from chamberlain.simulator.fault_kind import SURVIVABLE, ScheduledKind, asked
from chamberlain.simulator.fault_schedule import CALLS_BETWEEN_TOKENS, Schedule, ScheduleOrder
from chamberlain.simulator.message import Request

LISTING = "users?$select=id&$top=20"
ATTEMPTS = 6
BROKEN = (HTTPException, ConnectionError)


@pytest.fixture(scope="module")
def shared(module_tenant: Client) -> Client:
    """One tenant for all; a schedule ends with its test."""
    return module_tenant


@pytest.fixture
def order(shared: Client) -> Iterator[Callable[..., None]]:
    """Starts a schedule."""

    def start(*kinds: str, rate: float = 1.0, **more: Any) -> None:
        body = {"seed": 7, "rate": rate, **({"kinds": list(kinds)} if kinds else {}), **more}
        assert shared.send("POST", "/_simulator/schedule", body=body).status == 204

    yield start
    shared.send("DELETE", "/_simulator/schedule")


def struck(client: Client) -> dict[str, int]:
    return dict(client.send("GET", "/_simulator/schedule").json()["struck"])


def answers(client: Client, path: str, count: int) -> list[Answer]:
    return [client.graph(path) for _ in range(count)]


def test_throttling_comes_with_every_form_of_retry_after(shared: Client, order: Callable[..., None]) -> None:
    order("throttled", rate=0.9, retry_after=3)
    told = {answer.headers["retry-after"] for answer in answers(shared, LISTING, 60) if answer.status == 429}
    assert told & {"0", "1", "2", "3"}
    assert told & {"0,0", "1,1", "2,2", "3,3"}
    dates = [parsedate_to_datetime(text).timestamp() for text in told if text.endswith("GMT")]
    assert dates
    assert all(date < time.time() + 5 for date in dates)


def test_throttling_may_say_nothing(shared: Client, order: Callable[..., None]) -> None:
    order("throttled_silently")
    answer = shared.graph(LISTING)
    assert answer.error == (429, "TooManyRequests")
    assert "retry-after" not in answer.headers


def test_servers_fail_with_json_html_and_nothing(shared: Client, order: Callable[..., None]) -> None:
    order("server_error", rate=0.9)
    failed = [answer for answer in answers(shared, LISTING, 100) if answer.status != 200]
    assert {answer.status for answer in failed} == {500, 502, 503, 504}
    assert {answer.body[:1] for answer in failed} == {b"{", b"<", b""}
    assert any("retry-after" in answer.headers for answer in failed if answer.status == 503)


@pytest.mark.parametrize("kind", ["reset", "reset_in_body", "truncated"])
def test_connections_break(shared: Client, order: Callable[..., None], kind: str) -> None:
    assert shared.token
    order(kind)
    with pytest.raises(BROKEN):
        shared.graph(LISTING)
    shared.close()
    assert struck(shared) == {kind: 1}


def test_html_in_place_of_json(shared: Client, order: Callable[..., None]) -> None:
    order("not_json")
    answer = shared.graph(LISTING)
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html")


def test_a_slow_page_and_a_wrong_clock(shared: Client, order: Callable[..., None]) -> None:
    order("slow", slow_ms=120)
    begun = time.monotonic()
    assert shared.graph(LISTING).status == 200
    assert time.monotonic() - begun > 0.12
    order("skewed_clock", skew_seconds=3_600)
    shown = parsedate_to_datetime(shared.graph(LISTING).headers["date"]).timestamp()
    assert abs(abs(shown - time.time()) - 3_600) < 30


def test_items_come_twice(shared: Client, order: Callable[..., None]) -> None:
    order("duplicate")
    ids = [user["id"] for user in shared.listing(LISTING)]
    assert len(ids) == 120 + 6
    assert len(set(ids)) == 120
    assert ids[20] == ids[21], "the last item of a page comes again on the next"


def test_an_empty_page_leads_on(shared: Client, order: Callable[..., None]) -> None:
    order("empty_page")
    page = shared.get(LISTING)
    assert page["value"] == []
    assert len({user["id"] for user in shared.listing(page["@odata.nextLink"])}) == 120
    assert struck(shared)["empty_page"] == 6 * 3


def test_page_tokens_expire(shared: Client, order: Callable[..., None]) -> None:
    link = shared.get(LISTING)["@odata.nextLink"]
    order("expired_page_token")
    assert shared.graph(LISTING).status == 200
    assert shared.graph(link).error == (400, "Directory_ExpiredPageToken")


def test_tokens_expire_and_are_revoked(shared: Client, order: Callable[..., None]) -> None:
    for kind, lasts in (("expired_token", True), ("revoked_token", False)):
        token = shared.token_answer().json()["access_token"]
        assert all(shared.graph(LISTING, token=token).status == 200 for _ in range(CALLS_BETWEEN_TOKENS + 1))
        order(kind, streak=1)
        assert shared.graph(LISTING, token=token).error == (401, "InvalidAuthenticationToken")
        assert (shared.graph(LISTING, token=token).status == 200) is lasts
        assert shared.graph(LISTING, token=shared.token_answer().json()["access_token"]).status == 200
        shared.send("DELETE", "/_simulator/schedule")


def test_an_item_vanishes_only_when_asked_for(shared: Client, order: Callable[..., None]) -> None:
    group = shared.get("groups?$select=id&$top=1")["value"][0]["id"]
    order("vanish")
    assert shared.graph(f"groups/{group}/members?$select=id").error == (404, "Request_ResourceNotFound")
    assert ScheduledKind.VANISH not in SURVIVABLE


def test_a_lagging_replica_does_not_know_the_news(shared: Client, order: Callable[..., None]) -> None:
    user = shared.get("users?$select=id,displayName&$top=1")["value"][0]
    shared.change(kind="rename_user", user=user["id"], display_name="Quite New")
    order("lag", lag_ms=600_000)
    path = f"users/{user['id']}?$select=displayName"
    seen = {shared.get(path)["displayName"] for _ in range(40)}
    assert user["displayName"] in seen
    shared.send("DELETE", "/_simulator/schedule")
    assert shared.get(path)["displayName"] == "Quite New"


def test_parts_of_a_batch_fail_alone_and_come_in_any_order(shared: Client, order: Callable[..., None]) -> None:
    parts = [{"id": str(number), "method": "GET", "url": f"/users?$top={number + 1}"} for number in range(20)]
    order("shuffled")
    answer = shared.batch_answer(*parts)
    ids = [part["id"] for part in answer.json()["responses"]]
    assert sorted(ids, key=int) == [str(number) for number in range(20)] != ids
    order("throttled", "server_error", rate=0.4)
    statuses: set[int] = set()
    for _ in range(10):
        answer = shared.batch_answer(*parts)
        if answer.status == 200:
            statuses |= {part["status"] for part in answer.json()["responses"]}
    assert {200, 429, 503} <= statuses


def test_nothing_strikes_after_the_end(shared: Client, order: Callable[..., None]) -> None:
    order("server_error")
    assert shared.graph(LISTING).status >= 500
    assert shared.send("DELETE", "/_simulator/schedule").status == 204
    assert shared.graph(LISTING).status == 200
    assert shared.send("GET", "/_simulator/schedule").json()["order"] is None
    assert struck(shared) == {"server_error": 1}


@pytest.mark.parametrize("body", [{"kinds": ["magic"]}, {"sed": 1}, {"rate": "often"}])
def test_nonsense_is_no_schedule(shared: Client, body: dict[str, Any]) -> None:
    assert shared.send("POST", "/_simulator/schedule", body=body).status == 400


class Patient:
    """Reads on through whatever happens, six attempts for each request."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.token = client.token_answer().json()["access_token"]

    def page(self, link: str) -> dict[str, Any]:
        for _ in range(ATTEMPTS):
            try:
                answer = self.client.graph(link, token=self.token)
            except BROKEN:
                self.client.close()
                continue
            if answer.status == 401:
                self.token = self.client.token_answer().json()["access_token"]
            if answer.status == 400:
                raise LookupError
            if answer.status == 200 and answer.headers["content-type"].startswith("application/json"):
                return dict(answer.json())
        raise AssertionError(link)

    def listing(self, path: str) -> set[str]:
        for _ in range(ATTEMPTS):
            found: set[str] = set()
            link: str | None = path
            try:
                while link:
                    page = self.page(link)
                    found |= {item["id"] for item in page["value"]}
                    link = page.get("@odata.nextLink")
            except LookupError:
                continue
            return found
        raise AssertionError(path)


@pytest.mark.parametrize("seed", range(3))
def test_a_patient_client_gets_through_everything(shared: Client, order: Callable[..., None], seed: int) -> None:
    expected = {user["id"] for user in shared.listing(LISTING)}
    order(rate=0.5, seed=seed, slow_ms=1, retry_after=0)
    reader = Patient(shared)
    for _ in range(6):
        assert reader.listing(LISTING) == expected
    assert len(struck(shared)) >= 9


def drawn(schedule: Schedule, paths: list[str]) -> dict[str, list[str]]:
    told: dict[str, list[str]] = {}
    for path in paths:
        strike = schedule.strike(asked(Request("GET", f"/v1.0/{path}", {})), token_uses=0)
        told.setdefault(path, []).append("-" if strike is None else strike.kind.value)
    return told


def test_a_seed_plays_the_same_whatever_the_order_of_requests() -> None:
    paths = [f"users/{number}" for number in range(40)] * 3
    runs = []
    for mixed in (paths, paths[::-1]):
        schedule = Schedule()
        schedule.start(ScheduleOrder(seed=3, rate=0.4))
        runs.append(drawn(schedule, mixed))
    assert runs[0] == runs[1]
    other = Schedule()
    other.start(ScheduleOrder(seed=4, rate=0.4))
    assert drawn(other, paths) != runs[0]


def test_the_rate_is_kept() -> None:
    schedule = Schedule()
    schedule.start(ScheduleOrder(rate=0.1))
    told = drawn(schedule, [f"users/{number}" for number in range(4_000)])
    assert 300 < sum(kinds != ["-"] for kinds in told.values()) < 500


def test_no_request_fails_more_than_three_times_in_a_row() -> None:
    schedule = Schedule()
    schedule.start(ScheduleOrder(rate=1.0, kinds=(ScheduledKind.RESET,)))
    assert drawn(schedule, ["users"] * 8) == {"users": ["reset", "reset", "reset", "-"] * 2}


def test_a_batch_and_its_parts_share_their_patience() -> None:
    schedule = Schedule()
    schedule.start(ScheduleOrder(rate=1.0, kinds=(ScheduledKind.RESET, ScheduledKind.THROTTLED)))
    part = Request("GET", "/v1.0/users", {})
    whole = asked(Request("POST", "/v1.0/$batch", {}), parts=(asked(part).key,))
    assert all(schedule.strike(whole, token_uses=0) for _ in range(3))
    assert schedule.strike(asked(part, in_batch=True), token_uses=0) is None


def test_changes_are_forgotten_now_and_then() -> None:
    schedule = Schedule()
    schedule.start(ScheduleOrder(rate=1.0, kinds=(ScheduledKind.DELTA_GONE,)))
    fresh = drawn(schedule, ["users/delta", "users/delta?$deltatoken=latest"])
    assert fresh == {"users/delta": ["-"], "users/delta?$deltatoken=latest": ["-"]}
    path = "users/delta()?$deltatoken=abc"
    assert drawn(schedule, [path] * 5)[path] == ["delta_gone", "-", "-", "-", "delta_gone"]
