"""`chamberlain quota`: what Microsoft's limits allow, what of it is used, and slowing down."""

from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from chamberlain.actions.slow_down import slow_down
from chamberlain.cli.rim import out, print_json, terminal_actor, world
from chamberlain.language import gettext as _
from chamberlain.model.quota import QuotaUse, Whose, Workload
from chamberlain.model.tenant import Tenant
from chamberlain.policy.share import read_share
from chamberlain.queries.connections import choose_tenant
from chamberlain.queries.quotas import Quotas, show_quotas

WHOSE = {
    Whose.OURS: "ours alone",
    Whose.TENANT: "shared by every application of the tenant",
}


def quota(
    slow_to: Annotated[
        str | None, typer.Option("--slow-down", metavar="PERCENT", help=_("From now on use so much of it, 5 to 100."))
    ] = None,
    tenant: Annotated[str | None, typer.Option(help=_("Which tenant, where there are several."))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=_("One JSON document on stdout."))] = False,
) -> None:
    """Show what Microsoft's quotas allow in a tenant, what is used and paused, and slow syncs down."""
    with world(as_json=as_json):
        actor = terminal_actor()
        chosen = choose_tenant(viewer=actor, slug=tenant)
        if slow_to is not None:
            slow_down(actor=actor, tenant=chosen, percent=read_share(slow_to))
        quotas = show_quotas(viewer=actor, tenant=chosen)
        if as_json:
            print_json(_json(chosen, quotas))
        else:
            _print(quotas)


def _print(quotas: Quotas) -> None:
    out.print(_("Syncs may use {percent} % of what they could.").format(percent=quotas.share_percent), highlight=False)
    if not quotas.uses:
        out.print(_("Nothing was spent yet: quotas show here after the first request."))
        return
    table = Table(box=None, header_style="dim", pad_edge=False)
    for heading in (_("quota"), _("whose")):
        table.add_column(heading)
    for heading in (_("allowed"), _("in use"), _("unused"), _("requests"), _("waited"), _("throttled")):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column(_("paused until"), no_wrap=True)
    for use in quotas.uses:
        table.add_row(
            escape(use.name),
            _(WHOSE[use.whose]),
            _allowed(use),
            f"{use.used_in_window:.0%}",
            f"{use.headroom:.0%}",
            f"{use.requests:,}",
            f"{use.waited.total_seconds():.1f} s",
            f"{use.throttled:,}",
            f"{use.paused_until:%H:%M:%S} UTC" if use.paused_until else "",
        )
    out.print(table)
    since = quotas.uses[0].since
    out.print(
        f"[dim]{_('Requests, waits and refusals since {since:%H:%M} UTC.').format(since=since)}[/]", highlight=False
    )
    if quotas.unshown:
        out.print(_("{count} more, less used.").format(count=quotas.unshown), highlight=False)


def _allowed(use: QuotaUse) -> str:
    unit = _("RU") if use.workload is Workload.DIRECTORY else _("requests")
    told = f"{use.limit:,.0f} {unit} / {use.window.total_seconds():.0f} s"
    return f"{told} ({_('seems {learned:,.0f}').format(learned=use.learned)})" if use.is_smaller else told


def _json(tenant: Tenant, quotas: Quotas) -> dict[str, Any]:
    return {
        "tenant": tenant.slug,
        "share_percent": quotas.share_percent,
        "unshown": quotas.unshown,
        "quotas": [
            {
                "name": use.name,
                "whose": use.whose.value,
                "limit": use.limit,
                "window_seconds": use.window.total_seconds(),
                "learned": round(use.learned, 1),
                "used_in_window": round(use.used_in_window, 4),
                "headroom": round(use.headroom, 4),
                "since": use.since.isoformat(),
                "used": round(use.used, 1),
                "requests": use.requests,
                "waited_seconds": use.waited.total_seconds(),
                "throttled": use.throttled,
                "paused_until": use.paused_until.isoformat() if use.paused_until else None,
            }
            for use in quotas.uses
        ],
    }
