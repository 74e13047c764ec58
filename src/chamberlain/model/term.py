"""What was given for a time, where the tenant cannot end it by itself: then we take it away."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chamberlain.model.plan import Change, Options, Subject
from chamberlain.model.verb import Verb


class Outcome(StrEnum):
    """What became of a right that was given for a time. Values are stable."""

    OPEN = "open"
    TAKEN = "taken"  # the tenant shows that it is gone
    KEPT = "kept"  # somebody gave it for good meanwhile, or decided that it stays
    GONE = "gone"  # who had it is not in the tenant any more


@dataclass(frozen=True, slots=True)
class Term:
    """A right that ends by us.

    verb      what takes it away
    ends      when
    given_by  the plan that gave it
    plan_id   the plan that takes it away; None: not made yet
    late      code and data of why it was not taken away in time; None: nothing is wrong
    task_id   the task that asks a person to take it away; None: nobody was asked
    """

    id: int
    tenant_id: int
    subject: Subject
    subject_name: str
    permission: str
    permission_name: str
    verb: Verb
    scope: str
    ends: datetime
    given_by: int
    plan_id: int | None
    late: tuple[str, dict[str, str]] | None
    task_id: int | None

    @property
    def taking(self) -> Change:
        """What ends it."""
        return Change(self.verb, self.subject, self.permission, Options(scope=self.scope))
