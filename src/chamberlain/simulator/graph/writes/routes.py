"""Every write to the directory that is simulated, and who may make it.

source  permissions: Microsoft's permission data of 2026-08-07; each least one stands first
"""

from chamberlain.simulator.graph.routes import Route
from chamberlain.simulator.graph.writes.groups import KEEPERS, GroupDesk
from chamberlain.simulator.world.tenant import World

_MEMBERS = ("GroupMember.ReadWrite.All", *KEEPERS)


def write_routes(world: World) -> tuple[Route, ...]:
    """The routes of a tenant."""
    return _group_routes(GroupDesk(world))


def _group_routes(desk: GroupDesk) -> tuple[Route, ...]:
    return (
        Route("PATCH", "groups/{}", desk.update, _MEMBERS),
        Route("POST", "groups/{}/members/$ref", desk.add_member, _MEMBERS),
        Route("DELETE", "groups/{}/members/{}/$ref", desk.remove_member, _MEMBERS),
        Route("POST", "groups/{}/owners/$ref", desk.add_owner, KEEPERS),
        Route("DELETE", "groups/{}/owners/{}/$ref", desk.remove_owner, KEEPERS),
    )
