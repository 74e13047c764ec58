"""Last sign-ins: read by themselves, some pages at a time, exactly as Entra has them; unknown where nobody knows."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection

from chamberlain import clock
from chamberlain.actions import read_activity as action
from chamberlain.actions.choose_capabilities import choose_capabilities
from chamberlain.actions.read_activity import EVERY, queue_due_readings
from chamberlain.bench.simulated import Simulated
from chamberlain.bootstrap import World
from chamberlain.kinds import activity as kind
from chamberlain.model.activity import Activity, LastUsed, Source, Unknown, WhyUnknown
from chamberlain.model.capability import Capability
from chamberlain.model.run import RunState
from chamberlain.model.tenant import Tenant
from chamberlain.policy.capabilities import STANDARD
from chamberlain.queries.lists import list_people
from chamberlain.queries.people import PeopleFilter, find_person
from chamberlain.settings import Settings
from chamberlain.store.connection import rows
from chamberlain.work.read_activity import read_activity
from granting import Grants
from stories import ADMIN, at_once, connect_and_sync, perform

pytestmark = pytest.mark.usefixtures("world")
SCOPE = "AuditLog.Read.All"


class Story:
    """A golden tenant, and the jobs that read its last sign-ins."""

    def __init__(self, simulator: Simulated, tenant: Tenant, settings: Settings) -> None:
        self.simulator, self.tenant, self.settings = simulator, tenant, settings

    def forget(self) -> None:
        """As if nobody had ever read last sign-ins."""
        with connection.cursor() as cursor:
            for table in ("activity", "activity_pass"):
                cursor.execute(f"DELETE FROM {table} WHERE tenant_id = %s", [self.tenant.id])

    def queued(self) -> int:
        """How many jobs a worker's round queues for this tenant."""
        before = self._jobs()
        queue_due_readings()
        return self._jobs() - before

    def _jobs(self) -> int:
        name = f"activity:{self.tenant.id}:%"
        found = rows("SELECT count(*) AS n FROM dbos.workflow_status WHERE workflow_uuid LIKE %(name)s", {"name": name})
        return int(found[0]["n"])

    def read(self) -> None:
        """The job, step by step in this process."""
        read_activity(at_once, tenant_id=self.tenant.id, settings=self.settings)

    def known(self) -> dict[str, Activity]:
        """What the page of each person says."""
        return {guid: self.of(guid) for guid in self.truth()}

    def of(self, guid: str) -> Activity:
        """What the page of a person says."""
        return find_person(viewer=ADMIN, tenant=self.tenant, guid=UUID(guid)).activity

    def truth(self) -> dict[str, tuple[str | None, bool]]:
        """By object id: the time that counts, and whether it was a success."""
        lines = self.simulator.truth("?effective=0&activity=1")
        found = {}
        for one in (line for line in lines if line["t"] == "activity"):
            attempts = [moment for moment in (one["interactive"], one["by_client"]) if moment]
            found[one["id"]] = (one["successful"] or max(attempts, default=None), one["successful"] is not None)
        return found

    def is_like_the_truth(self) -> bool:
        """Whether what pages say is what Entra has, for everybody."""
        return all(_says(self.of(guid), *told) for guid, told in self.truth().items())


def _says(activity: Activity, at: str | None, succeeded: bool) -> bool:
    if at is None:
        return isinstance(activity, Unknown) and activity.why is WhyUnknown.NO_RECORD
    moment = datetime.fromisoformat(at)
    return isinstance(activity, LastUsed) and (activity.at, activity.succeeded) == (moment, succeeded)


@pytest.fixture(scope="module")
def shared(world: World, start_tenant: Callable[..., Simulated]) -> Iterator[Story]:
    simulator = start_tenant(users=120, groups=20, memberships=200, apps=5, seed=81)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHAMBERLAIN_LOGIN_ROOT", simulator.url)
        patch.setenv("CHAMBERLAIN_GRAPH_ROOT", simulator.url)
        settings = Settings()
        Grants(simulator).grant(SCOPE)
        yield Story(simulator, connect_and_sync(simulator, settings), settings)


