"""What a plan does about another one that runs beside it: one that locks people out waits for none.

Each writes down what it is about before it looks what the other wrote. So whichever comes second sees the first:

    a plan that gives    intends a step, then looks who was locked out since it was made, and gives them nothing more
    one that locks out   is started, then looks who is just being let in; it blocks them at once, and believes the proof
                         only when that is over
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chamberlain.model.plan import Plan, Step, Subject
from chamberlain.model.verb import ACCESS_GIVING, Verb
from chamberlain.policy.planning.mailbox_obstacles import other_of
from chamberlain.store import lockouts


@dataclass(frozen=True, slots=True)
class Beside:
    """Other plans of the tenant, as the engine has to know them. `is_emergency`: this plan locks people out itself."""

    plan: Plan
    is_emergency: bool

    def overtaken(self, steps: Sequence[Step]) -> frozenset[int]:
        """Numbers of steps that would give something to somebody who was locked out since the plan was made."""
        giving = {step.number: whom for step in steps if (whom := _let_in(step))}
        if not giving or self.is_emergency:
            return frozenset()
        locked = lockouts.locked_out_since(
            tenant_id=self.plan.tenant_id, subjects=giving.values(), since=self.plan.made_at, but=self.plan.id
        )
        return frozenset(number for number, subject in giving.items() if subject in locked)

    def contended(self, steps: Iterable[Step]) -> frozenset[int]:
        """Numbers of steps that block somebody whom another plan may be letting in at this moment."""
        blocks = {step.number: step.change.subject.key for step in steps if step.change.verb is Verb.BLOCK}
        if not blocks or not self.is_emergency:
            return frozenset()
        let_in = lockouts.let_in_by_others(tenant_id=self.plan.tenant_id, subjects=blocks.values(), but=self.plan.id)
        return frozenset(number for number, subject in blocks.items() if subject in let_in)


def _let_in(step: Step) -> str:
    """Whom a step gives something, or lets in; "" where it does neither. Of a mailbox that is not its owner, but who
    may open it, send for it, or gets its mail.
    """
    change = step.change
    if change.verb in ACCESS_GIVING or change.verb is Verb.SET_FORWARDING:
        other = other_of(change)
        return Subject(other).key if other else ""
    lets_in = change.verb.gives or change.options.properties.get("accountEnabled") is True
    return change.subject.key if lets_in else ""
