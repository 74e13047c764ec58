"""The simulator as one function from request to answer: login, Graph and control behind one address."""

import time
import uuid

import msgspec

from chamberlain.simulator.control import ROOT, Control
from chamberlain.simulator.fault import Faults
from chamberlain.simulator.graph.gateway import VERSIONS, Gateway, Tokens
from chamberlain.simulator.graph.refusal import GraphError
from chamberlain.simulator.login.directory import Directory
from chamberlain.simulator.login.registration import Registration, registrations
from chamberlain.simulator.login.routes import Login
from chamberlain.simulator.login.signing import SigningKey
from chamberlain.simulator.message import Request, Response
from chamberlain.simulator.usage import Usage
from chamberlain.simulator.world.tenant import World


class Simulator:
    """One simulated tenant with everything that answers for it."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.registrations: tuple[Registration, Registration] = registrations(seed)
        key = SigningKey(seed)
        usage, faults = Usage(), Faults()
        self._login = Login(Directory(world, self.registrations), key)
        self._graph = Gateway(world, Tokens(key, world.base.tenant.id), usage, gates=(faults,))
        self._control = Control(world, usage, faults, seed=seed)

    def respond(self, request: Request) -> Response:
        """The answer to any request."""
        first = request.segments[0] if request.segments else ""
        if first in VERSIONS:
            return self._graph.respond(request, time.time())
        if first == ROOT:
            return self._control.respond(request)
        answer = self._login.respond(request)
        if answer is not None:
            return answer
        refusal = GraphError(404, "BadRequest", f"Resource not found for the segment '{first}'.")
        request_id = str(uuid.uuid4())
        return Response(404, msgspec.json.encode(refusal.document(request_id, request_id)))
