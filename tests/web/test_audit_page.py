"""The page of the audit trail, and which views leave an entry in it."""

import csv
import html
import io
import json
import re
from collections.abc import Callable, Iterator
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.test import Client
from visitors import use_link

import people
import stories
from chamberlain import clock
from chamberlain.actions.sign_in import issue_sign_in_link
from chamberlain.audit.event import EventName, record
from chamberlain.bench.simulated import Simulated
from chamberlain.bootstrap import World
from chamberlain.model.actor import Actor, ActorKind
from chamberlain.model.tenant import Tenant
from chamberlain.settings import load
from chamberlain.store import tenants
from chamberlain.store.connection import rows, transaction
from chamberlain.store.models import EventRow

HOSTILE = '=1+1<script>alert("x")</script>'


@pytest.fixture(scope="module")
def tenant(world: World, start_tenant: Callable[..., Simulated]) -> Iterator[Tenant]:
    simulator = start_tenant(population="golden")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHAMBERLAIN_LOGIN_ROOT", simulator.url)
        patch.setenv("CHAMBERLAIN_GRAPH_ROOT", simulator.url)
        yield stories.connect_and_sync(simulator, load())


@pytest.fixture
def client(world: World) -> Client:
    """Somebody new each time, so that nothing was seen by them before."""
    name = f"Auditor {uuid4().hex[:8]}"
    link = issue_sign_in_link(actor=stories.ADMIN, root="http://localhost", name=name)
    visitor = Client(SERVER_NAME="localhost", HTTP_USER_AGENT="Tested/1.0", REMOTE_ADDR="192.0.2.44")
    assert use_link(visitor, link).status_code == 302
    return visitor


