"""Lines of the log: what they carry, and what never gets into them."""

import json
import logging

import pytest

from chamberlain.logs import JsonFormatter, TextFormatter, carried, carrying, redacted, request_id

HEX = "0123456789abcdef" * 3


def record(message: str, *values: object, error: BaseException | None = None) -> logging.LogRecord:
    trace = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("chamberlain.test", logging.WARNING, "here", 1, message, values, trace)


def test_a_line_says_which_request_tenant_and_run_it_belongs_to() -> None:
    with carrying(request="request-1"), carrying(tenant=7, run=12):
        told = json.loads(JsonFormatter().format(record("read %d", 5)))
        line = TextFormatter().format(record("read %d", 5))
    assert told["time"].endswith("Z")
    assert {name: told[name] for name in told if name != "time"} == {
        "level": "WARNING",
        "logger": "chamberlain.test",
        "message": "read 5",
        "request_id": "request-1",
        "tenant_id": "7",
        "run_id": "12",
    }
    assert line.endswith("WARNING chamberlain.test: read 5 [request=request-1 tenant=7 run=12]")
    assert carried() == {}


def test_a_trace_is_one_field_and_one_line_of_json() -> None:
    line = JsonFormatter().format(record("it broke", error=ValueError("client_secret=hunter2")))
    assert "\n" not in line
    assert "ValueError" in json.loads(line)["exception"]
    assert "hunter2" not in line


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {HEX}",
        f"GET https://x/y?code={HEX}&session_state=1",
        f"client_assertion={HEX}",
        f'{{"client_secret": "{HEX}"}}',
        f"{{'refresh_token': '{HEX}'}}",
        f"eyJhbGciOi{HEX}.{HEX}.{HEX}",
        f"postgresql://chamberlain:{HEX}@db/x",
        f"POST /sign-in/{HEX}",
        f"http://localhost/sign-in/link#{HEX}",
        f"-----BEGIN PRIVATE KEY-----\n{HEX}\n-----END PRIVATE KEY-----",
        f"-----BEGIN RSA PRIVATE KEY-----\n{HEX}",
    ],
)
def test_what_looks_like_a_secret_is_taken_out(text: str) -> None:
    assert HEX not in redacted(text)
    assert "redacted" in redacted(text)
    assert HEX not in TextFormatter().format(record("said %s", text))
    assert HEX not in JsonFormatter().format(record("said %s", text))


def test_what_is_no_secret_stays() -> None:
    text = "people: GET /v1.0/users?$select=id answered 429 request-id 6f9619ff-8b86-d011-b42d-00cf4fc964ff code: 5"
    assert redacted(text) == text


def test_a_stranger_cannot_write_a_line_of_his_own() -> None:
    line = TextFormatter().format(record("name %s", "x\n2026-01-01 ERROR forged\x1b[31m"))
    assert "\n" not in line
    assert "\x1b" not in line
    assert json.loads(JsonFormatter().format(record("name %s", "x\n{}")))["message"] == "name x\n{}"


@pytest.mark.parametrize(
    "given", [None, "", "short", "a" * 65, "with space", "line\nbreak", "<script>1234", "-leading1"]
)
def test_an_id_that_is_not_well_formed_is_replaced(given: str | None) -> None:
    made = request_id(given)
    assert made != given
    assert len(made) == 16


def test_a_well_formed_id_is_kept() -> None:
    assert request_id("4bf92f3577b34da6a3ce929d0e0e4736") == "4bf92f3577b34da6a3ce929d0e0e4736"
