"""`chamberlain up` and `chamberlain demo`: everything on one machine, as one command."""

import os
import shutil
import socket
import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from chamberlain import bootstrap
from chamberlain.actions.sign_in import issue_sign_in_link
from chamberlain.cli.demo_tenant import SIMULATOR_LINE, DemoTenant, connect_demo, demo_tenant
from chamberlain.cli.processes import Child, Supervisor
from chamberlain.cli.rim import err, out, plainly, settings_or_exit, terminal_actor
from chamberlain.errors import Conflict, Misconfigured
from chamberlain.language import gettext as _
from chamberlain.settings import Settings, demo_folder, keep

WEB_LINE = "Listening at"
WORKER_LINE = "worker is ready"


def up() -> None:
    """Run database, web application and worker on this machine until Ctrl-C."""
    with plainly():
        settings = settings_or_exit()
        bootstrap.refuse_second_start(settings)
        _check_port(settings.host, settings.port, option="CHAMBERLAIN_PORT")
        _run(settings, demo=None, connect=False)


def demo(
    port: Annotated[int, typer.Option(help=_("Port of the web application."))] = 8400,
    tenant_port: Annotated[int, typer.Option(help=_("Port of the simulated tenant."))] = 8401,
    users: Annotated[int, typer.Option(help=_("People in the simulated tenant."))] = 2_000,
    groups: Annotated[int, typer.Option(help=_("Groups in it."))] = 300,
    memberships: Annotated[int, typer.Option(help=_("Direct memberships in it."))] = 20_000,
    apps: Annotated[int, typer.Option(help=_("Enterprise applications in it."))] = 40,
    connect: Annotated[bool, typer.Option(help=_("Connect the tenant at the first start."))] = True,
    writing: Annotated[
        bool, typer.Option("--writing", help=_("Grant what changing the tenant takes; choose it once it was read."))
    ] = False,
    reset: Annotated[
        bool, typer.Option("--reset", help=_("Forget the demo's data and the tenant's, then end."))
    ] = False,
) -> None:
    """Run everything together with a simulated tenant, and print a link that signs you in."""
    with plainly():
        folder = demo_folder()
        if reset:
            _forget(folder)
            return
        tenant = demo_tenant(
            port=tenant_port,
            file=folder / "tenant.db",
            users=users,
            groups=groups,
            memberships=memberships,
            apps=apps,
        )
        os.environ["CHAMBERLAIN_DATA"] = str(folder)
        os.environ["CHAMBERLAIN_PORT"] = str(port)
        bootstrap.refuse_second_start(settings_or_exit())
        _check_port("127.0.0.1", port, option="--port")
        _check_port("127.0.0.1", tenant_port, option="--tenant-port")
        bootstrap.make_data_folder(folder)
        keep(folder, {"CHAMBERLAIN_PORT": str(port), **tenant.environment()})
        _run(settings_or_exit(), demo=tenant, connect=connect, writing=writing)


def _run(settings: Settings, *, demo: DemoTenant | None, connect: bool, writing: bool = False) -> None:
    logs = settings.data / "logs"
    err.print(_("starting ..."), style="dim")
    quiet = settings.model_copy(update={"log_level": "ERROR"})
    with bootstrap.open_world(quiet) as world, bootstrap.running_here(settings):
        logs.mkdir(exist_ok=True)
        children = [
            *([_simulator(demo)] if demo else []),
            Child("worker", [sys.executable, "-m", "chamberlain.cli", "worker"], ready_line=WORKER_LINE),
            Child("web", [sys.executable, "-m", "chamberlain.cli", "web"], ready_line=WEB_LINE),
        ]

        def ready() -> None:
            if demo is not None and connect:
                connect_demo(demo, writing=writing)
            _greet(settings, demo)

        Supervisor(
            children,
            logs=logs,
            say=lambda line: err.print(line, style="dim", highlight=False, markup=False),
            essentials={"the database": world.database_ended} if world.database_ended else {},
        ).run(when_ready=ready)
    err.print(_("stopped"), style="dim")


def _simulator(demo: DemoTenant) -> Child:
    command = [sys.executable, "-m", "chamberlain.simulator", "--exit-with-parent", *demo.arguments()]
    return Child("tenant", command, ready_line=SIMULATOR_LINE, starts_within=timedelta(minutes=2))


def _greet(settings: Settings, demo: DemoTenant | None) -> None:
    link = issue_sign_in_link(actor=terminal_actor(), root=settings.url)
    out.print()
    lines = [
        (_("Chamberlain is at"), settings.url),
        (_("Sign in once with"), link),
        *([(_("Simulated tenant at"), demo.url)] if demo else []),
        (_("Data and logs in"), str(settings.data)),
    ]
    width = max(len(name) for name, _value in lines)
    for name, value in lines:
        out.print(f"  {name:<{width}}  {value}", highlight=False, markup=False, soft_wrap=True)
    out.print("  " + _("Ctrl-C stops everything.") + "\n", highlight=False)


def _forget(folder: Path) -> None:
    if bootstrap.is_running(folder):
        raise Conflict("demo_running", path=str(folder))
    if folder.exists():
        shutil.rmtree(folder)
    out.print(_("Forgotten: {folder}").format(folder=folder), highlight=False, markup=False)


def _check_port(host: str, port: int, *, option: str) -> None:
    """Says at once, before anything starts, that a port cannot be had.

    raises  Misconfigured("port_in_use")
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Misconfigured(
                "port_in_use", host=host, port=port, option=option, reason=error.strerror or ""
            ) from error
