"""The health page and `chamberlain health`: the verdict, its reasons, and what support asks for."""

import json
from uuid import uuid4

import pytest
from django.test import Client
from test_scopes_page import client  # noqa: F401 - a fixture

from chamberlain import clock
from chamberlain.bootstrap import World
from chamberlain.model.refusal import Refusal
from chamberlain.model.tenant import Tenant
from chamberlain.store import refusals, tenants
from chamberlain.store.connection import connect
from connected import connected_tenant
from terminal import run


@pytest.fixture(scope="module")
def tenant(world: World) -> Tenant:
    """A tenant that was connected just now, and of which Microsoft refused something with a hostile path."""
    found = connected_tenant("<b>Health", connected_by="<i>Ada")
    with connect(autocommit=True) as own:
        refused = Refusal(clock.now(), "scope_missing", "/v1.0/<script>alert(1)</script>", 403, "request-77")
        refusals.keep(own, tenant_id=found.id, refusals=[refused])
    return found


def test_the_page_tells_the_verdict_with_reasons_and_the_last_refusals(
    tenant: Tenant,
    client: Client,  # noqa: F811
) -> None:
    answer = client.get(f"/t/{tenant.slug}/health")
    text = " ".join(answer.content.decode().split())
    assert answer.status_code == 200
    assert "It is not fine." in text
    assert "It was never read to the end." in text
    assert "User.Read.All" in text
    assert "request-77" in text
    assert "<script>alert" not in text
    assert "<i>Ada" not in text
    assert "access does not depend on that person" in text


def test_a_tenant_that_is_not_connected_says_so(world: World, client: Client) -> None:  # noqa: F811
    alone = tenants.save(guid=uuid4(), name="Alone", domain=f"{uuid4()}.example", now=clock.now())
    answer = client.get(f"/t/{alone.slug}/health")
    assert answer.status_code == 200
    assert "The tenant is not connected" in answer.content.decode()


def test_the_terminal_tells_the_same_and_ends_with_1_where_it_is_not_fine(tenant: Tenant) -> None:
    as_json = run("health", "--tenant", tenant.slug, "--json")
    assert as_json.returncode == 1, as_json.stderr
    told = json.loads(as_json.stdout)
    assert told["verdict"] == "bad"
    assert {"never_read", "scopes_missing"} <= {one["concern"] for one in told["reasons"]}
    assert told["refusals"][0]["request_id"] == "request-77"
    for_people = run("health", "--tenant", tenant.slug)
    assert for_people.returncode == 1
    assert "request-77" in for_people.stdout
