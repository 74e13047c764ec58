"""Data of one tenant never shows in another: every question there is, and every address."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

import pytest
from addresses import ADDRESSES
from django.test import Client
from test_walk import path_to, patterns
from two_tenants import MARK, Peer, TwoTenants, become, marks_of, two_tenants
from visitors import use_link

import chamberlain.queries
import stories
from chamberlain import clock
from chamberlain.actions.sign_in import issue_sign_in_link
from chamberlain.bench.simulated import Simulated
from chamberlain.bootstrap import World
from chamberlain.errors import NotFound, Refused
from chamberlain.model.actor import Actor, Role
from chamberlain.model.audit import Asked
from chamberlain.model.change import Section
from chamberlain.model.cloud import Cloud
from chamberlain.model.kind import Family, Kind, Relation
from chamberlain.model.made import AskedChanges
from chamberlain.model.plan import Change, Subject, SubjectType
from chamberlain.model.verb import Verb
from chamberlain.model.view import ListName
from chamberlain.policy.registration_script import Form
from chamberlain.queries.asked import Asked as Wished
from chamberlain.queries.history import known_since
from chamberlain.queries.people import PeopleFilter
from chamberlain.queries.permissions import PermissionFilter
from chamberlain.store.connection import rows
from chamberlain.store.roles import active_actor

# Functions of queries/ that take no viewer: steps of others, and what concerns no tenant.
OF_NO_TENANT = {
    "actors.actor_of",
    "actors.find_actor",
    "audit.cells",
    "evidence.check_evidence",
    "holdings.first_holdings_of",
    "holdings.holdings_of",
    "holdings.label",
    "holdings.paths_to",
    "known.require_known",
    "mailbox_wishes.of_mailbox",
    "mailbox_wishes.of_mailbox_typed",
    "measures.take_measures",
    "own_sign_in.list_ways_in",
    "own_sign_in.session_handle",
    "problems.list_problems",
    "people.listing_of",
    "people.person_row",
    "permissions.holders_of",
    "plan_document.document",
    "permissions.listing_of",
    "permissions.member_row",
    "permissions.owners_of",
    "permissions.permission_row",
    "readiness.check_readiness",
    "roles.roles_to_give",
    "runs.summary",
    "scopes.line_of",
    "terms.ends_of",
    "wishes.timed",
    "role_ends.are_told",
    "unread.is_told",
    "unread.unread_since",
}
# What only those with a role in the whole installation are told: everybody else is refused.
OF_THE_INSTALLATION = {
    "audit.chain_state",
    "audit.verify_chain",
    "evidence.evidence_key",
    "guards.halted_everywhere",
    "keys.list_keys",
    "registration_script.show_script",  # of a tenant that is not theirs
}
# When asked for what is the other tenant's.
NOTHING_FOUND = {
    "asked.read_asked",
    "credentials.find_certificate",
    "people.match_person",
    "people.match_profile",
    "plans.match_permission",
}
IDS = {"guid", "key", "run_id", "plan_id", "task_id", "view_id", "person", "permission", "run"}


@pytest.fixture(scope="module")
def both(world: World, start_tenant: Callable[..., Simulated]) -> TwoTenants:
    """Two tenants alike."""
    return two_tenants(start_tenant)


@pytest.fixture(scope="module")
def marks(both: TwoTenants) -> set[str]:
    """All that tells of the other tenant."""
    found = marks_of(both.there)
    assert len(found) > 40
    return found


@pytest.fixture
def everywhere(both: TwoTenants) -> Actor:
    """Somebody who may see both: only the question keeps the tenants apart."""
    become(both.user_id, (Role.ADMINISTRATOR, None, ""))
    return _actor(both)


@pytest.fixture
def here_only(both: TwoTenants) -> Actor:
    """Somebody who has a role in the first tenant."""
    become(both.user_id, (Role.ADMINISTRATOR, both.here.tenant.id, ""))
    return _actor(both)


def _actor(both: TwoTenants) -> Actor:
    found = active_actor(both.user_id)
    assert found is not None
    return found


def questions() -> dict[str, Callable[..., Any]]:
    """Every public function of queries/, by module and name."""
    found = {}
    for module in pkgutil.iter_modules(chamberlain.queries.__path__):
        loaded = importlib.import_module(f"chamberlain.queries.{module.name}")
        for name, function in inspect.getmembers(loaded, inspect.isfunction):
            if function.__module__ == loaded.__name__ and not name.startswith("_"):
                found[f"{module.name}.{name}"] = function
    return found


ASKED = {name: one for name, one in questions().items() if "viewer" in inspect.signature(one).parameters}


def values(both: TwoTenants, peer: Peer, viewer: Actor) -> dict[str, Any]:
    """What questions ask for, by the name of the parameter; ids are of the given tenant."""
    since = known_since(viewer=stories.ADMIN, tenant=both.here.tenant)
    return {
        "viewer": viewer,
        "tenant": both.here.tenant,
        "slug": both.here.tenant.slug,
        "tenant_ids": [both.here.tenant.id],
        "tenant_id": both.here.tenant.id,
        "other_guid": str(both.there.tenant.guid),
        "asked": Asked(tenant_id=both.here.tenant.id),
        "credential_id": both.there.credential,
        "guid": peer.person,
        "person": peer.person,
        "key": peer.permission,
        "permission": peer.permission,
        "run_id": peer.run,
        "plan_id": peer.plan,
        "task_id": peer.task,
        "wanted": AskedChanges(),
        "listed": f"{peer.person},{peer.permission},remove",
        "changes": (Change(Verb.REMOVE_MEMBER, Subject(str(peer.person)), peer.permission),),
        "subjects": (Subject(str(peer.person)), Subject(peer.permission.partition(":")[2], SubjectType.GROUP)),
        "accounts": (f"account:{peer.person}",),
        "keys": (peer.permission,),
        "guids": services_of(peer),
        "services": services_of(peer),
        "licence": licence_of(peer),
        "kinds": tuple(Kind),
        "family": Family.GROUP,
        "relation": Relation.MEMBER,
        "with_groups": True,
        "view_id": peer.view,
        "list_name": ListName.PEOPLE,
        "begin": since,
        "end": clock.now(),
        "until": 2**31,
        "cloud": Cloud.GLOBAL,
        "form": next(iter(Form)),
        "section": next(iter(Section)),
        "columns": ("name",),
        "text": MARK,
        "size": 50,
        "limit": 50,
    }


def licence_of(peer: Peer) -> str:
    """The key of a licence in this tenant."""
    return str(of_family(peer, Family.LICENCE)[0]["key"])


def services_of(peer: Peer) -> tuple[str, ...]:
    """Ids of services in licences of this tenant; Microsoft's, so that both tenants have some of them."""
    return tuple(sorted({str(row["guid"]) for row in of_family(peer, Family.SERVICE_PLAN)}))


