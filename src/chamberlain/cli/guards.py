"""`chamberlain guards`: a tenant's guard rails, shown and set."""

from collections.abc import Callable
from typing import Annotated, Any

import typer
from rich.markup import escape

from chamberlain.actions.stop_writers import choose_four_eyes, set_guards
from chamberlain.cli.rim import out, print_json, terminal_actor, world
from chamberlain.cli.rows import columns
from chamberlain.errors import Refused
from chamberlain.language import gettext as _
from chamberlain.model.actor import Actor
from chamberlain.model.guard import Eyes, Rails, Window
from chamberlain.model.tenant import Tenant
from chamberlain.policy.planning import rails as typed
from chamberlain.policy.planning.words import EYES, say_moment
from chamberlain.queries.connections import choose_tenant
from chamberlain.queries.guards import GuardPage, Protected, show_guards
from chamberlain.queries.people import match_profile
from chamberlain.queries.plans import find_guards, match_permission

app = typer.Typer(help=_("What holds changes back: limits, windows, what is protected, four eyes."))
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Which = Annotated[str | None, typer.Option(help=_("Which tenant, where there are several."))]
Json = Annotated[bool, typer.Option("--json", help=_("One JSON document on stdout."))]
Figure = Annotated[str | None, typer.Option(metavar="NUMBER")]
Person = Annotated[str | None, typer.Option(help=_("User name, mail, name or object id."))]
Permission = Annotated[str | None, typer.Option(help=_("Name, mail or key of a group, role, product or licence."))]


@app.callback(invoke_without_command=True)
def show(context: typer.Context, tenant: Which = None, as_json: Json = False) -> None:
    """Show the guard rails, and what holds writers back now."""
    if context.invoked_subcommand is None:
        with world(as_json=as_json):
            viewer = terminal_actor()
            _tell(viewer, choose_tenant(viewer=viewer, slug=tenant), as_json=as_json)


@app.command("set", help=_("Set figures, the time zone, or whether plans are only rehearsed."))
def set_figures(
    most_per_plan: Figure = None,
    share_per_plan: Figure = None,
    most_per_hour: Figure = None,
    share_per_hour: Figure = None,
    share_from: Figure = None,
    failures: Figure = None,
    failures_share: Figure = None,
    failures_of: Figure = None,
    approval_delay: Annotated[str | None, typer.Option(metavar="HOURS")] = None,
    zone: Annotated[str | None, typer.Option(help=_("Time zone of the windows, like Europe/Berlin."))] = None,
    simulation: Annotated[bool | None, typer.Option("--simulation/--no-simulation")] = None,
    tenant: Which = None,
    as_json: Json = False,
) -> None:
    """Set figures, the time zone, or whether plans are only rehearsed."""
    given = {
        "most_per_plan": most_per_plan,
        "share_per_plan": share_per_plan,
        "most_per_hour": most_per_hour,
        "share_per_hour": share_per_hour,
        "share_from": share_from,
        "failures": failures,
        "failures_share": failures_share,
        "failures_of": failures_of,
        typed.DELAY: approval_delay,
    }
    figures = {name: text for name, text in given.items() if text is not None}

    def changed(rails: Rails) -> Rails:
        found = typed.read_figures(rails, figures)
        return found if zone is None else typed.with_zone(found, zone)

    _change(changed, tenant=tenant, as_json=as_json, simulates=simulation)


@app.command("add-window", help=_("Let changes be made in one more window."))
def add_window(
    days: Annotated[str, typer.Option(metavar="DAYS", help=_("Like mon,tue or mon-fri."))],
    begins: Annotated[str, typer.Option("--from", metavar="TIME", help=_("A time of day, like 22:00."))],
    ends: Annotated[str, typer.Option("--to", metavar="TIME", help=_("When it is not later: of the next day."))],
    tenant: Which = None,
    as_json: Json = False,
) -> None:
    """Let changes be made in one more window."""

    def changed(rails: Rails) -> Rails:
        return typed.with_window(rails, typed.read_window(days=_days(days), begins=begins, ends=ends))

    _change(changed, tenant=tenant, as_json=as_json)


