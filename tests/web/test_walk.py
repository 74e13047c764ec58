"""Every address as every role, against the table of who may do what."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from uuid import UUID

import pytest
from addresses import ADDRESSES, Address, Anyone, Need
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from two_tenants import Peer, TwoTenants, become, two_tenants
from visitors import use_link

import stories
from chamberlain.actions.make_certificate import make_certificate
from chamberlain.actions.sign_in import issue_sign_in_link
from chamberlain.bench.simulated import Simulated
from chamberlain.bootstrap import World
from chamberlain.model.actor import Role
from chamberlain.policy.authority import INSTALLATION_ROLES, Deed, may
from chamberlain.store.roles import active_actor

Held = tuple[Role, int | None, str]
EVERYWHERE = sorted(INSTALLATION_ROLES, key=lambda role: role.value)
CASES = [
    *(f"here:{role.value}" for role in Role),
    *(f"everywhere:{role.value}" for role in EVERYWHERE),
    "there",
    "none",
]


@pytest.fixture(scope="module")
def both(world: World, start_tenant: Callable[..., Simulated]) -> TwoTenants:
    """Two tenants alike."""
    return two_tenants(start_tenant)


@pytest.fixture(scope="module")
def client(both: TwoTenants) -> Client:
    """The browser of somebody whose roles are exchanged: they count from the next request on."""
    visitor = Client(SERVER_NAME="localhost")
    link = issue_sign_in_link(actor=stories.ADMIN, root="http://localhost", name="Walker")
    assert use_link(visitor, link).status_code == 302
    return visitor


@dataclass(frozen=True, slots=True)
class Asked:
    """One question and what came of it."""

    name: str
    method: str
    path: str
    status: int
    allowed: bool
    let_in: bool


@pytest.fixture(autouse=True)
def nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Doors are tried, and Microsoft is not asked: what is not found there looks like a door that is shut."""
    for name in ("CHAMBERLAIN_LOGIN_ROOT", "CHAMBERLAIN_GRAPH_ROOT"):
        monkeypatch.setenv(name, "http://localhost:9")


def patterns() -> Iterator[URLPattern]:
    """Every address of the browser wing; the API has a walk of its own."""
    yield from (found for found in get_resolver().url_patterns if isinstance(found, URLPattern))


@cache
def certificate() -> UUID:
    """A certificate that no tenant uses yet."""
    return make_certificate(actor=stories.ADMIN).id


def path_to(pattern: URLPattern, peer: Peer) -> str:
    """The address with ids of things that are there."""
    examples = {
        "slug": peer.tenant.slug,
        "token": "not-a-token",
        "guid": peer.person,
        "kind": "role",
        "name": "people",
        "view_id": peer.view,
        "key": peer.permission,
        "run_id": peer.run,
        "plan_id": peer.plan,
        "task_id": peer.task,
        "credential_id": certificate(),
    }
    return reverse(str(pattern.name), kwargs={name: examples[name] for name in pattern.pattern.converters})


def form_of(entry: Address, peer: Peer) -> dict[str, str]:
    """What a form of ours would send."""
    return {name: value.format(slug=peer.tenant.slug, person=peer.person) for name, value in entry.form.items()}


def roles_of(case: str, both: TwoTenants) -> list[Held]:
    where, _, name = case.partition(":")
    here, there = both.here, both.there
    if where == "everywhere":
        return [(Role(name), None, "")]
    if where == "here":
        return [_in(here, Role(name))]
    return [_in(there, role) for role in Role] if where == "there" else []


def _in(peer: Peer, role: Role) -> Held:
    return role, peer.tenant.id, peer.permission if role is Role.APP_ADMIN else ""


def is_let_in(answer: HttpResponseBase) -> bool:
    to_sign_in = answer.status_code == 302 and answer.headers["Location"].startswith("/sign-in")
    return answer.status_code not in (401, 403, 404) and not to_sign_in


def is_allowed(method: str, need: Need, entry: Address, pattern: URLPattern, both: TwoTenants) -> bool:
    """What the table says for the walker's present roles."""
    if isinstance(need, Anyone):
        return True
    actor = active_actor(both.user_id)
    assert actor is not None
    if "slug" in pattern.pattern.converters or (method == "post" and "{slug}" in entry.form.values()):
        return may(actor, need, tenant_id=both.here.tenant.id)
    if entry.somewhere:
        return any(may(actor, need, tenant_id=peer.tenant.id) for peer in (both.here, both.there))
    return may(actor, need)


