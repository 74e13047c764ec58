"""`chamberlain token`: keys with which scripts reach the API."""

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.markup import escape

from chamberlain import clock
from chamberlain.actions.make_token import make_token, revoke_token
from chamberlain.cli.rim import out, print_json, terminal_actor, world
from chamberlain.cli.rows import columns
from chamberlain.errors import NotFound, Refused
from chamberlain.language import gettext as _
from chamberlain.model.actor import Actor
from chamberlain.model.api_token import LASTS, ApiToken, TokenScope
from chamberlain.model.tenant import Tenant
from chamberlain.queries.api_tokens import list_tokens
from chamberlain.queries.connections import find_tenant
from chamberlain.queries.roles import list_people_of_chamberlain

app = typer.Typer(help=_("Keys with which scripts reach the API."), no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help=_("One JSON document on stdout."))]
SCOPES = ", ".join(scope.value for scope in TokenScope)


@app.command(help=_("Make a token and print its secret, which is shown this once."))
def create(
    name: Annotated[str, typer.Argument(help=_("What it is for, for example the script's name."))],
    person: Annotated[
        str, typer.Option("--for", help=_("Whose it is: name or id, as `chamberlain role list` has it."))
    ],
    scope: Annotated[list[str], typer.Option(help=SCOPES)],
    tenant: Annotated[str | None, typer.Option(help=_("The only tenant that it reaches; without it, all."))] = None,
    days: Annotated[int, typer.Option(help=_("How long it works."), min=1, max=365)] = LASTS.days,
    as_json: AsJson = False,
) -> None:
    """Make a token and print its secret, which is shown this once."""
    with world(as_json=as_json):
        actor = terminal_actor()
        chosen = _tenant(actor, tenant)
        secret, token = make_token(
            actor=actor,
            person=_person(actor, person),
            name=name,
            scopes=_scopes(scope),
            tenant=chosen,
            lasts=timedelta(days=days),
        )
        if as_json:
            print_json({"secret": secret, **_json(token)})
        else:
            out.print(secret, highlight=False, soft_wrap=True)


@app.command("list", help=_("List tokens, without their secrets."))
def list_all(as_json: AsJson = False) -> None:
    """List tokens, without their secrets."""
    with world(as_json=as_json):
        found = list_tokens(viewer=terminal_actor())
        if as_json:
            print_json([_json(token) for token in found])
        else:
            _print(found)


@app.command(help=_("Revoke a token; it is refused from then on."))
def revoke(
    number: Annotated[int, typer.Argument(help=_("The token's number, as `chamberlain token list` shows it."))],
) -> None:
    """Revoke a token; it is refused from then on."""
    with world():
        revoke_token(actor=terminal_actor(), token_id=number)
        out.print(_("Revoked."))


def _tenant(viewer: Actor, slug: str | None) -> Tenant | None:
    return None if slug is None else find_tenant(viewer=viewer, slug=slug)


def _person(viewer: Actor, text: str) -> UUID:
    wanted = text.strip().casefold()
    for person in list_people_of_chamberlain(viewer=viewer, tenant=None):
        if wanted in (str(person.id), person.name.casefold()):
            return person.id
    raise NotFound("person_not_found", text=text)


def _scopes(names: list[str]) -> frozenset[TokenScope]:
    known = {scope.value: scope for scope in TokenScope}
    wanted = [one.strip() for name in names for one in name.split(",") if one.strip()]
    unknown = next((one for one in wanted if one not in known), None)
    if unknown is not None:
        raise Refused("token_scope_unknown", text=unknown, known=SCOPES)
    return frozenset(known[one] for one in wanted)


def _print(found: tuple[ApiToken, ...]) -> None:
    if not found:
        out.print(_("There are no tokens yet: chamberlain token create"), highlight=False)
        return
    table = columns(_("name"), _("person"), _("tenant"), _("scopes"), _("expires"), _("last used"), _("state"))
    table.add_column(_("number"), justify="right", no_wrap=True)
    for token in found:
        table.add_row(
            escape(token.name),
            escape(token.user_name),
            escape(token.tenant_name) or _("all"),
            ", ".join(sorted(scope.value for scope in token.scopes)),
            f"{token.expires_at:%Y-%m-%d}",
            f"{token.used_at:%Y-%m-%d %H:00}" if token.used_at else _("never"),
            token.state(now=clock.now()).value,
            str(token.id),
        )
    out.print(table)


def _json(token: ApiToken) -> dict[str, Any]:
    return {
        "number": token.id,
        "name": token.name,
        "hint": token.hint,
        "person": token.user_name,
        "tenant": token.tenant_name or None,
        "scopes": sorted(scope.value for scope in token.scopes),
        "created_at": token.created_at.isoformat(),
        "expires_at": token.expires_at.isoformat(),
        "used_at": token.used_at.isoformat() if token.used_at else None,
        "state": token.state(now=clock.now()).value,
    }
