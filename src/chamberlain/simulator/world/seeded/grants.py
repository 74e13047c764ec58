"""What applications may do in the name of people: about two grants an application, to one person or to everybody."""

from enum import IntEnum

from chamberlain.simulator.options import SimulatorOptions
from chamberlain.simulator.world.application import DelegatedGrant
from chamberlain.simulator.world.reference import Kind, Ref
from chamberlain.simulator.world.seeded.applications import GRAPH
from chamberlain.simulator.world.seeded.permutation import Draws

_SCOPES = ("User.Read", "openid profile User.Read", " User.Read Mail.Read", "Files.Read.All offline_access")


class Stream(IntEnum):
    """Streams of draws that this module uses."""

    GRANT = 55


def delegated_grants(clients: range, options: SimulatorOptions, draws: Draws) -> tuple[DelegatedGrant, ...]:
    """All of them; the first of every second application is for everybody. A leading space is Microsoft's own."""
    found = {}
    for client in clients:
        bits = draws.draw(Stream.GRANT, client)
        people = [draws.draw(Stream.GRANT, client << 8 | 1 + place) for place in range(bits % 3 + 1)]
        principals: list[Ref | None] = [Ref(Kind.USER, person % options.users) for person in people if options.users]
        if client % 2 == 0:
            principals[:1] = [None]
        for place, principal in enumerate(principals):
            scope = _SCOPES[(bits >> 8 + 2 * place) % len(_SCOPES)]
            found[client, principal] = DelegatedGrant(client, GRAPH, principal, scope)
    return tuple(found.values())
