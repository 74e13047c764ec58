"""A client that we did not write meets the quota, waits as told, and gets through."""

from typing import Any

import pytest
from msgraph import GraphServiceClient
from tenant_client import Running
from test_official_sdk import run

pytestmark = pytest.mark.filterwarnings("ignore:.*is deprecated:DeprecationWarning")


def test_the_sdk_waits_for_its_quota() -> None:
    """Sixty units are asked for where there are fifty in ten seconds; then it is the SDK's turn."""
    sizes = ("--users", "60", "--groups", "20", "--memberships", "200", "--apps", "6")
    with Running("--seed", "5", *sizes, "--quotas", "--quota-scale", "0.01") as client:
        parts = [{"id": str(number), "method": "GET", "url": "/organization"} for number in range(20)]

        async def story(graph: GraphServiceClient) -> Any:
            for _ in range(3):
                client.batch(*parts)
            before = client.send("GET", "/_simulator/usage").json()["throttled"]
            return before, await graph.organization.get()

        before, found = run(client, story)
        usage = client.send("GET", "/_simulator/usage").json()
    assert len(found.value) == 1
    assert before < usage["throttled"]
    assert usage["requests"] == 60 + 1 + usage["throttled"] - before
