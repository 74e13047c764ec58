"""How lists look in the terminal: aligned columns without lines, so that they can be copied and cut."""

from rich.table import Table


def columns(*headings: str) -> Table:
    """An empty table with these headings. What does not fit is folded, never cut: ids and scopes are copied from it."""
    table = Table(box=None, header_style="dim", pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table
