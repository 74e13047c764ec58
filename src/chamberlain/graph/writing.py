"""Requests that change a tenant, up to 20 in a round trip. None is sent a second time unless it was surely not done.

source  https://learn.microsoft.com/graph/json-batching (2026): parts stand for themselves, and run in any order
"""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import msgspec

from chamberlain import clock
from chamberlain.errors import ChamberlainError, Refused, Upstream
from chamberlain.graph import retry
from chamberlain.graph.batch import Part
from chamberlain.graph.fault import graph_error, write_error
from chamberlain.graph.quota.limit import Bucket
from chamberlain.graph.quota.price import Charge
from chamberlain.graph.readonly import BATCH
from chamberlain.graph.wire import GOOD, Call, Wire
from chamberlain.graph.write import Write

JSON = {"Content-Type": "application/json"}
Outcomes = list[ChamberlainError | None]


class _Answer(msgspec.Struct):
    responses: list[Part]


async def send(wire: Wire, root: str, writes: Sequence[Write]) -> Outcomes:
    """What Microsoft said to each, in their order: None where it took it.

    writes   at most 20, none of which waits for another
    raises   Refused("write_refused"): nothing of it was sent
    """
    return [write_error(one) for one in await _send(wire, root, writes)]


async def _send(wire: Wire, root: str, writes: Sequence[Write]) -> Outcomes:
    until = wire.ends()
    outcomes: dict[int, ChamberlainError | None] = {}
    while left := [number for number in range(len(writes)) if number not in outcomes]:
        try:
            told, wait = await _try(wire, root, {number: writes[number] for number in left}, until=until)
        except Refused as refused:
            if refused.code == "write_refused":
                raise
            return [outcomes.get(number, refused) for number in range(len(writes))]
        except ChamberlainError as error:
            return [outcomes.get(number, error) for number in range(len(writes))]
        busy = {number: error for number, error in told.items() if _was_not_done(error)}
        outcomes.update({number: error for number, error in told.items() if number not in busy})
        if busy and wire.limiter.now() + wait.total_seconds() > until:
            outcomes.update(busy)
        elif busy:
            lane = wire.limiter.lane(
                wire.limiter.price(writes[min(busy)].method, writes[min(busy)].path).charges[0].bucket
            )
            await wire.rest(lane, wait or None, filled=None)
    return [outcomes[number] for number in range(len(writes))]


async def _try(
    wire: Wire, root: str, writes: dict[int, Write], *, until: float
) -> tuple[dict[int, ChamberlainError | None], timedelta]:
    """What was said to each, and how long Microsoft wants us to wait for the rest."""
    charges: dict[Bucket, float] = {}
    for write in writes.values():
        for charge in wire.limiter.price(write.method, write.path).charges:
            charges[charge.bucket] = charges.get(charge.bucket, 0.0) + charge.units
    priced = tuple(Charge(bucket, units) for bucket, units in charges.items())
    if len(writes) == 1:
        ((number, write),) = writes.items()
        body = None if write.body is None else msgspec.json.encode(write.body)
        headers = {} if body is None else JSON
        url = f"{root}/v1.0{write.path}"
        call = Call(write.method, url, priced, body=body, headers=headers, repeatable=False)
        await wire.ask(call, lambda _response: None, until=until)
        return {number: None}, timedelta(0)
    content = msgspec.json.encode({"requests": [_part(number, write) for number, write in writes.items()]})
    call = Call("POST", f"{root}/v1.0{BATCH}", priced, body=content, headers=JSON, parts=len(writes), repeatable=False)
    answer = await wire.ask(call, lambda response: msgspec.json.decode(response.content, type=_Answer), until=until)
    told: dict[int, ChamberlainError | None] = {
        number: Upstream("batch_part_missing", path=BATCH, parts=1) for number in writes
    }
    judge = partial(_judge, wire)
    longest = timedelta(0)
    for part in answer.responses:
        number = int(part.id) if part.id.isdigit() else -1
        if number in writes:
            told[number], wait = judge(writes[number], part)
            longest = max(longest, wait)
    return told, longest


def _part(number: int, write: Write) -> dict[str, object]:
    part: dict[str, object] = {"id": str(number), "method": write.method, "url": write.path}
    return part if write.body is None else {**part, "headers": JSON, "body": write.body}


def _judge(wire: Wire, write: Write, part: Part) -> tuple[ChamberlainError | None, timedelta]:
    if part.status in GOOD:
        return None, timedelta(0)
    headers = {key.lower(): str(value) for key, value in (part.headers or {}).items()}
    wait = retry.asked_wait(headers, now=clock.now())
    request_id = headers.get("request-id", "")
    error = graph_error(part.status, bytes(part.body), path=write.path, request_id=request_id, again_after=wait)
    wire.limiter.note_refusal(error, path=write.path)
    return error, wait or timedelta(0)


def _was_not_done(error: ChamberlainError | None) -> bool:
    return error is not None and error.data.get("status") == 429
