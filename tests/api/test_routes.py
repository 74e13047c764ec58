"""Every route, asked as a script asks."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

import people
import stories
from chamberlain.model.api_token import TokenScope
from chamberlain.model.kind import Kind
from chamberlain.model.tenant import Tenant
from chamberlain.queries.permissions import PermissionFilter, list_permissions
from chamberlain.store.connection import rows

Script = Callable[..., Client]


@pytest.fixture
def client(script: Script) -> Client:
    return script()


def root(tenant: Tenant) -> str:
    return f"/api/v1/tenants/{tenant.slug}"


def told(client: Client, path: str, *, status: int = 200) -> Any:
    answer = client.get(path)
    assert answer.status_code == status, answer.content.decode()[:2000]
    assert answer["Content-Type"] == "application/json; charset=utf-8"
    assert "sessionid" not in answer.cookies
    return answer.json()


def key_of(tenant: Tenant, kind: Kind) -> str:
    page = list_permissions(viewer=stories.ADMIN, tenant=tenant, filter=PermissionFilter(kind=kind))
    return max(page.rows, key=lambda row: row.people).key


def test_a_token_tells_what_it_is_for_and_ends_itself(script: Script, tenant: Tenant) -> None:
    client = script(scopes=frozenset({TokenScope.READ_DIRECTORY}), tenant=tenant, fresh=True)

    found = told(client, "/api/v1/token")

    assert found["scopes"] == ["read:directory"]
    assert found["tenant"] == tenant.name
    assert client.delete("/api/v1/token").status_code == 204
    assert client.get("/api/v1/token").status_code == 401


def test_tenants_are_found_by_slug_id_and_domain(client: Client, tenant: Tenant) -> None:
    assert str(tenant.guid) in [one["id"] for one in told(client, "/api/v1/tenants")]
    for name in (tenant.slug, str(tenant.guid), tenant.domain):
        assert told(client, f"/api/v1/tenants/{name}")["slug"] == tenant.slug


def test_a_name_that_no_database_holds_is_no_tenant(client: Client) -> None:
    assert client.get("/api/v1/audit?tenant=a%00b").json()["code"] == "tenant_not_found"
    assert client.get("/api/v1/audit?who=a%00b").json()["code"] == "text_malformed"


def test_people_are_listed_filtered_and_paged(client: Client, tenant: Tenant) -> None:
    everybody = told(client, f"{root(tenant)}/people?limit=200")["items"]
    blocked = told(client, f"{root(tenant)}/people?status=blocked")["items"]
    walked, address = [], f"{root(tenant)}/people?limit=5"
    while address:
        page = told(client, address)
        assert page["total"] == len(everybody)
        walked += page["items"]
        address = page["next"]

    assert walked == everybody
    assert [one["id"] for one in blocked] == [one["id"] for one in everybody if one["status"] == "blocked"]
    assert len(told(client, f"{root(tenant)}/people?search=anna&limit=1")["items"]) == 1


def test_a_person_is_told_with_every_path_now_and_then(client: Client, tenant: Tenant) -> None:
    found = told(client, f"{root(tenant)}/people/{people.ANNA}")
    past = told(client, f"{root(tenant)}/people/{people.ANNA}?at={quote(found['first_seen_at'])}")

    assert found["id"] == str(people.ANNA)
    assert all(holding["paths"] for holding in found["holdings"])
    assert {holding["key"] for holding in past["holdings"]} == {holding["key"] for holding in found["holdings"]}
    assert past["at"] == found["first_seen_at"]
    assert (found["activity"]["last_used_at"], found["activity"]["unknown"]) == (None, "not_read")
    assert past["activity"]["unknown"] == "past"


def test_looking_at_a_person_and_at_holders_is_written_down(client: Client, tenant: Tenant) -> None:
    key = key_of(tenant, Kind.SECURITY_GROUP)
    told(client, f"{root(tenant)}/people/{people.BEN}")
    told(client, f"{root(tenant)}/permissions/{key}/holders")

    found = rows(
        "SELECT name, channel FROM event WHERE tenant_id = %(tenant)s AND subject IN (%(one)s, %(two)s)",
        {"tenant": tenant.id, "one": str(people.BEN), "two": key},
    )
    assert {row["name"] for row in found} >= {"person:viewed", "holders:viewed"}


@pytest.mark.parametrize("kind", Kind, ids=lambda kind: kind.value)
def test_a_permission_of_each_kind_is_told_with_its_holders(client: Client, tenant: Tenant, kind: Kind) -> None:
    listed = told(client, f"{root(tenant)}/permissions?kind={kind.value}")["items"]
    assert {one["kind"] for one in listed} == {kind.value}
    key = key_of(tenant, kind)

    one = told(client, f"{root(tenant)}/permissions/{key}")
    holders = told(client, f"{root(tenant)}/permissions/{key}/holders?limit=200")

    assert one["key"] == key
    assert holders["total"] >= one["people"] > 0
    assert all(holder["paths"] for holder in holders["items"])
    assert isinstance(told(client, f"{root(tenant)}/permissions/{key}/eligible"), list)
    told(client, f"{root(tenant)}/permissions/{key}/history")


@pytest.mark.parametrize(
    "path", ["overview", "departments", "licences", "consents", "search?search=a", "connection", "connection/quotas"]
)
def test_what_has_no_filter_is_told(client: Client, tenant: Tenant, path: str) -> None:
    assert told(client, f"{root(tenant)}/{path}")


def test_the_past_is_compared(client: Client, tenant: Tenant) -> None:
    seen = told(client, f"{root(tenant)}/people/{people.ANNA}")["first_seen_at"]

    found = told(client, f"{root(tenant)}/changes?from={quote(seen)}")
    page = told(client, f"{root(tenant)}/changes/grants_opened?from={quote(seen)}&limit=1")

    assert set(found["totals"]) >= {"accounts_added", "grants_opened"}
    assert page["items"] == []
    told(client, f"{root(tenant)}/people/{people.ANNA}/history")
    told(client, f"{root(tenant)}/people/{people.ANNA}/consents")


def test_times_can_be_asked_for_as_they_are_told(client: Client, tenant: Tenant) -> None:
    seen = told(client, f"{root(tenant)}/people/{people.ANNA}")["first_seen_at"]

    assert seen.endswith("Z")
    assert told(client, f"{root(tenant)}/people?limit=1")["items"]
    assert told(client, f"{root(tenant)}/permissions/{key_of(tenant, Kind.LICENCE)}?at={quote(seen)}")["present"]


@pytest.fixture
def idle(tenant: Tenant) -> Iterator[None]:
    """No run is open before and after."""
    end = "UPDATE sync_run SET state = 'failed', ended_at = now() WHERE tenant_id = %(tenant)s AND ended_at IS NULL"
    from django.db import connection

    def end_all() -> None:
        with connection.cursor() as cursor:
            cursor.execute(end, {"tenant": tenant.id})

    end_all()
    yield
    end_all()


@pytest.mark.usefixtures("idle")
def test_a_sync_is_started_once_however_often_it_is_asked_for(client: Client, tenant: Tenant) -> None:
    def start(key: str, body: str = "{}") -> Any:
        return client.post(
            f"{root(tenant)}/runs", body, content_type="application/json", headers={"Idempotency-Key": key}
        )

    first, again = start("one"), start("one")

    assert (first.status_code, again.status_code) == (202, 200), first.content
    assert first.json()["id"] == again.json()["id"]
    assert start("one", '{"mode": "full"}').json()["code"] == "idempotency_key_reused"
    assert start("two").json()["code"] == "sync_running"
    assert start("a b").json()["code"] == "idempotency_key_malformed"
    assert told(client, f"{root(tenant)}/runs/{first.json()['id']}")["started_by"].endswith("(token test)")
    assert told(client, f"{root(tenant)}/runs?limit=1")["items"][0]["id"] == first.json()["id"]


def test_views_are_kept_changed_and_forgotten(client: Client, tenant: Tenant) -> None:
    def sent(method: str, path: str, content: dict[str, Any]) -> Any:
        return getattr(client, method)(f"{root(tenant)}/views{path}", content, content_type="application/json")

    made = sent("post", "", {"list": "people", "name": "Guests", "query": "type=guest&cols=name,mail"})
    assert made.status_code == 201, made.content
    changed = sent("patch", f"/{made.json()['id']}", {"name": "All guests", "shared": True})

    assert changed.json() == {**made.json(), "name": "All guests", "shared": True}
    assert changed.json() in told(client, f"{root(tenant)}/views?of=people")
    assert sent("patch", f"/{made.json()['id']}", {"query": "a=<script>"}).json()["code"] == "view_query_malformed"
    assert sent("post", "", {"list": "runs", "name": "x"}).json()["code"] == "list_keeps_no_views"
    assert client.delete(f"{root(tenant)}/views/{made.json()['id']}").status_code == 204
    assert client.delete(f"{root(tenant)}/views/{made.json()['id']}").json()["code"] == "view_not_found"


def test_syncs_are_slowed_down(client: Client, tenant: Tenant) -> None:
    path = f"{root(tenant)}/connection/quotas"

    assert client.patch(path, {"share_percent": 50}, content_type="application/json").status_code == 204
    assert told(client, path)["share_percent"] == 50
    assert client.patch(path, {"share_percent": 100}, content_type="application/json").status_code == 204
    refused = client.patch(path, {"share_percent": 101}, content_type="application/json")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"].endswith("share_percent")


def test_the_trail_is_told_page_by_page(client: Client, tenant: Tenant) -> None:
    page = told(client, f"/api/v1/audit?tenant={tenant.slug}")

    assert page["items"]
    assert {one["tenant"] for one in page["items"]} == {tenant.slug}
    if page["next_before"]:
        older = told(client, f"/api/v1/audit?tenant={tenant.slug}&before={page['next_before']}")
        assert max(one["id"] for one in older["items"]) < min(one["id"] for one in page["items"])


def test_the_meaning_of_a_problem_is_told_to_everybody(world: object) -> None:
    found = told(Client(SERVER_NAME="localhost"), "/api/v1/problems/sync_running")

    assert found["code"] == "sync_running"
    assert "{" not in "".join(found.values())
