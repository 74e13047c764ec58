"""Entry point of the `chamberlain` command."""

import sys

from chamberlain import bootstrap
from chamberlain.cli.rim import plainly, settings_or_exit


def run() -> None:
    """Loads Django, without which no model can be imported, then the subcommands."""
    if sys.argv[1:2] == ["config"]:  # it tells what is wrong with settings, so it starts with wrong ones, too
        from chamberlain.cli.config import app as config

        config(sys.argv[2:], prog_name="chamberlain config")
    with plainly(exits=True):
        settings_or_exit()
    bootstrap.load_django()
    from chamberlain.cli.commands import app

    app()
