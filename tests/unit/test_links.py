"""What a run leaves to the next one: links that know what they answer, and what is to be read once more."""

from datetime import UTC, datetime, timedelta

from chamberlain.kinds import audits, groups, people
from chamberlain.sync.links import (
    AGAIN_AFTER,
    KINDS,
    STREAMS,
    Again,
    cursors,
    made_with,
    read_again,
    read_watermark,
)

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_what_was_read_by_itself_is_noted_with_its_time() -> None:
    left = Again().after({"people": ["a", "b"], "applications": ["c"]}, now=NOW)
    assert left.of("people") == {"a", "b"}
    assert left.of("applications") == {"c"}
    assert left.of("groups") == frozenset()
    assert left.noted["people"] == {"a": NOW, "b": NOW}


def test_it_is_read_once_more_and_then_dropped_after_a_minute() -> None:
    noted = Again().after({"people": ["a"]}, now=NOW)
    too_early = noted.after({"people": noted.of("people")}, now=NOW + AGAIN_AFTER - SECOND)
    assert too_early.noted["people"] == {"a": NOW}  # noted when it was noted first
    late_enough = noted.after({"people": noted.of("people")}, now=NOW + AGAIN_AFTER)
    assert late_enough.of("people") == frozenset()


def test_what_changes_again_while_it_is_noted_keeps_its_first_time() -> None:
    noted = Again().after({"groups": ["a"]}, now=NOW)
    both = noted.after({"groups": ["a", "b"]}, now=NOW + 30 * SECOND)
    assert both.noted["groups"] == {"a": NOW, "b": NOW + 30 * SECOND}
    assert both.after({"groups": ["a", "b"]}, now=NOW + 65 * SECOND).of("groups") == {"b"}


def test_it_never_stays_for_ever() -> None:
    left, rounds = Again().after({kind: ["a"] for kind in KINDS}, now=NOW), 0
    while any(left.of(kind) for kind in KINDS):
        rounds += 1
        left = left.after({kind: left.of(kind) for kind in KINDS}, now=NOW + rounds * 20 * SECOND)
    assert rounds == 3


def test_all_of_it_survives_in_the_store() -> None:
    again = Again().after({"people": ["a"], "licences": ["b"]}, now=NOW)
    left = cursors({"users": "https://x/1"}, graph_root="https://g", issued_at=NOW, again=again, newest_audit=NOW)
    known = {cursor.stream: cursor for cursor in left}
    assert known["users"].link == "https://x/1"
    noted = read_again(known).noted
    assert {kind: times for kind, times in noted.items() if times} == {"licences": {"b": NOW}, "people": {"a": NOW}}
    assert read_watermark(known) == NOW
    assert (read_again({}), read_watermark({})) == (Again(), None)


def test_without_an_audit_log_no_watermark_is_left() -> None:
    left = cursors({}, graph_root="https://g", issued_at=NOW, again=Again(), newest_audit=None)
    assert audits.STREAM not in {cursor.stream for cursor in left}


def test_a_link_knows_its_fields_and_its_place() -> None:
    makes = {made_with(root, stream) for root in ("https://a", "https://b") for stream in STREAMS}
    assert len(makes) == 2 * len(STREAMS)
    assert people.SINCE in made_with("https://a", people.STREAM)
    assert groups.SINCE in made_with("https://a", groups.STREAM)