def of_family(peer: Peer, family: Family) -> list[dict[str, Any]]:
    statement = (
        "SELECT key, guid FROM permission WHERE tenant_id = %(tenant)s AND family = %(family)s AND gone_at IS NULL"
    )
    return rows(statement, {"tenant": peer.tenant.id, "family": int(family)})


def arguments(name: str, known: Mapping[str, Any]) -> dict[str, Any]:
    """Values for every parameter that a question has to be given, and for every id that it may be given."""
    chosen: dict[str, Any] = {}
    for parameter in inspect.signature(ASKED[name]).parameters.values():
        if parameter.name == "filter":
            chosen["filter"] = PermissionFilter() if "permission" in name else PeopleFilter()
        elif parameter.name == "run":
            chosen["run"] = stories.find_run(viewer=stories.ADMIN, tenant=known["tenant"], run_id=known["own_run"])
        elif name == "asked.read_asked" and parameter.name == "asked":
            chosen["asked"] = [Wished(Verb.BLOCK, MARK)]
        elif parameter.name == "tenant_id" and parameter.annotation is str:
            chosen["tenant_id"] = known["other_guid"]
        elif parameter.name in known and (parameter.default is parameter.empty or parameter.name in IDS):
            chosen[parameter.name] = known[parameter.name]
        else:
            assert parameter.default is not parameter.empty, f"say what {name} is asked for: {parameter.name}"
    return chosen