@pytest.fixture
def story(shared: Story) -> Story:
    """Nobody has read last sign-ins yet."""
    shared.forget()
    return shared


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three pages to the tenant."""
    monkeypatch.setattr(kind, "FIRST", kind.FIRST.replace("$top=500", "$top=50"))


def test_everybody_is_told_of_as_entra_has_it(story: Story) -> None:
    assert set(story.known().values()) == {Unknown(WhyUnknown.NOT_READ, Source.ENTRA)}
    assert story.queued() == 1
    story.read()
    assert story.is_like_the_truth()
    kinds = {(type(one), getattr(one, "succeeded", None)) for one in story.known().values()}
    assert kinds == {(LastUsed, True), (LastUsed, False), (Unknown, None)}


def test_a_pass_is_made_once_a_day_and_shows_what_is_new(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    assert story.queued() == 1
    story.read()
    assert story.queued() == 0
    story.simulator.post("/_simulator/usage/reset", {})
    story.read()  # a job that was queued twice
    assert story.simulator.usage()["requests"] == 0
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE activity SET last_used_at = '2020-01-01T00:00:00Z' WHERE tenant_id = %s", [story.tenant.id]
        )
    tomorrow = clock.now() + EVERY + timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    assert story.queued() == 1
    story.read()
    assert story.is_like_the_truth()


@pytest.mark.usefixtures("small_pages")
def test_a_pass_that_is_interrupted_goes_on_with_the_page_that_was_not_kept(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(action, "PAGES_A_JOB", 1)
    monkeypatch.setattr(action, "BETWEEN_JOBS", timedelta(0))
    assert story.queued() == 1
    fault = {"path_prefix": "/v1.0/users", "page": 2, "kind": "status", "status": 404, "times": 1}
    story.simulator.post("/_simulator/faults", fault)
    story.read()
    assert sum(isinstance(one, LastUsed) or one.as_of is not None for one in story.known().values()) == 50
    story.read()  # Microsoft has a bad moment
    story.simulator.post("/_simulator/usage/reset", {})
    story.read()
    story.read()
    assert story.is_like_the_truth()
    assert story.simulator.usage()["by_route"]["GET /users"] == 2, "the first page was not read again"


@pytest.mark.usefixtures("small_pages")
def test_where_microsoft_forgets_the_place_the_pass_begins_again(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(action, "PAGES_A_JOB", 1)
    assert story.queued() == 1
    story.read()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE activity_pass SET link = regexp_replace(link, 'skiptoken=.*', 'skiptoken=forgotten')"
            " WHERE tenant_id = %s",
            [story.tenant.id],
        )
    for _ in range(4):
        story.read()
    assert story.is_like_the_truth()


def test_without_the_scope_everybody_is_unknown_and_says_why_until_it_is_granted(story: Story) -> None:
    grants = Grants(story.simulator)
    grants.revoke(SCOPE)
    assert story.queued() == 1
    story.read()
    assert set(story.known().values()) == {Unknown(WhyUnknown.SCOPE_MISSING, Source.ENTRA)}
    assert perform(story.tenant, story.settings).state is RunState.SUCCEEDED
    assert story.queued() == 0
    grants.grant(SCOPE)
    assert perform(story.tenant, story.settings).state is RunState.SUCCEEDED
    assert story.queued() == 1, "nobody has to do anything but grant it"
    assert story.queued() == 0
    story.read()
    assert story.is_like_the_truth()


def test_nothing_is_read_where_somebody_chose_and_left_it_out(story: Story) -> None:
    def choose(*capabilities: Capability) -> None:
        values = [one.value for one in capabilities]
        choose_capabilities(actor=ADMIN, tenant=story.tenant, capabilities=values, is_confirmed=False)

    choose(*STANDARD - {Capability.LAST_ACTIVITY})
    try:
        assert story.queued() == 0
        assert set(story.known().values()) == {Unknown(WhyUnknown.NOT_CHOSEN, Source.ENTRA)}
    finally:
        choose(*STANDARD)
    assert story.queued() == 1, "nobody has to do anything but choose it"
    story.simulator.post("/_simulator/usage/reset", {})
    choose(*STANDARD - {Capability.LAST_ACTIVITY})
    story.read()  # a job that was queued before
    choose(*STANDARD)
    assert story.simulator.usage()["requests"] == 0


def test_without_a_licence_for_it_everybody_is_unknown_and_says_why_and_syncs_go_on(story: Story) -> None:
    story.simulator.post("/_simulator/knobs", {"premium": False})
    try:
        assert story.queued() == 1
        story.read()
        assert set(story.known().values()) == {Unknown(WhyUnknown.PREMIUM_MISSING, Source.ENTRA)}
        assert perform(story.tenant, story.settings).state is RunState.SUCCEEDED
    finally:
        story.simulator.post("/_simulator/knobs", {"premium": True})


def test_a_sync_never_asks_for_last_sign_ins(story: Story) -> None:
    story.simulator.post("/_simulator/usage/reset", {})
    assert perform(story.tenant, story.settings).state is RunState.SUCCEEDED
    assert "sign_in_activity" not in story.simulator.usage()["by_family"]


def test_lists_can_show_it(story: Story) -> None:
    assert story.queued() == 1
    story.read()
    page = list_people(viewer=ADMIN, tenant=story.tenant, filter=PeopleFilter(), columns=("name", "last_sign_in"))
    truth = story.truth()
    for line in page.rows:
        at = truth[str(line.row.guid)][0]
        assert line.cells["last_sign_in"] == (None if at is None else datetime.fromisoformat(at))
