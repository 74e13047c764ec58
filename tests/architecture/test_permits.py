"""Permits to change a tenant are given in one place, and used by what provisions: no other code may write one."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "chamberlain"
GIVES = {"policy/permits.py"}

USES = {
    "actions/make_plan.py",  # with none: it only reads
    "actions/perform_plan.py",
    "actions/rehearse_plan.py",  # with none: it only reads
    "actions/switch_report_names.py",
    "provision/hand.py",
}
"""What opens a Graph which may write, or the engine's hand, which holds one."""


def makers(sources: dict[str, str]) -> set[str]:
    """Modules that make a permit."""
    return {path for path, code in sources.items() if any(_calls(node, "Permit") for node in ast.walk(ast.parse(code)))}


def users(sources: dict[str, str]) -> set[str]:
    """Modules that open a Graph, or the engine's hand, with permits."""
    return {
        path
        for path, code in sources.items()
        for node in ast.walk(ast.parse(code))
        if (_calls(node, "open_graph") or _calls(node, "reach"))
        and any(word.arg == "permits" for word in node.keywords)  # type: ignore[attr-defined]
    }


def _calls(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


@pytest.fixture(scope="module")
def ours() -> dict[str, str]:
    return {str(path.relative_to(SOURCE)): path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py")}


def test_permits_are_given_in_one_place_and_used_by_actions_that_tell(ours: dict[str, str]) -> None:
    assert makers(ours) == GIVES
    assert users(ours) == USES


def test_a_planted_permit_and_a_planted_use_are_seen() -> None:
    assert makers({"plant.py": 'x = Permit("DELETE", "/users/one")'}) == {"plant.py"}
    assert users({"plant.py": "open_graph(a, b, permits=c)"}) == {"plant.py"}
    assert users({"plant.py": "reach(a, b, permits=c)"}) == {"plant.py"}
    assert users({"plant.py": "open_graph(a, b)"}) == set()
