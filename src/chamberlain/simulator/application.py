"""The simulator as one function from request to answer: login, Graph and control behind one address."""

import time
import uuid

import msgspec

from chamberlain.simulator.application_control import ApplicationControl
from chamberlain.simulator.control import ROOT, Control
from chamberlain.simulator.exchange.control import ExchangeControl
from chamberlain.simulator.exchange.front import ROOT as EXCHANGE_ROOT
from chamberlain.simulator.exchange.front import exchange_front
from chamberlain.simulator.fault import Faults
from chamberlain.simulator.fault_schedule import Schedule
from chamberlain.simulator.graph.gateway import VERSIONS, Front, Gateway
from chamberlain.simulator.graph.refusal import GraphError
from chamberlain.simulator.graph.resources.registrations import RegistrationDesk
from chamberlain.simulator.graph.resources.subscriptions import Desk
from chamberlain.simulator.graph.resources.tenant import ReportSettingsDesk
from chamberlain.simulator.graph.routes import registration_routes, report_settings_routes, subscription_routes
from chamberlain.simulator.graph.tokens import Tokens
from chamberlain.simulator.graph.writes.routes import write_routes
from chamberlain.simulator.login.cloud import CLOUDS
from chamberlain.simulator.login.directory import Directory
from chamberlain.simulator.login.platform import Platform
from chamberlain.simulator.login.registration import Registration, registrations
from chamberlain.simulator.login.routes import Login
from chamberlain.simulator.login.signing import SigningKey
from chamberlain.simulator.message import Request, Response, json_response
from chamberlain.simulator.notify import Subscriptions
from chamberlain.simulator.options import SimulatorOptions
from chamberlain.simulator.quota import Quotas
from chamberlain.simulator.replica import Replicas
from chamberlain.simulator.role_clock import RoleClock
from chamberlain.simulator.usage import Usage
from chamberlain.simulator.world.knobs import Knobs
from chamberlain.simulator.world.reference import Kind
from chamberlain.simulator.world.tenant import World


class _Rewinding(msgspec.Struct, forbid_unknown_fields=True):
    position: int


def knobs_of(options: SimulatorOptions) -> Knobs:
    """How a tenant behaves that nobody has touched."""
    return Knobs(audit_lag_ms=options.audit_lag_ms, replica_lag_ms=options.replica_lag_ms)


class Simulator:
    """One simulated tenant with everything that answers for it."""

    def __init__(self, world: World, options: SimulatorOptions) -> None:
        self._options = options
        self._key = SigningKey(options.seed)
        self.registrations: tuple[Registration, Registration] = registrations(options.seed)
        self._open(world)

    def _open(self, world: World) -> None:
        """Lets a tenant in; nothing was asked of it yet."""
        self.world = world
        options, key, seed = self._options, self._key, self._options.seed
        cloud = CLOUDS[options.cloud]
        faults = Faults()
        users = world.base.size(Kind.USER)
        self._clock = RoleClock(world)
        self._replicas = Replicas(world, seed=seed)
        front = Front(
            tokens=Tokens(key, world.base.tenant.id, cloud),
            usage=Usage(),
            quotas=Quotas(
                tenant_id=world.base.tenant.id, users=users, enforced=options.quotas, scale=options.quota_scale
            ),
            schedule=Schedule(),
            replicas=self._replicas,
            gates=(faults,),
        )
        directory = Directory(world, self.registrations, cloud)
        platform = Platform(seed)
        self._login = Login(directory, key, platform)
        subscriptions = Subscriptions(world, seed=seed)
        desks = (*subscription_routes(Desk(subscriptions)), *registration_routes(RegistrationDesk(directory)))
        desks = (*desks, *report_settings_routes(ReportSettingsDesk(world)), *write_routes(world))
        self._graph = Gateway(world, front, desks)
        self._exchange = exchange_front(world, front, key, cloud.exchange)
        applications = ApplicationControl(directory, platform)
        exchange = ExchangeControl(world, self._exchange.mail)
        self._control = Control(world, front, faults, subscriptions, applications, exchange, self._rewind, seed=seed)

    def _rewind(self, request: Request) -> Response:
        """The tenant of an earlier position again. What came after it has never been."""
        try:
            position = msgspec.json.decode(request.body, type=_Rewinding).position
            self.world.log.cut(position)
        except (msgspec.MsgspecError, ValueError) as problem:
            return json_response(400, {"error": {"code": "refused", "message": f"This is no rewinding: {problem}"}})
        self._open(World(self.world.origin, self.world.log, knobs_of(self._options)))
        return json_response(200, {"position": position})

    def respond(self, request: Request) -> Response:
        """The answer to any request."""
        self._clock.expire(time.time())
        first = request.segments[0] if request.segments else ""
        self._exchange.mail.settle(time.time())  # what Exchange changed, the directory learns of in time
        if first in VERSIONS:
            answered = self._graph.respond(request, time.time())
            self._replicas.note(time.time())  # what was written is known to some replicas later
            return answered
        if first == ROOT:
            response = self._control.respond(request)
            self._replicas.note(time.time())
            return response
        if first == EXCHANGE_ROOT:
            return self._exchange.respond(request, time.time())
        answer = self._login.respond(request)
        if answer is not None:
            return answer
        refusal = GraphError(404, "BadRequest", f"Resource not found for the segment '{first}'.")
        request_id = str(uuid.uuid4())
        return Response(404, msgspec.json.encode(refusal.document(request_id, request_id)))