def told(answer: object) -> str:
    """All that an answer has, also what comes only when it is read."""
    if hasattr(answer, "__enter__"):
        with answer as opened:
            return told(opened)
    if isinstance(answer, Iterable) and not isinstance(answer, str | bytes | Mapping | tuple | list | set | frozenset):
        return repr([*answer])
    return repr(answer)


def ask(name: str, both: TwoTenants, viewer: Actor, *, ids_of: Peer) -> str:
    known = {**values(both, ids_of, viewer), "own_run": both.here.run}
    return told(ASKED[name](**arguments(name, known)))


def shown(text: str, marks: set[str]) -> set[str]:
    return {mark for mark in marks if mark in text}


def test_every_question_asks_who_is_asking() -> None:
    assert set(questions()) - set(ASKED) == OF_NO_TENANT
    assert len(ASKED) >= 40


@pytest.mark.parametrize("name", sorted(ASKED))
def test_a_question_about_one_tenant_is_not_answered_with_the_other(
    name: str, both: TwoTenants, here_only: Actor, marks: set[str]
) -> None:
    if name in OF_THE_INSTALLATION:
        with pytest.raises(Refused, match="not_allowed"):
            ask(name, both, here_only, ids_of=both.here)
        return
    if name in NOTHING_FOUND:
        with pytest.raises(NotFound):
            ask(name, both, here_only, ids_of=both.here)
        return
    found = ask(name, both, here_only, ids_of=both.here)
    assert shown(found, marks) == set()


@pytest.mark.parametrize("name", sorted(name for name in ASKED if IDS & set(inspect.signature(ASKED[name]).parameters)))
def test_ids_of_the_other_tenant_name_nothing_here(
    name: str, both: TwoTenants, everywhere: Actor, marks: set[str]
) -> None:
    if {"run"} == IDS & set(inspect.signature(ASKED[name]).parameters):
        return  # is given what another question found
    try:
        found = ask(name, both, everywhere, ids_of=both.there)
    except NotFound:
        return
    assert shown(found, marks - {str(both.there.person), both.there.permission}) == set()


