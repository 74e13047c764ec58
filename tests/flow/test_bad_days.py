"""What goes wrong on the way to Microsoft: one clear code, nothing closed, nothing half-written."""

import json
from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

import pytest

from chamberlain import bootstrap
from chamberlain.actions.connect_with_secret import connect_with_secret
from chamberlain.actions.start_sync import start_sync
from chamberlain.bench.comparison import compare
from chamberlain.bench.simulated import Simulated
from chamberlain.errors import ChamberlainError, Conflict, NotFound, Refused, Upstream
from chamberlain.graph import retry
from chamberlain.kinds import groups
from chamberlain.kinds.groups import EXPAND_LIMIT
from chamberlain.model.run import Mode, PhaseName, PhaseState, RunState, Trigger
from chamberlain.model.tenant import ConnectionState, Tenant
from chamberlain.queries.connections import list_integrations, list_tenants
from chamberlain.queries.overview import show_overview
from chamberlain.sentences import SENTENCES, explain
from chamberlain.settings import Settings
from chamberlain.store.models import ConnectionRow, EventRow
from stories import ADMIN, NOBODY, connect_and_sync, perform

pytestmark = pytest.mark.usefixtures("world")


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries are counted in full, but their pauses are short."""
    monkeypatch.setattr(retry, "FIRST_WAIT", retry.FIRST_WAIT / 1000)
    monkeypatch.setattr(retry, "DEADLINE", retry.DEADLINE / 400)


@pytest.mark.parametrize(
    ("change", "kind", "code"),
    [
        ({"own_client_secret": "not-the-secret"}, Refused, "secret_wrong"),
        ({"own_client_secret": "  "}, Refused, "secret_missing"),
        ({"tenant_id": str(uuid4())}, NotFound, "tenant_unknown"),
        ({"tenant_id": "contoso"}, Refused, "tenant_id_malformed"),
        ({"own_client_id": str(uuid4())}, Refused, "consent_missing"),
        ({"own_client_id": "app"}, Refused, "client_id_malformed"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_stored(
    golden: Simulated,
    pointed: Callable[[Simulated], Settings],
    change: dict[str, str],
    kind: type[ChamberlainError],
    code: str,
) -> None:
    pointed(golden)
    before = list_tenants(viewer=ADMIN)
    wrong = replace(golden, **change)
    with pytest.raises(kind) as caught:
        connect_with_secret(
            actor=ADMIN,
            tenant_id=wrong.tenant_id,
            client_id=wrong.own_client_id,
            client_secret=wrong.own_client_secret,
        )
    assert caught.value.code == code
    assert "–" not in " ".join([explain(caught.value).what, explain(caught.value).why])
    assert list_tenants(viewer=ADMIN) == before


def test_without_a_network_the_host_is_named(golden: Simulated, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAMBERLAIN_LOGIN_ROOT", "http://127.0.0.1:9")
    monkeypatch.setenv("CHAMBERLAIN_GRAPH_ROOT", "http://127.0.0.1:9")
    with pytest.raises(Upstream) as caught:
        connect_with_secret(actor=ADMIN, tenant_id=str(uuid4()), client_id=str(uuid4()), client_secret="secret")
    assert caught.value.code == "network_unreachable"
    assert "127.0.0.1" in explain(caught.value).why


def test_nobody_without_a_role_connects_or_syncs(golden: Simulated, pointed: Callable[[Simulated], Settings]) -> None:
    tenant = connect_and_sync(golden, pointed(golden))
    with pytest.raises(Refused, match="not_allowed"):
        start_sync(actor=NOBODY, tenant=tenant, trigger=Trigger.PERSON)
    with pytest.raises(Refused, match="not_allowed"):
        connect_with_secret(actor=NOBODY, tenant_id="", client_id="", client_secret="")
    with pytest.raises(Refused, match="not_allowed"):
        show_overview(viewer=NOBODY, tenant=tenant)


def test_only_one_sync_of_a_tenant_runs(golden: Simulated, pointed: Callable[[Simulated], Settings]) -> None:
    tenant = connect_and_sync(golden, pointed(golden))
    run_id = start_sync(actor=ADMIN, tenant=tenant, trigger=Trigger.PERSON)
    with pytest.raises(Conflict) as caught:
        start_sync(actor=ADMIN, tenant=tenant, trigger=Trigger.PERSON)
    assert caught.value.data["run_id"] == run_id
    perform(tenant, pointed(golden))


FOREVER = 1_000


PEOPLE = (Mode.FULL, "/v1.0/users", 2, PhaseName.PEOPLE)
GROUPS = (Mode.FULL, "/v1.0/groups", 2, PhaseName.GROUPS)
CHANGED_PEOPLE = (Mode.CHANGES, "/v1.0/users/delta", 1, PhaseName.PEOPLE)
CHANGED_GROUPS = (Mode.CHANGES, "/v1.0/groups/delta", 1, PhaseName.GROUPS)


@pytest.mark.parametrize(
    ("where", "fault", "code"),
    [
        (PEOPLE, {"kind": "not_json"}, "microsoft_unreadable"),
        (PEOPLE, {"kind": "truncated"}, "network_unreachable"),
        (PEOPLE, {"kind": "reset"}, "network_unreachable"),
        (PEOPLE, {"kind": "status", "status": 500}, "microsoft_failing"),
        (PEOPLE, {"kind": "status", "status": 503}, "microsoft_busy"),
        (GROUPS, {"kind": "not_json"}, "microsoft_unreadable"),
        (GROUPS, {"kind": "status", "status": 500}, "microsoft_failing"),
        (CHANGED_PEOPLE, {"kind": "truncated"}, "network_unreachable"),
        (CHANGED_GROUPS, {"kind": "status", "status": 503}, "microsoft_busy"),
    ],
)
def test_a_listing_that_breaks_in_the_middle_closes_nothing(
    small: tuple[Simulated, Tenant, Settings],
    where: tuple[Mode, str, int, PhaseName],
    fault: dict[str, object],
    code: str,
) -> None:
    simulator, tenant, settings = small
    mode, path, page, phase = where
    simulator.post("/_simulator/faults", {"path_prefix": path, "page": page, "times": FOREVER, **fault})
    try:
        run = perform(tenant, settings, mode=mode)
    finally:
        simulator.delete("/_simulator/faults")
    assert run.mode is mode
    assert run.state is RunState.FAILED
    assert run.error_code == code
    assert code in SENTENCES
    broken = next(one for one in run.phases if one.name is phase)
    assert broken.state is PhaseState.FAILED
    assert sum(one.closed + one.removed for one in run.phases) == 0
    assert compare(tenant, simulator.truth("?effective=0")).equal
    integration = next(one for one in list_integrations(viewer=ADMIN) if one.connection.tenant == tenant)
    assert integration.connection.state is ConnectionState.BROKEN
    assert integration.connection.error_code == code
    assert integration.last_success is not None
    again = perform(tenant, settings)
    assert again.state is RunState.SUCCEEDED
    assert sum(one.opened + one.closed for one in again.phases) == 0


def test_a_passing_fault_is_survived_without_a_trace(small: tuple[Simulated, Tenant, Settings]) -> None:
    simulator, tenant, settings = small
    for kind in ("not_json", "reset", "truncated"):
        simulator.post("/_simulator/faults", {"path_prefix": "/v1.0/users", "page": 1, "times": 1, "kind": kind})
    run = perform(tenant, settings, mode=Mode.FULL)
    assert run.state is RunState.SUCCEEDED
    assert json.loads(simulator.get("/_simulator/faults")) == []


def test_a_group_that_vanishes_between_two_pages_keeps_its_members_until_the_next_sync(
    small: tuple[Simulated, Tenant, Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thousands of members are read by a listing of their own; here a few dozen are."""
    monkeypatch.setattr(groups, "LARGE", EXPAND_LIMIT)
    simulator, tenant, settings = small
    largest = max((line for line in _members(simulator).items()), key=lambda item: len(item[1]))
    guid = largest[0].removeprefix("group:")
    simulator.post(
        "/_simulator/faults",
        {"path_prefix": f"/v1.0/groups/{guid}/members", "page": 1, "times": FOREVER, "kind": "vanish"},
    )
    run = perform(tenant, settings, mode=Mode.FULL)
    simulator.delete("/_simulator/faults")
    assert run.state is RunState.SUCCEEDED
    assert run.warnings == (("vanished_while_read", {"guid": guid}),)
    assert sum(one.closed for one in run.phases) == 0
    assert compare(tenant, simulator.truth("?effective=0")).equal


