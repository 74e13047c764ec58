"""Change notifications: the handshake, what is told to whom, renewal and the end."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tenant_client import Answer, Client, Running


class Inbox:
    """An endpoint that answers handshakes and keeps what it is told."""

    def __init__(self) -> None:
        self.refuses_hands = False
        self.failures_left = 0
        self.items: list[tuple[str, dict[str, Any]]] = []
        self.arrived = threading.Condition()
        inbox = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                inbox.answer(self)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        parts = urlsplit(request.path)
        token = parse_qs(parts.query).get("validationToken", [""])[0]
        status = 202
        with self.arrived:
            if token:
                status = 404 if self.refuses_hands else 200
            elif self.failures_left:
                self.failures_left -= 1
                status = 503
            else:
                self.items.extend((parts.path, item) for item in json.loads(body)["value"])
            self.arrived.notify_all()
        request.send_response(status)
        request.send_header("Content-Type", "text/plain")
        request.send_header("Content-Length", str(len(token)))
        request.end_headers()
        request.wfile.write(token.encode())

    def wait(self, count: int) -> list[tuple[str, dict[str, Any]]]:
        """What came, once it is at least so much."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len({item["id"] for _, item in self.told()}) >= count, 20), self.items
            return list(self.items)

    def told(self) -> list[tuple[str, dict[str, Any]]]:
        return [(path, {"id": item.get("id", path), **item}) for path, item in self.items]


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    made = Inbox()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture(scope="module")
def shared() -> Iterator[Client]:
    """One golden tenant for all tests here; each ends its own subscriptions."""
    with Running("--population", "golden") as client:
        yield client


@pytest.fixture
def written(shared: Client) -> Iterator[Client]:
    yield shared
    for known in shared.get("subscriptions")["value"]:
        ask(shared, "DELETE", f"/{known['id']}")


def ask(client: Client, method: str, path: str = "", body: Any = None) -> Answer:
    headers = {"Authorization": f"Bearer {client.token}"}
    return client.send(method, f"/v1.0/subscriptions{path}", body=body, headers=headers)


