"""The subcommands of `chamberlain`, one file each, joined here."""

import typer

from chamberlain.cli import bench, connect, serve, sign_in, status, sync, up, who

app = typer.Typer(
    name="chamberlain",
    help="Access governance for Microsoft 365: who has what, why and since when.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command()(up.demo)
app.command()(up.up)
app.command()(status.status)
app.command("sign-in")(sign_in.sign_in)
app.command()(connect.connect)
app.command()(sync.sync)
app.command()(who.who)
app.command()(serve.web)
app.command()(serve.worker)
app.command()(serve.simulator)

app.add_typer(bench.app, name="bench")
