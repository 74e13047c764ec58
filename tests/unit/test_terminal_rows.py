"""Lists in a narrow terminal lose nothing: what stands in them is copied."""

from io import StringIO

from rich.console import Console

from chamberlain.cli.rows import columns

SCOPE = "RoleManagement.ReadWrite.Directory"


def drawn(*, width: int) -> str:
    table = columns("scope", "what for")
    table.add_row(SCOPE, "Gives and takes directory roles. " * 4)
    said = StringIO()
    Console(file=said, width=width).print(table)
    return said.getvalue()


def test_a_narrow_terminal_folds_and_cuts_nothing() -> None:
    assert SCOPE in drawn(width=120)
    narrow = drawn(width=40)
    assert "…" not in narrow
    assert narrow.replace("\n", "").replace(" ", "").count("directoryroles.") == 4


def test_lists_are_columns_without_lines() -> None:
    assert not set("│┃─━") & set(drawn(width=80))
