"""`python -m chamberlain.cli`: how the supervisor starts its children."""

from chamberlain.cli.main import run

run()
