"""The subcommands of `chamberlain`, one file each, joined here."""

import inspect
from collections.abc import Callable

import typer

from chamberlain.cli import (
    audit,
    backup,
    bench,
    config,
    connect,
    diff,
    disconnect,
    health,
    keys,
    notify,
    quota,
    report_names,
    role,
    scopes,
    serve,
    sign_in,
    status,
    sync,
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
COMMANDS: dict[str, Callable[..., None]] = {
    "demo": up.demo,
    "up": up.up,
    "status": status.status,
    "sign-in": sign_in.sign_in,
    "sync": sync.sync,
    "who": who.who,
    "diff": diff.diff,
    "quota": quota.quota,
    "backup": backup.backup,
    "restore": backup.restore,
    "scopes": scopes.scopes,
    "disconnect": disconnect.disconnect,
    "health": health.health,
    "report-names": report_names.report_names,
    "web": serve.web,
    "worker": serve.worker,
    "simulator": serve.simulator,
}
for name, command in COMMANDS.items():
    app.command(name, help=_(inspect.getdoc(command) or ""))(command)
app.add_typer(audit.app, name="audit")
app.add_typer(bench.app, name="bench")
app.add_typer(connect.app, name="connect")
app.add_typer(keys.app, name="keys")
app.add_typer(config.app, name="config")
app.add_typer(notify.app, name="notify")
app.add_typer(role.app, name="role")
app.add_typer(token.app, name="token")
