"""What Microsoft sends, and what it answers when it does not want to."""

import json

import pytest

from chamberlain.errors import Refused
from chamberlain.graph.fault import graph_error
from chamberlain.graph.notice import read_notices
from chamberlain.model.notice import Notice


def test_changes_and_events_of_life_are_read_alike_and_what_is_missing_is_empty() -> None:
    change = {
        "subscriptionId": "s",
        "clientState": "c",
        "tenantId": "t",
        "changeType": "updated",
        "resource": "Users/1",
        "resourceData": {"@odata.type": "#Microsoft.Graph.User", "id": "1"},
    }
    life = {"subscriptionId": "s", "clientState": None, "lifecycleEvent": "subscriptionRemoved"}

    found = read_notices(json.dumps({"value": [change, life, {}], "validationTokens": ["x"]}).encode())

    assert found == (Notice("s", "c", "t", "", "1"), Notice("s", "", "", "subscriptionRemoved"), Notice("", "", "", ""))


@pytest.mark.parametrize("body", [b"", b"{}", b'{"value": null}', b'{"value": ["x"]}', b"<html>", b'"\xff"'])
def test_what_is_no_delivery_is_refused(body: bytes) -> None:
    with pytest.raises(Refused, match="notices_unreadable"):
        read_notices(body)


@pytest.mark.parametrize(
    ("status", "graph_code", "path", "code"),
    [
        (400, "ValidationError", "/v1.0/subscriptions", "notices_unreachable"),
        (400, "InvalidRequest", "/v1.0/subscriptions", "notices_unreachable"),
        (403, "ExtensionError", "/v1.0/subscriptions", "notices_refused"),
        (401, "ExtensionError", "/v1.0/subscriptions", "notices_refused"),
        (404, "ExtensionError", "/v1.0/subscriptions/1", "graph_not_found"),
        (403, "Authorization_RequestDenied", "/v1.0/subscriptions", "scope_missing"),
        (400, "InvalidRequest", "/v1.0/users", "microsoft_refused"),
    ],
)
def test_each_way_of_not_telling_us_has_its_own_repair(status: int, graph_code: str, path: str, code: str) -> None:
    body = json.dumps({"error": {"code": graph_code, "message": "Subscription validation request failed."}}).encode()

    assert graph_error(status, body, path=path, request_id="r", again_after=None).code == code
