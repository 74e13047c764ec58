"""What plans did in a tenant, which whoever read it before does not know yet."""

from dataclasses import dataclass
from datetime import datetime

from chamberlain.model.plan import Change


@dataclass(frozen=True, slots=True)
class Done:
    """A change that a step made. Its subject is known by its id, also where the step created it.

    at  when the tenant showed it
    """

    change: Change
    at: datetime
