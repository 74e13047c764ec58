"""Dynamic distribution groups, and until when roles are held, as pages, files, the API and the terminal show them."""

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from visitors import use_link

import stories
from chamberlain import clock
from chamberlain.actions.sign_in import issue_sign_in_link
from chamberlain.bootstrap import World
from chamberlain.model.kind import Family, Relation
from chamberlain.model.observed import NIL, Coverage, GrantSeen, PermissionSeen, Whole, key_of
from chamberlain.model.tenant import CredentialKind, Tenant
from chamberlain.store import tenants
from chamberlain.store.staging import Staging
from recorded import Recorder, guid, new_tenant
from terminal import run

FIRST = datetime(2026, 3, 1, 8, tzinfo=UTC)
LATER = FIRST + timedelta(days=2)
ANNA, TEAM, LIST, READER = guid(1), guid(11), guid(21), guid(31)
FILTER = "((RecipientTypeDetails -eq 'UserMailbox') -and (Department -eq '<b>Sales</b>'))"
DYNAMIC, ROLE = key_of(Family.DYNAMIC_DISTRIBUTION, LIST), key_of(Family.ROLE, READER)
PEOPLE, TEAMS = {ANNA: "Anna Weber"}, {TEAM: "Team"}


def told_by_exchange(tenant: Tenant, at: datetime) -> None:
    """One dynamic group, with Anna in it."""
    family = Family.DYNAMIC_DISTRIBUTION
    rule = json.dumps({"dynamic": True, "rule": FILTER})
    seen = PermissionSeen(
        family, "distribution_group", LIST, NIL, DYNAMIC, "Everybody", "", "", "all@recorded.example", rule
    )
    with Staging(tenant_id=tenant.id, run_id=1_000) as staging:
        staging.add([seen], unit="exchange")
        staging.add([GrantSeen(family, ANNA, "other", "", LIST, NIL, Relation.MEMBER, None, 0)], unit="exchange")
        staging.complete("exchange")
        covered = tuple(Coverage(family, (one,)) for one in (Relation.MEMBER, Relation.OWNER))
        staging.merge(Whole(permissions=(family,), grants=covered), seen_at=at)


def connected(tenant: Tenant) -> None:
    """Its page is that of a connection."""
    tenants.save_connection(
        tenant=tenant,
        credential=CredentialKind.INSTALLATION_APP,
        client_id=guid(99),
        secret=None,
        scopes=(),
        concealed_names=None,
        connected_by="Ada",
        now=FIRST,
    )


def until(tenant: Tenant, at: datetime, *, ends: datetime) -> None:
    """Anna holds a role until then."""
    with Staging(tenant_id=tenant.id, run_id=1_001) as staging:
        detail = staging.qualifier(json.dumps({"scope": "/", "ends": ends.isoformat().replace("+00:00", "Z")}))
        staging.add([GrantSeen(Family.ROLE, ANNA, "other", "", READER, NIL, Relation.ASSIGNED, None, detail)], unit="x")
        staging.complete("x")
        staging.merge(Whole(grants=(Coverage(Family.ROLE, (Relation.ASSIGNED,)),)), seen_at=at)


@pytest.fixture(scope="module")
def tenant(world: World) -> Tenant:
    """Exchange told of its groups once; everything else was read again later."""
    found = new_tenant(FIRST)
    recorder = Recorder(found)
    recorder.see(FIRST, people=PEOPLE, groups=TEAMS, roles={READER: "Reports Reader"})
    told_by_exchange(found, FIRST + timedelta(hours=1))
    recorder.see(LATER, people=PEOPLE, groups=TEAMS, roles={READER: "Reports Reader"})
    connected(found)
    until(found, LATER + timedelta(hours=1), ends=clock.now().replace(microsecond=0) + timedelta(days=400))
    return found


