"""The way over Microsoft's own PowerShell module, where it is installed: one process for as long as it is open.

Each call is a line of JSON on its standard input, each answer a line on its standard output. Nothing secret is on the
command line, where every process of the machine could read it; the process gets no environment of ours.
source  https://learn.microsoft.com/powershell/module/exchange/connect-exchangeonline (2026): AccessToken, Organization
"""

import asyncio
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import msgspec

from chamberlain.errors import Misconfigured, Upstream
from chamberlain.graph.exchange.fault import Told, class_in, error_of
from chamberlain.graph.exchange.port import Parameters, Shape
from chamberlain.graph.exchange.rim import check
from chamberlain.graph.exchange.shape import fields
from chamberlain.graph.token import TokenSource
from chamberlain.model.exchange import CmdletPermit

SCRIPT = Path(__file__).with_name("session.ps1")
MOST_BYTES_A_LINE = 256 * 1024 * 1024  # a listing of a large tenant is one line
ENDS_WITHIN = timedelta(seconds=5)


class _Failure(msgspec.Struct):
    message: str = ""
    reason: str = ""


class _Answer(msgspec.Struct):
    value: list[msgspec.Raw] = []
    error: _Failure | None = None


class PowerShellRunner:
    """Runs cmdlets one after another in a PowerShell of its own; starts it when the first one comes."""

    def __init__(
        self,
        *,
        pwsh: Path,
        tokens: TokenSource,
        tenant: str,
        permits: frozenset[CmdletPermit],
        deadline: timedelta,
    ) -> None:
        self._pwsh = pwsh
        self._tokens = tokens
        self._tenant = tenant
        self._permits = permits
        self._deadline = deadline
        self._process: Process | None = None
        self._connected_with = ""
        self._turn = asyncio.Lock()

    async def run(self, cmdlet: str, parameters: Parameters, *, shape: type[Shape]) -> list[Shape]:
        """All that a cmdlet puts out.

        raises  Misconfigured("powershell_missing"); Upstream("powershell_failed") when it ended or was silent: then
                nobody knows whether it did anything
        """
        check(cmdlet, parameters, permits=self._permits)
        async with self._turn:
            await self._connect()
            order = {"cmdlet": cmdlet, "parameters": parameters, "properties": fields(shape)}
            answer = await self._told(order, cmdlet)
        return [msgspec.json.decode(one, type=shape) for one in answer.value]

    async def close(self) -> None:
        """Ends the process."""
        process, self._process, self._connected_with = self._process, None, ""
        if process is None or process.returncode is not None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), ENDS_WITHIN.total_seconds())
        except TimeoutError:
            process.kill()
            await process.wait()

    async def _connect(self) -> None:
        """Connects, and again whenever there is another token: sessions end with the token that they began with."""
        token = await self._tokens.token()
        if self._process is None or self._process.returncode is not None:
            self._process, self._connected_with = await self._start(), ""
        if token != self._connected_with:
            await self._told({"connect": {"token": token, "organization": self._tenant}}, "Connect-ExchangeOnline")
            self._connected_with = token

    async def _start(self) -> Process:
        try:
            return await asyncio.create_subprocess_exec(
                str(self._pwsh), "-NoLogo", "-NoProfile", "-NonInteractive", "-File", str(SCRIPT),
                stdin=PIPE, stdout=PIPE, stderr=DEVNULL, limit=MOST_BYTES_A_LINE, env={"HOME": str(Path.home())},
            )  # fmt: skip
        except OSError as error:
            raise Misconfigured("powershell_missing", path=str(self._pwsh), reason=type(error).__name__) from error

    async def _told(self, order: Mapping[str, object], cmdlet: str) -> _Answer:
        try:
            line = await asyncio.wait_for(self._exchange(msgspec.json.encode(order)), self._deadline.total_seconds())
            answer = msgspec.json.decode(line, type=_Answer)
        except (TimeoutError, OSError, ValueError, msgspec.DecodeError) as error:
            await self._end_at_once()
            raise Upstream("powershell_failed", path=cmdlet, reason=type(error).__name__) from error
        if answer.error is not None:
            raise _meant(answer.error, cmdlet)
        return answer

    async def _exchange(self, line: bytes) -> bytes:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise OSError
        process.stdin.write(line + b"\n")
        await process.stdin.drain()
        return await process.stdout.readline()

    async def _end_at_once(self) -> None:
        """What came late would be taken for the answer to the next call."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.kill()
            await process.wait()


def _meant(failure: _Failure, cmdlet: str) -> Exception:
    """The error that PowerShell tells of: its text is Exchange's "hash|class|text", or the reason names the class."""
    if failure.reason == "FileNotFoundException":
        return Misconfigured("powershell_missing", path="ExchangeOnlineManagement", reason=failure.reason)
    return error_of(Told("", class_in(failure.message) or failure.reason), status=0, path=cmdlet)
