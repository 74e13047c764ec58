"""Rules of messages, without a server."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from chamberlain.errors import Refused
from chamberlain.model.message import PORTS, Security
from chamberlain.notify.smtp import SECONDS_IN_ALL, server_of
from chamberlain.policy.mail import (
    LONGEST_PAUSE,
    MOST_ATTEMPTS,
    is_given_up,
    one_line,
    pause_after,
    read_address,
)
from chamberlain.policy.overdue import LONG_RUN, is_overdue
from chamberlain.settings import Settings, read
from chamberlain.store.outbox import LEASE

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTES = timedelta(minutes=1)


@pytest.mark.parametrize("good", ["ada@example.com", " o'brien+x@sub.example.co.uk ", "a@localhost", "A.B@EXAMPLE.COM"])
def test_an_address_is_read(good: str) -> None:
    assert read_address(good) == good.strip()


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "ada",
        "@example.com",
        "ada@",
        "ada@@example.com",
        "a..b@example.com",
        ".a@example.com",
        "a@-example.com",
        "a@example..com",
        "a b@example.com",
        '"a b"@example.com',
        "Ada <ada@example.com>",
        "ada@example.com, eve@example.com",
        "ada@example.com\r\nRCPT TO:<eve@example.com>",
        "ada@example.com\x00",
        "ädä@example.com",
        f"{'a' * 65}@example.com",
        f"a@{'b' * 60}.{'c' * 200}",
    ],
)
def test_what_is_no_plain_address_is_refused(bad: str) -> None:
    with pytest.raises(Refused) as error:
        read_address(bad)
    assert error.value.code == "mail_address_malformed"


def test_a_line_stays_one() -> None:
    assert one_line("a\r\nBcc: b\u2028c\u202ed\x00e\tf") == "a Bcc: b c d e f"
    assert len(one_line("x" * 5000)) == 200


def test_pauses_double_are_scattered_and_end() -> None:
    middle = [pause_after(attempts, chance=0.5) / MINUTES for attempts in range(1, 6)]
    assert middle == [1, 2, 4, 8, 16]
    assert pause_after(1, chance=0) < MINUTES < pause_after(1, chance=1)
    assert pause_after(10_000, chance=1) <= LONGEST_PAUSE * 1.2
    whole = sum((pause_after(attempts, chance=0.5) for attempts in range(1, MOST_ATTEMPTS)), timedelta())
    assert timedelta(days=2) < whole < timedelta(days=4)


def test_a_lease_outlasts_the_longest_attempt() -> None:
    assert timedelta(seconds=2 * SECONDS_IN_ALL) < LEASE


@pytest.mark.parametrize(
    ("attempts", "permanent", "left", "given_up"),
    [(1, False, 1, False), (1, True, 1, True), (MOST_ATTEMPTS, False, 1, True), (1, False, 0, True)],
)
def test_a_message_is_given_up_for_a_reason(attempts: int, permanent: bool, left: int, given_up: bool) -> None:
    expires = NOW + left * MINUTES
    assert is_given_up(attempts=attempts, permanent=permanent, expires_at=expires, now=NOW) is given_up


@pytest.mark.parametrize(
    ("minutes", "interval", "running", "overdue"),
    [
        (45, 15, None, False),
        (46, 15, None, True),
        (46, 15, 40, False),
        (13 * 60, 15, 11 * 60, False),
        (14 * 60, 15, 13 * 60, True),
        (10_000, 0, None, False),
    ],
)
def test_three_intervals_without_success_are_overdue(
    minutes: int,
    interval: int,
    running: int | None,
    overdue: bool,
) -> None:
    assert timedelta(hours=12) == LONG_RUN
    running_since = None if running is None else NOW - running * MINUTES
    since = NOW - minutes * MINUTES
    assert is_overdue(since=since, now=NOW, interval=interval * MINUTES, running_since=running_since) is overdue


def settings(**values: object) -> Settings:
    return Settings(**values)  # type: ignore[arg-type]  # judged by pydantic


def test_a_server_is_one_where_host_and_sender_are_set() -> None:
    assert server_of(settings()) is None
    found = server_of(settings(smtp_host="mail", smtp_from="a@example.com", smtp_user="u", smtp_password="secret-9"))
    assert found is not None
    assert (found.port, found.security) == (587, Security.STARTTLS)
    assert "secret-9" not in repr(found)
    assert set(PORTS) == set(Security)


@pytest.mark.parametrize(
    "wrong",
    [
        {"smtp_host": "mail"},
        {"smtp_from": "Chamberlain <a@example.com>"},
        {"smtp_from": "a@example.com\r\nBcc: b@example.com"},
        {"smtp_user": "u"},
        {"smtp_password": "p"},
        {"smtp_user": "u", "smtp_password": "p", "smtp_security": "none"},
        {"smtp_security": "ssl"},
        {"smtp_port": 0},
        {"notify_to": "a@example.com, nobody"},
    ],
)
def test_settings_that_would_not_work_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        settings(**wrong)


def test_a_password_that_is_refused_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAMBERLAIN_SMTP_PASSWORD", "sesame-88")
    problems = read().problems
    assert [problem.setting for problem in problems] == ["smtp_password"]
    assert "sesame-88" not in repr(problems)
