"""What a line of the log carries: time, level, logger, message, and which request, tenant and run it belongs to.

The formats are written here rather than taken from a library: they are forty lines, and the second net under secrets
has to be the last thing that touches a line. The first net is that nobody logs one.
"""

import json
import logging
import re
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{7,63}")
REDACTED = "[redacted]"
NAMES = (
    r"client_secret|client_assertion|password|passwd|secret|code|code_verifier|state|nonce|"
    r"access_token|refresh_token|id_token|token|api_key|validationToken"
)
SECRETS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL), REDACTED),
    (re.compile(r"\b(Bearer|Basic)\s+[\w.~+/=-]+", re.IGNORECASE), rf"\1 {REDACTED}"),
    (re.compile(r"\beyJ[\w-]{6,}\.[\w-]+(\.[\w-]*)?"), REDACTED),
    (re.compile(rf"\b({NAMES})=[^&\s'\"<>]+", re.IGNORECASE), rf"\1={REDACTED}"),
    (re.compile(rf"(['\"])({NAMES})\1(\s*[:,]\s*)(['\"]).*?\4", re.IGNORECASE), rf"\1\2\1\3\4{REDACTED}\4"),
    (re.compile(r"(\w+://[^:/@\s]+):[^@/\s]+@"), rf"\1:{REDACTED}@"),
    (re.compile(r"(/sign-in/(?:link#)?)[\w.~-]{16,}"), rf"\1{REDACTED}"),
)
CONTROL = {number: f"\\x{number:02x}" for number in (*range(32), 127) if number != 9}
# django.template tells all cookies where a name is not found, the session's with them; httpcore2 tells of each byte.
QUIET = ("httpx2", "dbos", "alembic", "django.template", "httpcore2")

_carried: ContextVar[dict[str, str]] = ContextVar("carried")


@contextmanager
def carrying(*, request: str | None = None, tenant: int | None = None, run: int | None = None) -> Iterator[None]:
    """Every line that this thread logs meanwhile says which request, tenant and run it belongs to."""
    given = {"request_id": request, "tenant_id": tenant, "run_id": run}
    mark = _carried.set({**carried(), **{name: str(value) for name, value in given.items() if value is not None}})
    try:
        yield
    finally:
        _carried.reset(mark)


def carried() -> dict[str, str]:
    """What lines carry now, by name."""
    return _carried.get({})


def request_id(given: str | None) -> str:
    """The id that somebody in front of us gave a request, where it looks like one; otherwise a new one."""
    if given is not None and WELL_FORMED.fullmatch(given):
        return given
    return secrets.token_hex(8)


def redacted(text: str) -> str:
    """The text without what looks like a secret."""
    for pattern, instead in SECRETS:
        text = pattern.sub(instead, text)
    return text


class TextFormatter(logging.Formatter):
    """Lines for people. A message is one line, whatever a stranger wrote into it."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, with its trace below it."""
        time = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        about = " ".join(f"{name.removesuffix('_id')}={value}" for name, value in carried().items())
        message = record.getMessage().translate(CONTROL)
        line = f"{time} {record.levelname:<7} {record.name}: {message}" + (f" [{about}]" if about else "")
        trace = _trace(self, record)
        return redacted(f"{line}\n{trace}" if trace else line)


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The object. Extra fields of the record come along where they are plain."""
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        content = {
            "time": time,
            "level": record.levelname,
            "logger": record.name,
            "message": redacted(record.getMessage()),
            **carried(),
        }
        if trace := _trace(self, record):
            content["exception"] = redacted(trace)
        return json.dumps(content, ensure_ascii=False)


def scrub(folder: Path, pattern: re.Pattern[str]) -> None:
    """Removes the lines that match from the logs in a folder, in place: others write at their ends meanwhile."""
    for path in sorted(folder.glob("*.log*")):
        with path.open("r+b") as file:
            lines = file.readlines()
            kept = [line for line in lines if not pattern.search(line.decode(errors="replace"))]
            if len(kept) < len(lines):
                file.seek(0)
                file.writelines(kept)
                file.truncate()


def configuration(*, level: str, as_json: bool) -> dict[str, Any]:
    """What Python's logging is told: one format for every process, to stderr."""
    formatter = JsonFormatter if as_json else TextFormatter
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": formatter}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "stream": sys.stderr}},
        "root": {"level": level, "handlers": ["stderr"]},
        "loggers": {
            **{name: {"level": "WARNING"} for name in QUIET},
            # Django's own lines hold whole addresses, sign-in tokens included; web/problems.py logs routes.
            "django.request": {"level": "CRITICAL"},
            "django.security": {"level": "CRITICAL"},
        },
    }


def _trace(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    """The trace of an error; none where there was no error."""
    parts = [formatter.formatException(record.exc_info)] if record.exc_info and record.exc_info[0] else []
    return "\n".join([*parts, *([record.stack_info] if record.stack_info else [])])
