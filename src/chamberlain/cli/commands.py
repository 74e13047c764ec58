"""The subcommands of `chamberlain`, one file each, joined here."""

import inspect
from collections.abc import Callable

import typer

from chamberlain.cli import (
    apply,
    audit,
    backup,
    bench,
    config,
    connect,
    diff,
    disconnect,
    guards,
    health,
    keys,
    notify,
    plan,
    quota,
    report_names,
    role,
    scopes,
    serve,
    sign_in,
    status,
    sync,
    tasks,
    token,
    up,
    who,
)
from chamberlain.language import gettext as _

app = typer.Typer(
    name="chamberlain",
    help=_("Access governance for Microsoft 365: who has what, why and since when."),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
RUNNING, LOOKING = _("Run it"), _("Look")
GOVERNING, KEEPING, DEVELOPING = _("Connect and govern"), _("Keep it safe"), _("Develop and measure")

# In the order of the help: what is needed first stands first.
COMMANDS: dict[str, tuple[str, Callable[..., None]]] = {
    "demo": (RUNNING, up.demo),
    "up": (RUNNING, up.up),
    "status": (RUNNING, status.status),
    "health": (RUNNING, health.health),
    "sign-in": (RUNNING, sign_in.sign_in),
    "web": (RUNNING, serve.web),
    "worker": (RUNNING, serve.worker),
    "who": (LOOKING, who.who),
    "diff": (LOOKING, diff.diff),
    "sync": (GOVERNING, sync.sync),
    "scopes": (GOVERNING, scopes.scopes),
    "quota": (GOVERNING, quota.quota),
    "report-names": (GOVERNING, report_names.report_names),
    "disconnect": (GOVERNING, disconnect.disconnect),
    "plan": (GOVERNING, plan.plan),
    "plans": (GOVERNING, plan.plans),
    "apply": (GOVERNING, apply.apply),
    "undo": (GOVERNING, apply.undo),
    "approve": (GOVERNING, apply.approve),
    "stop": (GOVERNING, apply.stop),
    "tasks": (GOVERNING, tasks.tasks),
    "backup": (KEEPING, backup.backup),
    "restore": (KEEPING, backup.restore),
    "simulator": (DEVELOPING, serve.simulator),
}
GROUPS: dict[str, tuple[str, typer.Typer]] = {
    "config": (RUNNING, config.app),
    "notify": (RUNNING, notify.app),
    "connect": (GOVERNING, connect.app),
    "guards": (GOVERNING, guards.app),
    "role": (GOVERNING, role.app),
    "token": (GOVERNING, token.app),
    "audit": (KEEPING, audit.app),
    "keys": (KEEPING, keys.app),
    "bench": (DEVELOPING, bench.app),
}
for name, (panel, command) in COMMANDS.items():
    app.command(name, help=_(inspect.getdoc(command) or ""), rich_help_panel=panel)(command)
for name, (panel, group) in GROUPS.items():
    app.add_typer(group, name=name, rich_help_panel=panel)
