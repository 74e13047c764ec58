"""`chamberlain scopes`: what a tenant is connected for, which scopes that takes, and how they stand."""

from typing import Annotated, Any

import typer
from rich.markup import escape

from chamberlain.actions.choose_capabilities import choose_capabilities
from chamberlain.cli.rim import out, print_json, terminal_actor, world
from chamberlain.cli.rows import columns
from chamberlain.language import gettext as _
from chamberlain.model.capability import ScopeStanding
from chamberlain.model.matrix import Area, Cell, CellState
from chamberlain.model.tenant import Tenant
from chamberlain.queries.connections import choose_tenant
from chamberlain.queries.scopes import CapabilityLine, Scopes, show_scopes

CELLS = {
    CellState.WORKS: "works",
    CellState.NEEDS: "needs {scopes}",
    CellState.OFF: "not chosen",
    CellState.NOT_YET: "not yet",
    CellState.NOT_MEANT: "–",
}


def scopes(
    tenant: Annotated[str | None, typer.Option(help=_("Which tenant, where there are several."))] = None,
    choose: Annotated[
        str | None, typer.Option(metavar="CAPABILITIES", help=_("From now on this is what it is connected for."))
    ] = None,
    confirm_writing: Annotated[
        bool, typer.Option("--confirm-writing", help=_("Confirm that the tenant may be changed."))
    ] = False,
    matrix: Annotated[bool, typer.Option("--matrix", help=_("What works with which kind instead."))] = False,
    as_json: Annotated[bool, typer.Option("--json", help=_("One JSON document on stdout."))] = False,
) -> None:
    """Show what a tenant is connected for, the scopes that this takes, and how they stand; choose capabilities."""
    with world(as_json=as_json):
        actor = terminal_actor()
        chosen = choose_tenant(viewer=actor, slug=tenant)
        if choose is not None:
            values = [one.strip() for one in choose.split(",") if one.strip()]
            choose_capabilities(actor=actor, tenant=chosen, capabilities=values, is_confirmed=confirm_writing)
        found = show_scopes(viewer=actor, tenant=chosen)
        if as_json:
            print_json(_json(chosen, found))
        elif matrix:
            _print_matrix(found)
        else:
            _print_scopes(found)


def _print_scopes(found: Scopes) -> None:
    capabilities = columns(_("capability"), _("chosen"), _("what it is"))
    for line in found.lines:
        marks = [
            *([] if line.ability.is_ready else [_("not yet")]),
            *([_("can make itself Global Administrator")] if line.is_dangerous else []),
            *([_("does not work: {scopes} missing").format(scopes=", ".join(line.lacks))] if line.lacks else []),
            *([_role(line)] if line.roles else []),
        ]
        about = line.ability.title + (f" ({'; '.join(marks)})" if marks else "")
        capabilities.add_row(line.ability.capability.value, _("yes") if line.is_chosen else _("no"), escape(about))
    out.print(capabilities)
    table = columns(_("scope"), _("needed"), _("state"), _("since (UTC)"))
    table.columns[0].no_wrap = True  # a name to be copied
    stopped = any(one.lost for one in found.standings)
    if stopped:
        table.add_column(_("what stops without it"))
    for one in found.standings:
        cells = (escape(one.name), _need(one), _state(one), _since(one))
        table.add_row(*cells, *([escape(" ".join(one.lost))] if stopped else []))
    out.print()
    out.print(table)
    if found.missing:
        out.print()
        out.print(_("Missing: {scopes}").format(scopes=", ".join(one.name for one in found.missing)), highlight=False)
        told = (
            _("Add them to the app registration {client} in Entra and grant admin consent; the next sync uses them.")
            if found.is_own_app
            else _("Consent again: chamberlain connect; the next sync uses them.")
        )
        out.print(told.format(client=found.connection.client_id), highlight=False)


def _role(line: CapabilityLine) -> str:
    told = {
        True: _("our service principal has the role {roles}"),
        False: _("our service principal lacks the role {roles}"),
        None: _("needs the role {roles}; not known whether we have it"),
    }
    return told[line.has_role].format(roles=", ".join(line.roles))


def _need(one: ScopeStanding) -> str:
    if one.needed is None:
        return _("no")
    return _("required") if one.needed.required else _("optional")


def _state(one: ScopeStanding) -> str:
    if one.instead is not None:
        return _("granted with {scope}").format(scope=one.instead)
    said = {"within": _("granted with another"), "surplus": _("more than needed")}.get(one.state.value)
    return (said or _(one.state.value)) + (f" ({_('can make itself Global Administrator')})" if one.dangerous else "")


def _since(one: ScopeStanding) -> str:
    return f"{one.since:%Y-%m-%d %H:%M}" if one.since else ""


def _print_matrix(found: Scopes) -> None:
    table = columns(_("kind"))
    for area in Area:
        table.add_column(_(area.value.replace("_", " ")))
    for row in found.matrix:
        table.add_row(_(row.subject.replace("_", " ")), *(_cell(cell) for cell in row.cells))
    out.print(table)


def _cell(cell: Cell) -> str:
    return _(CELLS[cell.state]).format(scopes=", ".join(cell.scopes))


def _json(tenant: Tenant, found: Scopes) -> dict[str, Any]:
    return {
        "tenant": tenant.slug,
        "capabilities": [
            {
                "capability": line.ability.capability.value,
                "chosen": line.is_chosen,
                "ready": line.ability.is_ready,
                "writes": line.writes,
                "dangerous": line.is_dangerous,
                "scopes": [use.scope for use in line.ability.uses],
                "replaces": list(line.ability.replaces),
                "roles": list(line.roles),
                "has_role": line.has_role,
                "lacks": list(line.lacks),
            }
            for line in found.lines
        ],
        "scopes": [
            {
                "scope": one.name,
                "state": one.state.value,
                "required": bool(one.needed and one.needed.required),
                "needed_by": [capability.value for capability, _purpose in one.needed.uses] if one.needed else [],
                "since": one.since.isoformat() if one.since else None,
                "instead": one.instead,
                "dangerous": one.dangerous,
            }
            for one in found.standings
        ],
        "missing": [one.name for one in found.missing],
        "matrix": {
            row.subject: {
                cell.area.value: {"state": cell.state.value, "scopes": list(cell.scopes)} for cell in row.cells
            }
            for row in found.matrix
        },
    }
