"""Faults strike where and as often as they were told to, and then no more."""

from http.client import HTTPException, IncompleteRead

import pytest
from tenant_client import Client

LISTING = "users?$select=id&$top=20"


def second_page(client: Client) -> str:
    return str(client.get(LISTING)["@odata.nextLink"])


def inject(client: Client, **fault: object) -> None:
    assert client.send("POST", "/_simulator/faults", body={"path_prefix": "/v1.0/users"} | fault).status == 204


def test_html_in_place_of_json(fresh: Client) -> None:
    inject(fresh, kind="not_json")
    answer = fresh.graph(LISTING)
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html")
    assert fresh.graph(LISTING).headers["content-type"].startswith("application/json")


def test_a_fault_waits_for_its_page(fresh: Client) -> None:
    link = second_page(fresh)
    inject(fresh, kind="status", status=503, retry_after="1", page=2, times=2)
    assert fresh.graph(LISTING).status == 200
    for _ in range(2):
        answer = fresh.graph(link)
        assert (answer.status, answer.headers["retry-after"]) == (503, "1")
    assert fresh.graph(link).status == 200


@pytest.mark.parametrize("retry_after", ["30,120", "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_a_quota_answer_counts_as_throttled(fresh: Client, retry_after: str) -> None:
    inject(fresh, kind="status", status=429, retry_after=retry_after)
    answer = fresh.graph(LISTING)
    assert answer.error == (429, "TooManyRequests")
    assert answer.headers["retry-after"] == retry_after
    assert fresh.send("GET", "/_simulator/usage").json()["throttled"] == 1


def test_a_cut_body(fresh: Client) -> None:
    inject(fresh, kind="truncated")
    with pytest.raises(IncompleteRead):
        fresh.graph(LISTING)
    fresh.close()
    assert fresh.graph(LISTING).status == 200


def test_a_reset_connection(fresh: Client) -> None:
    assert fresh.token
    inject(fresh, kind="reset")
    with pytest.raises((HTTPException, ConnectionError)):
        fresh.graph(LISTING)
    fresh.close()
    assert fresh.graph(LISTING).status == 200


def test_a_group_vanishes_between_two_pages(fresh: Client) -> None:
    group = fresh.get("groups?$top=1&$select=id")["value"][0]["id"]
    link = fresh.get(f"groups/{group}/members?$select=id&$top=5")["@odata.nextLink"]
    inject(fresh, kind="vanish", path_prefix=f"/v1.0/groups/{group}/members", page=2)
    assert fresh.graph(link).error == (404, "Request_ResourceNotFound")


def test_faults_can_be_called_off(fresh: Client) -> None:
    inject(fresh, kind="status", status=500, times=5)
    assert len(fresh.send("GET", "/_simulator/faults").json()) == 1
    assert fresh.send("DELETE", "/_simulator/faults").status == 204
    assert fresh.graph(LISTING).status == 200


def test_nonsense_is_no_fault(fresh: Client) -> None:
    assert fresh.send("POST", "/_simulator/faults", body={"kind": "magic", "path_prefix": "/"}).status == 400
    assert fresh.send("GET", "/_simulator/nothing").status == 404
