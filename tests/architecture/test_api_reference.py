"""The page of the API is complete and true."""

import runpy
from pathlib import Path

REFERENCE = runpy.run_path(str(Path(__file__).with_name("api_reference.py")))


def test_every_route_is_documented() -> None:
    page = REFERENCE["PAGE"].read_text(encoding="utf-8")

    assert page == REFERENCE["page"](), "run tests/architecture/api_reference.py"
    assert page.count("\n### `") >= 30
