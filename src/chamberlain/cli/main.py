"""Entry point of the `chamberlain` command."""

from chamberlain import bootstrap
from chamberlain.cli.rim import plainly, settings_or_exit


def run() -> None:
    """Loads Django, without which no model can be imported, then the subcommands."""
    with plainly(exits=True):
        settings_or_exit()
    bootstrap.load_django()
    from chamberlain.cli.commands import app

    app()
