"""`chamberlain notify`: messages to administrators, and whether they can be sent."""

from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from chamberlain.actions.try_mail import try_mail
from chamberlain.cli.rim import err, out, print_json, terminal_actor, world
from chamberlain.errors import Misconfigured
from chamberlain.language import gettext as _
from chamberlain.model.message import Message
from chamberlain.queries.messages import Outbox, list_messages
from chamberlain.sentences import explain

app = typer.Typer(help=_("Messages to administrators, by mail."), no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help=_("One JSON document on stdout."))]


@app.command("test", help=_("Send a test at once and say what the mail server says."))
def send_test(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help=_("Where to send it."))], as_json: AsJson = False
) -> None:
    """Send a test at once and say what the mail server says."""
    with world(as_json=as_json):
        to = try_mail(actor=terminal_actor(), address=address)
        if as_json:
            print_json({"sent_to": to})
        else:
            out.print(_("The mail server took a test for {address}.").format(address=escape(to)), soft_wrap=True)


@app.command("list", help=_("List messages: those that wait or were given up first, then the newest."))
def list_all(as_json: AsJson = False) -> None:
    """List messages: those that wait or were given up first, then the newest."""
    with world(as_json=as_json):
        found = list_messages(viewer=terminal_actor())
        if as_json:
            print_json(_json(found))
            return
        _print(found)


def _print(found: Outbox) -> None:
    table = Table(box=None, header_style="dim", pad_edge=False)
    for heading in (_("written"), _("what"), _("tenant"), _("to"), _("state"), _("attempts"), _("error")):
        table.add_column(heading)
    for one in found.messages:
        table.add_row(
            f"{one.created_at:%Y-%m-%d %H:%M}",
            one.topic.value,
            escape(one.tenant),
            escape(one.to.address),
            one.state.value,
            str(one.attempts),
            one.error[0] if one.error else "",
        )
    out.print(table if found.messages else _("There are no messages."))
    if found.server is None:
        sentence = explain(Misconfigured("mail_not_set_up"))
        err.print(f"{sentence.what} {sentence.why} {sentence.repair}", highlight=False, soft_wrap=True)
    for tenant in found.untold:
        told = _("Nobody would be told of {tenant}: no administrator has an address and wants messages.")
        err.print(told.format(tenant=escape(tenant.name)), highlight=False, soft_wrap=True)


def _json(found: Outbox) -> dict[str, Any]:
    return {
        "server": f"{found.server.host}:{found.server.port}" if found.server else None,
        "counts": {state.value: number for state, number in found.counts.items()},
        "untold": [tenant.slug for tenant in found.untold],
        "messages": [_message(one) for one in found.messages],
    }


def _message(one: Message) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "topic": one.topic.value,
        "tenant": one.slug or None,
        "to": one.to.address,
        "state": one.state.value,
        "attempts": one.attempts,
        "created_at": one.created_at.isoformat(),
        "next_at": None if one.state.value in ("sent", "dead") else one.next_at.isoformat(),
        "sent_at": one.sent_at.isoformat() if one.sent_at else None,
        "error": one.error[0] if one.error else None,
    }
