"""The page of settings is complete and true."""

import runpy
from pathlib import Path

REFERENCE = runpy.run_path(str(Path(__file__).with_name("configuration_reference.py")))


def test_every_setting_is_documented() -> None:
    page = REFERENCE["PAGE"].read_text(encoding="utf-8")

    assert page == REFERENCE["page_with"](REFERENCE["table"]()), "run tests/architecture/configuration_reference.py"