@pytest.fixture
def client(world: World) -> Client:
    """The browser of a signed-in administrator."""
    visitor = Client(SERVER_NAME="localhost")
    use_link(visitor, issue_sign_in_link(actor=stories.ADMIN, root="http://localhost"))
    return visitor


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return " ".join(answer.content.decode().split())


def test_the_list_shows_it_by_rule_and_when_it_was_read(client: Client, tenant: Tenant) -> None:
    page = text(client, f"/t/{tenant.slug}/permissions/distribution_group")
    assert "Everybody" in page
    assert "By rule" in page
    assert re.search(r"Not read since <time [^>]*>2026-03-01 09:00</time>", page)
    assert "Dynamic distribution groups are unknown" not in page


def test_where_exchange_never_told_of_any_the_list_says_that_they_are_unknown(client: Client, world: World) -> None:
    other = new_tenant(FIRST)
    connected(other)
    Recorder(other).see(FIRST, people=PEOPLE, groups=TEAMS)
    page = text(client, f"/t/{other.slug}/permissions/distribution_group")
    assert "Dynamic distribution groups are unknown" in page
    assert "Dynamic distribution groups are unknown" not in text(client, f"/t/{other.slug}/permissions")
    assert "unknown: needs Exchange" in text(client, f"/t/{other.slug}/connection")


def test_its_page_shows_the_filter_and_who_is_in_it(client: Client, tenant: Tenant) -> None:
    page = text(client, f"/t/{tenant.slug}/permission/{DYNAMIC}")
    assert "Filter in Exchange" in page
    assert "&lt;b&gt;Sales&lt;/b&gt;" in page
    assert "<b>Sales" not in page
    assert "Exchange looks once a day" in page
    assert "Not read since" in page
    assert "Anna Weber" in page
    assert "by rule" in page
    assert "Nobody owns this group" in page


def test_a_person_is_in_it_by_rule_and_holds_a_role_until_a_day(client: Client, tenant: Tenant) -> None:
    page = text(client, f"/t/{tenant.slug}/people/{ANNA}")
    assert "Everybody" in page
    assert "by rule" in page
    assert "Not read since" in page
    assert "Entra ends it by itself on" in page
    assert "Chamberlain takes it away" not in page
    assert "Entra ends it by itself on" in text(client, f"/t/{tenant.slug}/permission/{ROLE}")


def test_files_have_the_rule_and_the_end(client: Client, tenant: Tenant) -> None:
    def file(path: str) -> list[list[str]]:
        answer = client.get(path)
        content = answer.getvalue().decode("utf-8-sig")
        return list(csv.reader(io.StringIO(content, newline="")))

    lists = file(f"/t/{tenant.slug}/permissions/distribution_group?cols=name,dynamic,rule,people,owners&format=csv")
    assert lists[1] == ["Everybody", "Yes", FILTER, "1", "0"]
    (line,) = file(f"/t/{tenant.slug}/holders/{ROLE}?format=csv")[1:]
    assert any("until 20" in cell for cell in line)


def test_the_connection_tells_when_exchange_told_it_last(client: Client, tenant: Tenant) -> None:
    assert "Dynamic distribution groups" in text(client, f"/t/{tenant.slug}/connection")


def test_the_terminal_tells_the_same(tenant: Tenant) -> None:
    told = run("who", "weber", "--tenant", tenant.slug)
    assert "not read since 2026-03-01 09:00" in told.stdout
    found: dict[str, Any] = json.loads(run("who", "weber", "--tenant", tenant.slug, "--json").stdout)
    held = {one["key"]: one for one in found["holdings"]}
    assert held[DYNAMIC]["not_read_since"].startswith("2026-03-01T09:00")
    assert held[DYNAMIC]["paths"][0]["reason"] == "rule"
    assert held[ROLE]["not_read_since"] is None
    assert held[ROLE]["paths"][0]["until"] is not None
    assert held[ROLE]["paths"][0]["ends_by_us"] is False
