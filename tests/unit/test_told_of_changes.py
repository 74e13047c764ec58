"""The line of `chamberlain status` about notices."""

from dataclasses import replace
from datetime import UTC, datetime

from chamberlain.cli.notices import WHY_DEAF, hearing_document, told_of_changes
from chamberlain.model.notice import Deaf, Hearing, Subscription

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
USERS = Subscription(1, "/users", "id", "https://c.example", "app", AT, AT)
HEARING = Hearing(None, "https://c.example", 15, (USERS, replace(USERS, resource="/groups")), AT, 3, 1)


def test_it_says_of_what_we_are_told_and_since_when_not() -> None:
    assert (
        told_of_changes(HEARING)
        == "told of changes of /users, /groups, last 2026-11-20 12:00:00 UTC, looks every 15 min"
    )
    assert "last never" in told_of_changes(replace(HEARING, heard_at=None))


def test_it_says_why_we_are_not_told() -> None:
    failed = replace(USERS, microsoft_id=None, expires_at=None, error=("notices_refused", {}))

    assert told_of_changes(replace(HEARING, subscriptions=())).startswith("not told of changes (not yet)")
    assert told_of_changes(replace(HEARING, subscriptions=(failed,))).startswith(
        "not told of changes (notices_refused)"
    )
    assert told_of_changes(replace(HEARING, deaf=Deaf.BY_HAND, looks_every=0)) == (
        "not told of changes (syncs by hand only), looks by hand only"
    )
    assert set(WHY_DEAF) == set(Deaf)


def test_scripts_get_the_same() -> None:
    document = hearing_document(replace(HEARING, deaf=Deaf.NO_ADDRESS, subscriptions=(USERS,)))

    assert document == {
        "off": "no_address",
        "subscriptions": [{"resource": "/users", "open": True, "expires": AT.isoformat(), "error": None}],
        "last": AT.isoformat(),
        "heard": 3,
        "ignored": 1,
    }
