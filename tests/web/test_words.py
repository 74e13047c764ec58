"""Every value of the model has a word, a fitting icon, and no directory text can break a page."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from chamberlain.audit.event import EventName
from chamberlain.errors import ChamberlainError, Conflict, Misconfigured, NotFound, Refused, Unsafe, Upstream
from chamberlain.model.kind import AccountType, Kind
from chamberlain.model.origin import Channel
from chamberlain.model.path import Reason
from chamberlain.model.run import Mode, PhaseName, PhaseState, RunState, Trigger, Why
from chamberlain.model.tenant import CredentialKind
from chamberlain.web import agents, moments, words
from chamberlain.web.problems import sentence_of, status_of

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ICONS = (Path(__file__).parents[2] / "frontend" / "sources" / "icons.txt").read_text("utf-8").split()


@pytest.mark.parametrize(
    ("table", "enum"),
    [
        (words.KIND, Kind),
        (words.KINDS, Kind),
        (words.KIND_MEANING, Kind),
        (words.KIND_ICON, Kind),
        (words.ACCOUNT_TYPE, AccountType),
        (words.ACCOUNT_ICON, AccountType),
        (words.REASON, Reason),
        (words.MODE, Mode),
        (words.WHY, Why),
        (words.PHASE, PhaseName),
        (words.PHASE_STATE, PhaseState),
        (words.RUN_STATE, RunState),
        (words.RUN_TONE, RunState),
        (words.TRIGGER, Trigger),
        (words.CREDENTIAL, CredentialKind),
    ],
)
def test_every_value_has_a_word(table: dict[object, object], enum: type) -> None:
    assert set(table) == set(enum)  # type: ignore[call-overload]  # an Enum class is iterable


def test_every_icon_that_is_named_is_in_the_sprite() -> None:
    assert {*words.KIND_ICON.values(), *words.ACCOUNT_ICON.values()} <= set(ICONS)


@pytest.mark.parametrize(
    ("age", "said"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=59), "59 minutes ago"),
        (timedelta(hours=23), "23 hours ago"),
        (timedelta(days=1), "1 day ago"),
        (timedelta(days=59), "59 days ago"),
        (timedelta(days=60), "2 months ago"),
        (timedelta(days=729), "24 months ago"),
        (timedelta(days=730), "2 years ago"),
    ],
)
def test_ages_are_told_in_the_largest_fitting_unit(age: timedelta, said: str) -> None:
    assert moments.ago(NOW - age, now=NOW) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, "–"),
        (0.04, "0.0 s"),
        (9.94, "9.9 s"),
        (10, "10 s"),
        (119, "119 s"),
        (121, "2 min 1 s"),
        (7260, "2 h 1 min"),
    ],
)
def test_durations_are_told_in_fitting_units(seconds: float | None, said: str) -> None:
    assert moments.lasted(seconds) == said


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Refused("not_allowed"), 403),
        (Refused("sign_in_link_invalid"), 400),
        (Unsafe("x"), 409),
        (NotFound("person_not_found"), 404),
        (Conflict("sync_running"), 409),
        (Upstream("network_unreachable"), 502),
        (Misconfigured("key_wrong"), 500),
        (ChamberlainError("x"), 500),
    ],
)
def test_each_branch_of_the_error_tree_has_its_status(error: ChamberlainError, status: int) -> None:
    assert status_of(error) == status


def test_a_stored_error_may_carry_any_data() -> None:
    sentence = sentence_of("sync_running", {"run_id": "7", "code": "a key that is also an argument's name"})
    assert "7" in sentence.repair


def test_names_are_shown_even_if_there_is_nothing_to_show() -> None:
    from chamberlain.web.templatetags import chamberlain as tags

    assert tags.named("") == "(no name)"
    assert tags.named(" \t") == "(no name)"
    assert tags.named("Marta") == "Marta"


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Marta Lindqvist", "ML"), ("Marta", "M"), ("", "·"), ("<script> 7", "·"), ("Ana de la Cruz", "AC")],
)
def test_initials_are_letters_only(name: str, letters: str) -> None:
    from chamberlain.web.templatetags import chamberlain as tags

    assert tags.initials(name) == letters


def test_numbers_are_set_apart_and_unknown_is_not_zero() -> None:
    from chamberlain.web.templatetags import chamberlain as tags

    assert tags.number(1234567) == "1,234,567"
    assert tags.number(0) == "0"
    assert tags.number(None) == "–"


def test_a_person_keeps_their_tint() -> None:
    from chamberlain.web.templatetags import chamberlain as tags

    assert tags.disc(UUID(int=7)) == tags.disc(UUID(int=7)) == 1


def test_facts_read_as_people_write_them() -> None:
    from chamberlain.web.templatetags import chamberlain as tags

    assert tags.fact_value("true") == "Yes"
    assert tags.fact_value("2018-11-15T06:42:00Z") == "2018-11-15 06:42:00 UTC"
    assert tags.fact_value("2018-99-15T06:42:00Z") == "2018-99-15T06:42:00Z"
    assert tags.fact("a_code_without_a_word") == "A code without a word"


def test_hostile_names_are_text_wherever_a_component_shows_them() -> None:
    from django.template import engines

    from chamberlain.model.path import Link
    from chamberlain.model.tenant import Tenant

    link = Link("group:x", Kind.SECURITY_GROUP, "<script>alert(1)</script>\"' onload=")
    tenant = Tenant(1, UUID(int=1), "contoso", "Contoso", "contoso.com")
    template = engines["django"].from_string('{% include "cotton/permission.html" %}')
    shown = template.render({"link": link, "tenant": tenant})
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown
    assert "\"' onload" not in shown


def test_ways_in_have_words_and_events_with_words_of_their_own_exist() -> None:
    assert set(words.CHANNEL) == {channel.value for channel in Channel}
    assert set(words.HAPPENING) <= {name.value for name in EventName}


@pytest.mark.parametrize(
    ("said", "called"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0", "Edge on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/140.0.0.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1.15", "Safari on macOS"),
        ("Firefox/140.0", "Firefox"),
        ("curl/8.0", "curl/8.0"),
        ("", ""),
    ],
)
def test_a_browser_is_told_as_people_call_it(said: str, called: str) -> None:
    assert agents.called(said) == called