def test_the_check_sees_a_question_that_forgets_the_tenant(
    both: TwoTenants, everywhere: Actor, marks: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = ASKED["people.list_people"]
    careless = lambda *, viewer, tenant, filter: real(viewer=viewer, tenant=both.there.tenant, filter=filter)  # noqa: E731
    monkeypatch.setitem(ASKED, "people.list_people", careless)
    assert MARK in shown(ask("people.list_people", both, everywhere, ids_of=both.here), marks)


@pytest.fixture(scope="module")
def client(both: TwoTenants) -> Client:
    """A signed-in browser."""
    visitor = Client(SERVER_NAME="localhost")
    link = issue_sign_in_link(actor=stories.ADMIN, root="http://localhost", name="Walker")
    assert use_link(visitor, link).status_code == 302
    return visitor


def pages(peer: Peer, *, beyond: bool) -> Iterator[tuple[str, str]]:
    """Every address that can be looked at, with ids of this tenant."""
    for pattern in patterns():
        entry = ADDRESSES[str(pattern.name)]
        if entry.get is not None and not entry.alone and (beyond or "slug" in pattern.pattern.converters):
            yield str(pattern.name), path_to(pattern, peer)


def read(client: Client, path: str) -> tuple[int, str]:
    answer = client.get(path, follow=True)  # a list may open with a view
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[arg-type]
    return answer.status_code, content.decode()


def test_no_page_of_one_tenant_shows_the_other(
    client: Client, both: TwoTenants, here_only: Actor, marks: set[str]
) -> None:
    looked = 0
    for name, path in pages(both.here, beyond=True):
        for query in ("", "?format=csv", f"?q={MARK}", "?show=history"):
            status, page = read(client, path + query)
            assert status < 500, (name, query)
            allowed = {MARK} if query == f"?q={MARK}" else set()  # what was typed is repeated
            assert shown(page, marks - allowed) == set(), (name, query)
            looked += status == 200
    assert looked >= 60


def test_an_id_of_the_other_tenant_in_an_address_leads_nowhere(
    client: Client, both: TwoTenants, everywhere: Actor, marks: set[str]
) -> None:
    theirs = dict(pages(both.there, beyond=False))
    tried = 0
    for name, path in pages(both.here, beyond=False):
        mixed = theirs[name].replace(f"/t/{both.there.tenant.slug}/", f"/t/{both.here.tenant.slug}/")
        if mixed == path:
            continue
        status, _page = read(client, mixed)
        assert status == 404, name
        tried += 1
    assert tried >= 4
    view = f"/t/{both.here.tenant.slug}/views/{both.there.view}"
    for do in ("rename", "overwrite", "share", "default", "delete"):
        assert client.post(view, {"do": do, "name": "mine now"}).status_code == 404


def test_a_page_that_is_not_there_stands_in_the_tenant_of_its_address(
    client: Client, both: TwoTenants, everywhere: Actor
) -> None:
    for peer, other in ((both.there, both.here), (both.here, both.there)):
        status, page = read(client, f"/t/{peer.tenant.slug}/permission/nonsense")  # the first page of this visit
        assert status == 404
        assert f'href="/t/{peer.tenant.slug}/people"' in page
        assert f'href="/t/{other.tenant.slug}/people"' not in page


def test_who_has_no_role_in_the_other_tenant_finds_none_of_it(
    client: Client, both: TwoTenants, here_only: Actor
) -> None:
    for name, path in pages(both.there, beyond=False):
        assert read(client, path)[0] == 404, name
    assert both.there.tenant.slug not in read(client, "/tenants")[1]


def test_a_filter_of_an_api_or_a_list_cannot_name_the_other_tenant(
    client: Client, both: TwoTenants, here_only: Actor, marks: set[str]
) -> None:
    slug, other = both.here.tenant.slug, both.there.tenant
    for query in (f"tenant={other.slug}", f"tenant_id={other.id}", f"slug={other.slug}", f"tenant={other.guid}"):
        status, page = read(client, f"/t/{slug}/people?{query}")
        assert status == 200
        assert shown(page, marks - {str(other.guid)}) == set(), query  # what was typed is repeated


def test_the_switcher_keeps_the_part_and_never_the_thing(client: Client, both: TwoTenants) -> None:
    become(both.user_id, *((Role.ADMINISTRATOR, peer.tenant.id, "") for peer in (both.here, both.there)))
    here, there = both.here.tenant.slug, both.there.tenant.slug
    for path, goes in (
        ("people", "people"),
        (f"people/{both.here.person}", "people"),
        (f"permission/{both.here.permission}", "permissions"),
        ("permissions/role", "permissions/role"),
        (f"runs/{both.here.run}", "runs"),
        ("licences", "licences"),
        ("search?q=a", ""),
    ):
        assert f'href="/t/{there}/{goes}"' in read(client, f"/t/{here}/{path}")[1], path


def test_the_switcher_leads_to_the_beginning_where_the_part_may_not_be_seen(client: Client, both: TwoTenants) -> None:
    become(
        both.user_id,
        (Role.ADMINISTRATOR, both.here.tenant.id, ""),
        (Role.USER, both.there.tenant.id, ""),
    )
    page = read(client, f"/t/{both.here.tenant.slug}/people")[1]
    assert f'href="/t/{both.there.tenant.slug}/mine"' in page
    assert f'href="/t/{both.there.tenant.slug}/people"' not in page


def test_somebody_of_one_tenant_is_nobody_in_another_with_the_same_object_id(both: TwoTenants) -> None:
    from chamberlain.policy.authority import is_self
    from chamberlain.store.models import User
    from chamberlain.store.roles import actor_of

    user = User(id=UUID(int=5), tenant_guid=both.there.tenant.guid, object_guid=both.here.person, subject="x", name="X")
    assert not is_self(actor_of(user), tenant=both.here.tenant, guid=both.here.person)
