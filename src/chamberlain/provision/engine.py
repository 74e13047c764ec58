"""Carries a plan out: intend, call, verify, record; each written down before the next, so that a kill loses nothing.

    intend   what the tenant shows is kept, committed, before anything is sent
    call     sent once; what comes of it is kept. After an answer that got lost the tenant is read before anything else
    verify   read back, with patience: Microsoft's replicas lag
    record   the proof, the event and, where a person has to go on, the task, in one transaction

Steps that wait for none go together, as many as make a good load, and those that change one permission side by side, so
that they share requests. While some wait for their proof, others are sent. What a plan that locks people out changes
about that stands in provision/beside.py.
"""

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from chamberlain import clock
from chamberlain.errors import ChamberlainError, Conflict, Refused, Upstream
from chamberlain.kinds.writing.carrying import Sending
from chamberlain.model.carried import REFUSALS, Carried
from chamberlain.model.kind import Family
from chamberlain.model.plan import DONE_STEPS, Facts, Proof, ProofKind, Step, StepState
from chamberlain.model.task import TaskCause
from chamberlain.model.verb import Verb
from chamberlain.policy.planning.facts import LATER, collides, is_met
from chamberlain.provision.hand import Hand, Seen
from chamberlain.provision.journal import Ended, Failure, Journal, failure_of