@app.command("remove-window", help=_("Remove a window."))
def remove_window(
    number: Annotated[int, typer.Argument(help=_("Its number, as `chamberlain guards` shows it."))],
    tenant: Which = None,
    as_json: Json = False,
) -> None:
    """Remove a window."""

    def changed(rails: Rails) -> Rails:
        if not 1 <= number <= len(rails.windows):
            raise Refused("guard_unreadable", name="window", text=str(number), least=1, most=len(rails.windows))
        return typed.without_window(rails, number - 1)

    _change(changed, tenant=tenant, as_json=as_json)


@app.command(help=_("Let no plan touch a person or a permission."))
def protect(person: Person = None, permission: Permission = None, tenant: Which = None, as_json: Json = False) -> None:
    """Let no plan touch a person or a permission."""
    with world(as_json=as_json):
        actor = terminal_actor()
        chosen = choose_tenant(viewer=actor, slug=tenant)
        account, key = _meant(actor, chosen, person, permission)
        _apply(actor, chosen, lambda rails: typed.protecting(rails, account=account, permission=key), as_json=as_json)


@app.command(help=_("Let plans touch a person or a permission again."))
def unprotect(
    person: Person = None, permission: Permission = None, tenant: Which = None, as_json: Json = False
) -> None:
    """Let plans touch a person or a permission again. Ids and keys also of what is not there any more."""
    with world(as_json=as_json):
        actor = terminal_actor()
        chosen = choose_tenant(viewer=actor, slug=tenant)
        rails = find_guards(viewer=actor, tenant=chosen).rails
        held = {*rails.protected_accounts, *rails.protected_permissions}
        named = [text for text in (person, permission) if text]
        gone = [text for text in named if text in held]
        account, key = ("", "") if gone else _meant(actor, chosen, person, permission)

        def changed(rails: Rails) -> Rails:
            for what in (*gone, account, key):
                rails = typed.unprotecting(rails, what)
            return rails

        _apply(actor, chosen, changed, as_json=as_json)


@app.command("four-eyes", help=_("Choose what takes a second person besides power over the tenant."))
def four_eyes(
    add: Annotated[list[str] | None, typer.Option(metavar="SORT", help=", ".join(Eyes))] = None,
    remove: Annotated[
        list[str] | None, typer.Option(metavar="SORT", help=_("It still holds until somebody else removes it, too."))
    ] = None,
    tenant: Which = None,
    as_json: Json = False,
) -> None:
    """Choose what takes a second person besides power over the tenant."""
    with world(as_json=as_json):
        actor = terminal_actor()
        chosen = choose_tenant(viewer=actor, slug=tenant)
        more, less = ({typed.read_eyes(text) for text in texts or ()} for texts in (add, remove))
        if more or less:
            choose_four_eyes(actor=actor, tenant=chosen, more=frozenset(more), less=frozenset(less))
        _tell(actor, chosen, as_json=as_json)


def _change(
    changed: Callable[[Rails], Rails], *, tenant: str | None, as_json: bool, simulates: bool | None = None
) -> None:
    with world(as_json=as_json):
        actor = terminal_actor()
        _apply(actor, choose_tenant(viewer=actor, slug=tenant), changed, as_json=as_json, simulates=simulates)


def _apply(
    actor: Actor, tenant: Tenant, changed: Callable[[Rails], Rails], *, as_json: bool, simulates: bool | None = None
) -> None:
    """Sets what is otherwise then, and shows all of it."""
    set_guards(actor=actor, tenant=tenant, rails=changed, simulates=simulates)
    _tell(actor, tenant, as_json=as_json)


def _meant(viewer: Actor, tenant: Tenant, person: str | None, permission: str | None) -> tuple[str, str]:
    """The object id of a person and the key of a permission that were named; "" for what was not."""
    if not person and not permission:
        raise typer.BadParameter(_("Name a person or a permission."))
    account = str(match_profile(viewer=viewer, tenant=tenant, text=person).row.guid) if person else ""
    return account, match_permission(viewer=viewer, tenant=tenant, text=permission) if permission else ""


