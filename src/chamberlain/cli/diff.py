"""`chamberlain diff --from --to`: what is different between two times."""

import json
import sys
from collections.abc import Iterable
from typing import Annotated, Any

import typer
from rich.markup import escape

from chamberlain import clock
from chamberlain.cli.rim import out, print_json, terminal_actor, world
from chamberlain.language import gettext as _
from chamberlain.model.change import AccountChange, Change, GrantChange, PermissionChange, Property, Section
from chamberlain.model.kind import Relation
from chamberlain.policy.moment import read_moment
from chamberlain.queries.connections import choose_tenant
from chamberlain.queries.history import Differences, find_differences, stream_differences
from chamberlain.queries.people import match_person

HEADINGS = {
    Section.ACCOUNTS_ADDED: "People who came",
    Section.ACCOUNTS_GONE: "People who are gone",
    Section.ACCOUNTS_CHANGED: "People who changed",
    Section.PERMISSIONS_ADDED: "New permissions",
    Section.PERMISSIONS_GONE: "Permissions that are gone",
    Section.PERMISSIONS_CHANGED: "Permissions that changed",
    Section.GRANTS_OPENED: "Given",
    Section.GRANTS_CLOSED: "Taken",
    Section.GRANTS_CHANGED: "Held otherwise",
}
RELATIONS = {
    Relation.MEMBER: "member of",
    Relation.OWNER: "owner of",
    Relation.ASSIGNED: "has",
    Relation.ELIGIBLE: "eligible for",
}


def diff(
    begin: Annotated[str, typer.Option("--from", help=_("A date or a time; a date is its beginning. UTC."))],
    end: Annotated[str, typer.Option("--to", help=_("A date or a time; a date is its end. UTC."))] = "",
    person: Annotated[str | None, typer.Option(help=_("Only what concerns this person."))] = None,
    permission: Annotated[str | None, typer.Option(help=_("Only what concerns the permission with this key."))] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help=_("How many of each section are listed."))] = 20,
    tenant: Annotated[str | None, typer.Option(help=_("Which tenant, where there are several."))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=_("One JSON document on stdout."))] = False,
    lines: Annotated[bool, typer.Option("--lines", help=_("Every difference, a line of JSON each."))] = False,
) -> None:
    """Show what is different between two times: people, permissions, and who holds what."""
    with world(as_json=as_json or lines):
        viewer = terminal_actor()
        now = clock.now()
        first = read_moment(begin, now=now, ends=False)
        last = read_moment(end, now=now) if end else now
        chosen = choose_tenant(viewer=viewer, slug=tenant)
        who = match_person(viewer=viewer, tenant=chosen, text=person, at=last).row.guid if person else None
        if lines:
            with stream_differences(
                viewer=viewer, tenant=chosen, begin=first, end=last, person=who, permission=permission
            ) as each:
                _write_lines(each)
            return
        found = find_differences(
            viewer=viewer, tenant=chosen, begin=first, end=last, person=who, permission=permission, limit=limit
        )
        if as_json:
            print_json(_json(found))
        else:
            _print(found)


def _write_lines(changes: Iterable[Change]) -> None:
    for change in changes:
        sys.stdout.write(json.dumps(to_json(change), default=str, ensure_ascii=False) + "\n")


def _print(found: Differences) -> None:
    out.print(
        f"[dim]{found.begin:%Y-%m-%d %H:%M} UTC {_('to')} {found.end:%Y-%m-%d %H:%M} UTC[/]",
        highlight=False,
    )
    if not found.changes:
        out.print(_("Nothing is different."))
    for section, changes in found.changes.items():
        out.print(f"\n[bold]{_(HEADINGS[section])}[/] [dim]{found.totals[section]}[/]", highlight=False)
        holder = None
        for change in changes:
            if isinstance(change, GrantChange) and change.holder != holder:
                holder = change.holder
                out.print(f"  {escape(holder.name or _('(no name)'))}  [dim]{escape(holder.user_name)}[/]")
            out.print(_line(change), highlight=False)
        more = found.totals[section] - len(changes)
        if more:
            out.print(f"  [dim]{_('and {count} more').format(count=more)}[/]", highlight=False)


def _line(change: Change) -> str:
    match change:
        case AccountChange():
            return f"  {escape(change.name or _('(no name)'))}  [dim]{escape(change.user_name)}[/]" + _told(
                change.properties
            )
        case PermissionChange():
            app = f"{change.app}: " if change.app else ""
            return f"  {escape(app + (change.link.name or _('(no name)')))}" + _told(change.properties)
        case GrantChange():
            app = f"{change.app}: " if change.app else ""
            via = f", {_('through {chain}').format(chain=change.via.name)}" if change.via else ""
            name = change.permission.name or _("(no name)")
            return f"    [dim]{_(RELATIONS[change.relation])}[/] {escape(app + name + via)}"


def _told(properties: tuple[Property, ...]) -> str:
    return "".join(f"\n    [dim]{escape(one.name)}:[/] {escape(one.was)} → {escape(one.became)}" for one in properties)


def _json(found: Differences) -> dict[str, Any]:
    return {
        "from": found.begin.isoformat(),
        "to": found.end.isoformat(),
        "totals": {section.value: total for section, total in found.totals.items()},
        **{section.value: [to_json(change) for change in found.changes.get(section, ())] for section in found.totals},
    }


def to_json(change: Change) -> dict[str, Any]:
    """A difference as JSON."""
    section = {"section": change.section.value}
    match change:
        case AccountChange():
            return {
                **section,
                "id": change.guid,
                "name": change.name,
                "user_name": change.user_name,
                "changed": _changed(change.properties),
            }
        case PermissionChange():
            return {
                **section,
                "key": change.link.key,
                "kind": change.link.kind.value,
                "name": change.link.name,
                "app": change.app,
                "changed": _changed(change.properties),
            }
        case GrantChange():
            return {
                **section,
                "holder": change.holder.guid or change.holder.key,
                "holder_name": change.holder.name,
                "key": change.permission.key,
                "kind": change.permission.kind.value,
                "name": change.permission.name,
                "app": change.app,
                "relation": change.relation.name.lower(),
                "via": change.via.key if change.via else None,
                "was": change.was,
                "became": change.became,
                "opened_at": change.opened_at.isoformat() if change.opened_at else None,
                "closed_at": change.closed_at.isoformat() if change.closed_at else None,
                "last_seen": change.last_seen.isoformat() if change.last_seen else None,
            }


def _changed(properties: tuple[Property, ...]) -> dict[str, dict[str, str]]:
    return {one.name: {"from": one.was, "to": one.became} for one in properties}
