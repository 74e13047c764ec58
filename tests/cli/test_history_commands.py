"""`who --at` and `diff`, as people and scripts call them."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from chamberlain import bootstrap
from chamberlain.model.kind import Relation
from chamberlain.model.tenant import Tenant
from recorded import Recorder, guid, new_tenant
from terminal import run

FIRST = datetime(2026, 3, 1, 8, tzinfo=UTC)
SECOND = FIRST + timedelta(days=2)
ANNA, BEN, TEAM = guid(1), guid(2), guid(11)


@pytest.fixture(scope="module")
def tenant(world: bootstrap.World) -> Tenant:
    tenant = new_tenant(FIRST)
    recorder = Recorder(tenant)
    recorder.see(
        FIRST,
        people={ANNA: "Anna Weber", BEN: "Ben Okafor"},
        groups={TEAM: "Team"},
        edges=[(ANNA, TEAM, Relation.MEMBER)],
    )
    recorder.see(SECOND, people={ANNA: "Anna Schmidt"}, groups={TEAM: "Team"}, edges=[])
    return tenant


def test_who_tells_of_a_day_in_the_past(tenant: Tenant) -> None:
    told = run("who", "weber", "--tenant", tenant.slug, "--at", "2026-03-01")
    assert told.returncode == 0, told.stderr
    assert "As it was on 2026-03-01 23:59:59 UTC" in told.stdout
    assert "Anna Weber" in told.stdout
    assert "Team" in told.stdout
    later = json.loads(run("who", "weber", "--tenant", tenant.slug, "--at", "2026-03-03T09:00Z", "--json").stdout)
    assert later["name"] == "Anna Schmidt"
    assert later["holdings"] == []


@pytest.mark.parametrize(
    ("arguments", "code", "exit_code"),
    [
        (("who", "anna", "--at", "2026-02-28"), "nothing_known_then", 4),
        (("diff", "--from", "2026-03-03", "--to", "2026-03-01"), "period_reversed", 3),
    ],
)
def test_a_time_that_cannot_be_is_said_plainly(
    tenant: Tenant, arguments: tuple[str, ...], code: str, exit_code: int
) -> None:
    told = run(*arguments, "--tenant", tenant.slug, "--json")
    assert told.returncode == exit_code
    assert json.loads(told.stderr)["error"]["code"] == code


def test_diff_is_read_by_people_and_by_scripts(tenant: Tenant) -> None:
    period = ("diff", "--tenant", tenant.slug, "--from", "2026-03-01T12:00", "--to", "2026-03-03")
    told = run(*period)
    assert told.returncode == 0, told.stderr
    for words in ("People who are gone", "Ben Okafor", "Anna Weber → Anna Schmidt", "Taken", "member of Team"):
        assert words in told.stdout, words
    document = json.loads(run(*period, "--json").stdout)
    assert document["totals"]["grants_closed"] == 1
    lines = [json.loads(line) for line in run(*period, "--lines").stdout.splitlines()]
    assert [line["section"] for line in lines] == ["accounts_gone", "accounts_changed", "grants_closed"]
    assert lines == [change for section in document["totals"] for change in document[section]]
    of_ben = json.loads(run(*period, "--person", "ben", "--json").stdout)
    assert of_ben["totals"]["accounts_gone"] == 1
    assert "permissions_added" not in of_ben["totals"]