def walk(client: Client, both: TwoTenants) -> Iterator[Asked]:
    """Asks every address with both methods."""
    for pattern in patterns():
        entry = ADDRESSES[str(pattern.name)]
        if entry.alone:
            continue
        path = path_to(pattern, both.here)
        for method, need in (("get", entry.get), ("post", entry.post)):
            if need is None:
                continue
            answer = client.post(path, form_of(entry, both.here)) if method == "post" else client.get(path)
            answer.close()
            allowed = is_allowed(method, need, entry, pattern, both)
            assert answer.status_code != 429, "the walk was slowed down and shows nothing"
            yield Asked(str(pattern.name), method, path, answer.status_code, allowed, is_let_in(answer))


def wrong(asked: list[Asked]) -> list[Asked]:
    """Doors that stand open and should not, and the other way round."""
    return [one for one in asked if one.let_in is not one.allowed]


def test_every_address_says_who_may_come() -> None:
    assert {str(pattern.name) for pattern in patterns()} == set(ADDRESSES)


@pytest.mark.parametrize("case", CASES)
def test_a_role_opens_what_the_table_says_and_nothing_else(case: str, client: Client, both: TwoTenants) -> None:
    become(both.user_id, *roles_of(case, both))
    asked = [*walk(client, both)]
    assert wrong(asked) == []
    assert len(asked) >= 30
    if case in ("there", "none"):
        in_tenant = {one.status for one in asked if one.path.startswith("/t/")}
        assert in_tenant == {404}, "that the tenant exists is not told"
    if case == "everywhere:administrator":
        assert all(one.allowed for one in asked)


def test_a_method_that_an_address_does_not_have_changes_nothing(client: Client, both: TwoTenants) -> None:
    become(both.user_id, (Role.ADMINISTRATOR, None, ""))
    refused = 0
    for pattern in patterns():
        entry = ADDRESSES[str(pattern.name)]
        for method, need in (("get", entry.get), ("post", entry.post)):
            if need is None:
                assert getattr(client, method)(path_to(pattern, both.here)).status_code == 405, pattern.name
                refused += 1
    assert refused >= 10


def test_somebody_without_the_directory_sees_the_named_permission_and_not_its_neighbour(
    client: Client, both: TwoTenants
) -> None:
    here = both.here
    become(both.user_id, _in(here, Role.APP_ADMIN))
    named = client.get(f"/t/{here.tenant.slug}/permission/{here.permission}")
    assert named.status_code == 200
    assert f"/t/{here.tenant.slug}/people/" not in named.content.decode(), "nothing leads to what is refused"
    for key in (both.there.permission, "group:00000000-0000-4000-8000-000000000000"):
        assert client.get(f"/t/{here.tenant.slug}/permission/{key}").status_code == 403
    mine = client.get(f"/t/{here.tenant.slug}/mine").content.decode()
    assert here.permission in mine


@pytest.fixture
def as_somebody(client: Client, both: TwoTenants) -> Iterator[Client]:
    """The walker with the account of a person of the first tenant."""
    from chamberlain.store.models import User

    User.objects.filter(tenant_guid=both.here.tenant.guid, object_guid=both.here.person).delete()
    kept = User.objects.filter(id=both.user_id).values("tenant_guid", "object_guid")[0]
    User.objects.filter(id=both.user_id).update(tenant_guid=both.here.tenant.guid, object_guid=both.here.person)
    become(both.user_id, _in(both.here, Role.USER))
    yield client
    User.objects.filter(id=both.user_id).update(**kept)


def test_somebody_sees_what_they_have_themselves_and_nobody_else(as_somebody: Client, both: TwoTenants) -> None:
    slug = both.here.tenant.slug
    mine = as_somebody.get(f"/t/{slug}/mine")
    assert mine.status_code == 200
    page = mine.content.decode()
    assert str(both.here.person) in page
    assert f"/t/{slug}/people" not in page
    assert f"/t/{slug}/permission" not in page
    assert as_somebody.get(f"/t/{slug}/people/{both.here.person}").status_code == 200
    assert as_somebody.get(f"/t/{slug}/people/{both.there.person}").status_code == 403
    assert as_somebody.get(f"/t/{slug}/people").status_code == 403
    assert as_somebody.get("/")["Location"] == f"/t/{slug}/mine"


def test_the_walk_sees_an_address_that_was_left_open(
    client: Client, both: TwoTenants, monkeypatch: pytest.MonkeyPatch
) -> None:
    become(both.user_id, _in(both.here, Role.USER))
    monkeypatch.setitem(ADDRESSES, "people", Address(get=Deed.SEE_TENANT))
    assert [one.name for one in wrong([*walk(client, both)])] == ["people"]
