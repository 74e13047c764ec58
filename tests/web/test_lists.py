"""Lists that people work with: columns, views and files, asked for as a browser asks."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.test import Client
from visitors import use_link

import stories
from chamberlain.actions.sign_in import issue_sign_in_link
from chamberlain.bench.large_tenant import Size, fill, filled
from chamberlain.bootstrap import World
from chamberlain.model.actor import Role
from chamberlain.model.kind import Kind
from chamberlain.model.tenant import Tenant
from chamberlain.model.view import MOST_VIEWS, ListName
from chamberlain.policy.cells import harmless
from chamberlain.store.connection import connect, rows
from chamberlain.store.models import ColumnsRow, DefaultViewRow, ViewRow
from chamberlain.web import columns
from chamberlain.web.lists import SPECS
from workers import wait_until

HOSTILE = '=HYPERLINK("http://example.com","x")'
RIGHT_TO_LEFT = "נועה לוי"


@pytest.fixture(scope="module")
def tenant(world: World) -> Tenant:
    """Nine hundred people in four hundred groups."""
    return filled() or fill(Size(users=900, groups=400, memberships=4500, seed=3))


@pytest.fixture(autouse=True)
def nothing_kept(tenant: Tenant) -> Iterator[None]:
    """Every test begins without views and chosen columns. Other tests keep theirs in other tenants."""
    yield
    DefaultViewRow.objects.filter(tenant_id=tenant.id).delete()
    ViewRow.objects.filter(tenant_id=tenant.id).delete()
    ColumnsRow.objects.all().delete()


@pytest.fixture
def client(world: World) -> Client:
    """The browser of a signed-in administrator."""
    return signed_in("Administrator")


@pytest.fixture
def colleague(world: World) -> Client:
    """The browser of another one."""
    return signed_in("Colleague")


@pytest.fixture
def call_somebody(tenant: Tenant) -> Iterator[Callable[[str], str]]:
    """Gives one person another name until the test is over, and tells who it is."""
    found = rows(
        "SELECT guid::text AS guid, name FROM account WHERE tenant_id = %(tenant)s AND type = 'member' "
        "ORDER BY id LIMIT 1",
        {"tenant": tenant.id},
    )[0]

    def called(name: str) -> str:
        with connect() as connection:
            connection.execute(
                "UPDATE account SET name = %s WHERE tenant_id = %s AND guid = %s", (name, tenant.id, found["guid"])
            )
        return str(found["guid"])

    yield called
    called(found["name"])


def signed_in(name: str) -> Client:
    """Somebody who has used a link."""
    link = issue_sign_in_link(actor=stories.ADMIN, root="http://localhost", name=name)
    visitor = Client(SERVER_NAME="localhost")
    assert use_link(visitor, link).status_code == 302
    return visitor


def people_of(tenant: Tenant) -> str:
    return f"/t/{tenant.slug}/people"


def text(client: Client, path: str, *, status: int = 200) -> str:
    """What the page says."""
    answer = client.get(path)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def heads(page: str) -> list[str]:
    """The columns of the table."""
    table = page[page.index("<thead>") : page.index("</thead>")]
    return re.findall(r'<span class="block truncate">([^<]*)</span>', table)


def file(client: Client, path: str) -> tuple[Any, list[list[str]]]:
    """The download and its lines."""
    answer = client.get(path)
    assert answer.status_code == 200
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    answer.close()
    assert content.startswith("\ufeff".encode())
    return answer, list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def choose(client: Client, tenant: Tenant, *wanted: str, **more: str) -> Any:
    """Sends the form of the column chooser."""
    return client.post(f"/t/{tenant.slug}/lists/people/columns", {"col": wanted, **more})


def save(client: Client, tenant: Tenant, name: str, query: str = "", **more: str) -> Any:
    """Sends the form that keeps a view of people."""
    return client.post(f"/t/{tenant.slug}/lists/people/views", {"name": name, "query": query, **more})


def views_of(tenant: Tenant) -> QuerySet[ViewRow]:
    return ViewRow.objects.filter(tenant_id=tenant.id)


def events(name: str) -> list[dict[str, Any]]:
    return rows("SELECT subject, details, actor_name FROM event WHERE name = %(name)s ORDER BY id", {"name": name})


def test_columns_stand_in_the_address_in_their_order(client: Client, tenant: Tenant) -> None:
    assert heads(text(client, people_of(tenant))) == ["Name", "Department", "Job title", "Licences", "Roles"]
    page = text(client, people_of(tenant) + "?cols=city,name,mail,nonsense,mail")
    assert heads(page) == ["City", "Name", "Mail"]
    assert "cols=city,name,mail&" in page or "cols=city,name,mail&amp;" in page
    assert heads(text(client, people_of(tenant) + "?cols=mail")) == ["Name", "Mail"]
    assert heads(text(client, people_of(tenant) + "?cols=nonsense"))[0] == "Name"


@pytest.mark.parametrize("name", [*SPECS], ids=lambda name: name.value)
def test_every_column_of_every_list_can_be_shown_and_taken_away(client: Client, tenant: Tenant, name: ListName) -> None:
    path = people_of(tenant) if name is ListName.PEOPLE else f"/t/{tenant.slug}/permissions"
    path += f"/{name.value}" if name.kind else ""
    every = [column.id for column in SPECS[name].columns]
    page = text(client, f"{path}?cols={','.join(every)}")
    labels = [str(column.label) for column in SPECS[name].columns]
    assert heads(page) == labels
    lines = file(client, f"{path}?cols={','.join(every)}&format=csv")[1]
    assert lines[0] == labels
    assert {len(line) for line in lines} == {len(labels)}
    assert len(lines) > 1


def test_chosen_columns_are_remembered_for_their_person_and_list_only(
    client: Client, colleague: Client, tenant: Tenant
) -> None:
    answer = choose(client, tenant, "mail", "name", query="type=guest&evil=1")
    assert parse_qs(urlsplit(answer["Location"]).query) == {"type": ["guest"], "cols": ["mail,name"]}
    assert heads(text(client, people_of(tenant))) == ["Mail", "Name"]
    assert heads(text(colleague, people_of(tenant)))[0] == "Name"
    assert "Direct" in heads(text(client, f"/t/{tenant.slug}/permissions"))
    answer = choose(client, tenant, reset="yes", query="type=guest&cols=mail,name")
    assert parse_qs(urlsplit(answer["Location"]).query) == {"type": ["guest"]}
    assert heads(text(client, people_of(tenant)))[1] == "Department"


@pytest.mark.parametrize(
    ("move", "expected"),
    [
        ("mail:up", "mail,name,city"),
        ("mail:down", "name,city,mail"),
        ("name:up", "name,mail,city"),
        ("city:down", "name,mail,city"),
        ("nothing:up", "name,mail,city"),
        ("mail:sideways", "name,mail,city"),
    ],
)
def test_a_column_moves_without_script_and_the_chooser_stays_open(
    client: Client, tenant: Tenant, move: str, expected: str
) -> None:
    answer = choose(client, tenant, "name", "mail", "city", move=move)
    assert parse_qs(urlsplit(answer["Location"]).query)["cols"] == [expected]
    assert "<details" in text(client, answer["Location"])
    assert re.search(r"<details[^>]*data-menu open>", text(client, answer["Location"]))


def test_a_view_keeps_filters_sort_and_columns_and_knows_when_it_was_changed(client: Client, tenant: Tenant) -> None:
    answer = save(client, tenant, "  Guests \n of  Sales ", "type=guest&sort=newest&cols=name,mail&cursor=x&evil=1")
    view = views_of(tenant).get()
    assert (view.name, view.query) == ("Guests of Sales", "type=guest&sort=newest&cols=name,mail")
    assert answer["Location"] == f"{people_of(tenant)}?{view.query}&view={view.id}"
    page = text(client, answer["Location"])
    assert heads(page) == ["Name", "Mail"]
    assert re.search(r'aria-current="page"><bdi[^>]*>Guests of Sales</bdi></a>', page)
    assert "Save the changes to" not in page
    changed = text(client, answer["Location"].replace("sort=newest", "sort=department"))
    assert "Save the changes to" in changed
    done = client.post(f"/t/{tenant.slug}/views/{view.id}", {"do": "overwrite", "query": "state=blocked&cols=name"})
    assert done["Location"] == f"{people_of(tenant)}?state=blocked&cols=name&view={view.id}"
    assert [event["details"]["query"] for event in events("view:saved")[-2:]] == [view.query, "state=blocked&cols=name"]


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("", 400, "view_name_empty"),
        (" \u0000\t ", 400, "view_name_empty"),
        ("x" * 200, 400, "view_name_long"),
        ("GUESTS", 409, "view_name_taken"),
    ],
)
def test_a_name_that_will_not_do_is_said_in_one_sentence_and_keeps_the_query(
    client: Client, tenant: Tenant, name: str, status: int, code: str
) -> None:
    save(client, tenant, "Guests")
    answer = save(client, tenant, name, "type=guest")
    page = answer.content.decode()
    assert answer.status_code == status
    assert code in page
    assert 'name="query" value="type=guest&amp;cols=' in page
    assert [view.name for view in views_of(tenant)] == ["Guests"]
    view = views_of(tenant).get()
    save(client, tenant, "Other")
    other = views_of(tenant).exclude(id=view.id).get()
    refused = client.post(f"/t/{tenant.slug}/views/{other.id}", {"do": "rename", "name": name})
    assert (refused.status_code, code in refused.content.decode()) == (status, True)


def test_two_people_and_two_lists_may_use_the_same_name(client: Client, colleague: Client, tenant: Tenant) -> None:
    assert save(client, tenant, "Mine").status_code == 302
    assert save(colleague, tenant, "Mine").status_code == 302
    assert client.post(f"/t/{tenant.slug}/lists/role/views", {"name": "Mine"}).status_code == 302


def test_somebody_elses_view_is_seen_only_when_shared_and_never_changed(
    client: Client, colleague: Client, tenant: Tenant
) -> None:
    save(client, tenant, "Quiet one", "type=guest")
    view = views_of(tenant).get()
    there = f"/t/{tenant.slug}/views/{view.id}"
    assert "Quiet one" not in text(colleague, people_of(tenant))
    assert colleague.post(there, {"do": "default"}).status_code == 404
    assert client.post(there, {"do": "share"}).status_code == 302
    page = text(colleague, people_of(tenant))
    assert "Quiet one" in page
    assert "shared by Administrator" in page
    for deed in ({"do": "rename", "name": "Stolen"}, {"do": "overwrite", "query": ""}, {"do": "unshare"}):
        assert colleague.post(there, deed).status_code == 404
    view.refresh_from_db()
    assert (view.name, view.query, view.shared) == ("Quiet one", view.query, True)
    assert colleague.post(there, {"do": "nonsense"}).status_code == 404


def test_a_list_opens_with_the_view_one_has_chosen_and_leaves_it_again(
    client: Client, colleague: Client, tenant: Tenant
) -> None:
    save(client, tenant, "Guests", "type=guest", shared="on", default="on")
    view = views_of(tenant).get()
    opened = client.get(people_of(tenant))
    assert opened["Location"] == f"{people_of(tenant)}?{view.query}&view={view.id}"
    page = text(client, opened["Location"])
    assert f'href="{people_of(tenant)}?view=all"' in page
    everybody = text(client, people_of(tenant) + "?view=all")
    assert re.search(r'aria-current="page">All</a>', everybody)
    filtered = text(client, people_of(tenant) + "?state=blocked")
    assert f'href="{people_of(tenant)}?view=all"' in filtered, "taking off the last filter must not lead to the view"
    assert colleague.get(people_of(tenant)).status_code == 200
    colleague.post(f"/t/{tenant.slug}/views/{view.id}", {"do": "default"})
    assert colleague.get(people_of(tenant)).status_code == 302
    client.post(f"/t/{tenant.slug}/views/{view.id}", {"do": "unshare"})
    assert colleague.get(people_of(tenant)).status_code == 200, "a view that is gone for them opens nothing"
    client.post(f"/t/{tenant.slug}/views/{view.id}", {"do": "delete"})
    assert client.get(people_of(tenant)).status_code == 200
    assert events("view:deleted")[-1]["details"] == {"list": "people", "called": "Guests"}
    assert client.post(f"/t/{tenant.slug}/views/{view.id}", {"do": "delete"}).status_code == 404
    assert client.get(f"{people_of(tenant)}?view={view.id}").status_code == 200


def test_nobody_keeps_views_without_end(client: Client, tenant: Tenant) -> None:
    owner = get_user_model().objects.get(name="Administrator")
    ViewRow.objects.bulk_create(
        ViewRow(tenant_id=tenant.id, owner=owner, list="people", name=str(number), query="", saved_at=owner.created_at)
        for number in range(MOST_VIEWS)
    )
    assert "views_too_many" in save(client, tenant, "One more").content.decode()


def test_the_file_holds_every_row_of_the_list_in_its_order_and_nothing_else(client: Client, tenant: Tenant) -> None:
    asked = "?state=active&sort=department&cols=department,name,object_id"
    answer, lines = file(client, people_of(tenant) + asked + "&format=csv")
    expected = rows(
        "SELECT department, name, guid::text AS guid FROM account WHERE tenant_id = %(tenant)s AND gone_at IS NULL "
        "AND enabled AND type IN ('member', 'guest') ORDER BY lower(department), lower(name), id",
        {"tenant": tenant.id},
    )
    assert lines[0] == ["Department", "Name", "Object ID"]
    assert lines[1:] == [[harmless(row["department"]), harmless(row["name"]), row["guid"]] for row in expected]
    assert len(lines) > 500, "more than a page and more than a piece"
    assert re.fullmatch(
        rf'attachment; filename="{tenant.slug}-people-\d{{4}}-\d\d-\d\d\.csv"', answer["Content-Disposition"]
    )
    event = events("list:exported")[-1]
    assert (event["subject"], event["details"]) == (
        "list:people",
        {"rows": str(len(expected)), "query": "state=active&sort=department&cols=department,name,object_id"},
    )


def test_the_file_of_permissions_says_what_is_unknown(client: Client, tenant: Tenant) -> None:
    kind = Kind.DISTRIBUTION_GROUP.value
    _, lines = file(client, f"/t/{tenant.slug}/permissions/{kind}?cols=name,owners&format=csv")
    known = rows(
        "SELECT name, owners FROM permission WHERE tenant_id = %(tenant)s AND kind = %(kind)s AND gone_at IS NULL",
        {"tenant": tenant.id, "kind": kind},
    )
    assert 0 in {row["owners"] for row in known}
    told = [[harmless(row["name"]), str(row["owners"] or "unknown")] for row in known]
    assert sorted(lines[1:]) == sorted(told), "that there is no owner is what Graph does not tell"


def test_holders_are_taken_away_with_every_path(client: Client, tenant: Tenant) -> None:
    found = rows(
        "SELECT key, people FROM permission WHERE tenant_id = %(tenant)s AND family = 1 AND gone_at IS NULL "
        "ORDER BY people DESC LIMIT 3",
        {"tenant": tenant.id},
    )
    for permission in found:
        page = text(client, f"/t/{tenant.slug}/permission/{permission['key']}")
        link = re.search(r'href="(/t/[^"]+/holders/[^"]+)"', page)
        assert link
        _, lines = file(client, link[1].replace("&amp;", "&"))
        assert lines[0] == ["Name", "User name", "Type", "State", "Path", "Since", "Object ID"]
        assert len({line[6] for line in lines[1:]}) == len(lines) - 1 >= permission["people"] > 0
        assert all(line[4] for line in lines[1:]), "nobody holds it without a path"
        assert [line[0].lower() for line in lines[1:51]] != []
    assert len(lines) > 50
    assert events("list:exported")[-1]["subject"] == "list:holders"
    assert found[-1]["key"].replace(":", "%3A") in events("list:exported")[-1]["details"]["query"]
    assert client.get(f"/t/{tenant.slug}/holders/nonsense").status_code == 404


@pytest.mark.parametrize("path", ["licences", "runs"])
def test_short_lists_are_taken_away_too(client: Client, tenant: Tenant, path: str) -> None:
    assert 'href="?format=csv"' in text(client, f"/t/{tenant.slug}/{path}")
    _, lines = file(client, f"/t/{tenant.slug}/{path}?format=csv")
    assert len(lines) > 1
    assert {len(line) for line in lines} == {len(lines[0])}


@pytest.mark.parametrize("name", [HOSTILE, "+1", "-1", "@x", "\tx", "\rx", "\uff1dx"])
def test_no_name_becomes_a_formula(
    client: Client, tenant: Tenant, call_somebody: Callable[[str], str], name: str
) -> None:
    guid = call_somebody(name)
    _, lines = file(client, people_of(tenant) + "?cols=name,object_id,licences&format=csv")
    assert [line[0] for line in lines if line[1] == guid] == ["'" + name]
    assert all(line[2].isdigit() for line in lines[1:]), "numbers stay numbers"


def test_names_of_any_script_arrive(client: Client, tenant: Tenant, call_somebody: Callable[[str], str]) -> None:
    call_somebody(RIGHT_TO_LEFT)
    _, lines = file(client, people_of(tenant) + "?cols=name&format=csv")
    assert [RIGHT_TO_LEFT] in lines
    page = text(client, people_of(tenant) + f"?q={RIGHT_TO_LEFT}")
    assert f"<bdi>{RIGHT_TO_LEFT}</bdi>" in page


def test_looking_ahead_takes_nothing_away_and_a_file_needs_the_right(client: Client, tenant: Tenant) -> None:
    before = len(events("list:exported"))
    assert client.head(people_of(tenant) + "?format=csv").status_code == 200
    assert len(events("list:exported")) == before
    with stories.without_role("Administrator", instead=Role.USER, tenant=tenant):
        assert client.get(people_of(tenant) + "?format=csv").status_code == 403
        assert save(client, tenant, "X").status_code == 403
        assert choose(client, tenant, "mail").status_code == 403
    assert len(events("list:exported")) == before


def test_a_download_that_is_broken_off_leaves_no_connection_behind(client: Client, tenant: Tenant) -> None:
    def open_ones() -> set[int]:
        return {row["pid"] for row in rows("SELECT pid FROM pg_stat_activity WHERE state = 'idle in transaction'", {})}

    before = open_ones()
    answer: Any = client.get(people_of(tenant) + "?format=csv")
    its_own = open_ones() - before
    assert len(its_own) == 1
    assert next(iter(answer.streaming_content)).startswith("\ufeff".encode())
    answer.close()
    wait_until(lambda: not its_own & open_ones())  # the server says so once it has noticed


def test_the_first_columns_that_everybody_sees_exist() -> None:
    assert set(columns.PEOPLE_USUAL) <= {column.id for column in columns.PEOPLE}
    for spec in SPECS.values():
        assert spec.known(spec.usual) == spec.usual


def test_the_page_of_views_teaches_where_there_are_none(client: Client, tenant: Tenant) -> None:
    assert "No views yet" in text(client, f"/t/{tenant.slug}/lists/people/views")
    assert client.get(f"/t/{tenant.slug}/lists/runs/views").status_code == 404
