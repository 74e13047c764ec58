"""Lists as CSV: the whole list, for who prefers it to JSON and may take it away."""

import csv
import io
from collections.abc import Callable

import pytest
from django.test import Client

from chamberlain.model.api_token import TokenScope
from chamberlain.model.tenant import Tenant
from chamberlain.store.models import EventRow

CSV = {"Accept": "text/csv"}


@pytest.fixture
def client(script: Callable[..., Client]) -> Client:
    return script()


def table(client: Client, path: str) -> list[dict[str, str]]:
    answer = client.get(path, headers=CSV)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]  # it streams
    return [*csv.DictReader(io.StringIO(text))]


@pytest.mark.parametrize("name", ["people", "permissions"])
def test_a_list_comes_whole_with_what_its_json_tells(client: Client, tenant: Tenant, name: str) -> None:
    path = f"/api/v1/tenants/{tenant.slug}/{name}"
    first = client.get(path, {"limit": 5}).json()
    found = table(client, f"{path}?limit=5")
    assert len(found) == first["total"] > 5
    key = "id" if name == "people" else "key"
    known = {row[key]: row for row in found}
    for item in first["items"]:
        row = known[item[key]]
        shared = item.keys() & row.keys()
        assert len(shared) >= 9
        for field in shared:
            value = item[field]
            told = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
            assert row[field].removeprefix("'") == told, field


def test_filters_narrow_and_the_trail_tells(client: Client, tenant: Tenant) -> None:
    path = f"/api/v1/tenants/{tenant.slug}/people?status=blocked"
    found = table(client, path)
    assert found
    assert {row["enabled"] for row in found} == {"false"}
    told = EventRow.objects.filter(tenant_id=tenant.id, name="list:exported").latest("id")
    assert told.subject == "list:people"
    assert told.details["query"] == "status=blocked"
    assert told.details["rows"] == str(len(found))


@pytest.mark.parametrize("accept", ["*/*", "application/json, text/csv;q=0.5", "application/json"])
def test_json_is_told_unless_csv_is_preferred(client: Client, tenant: Tenant, accept: str) -> None:
    answer = client.get(f"/api/v1/tenants/{tenant.slug}/people", headers={"Accept": accept})
    assert answer.headers["Content-Type"].startswith("application/json")


def test_what_is_no_list_is_not_told_as_csv(client: Client, tenant: Tenant) -> None:
    answer = client.get(f"/api/v1/tenants/{tenant.slug}/departments", headers=CSV)
    assert answer.status_code == 406


def test_a_token_without_the_scope_gets_no_file(script: Callable[..., Client], tenant: Tenant) -> None:
    narrow = script(scopes=frozenset({TokenScope.READ_HISTORY}))
    before = EventRow.objects.filter(name="list:exported").count()
    answer = narrow.get(f"/api/v1/tenants/{tenant.slug}/people", headers=CSV)
    assert answer.status_code == 403
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert EventRow.objects.filter(name="list:exported").count() == before
