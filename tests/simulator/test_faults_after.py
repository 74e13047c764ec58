"""Writes that fail although they were done: the answer lies, the tenant and the log of writes do not."""

from collections.abc import Iterator
from http.client import HTTPException
from typing import Any

import pytest
from tenant_client import Client, Running

ROOT = "https://graph.microsoft.com/v1.0/directoryObjects"


@pytest.fixture(scope="module")
def tenant_to_write() -> Iterator[Client]:
    with Running("--population", "golden") as client:
        client.grant("Group.ReadWrite.All")
        yield client


@pytest.fixture
def engineering(tenant_to_write: Client) -> Iterator[str]:
    yield "groups/60deb200-0000-4000-8000-000000000000/members"
    tenant_to_write.send("DELETE", "/_simulator/faults")
    tenant_to_write.send("DELETE", "/_simulator/schedule")
    tenant_to_write.grant()  # a fault may have taken the token away
    for line in tenant_to_write.listing("groups/60deb200-0000-4000-8000-000000000000/members?$select=id"):
        if line["id"].endswith(("4", "7")):
            gone = f"groups/60deb200-0000-4000-8000-000000000000/members/{line['id']}/$ref"
            assert tenant_to_write.write("DELETE", gone).status == 204


def person(number: int) -> dict[str, str]:
    return {"@odata.id": f"{ROOT}/60dea100-0000-4000-8000-{number:012x}"}


def fault(client: Client, **told: Any) -> None:
    body = {"path_prefix": "/v1.0/groups", "method": "POST", "after": True} | told
    assert client.send("POST", "/_simulator/faults", body=body).status == 204


def ids(client: Client, path: str) -> set[str]:
    return {item["id"][-1] for item in client.listing(f"{path}?$select=id")}


def test_a_reset_after_the_work_leaves_the_work_done(tenant_to_write: Client, engineering: str) -> None:
    fault(tenant_to_write, kind="reset")
    with pytest.raises((ConnectionError, HTTPException)):
        tenant_to_write.write("POST", f"{engineering}/$ref", person(4))
    assert "4" in ids(tenant_to_write, engineering)
    last = tenant_to_write.writes()["writes"][-1]
    assert (last["status"], last["changed"], last["spoiled"]) == (204, True, True)
    assert tenant_to_write.write("POST", f"{engineering}/$ref", person(4)).status == 400


def test_a_server_error_after_the_work_leaves_the_work_done(tenant_to_write: Client, engineering: str) -> None:
    fault(tenant_to_write, kind="status", status=504, stall_ms=20)
    assert tenant_to_write.write("POST", f"{engineering}/$ref", person(7)).status == 504
    assert "7" in ids(tenant_to_write, engineering)


def test_a_fault_before_the_work_leaves_nothing_done(tenant_to_write: Client, engineering: str) -> None:
    fault(tenant_to_write, kind="status", status=504, after=False)
    first = tenant_to_write.writes()["newest"]
    assert tenant_to_write.write("POST", f"{engineering}/$ref", person(7)).status == 504
    assert "7" not in ids(tenant_to_write, engineering)
    assert tenant_to_write.writes()["newest"] == first


def test_an_error_after_the_work_strikes_one_part_of_a_batch(tenant_to_write: Client, engineering: str) -> None:
    fault(tenant_to_write, kind="status", status=503)
    headers = {"Content-Type": "application/json"}
    answers = tenant_to_write.batch(
        *(
            {"id": str(n), "method": "POST", "url": f"/{engineering}/$ref", "headers": headers, "body": person(n)}
            for n in (4, 7)
        )
    )
    assert [answers[name]["status"] for name in ("4", "7")] == [503, 204]
    assert {"4", "7"} <= ids(tenant_to_write, engineering)


@pytest.mark.parametrize("kind", ["reset_after", "stalled_after", "server_error_after"])
def test_a_schedule_strikes_writes_that_were_done(tenant_to_write: Client, engineering: str, kind: str) -> None:
    order = {"seed": 3, "rate": 1.0, "kinds": [kind], "streak": 1, "stall_ms": 10}
    assert tenant_to_write.send("POST", "/_simulator/schedule", body=order).status == 204
    try:
        assert tenant_to_write.write("POST", f"{engineering}/$ref", person(4)).status >= 500
    except (ConnectionError, HTTPException):
        assert kind != "server_error_after"
    assert "4" in ids(tenant_to_write, engineering)
    assert tenant_to_write.write("POST", f"{engineering}/$ref", person(4)).status == 400
    assert tenant_to_write.send("GET", "/_simulator/schedule").json()["struck"] == {kind: 1}


def test_a_schedule_strikes_a_whole_batch_that_was_done(tenant_to_write: Client, engineering: str) -> None:
    order = {"seed": 3, "rate": 1.0, "kinds": ["reset_after"], "streak": 1}
    assert tenant_to_write.send("POST", "/_simulator/schedule", body=order).status == 204
    headers = {"Content-Type": "application/json"}
    part = {"id": "1", "method": "POST", "url": f"/{engineering}/$ref", "headers": headers, "body": person(7)}
    with pytest.raises((ConnectionError, HTTPException)):
        tenant_to_write.batch(part)
    assert "7" in ids(tenant_to_write, engineering)
    assert tenant_to_write.writes()["writes"][-1]["in_batch"]


def test_schedules_without_kinds_keep_to_failures_before_the_work(tenant_to_write: Client, engineering: str) -> None:
    order = {"seed": 5, "rate": 1.0, "streak": 100}
    assert tenant_to_write.send("POST", "/_simulator/schedule", body=order).status == 204
    for _ in range(10):
        try:
            tenant_to_write.write("POST", f"{engineering}/$ref", person(4))
        except (ConnectionError, HTTPException):
            continue
    struck = tenant_to_write.send("GET", "/_simulator/schedule").json()["struck"]
    assert struck
    assert not [kind for kind in struck if kind.endswith("_after")]
