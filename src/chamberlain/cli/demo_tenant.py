"""The simulated tenant of the demo: how it is started and how it is connected the first time."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

from chamberlain.actions.connect_with_secret import connect_with_secret
from chamberlain.bench.simulated import Reached
from chamberlain.bench.writable import let_write
from chamberlain.cli.rim import terminal_actor
from chamberlain.queries.connections import list_tenants
from chamberlain.simulator.options import SimulatorOptions
from chamberlain.simulator.serve import build, start_line

SIMULATOR_LINE = '"own_client_id"'


@dataclass(frozen=True, slots=True)
class DemoTenant:
    """Where the simulated tenant is, how large, and with what one connects to it."""

    url: str
    options: SimulatorOptions
    tenant_id: str
    domain: str
    client_id: str
    client_secret: str
    own_client_id: str
    own_client_secret: str

    def arguments(self) -> list[str]:
        """Options of `chamberlain simulator`."""
        options = self.options
        values = {
            "users": options.users,
            "groups": options.groups,
            "memberships": options.memberships,
            "apps": options.apps,
            "port": options.port,
            "file": options.file,
        }
        return [part for name, value in values.items() for part in (f"--{name}", str(value))]

    def environment(self) -> dict[str, str]:
        """Settings that make the installation speak to this tenant instead of to Microsoft."""
        return {
            "CHAMBERLAIN_LOGIN_ROOT": self.url,
            "CHAMBERLAIN_GRAPH_ROOT": self.url,
            "CHAMBERLAIN_CLIENT_ID": self.client_id,
            "CHAMBERLAIN_CLIENT_SECRET": self.client_secret,
        }

    def reached(self) -> Reached:
        """The tenant as measurements reach it."""
        names = ("url", "tenant_id", "domain", "client_id", "client_secret", "own_client_id", "own_client_secret")
        return Reached(**{name: getattr(self, name) for name in names})


def demo_tenant(*, port: int, file: Path, users: int, groups: int, memberships: int, apps: int) -> DemoTenant:
    """The tenant that these options describe; its ids and secrets follow from them."""
    options = SimulatorOptions(users=users, groups=groups, memberships=memberships, apps=apps, port=port, file=file)
    url = f"http://127.0.0.1:{port}"
    told = json.loads(start_line(build(replace(options, file=None)), url))
    names = ("tenant_id", "domain", "client_id", "client_secret", "own_client_id", "own_client_secret")
    return DemoTenant(url=url, options=options, **{name: told[name] for name in names})


def connect_demo(demo: DemoTenant, *, writing: bool) -> None:
    """Connects the tenant through its own registration, unless a tenant is connected already.

    writing  whether its registration is granted what changing the tenant takes; what it is used for is chosen later
    """
    actor = terminal_actor()
    if list_tenants(viewer=actor):
        return
    if writing:
        let_write(demo.reached())
    connect_with_secret(
        actor=actor,
        tenant_id=demo.tenant_id,
        client_id=demo.own_client_id,
        client_secret=demo.own_client_secret,
    )