log = logging.getLogger(__name__)
# What may have shared a request, of which one part can have the whole refused.
SHARING = frozenset({Verb.ADD_MEMBER, *(verb for verb in Verb if verb.family is Family.LICENCE)})
OVERTAKEN = Conflict("step_overtaken")
AGAIN_SECONDS = 0.5  # until we look once more who else is at it
WAVE = 400  # steps that are sent together: a multiple of 20, as many as fill some batches


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds between two looks at the tenant, and how often a step is sent at most.

    proof    after Microsoft took it
    doubt    where nobody knows whether it got through
    refusal  after Microsoft refused it: it may have been so already
    """

    proof: tuple[float, ...] = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
    doubt: tuple[float, ...] = (0.0, 0.5, 1.0, 2.0, 3.0, 4.0)
    refusal: tuple[float, ...] = (0.0, 0.5, 1.0)
    tries: int = 3


PATIENT = Patience()
Numbers = Callable[[Sequence[Step]], frozenset[int]]


@dataclass(slots=True)
class _Looking:
    """A step that waits for its proof.

    waits    seconds before each of the looks that are left
    error    what Microsoft said; None: it took it, or nobody heard
    shared   it was refused together with others, so it may not be its own fault
    """

    step: Step
    before: Facts
    waits: tuple[float, ...]
    due: float
    tries: int
    is_taken: bool
    error: ChamberlainError | None = None
    shared: bool = False
    looks: int = 0


def _none(_steps: Sequence[Step]) -> frozenset[int]:
    return frozenset()


@dataclass(slots=True)
class Engine:
    """Carries out one plan.

    may_go_on  asked before anything is sent: why not, or None
    overtaken  numbers of steps that must not be sent any more, asked when they are written down
    contended  numbers of steps whose proof counts for nothing yet, asked before the tenant is read
    """

    hand: Hand
    journal: Journal
    may_go_on: Callable[[], Failure | None]
    patience: Patience = PATIENT
    overtaken: Numbers = _none
    contended: Numbers = _none
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _steps: dict[int, Carried] = field(default_factory=dict)
    _states: dict[int, StepState] = field(default_factory=dict)
    _looking: dict[int, _Looking] = field(default_factory=dict)
    _again: dict[int, _Looking] = field(default_factory=dict)

    def run(self) -> Failure | None:
        """Does what can be done; returns why it stopped before that, if it did.

        What was sent is looked at until it is proved, also when nothing more may be sent.
        """
        self._take_up()
        while True:
            why = self.may_go_on()
            wave = [] if why else self._ready()
            try:
                if wave:
                    self._send(wave)
                elif not self._looking:
                    return why
                self._look(is_busy=bool(wave))
            except (Upstream, Refused) as error:
                log.warning("the tenant cannot be reached for the plan: %s", error)
                return failure_of(error)

    def _take_up(self) -> None:
        """Steps that somebody began before us: they are looked at before anything is sent again."""
        self._steps = {one.step.number: one for one in self.journal.steps()}
        self._states = {number: one.step.state for number, one in self._steps.items()}
        for number, one in self._steps.items():
            if self._states[number] not in (StepState.INTENDED, StepState.CALLED):
                continue
            is_taken = self._states[number] is StepState.CALLED and one.failure is None
            refusal = _kept_refusal(one)
            looking = self._begin(
                one.step,
                one.step.before or {},
                tries=one.tries,
                is_taken=is_taken,
                error=refusal,
                shared=refusal is not None and one.step.change.verb in SHARING,
            )
            is_asked_again = one.tries == 0 and one.called_at is not None  # by a person, who looked
            (self._again if is_asked_again else self._looking)[number] = looking

    def _begin(
        self,
        step: Step,
        before: Facts,
        *,
        tries: int,
        is_taken: bool,
        error: ChamberlainError | None = None,
        shared: bool = False,
    ) -> _Looking:
        is_refused = _is_final(error)
        waits = self.patience.proof if is_taken else self.patience.refusal if is_refused else self.patience.doubt
        return _Looking(step, before, waits[1:], self.now() + waits[0], tries, is_taken, error, shared)

    def _ready(self) -> list[Step]:
        """Steps that wait for none and were not sent, or are to be sent again; those of one permission together."""
        open_steps = [
            one.step
            for number, one in self._steps.items()
            if self._states[number] is StepState.WAITING
            and all(self._states[before] in DONE_STEPS | {StepState.SKIPPED} for before in one.step.after)
        ]
        again = [one.step for one in self._again.values()]
        open_steps.sort(key=turn)
        return [*again, *_wave(open_steps)][: max(WAVE, len(again))]

    def _send(self, wave: Sequence[Step]) -> None:
        """Intends and calls. Those that the tenant shows already are proved without a call."""
        contended = self.contended(wave)
        found = dict(zip((step.number for step in wave), self.hand.seen([step.change for step in wave]), strict=True))
        befores: dict[int, Facts] = {}
        ended: list[Ended] = []
        for step in wave:
            seen = found[step.number]
            if isinstance(seen, ChamberlainError):
                ended.append(self._for_person(step, seen, TaskCause.REFUSED))
                continue
            if step.number not in self._again and collides(step.change, before=seen):
                ended.append(self._for_person(step, Conflict("user_name_taken"), TaskCause.REFUSED))
                continue
            befores[step.number] = self._again[step.number].before if step.number in self._again else seen
        going = [step for step in wave if step.number in befores]
        self._note(going, StepState.INTENDED)
        self.journal.intend(befores)
        shown = [step for step in going if self._is_shown(step, found[step.number], befores[step.number])]
        done = {step.number for step in shown} - contended
        ended += [self._proved(step, found[step.number], looks=1) for step in shown if step.number in done]
        left = [step for step in going if step.number not in done]
        late = self.overtaken(left)
        ended += [self._for_person(step, OVERTAKEN, TaskCause.BARRED) for step in left if step.number in late]
        self._end(ended)
        self._call([step for step in left if step.number not in late], found, befores)

    def _call(self, steps: Sequence[Step], found: Mapping[int, Seen], befores: Mapping[int, Facts]) -> None:
        if not steps:
            return
        alone = {step.number for step in steps if step.number in self._again and self._again[step.number].shared}
        together = [step for step in steps if step.number not in alone]
        groups = [together, *([step] for step in steps if step.number in alone)]
        sendings: list[Sending] = []
        for group in (one for one in groups if one):
            changes, before = [step.change for step in group], [_facts(found[step.number]) for step in group]
            sendings += self.hand.sendings(changes, before=before)
        errors: dict[int, ChamberlainError | None] = {}
        shared: set[int] = set()
        for sending, error in zip(sendings, self.hand.send(sendings), strict=True):
            for change in sending.changes:
                errors[id(change)] = error or errors.get(id(change))
                if len(sending.changes) > 1:
                    shared.add(id(change))
        failures = {step.number: _told(errors.get(id(step.change))) for step in steps}
        self._note(steps, StepState.CALLED)
        self.journal.called(failures)
        for step in steps:
            error = errors.get(id(step.change))
            tries = (self._again[step.number].tries if step.number in self._again else 0) + 1
            self._again.pop(step.number, None)
            self._looking[step.number] = self._begin(
                step,
                befores[step.number],
                tries=tries,
                is_taken=error is None,
                error=error,
                shared=error is not None and id(step.change) in shared,
            )

    def _look(self, *, is_busy: bool) -> None:
        """Reads back what is due. Where nothing else is to be done, waits for it.

        What nothing can prove is done when Microsoft took it. Where nobody knows, it is not sent again: a person looks.
        """
        unprovable = [one for one in self._looking.values() if not one.step.expected]
        self._end([self._unproved(one) if one.is_taken else self._doubtful(one) for one in unprovable])
        due = [one for one in self._looking.values() if one.due <= self.now()]
        if not due:
            if self._looking and not is_busy:
                soonest = min(one.due for one in self._looking.values())
                self.sleep(min(max(soonest - self.now(), 0.01), 1.0))
            return
        contended = self.contended([one.step for one in due])
        answers = self.hand.seen([one.step.change for one in due])
        ended: list[Ended] = []
        for one, seen in zip(due, answers, strict=True):
            one.looks += 1
            if one.step.number in contended:  # whatever it shows may be otherwise in a moment; after that, it counts
                one.due, one.waits = self.now() + AGAIN_SECONDS, self.patience.refusal[1:]
            elif self._is_shown(one.step, seen, one.before) and not _is_somebody_elses(one):
                ended.append(self._proved(one.step, seen, looks=one.looks))
            elif one.waits:
                one.due, one.waits = self.now() + one.waits[0], one.waits[1:]
            else:
                ended += self._give_up(one, seen)
        self._end(ended)

    def _give_up(self, one: _Looking, seen: Seen) -> list[Ended]:
        """The tenant does not show it: it is sent again, or a person has to look. What Microsoft took, and nothing is
        there to show it, is neither.
        """
        if one.is_taken and _is_without_licences(one.step, seen):
            return [self._unproved(one)]
        is_final = _is_final(one.error) and not one.shared
        if not is_final and one.tries < self.patience.tries:
            del self._looking[one.step.number]
            self._again[one.step.number] = one
            return []
        error = one.error or (seen if isinstance(seen, ChamberlainError) else Upstream("step_unproved"))
        return [self._for_person(one.step, error, TaskCause.UNPROVED if one.is_taken else TaskCause.REFUSED)]

    def _is_shown(self, step: Step, seen: Seen, before: Facts) -> bool:
        return not isinstance(seen, ChamberlainError) and is_met(step.expected, seen=seen, before=before)

    def _proved(self, step: Step, seen: Seen, *, looks: int) -> Ended:
        return Ended(step, StepState.PROVED, Proof(self.hand.proof_of(step.change), _facts(seen), clock.now(), looks))

    def _unproved(self, one: _Looking) -> Ended:
        return Ended(one.step, StepState.NOT_PROVABLE, Proof(ProofKind.NONE, {}, clock.now()))

    def _doubtful(self, one: _Looking) -> Ended:
        error = one.error or Upstream("step_unproved")
        return self._for_person(one.step, error, TaskCause.REFUSED if _is_final(one.error) else TaskCause.UNPROVED)

    def _for_person(self, step: Step, error: ChamberlainError, cause: TaskCause) -> Ended:
        return Ended(step, StepState.NEEDS_PERSON, None, failure_of(error), cause)

    def _end(self, ended: Sequence[Ended]) -> None:
        if not ended:
            return
        self.journal.end(ended)
        for one in ended:
            self._states[one.step.number] = one.state
            self._looking.pop(one.step.number, None)
            self._again.pop(one.step.number, None)

    def _note(self, steps: Iterable[Step], state: StepState) -> None:
        self._states.update({step.number: state for step in steps})


def turn(step: Step) -> tuple[bool, str, str, int]:
    """Those of one verb and one permission together. First what costs a write unit each: the quota fills again while
    the cheap ones, which share requests, are written down.
    """
    change = step.change
    return change.verb is Verb.ADD_MEMBER, change.verb.value, change.permission, step.number


def _wave(steps: Sequence[Step]) -> list[Step]:
    """The first steps, up to a wave, without cutting those of one permission in two where they fit into the next."""
    found: list[Step] = []
    for start in _starts(steps):
        group = steps[start[0] : start[1]]
        if found and len(found) + len(group) > WAVE:
            break
        found += group
    return found[:WAVE]


def _starts(steps: Sequence[Step]) -> list[tuple[int, int]]:
    """Where those of one verb and one permission begin and end."""
    cuts = [0]
    for place in range(1, len(steps)):
        one, other = steps[place - 1].change, steps[place].change
        if (one.verb, one.permission) != (other.verb, other.permission):
            cuts.append(place)
    return list(zip(cuts, [*cuts[1:], len(steps)], strict=True)) if steps else []


def _facts(seen: Seen) -> Facts:
    return {} if isinstance(seen, ChamberlainError) else seen


def _is_final(error: ChamberlainError | None) -> bool:
    """Whether asking again would change nothing: Microsoft read it, and said no."""
    return error is not None and (not isinstance(error, Upstream) or error.code == "microsoft_refused")


def _kept_refusal(one: Carried) -> ChamberlainError | None:
    """What Microsoft refused for good before we fell over; None where it did not, or nobody knows."""
    if one.failure is None or one.failure[0] not in REFUSALS:
        return None
    return Refused(one.failure[0], **one.failure[1])


def _is_without_licences(step: Step, seen: Seen) -> bool:
    """Whether licences were to be gone through, and there are none whose moment could move."""
    is_about_licences = step.change.verb is Verb.REPROCESS_LICENCES and not isinstance(seen, ChamberlainError)
    return is_about_licences and _facts(seen).get("licences_processed_at") is None


def _is_somebody_elses(one: _Looking) -> bool:
    """Whether what is there now cannot be ours: Microsoft refused it, and it was sent that once only.

    It matters of who was made, and of a moment that anybody's change moves; anything else is as wanted, whosever it is.
    """
    is_ours_only = one.step.change.verb is Verb.CREATE_USER or LATER in one.step.expected.values()
    return is_ours_only and _is_final(one.error) and one.tries <= 1


def _told(error: ChamberlainError | None) -> Failure | None:
    return None if error is None else failure_of(error)
