"""Where the changes of a stream are read from next."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Cursor:
    """A delta link.

    stream     what it tells changes of, for example "users"
    made_with  what was asked for when it was made, as text: a link answers the question it was made with, and no other
    """

    stream: str
    link: str
    issued_at: datetime
    made_with: str
