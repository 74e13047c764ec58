"""Writes the table of docs/reference/configuration.md from the settings; run it after changing one.

usage  python tests/architecture/configuration_reference.py
"""

import types
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from chamberlain.settings import Settings

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "configuration.md"
BEGIN, END = "<!-- settings -->\n", "<!-- end of settings -->\n"
HEAD = "| name | type | unit | default | secret | meaning |\n|---|---|---|---|---|---|\n"
UNITS = ("seconds", "minutes", "hours", "days", "bytes")
TYPES: dict[Any, str] = {
    str: "text",
    SecretStr: "text",
    int: "number",
    bool: "yes or no",
    Path: "folder",
    dict[str, dict[str, str]]: "table",
}


def table(settings: type[Settings] = Settings) -> str:
    """One row for each setting, in the order of the class."""
    return HEAD + "".join(row(name, field) for name, field in settings.model_fields.items())


def row(name: str, field: FieldInfo) -> str:
    """A setting's row."""
    alias = field.validation_alias
    variable = alias if isinstance(alias, str) else f"CHAMBERLAIN_{name.upper()}"
    unit = next((unit for unit in UNITS if name.endswith(f"_{unit}")), "")
    secret = "yes" if SecretStr in kinds(field.annotation) else "no"
    kind = ", ".join(TYPES.get(kind) or choices(kind) for kind in kinds(field.annotation))
    return f"| `{variable}` | {kind} | {unit} | {default(field)} | {secret} | {field.description} |\n"


def kinds(annotation: Any) -> list[Any]:
    """The types of a setting, without None."""
    if get_origin(annotation) is types.UnionType:
        return [kind for kind in get_args(annotation) if kind is not types.NoneType]
    return [annotation]


def choices(kind: Any) -> str:
    """The values of a setting that has only some."""
    values = get_args(kind) if get_origin(kind) is Literal else [one.value for one in kind]
    return ", ".join(f"`{value}`" for value in values)


def default(field: FieldInfo) -> str:
    """A setting's default, as one would write it."""
    if field.default_factory is not None:
        return "see below"
    if field.default is None:
        return "unset"
    return f"`{str(field.default).lower() if isinstance(field.default, bool) else field.default}`"


def page_with(rows: str) -> str:
    """The page with its table replaced."""
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    return before + BEGIN + rows + END + rest.split(END)[1]


if __name__ == "__main__":
    PAGE.write_text(page_with(table()), encoding="utf-8")
