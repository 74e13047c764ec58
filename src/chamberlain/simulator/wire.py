"""The HTTP/1.1 server: keep-alive connections on loopback, and the two ways to break one on purpose.

Written on asyncio streams because a fault has to reset a connection or cut a body short, which no server framework lets
an
application do. It parses no more than Graph's clients send."""

import asyncio
import socket
import struct
from collections.abc import Callable, Iterable
from email.utils import formatdate
from http import HTTPStatus

from chamberlain.simulator.message import Ending, Request, Response

MAX_HEAD_BYTES = 64 * 1024
MAX_BODY_BYTES = 8 * 1024 * 1024

Respond = Callable[[Request], Response]


class _MalformedError(Exception):
    """The client sent something that is not HTTP as understood here."""


async def _chunked_body(reader: asyncio.StreamReader) -> bytes:
    parts: list[bytes] = []
    while size := int((await reader.readuntil(b"\r\n")).partition(b";")[0], 16):
        if size > MAX_BODY_BYTES:
            raise _MalformedError
        parts.append((await reader.readexactly(size + 2))[:-2])
    while await reader.readuntil(b"\r\n") != b"\r\n":
        pass
    return b"".join(parts)


async def read_request(reader: asyncio.StreamReader) -> Request:
    """The next request of a connection.

    raises  asyncio.IncompleteReadError when the client is done, _MalformedError or ValueError for what cannot be
    understood
    """
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    lines = head[:-4].split("\r\n")
    method, target, _version = lines[0].split(" ")
    headers = {}
    for line in lines[1:]:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    body = b""
    if "chunked" in headers.get("transfer-encoding", ""):
        body = await _chunked_body(reader)
    elif length := int(headers.get("content-length", 0)):
        if length > MAX_BODY_BYTES:
            raise _MalformedError
        body = await reader.readexactly(length)
    return Request(method, target, headers, body)


def _head(response: Response, framing: str) -> bytes:
    lines = [f"HTTP/1.1 {response.status} {HTTPStatus(response.status).phrase}"]
    lines.extend(f"{name}: {value}" for name, value in response.headers.items())
    if "Date" not in response.headers:
        lines.append(f"Date: {formatdate(usegmt=True)}")
    if response.status != HTTPStatus.NO_CONTENT:
        lines.append(f"Content-Type: {response.content_type}")
        lines.append(framing)
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


async def write_response(writer: asyncio.StreamWriter, response: Response) -> None:
    """Put an answer on the wire, whole or broken as it says."""
    if response.delay_seconds:
        await asyncio.sleep(response.delay_seconds)
    if response.ending is Ending.RESET:
        writer.transport.abort()
        return
    if isinstance(response.body, bytes):
        whole = response.ending is Ending.WHOLE
        body = response.body if whole else response.body[: len(response.body) // 2]
        writer.write(_head(response, f"Content-Length: {len(response.body)}") + body)
    else:
        await _stream(writer, response, response.body)
    await writer.drain()
    if response.ending is Ending.TRUNCATED:
        writer.close()
    elif response.ending is Ending.RESET_IN_BODY:
        _reset(writer)


def _reset(writer: asyncio.StreamWriter) -> None:
    """Reset the connection once what was written has had its chance to leave.

    Without lingering, closing sends a reset in place of a goodbye.
    """
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.close()


async def _stream(writer: asyncio.StreamWriter, response: Response, parts: Iterable[bytes]) -> None:
    """A chunked body; other connections are served between two parts."""
    writer.write(_head(response, "Transfer-Encoding: chunked"))
    for part in parts:
        writer.write(b"%x\r\n%s\r\n" % (len(part), part))
        await writer.drain()
        await asyncio.sleep(0)
    writer.write(b"0\r\n\r\n")


async def _next_request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Request | None:
    """The next request; None after what cannot be understood, which is answered here."""
    try:
        return await read_request(reader)
    except (asyncio.LimitOverrunError, ValueError, _MalformedError):
        writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        return None


async def serve_connection(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, respond: Respond, latency_seconds: float
) -> None:
    """Answer one client until it leaves. `latency_seconds` delays each answer without holding up other connections."""
    try:
        while not writer.is_closing() and (request := await _next_request(reader, writer)):
            if latency_seconds:
                await asyncio.sleep(latency_seconds)
            await write_response(writer, respond(request))
            if request.headers.get("connection", "").lower() == "close":
                break
    except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
        pass  # the client went away or the simulator stops, which is how every connection ends
    finally:
        writer.close()