def in_minutes(minutes: float) -> str:
    return (datetime.now(UTC) + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S.0000000Z")


def wish(inbox: Inbox, **changes: Any) -> dict[str, Any]:
    return {
        "changeType": "updated,deleted",
        "notificationUrl": f"{inbox.url}/notify",
        "lifecycleNotificationUrl": f"{inbox.url}/lifecycle",
        "resource": "/users",
        "expirationDateTime": in_minutes(120),
        "clientState": "secret",
    } | changes


def find(client: Client, path: str, name: str) -> str:
    return next(str(item["id"]) for item in client.listing(path) if item["displayName"] == name)


def test_a_subscription_is_told_of_its_kind_of_object(written: Client, inbox: Inbox) -> None:
    made = ask(written, "POST", body=wish(inbox)).json()
    groups = ask(written, "POST", body=wish(inbox, resource="groups", notificationUrl=f"{inbox.url}/groups")).json()
    chloe, news = find(written, "users", "Chloé Dubois"), find(written, "groups", "Engineering")
    written.change(kind="update_user", user=chloe, department="Quality")
    written.change(kind="rename_group", group=news, display_name="Engineers")
    written.change(kind="remove_member", group=news, member=chloe)
    told = inbox.wait(3)
    assert {(path, item["resource"]) for path, item in told} == {
        ("/notify", f"Users/{chloe}"), ("/groups", f"Groups/{news}"),
    }  # fmt: skip
    assert {item["subscriptionId"] for _, item in told} == {made["id"], groups["id"]}
    assert {item["clientState"] for _, item in told} == {"secret"}
    assert {item["tenantId"] for _, item in told} == {written.start["tenant_id"]}


def test_one_group_and_its_members_can_be_listened_to(written: Client, inbox: Inbox) -> None:
    atlas, sales = find(written, "groups", "Project Atlas"), find(written, "groups", "Sales")
    ben = find(written, "users", "Ben Okafor")
    assert ask(written, "POST", body=wish(inbox, resource=f"/groups/{atlas}/members")).status == 201
    written.change(kind="rename_group", group=atlas, display_name="Atlas")
    written.change(kind="add_member", group=sales, member=ben)
    written.change(kind="add_member", group=atlas, member=ben)
    assert {item["resource"] for _, item in inbox.wait(1)} == {f"Groups/{atlas}"}


def test_only_what_is_gone_for_good_is_told_as_deleted(written: Client, inbox: Inbox) -> None:
    assert ask(written, "POST", body=wish(inbox, resource="/groups", changeType="deleted")).status == 201
    written.change(kind="delete_group", group=find(written, "groups", "Empty"))
    news = find(written, "groups", "News")
    written.change(kind="delete_group", group=news)
    assert {(item["changeType"], item["resourceData"]["id"]) for _, item in inbox.wait(1)} == {("deleted", news)}


def test_a_failed_delivery_comes_again(written: Client, inbox: Inbox) -> None:
    inbox.failures_left = 2
    ask(written, "POST", body=wish(inbox))
    written.change(kind="rename_user", user=find(written, "users", "Jonas Berg"), display_name="Jonas B.")
    assert inbox.wait(1)
    assert inbox.failures_left == 0


def test_without_a_handshake_there_is_no_subscription(written: Client, inbox: Inbox) -> None:
    inbox.refuses_hands = True
    answer = ask(written, "POST", body=wish(inbox))
    assert answer.error == (400, "InvalidRequest")
    assert "respond with 200 OK" in answer.json()["error"]["message"]
    assert written.get("subscriptions")["value"] == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"notificationUrl": "https://example.org/notify"}, "ValidationError"),
        ({"expirationDateTime": in_minutes(41_800)}, "ValidationError"),
        ({"expirationDateTime": in_minutes(-1)}, "InvalidRequest"),
        ({"expirationDateTime": "soon"}, "InvalidRequest"),
        ({"changeType": "created"}, "InvalidRequest"),
        ({"resource": "/servicePrincipals"}, "InvalidRequest"),
        ({"clientState": "x" * 129}, "InvalidRequest"),
    ],
    ids=("elsewhere", "too far", "past", "no time", "change type", "resource", "long state"),
)
def test_what_cannot_be_subscribed_to_is_refused(
    written: Client, inbox: Inbox, changes: dict[str, Any], code: str
) -> None:
    assert ask(written, "POST", body=wish(inbox, **changes)).error == (400, code)


def test_a_short_life_is_made_longer_and_can_be_renewed(written: Client, inbox: Inbox) -> None:
    made = ask(written, "POST", body=wish(inbox, expirationDateTime=in_minutes(5))).json()
    assert made["expirationDateTime"] > in_minutes(44)
    renewed = ask(written, "PATCH", f"/{made['id']}", {"expirationDateTime": in_minutes(10_000)}).json()
    assert renewed["expirationDateTime"] > in_minutes(9_999)
    assert [known["id"] for known in written.get("subscriptions")["value"]] == [made["id"]]
    assert ask(written, "DELETE", f"/{made['id']}").status == 204
    assert ask(written, "PATCH", f"/{made['id']}", {"expirationDateTime": in_minutes(60)}).status == 404


def test_life_events_reach_their_own_address_and_removal_ends_it(written: Client, inbox: Inbox) -> None:
    made = ask(written, "POST", body=wish(inbox)).json()
    for event in ("reauthorizationRequired", "subscriptionRemoved"):
        assert written.send("POST", "/_simulator/lifecycle", body={"event": event}).json() == {"told": 1}
        if event == "reauthorizationRequired":
            assert ask(written, "POST", f"/{made['id']}/reauthorize").status == 204
    with inbox.arrived:
        wanted = {"reauthorizationRequired", "subscriptionRemoved"}
        assert inbox.arrived.wait_for(lambda: {item["lifecycleEvent"] for _, item in inbox.items} == wanted, 20)
    assert {path for path, _ in inbox.items} == {"/lifecycle"}
    assert ask(written, "GET", f"/{made['id']}").status == 404
