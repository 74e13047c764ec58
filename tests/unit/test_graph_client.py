"""One request and one listing against answers that are made up here, byte for byte."""

import asyncio
from collections.abc import Callable

import httpx2
import msgspec
import pytest

from chamberlain.errors import ChamberlainError, NotFound, Refused, Upstream
from chamberlain.graph import retry, shape
from chamberlain.graph.client import Endpoint, Graph, graph_over
from chamberlain.graph.page import pages
from chamberlain.graph.token import Claims, Credential, read_claims

ROOT = "https://graph.example"
TOKEN = {"access_token": "h.e30.s", "expires_in": 3600}
Answer = Callable[[httpx2.Request], httpx2.Response]


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "FIRST_WAIT", retry.FIRST_WAIT / 10_000)
    monkeypatch.setattr(retry, "DEADLINE", retry.DEADLINE / 2_000)


def collect(answer: Answer, *, expected: int = 0) -> tuple[list[str], Graph]:
    """Names of all users that a listing brings, and the Graph that read them."""

    def respond(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, json=TOKEN) if request.url.path.endswith("/token") else answer(request)

    async def read() -> tuple[list[str], Graph]:
        async with httpx2.AsyncClient(transport=httpx2.MockTransport(respond)) as http:
            endpoint = Endpoint("https://login.example", ROOT, in_flight=1)
            graph = graph_over(http, endpoint, Credential("t", "c", "s"))
            listing = pages(graph, "/users", shape.User, expected=expected)
            return [user.id async for page in listing for user in page.value], graph

    return asyncio.run(read())


def page(*ids: str, link: str | None = None) -> httpx2.Response:
    content: dict[str, object] = {"value": [{"id": one} for one in ids]}
    return httpx2.Response(200, json=content | ({"@odata.nextLink": link} if link else {}))


def in_turn(*answers: httpx2.Response | Exception) -> Answer:
    left = list(answers)

    def answer(_request: httpx2.Request) -> httpx2.Response:
        one = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(one, Exception):
            raise one
        return one

    return answer


def refusal(status: int, code: str = "", **headers: str) -> httpx2.Response:
    return httpx2.Response(status, json={"error": {"code": code}}, headers=headers)


def test_an_empty_page_with_a_link_is_not_the_end() -> None:
    links = f"{ROOT}/v1.0/users?$skiptoken="
    ids, graph = collect(in_turn(page("a", link=links + "1"), page(link=links + "2"), page("b")))
    assert ids == ["a", "b"]
    assert graph.spent.requests == 3


def test_the_token_goes_nowhere_else() -> None:
    for link in ("https://evil.example/v1.0/users", "http://graph.example/v1.0/users", "https://graph.example.evil/x"):
        with pytest.raises(Refused, match="foreign_link"):
            collect(in_turn(page("a", link=link)))


def test_a_listing_that_goes_in_circles_ends_in_an_error() -> None:
    with pytest.raises(Upstream, match="page_repeated"):
        collect(in_turn(page("a", link=f"{ROOT}/v1.0/users?$skiptoken=1")))


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (refusal(500, "InternalServerError"), Upstream, "microsoft_failing"),
        (httpx2.Response(502, text="<html>Bad gateway</html>"), Upstream, "microsoft_failing"),
        (httpx2.Response(504), Upstream, "microsoft_failing"),
        (refusal(429, "TooManyRequests", **{"Retry-After": "0"}), Upstream, "microsoft_busy"),
        (httpx2.Response(200, text="<html>"), Upstream, "microsoft_unreadable"),
        (httpx2.Response(200, text='{"value": ['), Upstream, "microsoft_unreadable"),
        (httpx2.Response(200, json={"value": [{"name": "no id"}]}), Upstream, "microsoft_unreadable"),
        (refusal(403, "Authorization_RequestDenied"), Refused, "scope_missing"),
        (refusal(403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant"), Refused, "premium_missing"),
        (refusal(400, "AadPremiumLicenseRequired"), Refused, "premium_missing"),
        (refusal(404, "Request_ResourceNotFound"), NotFound, "graph_not_found"),
        (refusal(401, "InvalidAuthenticationToken"), Refused, "token_rejected"),
        (refusal(400, "Request_BadRequest"), Upstream, "microsoft_refused"),
        (refusal(400, "Directory_ExpiredPageToken"), Upstream, "page_expired"),
    ],
)
def test_a_listing_ends_complete_or_raises(answer: httpx2.Response, kind: type[ChamberlainError], code: str) -> None:
    with pytest.raises(kind) as caught:
        collect(in_turn(page("a", link=f"{ROOT}/v1.0/users?$skiptoken=1"), answer))
    assert caught.value.code == code


def test_what_passes_is_asked_again_and_counted() -> None:
    dropped = httpx2.ReadError("dropped")
    ids, graph = collect(in_turn(refusal(503), dropped, httpx2.Response(200, text="<"), refusal(429), page("a")))
    assert ids == ["a"]
    assert graph.spent.requests == 4
    assert graph.spent.throttled == 1


def test_a_rejected_token_is_renewed_once() -> None:
    ids, _ = collect(in_turn(refusal(401), page("a")))
    assert ids == ["a"]
    with pytest.raises(Refused, match="token_rejected"):
        collect(in_turn(refusal(401), refusal(401), page("a")))


def test_unknown_members_and_nulls_are_tolerated() -> None:
    content = {"value": [{"id": "a", "displayName": None, "somethingNew": {"x": 1}, "@odata.type": "#future"}]}
    assert collect(in_turn(httpx2.Response(200, json=content)))[0] == ["a"]


def test_claims_of_something_that_is_no_token_are_empty() -> None:
    assert read_claims("not a token") == Claims()
    assert read_claims("") == Claims()


def test_a_credential_does_not_print_its_secret() -> None:
    assert "hush" not in repr(Credential("tenant", "client", "hush"))


def test_a_listing_that_ends_far_below_its_count_is_not_complete() -> None:
    with pytest.raises(Upstream, match="listing_short"):
        collect(in_turn(page("a")), expected=52)
    assert collect(in_turn(page("a")), expected=51)[0] == ["a"]
    many = [str(number) for number in range(9_900)]
    assert len(collect(in_turn(page(*many)), expected=10_000)[0]) == 9_900
    with pytest.raises(Upstream, match="listing_short"):
        collect(in_turn(page(*many[:-1])), expected=10_000)


def test_a_list_that_was_asked_for_and_did_not_come_is_not_an_empty_one() -> None:
    for kind, field in (
        (shape.LicensedUser, "licenseAssignmentStates"),
        (shape.LicensedGroup, "assignedLicenses"),
        (shape.ServicePrincipal, "appRoles"),
    ):
        msgspec.convert({"id": "a", field: []}, kind)
        for content in ({"id": "a"}, {"id": "a", field: None}):
            with pytest.raises(msgspec.ValidationError):
                msgspec.convert(content, kind)


@pytest.mark.parametrize("body", [b'{"value": [{"id": "\xff\xfe"}]}', b"\xef\xbb\xbf<html>"])
def test_bytes_that_are_no_text_are_unreadable_not_a_defect(body: bytes) -> None:
    with pytest.raises(Upstream, match="microsoft_unreadable"):
        collect(in_turn(httpx2.Response(200, content=body)))


def test_a_byte_order_mark_is_skipped() -> None:
    assert collect(in_turn(httpx2.Response(200, content=b'\xef\xbb\xbf{"value": [{"id": "a"}]}')))[0] == ["a"]
