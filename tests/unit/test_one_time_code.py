"""One-time codes against the vectors of RFC 6238, and what is not accepted."""

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from chamberlain.policy import one_time_code
from chamberlain.policy.one_time_code import code_at, new_recovery_codes, new_secret, plain_recovery_code, step_of

VECTOR = base64.b32encode(b"12345678901234567890").decode()
NOW = datetime(2026, 11, 1, 12, 0, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    """RFC 6238, appendix B, SHA-1; its eight digits end in these six."""
    assert code_at(VECTOR, datetime.fromtimestamp(seconds, UTC)) == code


def test_a_code_is_good_a_step_early_or_late_and_no_longer() -> None:
    for seconds, good in ((0, True), (-30, True), (30, True), (-75, False), (75, False)):
        code = code_at(VECTOR, NOW + timedelta(seconds=seconds))
        assert (step_of(code, secret=VECTOR, now=NOW, last_step=0) is not None) is good, seconds


def test_a_code_is_good_once() -> None:
    code = code_at(VECTOR, NOW)
    step = step_of(f" {code[:3]} {code[3:]} ", secret=VECTOR, now=NOW, last_step=0)
    assert step is not None
    assert step_of(code, secret=VECTOR, now=NOW, last_step=step) is None
    assert step_of(code_at(VECTOR, NOW + timedelta(seconds=30)), secret=VECTOR, now=NOW, last_step=step) == step + 1


@pytest.mark.parametrize("text", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "-12345", "0" * 5000])
def test_what_is_no_code_is_refused(text: str) -> None:
    assert step_of(text, secret=VECTOR, now=NOW, last_step=0) is None


def test_secrets_and_recovery_codes_are_long_and_new() -> None:
    assert len(base64.b32decode(new_secret())) == 20
    assert new_secret() != new_secret()
    codes = new_recovery_codes()
    assert len(set(codes)) == len(codes) == 10
    assert all(len(code.replace("-", "")) == 24 for code in codes)


def test_a_recovery_code_may_be_typed_in_any_way() -> None:
    code = new_recovery_codes()[0]
    assert plain_recovery_code(f"  {code.lower().replace('-', ' ')} ") == code
    assert plain_recovery_code("ünïcode") != code


def test_an_app_reads_whose_secret_it_is() -> None:
    address = one_time_code.address_of(VECTOR, account="Ada & Co", issuer="Chamberlain")
    assert address.startswith("otpauth://totp/Chamberlain:Ada%20%26%20Co?")
    assert parse_qs(urlsplit(address).query)["secret"] == [VECTOR]
