"""`chamberlain who PERSON`: what somebody holds, why, and since when."""

from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.tree import Tree

from chamberlain import clock
from chamberlain.cli.rim import out, print_json, terminal_actor, world
from chamberlain.language import gettext as _
from chamberlain.model.activity import Activity, Unknown
from chamberlain.model.holding import Holding
from chamberlain.model.kind import Kind
from chamberlain.model.path import Path, Reason
from chamberlain.policy.moment import read_moment
from chamberlain.queries.connections import choose_tenant
from chamberlain.queries.made_since import MadeSince, made_since_of_person
from chamberlain.queries.people import Person, match_person
from chamberlain.queries.words import WHY_UNKNOWN

HEADINGS = {
    Kind.ROLE: "Roles",
    Kind.SECURITY_GROUP: "Groups",
    Kind.M365_GROUP: "Microsoft 365 groups",
    Kind.MAIL_SECURITY_GROUP: "Mail-enabled security groups",
    Kind.DISTRIBUTION_GROUP: "Distribution groups",
    Kind.PRODUCT: "Products",
    Kind.LICENCE: "Licences",
}


def who(
    person: Annotated[str, typer.Argument(help=_("User name, mail, object id, or words of the name."))],
    at: Annotated[str | None, typer.Option(help=_("A date or a time in the past; a date is its end. UTC."))] = None,
    tenant: Annotated[str | None, typer.Option(help=_("Which tenant, where there are several."))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=_("One JSON document on stdout."))] = False,
) -> None:
    """Show what a person holds, or held at a time, through what, and since when."""
    with world(as_json=as_json):
        viewer = terminal_actor()
        moment = read_moment(at, now=clock.now()) if at else None
        chosen = choose_tenant(viewer=viewer, slug=tenant)
        found = match_person(viewer=viewer, tenant=chosen, text=person, at=moment)
        if as_json:
            print_json(_json(found))
        else:
            _print(found)
            if moment is None:
                _warn(made_since_of_person(viewer=viewer, tenant=chosen, guid=found.row.guid))


def _print(person: Person) -> None:
    if person.at:
        out.print(f"[yellow]{_('As it was on {time} UTC').format(time=f'{person.at:%Y-%m-%d %H:%M:%S}')}[/]")
    row = person.row
    state = _("can sign in") if row.enabled else _("blocked")
    out.print(
        f"[bold]{escape(row.name or _('(no name)'))}[/]  {escape(row.user_name)}  [dim]{_(row.type.value)}, {state}[/]"
    )
    if not person.present:
        out.print(_("Was not in the tenant then."))
        return
    if row.job_title or row.department:
        out.print(escape(" · ".join(part for part in (row.job_title, row.department) if part)), highlight=False)
    if person.manager:
        out.print(f"{_('manager')}: {escape(person.manager.name or person.manager.user_name)}", highlight=False)
    out.print(f"{_('last sign-in')}: {_used(person.activity)}", highlight=False)
    for kind, heading in HEADINGS.items():
        held = [holding for holding in person.holdings if holding.kind is kind]
        if held:
            out.print(_tree(_(heading), held))


def _warn(unread: MadeSince) -> None:
    """What was changed and is not in this yet."""
    for one in unread.changes:
        told = _("{change} at {time} UTC: done by plan {plan}, and not read yet")
        text = told.format(change=one.says, time=f"{one.at:%H:%M:%S}", plan=one.plan)
        out.print(f"[yellow]{escape(text)}[/]", highlight=False)
    if unread.more:
        out.print(f"[yellow]{_('and {count} more').format(count=unread.more)}[/]")


def _used(activity: Activity) -> str:
    """When, and how sure that is; or why nobody knows."""
    if isinstance(activity, Unknown):
        return f"{_('unknown')}, {_(WHY_UNKNOWN[activity.why])}"
    doubt = "" if activity.succeeded else _(", an attempt; how it ended is not on record")
    as_of = _("Entra, as of {time}").format(time=f"{activity.as_of:%Y-%m-%d %H:%M}")
    return f"{activity.at:%Y-%m-%d %H:%M}{doubt} [dim]({as_of})[/]"


