"""Pages of the past and of what changed, asked for as a browser asks, without a browser."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from visitors import use_link

from chamberlain.actions.sign_in import issue_sign_in_link
from chamberlain.bootstrap import World
from chamberlain.model.actor import SYSTEM
from chamberlain.model.kind import Family, Relation
from chamberlain.model.observed import key_of
from chamberlain.model.tenant import Tenant
from recorded import Recorder, guid, new_tenant

FIRST = datetime(2026, 3, 1, 8, tzinfo=UTC)
SECOND = FIRST + timedelta(days=2)
THIRD = FIRST + timedelta(days=4)
ANNA, BEN, TEAM, CLUB, HELPDESK = guid(1), guid(2), guid(11), guid(12), guid(21)
MEMBER, ELIGIBLE = Relation.MEMBER, Relation.ELIGIBLE


@pytest.fixture(scope="module")
def tenant(world: World) -> Tenant:
    """Anna leaves the team, is renamed, and the team enters the club; Ben leaves the tenant."""
    tenant = new_tenant(FIRST)
    recorder = Recorder(tenant)
    groups, roles = {TEAM: "Team", CLUB: "Club"}, {HELPDESK: "Helpdesk Administrator"}
    both = {ANNA: "Anna Weber", BEN: "Ben Okafor"}
    before = [(ANNA, TEAM, MEMBER), (BEN, TEAM, MEMBER), (ANNA, HELPDESK, ELIGIBLE)]
    recorder.see(FIRST, people=both, groups=groups, roles=roles, edges=before)
    recorder.see(SECOND, people=both, groups=groups, roles=roles, edges=[*before, (TEAM, CLUB, MEMBER)])
    recorder.see(THIRD, people={ANNA: "Anna Schmidt"}, groups=groups, roles=roles, edges=[(ANNA, HELPDESK, ELIGIBLE)])
    return tenant


@pytest.fixture(scope="module")
def client(world: World) -> Client:
    """The browser of a signed-in administrator."""
    visitor = Client(SERVER_NAME="localhost")
    assert use_link(visitor, issue_sign_in_link(actor=SYSTEM, root="http://localhost")).status_code == 302
    return visitor


def text(client: Client, path: str, *, status: int = 200, target: str | None = None) -> str:
    """What the page says, without its white space; `target`: what htmx gets for that element."""
    headers = {"HX-Request": "true", "HX-Target": target} if target else {}
    answer = client.get(path, headers=headers)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return " ".join(answer.content.decode().split())


def anna(tenant: Tenant) -> str:
    return f"/t/{tenant.slug}/people/{ANNA}"


def team(tenant: Tenant) -> str:
    return f"/t/{tenant.slug}/permission/{key_of(Family.GROUP, TEAM)}"


def test_a_person_is_shown_as_they_were_and_the_page_says_so(client: Client, tenant: Tenant) -> None:
    then = text(client, anna(tenant) + "?at=2026-03-03T12:00:00")
    assert "As it was on 2026-03-03 12:00:00 UTC." in then
    assert "Anna Weber" in then
    assert "Club" in then
    now = text(client, anna(tenant))
    assert "As it was on" not in now
    assert "Anna Schmidt" in now
    assert "eligible" in now


def test_every_mark_of_the_slider_leads_to_a_page(client: Client, tenant: Tenant) -> None:
    for page in (anna(tenant), team(tenant)):
        marks = re.findall(r'href="([^"]+\?at=[^"]+)" hx-get', text(client, page))
        assert len(set(marks)) == 3
        for mark in marks:
            assert "As it was on" in text(client, mark.replace("&amp;", "&"))


def test_one_change_leads_to_the_next_and_back(client: Client, tenant: Tenant) -> None:
    middle = text(client, anna(tenant) + f"?at={SECOND:%Y-%m-%dT%H:%M:%S}")
    assert re.search(r'rel="prev" href="[^"]+at=2026-03-01T08', middle)
    assert re.search(r'rel="next" href="[^"]+at=2026-03-05T08', middle)
    assert 'rel="next"' not in text(client, anna(tenant))


def test_the_slider_swaps_a_piece_of_the_same_page(client: Client, tenant: Tenant) -> None:
    for path in (anna(tenant), team(tenant), anna(tenant) + "?at=2026-03-03", team(tenant) + "?show=history"):
        piece = text(client, path, target="detail")
        assert piece.startswith('<div id="detail">')
        assert _steady(piece) in _steady(text(client, path))


def test_links_of_a_page_of_the_past_stay_in_the_past(client: Client, tenant: Tenant) -> None:
    then = text(client, anna(tenant) + "?at=2026-03-03T12:00:00")
    link = re.search(r'href="(/t/[^"]+/permission/group:[^"]+at=[^"]+)"', then)
    assert link
    assert "As it was on 2026-03-03 12:00:00 UTC." in text(client, link[1])


def test_a_permission_tells_who_held_it_then(client: Client, tenant: Tenant) -> None:
    then = text(client, team(tenant) + "?at=2026-03-01")
    assert "Ben Okafor" in then
    assert "2 holders" in then
    assert "0 holders" in text(client, team(tenant))
    events = text(client, team(tenant) + "?show=history")
    assert "Ben Okafor" in events
    assert "last seen" in events


def test_who_was_not_there_is_said_not_shown_as_empty(client: Client, tenant: Tenant) -> None:
    page = text(client, f"/t/{tenant.slug}/people/{BEN}?at={THIRD:%Y-%m-%dT%H:%M:%S}")
    assert "was not in the tenant then" in page


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("nonsense", 400, "time_unreadable"),
        ("2999-01-01", 400, "time_ahead"),
        ("2026-02-01", 404, "nothing_known_then"),
    ],
)
def test_a_time_that_cannot_be_is_said_inside_the_frame(
    client: Client, tenant: Tenant, query: str, status: int, code: str
) -> None:
    for page in (anna(tenant), team(tenant)):
        assert code in text(client, f"{page}?at={query}", status=status)


def test_what_changed_is_told_section_by_section(client: Client, tenant: Tenant) -> None:
    root = f"/t/{tenant.slug}/changes"
    page = text(client, root + "?from=2026-03-01T12:00&to=2026-03-05T12:00")
    for words in ("People who are gone", "Ben Okafor", "People who changed", "Anna Weber", "Taken"):
        assert words in page, words
    assert "4 differences between" in page
    taken = text(client, root + "?from=2026-03-01T12:00&to=2026-03-05T12:00&section=grants_closed", target="results")
    assert taken.startswith('<div id="results">')
    assert "Ben Okafor" in taken
    assert "Nothing is different between" in text(client, root + "?from=2026-03-06&to=2026-03-07")
    assert "period_reversed" in text(client, root + "?from=2026-03-06&to=2026-03-02", status=400)
    assert "What changed" in text(client, root)


def test_before_the_first_sync_the_pages_teach(client: Client, world: World) -> None:
    empty = new_tenant(FIRST)
    assert "Nothing is known yet" in text(client, f"/t/{empty.slug}/changes")


def _steady(page: str) -> str:
    """Without what differs from one answer to the next: tokens, and where now is on the line."""
    return re.sub(r'(csrfmiddlewaretoken" value|x|max)="[^"]+"', "", page)
