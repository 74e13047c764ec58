"""What the API refuses: strangers, tokens for something else, other tenants, requests that are not as documented."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.test import Client

import people
from chamberlain import clock
from chamberlain.api.house import api
from chamberlain.model.api_token import TokenScope
from chamberlain.model.tenant import Tenant
from chamberlain.sentences import SENTENCES
from chamberlain.store.models import TenantRow

EVERYTHING = frozenset(TokenScope)
Script = Callable[..., Client]
EXAMPLES = {
    "person_id": str(people.ANNA),
    "key": "group:00000000-0000-0000-0000-000000000000",
    "section": "grants_opened",
    "run_id": "999999999",
    "plan_id": "999999999",
    "task_id": "999999999",
    "view_id": "999999999",
    "code": "unexpected",
    "role_id": "999999999",
    "credential_id": "999999999",
}
OPEN = {"/api/v1/problems/{code}"}
PROBLEM = "application/problem+json"
EXAMPLED = re.compile(r"\{(key|run_id|plan_id|task_id)\}|/changes")
"""What the examples do not name in the golden tenant."""


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    """Method, path and description of everything that the API can do."""
    paths = api.get_openapi_schema()["paths"]
    return [(method, path, told) for path, methods in paths.items() for method, told in methods.items()]


def ask(client: Client, method: str, path: str, slug: str) -> Any:
    """Asks with an example of every parameter that has to be there, and an empty body."""
    address = path.format(tenant=slug, **EXAMPLES) + "?search=a&of=people&from=2026-01-01"
    body = "" if method in ("get", "delete") else "{}"
    return client.generic(method.upper(), address, body, content_type="application/json")


@pytest.fixture
def other(tenant: Tenant) -> Iterator[str]:
    """The slug of another tenant of the installation."""
    made = TenantRow.objects.create(
        guid=uuid4(), slug="elsewhere-api", name="Elsewhere", domain="elsewhere.example", created_at=clock.now()
    )
    yield made.slug
    made.delete()


def is_problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == PROBLEM
    told: dict[str, Any] = answer.json()
    assert (told["code"], told["status"]) == (code, status)
    assert told["type"].endswith(f"/api/v1/problems/{code}")
    assert all(told[part] for part in ("title", "detail", "repair"))
    assert told["request_id"] == answer["X-Request-Id"]
    return told


def test_strangers_are_refused_everywhere(tenant: Tenant, nothing_spent: None) -> None:
    stranger = Client(SERVER_NAME="localhost")
    for method, path, _told in operations():
        answer = ask(stranger, method, path, tenant.slug)
        if path in OPEN:
            assert answer.status_code == 200
        else:
            is_problem(answer, 401, "token_missing")
            assert answer["WWW-Authenticate"].startswith("Bearer")
    wrong = Client(SERVER_NAME="localhost", headers={"Authorization": "Bearer chb_wrong"})
    answer = ask(wrong, "get", "/api/v1/token", tenant.slug)
    is_problem(answer, 401, "token_invalid")
    assert 'error="invalid_token"' in answer["WWW-Authenticate"]


def test_a_route_asks_for_its_scope_and_no_other(tenant: Tenant, script: Script) -> None:
    for method, path, told in operations():
        if "x-scope" not in told:
            assert path in OPEN or path.removeprefix("/api/v1") in ("/tenants", "/tenants/{tenant}", "/token")
            continue
        needed = TokenScope(told["x-scope"])
        where = tenant if "{tenant}" in path else None
        answer = ask(script(scopes=frozenset({needed}), tenant=where), method, path, tenant.slug)
        assert answer.status_code in (200, 201, 202, 404, 409, 422), (path, answer.content)
        assert answer.status_code == 200 or EXAMPLED.search(path) or method != "get", (path, answer.content)
        answer = ask(script(scopes=EVERYTHING - {needed}, tenant=where), method, path, tenant.slug)
        is_problem(answer, 403, "token_scope_missing")
        assert f'scope="{needed.value}"' in answer["WWW-Authenticate"]


def test_a_token_of_one_tenant_does_not_know_the_others(tenant: Tenant, other: str, script: Script) -> None:
    client = script(tenant=tenant)
    assert [one["slug"] for one in client.get("/api/v1/tenants").json()] == [tenant.slug]
    for method, path, _told in operations():
        if "{tenant}" not in path:
            continue
        answer = ask(client, method, path, other)
        if answer.status_code != 422:
            is_problem(answer, 404, "tenant_not_found")
        assert b"Elsewhere" not in answer.content
    assert script().get(f"/api/v1/tenants/{other}").json()["name"] == "Elsewhere"  # the walk would have seen it


def test_a_token_of_one_tenant_connects_no_other_and_sees_its_own_trail(tenant: Tenant, script: Script) -> None:
    client = script(tenant=tenant)
    new = {"tenant_id": str(uuid4()), "client_id": str(uuid4()), "client_secret": "x"}

    is_problem(client.post("/api/v1/connections", new, content_type="application/json"), 403, "not_allowed")
    assert {one["tenant"] for one in client.get("/api/v1/audit").json()["items"]} == {tenant.slug}


def test_a_session_is_not_a_token(tenant: Tenant) -> None:
    from django.contrib.auth import get_user_model

    visitor = Client(SERVER_NAME="localhost")
    visitor.force_login(get_user_model().objects.first(), backend="chamberlain.web.identity.LinkBackend")

    is_problem(visitor.get(f"/api/v1/tenants/{tenant.slug}"), 401, "token_missing")


def test_a_token_in_an_address_is_not_looked_at(script: Script, tenant: Tenant) -> None:
    secret = script().defaults["HTTP_AUTHORIZATION"].removeprefix("Bearer ")

    is_problem(Client(SERVER_NAME="localhost").get(f"/api/v1/token?token={secret}"), 401, "token_missing")


@pytest.mark.parametrize("path", ["", "nowhere", "tenants/", "docs", "tenants/a/b/c/d", "people"])
def test_addresses_that_lead_nowhere_say_so_in_json(world: object, path: str) -> None:
    is_problem(Client(SERVER_NAME="localhost").get(f"/api/v1/{path}"), 404, "route_not_found")


def test_a_method_that_is_not_answered_names_those_that_are(world: object) -> None:
    answer = Client(SERVER_NAME="localhost").put("/api/v1/token")

    is_problem(answer, 405, "method_not_allowed")
    assert answer["Allow"].replace(" ", "").split(",") == ["GET", "DELETE"] or "GET" in answer["Allow"]


def test_head_is_get_without_a_body(script: Script, tenant: Tenant) -> None:
    answer = script().head(f"/api/v1/tenants/{tenant.slug}")

    assert answer.status_code == 200
    assert answer.content == b""


@pytest.mark.parametrize("accept", ["text/html", "text/csv, application/xml", "image/*"])
def test_an_answer_of_another_kind_is_refused(script: Script, accept: str) -> None:
    is_problem(script().get("/api/v1/token", headers={"Accept": accept}), 406, "not_acceptable")


@pytest.mark.parametrize("accept", ["*/*", "application/json", "text/html, application/json;q=0.5", "application/*"])
def test_json_is_answered_to_those_who_take_it(script: Script, accept: str) -> None:
    assert script().get("/api/v1/token", headers={"Accept": accept}).status_code == 200


def test_bodies_are_json_and_not_too_large(script: Script, tenant: Tenant) -> None:
    client, path = script(), f"/api/v1/tenants/{tenant.slug}/views"

    is_problem(client.post(path, {"list": "people"}), 415, "media_type_unsupported")
    is_problem(client.post(path, "{not json", content_type="application/json"), 400, "body_unreadable")
    is_problem(client.post(path, b'{"name": "\xff"}', content_type="application/json"), 400, "body_unreadable")
    large = json.dumps({"list": "people", "name": "x" * 70_000})
    is_problem(client.post(path, large, content_type="application/json"), 413, "body_too_large")


def test_what_is_not_as_documented_is_told_field_by_field(script: Script, tenant: Tenant) -> None:
    client, root = script(), f"/api/v1/tenants/{tenant.slug}"

    told = is_problem(client.get(f"{root}/people?limit=0&status=asleep"), 422, "request_invalid")
    assert {(one["in"], one["field"]) for one in told["errors"]} == {("query", "limit"), ("query", "status")}
    assert all(one["detail"].endswith(".") for one in told["errors"])
    is_problem(client.get(f"{root}/people/not-a-guid"), 422, "request_invalid")
    unknown = client.post(
        f"{root}/views", {"list": "people", "name": "x", "owner": "me"}, content_type="application/json"
    )
    assert is_problem(unknown, 422, "request_invalid")["errors"][0]["field"].endswith("owner")


@pytest.mark.parametrize("cursor", ["x", "e30", "WzFd", "WzEsMl0", "AAAA", "%00", "null"])
def test_a_cursor_that_is_not_ours_is_refused(script: Script, tenant: Tenant, cursor: str) -> None:
    answer = script().get(f"/api/v1/tenants/{tenant.slug}/people?cursor={cursor}")

    is_problem(answer, 400, "cursor_malformed")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("people?department=%00", 400, "text_malformed"),
        ("people/00000000-0000-0000-0000-000000000000", 404, "person_not_found"),
        ("people/" + str(people.ANNA) + "?at=2001-01-01", 404, "nothing_known_then"),
        ("people/" + str(people.ANNA) + "?at=2999-01-01", 400, "time_ahead"),
        ("people/" + str(people.ANNA) + "?at=yesterday", 400, "time_unreadable"),
        ("permissions/nothing", 404, "permission_not_found"),
        ("changes?from=2999-01-01", 400, "time_ahead"),
        ("runs/999999", 404, "run_not_found"),
        ("runs/0", 422, "request_invalid"),
        ("changes/everything?from=2026-01-01", 422, "request_invalid"),
    ],
)
def test_refusals_have_a_status_and_a_code(script: Script, tenant: Tenant, path: str, status: int, code: str) -> None:
    is_problem(script().get(f"/api/v1/tenants/{tenant.slug}/{path}"), status, code)


def test_somebody_elses_tenant_name_is_told_back_as_text_only(script: Script) -> None:
    answer = script().get(f"/api/v1/tenants/{quote('<script>alert(1)')}")

    is_problem(answer, 404, "tenant_not_found")
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_defect_tells_nothing_of_itself(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    from chamberlain.queries import connections

    def broken(**_: object) -> None:
        raise ZeroDivisionError("a secret of the house")

    monkeypatch.setattr(connections, "list_tenants", broken)
    answer = script().get("/api/v1/tenants")

    is_problem(answer, 500, "unexpected")
    assert b"secret" not in answer.content


def test_guessing_and_asking_too_often_have_an_end(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    stranger = Client(SERVER_NAME="localhost", headers={"Authorization": "Bearer chb_guess"})
    answers = [stranger.get("/api/v1/token") for _ in range(40)]

    last = is_problem(answers[-1], 429, "too_many_requests")
    assert int(answers[-1]["Retry-After"]) >= 1
    assert last["detail"]
    assert answers[0].status_code == 401


def test_every_code_of_a_problem_can_be_looked_up() -> None:
    from chamberlain.api.problems import OWN_STATUSES

    assert set(OWN_STATUSES) <= set(SENTENCES)
