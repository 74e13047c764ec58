"""The page of capabilities is complete and true, and what it says works has a test."""

import re
import runpy
from pathlib import Path

import pytest

from chamberlain.model.kind import Kind
from chamberlain.model.matrix import PEOPLE, Area, Cell, CellState
from chamberlain.policy.capabilities import ABILITIES, STANDARD
from chamberlain.policy.matrix import matrix

ROOT = Path(__file__).parents[2]
REFERENCE = runpy.run_path(str(Path(__file__).with_name("capabilities_reference.py")))


def is_a_test(test: str) -> bool:
    """Whether a test with this id is in the sources, for a subject that its parameters are made from."""
    found = re.fullmatch(r"(tests/[\w/]+\.py)::(test_\w+)\[(\w+)\]", test)
    if found is None or not (ROOT / found[1]).exists():
        return False
    text = (ROOT / found[1]).read_text(encoding="utf-8")
    subjects = {PEOPLE, *(kind.value for kind in Kind)}
    return (
        re.search(rf'parametrize\("subject", SUBJECTS\)\ndef {found[2]}\(', text) is not None and found[3] in subjects
    )


def test_the_page_is_made_from_the_policy() -> None:
    page = REFERENCE["PAGE"].read_text(encoding="utf-8")

    assert page == REFERENCE["page"](), "run tests/architecture/capabilities_reference.py"


def test_the_matrix_has_every_kind_in_every_area() -> None:
    assert [row.subject for row in matrix()] == [PEOPLE, *(kind.value for kind in Kind)]
    assert all([cell.area for cell in row.cells] == list(Area) for row in matrix())


@pytest.mark.parametrize(
    "cell",
    [cell for row in matrix(frozenset(ABILITIES)) for cell in row.cells if cell.state is CellState.WORKS],
    ids=lambda cell: cell.test,
)
def test_what_works_names_its_test(cell: Cell) -> None:
    assert is_a_test(cell.test)


def test_nothing_works_without_a_test_and_only_that_has_one() -> None:
    everything = frozenset(ABILITIES)
    for chosen, held in ((STANDARD, None), (frozenset(), None), (everything, None), (everything, frozenset())):
        cells = [cell for row in matrix(chosen, held) for cell in row.cells]
        assert all(bool(cell.test) == (cell.state is CellState.WORKS) for cell in cells)


def test_the_check_can_fail() -> None:
    assert not is_a_test("tests/flow/test_scopes.py::test_that_nobody_wrote[people]")
    assert not is_a_test("tests/flow/test_nothing.py::test_each_kind_is_synced_as_the_tenant_has_it[people]")
    assert not is_a_test("tests/flow/test_scopes.py::test_each_kind_is_synced_as_the_tenant_has_it[unicorn]")
