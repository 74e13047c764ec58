"""`chamberlain keys`: which keys encrypt secrets here, changing them, forgetting old ones."""

from dataclasses import asdict
from typing import Annotated

import typer

from chamberlain.actions.rotate_keys import forget_key, give_up_key, rotate_keys
from chamberlain.cli.rim import out, print_json, terminal_actor, world
from chamberlain.cli.rows import columns
from chamberlain.language import gettext as _
from chamberlain.queries.keys import list_keys

Json = Annotated[bool, typer.Option("--json", help=_("One JSON document on stdout."))]


def show(as_json: Json = False) -> None:
    """List the keys by their ids, and how many secrets each encrypts. It never shows a key."""
    with world(as_json=as_json, any_key=True):
        found = list_keys(viewer=terminal_actor())
        if as_json:
            print_json([asdict(one) for one in found])
            return
        table = columns(_("key"), _("secrets"), _("state"))
        for one in found:
            state = _("encrypts") if one.newest else _("decrypts only") if one.here else _("missing")
            table.add_row(one.id, str(one.secrets), state)
        out.print(table)


def rotate(as_json: Json = False) -> None:
    """Make a new key and encrypt every secret with it. Nothing has to be stopped; it can be run again at any time."""
    with world(as_json=as_json):
        done = rotate_keys(actor=terminal_actor())
        if as_json:
            print_json(asdict(done))
            return
        words = _("A new key encrypts now: {id}.") if done.made else _("A rotation that had begun is finished: {id}.")
        told = _("{number} secrets were encrypted with it.").format(number=done.encrypted)
        out.print(f"{words.format(id=done.newest)} {told}", highlight=False, soft_wrap=True)


def forget(
    id: Annotated[str, typer.Argument(metavar="KEY", help=_("The key's id."))],
    lost: Annotated[
        bool, typer.Option("--lost", help=_("The key is lost: take away the secrets that only it could open."))
    ] = False,
) -> None:
    """Remove an old key that encrypts nothing any more."""
    with world(any_key=lost):
        if not lost:
            forget_key(actor=terminal_actor(), id=id)
            return
        number = give_up_key(actor=terminal_actor(), id=id)
        told = _("{number} secrets were taken away. Connect the tenants again that lost theirs.")
        out.print(told.format(number=number), highlight=False, soft_wrap=True)


app = typer.Typer(help=_("The keys that encrypt secrets: list, rotate, forget."), no_args_is_help=True)
app.command("list")(show)
app.command("rotate")(rotate)
app.command("forget")(forget)
