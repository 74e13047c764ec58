"""`chamberlain guards`: guard rails shown and set in the terminal, by the same deeds and with the same trail."""

import json
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from chamberlain.bootstrap import World
from chamberlain.model.guard import Eyes, Window
from chamberlain.model.tenant import Tenant
from chamberlain.provision.guarding import rails_of
from chamberlain.store import halts
from chamberlain.store.models import EventRow
from recorded import Recorder, guid, new_tenant
from terminal import run

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
ANNA, TEAM = guid(1), guid(11)


@pytest.fixture(scope="module")
def tenant(world: World) -> Tenant:
    tenant = new_tenant(AT)
    Recorder(tenant).see(AT, people={ANNA: "Anna Weber"}, groups={TEAM: "Team"})
    return tenant


def guards(tenant: Tenant, *arguments: str, code: int = 0) -> str:
    told = run("guards", *arguments, "--tenant", tenant.slug)
    assert told.returncode == code, told.stderr
    return told.stdout if code == 0 else told.stderr


def as_json(tenant: Tenant, *arguments: str) -> Any:
    return json.loads(guards(tenant, *arguments, "--json"))


def test_figures_and_the_zone_are_set_within_bounds(tenant: Tenant) -> None:
    told = as_json(tenant, "set", "--most-per-plan", "7", "--approval-delay", "48", "--zone", "europe/berlin")
    assert (told["most_per_plan"], told["approval_delay_hours"], told["zone"]) == (7, 48, "Europe/Berlin")
    assert rails_of(tenant.id).approval_delay == timedelta(hours=48)
    event = EventRow.objects.filter(name="guard:set", tenant_id=tenant.id).latest("id")
    assert (event.actor_kind, event.after["most_per_plan"]) == ("terminal", "7")
    assert "guard_unreadable" in guards(tenant, "set", "--share-per-plan", "101", code=3)
    assert "zone_unknown" in guards(tenant, "set", "--zone", "Atlantis", code=3)
    assert rails_of(tenant.id).share_per_plan == 20


def test_windows_come_and_go(tenant: Tenant) -> None:
    told = as_json(tenant, "add-window", "--days", "fri-mon", "--from", "22:00", "--to", "04:30")
    assert told["windows"] == [{"days": [0, 4, 5, 6], "begins": "22:00", "ends": "04:30"}]
    assert rails_of(tenant.id).windows == (Window((0, 4, 5, 6), time(22), time(4, 30)),)
    assert "mon,fri,sat,sun 22:00–04:30 of the next day" in guards(tenant)
    assert "window_unreadable" in guards(tenant, "add-window", "--days", "someday", "--from", "1", "--to", "2", code=3)
    guards(tenant, "remove-window", "2", code=3)
    assert as_json(tenant, "remove-window", "1")["windows"] == []


def test_people_and_permissions_are_protected_by_name_or_id(tenant: Tenant) -> None:
    told = as_json(tenant, "protect", "--person", "Anna Weber", "--permission", "Team")
    assert (told["protected_accounts"], told["protected_permissions"]) == ([ANNA], [f"group:{TEAM}"])
    assert "Anna Weber" in guards(tenant)
    assert as_json(tenant, "unprotect", "--person", ANNA)["protected_accounts"] == []
    assert as_json(tenant, "unprotect", "--permission", "Team")["protected_permissions"] == []
    guards(tenant, "protect", "--person", "Nobody Known", code=4)
    guards(tenant, "protect", code=2)


def test_simulation_is_switched_on_and_off(tenant: Tenant) -> None:
    assert as_json(tenant, "set", "--simulation")["simulates"] is True
    assert "nothing is written" in guards(tenant)
    assert as_json(tenant, "set", "--no-simulation")["simulates"] is False
    assert not halts.simulates(tenant.id)


def test_four_eyes_are_added_at_once_and_taken_away_by_two(tenant: Tenant) -> None:
    assert as_json(tenant, "four-eyes", "--add", "passwords", "--add", "mass")["four_eyes"] == ["mass", "passwords"]
    left = as_json(tenant, "four-eyes", "--remove", "mass")
    assert (left["four_eyes"], [one["what"] for one in left["easing"]]) == (["mass", "passwords"], ["mass"])
    assert rails_of(tenant.id).four_eyes == (Eyes.MASS, Eyes.PASSWORDS)
    shown = guards(tenant)
    assert "four eyes: power over the tenant, many changes at once, passwords" in shown
    assert "wants to be without: many changes at once." in shown
    assert "four_eyes_unknown" in guards(tenant, "four-eyes", "--add", "everything", code=3)