def _days(text: str) -> list[str]:
    """Numbers of weekdays as they are kept, of what was typed; what is no day stays as it is, to be refused."""
    found: list[str] = []
    for part in text.lower().replace(" ", "").split(","):
        first, dash, last = part.partition("-")
        if first[:3] not in DAYS or (dash and last[:3] not in DAYS):
            raise Refused("window_unreadable", text=text[: typed.LONGEST_QUOTED])
        begin = DAYS.index(first[:3])
        end = DAYS.index(last[:3]) if dash else begin
        found += [str(day % 7) for day in range(begin, end + 1 if end >= begin else end + 8)]
    return found


def _tell(viewer: Actor, tenant: Tenant, *, as_json: bool) -> None:
    page = show_guards(viewer=viewer, tenant=tenant)
    if as_json:
        print_json(_json(page))
        return
    if page.simulates:
        out.print(_("Simulation: plans are rehearsed, and nothing is written."), style="yellow")
    table = columns(_("guard rail"), _("set to"), _("may be"))
    for name, bound in typed.BOUNDS.items():
        table.add_row(name, str(getattr(page.rails, name)), f"{bound.least}–{bound.most}")
    table.add_row(f"{typed.DELAY} (h)", str(page.delay_hours), f"{typed.DELAY_BOUND.least}–{typed.DELAY_BOUND.most}")
    out.print(table)
    _print_windows(page)
    for what, protected in ((_("protected person"), page.accounts), (_("protected permission"), page.permissions)):
        for one in protected:
            out.print(f"{what}: {escape(_name(one))}", highlight=False)
    _print_eyes(page)
    for halt in page.halts:
        why = _("too much went wrong: {reason}") if halt.is_breaker else _("stopped by {by}: {reason}")
        told = why.format(by=halt.by_name, reason=halt.reason)
        out.print(escape(told), style="red", highlight=False)


def _print_windows(page: GuardPage) -> None:
    if not page.rails.windows:
        out.print(_("windows: none, changes are made at any time"), highlight=False)
    for number, window in enumerate(page.rails.windows, 1):
        out.print(f"{_('window')} {number}: {_window(window)} {page.rails.zone}", highlight=False)


def _print_eyes(page: GuardPage) -> None:
    sorts = ", ".join([_("power over the tenant"), *(_(EYES[one]) for one in sorted(page.eyes))])
    out.print(_("four eyes: {sorts}").format(sorts=sorts), highlight=False)
    for one in page.rails.easing:
        told = _("{who} wants to be without: {what}. It holds until somebody else wants the same.")
        if page.approvers < 2:
            told = _("{who} wants to be without: {what}. It holds until {until}: nobody else could agree.")
        until = say_moment(one.until, zone=page.rails.zone)
        out.print(escape(told.format(who=one.by_name, what=_(EYES[one.what]), until=until)), style="yellow")
    if page.approvers < 2:
        told = _("Nobody else could approve: what takes a second person waits {hours} hours instead.")
        out.print(told.format(hours=page.delay_hours), style="yellow", highlight=False)


def _json(page: GuardPage) -> dict[str, Any]:
    rails = page.rails
    return {
        **{name: getattr(rails, name) for name in typed.BOUNDS},
        "windows": [
            {"days": [*one.days], "begins": f"{one.begins:%H:%M}", "ends": f"{one.ends:%H:%M}"} for one in rails.windows
        ],
        "zone": rails.zone,
        "protected_accounts": [*rails.protected_accounts],
        "protected_permissions": [*rails.protected_permissions],
        "four_eyes": sorted(page.eyes),
        "easing": [
            {"what": one.what.value, "by": one.by_name, "at": one.at.isoformat(), "until": one.until.isoformat()}
            for one in rails.easing
        ],
        "approval_delay_hours": page.delay_hours,
        "simulates": page.simulates,
        "approvers": page.approvers,
        "halts": [{"breaker": one.is_breaker, "reason": one.reason, "by": one.by_name} for one in page.halts],
    }


def _window(window: Window) -> str:
    days = ",".join(DAYS[day] for day in window.days)
    later = "" if window.ends > window.begins else " " + _("of the next day")
    return f"{days} {window.begins:%H:%M}–{window.ends:%H:%M}{later}"


def _name(one: Protected) -> str:
    return f"{one.name} ({one.id})" if one.name else one.id
