"""`chamberlain backup` and `chamberlain restore`: everything into one file, and back."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from chamberlain import bootstrap
from chamberlain.actions.make_backup import make_backup
from chamberlain.actions.restore_backup import restore_backup, tell_of_restore
from chamberlain.cli.rim import err, out, print_json, terminal_actor, world
from chamberlain.errors import Misconfigured, Refused
from chamberlain.language import gettext as _

Json = Annotated[bool, typer.Option("--json", help=_("One JSON document on stdout."))]
PassphraseFile = Annotated[
    Path | None, typer.Option(help=_("File with the passphrase; without it the terminal asks for it."))
]


def backup(
    to: Annotated[Path, typer.Option("--out", help=_("The file to write. It replaces nothing."))],
    with_key: Annotated[
        bool, typer.Option("--with-key", help=_("Put the keys into it, too, under a passphrase."))
    ] = False,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Write the whole database, as it is at this moment, into one file. Nothing has to be stopped."""
    with world(as_json=as_json):
        passphrase = _passphrase(passphrase_file, twice=True) if with_key else None
        made = make_backup(actor=terminal_actor(), path=to, passphrase=passphrase)
        if as_json:
            print_json({"file": str(to), "rows": made.rows, "made_at": made.made_at, "keys": made.keys})
            return
        told = _("{rows} rows of {tables} tables are in {path}.")
        _say(told.format(rows=made.rows, tables=len(made.parts), path=to))
        if with_key:
            _warn(_("It holds the keys: whoever has the file and the passphrase can read every secret in it."))
        else:
            told = _("It holds no key and is of use only with {keys}: keep the key file, too, and not beside it.")
            _warn(told.format(keys=", ".join(made.keys)))


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("What `chamberlain backup` wrote."))],
    replace: Annotated[
        bool, typer.Option("--replace", help=_("Take away what is in the database, all of it."))
    ] = False,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Put a backup back, into an empty database or in place of what is there. Everything else has to be stopped."""
    with world(as_json=as_json, any_key=True) as opened:
        bootstrap.refuse_second_start(opened.settings)
        with bootstrap.running_here(opened.settings):
            passphrase = _passphrase(passphrase_file, twice=False) if passphrase_file else None
            actor = terminal_actor()
            try:
                restored = restore_backup(actor=actor, path=file, passphrase=passphrase, replace=replace)
            except Refused as error:
                if error.code != "backup_passphrase_missing" or not err.is_terminal:
                    raise
                passphrase = _passphrase(None, twice=False)
                restored = restore_backup(actor=actor, path=file, passphrase=passphrase, replace=replace)
            bootstrap.check_keys()
            bootstrap.migrate_schema(opened.database_url)
            tell_of_restore(restored, actor=actor)
        if as_json:
            print_json({**asdict(restored.manifest), "rows": restored.manifest.rows, "with_key": restored.with_key})
            return
        told = _("{rows} rows are back, as they were at {at}. People have to sign in again.")
        _say(told.format(rows=restored.manifest.rows, at=f"{restored.manifest.made_at:%Y-%m-%d %H:%M:%S} UTC"))


def _passphrase(file: Path | None, *, twice: bool) -> str:
    if file is None:
        asked: str = typer.prompt(_("Passphrase"), hide_input=True, confirmation_prompt=twice, err=True)
        return asked
    try:
        found = file.read_text(encoding="utf-8").removesuffix("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured("passphrase_unreadable", path=str(file), reason=str(error)) from error
    if not found:
        raise Misconfigured("passphrase_unreadable", path=str(file), reason=_("it is empty"))
    return found


def _say(text: str) -> None:
    out.print(text, highlight=False, markup=False, soft_wrap=True)


def _warn(text: str) -> None:
    err.print(text, style="bold yellow", highlight=False, markup=False, soft_wrap=True)
