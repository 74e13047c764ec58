"""The page of roles is complete and true."""

import runpy
from pathlib import Path

from chamberlain.policy.authority import Deed

REFERENCE = runpy.run_path(str(Path(__file__).with_name("roles_reference.py")))


def test_every_deed_is_explained() -> None:
    assert set(REFERENCE["MEANING"]) == set(Deed)


def test_the_page_of_roles_is_current() -> None:
    page = REFERENCE["PAGE"].read_text(encoding="utf-8")

    assert page == REFERENCE["page_with"](page), "run tests/architecture/roles_reference.py"


def test_a_page_that_is_not_current_is_seen() -> None:
    page = (
        REFERENCE["PAGE"]
        .read_text(encoding="utf-8")
        .replace("| start a sync | yes |  |", "| start a sync | yes | yes |")
    )

    assert page != REFERENCE["page_with"](page)
