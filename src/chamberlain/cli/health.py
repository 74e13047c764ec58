"""`chamberlain health`: is a connection fine, and if not, why."""

from typing import Annotated, Any

import typer
from rich.markup import escape

from chamberlain.cli.notices import hearing_document, told_of_changes
from chamberlain.cli.rim import out, print_json, terminal_actor, world
from chamberlain.cli.rows import columns
from chamberlain.language import gettext as _
from chamberlain.model.tenant import Tenant
from chamberlain.policy.health import Verdict
from chamberlain.queries.connections import choose_tenant
from chamberlain.queries.health import Shown, show_health
from chamberlain.queries.words import DATA

STYLE = {Verdict.FINE: "bold green", Verdict.WATCH: "bold yellow", Verdict.BAD: "bold red"}


def health(
    tenant: Annotated[str | None, typer.Option(help=_("Which tenant, where there are several."))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=_("One JSON document on stdout."))] = False,
) -> None:
    """Tell whether a tenant's connection is fine, with every reason; exits 1 where it is not."""
    with world(as_json=as_json):
        actor = terminal_actor()
        chosen = choose_tenant(viewer=actor, slug=tenant)
        found = show_health(viewer=actor, tenant=chosen)
        if as_json:
            print_json(_json(chosen, found))
        else:
            _print(found)
    raise typer.Exit(1 if found.health.verdict is Verdict.BAD else 0)


def _print(found: Shown) -> None:
    out.print(found.verdict, style=STYLE[found.health.verdict])
    for reason, text in found.told:
        out.print(f"- {text}", style="red" if reason.is_bad else "yellow", highlight=False, markup=False)
    card = found.fresh.integration
    if card is None:
        return
    out.print(_("last complete sync: {at}").format(at=_time(found.last_success)), highlight=False)
    out.print(_("next sync: {at}").format(at=_time(found.fresh.next_at)), highlight=False)
    out.print(told_of_changes(card.hearing), highlight=False, markup=False, soft_wrap=True)
    told = _("this hour: {throttled} throttled, waited {seconds:.0f} s")
    out.print(told.format(throttled=found.throttled, seconds=found.waited.total_seconds()), highlight=False)
    ages = columns(_("data"), _("brought up to date"))
    for kind in found.fresh.kinds:
        ages.add_row(_(DATA[kind.what]), _time(kind.looked.seen_at if kind.looked else None))
    out.print(ages)
    if found.refusals:
        out.print(_("Microsoft refused lately:"))
        for one in found.refusals:
            line = f"{_time(one.at)}  {one.code}  {one.status or '–'}  {one.path}  {one.request_id or '–'}"
            out.print(escape(line), highlight=False, soft_wrap=True)


def _time(at: Any) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC" if at else "–"


def _json(tenant: Tenant, found: Shown) -> dict[str, Any]:
    card = found.fresh.integration
    current = found.credentials.current if found.credentials else None
    return {
        "tenant": tenant.slug,
        "verdict": found.health.verdict.value,
        "reasons": [
            {"concern": reason.concern.value, "about": [*reason.about], "bad": reason.is_bad, "told": text}
            for reason, text in found.told
        ],
        "last_success": found.last_success,
        "next_sync": found.fresh.next_at,
        "data": {kind.what: kind.looked.seen_at if kind.looked else None for kind in found.fresh.kinds},
        "credential_expires": current.credential.expires_at if current else None,
        "scopes_missing": [one.name for one in found.scopes.missing] if found.scopes else [],
        "notices": hearing_document(card.hearing) if card else None,
        "throttled": found.throttled,
        "waited_seconds": found.waited.total_seconds(),
        "refusals": [
            {"at": one.at, "code": one.code, "path": one.path, "status": one.status, "request_id": one.request_id}
            for one in found.refusals
        ],
    }