def _tree(heading: str, held: list[Holding]) -> Tree:
    tree = Tree(f"[bold]{heading}[/] [dim]{len(held)}[/]")
    for holding in held:
        branch = tree.add(_title(holding))
        for path in holding.paths:
            branch.add(f"[dim]{escape(describe(path))}, {_('since')} {path.since:%Y-%m-%d %H:%M}[/]")
    return tree


def _title(holding: Holding) -> str:
    name = f"{holding.app}: {holding.name}" if holding.app else holding.name
    eligible = all(path.reason is Reason.ELIGIBLE for path in holding.paths)
    not_held = _("eligible, not held") if eligible else _("not given")
    notes = [note for note, wanted in ((_("owner"), holding.owner), (not_held, not holding.effective)) if wanted]
    if holding.unread:
        notes.append(_("not read since {time}").format(time=f"{holding.unread:%Y-%m-%d %H:%M}"))
    plans = (
        f" [dim]{sum(plan.enabled for plan in holding.plans)} of {len(holding.plans)} plans[/]" if holding.plans else ""
    )
    return escape(name or _("(no name)")) + (f" [yellow]{', '.join(notes)}[/]" if notes else "") + plans


def describe(path: Path) -> str:
    """A path in words."""
    chain = _(" inside ").join(link.name or link.key for link in path.through)
    words = {
        Reason.DIRECT: _("direct"),
        Reason.RULE: _("by rule"),
        Reason.NESTED: _("through {chain}"),
        Reason.GROUP: _("through {chain}"),
        Reason.LICENCE: _("inside {chain}"),
        Reason.ELIGIBLE: _("eligible through {chain}") if chain else _("eligible"),
    }[path.reason].replace("{chain}", chain)
    until = _("until {time}").format(time=f"{path.until:%Y-%m-%d %H:%M}") if path.until else ""
    until = until or (_("end unknown") if path.untold else "")
    scope = _("scope {scope}").format(scope=path.scope) if path.scope else ""
    extra = [part for part in (path.error, scope, until) if part]
    return ", ".join([words, *extra])


def _json(person: Person) -> dict[str, Any]:
    row = person.row
    return {
        "id": row.guid,
        "name": row.name,
        "user_name": row.user_name,
        "mail": row.mail,
        "type": row.type.value,
        "enabled": row.enabled,
        "department": row.department,
        "job_title": row.job_title,
        "manager": person.manager.guid if person.manager else None,
        "first_seen": person.first_seen.isoformat(),
        "at": person.at.isoformat() if person.at else None,
        "present": person.present,
        "last_sign_in": _used_json(person.activity),
        "holdings": [
            {
                "key": holding.key,
                "kind": holding.kind.value,
                "name": holding.name,
                "app": holding.app,
                "relation": "owner" if holding.owner else "holder",
                "effective": holding.effective,
                "since": holding.since.isoformat(),
                "not_read_since": holding.unread.isoformat() if holding.unread else None,
                "paths": [
                    {
                        "reason": path.reason.value,
                        "through": [link.key for link in path.through],
                        "since": path.since.isoformat(),
                        "state": path.state,
                        "error": path.error,
                        "scope": path.scope,
                        "until": path.until.isoformat() if path.until else None,
                        "end_is_told": not path.untold,
                        "ends_by_us": path.by_us,
                    }
                    for path in holding.paths
                ],
                "plans": {plan.key: plan.enabled for plan in holding.plans},
            }
            for holding in person.holdings
        ],
    }


def _used_json(activity: Activity) -> dict[str, Any]:
    as_of = activity.as_of.isoformat() if activity.as_of else None
    if isinstance(activity, Unknown):
        return {"at": None, "unknown": activity.why.value, "source": activity.source.value, "as_of": as_of}
    told = {"at": activity.at.isoformat(), "unknown": None, "succeeded": activity.succeeded}
    return {**told, "source": activity.source.value, "as_of": as_of}
