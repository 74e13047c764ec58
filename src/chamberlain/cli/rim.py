"""Where errors become sentences and exit codes, and where a command gets its world."""

import getpass
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape

from chamberlain import bootstrap
from chamberlain.audit.origin import coming_from
from chamberlain.errors import ChamberlainError, Conflict, Misconfigured, NotFound, Refused, Unsafe, Upstream
from chamberlain.language import gettext as _
from chamberlain.model.actor import Actor, ActorKind, Role
from chamberlain.model.origin import Channel, Origin
from chamberlain.sentences import explain
from chamberlain.settings import Settings, load

# docs/reference/command-line.md lists these; 2 is a wrong use of the command line.
EXIT_CODES: dict[type[ChamberlainError], int] = {
    Refused: 3,
    NotFound: 4,
    Conflict: 5,
    Unsafe: 6,
    Upstream: 7,
    Misconfigured: 8,
}

RUN_FAILED = 9  # a sync that was watched ended without success

out = Console()
err = Console(stderr=True)


@contextmanager
def plainly(*, as_json: bool = False, exits: bool = False) -> Iterator[None]:
    """Tells errors in plain words, with their code, and ends with the exit code of their branch.

    exits  ends the process at once: for what happens before the command line is parsed
    """
    try:
        yield
    except ChamberlainError as error:
        tell(error, as_json=as_json)
        code = next((code for branch, code in EXIT_CODES.items() if isinstance(error, branch)), 1)
        if exits:
            sys.exit(code)
        raise typer.Exit(code) from None


def tell(error: ChamberlainError, *, as_json: bool) -> None:
    """Writes what happened, why and what to do to stderr."""
    sentence = explain(error)
    if as_json:
        content = {"code": error.code, "what": sentence.what, "why": sentence.why, "repair": sentence.repair}
        print(json.dumps({"error": content}), file=sys.stderr)
        return
    what, why, repair = (escape(text) for text in (sentence.what, sentence.why, sentence.repair))
    err.print(f"[bold red]{what}[/]\n{why}\n[bold]{repair}[/]\n[dim]{_('code')}: {error.code}[/]", highlight=False)


@contextmanager
def world(*, as_json: bool = False, quiet: bool = True, any_key: bool = False) -> Iterator[bootstrap.World]:
    """The command's world, with errors told plainly.

    quiet    only warnings are logged: a person reads the terminal
    any_key  also where secrets are encrypted with a key that is not here; then nothing is migrated
    """
    with plainly(as_json=as_json):
        settings = settings_or_exit()
        if quiet and settings.log_level == "INFO":
            settings = settings.model_copy(update={"log_level": "ERROR"})
        is_migrated = bootstrap.is_running(settings.data)  # by the supervisor, before it started anything
        opening = bootstrap.open_world(settings, migrate=not is_migrated and not any_key, any_key=any_key)
        with opening as opened, coming_from(Origin(Channel.CLI)):
            yield opened


def settings_or_exit() -> Settings:
    """The settings of this process.

    raises  Misconfigured("setting_invalid") naming every one that is wrong
    """
    return load()


def terminal_actor() -> Actor:
    """Whoever has a shell here holds the key file, too: the terminal acts as an administrator, under its name."""
    name = getpass.getuser()
    return Actor(ActorKind.TERMINAL, f"terminal:{name}", f"{name} (terminal)", frozenset({Role.ADMINISTRATOR}))


def print_json(content: Any) -> None:
    """One JSON document on stdout."""
    print(json.dumps(content, default=str, ensure_ascii=False))
