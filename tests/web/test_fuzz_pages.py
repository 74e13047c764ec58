"""Hypothesis types into every address and form of the browser: whatever is sent, nothing ends in a defect."""

from collections.abc import Callable, Iterator
from urllib.parse import quote, urlencode

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from visitors import use_link

import people
import stories
from chamberlain.actions.sign_in import issue_sign_in_link
from chamberlain.bench.simulated import Simulated
from chamberlain.bootstrap import World
from chamberlain.model.tenant import Tenant
from chamberlain.settings import load
from chamberlain.store.connection import connect

EXAMPLES = 6
OPEN_APIS = ("api/v1/",)
LEFT_OUT = {"sign_out", "connect_own"}
"""What ends the session that asks, and what calls Microsoft."""

DEFECT = b"<code>unexpected</code>"
"""What the page of a defect says; a way of signing in that is not set up has a code of its own."""

PAYLOADS = (
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "../../../../etc/passwd",
    "\x00",
    "a\x00b",
    "%00",
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    "\u202egnp.exe",
    "9" * 40,
    "-1",
    "1e309",
    "NaN",
    "²",
    "٣",
    "2026-03-03",
    "0001-01-01",
    "9999-12-31T23:59:59.999999+14:00",
    "2026-03-03T14:00:00-99:99",
    "00000000-0000-0000-0000-000000000000",
    "{}",
    "[]",
    "WzEsMl0",
    "WyJhIl0",
    "W2ZhbHNlLCAiYSIsIDk5OTk5OTk5OTk5OTk5OTk5OTk5OTld",
    "csv",
    "make",
    "history",
    "x" * 3000,
    "\n\r\n",
    "true",
    str(people.ANNA),
)
NAMES = (
    *("q", "type", "state", "licensed", "admin", "department", "sort", "cols", "view", "cursor", "format", "open"),
    *("at", "from", "to", "section", "tab", "kind", "name", "shared", "do", "query", "move", "col", "share", "read"),
    *("next", "theme", "tenant", "tenant_id", "client_id", "client_secret", "person", "role", "number", "permission"),
    *("scope", "days", "code", "status", "enabled", "dynamic", "empty", "who", "what", "since", "until", "before"),
    *("change", "find", "list", "until", "instead", "steps", "page", "meant-1", "as"),
    *("validationToken", "admin_consent", "error", "id", "reason", "subject", "plan", "on_premises", "cloud"),
)
VALUES = st.one_of(st.sampled_from(PAYLOADS), st.text(max_size=12), st.integers().map(str))
QUERIES = st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=5)
RAW = st.binary(max_size=12).map(lambda raw: "".join(f"%{byte:02x}" for byte in raw))
PARTS = {
    "slug": st.sampled_from(("nowhere", "-", "a" * 300)),
    "token": VALUES,
    "guid": st.sampled_from((str(people.ANNA), "00000000-0000-0000-0000-000000000000")),
    "kind": st.sampled_from(("role", "licence", "m365_group")),
    "name": st.sampled_from(("people", "licences", "holders")),
    "key": VALUES,
}
NUMBERS = st.sampled_from(("0", "1", "9" * 30))


@pytest.fixture(scope="module")
def tenant(world: World, start_tenant: Callable[..., Simulated]) -> Iterator[Tenant]:
    """The twelve people of the golden tenant, synced."""
    simulator = start_tenant(population="golden")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHAMBERLAIN_LOGIN_ROOT", simulator.url)
        patch.setenv("CHAMBERLAIN_GRAPH_ROOT", simulator.url)
        yield stories.connect_and_sync(simulator, load())


@pytest.fixture
def client(world: World) -> Client:
    """The browser of a signed-in administrator; a defect is answered with 500 instead of raised."""
    link = issue_sign_in_link(actor=stories.ADMIN, root="http://localhost", name="Fuzz")
    visitor = Client(SERVER_NAME="localhost", raise_request_exception=False)
    assert use_link(visitor, link).status_code == 302
    return visitor


def patterns() -> list[URLPattern]:
    """Every address of the browser."""
    found = [one for one in get_resolver().url_patterns if str(one.pattern) not in OPEN_APIS]
    assert all(isinstance(one, URLPattern) for one in found)
    return [one for one in found if isinstance(one, URLPattern) and one.name not in LEFT_OUT]


@st.composite
def addresses(draw: st.DrawFn, pattern: URLPattern, tenant: Tenant) -> str:
    """An address of this pattern with something in each of its parts, and a query."""
    path = str(pattern.pattern)
    for name, converter in pattern.pattern.converters.items():
        known = st.just(tenant.slug) if name == "slug" and draw(st.integers(0, 9)) else PARTS.get(name, NUMBERS)
        marks = (f"<{kind}:{name}>" for kind in ("slug", "str", "uuid", "path", "int", "kind", "list"))
        value = quote(draw(known), safe="")
        for mark in (*marks, f"<{name}>"):
            path = path.replace(mark, value)
        assert converter
    query = urlencode(draw(QUERIES), errors="surrogatepass")
    return f"/{path}?{query}&{draw(st.sampled_from(NAMES))}={draw(RAW)}"


@pytest.mark.parametrize("method", ["get", "post"])
def test_whatever_is_typed_nothing_ends_in_a_defect(client: Client, tenant: Tenant, method: str) -> None:
    shown, defects = 0, []
    for pattern in patterns():
        try:
            shown += 200 in _type_into(pattern, client, tenant, method)
        except AssertionError as defect:
            defects.append(str(defect).partition("\n")[0])
    assert defects == []
    assert len(patterns()) >= 35
    assert shown >= 20 or method == "post"  # it does not only knock at doors that are shut


def _type_into(pattern: URLPattern, client: Client, tenant: Tenant, method: str) -> set[int]:
    """The statuses that came back."""
    seen: set[int] = set()
    with connect(autocommit=True) as connection:

        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(address=addresses(pattern, tenant), form=QUERIES, fragment=st.booleans())
        def typed(address: str, form: list[tuple[str, str]], fragment: bool) -> None:
            connection.execute("DELETE FROM rate_limit")
            headers = {"HX-Request": "true", "HX-Target": "results"} if fragment else {}
            body = urlencode(form, errors="surrogatepass") if method == "post" else ""
            answer = client.generic(
                method.upper(), address, body, content_type="application/x-www-form-urlencoded", headers=headers
            )
            seen.add(answer.status_code)
            if answer.streaming:
                b"".join(answer.streaming_content)
            is_defect = answer.status_code >= 500 and (answer.streaming or DEFECT in answer.content)
            assert not is_defect, (address, form)

        typed()
    return seen


def test_the_walk_sees_a_defect(client: Client, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    from chamberlain.queries import consents

    def broken(**_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(consents, "list_consents", broken)
    (pattern,) = (one for one in patterns() if one.name == "consents")
    with pytest.raises(AssertionError):
        _type_into(pattern, client, tenant, "get")
