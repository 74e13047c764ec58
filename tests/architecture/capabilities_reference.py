"""Writes the tables of docs/reference/capabilities.md from the policy; run it after changing a capability.

usage  python tests/architecture/capabilities_reference.py
"""

from pathlib import Path

from chamberlain.model.matrix import Area, Cell, CellState
from chamberlain.policy.capabilities import ABILITIES, ROLE_NAMES, STANDARD, instead_of, is_dangerous, writes
from chamberlain.policy.matrix import matrix

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "capabilities.md"
PARTS = ("capabilities", "matrix", "limits")
WORDS = {CellState.NOT_YET: "not yet", CellState.NOT_MEANT: "–", CellState.OFF: "when chosen"}


def capabilities() -> str:
    """One row for each capability."""
    head = "| capability | what it is | scopes | instead of | role in Entra | today |\n|---|---|---|---|---|---|\n"
    rows = []
    for capability, one in ABILITIES.items():
        scopes = ", ".join(f"`{use.scope}`" for use in one.uses)
        marks = " **Can make itself Global Administrator.**" if is_dangerous(capability) else ""
        about = one.title + (", changes the tenant" if writes(capability) else "") + "." + marks
        instead = ", ".join(f"`{name}`" for name in instead_of(capability)) or "–"
        roles = ", ".join(ROLE_NAMES[role] for role in one.roles) or "–"
        today = (
            "always" if one.is_essential else "on" if capability in STANDARD else "off" if one.is_ready else "not yet"
        )
        rows.append(f"| `{capability.value}` | {about} | {scopes} | {instead} | {roles} | {today} |\n")
    return head + "".join(rows)


def kinds() -> str:
    """One row for each kind, one column for each part of the product."""
    head = "| kind | " + " | ".join(area.value.replace("_", " ") for area in Area) + " |\n"
    rows = [
        f"| {row.subject.replace('_', ' ')} | {' | '.join(cell(one) for one in row.cells)} |\n"
        for row in matrix(frozenset(ABILITIES))
    ]
    return head + "|---" * (len(Area) + 1) + "|\n" + "".join(rows)


def cell(one: Cell) -> str:
    """A cell, with what it needs and the test that shows that it works."""
    if one.state is CellState.WORKS:
        return f"works with {_scopes(one)}: {one.test}"
    return WORDS[one.state] + (f", will need {_scopes(one)}" if one.state is CellState.NOT_YET else "")


def _scopes(one: Cell) -> str:
    return ", ".join(f"`{name}`" for name in one.scopes)


def limits() -> str:
    """What Microsoft does not allow, by kind."""
    rows = []
    for row in matrix():
        told = dict.fromkeys(one.limit for one in row.cells if one.limit)
        rows += [f"| {row.subject.replace('_', ' ')} | {limit} |\n" for limit in told]
    return "| kind | what Microsoft does not allow |\n|---|---|\n" + "".join(rows)


def page() -> str:
    """The page with its tables replaced."""
    text = PAGE.read_text(encoding="utf-8")
    for part, rows in zip(PARTS, (capabilities(), kinds(), limits()), strict=True):
        begin, end = f"<!-- {part} -->\n", f"<!-- end of {part} -->\n"
        before, rest = text.split(begin)
        text = before + begin + rows + end + rest.split(end)[1]
    return text


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
