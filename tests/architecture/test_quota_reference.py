"""The reference of quotas says what the code does."""

import re
from pathlib import Path

from chamberlain.graph import retry
from chamberlain.graph.quota import breaker, lane, ledger, limit
from chamberlain.model.quota import LEAST_SHARE, Limit, Priority, TenantSize, Workload

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "quotas.md").read_text(encoding="utf-8")
ROW = re.compile(
    r"^\| `(\w+)` ?(\w*) \| [^|]+ \| ([^|]+) \| ([^|]+) \| (\w+) \| (\d*) ?\| [^|]*\|$", flags=re.MULTILINE
)
FIGURE = re.compile(r"^\| ([a-z][^|`]+) \| (\d+(?: %| s)?) \|$", flags=re.MULTILINE)


def row(name: str, size: str, one: Limit) -> tuple[str, ...]:
    """A limit as the page writes it."""
    unit = " RU" if name == Workload.DIRECTORY.value else ""
    at_once = str(one.at_once or "")
    return name, size, f"{one.units:,.0f}{unit}", f"{one.window.total_seconds():.0f} s", one.whose.value, at_once


def written(page: str) -> list[tuple[str, ...]]:
    return ROW.findall(page)


def limits() -> list[tuple[str, ...]]:
    sizes = [row("directory", size.name.lower(), limit.DIRECTORY[size]) for size in TenantSize]
    return sizes + [row(workload.value, "", one) for workload, one in limit.LIMITS.items()]


def test_every_limit_that_the_code_keeps_is_documented() -> None:
    assert written(PAGE) == limits()
    assert {name for name, *_ in written(PAGE)} == {workload.value for workload in Workload}


def test_every_figure_is_the_one_in_the_code() -> None:
    assert dict(FIGURE.findall(PAGE)) == {
        "headroom at least": f"{ledger.HEADROOM:.0%}".replace("%", " %"),
        "headroom at most": f"{ledger.MOST_HEADROOM:.0%}".replace("%", " %"),
        "headroom grows with an unexplained refusal by": f"{ledger.HEADROOM_STEP:.0%}".replace("%", " %"),
        "headroom shrinks in a minute by": f"{ledger.HEADROOM_DECAY * 60:.0%}".replace("%", " %"),
        "left to people who wait": f"{lane.RESERVE[Priority.BULK]:.0%}".replace("%", " %"),
        "leased at a time, at most": f"{lane.CHUNK:.0%}".replace("%", " %"),
        "longest rest that is believed": f"{retry.LONGEST_WAIT.total_seconds():.0f} s",
        "longest rest without Retry-After": f"{retry.LONGEST_BACKOFF.total_seconds():.0f} s",
        "deadline of a request of a sync": f"{retry.DEADLINE.total_seconds():.0f} s",
        "deadline of a request that a person waits for": f"{retry.SHORT_DEADLINE.total_seconds():.0f} s",
        "failures in a row that open the circuit": str(breaker.FAILURES),
        "circuit stays open at first": f"{breaker.OPEN.total_seconds():.0f} s",
        "circuit stays open at most": f"{breaker.LONGEST_OPEN.total_seconds():.0f} s",
        "least share": f"{LEAST_SHARE} %",
    }


def test_the_checks_can_fail() -> None:
    assert written(PAGE.replace("8,000 RU", "9,000 RU")) != limits()
    assert written(PAGE.replace("| `mailbox` ", "| `mailboxes` ")) != limits()
    assert written(PAGE.replace("| tenant | 4 |", "| ours | 4 |")) != limits()
    assert dict(FIGURE.findall(PAGE.replace("| 30 % |", "| 31 % |"))) != dict(FIGURE.findall(PAGE))
