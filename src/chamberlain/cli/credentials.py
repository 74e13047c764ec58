"""`chamberlain connect certificate`, `list`, `rotate`, `forget` and `script`: what a connection proves itself with."""

from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from chamberlain import clock
from chamberlain.actions.forget_credential import forget_credential
from chamberlain.actions.make_certificate import make_certificate
from chamberlain.actions.rotate_credential import rotate_to_federation, rotate_to_kept, rotate_to_secret
from chamberlain.cli.rim import out, print_json, terminal_actor, world
from chamberlain.cli.rows import columns
from chamberlain.errors import Misconfigured
from chamberlain.language import gettext as _
from chamberlain.model.actor import Actor
from chamberlain.model.cloud import Cloud
from chamberlain.model.credential import KeptCredential
from chamberlain.model.tenant import Tenant
from chamberlain.policy.expiry import read_last_day
from chamberlain.policy.registration_script import Form, Trust
from chamberlain.queries.connections import choose_tenant, find_tenant
from chamberlain.queries.credentials import Credentials, Shown, show_credentials
from chamberlain.queries.registration_script import NAME, show_script

TenantOption = Annotated[str | None, typer.Option("--tenant", help=_("Which tenant; the only one without it."))]
AsJson = Annotated[bool, typer.Option("--json", help=_("One JSON document on stdout."))]


def add_to(app: typer.Typer) -> None:
    """Makes these commands of `chamberlain connect`."""
    app.command("certificate", help=_("Make a certificate; its key is made and kept here."))(certificate)
    app.command("list", help=_("List what a connection proves itself with, and when that ends."))(list_)
    app.command("rotate", help=_("Use another credential, without a stop; the one before is kept."))(rotate)
    app.command("forget", help=_("Forget a credential that is not in use."))(forget)
    app.command("script", help=_("Print a script that makes the app registration, to be read and run."))(script)


