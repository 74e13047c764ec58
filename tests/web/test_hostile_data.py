"""Names arrive from strangers: whatever they hold, pages show it as text, and files hold no formula."""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from django.test import Client
from django.urls import resolve
from test_pages import signed_in

import stories
from chamberlain.bench.simulated import Simulated
from chamberlain.bootstrap import World
from chamberlain.model.tenant import Tenant
from chamberlain.policy.cells import FORMULA
from chamberlain.settings import load
from chamberlain.store.connection import rows, transaction

EVIL = (
    "=cmd|'/c calc'!A0<script>evil()</script>\"'><evil-tag onload=evil()><a href=javascript:evil()>{{ 7 }}"
    "\u202e\u2066&lt;"
)
PLACES = {
    "account": ("name", "user_name", "mail", "department", "job_title"),
    "permission": ("name", "description", "app", "mail"),
    "sync_run": ("actor_name",),
    "consent": ("application",),
}
TEXTS = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()"
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
ISOLATING = {"bdi", "option", "textarea", "title"}
PER_ROUTE = 3
MOST_PAGES = 100
NUMBER = re.compile(r"-\d+")


@pytest.fixture(scope="module")
def tenant(world: World, start_tenant: Callable[..., Simulated]) -> Tenant:
    """A synced tenant whose every name was made by somebody who means harm."""
    simulator = start_tenant(population="golden")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHAMBERLAIN_LOGIN_ROOT", simulator.url)
        patch.setenv("CHAMBERLAIN_GRAPH_ROOT", simulator.url)
        synced = stories.connect_and_sync(simulator, load())
    spoil(synced)
    return synced


def spoil(tenant: Tenant) -> None:
    """Puts harm into every text that came from Microsoft or from people; each third is long, too."""
    there = {(row["table_name"], row["column_name"]) for row in rows(TEXTS, {})}
    with transaction():
        for table, columns in PLACES.items():
            for column in columns:
                if (table, column) not in there:
                    continue
                change = f"UPDATE {table} SET {column} = %(evil)s || CASE WHEN hashtext({column}) %% 3 = 0 THEN "
                change += "repeat('x', 10000) ELSE '' END WHERE tenant_id = %(tenant)s RETURNING 1"
                assert rows(change, {"evil": EVIL, "tenant": tenant.id}) is not None
        rows("UPDATE tenant SET name = %(evil)s WHERE id = %(tenant)s RETURNING 1", {"evil": EVIL, "tenant": tenant.id})


class Page(HTMLParser):
    """What a browser makes of a page: its elements, and what it would run."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.wrong: list[str] = []
        self.text: list[str] = []
        self.loose: list[str] = []
        self._isolated: list[bool] = [False]
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in VOID:
            self._isolated.append(self._isolated[-1] or tag in ISOLATING or given.get("dir") == "auto")
        self.wrong += [tag] if tag.startswith("evil") or (tag == "script" and "src" not in given) else []
        self.wrong += [
            f"{tag} {name}" for name in given if name.startswith(("on", "hx-on")) or "<" in name or '"' in name
        ]
        for name in ("href", "src", "action", "formaction", "hx-get", "hx-post"):
            value = (given.get(name) or "").strip()
            self.wrong += [value] if re.match(r"(javascript|data|vbscript):", value, re.IGNORECASE) else []
            self.links += [value] if name in ("href", "hx-get") and value else []

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        if "\u202e" in data and not self._isolated[-1]:
            self.loose.append(data.strip())

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and len(self._isolated) > 1:
            self._isolated.pop()


def crawl(client: Client, begin: str) -> Iterator[tuple[str, object, str]]:
    """Pages that links lead to, a few of each kind: their path, their answer and their text."""
    waiting, seen, kinds = [begin], {begin}, Counter[str]()
    while waiting and sum(kinds.values()) < MOST_PAGES:
        path = waiting.pop(0)
        kind = resolve(urlsplit(path).path).view_name
        if kinds[kind] >= PER_ROUTE:
            continue
        kinds[kind] += 1
        answer = client.get(path)
        is_page = answer.headers.get("Content-Type", "").startswith("text/html")
        text = answer.content.decode() if is_page else ""
        for _part in answer.streaming_content if answer.streaming else ():
            pass  # a file that nobody takes keeps its connection
        yield path, answer, text
        for link in Page(text).links:
            to = urldefrag(urljoin(path, link)).url
            is_ours = to.startswith("/") and not to.startswith(("/static/", "/sign-", "//")) and "format=" not in to
            if is_ours and to not in seen:
                seen.add(to)
                waiting.append(to)


def test_every_page_shows_harm_as_text(tenant: Tenant) -> None:
    harmed, kinds, loose = 0, set(), []
    for path, answer, text in crawl(signed_in(), f"/t/{tenant.slug}/"):
        status, view = answer.status_code, resolve(urlsplit(path).path).view_name  # type: ignore[attr-defined]  # Django's test client types it so
        assert status < 400 or (status, view) == (409, "capabilities"), (path, status)
        page = Page(text)
        assert page.wrong == [], path
        loose += [(path, text[:60]) for text in page.loose]
        shown = "".join(page.text)
        harmed += "<script>evil()</script>" in shown
        kinds.add(view)
    assert loose == [], "a name that turns its neighbours around belongs into <bdi>"
    assert harmed > 20
    assert {"overview", "people", "person", "permissions", "permission", "licences", "changes", "runs"} <= kinds


def test_the_check_sees_harm_that_was_not_escaped() -> None:
    assert Page(f"<p>{EVIL}</p>").wrong[:2] == ["script", "evil-tag"]
    assert Page('<a href=" JavaScript:evil()">').wrong
    assert Page("<b onclick=evil()>").wrong == ["b onclick"]
    assert Page("<script src=/x.js></script><p>&lt;script&gt;</p>").wrong == []
    assert Page("<p>a\u202eb<br><bdi>c\u202ed</bdi></p>").loose == ["a\u202eb"]


@pytest.mark.parametrize("page", ["people", "permissions", "permissions/role", "licences"])
def test_no_file_holds_a_formula(tenant: Tenant, page: str) -> None:
    answer = signed_in().get(f"/t/{tenant.slug}/{page}?format=csv")
    if not answer.headers["Content-Type"].startswith("text/csv"):
        pytest.fail(f"{page} has no file")
    text = b"".join(answer).decode("utf-8-sig")  # type: ignore[arg-type]  # a streaming answer
    cells = [cell for line in csv.reader(io.StringIO(text)) for cell in line]
    assert [cell for cell in cells if cell.startswith(FORMULA) and not NUMBER.fullmatch(cell)] == []
    assert page == "licences" or any("evil()" in cell for cell in cells)


@pytest.mark.parametrize("text", [EVIL, "' OR 1=1 --\\", "\x00%00", "x" * 10_000])
def test_whatever_is_searched_for_is_only_text(tenant: Tenant, text: str) -> None:
    client = signed_in()
    for page in ("people", "permissions", "search", "consents", "changes"):
        for names in (("q", "department"), ("sort", "after", "columns", "view"), ("at", "from", "to")):
            answer = client.get(f"/t/{tenant.slug}/{page}", dict.fromkeys(names, text))
            assert answer.status_code < 500, (page, names)
            assert Page(answer.content.decode()).wrong == [], (page, names)
