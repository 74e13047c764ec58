"""`$batch`: up to twenty requests in one, each answered, charged and throttled by itself.

source  https://learn.microsoft.com/graph/json-batching (read 2026)
"""

from base64 import b64encode, urlsafe_b64decode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from chamberlain.simulator.graph.refusal import GraphError
from chamberlain.simulator.message import Ending, Request, Response

SEGMENT = "$batch"
MAX_PARTS = 20
FIRST_FAILURE = 400
_INHERITED = ("authorization", "host", "user-agent")
"""Headers of the whole that count for every part; others, `ConsistencyLevel` above all, each part says itself."""
_TOLD = ("Retry-After", "Location", "x-ms-resource-unit", "x-ms-throttle-scope", "x-ms-throttle-information",
         "x-ms-throttle-limit-percentage", "request-id", "client-request-id", "OData-Version")  # fmt: skip


class _Sent(msgspec.Struct):
    id: str
    method: str
    url: str
    headers: dict[str, str] = {}
    body: msgspec.Raw = msgspec.Raw()
    depends_on: list[str] = msgspec.field(name="dependsOn", default_factory=list)


class _Envelope(msgspec.Struct):
    requests: list[_Sent]


@dataclass(frozen=True, slots=True)
class Part:
    """One request of a batch. `after` are the ids that have to succeed before it."""

    id: str
    request: Request
    after: tuple[str, ...]


def is_batch(request: Request) -> bool:
    """Whether a request below a version is a batch."""
    return request.segments[1:] == (SEGMENT,)


def _malformed(message: str) -> GraphError:
    return GraphError(400, "BadRequest", message)


def _body(sent: _Sent, content_type: str | None) -> bytes:
    content = bytes(sent.body)
    if content in {b"", b"null"}:
        return b""
    if content_type is None:
        raise _malformed(f"Content-Type header is required for the body of the request with id '{sent.id}'.")
    if not content.startswith(b'"'):
        return content
    text = msgspec.json.decode(content, type=str)
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise _malformed(f"The body of the request with id '{sent.id}' is not base64url.") from None


def _part(sent: _Sent, whole: Request) -> Part:
    path = sent.url.partition("?")[0]
    if not path.strip("/") or "://" in path or path.startswith("//"):
        raise _malformed(f"Invalid URL of the request with id '{sent.id}': it must be relative to the version.")
    if path.strip("/").lower() == SEGMENT:
        raise _malformed("A batch inside a batch is not supported.")
    if sent.method != sent.method.upper() or not sent.method.isalpha():
        raise _malformed(f"Invalid method '{sent.method}' of the request with id '{sent.id}'.")
    headers = {name: whole.headers[name] for name in _INHERITED if name in whole.headers}
    headers |= {name.lower(): value for name, value in sent.headers.items() if name.lower() not in _INHERITED}
    target = f"/{whole.segments[0]}/{sent.url.lstrip('/')}"
    content = _body(sent, headers.get("content-type"))
    return Part(sent.id.lower(), Request(sent.method, target, headers, content), tuple(map(str.lower, sent.depends_on)))


def _check_order(parts: list[Part]) -> None:
    """Every dependency is a part of the batch, and none depends on itself by any way."""
    known = {part.id: part for part in parts}
    settled: set[str] = set()
    waiting = list(parts)
    while waiting:
        ready = [part for part in waiting if settled.issuperset(part.after)]
        if not ready:
            missing = next((name for part in waiting for name in part.after if name not in known), None)
            why = "in a circle" if missing is None else f"on '{missing}', which is not in the batch"
            raise _malformed(f"The requests of the batch depend {why}.")
        settled.update(part.id for part in ready)
        waiting = [part for part in waiting if part.id not in settled]


def read_batch(request: Request) -> tuple[list[Part], list[str]]:
    """The parts of a batch and their ids as sent.

    raises  GraphError 400 for the whole batch, and 405 for another method than POST
    """
    if request.method != "POST":
        raise GraphError(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
    try:
        sent = msgspec.json.decode(request.body, type=_Envelope).requests
    except msgspec.MsgspecError:
        raise _malformed("Invalid batch payload format.") from None
    if not sent:
        raise _malformed("Invalid batch payload format.")
    if len(sent) > MAX_PARTS:
        raise _malformed(f"Number of batch request steps exceeds the maximum value of {MAX_PARTS}.")
    if len({one.id.lower() for one in sent}) < len(sent):
        raise _malformed("Request Id must be unique within a batch.")
    parts = [_part(one, request) for one in sent]
    _check_order(parts)
    return parts, [one.id for one in sent]


def _failed_dependency() -> Response:
    refusal = GraphError(424, "FailedDependency", "A request that this one depends on failed.")
    return Response(refusal.status, msgspec.json.encode(refusal.document("", "")))


def answer_parts(parts: list[Part], respond: Callable[[Request], Response]) -> list[Response]:
    """The answers in the order of the parts; each is asked after what it depends on."""
    answers: dict[str, Response] = {}
    while len(answers) < len(parts):
        for part in parts:
            if part.id in answers or not all(name in answers for name in part.after):
                continue
            failed = any(answers[name].status >= FIRST_FAILURE for name in part.after)
            answers[part.id] = _failed_dependency() if failed else respond(part.request)
    return [answers[part.id] for part in parts]


def _content(response: Response) -> tuple[dict[str, str], Any]:
    """Content-Type and body of a part: JSON as it is, anything else as base64."""
    body = response.body if isinstance(response.body, bytes) else b"".join(response.body)
    if not body:
        return {}, None
    is_json = response.content_type.startswith("application/json")
    return {"Content-Type": response.content_type}, msgspec.Raw(body) if is_json else b64encode(body).decode()


def batch_response(answered: list[tuple[str, Response]], content_type: str) -> Response:
    """The whole answer: 200 whatever became of the parts. Nothing is followed: a 302 stays one, with its Location."""
    told = []
    for name, answer in answered:
        kind, body = _content(answer)
        headers = {header: answer.headers[header] for header in _TOLD if header in answer.headers}
        told.append({"id": name, "status": answer.status, "headers": headers | kind, "body": body})
    broken = next((answer.ending for _, answer in answered if answer.ending is not Ending.WHOLE), Ending.WHOLE)
    return Response(200, msgspec.json.encode({"responses": told}), content_type, ending=broken)
