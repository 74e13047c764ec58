"""`chamberlain config`: what is set, where it came from, what is wrong with it."""

from typing import Annotated

import typer
from rich.table import Table

from chamberlain.cli.rim import EXIT_CODES, err, out, print_json
from chamberlain.configuration import Problem, shown
from chamberlain.errors import Misconfigured
from chamberlain.language import gettext as _
from chamberlain.settings import Configuration, Settings, read, secret_names

Json = Annotated[bool, typer.Option("--json", help=_("One JSON document on stdout."))]

app = typer.Typer(
    name="config",
    help=_("What is set, where it came from, and what is wrong with it."),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.command("check")
def check(as_json: Json = False) -> None:
    """Tell everything that is wrong with the settings; exit 0 if nothing is, else 8."""
    found = read()
    if as_json:
        print_json(
            {
                "valid": found.settings is not None,
                "files": [str(path) for path in found.files],
                "problems": [_json(one) for one in found.problems],
                "oddities": [_json(one) for one in found.oddities],
            }
        )
    else:
        _tell(found)
    if found.settings is None:
        raise typer.Exit(EXIT_CODES[Misconfigured])


@app.command("show")
def show(as_json: Json = False) -> None:
    """Show every setting, where it came from, and its value unless it is a secret."""
    found = read()
    if found.settings is None:
        _tell(found)
        raise typer.Exit(EXIT_CODES[Misconfigured])
    rows = [_row(name, found) for name in Settings.model_fields]
    if as_json:
        print_json([{"setting": name, "value": value, "origin": origin} for name, value, origin in rows])
        return
    table = Table(_("setting"), _("value"), _("from"))
    for row in rows:
        table.add_row(*row)
    out.print(table, markup=False)


def _row(name: str, found: Configuration) -> tuple[str, str, str]:
    given = found.given.get(name)
    value = shown(getattr(found.settings, name), secret=name in secret_names())
    return name, value, given.origin if given else _("default")


def _tell(found: Configuration) -> None:
    for path in found.files:
        out.print(_("read: {path}").format(path=path), highlight=False, markup=False, soft_wrap=True)
    for problem in found.problems:
        err.print(_("wrong: {problem}").format(problem=problem), highlight=False, markup=False, soft_wrap=True)
    for oddity in found.oddities:
        err.print(_("odd: {problem}").format(problem=oddity), highlight=False, markup=False, soft_wrap=True)
    if found.settings is not None:
        out.print(_("Every setting is valid."))


def _json(problem: Problem) -> dict[str, str]:
    return {
        "setting": problem.setting,
        "value": problem.value,
        "allowed": problem.allowed,
        "origin": problem.origin,
    }
