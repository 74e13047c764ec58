"""`chamberlain connect`: connect a tenant from the terminal."""

import json
from dataclasses import dataclass, field
from typing import Annotated
from uuid import UUID

import typer

from chamberlain import clock
from chamberlain.actions.connect_with_certificate import connect_with_certificate
from chamberlain.actions.connect_with_federation import connect_with_federation
from chamberlain.actions.connect_with_secret import connect_with_secret
from chamberlain.cli import credentials
from chamberlain.cli.consent import connect_by_consent
from chamberlain.cli.rim import err, out, terminal_actor, world
from chamberlain.cli.sync import follow, run_to_end
from chamberlain.language import gettext as _
from chamberlain.model.actor import Actor
from chamberlain.model.cloud import Cloud
from chamberlain.model.tenant import Tenant
from chamberlain.policy.expiry import read_last_day
from chamberlain.queries.connect_offer import ConnectOffer, show_connect_offer
from chamberlain.queries.connections import list_runs

SECRET_VARIABLE = "CHAMBERLAIN_CONNECT_SECRET"  # noqa: S105 - the name of a variable

app = typer.Typer(
    help=_("Connect a tenant: by admin consent, or with an app registration of its own."), invoke_without_command=True
)


@app.callback()
def connect(
    context: typer.Context,
    tenant_id: Annotated[str | None, typer.Option(help=_("Directory (tenant) id."))] = None,
    client_id: Annotated[str | None, typer.Option(help=_("Application (client) id of the own registration."))] = None,
    cloud: Annotated[Cloud, typer.Option(help=_("The cloud in which the tenant lives."))] = Cloud.GLOBAL,
    client_secret: Annotated[
        str | None,
        typer.Option(envvar=SECRET_VARIABLE, hidden=True),  # from the environment: options show in process lists
    ] = None,
    secret_file: Annotated[
        typer.FileText | None, typer.Option(help=_("File with the client secret; or set CHAMBERLAIN_CONNECT_SECRET."))
    ] = None,
    secret_expires: Annotated[
        str | None, typer.Option(help=_("The secret's last day, where Microsoft does not let us ask."))
    ] = None,
    certificate: Annotated[
        UUID | None, typer.Option(help=_("Prove it with this certificate, of `connect certificate`."))
    ] = None,
    federation: Annotated[
        bool, typer.Option("--federation", help=_("Prove it with the platform's token: no secret at all."))
    ] = False,
    capability: Annotated[
        list[str] | None,
        typer.Option(
            help=_("What to connect it for: several times, or with commas; `chamberlain scopes` has the names.")
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help=_("One JSON document on stdout."))] = False,
    wait: Annotated[bool, typer.Option(help=_("Wait for the first sync."))] = True,
) -> None:
    """Connect a tenant: by admin consent, or with --client-id through an app registration of its own."""
    if context.invoked_subcommand is not None:
        return
    wanted = _names(capability)
    wish = _Wish(wanted, cloud, client_secret or "", secret_file, secret_expires, certificate, is_federated=federation)
    with world(as_json=as_json) as opened:
        actor = terminal_actor()
        offer = show_connect_offer(viewer=actor, capabilities=wanted, tenant_id=tenant_id)
        if not as_json:
            _explain(offer)
        if client_id is None and offer.installation_app and certificate is None and not federation:
            tenant = connect_by_consent(actor=actor, tenant_id=tenant_id, capabilities=wanted)
        else:
            tenant = _connect_own(actor, tenant_id, client_id, wish)
        if not as_json:
            told = _("Connected: {name} ({domain})").format(name=tenant.name, domain=tenant.domain)
            out.print(told, highlight=False, markup=False)
        if wait:
            run_id = list_runs(viewer=actor, tenant=tenant, limit=1)[0].id
            run_to_end(opened, lambda: follow(tenant=tenant, run_id=run_id, as_json=as_json))
        elif as_json:
            print(json.dumps(_json(tenant)))


credentials.add_to(app)


@dataclass(frozen=True, slots=True)
class _Wish:
    """What to connect for, and how the registration is to be proved."""

    capabilities: tuple[str, ...] | None
    cloud: Cloud
    secret: str = field(repr=False)
    secret_file: typer.FileText | None
    secret_expires: str | None
    certificate: UUID | None
    is_federated: bool


def _connect_own(actor: Actor, tenant_id: str | None, client_id: str | None, wish: _Wish) -> Tenant:
    """Connects through the tenant's own registration; asks for what was not given."""
    tenant_id = tenant_id or typer.prompt(_("Directory (tenant) id"), err=True)
    client_id = client_id or typer.prompt(_("Application (client) id"), err=True)
    if wish.certificate is not None:
        return connect_with_certificate(
            actor=actor,
            tenant_id=tenant_id,
            client_id=client_id,
            certificate=wish.certificate,
            cloud=wish.cloud,
            capabilities=wish.capabilities,
        )
    if wish.is_federated:
        return connect_with_federation(
            actor=actor,
            tenant_id=tenant_id,
            client_id=client_id,
            cloud=wish.cloud,
            capabilities=wish.capabilities,
        )
    secret = _secret(wish.secret_file) or wish.secret
    return connect_with_secret(
        actor=actor,
        tenant_id=tenant_id,
        client_id=client_id,
        client_secret=secret or typer.prompt(_("Client secret"), hide_input=True, err=True),
        cloud=wish.cloud,
        expires_at=read_last_day(wish.secret_expires, now=clock.now()) if wish.secret_expires else None,
        capabilities=wish.capabilities,
    )


def _names(given: list[str] | None) -> tuple[str, ...] | None:
    """What was named, with commas or one by one; None where nothing was."""
    return tuple(name.strip() for one in given for name in one.split(",") if name.strip()) if given else None


def _explain(offer: ConnectOffer) -> None:
    err.print(_("Connect a Microsoft 365 tenant"), style="bold")
    err.print(_("A Global or Privileged Role Administrator has to consent to these application permissions;"))
    err.print(_("no particular Microsoft plan is required. Everything here only reads.") + "\n")
    for need in offer.scopes:
        optional = "" if need.required else f" [dim]({_('optional')})[/]"
        err.print(f"  [bold]{need.scope}[/]{optional}\n    {need.purpose}")
    err.print()


def _secret(file: typer.FileText | None) -> str:
    return file.read().strip() if file is not None else ""


def _json(tenant: Tenant) -> dict[str, str]:
    return {"tenant": tenant.slug, "tenant_id": str(tenant.guid), "domain": tenant.domain, "name": tenant.name}
