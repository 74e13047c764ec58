"""The `chamberlain` command: one file per subcommand, joined here."""

import typer

app = typer.Typer(
    name="chamberlain",
    help="Access governance for Microsoft 365.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


@app.callback()
def main() -> None:
    """Access governance for Microsoft 365."""


def run() -> None:
    """Entry point of the console script."""
    app()
