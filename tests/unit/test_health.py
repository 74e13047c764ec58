"""The verdict over a connection: every concern, and all of them at once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chamberlain.policy.expiry import Urgency
from chamberlain.policy.health import BAD, Concern, Facts, Verdict, judge
from chamberlain.queries.health import TOLD, VERDICTS

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
JUST_NOW = NOW - timedelta(minutes=10)
LONG_AGO = NOW - timedelta(hours=7)
FINE = Facts(
    is_connected=True,
    error="",
    is_worked=True,
    is_running=False,
    connected_at=LONG_AGO,
    last_success=JUST_NOW,
    every=timedelta(minutes=15),
    last_run_failed="",
    seen={"accounts": JUST_NOW, "group": JUST_NOW},
    not_read=frozenset(),
    missing=(),
    optional=(),
    credential=Urgency.FINE,
    notices_failing=0,
    paused=(),
    differing=(),
)
CASES = {
    Concern.NOT_CONNECTED: {"is_connected": False},
    Concern.BROKEN: {"error": "consent_missing"},
    Concern.NO_WORKER: {"is_worked": False},
    Concern.CREDENTIAL_OVER: {"credential": Urgency.OVER},
    Concern.SCOPES_MISSING: {"missing": ("User.Read.All",)},
    Concern.NEVER_READ: {"last_success": None, "connected_at": JUST_NOW},
    Concern.OVERDUE: {"last_success": LONG_AGO, "seen": {}},
    Concern.LAST_RUN_FAILED: {"last_run_failed": "microsoft_busy"},
    Concern.KIND_OLD: {"seen": {"accounts": JUST_NOW, "group": LONG_AGO}},
    Concern.KIND_NOT_READ: {"not_read": frozenset({"group"})},
    Concern.CREDENTIAL_URGENT: {"credential": Urgency.URGENT},
    Concern.CREDENTIAL_SOON: {"credential": Urgency.SOON},
    Concern.OPTIONAL_SCOPES_MISSING: {"optional": ("AuditLog.Read.All",)},
    Concern.NOTICES_FAILING: {"notices_failing": 2},
    Concern.PAUSED: {"paused": ("directory",)},
    Concern.DIFFERS: {"differing": ("accounts",)},
}


def test_nothing_against_it_is_fine() -> None:
    assert judge(FINE, now=NOW).verdict is Verdict.FINE
    assert judge(FINE, now=NOW).reasons == ()


@pytest.mark.parametrize("concern", Concern)
def test_each_concern_alone_is_seen_and_named(concern: Concern) -> None:
    found = judge(replace(FINE, **CASES[concern]), now=NOW)
    assert [one.concern for one in found.reasons] == [concern]
    assert found.verdict is (Verdict.BAD if concern in BAD else Verdict.WATCH)


def test_all_reasons_are_told_and_the_worst_first() -> None:
    everything = replace(
        FINE,
        error="consent_missing",
        is_worked=False,
        missing=("User.Read.All",),
        paused=("directory",),
        credential=Urgency.SOON,
        last_run_failed="microsoft_busy",
    )
    found = [one.concern for one in judge(everything, now=NOW).reasons]
    assert len(found) == 6
    assert found == sorted(found, key=[*Concern].index)
    assert found[0] is Concern.BROKEN


def test_what_nobody_schedules_is_never_overdue_and_what_is_not_read_is_not_old() -> None:
    assert judge(replace(FINE, every=timedelta(0), last_success=LONG_AGO, seen={}), now=NOW).verdict is Verdict.FINE
    shut = replace(FINE, seen={"accounts": JUST_NOW, "group": LONG_AGO}, not_read=frozenset({"group"}))
    assert [one.concern for one in judge(shut, now=NOW).reasons] == [Concern.KIND_NOT_READ]


def test_a_first_sync_that_never_ends_is_bad_after_a_while() -> None:
    found = judge(replace(FINE, last_success=None), now=NOW)
    assert {one.concern for one in found.reasons} == {Concern.NEVER_READ, Concern.OVERDUE}


def test_every_concern_and_verdict_has_words() -> None:
    assert set(TOLD) == set(Concern)
    assert set(VERDICTS) == set(Verdict)
