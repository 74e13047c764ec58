"""One call of a cmdlet: its parameters, checked against those that it has, and who calls."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from chamberlain.simulator.exchange.mail import Mail
from chamberlain.simulator.exchange.refusal import bad_request, missing_parameter, unknown_parameter

UNLIMITED = "unlimited"
DEFAULT_RESULTS = 1_000


class _Input(msgspec.Struct):
    CmdletName: str
    Parameters: dict[str, Any] = {}


class _Body(msgspec.Struct):
    CmdletInput: _Input


@dataclass(frozen=True, slots=True)
class Call:
    """A cmdlet with its parameters, by their names in small letters. `app` is the client id of who calls."""

    cmdlet: str
    parameters: Mapping[str, Any]
    mail: Mail
    app: str
    warnings: list[str] = field(default_factory=list)

    def text(self, name: str) -> str:
        """A parameter that has to be there.

        raises  ExchangeError without it
        """
        value = self.parameters.get(name.lower())
        if not isinstance(value, str) or not value:
            raise missing_parameter(name)
        return value

    def optional(self, name: str) -> str | None:
        """A text, None where it is not named."""
        value = self.parameters.get(name.lower())
        return value if isinstance(value, str) and value else None

    def says(self, name: str) -> bool:
        """Whether the parameter was passed, be it as null."""
        return name.lower() in self.parameters

    def switch(self, name: str) -> bool:
        """Whether a switch is on."""
        return self.parameters.get(name.lower()) is True

    @property
    def most(self) -> int | None:
        """How many results are wanted; None for all of them. 1,000 where nothing is said.

        source  https://learn.microsoft.com/powershell/module/exchange/get-distributiongroupmember (read 2026)
        """
        said = self.parameters.get("resultsize", DEFAULT_RESULTS)
        if isinstance(said, str) and said.lower() == UNLIMITED:
            return None
        try:
            return int(said)
        except (TypeError, ValueError):
            raise unknown_parameter("ResultSize") from None


@dataclass(frozen=True, slots=True)
class Cmdlet:
    """One cmdlet: what it does, and the parameters that are simulated; others are refused."""

    name: str
    run: Callable[[Call], list[dict[str, Any]]]
    parameters: tuple[str, ...]
    writes: bool = False


def read_input(content: bytes) -> tuple[str, dict[str, Any]]:
    """A cmdlet's name and its parameters, from the body of a request.

    raises  ExchangeError
    """
    try:
        asked = msgspec.json.decode(content, type=_Body).CmdletInput
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise bad_request("The CmdletInput of the request cannot be read.") from None
    return asked.CmdletName, asked.Parameters


def checked(cmdlet: Cmdlet, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters by their names in small letters.

    raises  ExchangeError for one that the cmdlet does not have
    """
    known = {name.lower() for name in cmdlet.parameters}
    for name in parameters:
        if name.lower() not in known:
            raise unknown_parameter(name)
    return {name.lower(): value for name, value in parameters.items()}
