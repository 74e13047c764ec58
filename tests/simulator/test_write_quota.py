"""Writes have a limit of their own: 3,000 in 150 seconds, counted for each part of a batch."""

from collections.abc import Callable
from typing import Any

from tenant_client import Client

ENGINEERING = "60deb200-0000-4000-8000-000000000000"
EMRE = "60dea100-0000-4000-8000-000000000004"
HELD = 30


def part(number: int) -> dict[str, Any]:
    body = {"@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{EMRE}"}
    headers = {"Content-Type": "application/json"}
    url = f"/groups/{ENGINEERING}/members/$ref"
    return {"id": str(number), "method": "POST", "url": url, "headers": headers, "body": body}


def test_too_many_writes_wait_and_are_not_done(start: Callable[..., Client]) -> None:
    client = start("--population", "golden", "--quotas", "--quota-scale", str(HELD / 3_000))
    client.grant("GroupMember.ReadWrite.All")
    answers = [one for _ in range(3) for one in client.batch(*(part(number) for number in range(20))).values()]
    throttled = [one for one in answers if one["status"] == 429]
    assert len(answers) - len(throttled) in range(HELD, HELD + 5)
    for one in throttled:
        assert one["headers"]["x-ms-throttle-scope"].startswith("Tenant_Application/Write/")
        assert one["headers"]["x-ms-throttle-information"] == "WriteLimitExceeded"
        assert 1 <= int(one["headers"]["Retry-After"]) <= 30
    assert len(client.writes()["writes"]) == len(answers) - len(throttled)
    usage = client.send("GET", "/_simulator/usage").json()["by_family"]["directory_writes"]
    assert (usage["requests"], usage["throttled"]) == (60, len(throttled))
