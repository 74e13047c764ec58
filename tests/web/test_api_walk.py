"""Every route of the API as every role, and nothing of one tenant in answers about another."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Any
from urllib.parse import urlencode

import pytest
from addresses import ROUTES, Anyone
from django.test import Client
from test_walk import CASES, roles_of
from two_tenants import Peer, TwoTenants, become, marks_of, two_tenants

from chamberlain import clock
from chamberlain.actions.make_token import make_token
from chamberlain.actions.sign_in import issue_sign_in_link, redeem_sign_in_link
from chamberlain.bench.simulated import Simulated
from chamberlain.bootstrap import World
from chamberlain.model.actor import Role
from chamberlain.model.api_token import TokenScope
from chamberlain.model.plan import Cause, Change, Plan, PlanState, Subject
from chamberlain.model.task import TaskCause
from chamberlain.model.verb import Verb
from chamberlain.model.view import ListName
from chamberlain.policy.authority import may, may_somewhere
from chamberlain.queries.history import known_since
from chamberlain.store import plans, roles, tasks, views
from chamberlain.store.connection import connect, transaction
from chamberlain.store.models import RoleRow, User
from chamberlain.store.roles import active_actor

ENDS_ITSELF = {"revokeToken"}
BEYOND = {
    "beginConsent",
    "connect",
    "releaseWritersEverywhere",
    "stopWritersEverywhere",
    "grantRoleEverywhere",
    "listAllRoles",
    "listEvents",
    "makeCertificateToConnect",
}
SOMEWHERE = {"listWaitingCertificates"}  # who may connect only their own tenant is told of none
BYSTANDER = "Walk Bystander"
numbers = count()


@dataclass(frozen=True, slots=True)
class Route:
    """One operation of the document."""

    operation: str
    method: str
    path: str
    asks: tuple[str, ...]


@pytest.fixture(scope="module")
def both(world: World, start_tenant: Callable[..., Simulated]) -> TwoTenants:
    """Two tenants alike."""
    return two_tenants(start_tenant)


@pytest.fixture(scope="module")
def script(both: TwoTenants) -> Client:
    """A token for everything, of somebody whose roles are exchanged."""
    become(both.user_id, (Role.ADMINISTRATOR, None, ""))
    actor = active_actor(both.user_id)
    assert actor is not None
    redeem_sign_in_link(link=issue_sign_in_link(actor=actor, root="", name=BYSTANDER))
    secret, _token = make_token(
        actor=actor, person=both.user_id, name="walk", scopes=frozenset(TokenScope), tenant=None
    )
    return Client(SERVER_NAME="localhost", headers={"Authorization": f"Bearer {secret}"})


@pytest.fixture(autouse=True)
def nothing_spent(world: World) -> None:
    """Every case may ask as often as anybody may."""
    with connect() as connection:
        connection.execute("DELETE FROM rate_limit")


def routes(script: Client) -> Iterator[Route]:
    """Every operation that the document tells of."""
    document = json.loads(script.get("/api/v1/openapi.json").content)
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            asks = tuple(one["name"] for one in told.get("parameters", ()) if one.get("required"))
            yield Route(told["operationId"], method, path, asks)


def known_values(peer: Peer) -> dict[str, Any]:
    since = known_since(viewer=_administrator(), tenant=peer.tenant)
    return {
        "tenant": peer.tenant.slug,
        "person_id": peer.person,
        "key": peer.permission,
        "run_id": peer.run,
        "credential_id": peer.credential,
        "view_id": peer.view,
        "section": "accounts_added",
        "from": since.isoformat() if since else "",
        "search": "a",
        "of": "people",
        "code": "not_allowed",
        "reason": "a walk",
        **_left(peer),
    }


def _left(peer: Peer) -> dict[str, int]:
    """A plan that nobody may start, and an open task."""
    now = clock.now()
    change = Change(Verb.BLOCK, Subject(str(peer.person)))
    made = Plan(
        id=0,
        tenant_id=peer.tenant.id,
        cause=Cause.PERSON,
        reason="a walk",
        made_by="somebody",
        made_by_name="Somebody",
        made_at=now,
        as_of=now,
        fingerprint="",
        state=PlanState.PLANNED,
        steps=(),
    )
    with transaction():
        plan_id = plans.keep(made, simulated=False)
        task_id = tasks.make(
            tenant_id=peer.tenant.id,
            plan_id=None,
            step=None,
            cause=TaskCause.BARRED,
            change=change,
            names=("Somebody", ""),
            failure=None,
            due=now,
            now=now,
        )
    return {"plan_id": plan_id, "task_id": task_id}


def _administrator() -> Any:
    import stories

    return stories.ADMIN


def bodies(values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        "beginConsent": {},
        "makeCertificate": {},
        "makeCertificateToConnect": {},
        "rotateCredential": {"client_secret": "   "},
        "chooseCapabilities": {"capabilities": ["provision_groups"]},
        "grantRole": {"person": str(values["person_id"]), "role": "user"},
        "grantRoleEverywhere": {"person": BYSTANDER, "role": "auditor"},
        "setShare": {"share_percent": 100},
        "makePlan": {"reason": "a walk", "changes": [{"verb": "block", "who": "group:no-id"}]},
        "approvePlan": {},
        "refusePlan": {"reason": "a walk"},
        "applyPlan": {},
        "stopPlan": {"reason": "a walk"},
        "undoPlan": {"reason": "a walk"},
        "changeTask": {"comment": "a walk"},
        "setGuardRails": {},
        "stopWriters": {"reason": "a walk"},
        "stopWritersEverywhere": {"reason": "a walk"},
        "saveView": {"list": "people", "name": f"Walk {next(numbers)}"},
        "changeView": {"query": "q=b"},
        "startRun": {},
        "connect": {
            "tenant_id": "00000000-0000-4000-8000-000000000001",
            "client_id": "00000000-0000-4000-8000-000000000002",
            "client_secret": "   ",
        },
    }


def ask(script: Client, route: Route, values: dict[str, Any]) -> tuple[int, str]:
    path = route.path.format(**values)
    query = {name: values[name] for name in route.asks if f"{{{name}}}" not in route.path}
    if query:
        path += f"?{urlencode(query)}"
    if route.method in ("get", "delete"):
        answer = getattr(script, route.method)(path)
    else:
        answer = getattr(script, route.method)(path, bodies(values)[route.operation], content_type="application/json")
    return answer.status_code, answer.content.decode()


def with_a_view(peer: Peer, both: TwoTenants) -> Peer:
    """The tenant with a view that may be deleted."""
    with transaction():
        view = views.create(
            tenant_id=peer.tenant.id,
            user_id=both.user_id,
            list_name=ListName.PEOPLE,
            name=f"To be deleted {next(numbers)}",
            query="",
            shared=False,
            now=clock.now(),
        )
    return replace(peer, view=view)


def role_to_take(peer: Peer) -> int:
    """A role in the tenant that may be taken."""
    user = User.objects.get(subject=f"local:{BYSTANDER.lower()}")
    roles.give(user_id=user.id, role=Role.USER, tenant_id=peer.tenant.id, given_by="a test", now=clock.now())
    return RoleRow.objects.get(user=user, role=Role.USER.value, tenant_id=peer.tenant.id).id


def test_every_route_says_what_it_takes(script: Client) -> None:
    assert {route.operation for route in routes(script)} == set(ROUTES)


@pytest.mark.parametrize("case", CASES)
def test_a_role_opens_the_routes_that_the_table_says(case: str, script: Client, both: TwoTenants) -> None:
    become(both.user_id, *roles_of(case, both))
    actor = active_actor(both.user_id)
    assert actor is not None
    values, wrong = known_values(with_a_view(both.here, both)), []
    values["role_id"] = role_to_take(both.here)
    for route in routes(script):
        if route.operation in ENDS_ITSELF:
            continue
        status, answer = ask(script, route, values)
        assert status not in (405, 415, 422, 429), (route, status, answer)
        need = ROUTES[route.operation]
        where = None if route.operation in BEYOND else both.here.tenant.id
        allowed = isinstance(need, Anyone) or may(actor, need, tenant_id=where)
        if route.operation in SOMEWHERE and not isinstance(need, Anyone):
            allowed = may_somewhere(actor, need)
        if (status not in (401, 403, 404)) is not allowed:
            wrong.append((route.operation, status, answer[:200]))
    assert wrong == []


def test_no_answer_about_one_tenant_tells_of_the_other(script: Client, both: TwoTenants) -> None:
    become(both.user_id, (Role.ADMINISTRATOR, both.here.tenant.id, ""))
    marks, values, told = marks_of(both.there), known_values(both.here), 0
    for route in routes(script):
        if route.method == "get":
            status, answer = ask(script, route, values)
            assert {mark for mark in marks if mark in answer} == set(), route
            told += status == 200
    assert told >= 20


def test_ids_of_the_other_tenant_lead_nowhere(script: Client, both: TwoTenants) -> None:
    become(both.user_id, (Role.ADMINISTRATOR, None, ""))
    values = {**known_values(both.there), "tenant": both.here.tenant.slug}
    tried = 0
    for route in routes(script):
        if {"person_id", "key", "run_id", "view_id", "credential_id", "plan_id", "task_id"} & set(route.asks):
            assert ask(script, route, values)[0] == 404, route
            tried += 1
    assert tried >= 10
