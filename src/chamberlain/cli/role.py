"""`chamberlain role`: who has which role in Chamberlain, giving one, taking one."""

from typing import Annotated, Any

import typer
from rich.markup import escape

from chamberlain.actions.grant_role import grant_role
from chamberlain.actions.revoke_role import revoke_role
from chamberlain.cli.rim import out, print_json, terminal_actor, world
from chamberlain.cli.rows import columns
from chamberlain.errors import Refused
from chamberlain.language import gettext as _
from chamberlain.model.actor import Actor, Role
from chamberlain.model.role import HeldRole, KnownPerson
from chamberlain.model.tenant import Tenant
from chamberlain.queries.connections import find_tenant
from chamberlain.queries.roles import list_people_of_chamberlain

app = typer.Typer(help=_("Who may do what in Chamberlain."), no_args_is_help=True)

InTenant = Annotated[str | None, typer.Option(help=_("In which tenant; without it, in the whole installation."))]
Reason = Annotated[str, typer.Option(help=_("Why; it stands in the audit trail."))]
AsJson = Annotated[bool, typer.Option("--json", help=_("One JSON document on stdout."))]


@app.command("list", help=_("List people with their roles, and each role's number."))
def list_roles(tenant: InTenant = None, as_json: AsJson = False) -> None:
    """List people with their roles, and each role's number."""
    with world(as_json=as_json):
        viewer = terminal_actor()
        found = list_people_of_chamberlain(viewer=viewer, tenant=_tenant(viewer, tenant))
        if as_json:
            print_json([_json(person) for person in found])
        else:
            _print(found)


@app.command(help=_("Give somebody a role."))
def grant(
    person: Annotated[
        str,
        typer.Argument(help=_("Name of a local account; with --tenant also user name, mail or object id, exactly.")),
    ],
    role: Annotated[str, typer.Argument(help=", ".join(role.value for role in Role))],
    tenant: InTenant = None,
    permission: Annotated[str, typer.Option(help=_("Key of the permission that an app_admin looks after."))] = "",
    reason: Reason = "",
) -> None:
    """Give somebody a role."""
    with world():
        actor = terminal_actor()
        is_new = grant_role(
            actor=actor,
            person=person,
            role=_role(role),
            tenant=_tenant(actor, tenant),
            permission=permission,
            reason=reason,
        )
        out.print(_("Given.") if is_new else _("They have it already."))


@app.command(help=_("Take a role from somebody."))
def revoke(
    number: Annotated[int, typer.Argument(help=_("The role's number, as `chamberlain role list` shows it."))],
    reason: Reason = "",
) -> None:
    """Take a role from somebody."""
    with world():
        revoke_role(actor=terminal_actor(), role_id=number, tenant_id=None, reason=reason)
        out.print(_("Taken. It counts from their next request on."))


def _tenant(viewer: Actor, slug: str | None) -> Tenant | None:
    return None if slug is None else find_tenant(viewer=viewer, slug=slug)


def _role(text: str) -> Role:
    try:
        return Role(text.strip().lower().replace("-", "_"))
    except ValueError:
        raise Refused("role_unknown", text=text, known=", ".join(role.value for role in Role)) from None


def _print(found: tuple[KnownPerson, ...]) -> None:
    if not found:
        out.print(_("Nobody has a role here yet: chamberlain role grant"), highlight=False)
        return
    table = columns(_("person"), _("role"), _("where"), _("permission"), _("since (UTC)"), _("given by"))
    for place in (1, 4):  # the role is typed again, the time is read at a glance
        table.columns[place].no_wrap = True
    table.add_column(_("number"), justify="right", no_wrap=True)
    for person in found:
        name = escape(person.name) + ("" if person.active else f" [yellow]{_('cannot sign in')}[/]")
        for held in person.roles:
            table.add_row(name, held.role.value, *_row(held))
        if not person.roles:
            table.add_row(name, f"[dim]{_('no role')}[/]", "", "", "", "", "")
    out.print(table)


def _row(held: HeldRole) -> tuple[str, ...]:
    where = escape(held.tenant.slug) if held.tenant else _("whole installation")
    return where, escape(held.called), f"{held.given_at:%Y-%m-%d %H:%M}", escape(held.given_by), str(held.id)


def _json(person: KnownPerson) -> dict[str, Any]:
    return {
        "id": str(person.id),
        "name": person.name,
        "account": str(person.account) if person.account else None,
        "active": person.active,
        "roles": [
            {
                "number": held.id,
                "role": held.role.value,
                "tenant": held.tenant.slug if held.tenant else None,
                "permission": held.permission or None,
                "given_at": held.given_at.isoformat(),
                "given_by": held.given_by,
            }
            for held in person.roles
        ],
    }
