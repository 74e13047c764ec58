"""From where somebody acts: the way in, the address, the browser."""

from dataclasses import dataclass
from enum import Enum


class Channel(Enum):
    """The ways into the product."""

    WEB = "web"
    API = "api"
    CLI = "cli"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a wish came in.

    ip       as the server saw it; empty where nobody came over the network
    agent    what the browser or the script calls itself: said by it, not proved
    request  the id that the answer and the log carry, too
    """

    channel: Channel = Channel.SYSTEM
    ip: str = ""
    agent: str = ""
    request: str = ""
