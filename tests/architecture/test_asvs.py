"""docs/security/asvs.md answers every requirement, names only tests that exist, and counts what is open."""

import ast
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "security" / "asvs.md"
CATALOGUE = Path(__file__).parent / "asvs_5_0_0.txt"
STATES = ("met", "open", "operator", "n/a")


@dataclass(frozen=True, slots=True)
class Row:
    """One requirement and the answer to it."""

    id: str
    level: int
    asks: str
    state: str
    how: str
    proofs: tuple[str, ...]


def rows_of(text: str) -> list[Row]:
    """The rows of the tables of requirements."""
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if "| v5" in line]
    return [Row(one[0], int(one[1]), *one[2:5], tuple(re.findall(r"`([^`]+)`", one[5]))) for one in cells]


def catalogue() -> dict[str, int]:
    """Requirements of levels 1 and 2 with their level."""
    lines = [line.split() for line in CATALOGUE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return {id_: int(level) for id_, level in lines}


@cache
def functions_in(file: str) -> frozenset[str]:
    """Names of the tests that a file has; pytest collects functions of modules here, and no classes."""
    path = ROOT / file
    if not path.is_file() or not path.name.startswith("test_"):
        return frozenset()
    body = ast.parse(path.read_text(encoding="utf-8")).body
    return frozenset(one.name for one in body if isinstance(one, ast.FunctionDef) and one.name.startswith("test_"))


def exists(proof: str) -> bool:
    """Whether pytest would find a test by this id."""
    file, _, name = proof.partition("::")
    return name in functions_in(file)


def faults(row: Row) -> list[str]:
    """What is wrong with an answer."""
    unknown = [f"{row.id}: no test {proof}" for proof in row.proofs if not exists(proof)]
    wrong = [f"{row.id}: state {row.state}"] if row.state not in STATES else []
    unproved = [f"{row.id}: met without a test"] if row.state == "met" and not row.proofs else []
    claimed = [f"{row.id}: {row.state} with a test"] if row.state in ("open", "n/a") and row.proofs else []
    untold = [f"{row.id}: says nothing"] if len(row.how) < 5 or len(row.asks) < 5 else []
    undone = [f"{row.id}: no page for the operator"] if row.state == "operator" and "](" not in row.how else []
    return [*unknown, *wrong, *unproved, *claimed, *untold, *undone]


def told_counts(text: str) -> dict[int, dict[str, int]]:
    """The figures at the top of the page, by level and state."""
    found = re.findall(r"^\| ([12]) \|" + r" (\d+) \|" * len(STATES), text, flags=re.MULTILINE)
    return {int(level): dict(zip(STATES, map(int, figures), strict=True)) for level, *figures in found}


def counts(rows: list[Row]) -> dict[int, dict[str, int]]:
    """The figures that the rows have."""
    every = Counter((row.level, row.state) for row in rows)
    return {level: {state: every[level, state] for state in STATES} for level in (1, 2)}


def sections(page: str) -> dict[str, str]:
    """What stands under each heading, deeper ones included, by the anchor that hosting sites make of it."""
    found = {}
    for heading in re.finditer(r"^(#+) (.+)\n", page, flags=re.MULTILINE):
        anchor = re.sub(r"[^\w\- ]", "", heading[2]).strip().lower().replace(" ", "-")
        found[anchor] = re.split(rf"^#{{1,{len(heading[1])}}} ", page[heading.end() :], maxsplit=1, flags=re.MULTILINE)[
            0
        ]
    return found


def thin(targets: set[str], *, least: int = 20) -> list[str]:
    """Places that rows point to and that are not there, or say hardly anything."""
    found = []
    for target in sorted(targets):
        path, _, anchor = target.partition("#")
        page = PAGE.parent / path
        said = sections(page.read_text(encoding="utf-8")).get(anchor, "") if page.is_file() else ""
        found += [target] if len(said.split()) < least else []
    return found


def text() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_every_requirement_of_both_levels_is_answered_once() -> None:
    known = catalogue()
    assert Counter(known.values()) == {1: 70, 2: 183}, "as many as the standard has"
    assert Counter(row.id for row in rows_of(text())) == Counter(list(known))
    assert {row.id: row.level for row in rows_of(text())} == known


def test_every_answer_has_what_its_state_asks_for() -> None:
    assert [fault for row in rows_of(text()) for fault in faults(row)] == []


def test_the_figures_are_those_of_the_rows() -> None:
    assert told_counts(text()) == counts(rows_of(text()))


def test_pages_that_rows_point_to_have_what_they_name() -> None:
    targets = set(re.findall(r"\]\(([^):]+\.md#[\w-]+)\)", text()))
    assert len(targets) >= 15
    assert thin(targets) == []
    assert thin({"README.md#nothing", "nowhere.md#keys", "README.md#keys"}) == ["README.md#nothing", "nowhere.md#keys"]


def planted(row: str) -> list[str]:
    (found,) = rows_of(row)
    return faults(found)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("| v5.0.0-1.1.1 | 1 | asks this | met | like this | – |", "met without a test"),
        ("| v5.0.0-1.1.1 | 1 | asks this | met | like this | `tests/web/test_gate.py::test_nothing` |", "no test"),
        ("| v5.0.0-1.1.1 | 1 | asks this | met | like this | `tests/web/nowhere.py::test_x` |", "no test"),
        ("| v5.0.0-1.1.1 | 1 | asks this | fine | like this | – |", "state fine"),
        ("| v5.0.0-1.1.1 | 1 | asks this | n/a |  | – |", "says nothing"),
        ("| v5.0.0-1.1.1 | 1 | asks this | operator | somebody else does | – |", "no page for the operator"),
        (
            "| v5.0.0-1.1.1 | 1 | asks this | open | lacks that | "
            "`tests/architecture/test_asvs.py::test_the_figures_are_those_of_the_rows` |",
            "open with a test",
        ),
    ],
)
def test_a_planted_row_is_seen(row: str, fault: str) -> None:
    assert any(fault in one for one in planted(row))
    good = "`tests/architecture/test_asvs.py::test_the_figures_are_those_of_the_rows`"
    assert planted(f"| v5.0.0-1.1.1 | 1 | asks this | met | like this | {good} |") == []


def test_wrong_figures_and_missing_rows_are_seen() -> None:
    first = rows_of(text())[0]
    assert told_counts(text()) != counts(rows_of(text())[1:])
    assert Counter(row.id for row in rows_of(text())[1:]) != Counter(list(catalogue()))
    assert first.id in catalogue()