def test_changes_open_and_close_exactly_what_changed(small: tuple[Simulated, Tenant, Settings]) -> None:
    simulator, tenant, settings = small
    members = _members(simulator)
    group, holders = next((group, holders) for group, holders in sorted(members.items()) if len(holders) > 3)
    someone = next(iter(sorted(holders)))
    removed = {"kind": "remove_member", "group": group.removeprefix("group:"), "member": someone}
    simulator.post("/_simulator/mutations", removed)
    run = perform(tenant, settings)
    assert (sum(one.opened for one in run.phases), sum(one.closed for one in run.phases)) == (0, 1)
    simulator.post("/_simulator/mutations", {**removed, "kind": "add_member"})
    simulator.post("/_simulator/mutations", {"kind": "rename_user", "user": someone, "display_name": "<b>=cmd|' /C"})
    run = perform(tenant, settings)
    assert (sum(one.opened for one in run.phases), sum(one.closed for one in run.phases)) == (1, 0)
    assert next(one.changed for one in run.phases if one.name is PhaseName.PEOPLE) == 1
    assert compare(tenant, simulator.truth("?effective=0")).equal


def test_the_secret_is_never_stored_in_the_open(golden: Simulated, pointed: Callable[[Simulated], Settings]) -> None:
    tenant = connect_and_sync(golden, pointed(golden))
    stored = ConnectionRow.objects.filter(tenant_id=tenant.id)
    raw = stored.values_list("client_secret", flat=True).get()
    assert golden.own_client_secret not in str(raw)
    assert stored.get().client_secret == golden.own_client_secret
    events = " ".join(str(event.details) + event.subject for event in EventRow.objects.all())
    assert golden.own_client_secret not in events


@pytest.fixture(scope="module")
def small(world: bootstrap.World, start_tenant: Callable[..., Simulated]) -> tuple[Simulated, Tenant, Settings]:
    """A synced tenant whose listings have several pages."""
    simulator = start_tenant(users=2_100, groups=1_050, memberships=6_000, apps=12, seed=31)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHAMBERLAIN_LOGIN_ROOT", simulator.url)
        patch.setenv("CHAMBERLAIN_GRAPH_ROOT", simulator.url)
        settings = Settings()
        return simulator, connect_and_sync(simulator, settings), settings


def _members(simulator: Simulated) -> dict[str, set[str]]:
    """People who are direct members, by group, of groups that a listing cannot expand."""
    found: dict[str, set[str]] = {}
    people = set()
    for line in simulator.truth("?effective=0"):
        if line["t"] == "account":
            people.add(line["id"])
        elif line["t"] == "edge" and line["relation"] == "member" and line["holder"] in people:
            found.setdefault(line["permission"], set()).add(line["holder"])
    return found
