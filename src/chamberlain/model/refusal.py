"""What Microsoft refused, with what its support asks for."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that was none.

    code        key of sentences.SENTENCES
    path        what was asked, without its query; "token" where no token was given
    request_id  Microsoft's name for it
    """

    at: datetime
    code: str
    path: str
    status: int
    request_id: str
