"""`chamberlain disconnect`: a tenant's credentials go, and with --forget everything that is known of it."""

import time
from typing import Annotated

import typer

from chamberlain.actions.disconnect import Farewell
from chamberlain.actions.disconnect import disconnect as disconnect_tenant
from chamberlain.actions.forget_tenants import forget_some
from chamberlain.cli.rim import err, out, print_json, terminal_actor, world
from chamberlain.language import gettext as _
from chamberlain.queries.connections import choose_tenant
from chamberlain.queries.leaving import list_leaving
from chamberlain.settings import Settings


def disconnect(
    tenant: Annotated[str, typer.Argument(help=_("Its name in addresses, its id or its domain."))],
    forget: Annotated[
        bool, typer.Option("--forget", help=_("Remove every row and file of the tenant, too. It cannot be undone."))
    ] = False,
    confirm: Annotated[
        str | None, typer.Option("--confirm", metavar="NAME", help=_("The tenant's name in addresses, typed again."))
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help=_("One JSON document on stdout."))] = False,
) -> None:
    """Disconnect a tenant: remove its credentials at once and, if asked, everything that is known of it."""
    with world(as_json=as_json) as opened:
        actor = terminal_actor()
        chosen = choose_tenant(viewer=actor, slug=tenant)
        if confirm is None:
            out.print(_warning(forget), highlight=False)
            confirm = typer.prompt(_("Type {slug} to confirm").format(slug=chosen.slug), default="", show_default=False)
        farewell = disconnect_tenant(actor=actor, tenant=chosen, typed=confirm, forget=forget, settings=opened.settings)
        if forget:
            _forget(chosen.slug, settings=opened.settings, quiet=as_json)
        if as_json:
            print_json({"tenant": chosen.slug, "forgotten": forget, "client_id": farewell.client_id})
            return
        out.print(_("Forgotten.") if forget else _("Disconnected. What was read stays."))
        _tell_rest(farewell)


def _warning(forget: bool) -> str:
    if forget:
        return _("Its credentials are removed, and everything that is known of it. This cannot be undone.")
    return _("Its credentials are removed. What was read stays, and no sync brings it up to date.")


def _forget(slug: str, *, settings: Settings, quiet: bool) -> None:
    """Goes on until nothing is left; a worker that does the same does no harm."""
    while left := next((one for one in list_leaving(viewer=terminal_actor()) if one.slug == slug), None):
        if not quiet:
            err.print(_("{rows} rows left").format(rows=f"{left.left:,}{'+' if left.is_more else ''}"), highlight=False)
        began = time.monotonic()
        forget_some(settings=settings)
        if time.monotonic() - began < 0.1:  # somebody else has it in hand
            time.sleep(0.5)


def _tell_rest(farewell: Farewell) -> None:
    if not farewell.client_id:
        return
    told = _(
        "Microsoft still knows the consent: in {portal} open Enterprise applications, find {client}, and delete it "
        "under Properties; with an app registration of your own, delete that, too."
    )
    out.print(told.format(portal=farewell.portal, client=farewell.client_id), highlight=False, soft_wrap=True)
    if farewell.unended:
        out.print(_("Notices that Microsoft may still send are refused, and end by themselves within a month."))