def certificate(
    output: Annotated[Path, typer.Option("--out", help=_("File for the public part, as PEM."))],
    tenant: Annotated[
        str | None, typer.Option(help=_("The connected tenant that rotates to it; without it, for a new one."))
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a certificate; its key is made and kept here."""
    with world(as_json=as_json):
        actor = terminal_actor()
        chosen = None if tenant is None else find_tenant(viewer=actor, slug=tenant)
        kept = make_certificate(actor=actor, tenant=chosen)
        try:
            output.write_text(kept.certificate or "", encoding="ascii")
        except OSError as error:
            raise Misconfigured("output_unwritable", path=str(output), reason=error.strerror or str(error)) from error
        if as_json:
            print_json(_document(kept) | {"file": str(output)})
            return
        _say(f"{_('certificate')}: {kept.id}\n{_('thumbprint')}: {kept.thumbprint}\n{_('public part')}: {output}")


def list_(tenant: TenantOption = None, as_json: AsJson = False) -> None:
    """List what a connection proves itself with, and when that ends."""
    with world(as_json=as_json):
        actor = terminal_actor()
        found = _credentials(actor, choose_tenant(viewer=actor, slug=tenant))
        shown = [*([found.current] if found.current else []), *found.waiting, *found.old]
        if as_json:
            print_json([_document(one.credential) | {"urgency": one.ending.urgency.value} for one in shown])
            return
        table = columns(_("id"), _("state"), _("kind"), _("ends"), _("thumbprint"))
        for one in shown:
            kept = one.credential
            table.add_row(str(kept.id), _(kept.state.value), _(kept.kind.value), ends(one), kept.thumbprint)
        out.print(table)


def rotate(
    tenant: TenantOption = None,
    credential: Annotated[UUID | None, typer.Option(help=_("To a certificate that waits, or to an old one."))] = None,
    secret_file: Annotated[typer.FileText | None, typer.Option(help=_("To the client secret in this file."))] = None,
    secret_expires: Annotated[
        str | None, typer.Option(help=_("The secret's last day, where Microsoft does not let us ask."))
    ] = None,
    federation: Annotated[bool, typer.Option("--federation", help=_("To the platform's token: no secret."))] = False,
    as_json: AsJson = False,
) -> None:
    """Use another credential, without a stop; the one before is kept."""
    if sum((credential is not None, secret_file is not None, federation)) != 1:
        raise typer.BadParameter(_("Name one of --credential, --secret-file and --federation."))
    with world(as_json=as_json):
        actor = terminal_actor()
        chosen = choose_tenant(viewer=actor, slug=tenant)
        if credential is not None:
            rotate_to_kept(actor=actor, tenant=chosen, credential_id=credential)
        elif secret_file is not None:
            last_day = read_last_day(secret_expires, now=clock.now()) if secret_expires else None
            rotate_to_secret(actor=actor, tenant=chosen, client_secret=secret_file.read(), expires_at=last_day)
        else:
            rotate_to_federation(actor=actor, tenant=chosen)
        current = _credentials(actor, chosen).current
        if as_json:
            print_json(_document(current.credential) if current else None)
        elif current:
            _say(_("In use now: {id}, ends {ends}").format(id=current.credential.id, ends=ends(current)))


def forget(
    credential: Annotated[UUID, typer.Option(help=_("Which one, as `connect list` has it."))],
    tenant: Annotated[
        str | None, typer.Option(help=_("Whose it is; without it, a certificate that no tenant uses."))
    ] = None,
) -> None:
    """Forget a credential that is not in use."""
    with world():
        actor = terminal_actor()
        chosen = None if tenant is None else find_tenant(viewer=actor, slug=tenant)
        forget_credential(actor=actor, tenant=chosen, credential_id=credential)
        _say(_("Forgotten here. Remove it from the app registration, too."))


def script(
    tenant_id: Annotated[str, typer.Option(help=_("Directory (tenant) id."))],
    capabilities: Annotated[
        str | None, typer.Option(help=_("What it is for, with commas between; without it, what was chosen."))
    ] = None,
    cloud: Annotated[Cloud, typer.Option(help=_("The cloud in which the tenant lives."))] = Cloud.GLOBAL,
    form: Annotated[Form, typer.Option(help=_("Azure CLI's own commands, or calls of Microsoft Graph."))] = Form.GRAPH,
    certificate: Annotated[
        UUID | None, typer.Option(help=_("With this certificate, of `connect certificate`."))
    ] = None,
    issuer: Annotated[str | None, typer.Option(help=_("Trusting a platform: its issuer; with --subject."))] = None,
    subject: Annotated[str | None, typer.Option(help=_("The subject under which it runs Chamberlain."))] = None,
    name: Annotated[str, typer.Option(help=_("Display name of the registration."))] = NAME,
) -> None:
    """Print a script that makes the app registration, to be read and run."""
    if (issuer is None) != (subject is None) or (issuer is not None and certificate is not None):
        raise typer.BadParameter(_("--issuer and --subject go together, and not with --certificate."))
    with world():
        text = show_script(
            viewer=terminal_actor(),
            tenant_id=tenant_id,
            cloud=cloud,
            form=form,
            capabilities=None if capabilities is None else capabilities.split(","),
            certificate=certificate,
            trust=None if issuer is None or subject is None else Trust(issuer, subject),
            name=name,
        )
        print(text, end="")


def ends(shown: Shown) -> str:
    """When a credential ends, for people."""
    at = shown.credential.expires_at
    return _("unknown") if at is None else f"{at:%Y-%m-%d}"


def _credentials(actor: Actor, tenant: Tenant) -> Credentials:
    found = show_credentials(viewer=actor, tenant=tenant)
    if found is None:
        raise Misconfigured("not_connected")
    return found


def _document(kept: KeptCredential) -> dict[str, Any]:
    return {
        "id": kept.id,
        "state": kept.state.value,
        "kind": kept.kind.value,
        "thumbprint": kept.thumbprint,
        "expires": kept.expires_at.isoformat() if kept.expires_at else None,
        "expiry_source": kept.expiry_source.value if kept.expiry_source else None,
    }


def _say(text: str) -> None:
    out.print(text, highlight=False, markup=False, soft_wrap=True)
