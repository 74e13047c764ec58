"""What may be sent, what it costs, and when asking ends."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from chamberlain.errors import NotFound, Refused, Upstream
from chamberlain.graph import readonly, retry, shape
from chamberlain.graph.client import Graph, Priority
from chamberlain.graph.page import Page
from chamberlain.graph.quota import breaker, limit
from chamberlain.graph.quota.breaker import Breaker
from chamberlain.graph.quota.gate import Gate
from chamberlain.graph.quota.price import price
from chamberlain.graph.write import Write
from chamberlain.model.capability import Capability
from chamberlain.model.permit import Permit
from chamberlain.model.quota import TenantSize, Workload
from chamberlain.policy.capabilities import STANDARD, writes
from chamberlain.policy.permits import PERMITS, permits
from chamberlain.policy.scopes import SCOPES
from chamberlain.provision import report_names
from chamberlain.provision.report_names import set_concealed_names
from graph_stand import ROOT, TOKEN, Answer, ask, refusal

QUICK = timedelta(seconds=0.2)
SUBSCRIPTION = {"id": "s1", "resource": "/users", "expirationDateTime": "2026-12-20T11:00:00Z"}


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "FIRST_WAIT", retry.FIRST_WAIT / 10_000)


def get(answer: Answer, **options: Any) -> shape.User:
    return ask(answer, lambda graph: graph.get("/users/a", shape.User), **{"deadline": QUICK, **options})


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1.0/users", b""),
        ("POST", "/v1.0/$batch", b'{"requests":[{"id":"1","method":"GET","url":"/users"}]}'),
        ("POST", "/v1.0/directoryObjects/getByIds", b"{}"),
        ("POST", "/v1.0/subscriptions", b"{}"),
        ("PATCH", "/v1.0/subscriptions/one", b"{}"),
        ("DELETE", "/v1.0/subscriptions/one", b""),
        ("POST", "/contoso.example/oauth2/v2.0/token", b""),
    ],
)
def test_questions_and_subscriptions_may_leave(method: str, path: str, body: bytes) -> None:
    readonly.check(method, path, body)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1.0/users", b"{}"),
        ("PATCH", "/v1.0/users/one", b"{}"),
        ("DELETE", "/v1.0/groups/one/members/two/$ref", b""),
        ("PUT", "/v1.0/subscriptions/one", b"{}"),
        ("DELETE", "/v1.0/subscriptions", b""),
        ("DELETE", "/v1.0/subscriptions/one/two", b""),
        (
            "POST",
            "/v1.0/$batch",
            b'{"requests":[{"id":"1","method":"GET","url":"/a"},{"id":"2","method":"DELETE","url":"/a"}]}',
        ),
        ("POST", "/v1.0/$batch", b"not json"),
        ("POST", "/v1.0/users/one/assignLicense", b"{}"),
        ("POST", "/beta/users", b"{}"),
    ],
)
def test_nothing_that_changes_a_tenant_may_leave(method: str, path: str, body: bytes) -> None:
    with pytest.raises(Refused, match="write_refused"):
        readonly.check(method, path, body)


PERMIT = Permit("PATCH", "/admin/reportSettings")


def test_a_permit_lets_out_what_it_names_and_nothing_else() -> None:
    permits = frozenset({PERMIT})
    readonly.check("PATCH", "/v1.0/admin/reportSettings", b"{}", permits=permits)
    batch = b'{"requests":[{"id":"1","method":"PATCH","url":"/admin/reportSettings"}]}'
    readonly.check("POST", "/v1.0/$batch", batch, permits=permits)
    for method, path, body in (
        ("PUT", "/v1.0/admin/reportSettings", b"{}"),
        ("DELETE", "/v1.0/admin/reportSettings", b""),
        ("PATCH", "/v1.0/admin/reportSettings/", b"{}"),
        ("PATCH", "/v1.0/admin/reportSettings/../people", b"{}"),
        ("PATCH", "/v1.0/admin/REPORTSETTINGS", b"{}"),
        ("PATCH", "/beta/admin/reportSettings", b"{}"),
        ("PATCH", "/admin/reportSettings", b"{}"),
        ("PATCH", "/v1.0/users/one", b"{}"),
        ("POST", "/beta/$batch", batch),
        ("POST", "/v1.0/$batch", batch.replace(b"]", b',{"id":"2","method":"DELETE","url":"/users/one"}]')),
        ("POST", "/v1.0/$batch", batch.replace(b"/admin", b"/v1.0/admin")),
        ("POST", "/v1.0/$batch", b"not json"),
    ):
        with pytest.raises(Refused, match="write_refused"):
            readonly.check(method, path, body, permits=permits)


ADDING = Permit("PATCH", "/groups/*", frozenset({"members@odata.bind"}))
LEAVING = Permit("DELETE", "/groups/*/members/*/$ref")
GROUP, PERSON = "6d0f1c9e-0000-4000-8000-000000000001", "6d0f1c9e-0000-4000-8000-000000000002"


def test_a_star_stands_for_one_id_and_a_body_may_say_only_what_was_allowed() -> None:
    """Without "/$ref" Microsoft would delete the person, not the membership."""
    permits = frozenset({ADDING, LEAVING})
    good = [
        ("PATCH", f"/groups/{GROUP}", b'{"members@odata.bind":["x"]}'),
        ("DELETE", f"/groups/{GROUP}/members/{PERSON}/$ref", b""),
    ]
    bad = [
        ("PATCH", f"/groups/{GROUP}", b'{"members@odata.bind":["x"],"displayName":"y"}'),
        ("PATCH", f"/groups/{GROUP}", b'{"owners@odata.bind":["x"]}'),
        ("PATCH", f"/groups/{GROUP}", b'["members@odata.bind"]'),
        ("PATCH", f"/groups/{GROUP}", b""),
        ("PATCH", "/groups/", b"{}"),
        ("PATCH", f"/groups/{GROUP}/", b"{}"),
        ("PATCH", f"/users/{PERSON}", b"{}"),
        ("PATCH", "/groups/$ref", b"{}"),
        ("DELETE", f"/groups/{GROUP}", b""),
        ("DELETE", f"/groups/{GROUP}/members/{PERSON}", b""),
        ("DELETE", f"/groups/{GROUP}/members/{PERSON}/$ref?x=1", b""),
        ("DELETE", f"/groups/{GROUP}/members/../$ref", b""),
        ("DELETE", f"/groups/{GROUP}/members/a%2Fb/$ref", b""),
        ("DELETE", f"/groups/{GROUP}/owners/{PERSON}/$ref", b""),
        ("DELETE", "/groups//members//$ref", b""),
        ("delete", f"/groups/{GROUP}/members/{PERSON}/$ref", b""),
    ]
    for method, path, body in good:
        readonly.check(method, f"/v1.0{path}", body, permits=permits)
        readonly.check("POST", "/v1.0/$batch", _batch(method, path, body), permits=permits)
    for method, path, body in bad:
        for sent in ((method, f"/v1.0{path}", body), ("POST", "/v1.0/$batch", _batch(method, path, body))):
            with pytest.raises(Refused, match="write_refused"):
                readonly.check(*sent, permits=permits)
    for method, path, body in good:  # no word of a permit anywhere
        with pytest.raises(Refused, match="write_refused"):
            readonly.check("POST", "/v1.0/$batch", _batch(method, path, body))


def _batch(method: str, path: str, body: bytes) -> bytes:
    content = f',"body":{body.decode()}' if body else ""
    return f'{{"requests":[{{"id":"1","method":"{method}","url":"{path}"{content}}}]}}'.encode()


def test_an_id_in_escapes_is_none() -> None:
    """Unescaped, "a%2Fmembers" would have the shape of a permitted path, and be something else to Microsoft."""

    async def story(graph: Graph) -> None:
        await graph.write([Write("DELETE", f"/groups/{GROUP}%2Fmembers/{PERSON}/$ref")])

    def never(_request: httpx2.Request) -> httpx2.Response:
        pytest.fail("it left")

    with pytest.raises(Refused, match="write_refused"):
        ask(never, story, permits=frozenset({LEAVING}))


def test_there_is_no_permit_unless_it_was_chosen_and_granted() -> None:
    show, scope = Capability.SHOW_REPORT_NAMES, "ReportSettings.ReadWrite.All"
    assert permits(show, chosen=STANDARD, held=frozenset({scope})) == frozenset()
    assert permits(show, chosen={show}, held=frozenset()) == frozenset()
    assert permits(show, chosen={show}, held=frozenset({scope})) == {PERMIT}
    assert permits(Capability.SEE_PEOPLE, chosen=Capability, held=frozenset(SCOPES)) == frozenset()
    assert all(writes(one) for one in PERMITS)


def test_what_replicas_do_not_tell_yet_is_taken_and_not_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_names, "WAITS_SECONDS", (0.0, 0.0))
    sent: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        sent.append(request.method)
        is_told = request.method == "GET"
        return httpx2.Response(200, json={"displayConcealedNames": True}) if is_told else httpx2.Response(204)

    assert ask(answer, lambda graph: set_concealed_names(graph, concealed=False), permits=frozenset({PERMIT})) is False
    assert sent == ["PATCH", "GET", "GET"]


def test_the_check_stands_at_the_last_door() -> None:
    """Also what goes around `Graph` is stopped before it is sent."""
    sent: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        sent.append(request.method)
        return httpx2.Response(204)

    async def story(graph: Graph) -> None:
        await graph.tokens._http.delete(f"{ROOT}/v1.0/users/one")

    with pytest.raises(Refused, match="write_refused"):
        ask(answer, story)
    assert sent == []


def test_subscriptions_are_made_prolonged_and_ended() -> None:
    sent: list[tuple[str, str]] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        sent.append((request.method, request.url.path))
        if request.method == "GET":
            return httpx2.Response(200, json={"value": [SUBSCRIPTION]})
        return refusal(404) if request.method == "DELETE" else httpx2.Response(201, json=SUBSCRIPTION)

    async def story(graph: Graph) -> None:
        end = datetime(2026, 12, 20, 11, tzinfo=UTC)
        made = await graph.subscribe(
            "/users",
            notify="https://a/n",
            lifecycle="https://a/l",
            client_state="x",
            expires=end,
            change_type="updated",
        )
        await graph.renew(made.id, expires=end)
        assert [one.id for one in await graph.subscriptions()] == ["s1"]
        await graph.unsubscribe(made.id)

    ask(answer, story)
    one = "/v1.0/subscriptions/s1"
    assert sent == [("POST", "/v1.0/subscriptions"), ("PATCH", one), ("GET", "/v1.0/subscriptions"), ("DELETE", one)]


def test_a_subscription_is_not_made_twice_where_nobody_knows_whether_it_was() -> None:
    sent: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        sent.append(request.method)
        return httpx2.Response(504)

    async def story(graph: Graph) -> None:
        await graph.subscribe(
            "/users", notify="", lifecycle="", client_state="", expires=datetime.now(UTC), change_type="updated"
        )

    with pytest.raises(Upstream, match="microsoft_failing"):
        ask(answer, story)
    assert sent == ["POST"]


@pytest.mark.parametrize(
    ("method", "path", "workload", "units"),
    [
        ("GET", "/users?$top=999", Workload.DIRECTORY, 2),
        ("GET", "/users?$select=id&$top=999", Workload.DIRECTORY, 1),
        ("GET", "/users?$select=id&$expand=manager($select=id)&$top=999", Workload.DIRECTORY, 2),
        ("GET", f"{ROOT}/v1.0/users?$select=id&$top=999&$skiptoken=x", Workload.DIRECTORY, 1),
        ("GET", "/users/$count", Workload.DIRECTORY, 1),
        ("GET", "/users/one", Workload.DIRECTORY, 1),
        ("GET", "/users/one/memberOf", Workload.DIRECTORY, 2),
        ("GET", "/groups", Workload.DIRECTORY, 1),
        ("GET", "/groups/delta?$select=id,members", Workload.DIRECTORY, 1),
        ("GET", f"{ROOT}/v1.0/groups/delta()?$deltatoken=x", Workload.DIRECTORY, 1),
        ("GET", "/groups/one/members", Workload.DIRECTORY, 3),
        ("GET", "/groups/one/members?$select=id&$top=999", Workload.DIRECTORY, 2),
        ("GET", "/groups/one/transitiveMembers?$top=5", Workload.DIRECTORY, 4),
        ("GET", "/subscribedSkus", Workload.DIRECTORY, 3),
        ("GET", "/servicePrincipals/one/appRoleAssignments", Workload.DIRECTORY, 2),
        ("GET", "/servicePrincipals/one/appRoleAssignedTo", Workload.DIRECTORY, 1),
        ("GET", "/oauth2PermissionGrants?$top=999", Workload.DIRECTORY, 2),
        ("GET", "/roleManagement/directory/roleAssignments?$expand=principal", Workload.DIRECTORY, 2),
        ("POST", "/directoryObjects/getByIds?$select=id", Workload.DIRECTORY, 2),
        ("POST", "/directoryObjects/getByIds", Workload.DIRECTORY, 5),
        ("GET", "/auditLogs/directoryAudits?$filter=x", Workload.IDENTITY_REPORTS, 1),
        ("GET", "/users?$select=id,signInActivity&$top=500", Workload.SIGN_IN_ACTIVITY, 1),
        ("GET", "/reports/getOffice365ActiveUserDetail(period='D7')", Workload.USAGE_REPORTS, 1),
        ("GET", "/users/one/messages?$top=10", Workload.MAILBOX, 1),
        ("GET", "/identity/conditionalAccess/policies", Workload.IDENTITY_PROTECTION, 1),
        ("POST", "/subscriptions", Workload.SUBSCRIPTIONS, 1),
        ("GET", "/admin/reportSettings", Workload.DIRECTORY, 1),
        ("GET", "/admin/serviceAnnouncement/messages", Workload.OTHER, 1),
    ],
)
def test_a_request_is_priced_as_documented(method: str, path: str, workload: Workload, units: float) -> None:
    charge = price(method, path).charges[0]
    assert (charge.bucket.workload, charge.units) == (workload, units)


def test_what_is_paid_twice_is_one_request_and_costs_the_directory_its_units() -> None:
    def answer(_request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, json={"value": []}, headers={"x-ms-resource-unit": "3"})

    async def story(graph: Graph) -> tuple[int, int]:
        await graph.get("/users?$select=id,signInActivity&$top=500", Page[shape.User])
        return graph.spent.requests, graph.spent.resource_units

    assert ask(answer, story) == (1, 3)


def test_mailboxes_and_reports_have_a_budget_each() -> None:
    buckets = {
        price("GET", path).charges[0].bucket.name
        for path in ("/users/A/messages", "/users/a/events", "/users/b/events")
    }
    assert buckets == {"mailbox:a", "mailbox:b"}
    assert price("GET", "/reports/getX(period='D7')").charges[0].bucket.name == "usage_reports:getX"


def test_the_quota_follows_the_size_of_the_tenant() -> None:
    directory = limit.Bucket(Workload.DIRECTORY)
    found = [limit.limit_of(directory, size=TenantSize.of(users)).units for users in (49, 50, 500, 501)]
    assert found == [3_500, 5_000, 5_000, 8_000]


def test_what_microsoft_says_a_request_costs_is_remembered_for_those_like_it() -> None:
    def answer(_request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, json={"id": "a"}, headers={"x-ms-resource-unit": "7"})

    async def story(graph: Graph) -> float:
        await graph.get("/users/a?$select=id", shape.User)
        assert graph.spent.resource_units == 7
        return graph._wire.limiter.price("GET", "/users/b?$select=id").charges[0].units

    assert ask(answer, story) == 7


@pytest.mark.parametrize("status", [429, 500, 503])
def test_asking_ends_with_the_deadline_and_not_before(status: int) -> None:
    asked: list[int] = []

    def answer(_request: httpx2.Request) -> httpx2.Response:
        asked.append(1)
        return refusal(status)

    with pytest.raises(Upstream):
        get(answer)
    assert len(asked) > 7


def test_a_wait_beyond_the_deadline_is_told_at_once() -> None:
    with pytest.raises(Upstream, match="microsoft_busy") as caught:
        get(lambda _request: refusal(429, **{"Retry-After": "300"}), deadline=timedelta(minutes=1))
    assert caught.value.again_after == timedelta(seconds=300)


def test_a_busy_sign_in_is_waited_for_by_a_run_and_told_at_once_to_a_person() -> None:
    answers = [httpx2.Response(503), refusal(429, **{"Retry-After": "0"}), httpx2.Response(200, json=TOKEN)]
    user = httpx2.Response(200, json={"id": "a"})
    assert get(lambda _request: user, token=lambda _request: answers.pop(0)).id == "a"
    with pytest.raises(Upstream, match="microsoft_busy"):
        get(lambda _request: user, token=lambda _request: httpx2.Response(503), priority=Priority.INTERACTIVE)


def test_the_priority_goes_with_every_request() -> None:
    seen: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request.headers["x-ms-throttle-priority"])
        return httpx2.Response(200, json={"id": "a"})

    get(answer)
    get(answer, priority=Priority.INTERACTIVE)
    assert seen == ["Low", "High"]


def test_retries_do_not_keep_others_from_asking() -> None:
    """One place in the gate; the first question waits for its next try while the second is answered."""
    order: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        name = request.url.path[-1]
        order.append(name)
        return refusal(500, **{"Retry-After": "0.05"}) if order == ["a"] else httpx2.Response(200, json={"id": name})

    async def story(graph: Graph) -> None:
        await asyncio.gather(graph.get("/users/a", shape.User), graph.get("/users/b", shape.User))

    ask(answer, story, in_flight=1)
    assert order == ["a", "b", "a"]


def test_a_circuit_opens_after_failures_in_a_row_and_one_probe_closes_it() -> None:
    circuit = Breaker()
    for _ in range(breaker.FAILURES - 1):
        circuit.failed(now=0.0)
    assert circuit.wait(now=0.0) == 0
    circuit.failed(now=0.0)
    assert circuit.wait(now=0.0) == breaker.OPEN.total_seconds()
    assert circuit.wait(now=2.0) == 0, "the probe"
    assert circuit.wait(now=2.0) > 0, "nobody beside the probe"
    circuit.failed(now=2.5)
    assert circuit.wait(now=2.5) == 2 * breaker.OPEN.total_seconds()
    assert circuit.wait(now=7.0) == 0
    circuit.succeeded()
    assert [circuit.wait(now=7.0), circuit.wait(now=7.0)] == [0, 0]


def test_behind_an_open_circuit_nothing_is_sent_and_the_deadline_tells() -> None:
    sent: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        sent.append(request.url.path)
        raise httpx2.ConnectError("down")

    async def story(graph: Graph) -> None:
        with pytest.raises(Upstream, match="network_unreachable"):
            await graph.get("/users/a", shape.User)
        before = len(sent)
        with pytest.raises(Upstream, match="circuit_open"):
            await graph.get("/users/b", shape.User)
        assert len(sent) == before

    ask(answer, story, deadline=timedelta(seconds=0.5))
    assert len(sent) == breaker.FAILURES


def test_a_gate_narrows_widens_and_never_closes() -> None:
    async def story() -> None:
        gate = Gate(16)
        for _ in range(20):
            gate.grow()
        assert gate.width == 16
        for _ in range(9):
            gate.halve()
        assert gate.width == 1
        for _ in range(150):
            gate.grow()
        assert gate.width == 16

    asyncio.run(story())


def test_a_gate_lets_no_more_through_than_it_is_wide_also_when_some_give_up() -> None:
    async def story() -> int:
        gate = Gate(3)
        most = 0

        async def visit() -> None:
            nonlocal most
            async with gate:
                most = max(most, gate.inside)
                await asyncio.sleep(0)

        visits = [asyncio.create_task(visit()) for _ in range(60)]
        await asyncio.sleep(0)
        for one in visits[5:30:2]:
            one.cancel()
        await asyncio.gather(*visits, return_exceptions=True)
        assert gate.inside == 0
        return most

    assert asyncio.run(story()) == 3


def test_nobody_gets_what_is_not_there() -> None:
    with pytest.raises(NotFound, match="graph_not_found"):
        get(lambda _request: refusal(404, "Request_ResourceNotFound"))
