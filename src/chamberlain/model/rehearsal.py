"""What a plan would do if it was carried out now, step by step, found out without writing anything."""

from dataclasses import dataclass
from enum import StrEnum

from chamberlain.model.guard import Objection
from chamberlain.model.plan import Facts, Step


class Verdict(StrEnum):
    """What would come of a step. Values are stable."""

    SENT = "sent"  # it would be sent, and then looked for
    ALREADY_SO = "already_so"  # the tenant shows it already: nothing would be sent
    MOVED = "moved"  # the tenant shows something else than the plan assumes
    FOR_PERSON = "for_person"  # a person would have to do it


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """A step that is left, and what would come of it.

    seen      what the tenant shows now
    request   method and path of what would be sent; "" where nothing would. Never what is in it: that may be a password
    together  numbers of the other steps that the same request would do
    failure   code and data of why a person would have to do it
    """

    step: Step
    verdict: Verdict
    seen: Facts
    request: str = ""
    together: tuple[int, ...] = ()
    failure: tuple[str, dict[str, str]] | None = None


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a plan would do now.

    held      what would hold all of it back
    barred    code and data of what stands in the way of a step since the plan was made
    is_stale  the tenant moved under a plan of which nothing was done yet: all of it would be put aside
    """

    plan_id: int
    steps: tuple[Rehearsed, ...]
    held: tuple[Objection, ...]
    barred: tuple[str, dict[str, str]] | None
    is_stale: bool

    @property
    def requests(self) -> int:
        """How many requests would be sent, if nothing held it back."""
        sent = (one for one in self.steps if one.request)
        return len({(one.request, *sorted((one.step.number, *one.together))) for one in sent})

    @property
    def would_write(self) -> bool:
        """Whether anything would be sent now."""
        is_free = not self.held and self.barred is None and not self.is_stale
        return is_free and any(one.verdict is Verdict.SENT for one in self.steps)

    def count(self, verdict: Verdict) -> int:
        """How many steps would end so."""
        return sum(one.verdict is verdict for one in self.steps)
