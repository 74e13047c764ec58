"""`chamberlain report-names`: whether usage reports conceal names, and switching that."""

from typing import Annotated

import typer

from chamberlain.actions.switch_report_names import switch_report_names
from chamberlain.cli.rim import out, print_json, terminal_actor, world
from chamberlain.errors import Misconfigured
from chamberlain.language import gettext as _
from chamberlain.queries.connections import choose_tenant, find_standing


def report_names(
    show: Annotated[bool, typer.Option("--show", help=_("Show names in usage reports from now on."))] = False,
    conceal: Annotated[bool, typer.Option("--conceal", help=_("Conceal them from now on."))] = False,
    confirm_writing: Annotated[
        bool, typer.Option("--confirm-writing", help=_("Confirm that the tenant is changed."))
    ] = False,
    tenant: Annotated[str | None, typer.Option(help=_("Which tenant, where there are several."))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=_("One JSON document on stdout."))] = False,
) -> None:
    """Tell whether a tenant conceals names in usage reports, and switch that setting in the tenant."""
    if show and conceal:
        raise typer.BadParameter(_("either --show or --conceal"))
    with world(as_json=as_json) as opened:
        actor = terminal_actor()
        chosen = choose_tenant(viewer=actor, slug=tenant)
        is_seen = True
        if show or conceal:
            is_seen = switch_report_names(
                actor=actor,
                tenant=chosen,
                concealed=conceal,
                is_confirmed=confirm_writing,
                settings=opened.settings,
            ).is_seen
        standing = find_standing(viewer=actor, tenant=chosen)
        if standing is None:
            raise Misconfigured("not_connected")
        concealed = standing.connection.concealed_names
        if as_json:
            print_json({"tenant": chosen.slug, "concealed_names": concealed, "seen": is_seen})
            return
        words = {None: _("unknown"), True: _("concealed by the tenant's setting"), False: _("shown")}
        out.print(_("names in usage reports: {how}").format(how=words[concealed]), highlight=False)
        if not is_seen:
            out.print(_("Microsoft took the change and does not tell of it yet; the next sync looks again."))
