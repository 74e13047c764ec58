"""Starting and stopping the simulator."""

import asyncio
import errno
import os
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial

import msgspec

from chamberlain.simulator.application import Simulator, knobs_of
from chamberlain.simulator.options import CannotStartError, SimulatorOptions
from chamberlain.simulator.wire import MAX_HEAD_BYTES, serve_connection
from chamberlain.simulator.world.base import Base
from chamberlain.simulator.world.golden import golden_base
from chamberlain.simulator.world.log import ChangeLog
from chamberlain.simulator.world.seeded.base import SeededBase
from chamberlain.simulator.world.tenant import World

HOST = "127.0.0.1"
STANDARD_INPUT = 0
MAX_PORT = 65_535
EXIT_CANNOT_START = 2


def _base(options: SimulatorOptions) -> Base:
    return golden_base(options.seed) if options.population == "golden" else SeededBase(options)


def build(options: SimulatorOptions) -> Simulator:
    """The simulator that the options describe.

    raises  CannotStartError for sizes below zero, and when the file belongs to another tenant or cannot be opened
    """
    sizes = (options.users, options.groups, options.memberships, options.apps)
    delays = (options.latency_ms, options.replica_lag_ms, options.audit_lag_ms)
    if min(*sizes, *delays) < 0 or not 0 <= options.port <= MAX_PORT:
        raise CannotStartError("Sizes, latency, lag and port must not be negative, and a port is at most 65535.")
    if options.quota_scale <= 0:
        raise CannotStartError("The scale of the quotas must be above zero.")
    base = _base(options)
    return Simulator(World(base, ChangeLog(options.file, base.tenant.population), knobs_of(options)), options)


def start_line(simulator: Simulator, url: str) -> bytes:
    """What a starter has to know: the address, the tenant, and both applications' secrets."""
    multi, own = simulator.registrations
    base = simulator.world.base
    return msgspec.json.encode(
        {
            "url": url,
            "tenant_id": base.tenant.id,
            "domain": base.tenant.domain,
            "client_id": multi.client_id,
            "client_secret": multi.client_secret,
            "own_client_id": own.client_id,
            "own_client_secret": own.client_secret,
            "position": simulator.world.log.position,
            "population": base.tenant.population,
            "memberships": base.memberships,
        }
    )


def _watch_parent(stop: Callable[[], None]) -> None:
    """Stop when standard input ends: the parent is gone, however it died, on every system."""
    loop = asyncio.get_running_loop()

    def wait() -> None:
        # not sys.stdin: its buffer's lock, held by this thread, would crash the interpreter on its way out
        while os.read(STANDARD_INPUT, 4096):
            pass
        loop.call_soon_threadsafe(stop)

    threading.Thread(target=wait, daemon=True).start()


async def _serve(simulator: Simulator, options: SimulatorOptions) -> None:
    connection = partial(serve_connection, respond=simulator.respond, latency_seconds=options.latency_ms / 1000)
    try:
        server = await asyncio.start_server(connection, HOST, options.port, limit=MAX_HEAD_BYTES, backlog=512)
    except OSError as problem:
        if problem.errno not in {errno.EADDRINUSE, errno.EACCES}:
            raise
        sentence = f"Port {options.port} cannot be used; choose another with --port, or 0 for any."
        raise CannotStartError(sentence) from problem
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    if options.exit_with_parent:
        _watch_parent(stopped.set)
    port = server.sockets[0].getsockname()[1]
    sys.stdout.buffer.write(start_line(simulator, f"http://{HOST}:{port}") + b"\n")
    sys.stdout.flush()
    await stopped.wait()
    server.close()
    simulator.world.log.close()


def main(options: SimulatorOptions) -> None:
    """Serve until a signal comes; exits with 2 and one sentence on standard error when that cannot begin."""
    try:
        asyncio.run(_serve(build(options), options))
    except CannotStartError as problem:
        sys.stderr.write(f"{problem}\n")
        sys.exit(EXIT_CANNOT_START)
