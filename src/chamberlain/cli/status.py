"""`chamberlain status`: is it running, what is connected, how fresh is it."""

from typing import Annotated

import typer

from chamberlain import bootstrap
from chamberlain.cli.notices import hearing_document, told_of_changes
from chamberlain.cli.rim import out, plainly, print_json, settings_or_exit, terminal_actor, world
from chamberlain.cli.rows import columns
from chamberlain.language import gettext as _
from chamberlain.model.quota import Pause
from chamberlain.policy.expiry import Urgency
from chamberlain.queries.connections import Integration, list_integrations
from chamberlain.queries.credentials import Shown, current_credentials
from chamberlain.queries.quotas import list_pauses

Json = Annotated[bool, typer.Option("--json", help=_("One JSON document on stdout."))]


def status(
    as_json: Json = False,
    running: Annotated[bool, typer.Option("--running", help=_("Only exit 0 if it is running, else 1."))] = False,
) -> None:
    """Show whether Chamberlain is running here, and every connection's last sync."""
    with plainly(as_json=as_json):
        is_up = bootstrap.is_running(settings_or_exit().data)
    if running:
        raise typer.Exit(0 if is_up else 1)
    with world(as_json=as_json) as opened:
        found = list_integrations(viewer=terminal_actor())
        paused = list_pauses(viewer=terminal_actor())
        proofs = current_credentials(viewer=terminal_actor(), tenant_ids=[one.connection.tenant.id for one in found])
        if as_json:
            print_json(
                {
                    "running": is_up,
                    "url": opened.settings.url,
                    "data": str(opened.settings.data),
                    "connections": [
                        _json(one, paused.get(one.connection.tenant.id, ()), proofs.get(one.connection.tenant.id))
                        for one in found
                    ],
                }
            )
            return
        where = _("yes, at {url}").format(url=opened.settings.url) if is_up else _("no")
        out.print(f"{_('running')}: {where}", highlight=False, markup=False)
        out.print(f"{_('data')}: {opened.settings.data}", highlight=False, soft_wrap=True, markup=False)
        if not found:
            out.print(_("No tenant is connected yet: chamberlain connect"))
            return
        table = columns(_("tenant"), _("domain"), _("state"), _("last sync"), _("now"))
        for one in found:
            connection = one.connection
            table.add_row(
                connection.tenant.slug,
                connection.tenant.domain,
                _(connection.state.value),
                one.last_success.strftime("%Y-%m-%d %H:%M:%S UTC") if one.last_success else _("never"),
                _("{state} (run {id})").format(state=_(one.running.state.value), id=one.running.id)
                if one.running
                else "",
            )
        out.print(table)
        for one in found:
            proof = proofs.get(one.connection.tenant.id)
            if proof is not None and proof.is_told:
                out.print(
                    _ending(one.connection.tenant.slug, proof), style="bold yellow", highlight=False, markup=False
                )
            line = f"{one.connection.tenant.slug}: {told_of_changes(one.hearing)}"
            out.print(line, highlight=False, soft_wrap=True, markup=False)
            for pause in paused.get(one.connection.tenant.id, ()):
                told = _("{tenant}: {quota} is paused until {until:%H:%M:%S} UTC: Microsoft refused more")
                where = one.connection.tenant.slug
                out.print(told.format(tenant=where, quota=pause.name, until=pause.until), highlight=False, markup=False)


def _ending(slug: str, proof: Shown) -> str:
    if proof.ending.urgency is Urgency.OVER:
        return _("{tenant}: what it is connected with has expired: chamberlain connect rotate").format(tenant=slug)
    told = _("{tenant}: what it is connected with ends on {day:%Y-%m-%d}: chamberlain connect rotate")
    return told.format(tenant=slug, day=proof.credential.expires_at)


def _json(one: Integration, paused: tuple[Pause, ...], proof: Shown | None) -> dict[str, object]:
    return {
        "tenant": one.connection.tenant.slug,
        "tenant_id": one.connection.tenant.guid,
        "domain": one.connection.tenant.domain,
        "state": one.connection.state.value,
        "error": one.connection.error_code,
        "scopes": list(one.connection.scopes),
        "last_success": one.last_success.isoformat() if one.last_success else None,
        "running_run": one.running.id if one.running else None,
        "cloud": one.connection.cloud.value,
        "credential": one.connection.credential.value,
        "credential_expires": proof.credential.expires_at if proof else None,
        "credential_urgency": proof.ending.urgency.value if proof else Urgency.UNKNOWN.value,
        "notices": hearing_document(one.hearing),
        "paused": {pause.name: pause.until.isoformat() for pause in paused},
    }
