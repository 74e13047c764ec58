"""The layers hold, and the check that says so can fail: a violation of each contract is planted and seen."""

import re
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRACTS = ROOT / ".importlinter"
LINT = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"

PLANTS = {
    "layers": ("model/plant.py", "import chamberlain.store"),
    "wings": ("web/plant.py", "import chamberlain.store"),
    "island": ("simulator/plant.py", "import chamberlain.model"),
    "http": ("policy/plant.py", "import httpx2"),
    "sql": ("policy/plant.py", "import psycopg"),
}
"""For each contract, a file that breaks it and no other."""


def lint(folder: Path) -> tuple[bool, set[str]]:
    """Runs import-linter on the package in a folder: whether all is kept, and the names of what is broken."""
    run = subprocess.run(
        [sys.executable, "-c", LINT, "--config", str(CONTRACTS), "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return run.returncode == 0, set(re.findall(r"^(.+) BROKEN", run.stdout, flags=re.MULTILINE))


def names() -> dict[str, str]:
    """The title of each contract."""
    parser = ConfigParser()
    parser.read(CONTRACTS, encoding="utf-8")
    prefix = "importlinter:contract:"
    return {name.removeprefix(prefix): parser[name]["name"] for name in parser.sections() if name.startswith(prefix)}


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A package with our top folders and nothing in them."""
    package = tmp_path / "chamberlain"
    package.mkdir()
    (package / "__init__.py").touch()
    for path in (ROOT / "src" / "chamberlain").iterdir():
        if path.suffix == ".py":
            (package / path.name).touch()
        elif (path / "__init__.py").exists():
            (package / path.name).mkdir()
            (package / path.name / "__init__.py").touch()
    return package


def test_our_layers_hold() -> None:
    assert lint(ROOT / "src") == (True, set())


def test_an_empty_house_breaks_nothing(house: Path) -> None:
    assert lint(house.parent) == (True, set())


def test_every_contract_has_a_plant() -> None:
    assert set(PLANTS) == set(names())


@pytest.mark.parametrize("contract", PLANTS)
def test_a_planted_violation_is_seen(house: Path, contract: str) -> None:
    path, line = PLANTS[contract]
    (house / path).write_text(f"{line}\n", encoding="utf-8")

    assert lint(house.parent) == (False, {names()[contract]})


def test_a_new_top_folder_fails_until_somebody_says_what_layer_it_is(house: Path) -> None:
    (house / "novelty").mkdir()
    (house / "novelty" / "__init__.py").touch()

    assert not lint(house.parent)[0]
