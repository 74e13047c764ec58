"""Tokens of delta functions: everything that was asked, and the position up to which it was answered."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import NamedTuple

import msgspec

from chamberlain.simulator.graph.refusal import GraphError, bad_request
from chamberlain.simulator.world.knobs import Knobs

NEVER = -1
"""Position before everything: the round tells what is there, not what has changed."""
AT_END = -1
"""Place after everything, for the page of a first round that only has the link to the next one."""


class DeltaToken(NamedTuple):
    """One round: changes after `after` and by `until`, from a place in them on. `ids` are serial numbers."""

    function: str
    after: int
    until: int
    place: int
    offset: int
    select: tuple[str, ...] | None
    ids: tuple[int, ...] | None
    issued: float

    def encode(self) -> str:
        """The token as text."""
        return urlsafe_b64encode(msgspec.json.encode(tuple(self))).rstrip(b"=").decode()


_DECODER = msgspec.json.Decoder(tuple[str, int, int, int, int, tuple[str, ...] | None, tuple[int, ...] | None, float])


def read_delta_token(text: str, function: str, knobs: Knobs, *, now: float, root: str) -> DeltaToken:
    """The token of a request.

    raises  GraphError 400 for one that this function never gave, 410 (or 400 where the knob says so) for one too old
    """
    try:
        token = DeltaToken(*_DECODER.decode(urlsafe_b64decode(text + "=" * (-len(text) % 4))))
    except (ValueError, msgspec.MsgspecError):
        raise bad_request("The provided token is invalid.") from None
    if token.function != function:
        raise bad_request("The provided token does not belong to this resource.")
    if token.issued < knobs.delta_tokens_valid_from or now - token.issued > knobs.delta_token_seconds:
        raise _expired(knobs, f"{root}/{function}/delta?$deltatoken=")
    return token


def _expired(knobs: Knobs, location: str) -> GraphError:
    if knobs.delta_reset_status == 400:
        return GraphError(400, "syncStateNotFound", "The sync state generation is not found; a full sync is needed.")
    return GraphError(410, "resyncRequired", "The provided token has expired.", {"Location": location})