def text(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def body(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode("utf-8-sig")


def latest(tenant: Tenant | None) -> EventRow:
    return EventRow.objects.filter(tenant_id=tenant.id if tenant else None).latest("id")


def plant(tenant: Tenant | None, *, subject: str = HOSTILE, **more: object) -> None:
    actor = Actor(ActorKind.PERSON, "planted", f"Planted {HOSTILE}")
    with transaction():
        record(EventName.QUOTA_SLOWED, actor=actor, tenant_id=tenant.id if tenant else None, subject=subject, **more)


def test_the_page_shows_who_what_why_before_and_after(client: Client, tenant: Tenant) -> None:
    plant(tenant, reason="Asked by phone", before={"share": "100 %"}, after={"share": "40 %"})
    page = text(client, f"/t/{tenant.slug}/audit?what=quota:slowed")
    for shown in ("Syncs slowed down", "Asked by phone", "share before", "100 %", "share after", "40 %", "Last seal"):
        assert shown in page
    assert "<script>alert" not in page


def test_filters_narrow_the_page(client: Client, tenant: Tenant) -> None:
    plant(tenant)
    where = f"/t/{tenant.slug}/audit"
    assert "Planted" in text(client, f"{where}?who=planted")
    assert "Nothing matches" in text(client, f"{where}?who=nobody+at+all")
    assert "Connection created" not in text(client, f"{where}?what=quota:slowed").partition("<tbody>")[2]
    assert "Nothing matches" in text(client, f"{where}?to=2020-01-01")
    assert "Planted" in text(client, f"{where}?from={clock.now():%Y-%m-%d}&to={clock.now():%Y-%m-%d}")
    assert "time_unreadable" in text(client, f"{where}?from=yesterday", status=400)


def test_a_trail_is_read_page_by_page_to_its_end(client: Client, world: World) -> None:
    guid = uuid4()
    other = tenants.save(guid=guid, name="Long", domain=f"l{guid.hex}.example", now=clock.now())
    for _ in range(120):
        plant(other)
    path, seen = f"/t/{other.slug}/audit?who=planted", 0
    while path:
        page = text(client, path)
        seen += page.count('<th scope="row"')
        older = [part.partition('"')[0] for part in page.split('href="') if "before=" in part.partition('"')[0]]
        path = older[0].replace("&amp;", "&") if older else ""
    assert seen == 120


@pytest.mark.parametrize("cursor", ["x", "-1", "9" * 19, "9" * 40, "1 OR 1=1", "²"])
def test_a_made_up_place_is_refused(client: Client, tenant: Tenant, cursor: str) -> None:
    assert client.get(f"/t/{tenant.slug}/audit", {"before": cursor}).status_code == 400


def test_one_tenant_does_not_see_the_trail_of_another(client: Client, tenant: Tenant) -> None:
    guid = uuid4()
    other = tenants.save(guid=guid, name="Other", domain=f"o{guid.hex}.example", now=clock.now())
    plant(other, reason="only over there")
    assert "only over there" in text(client, f"/t/{other.slug}/audit")
    assert "only over there" not in text(client, f"/t/{tenant.slug}/audit")
    assert "only over there" in text(client, "/audit")
    assert "only over there" not in body(client, f"/t/{tenant.slug}/audit?format=json")


def test_an_export_is_whole_harmless_and_an_entry(client: Client, tenant: Tenant) -> None:
    plant(tenant)
    rows = list(csv.DictReader(io.StringIO(body(client, f"/t/{tenant.slug}/audit?format=csv"))))
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    assert any(row["subject"] == f"'{HOSTILE}" for row in rows)
    event = latest(tenant)
    assert (event.name, event.details["format"], event.details["rows"]) == ("audit:exported", "csv", str(len(rows)))
    assert (event.channel, event.ip, event.agent) == ("web", "192.0.2.44", "Tested/1.0")
    assert event.request
    lines = [json.loads(line) for line in body(client, f"/t/{tenant.slug}/audit?format=json").splitlines()]
    assert len(lines) == len(rows) + 1
    assert lines[-1]["event"] == "audit:exported"


@pytest.mark.parametrize(
    ("path", "event", "subject"),
    [
        (f"people/{people.DMITRI}", "person:viewed", str(people.DMITRI)),
        ("audit", "audit:viewed", "trail"),
    ],
)
def test_who_looks_at_what_is_not_for_everybody_leaves_one_entry(
    client: Client, tenant: Tenant, path: str, event: str, subject: str
) -> None:
    text(client, f"/t/{tenant.slug}/{path}")
    seen = latest(tenant)
    assert (seen.name, seen.subject, seen.channel, seen.ip) == (event, subject, "web", "192.0.2.44")
    text(client, f"/t/{tenant.slug}/{path}")  # paging and reloading are one look
    assert latest(tenant).id == seen.id


def test_looking_at_the_holders_of_a_permission_leaves_an_entry(client: Client, tenant: Tenant) -> None:
    listed = text(client, f"/t/{tenant.slug}/permissions")
    path = listed.partition(f'href="/t/{tenant.slug}/permission/')[2].partition('"')[0]
    text(client, f"/t/{tenant.slug}/permission/{path}")
    assert (latest(tenant).name, latest(tenant).subject) == ("holders:viewed", path)


def test_asking_whether_something_is_there_is_no_look(client: Client, tenant: Tenant) -> None:
    before = latest(tenant).id
    assert client.head(f"/t/{tenant.slug}/people/{people.DMITRI}").status_code == 200
    assert client.get(f"/t/{tenant.slug}/people/{uuid4()}").status_code == 404
    assert latest(tenant).id == before


def test_entries_say_what_they_are_about_by_name(client: Client, tenant: Tenant) -> None:
    person, group = named(tenant, "account", "guid"), named(tenant, "permission", "key")
    for subject, name in (person, group, (str(tenant.guid), tenant.name)):
        plant(tenant, subject=subject)
        assert name in column(client, tenant, subject)
    stranger = str(uuid4())
    plant(tenant, subject=stranger)
    assert stranger in column(client, tenant, stranger)


def test_a_name_of_another_tenant_is_not_told(client: Client, tenant: Tenant) -> None:
    other = tenants.save(guid=uuid4(), name="Not for these eyes", domain=f"{uuid4()}.example", now=clock.now())
    plant(tenant, subject=str(other.guid))
    assert "Not for these eyes" not in column(client, tenant, str(other.guid))


def named(tenant: Tenant, table: str, key: str) -> tuple[str, str]:
    """Something of the tenant: what entries call it, and its name."""
    statement = f"SELECT {key}::text AS subject, name FROM {table} WHERE tenant_id = %(tenant)s AND name <> '' LIMIT 1"
    (found,) = rows(statement, {"tenant": tenant.id})
    return found["subject"], found["name"]


def column(client: Client, tenant: Tenant, subject: str) -> str:
    """What the newest entry about this shows in the column of what it is about."""
    page = html.unescape(text(client, f"/t/{tenant.slug}/audit?about={quote(subject)}"))
    found = re.search(r'Only what is about this"><bdi[^>]*>([^<]*)<', page)
    assert found is not None
    return found[1]
