"""Guard rails in the browser: limits, windows, what is protected, simulation, and the stop button."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

import pytest
from django.test import Client
from visitors import use_link

from chamberlain.actions.sign_in import issue_sign_in_link
from chamberlain.actions.stop_writers import release_writers
from chamberlain.bootstrap import World
from chamberlain.errors import Refused
from chamberlain.model.guard import Eyes, Rails, Window
from chamberlain.model.tenant import Tenant
from chamberlain.policy.planning.rails import BOUNDS, DELAY, read_figures, read_window
from chamberlain.provision.guarding import rails_of
from chamberlain.store import halts
from chamberlain.store.models import EventRow
from recorded import Recorder, guid, new_tenant
from stories import ADMIN

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
ANNA, TEAM = guid(1), guid(11)
KEY = f"group:{TEAM}"


@pytest.fixture
def tenant(world: World) -> Tenant:
    tenant = new_tenant(AT)
    Recorder(tenant).see(AT, people={ANNA: "Anna Weber"}, groups={TEAM: "Team"})
    return tenant


@pytest.fixture(scope="module")
def client(world: World) -> Client:
    """The browser of a signed-in administrator."""
    visitor = Client(SERVER_NAME="localhost")
    link = issue_sign_in_link(actor=ADMIN, root="http://localhost", name="Gwen Guards")
    assert use_link(visitor, link).status_code == 302
    return visitor


@pytest.fixture
def everything_goes_on() -> Iterator[None]:
    """Whatever a test stopped in every tenant."""
    yield
    release_writers(actor=ADMIN, tenant=None, reason="the test is over")


def text(client: Client, path: str, *, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return " ".join(answer.content.decode().split())


def at(tenant: Tenant) -> str:
    return f"/t/{tenant.slug}/guards"


def post(client: Client, tenant: Tenant, **form: str | list[str]) -> int:
    return client.post(at(tenant), form).status_code


def test_limits_are_set_and_say_what_they_come_to(client: Client, tenant: Tenant) -> None:
    page = text(client, at(tenant))
    assert "nobody has set them yet" in page
    assert "a plan may touch 1 of them" in page, "shares hold back nobody where there are so few"
    assert post(client, tenant, do="limits", most_per_plan="7", share_per_plan="50", approval_delay="48") == 302
    rails = rails_of(tenant.id)
    assert (rails.most_per_plan, rails.share_per_plan, rails.approval_delay) == (7, 50, timedelta(hours=48))
    assert rails.most_per_hour == Rails().most_per_hour
    assert "Set by Gwen Guards" in text(client, at(tenant))
    event = EventRow.objects.filter(name="guard:set", tenant_id=tenant.id).latest("id")
    assert event.after["most_per_plan"] == "7"


@pytest.mark.parametrize("typed", ["0", "-1", "", "many", "1e3", "٣", "999999999999"])
def test_a_figure_that_cannot_be_is_said_beside_what_was_typed(client: Client, tenant: Tenant, typed: str) -> None:
    answer = client.post(at(tenant), {"do": "limits", "share_per_plan": typed})
    assert answer.status_code == 400
    assert b"guard_unreadable" in answer.content
    assert rails_of(tenant.id) == Rails()


def test_every_figure_has_bounds_that_hold() -> None:
    for name, bound in BOUNDS.items():
        for number in (bound.least, bound.most):
            assert getattr(read_figures(Rails(), {name: str(number)}), name) == number
        for number in (bound.least - 1, bound.most + 1):
            with pytest.raises(Refused, match="guard_unreadable"):
                read_figures(Rails(), {name: str(number)})
        assert bound.least <= getattr(Rails(), name) <= bound.most
    assert read_figures(Rails(), {DELAY: "0"}).approval_delay == timedelta(0)
    assert len(BOUNDS) == 8


def test_windows_are_added_and_removed(client: Client, tenant: Tenant) -> None:
    assert post(client, tenant, do="add_window", day=["4", "0"], begins="22:00", ends="04:30") == 302
    assert rails_of(tenant.id).windows == (Window((0, 4), time(22), time(4, 30)),)
    page = text(client, at(tenant))
    assert "22:00–04:30" in page
    assert "Monday, Friday" in page
    assert "until the next day" in page
    assert post(client, tenant, do="drop_window", number="0") == 302
    assert rails_of(tenant.id).windows == ()


def test_windows_go_by_the_clocks_of_a_zone_that_is_typed(client: Client, tenant: Tenant) -> None:
    assert "Times are those of the clocks in UTC." in text(client, at(tenant))
    assert post(client, tenant, do="zone", zone="europe/berlin") == 302
    post(client, tenant, do="add_window", day=["4"], begins="22:00", ends="23:00")
    assert rails_of(tenant.id).zone == "Europe/Berlin"
    page = text(client, at(tenant))
    assert "Times are those of the clocks in Europe/Berlin." in page
    assert '22:00–23:00</span> <span class="quiet text-xs">Europe/Berlin</span>' in page
    answer = client.post(at(tenant), {"do": "zone", "zone": "Atlantis/Capital"})
    assert (answer.status_code, b"zone_unknown" in answer.content) == (400, True)
    assert b'value="Atlantis/Capital"' in answer.content, "nothing typed is lost"


def test_four_eyes_are_chosen_and_taken_away_by_two(client: Client, tenant: Tenant) -> None:
    other = Client(SERVER_NAME="localhost")
    assert use_link(other, issue_sign_in_link(actor=ADMIN, root="http://localhost", name="Gil")).status_code == 302
    assert "Ask two: Passwords" in text(client, at(tenant))
    assert post(client, tenant, do="more_eyes", what="passwords") == 302
    assert rails_of(tenant.id).four_eyes == (Eyes.PASSWORDS,)
    assert post(client, tenant, do="less_eyes", what="passwords") == 302
    page = text(client, at(tenant))
    assert "Gwen Guards asked to do without a second person here." in page
    assert "It holds until another administrator agrees." in page
    assert "Agree: Passwords" not in page
    assert rails_of(tenant.id).four_eyes == (Eyes.PASSWORDS,)
    assert post(client, tenant, do="limits", most_per_plan="9") == 302
    assert rails_of(tenant.id).easing, "other guard rails leave it as it is"
    assert "Agree: Passwords" in text(other, at(tenant))
    assert post(other, tenant, do="less_eyes", what="passwords") == 302
    assert rails_of(tenant.id).four_eyes == ()
    event = EventRow.objects.filter(name="guard:set", tenant_id=tenant.id).latest("id")
    assert "passwords" in event.before["four_eyes"]
    assert post(client, tenant, do="more_eyes", what="everything") == 400


@pytest.mark.parametrize("form", [{"day": []}, {"day": ["9"]}, {"begins": "25:00"}, {"begins": ""}, {"ends": "soon"}])
def test_a_window_that_cannot_be_is_refused(client: Client, tenant: Tenant, form: dict[str, str | list[str]]) -> None:
    whole: dict[str, str | list[str]] = {"day": ["1"], "begins": "22:00", "ends": "23:00", **form}
    assert post(client, tenant, do="add_window", **whole) == 400
    assert rails_of(tenant.id).windows == ()


def test_windows_are_whole_minutes_without_a_zone() -> None:
    window = read_window(days=["6", "6"], begins="08:00:59+05:00", ends="09:00")
    assert window == Window((6,), time(8), time(9))


def test_people_and_permissions_are_protected_by_name(client: Client, tenant: Tenant) -> None:
    assert post(client, tenant, do="protect", person="Anna Weber") == 302
    assert post(client, tenant, do="protect", permission="Team") == 302
    rails = rails_of(tenant.id)
    assert (rails.protected_accounts, rails.protected_permissions) == ((ANNA,), (KEY,))
    page = text(client, at(tenant))
    assert "No longer protect Anna Weber" in page
    assert "No longer protect Team" in page
    assert post(client, tenant, do="protect", person="Nobody Known") == 404
    for what in (ANNA, KEY):
        assert post(client, tenant, do="unprotect", what=what) == 302
    assert rails_of(tenant.id).protected_permissions == ()


def test_simulation_is_switched_on_and_off(client: Client, tenant: Tenant) -> None:
    assert post(client, tenant, do="simulate", simulates="yes") == 302
    assert halts.simulates(tenant.id)
    assert "on: nothing is written" in text(client, at(tenant))
    post(client, tenant, do="simulate", simulates="no")
    assert not halts.simulates(tenant.id)


def test_what_is_stopped_shows_on_every_page_with_who_and_why(client: Client, tenant: Tenant) -> None:
    assert "stopped everything that writes" not in text(client, f"/t/{tenant.slug}/people")
    assert post(client, tenant, do="stop", reason="something <odd>") == 302
    for page in ("people", "tasks", "guards"):
        shown = text(client, f"/t/{tenant.slug}/{page}")
        assert "Gwen Guards stopped everything that writes to this tenant." in shown
        assert "something &lt;odd&gt;" in shown
        assert "Let writing go on" in shown
    assert "stopped everything" not in text(client, f"/t/{new_tenant(AT).slug}/people")
    answer = client.post(at(tenant), {"do": "release", "reason": "seen", "next": f"/t/{tenant.slug}/people"})
    assert answer["Location"] == f"/t/{tenant.slug}/people"
    assert halts.halts_of(tenant.id) == ()
    assert "Writing goes on" in text(client, f"/t/{tenant.slug}/people")


def test_a_breaker_that_went_says_how_much_failed_and_is_released_alike(client: Client, tenant: Tenant) -> None:
    halts.halt(tenant_id=tenant.id, is_breaker=True, reason="12/20", by_name="Chamberlain", now=AT)
    assert "12/20 of the last steps failed" in text(client, at(tenant))
    assert "Chamberlain stopped writing by itself" in text(client, f"/t/{tenant.slug}/people")
    post(client, tenant, do="release", reason="looked at them")
    assert halts.halts_of(tenant.id) == ()


@pytest.mark.usefixtures("everything_goes_on")
def test_every_tenant_is_stopped_at_once(client: Client, tenant: Tenant) -> None:
    assert "Stop every tenant" in text(client, "/stop")
    assert client.post("/stop", {"do": "stop", "reason": "an attack"}).status_code == 302
    shown = text(client, f"/t/{tenant.slug}/people")
    assert "Gwen Guards stopped everything that writes, in every tenant." in shown
    assert 'action="/stop"' in shown
    assert client.post("/stop", {"do": "nothing"}).status_code == 404
    answer = client.post("/stop", {"do": "release", "next": "https://evil.example/"})
    assert answer["Location"] == "/stop"
    assert halts.everywhere() is None


def test_what_nobody_asked_for_is_no_deed(client: Client, tenant: Tenant) -> None:
    assert post(client, tenant, do="explode") == 404
    assert post(client, tenant) == 404
    assert client.post(at(tenant), {"do": "drop_window", "number": "x"}).status_code == 404
