"""Rules of the house that no other tool checks. Each is a function, and has a plant that shows that it can fail."""

import ast
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from chamberlain.sentences import SENTENCES

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "chamberlain"
GATE = Path(".ci/run")
LONGEST_MODULE = 600
LONGEST_FUNCTION = 60
MAY_READ_ENVIRONMENT = ("settings.py", "cli/processes/parent.py")

HOSTS = [".".join(words) for words in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("debian", "org"))]
"""Of package registries, in pieces so that this file does not name them: where packages come from is each machine's."""

MACHINE_FOLDERS = ("wo" + "rk", "opt/" + "pypi", "opt/" + "wheels")
MACHINE = re.compile(r"(?<![\w./$}-])/(?:" + "|".join(MACHINE_FOLDERS) + ")/")
"""Absolute paths of the machines this is written on."""

NEIGHBOUR = "../" + "shared"


def modules() -> list[Path]:
    return [path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts]


def tracked() -> dict[Path, str]:
    """The text files under version control."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    files = {}
    for name in filter(None, listing.split("\0")):
        try:
            files[Path(name)] = (ROOT / name).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue
    return files


def asserts(code: str) -> list[int]:
    return [node.lineno for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Assert)]


def long_functions(code: str) -> list[str]:
    functions = (node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return [f.name for f in functions if (f.end_lineno or f.lineno) - f.lineno + 1 > LONGEST_FUNCTION]


def environment_reads(code: str) -> list[int]:
    """Lines that ask the environment; handing it on to a child, or setting something there, is no question."""
    asking = re.compile(r"^os\.(getenv|environ\.(get|pop|items|keys|values)\b|environ\[)|\bin os\.environ$")
    nodes = (node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call | ast.Subscript | ast.Compare))
    return [
        node.lineno
        for node in nodes
        if asking.search(ast.unparse(node)) and not isinstance(getattr(node, "ctx", None), ast.Store)
    ]


def revealing(text: str) -> Iterator[str]:
    """What tells of a machine or a registry."""
    yield from MACHINE.findall(text)
    yield from (host for host in HOSTS if host in text)


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_a_module_keeps_the_rules(path: Path) -> None:
    code = path.read_text(encoding="utf-8")
    name = path.relative_to(SOURCE).as_posix()

    assert asserts(code) == [], "assert is for tests: python -O removes it"
    assert len(code.splitlines()) <= LONGEST_MODULE, "a module fits on a few screens"
    assert long_functions(code) == [], f"no function over {LONGEST_FUNCTION} lines"
    assert ast.get_docstring(ast.parse(code)), "the first line tells what it gives"
    assert name in MAY_READ_ENVIRONMENT or environment_reads(code) == [], "settings.py reads the environment"


def test_every_folder_of_source_is_a_package_with_a_docstring() -> None:
    folders = {path.parent for path in modules()}

    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []


def test_no_folder_has_a_name_that_says_nothing() -> None:
    empty = {"utils", "helpers", "common", "misc", "core", "manager", "managers"}

    assert [path for path in modules() if path.stem in empty or path.parent.name in empty] == []


def test_nothing_under_version_control_tells_of_a_machine_or_a_registry() -> None:
    assert {path: found for path, text in tracked().items() if (found := [*revealing(text)])} == {}


def test_only_the_gate_knows_what_lies_beside_the_checkout() -> None:
    assert {path for path, text in tracked().items() if NEIGHBOUR in text} <= {GATE}


def test_locks_name_packages_and_not_where_they_came_from() -> None:
    locks = [path for path in tracked() if path.name == "package-lock.json"]

    for path in locks:
        packages = json.loads((ROOT / path).read_text(encoding="utf-8"))["packages"]
        assert [name for name, package in packages.items() if "resolved" in package] == []


def test_the_licence_is_there() -> None:
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_the_rules_can_fail() -> None:
    """A plant for each of the functions above."""
    assert asserts("def f():\n    assert 1") == [2]
    assert long_functions("def f():\n" + "    pass\n" * LONGEST_FUNCTION) == ["f"]
    assert environment_reads("os.environ['X']\nos.getenv('X')\n'X' in os.environ\nos.environ['X'] = '1'") == [1, 2, 3]
    assert [*revealing(f'open("/{"wo" + "rk"}/main") https://{HOSTS[0]}/simple')] == ["/wo" + "rk/", HOSTS[0]]
    assert [*revealing("src/chamberlain/work/sync.py ./work/ {root}/work/")] == []


ERRORS = {"Refused", "Unsafe", "NotFound", "Conflict", "Upstream", "Misconfigured"}


def error_codes(code: str) -> set[str]:
    """The codes of the errors a module makes, as far as they stand there in words."""
    calls = (node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call) and node.args)
    firsts = (call.args[0] for call in calls if isinstance(call.func, ast.Name) and call.func.id in ERRORS)
    return {first.value for first in firsts if isinstance(first, ast.Constant) and isinstance(first.value, str)}


def test_every_error_has_a_sentence_for_people() -> None:
    codes = set().union(*(error_codes(path.read_text(encoding="utf-8")) for path in modules()))

    assert codes - set(SENTENCES) == set()
