"""A plan as a difference that anyone reads: for each whom it touches, what was and what will be, and through what."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from chamberlain.model.effect import Consequence, Effect
from chamberlain.model.kind import Relation
from chamberlain.model.plan import Step
from chamberlain.model.verb import Verb
from chamberlain.policy.planning.summary import Had, Summary, summaries
from chamberlain.policy.planning.words import say_change, say_effect
from chamberlain.web.words import Word

GETS, LOSES, ALSO = "gets", "loses", "also"

_STANDING: dict[Relation, tuple[Word, Word]] = {
    Relation.MEMBER: (_lazy("not a member"), _lazy("member")),
    Relation.OWNER: (_lazy("not an owner"), _lazy("owner")),
    Relation.ASSIGNED: (_lazy("does not have it"), _lazy("has it")),
    Relation.ELIGIBLE: (_lazy("may not activate it"), _lazy("may activate it")),
}
# What the account itself was and will be. A change that is not here is told by its sentence alone.
_OF_ACCOUNT: dict[Verb, tuple[Word, Word]] = {
    Verb.ENABLE: (_lazy("blocked"), _lazy("may sign in")),
    Verb.BLOCK: (_lazy("may sign in"), _lazy("blocked")),
    Verb.REVOKE_SESSIONS: (_lazy("signed in where they are"), _lazy("has to sign in again everywhere")),
    Verb.RESET_PASSWORD: (_lazy("their password"), _lazy("a new one that nobody knows")),
    Verb.DELETE_USER: (_lazy("in the tenant"), _lazy("in the bin for 30 days")),
    Verb.RESTORE_USER: (_lazy("in the bin"), _lazy("in the tenant")),
    Verb.CREATE_USER: (_lazy("not in the tenant"), _lazy("in the tenant")),
}
_ICONS = {"group": "users", "role": "shield", "licence": "badge-check", "app_role": "app-window"}
_BRINGS = frozenset({Consequence.GAINS, Consequence.LOSES, Consequence.ENTERS_BY_RULE, Consequence.LEAVES_BY_RULE})


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the difference.

    sign     "gets", "loses", or "also" for what is no permission
    text     the whole of it as a sentence; until: when it ends, where it was given for a time
    through  names of the groups between; by_rule: a rule brings it about; both only where nobody asked for it itself
    """

    sign: str
    name: str
    key: str
    icon: str
    before: Word
    after: Word
    text: str = ""
    through: tuple[str, ...] = ()
    by_rule: bool = False
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One whom a plan touches. `same`: what is so already; `warnings`: what else happens, as sentences."""

    guid: str
    is_person: bool
    name: str
    rows: tuple[Row, ...]
    same: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def gets(self) -> int:
        """How much comes."""
        return sum(row.sign == GETS for row in self.rows)

    @property
    def loses(self) -> int:
        """How much goes."""
        return sum(row.sign == LOSES for row in self.rows)


def parts_of(steps: Iterable[Step]) -> tuple[Part, ...]:
    """Everybody whom the steps touch, those whom most happens to in the order of the plan."""
    return tuple(_part(one) for one in summaries(steps))


def sentence_of(step: Step) -> str:
    """What a step does, as a clause."""
    return say_change(step.change, who=step.subject_name, what=step.permission_name)


def is_so(step: Step) -> bool:
    """Whether nothing is sent, because it is so already."""
    return any(one.consequence is Consequence.ALREADY_SO for one in step.effects)


def _part(found: Summary) -> Part:
    rows = (
        *(_row(had, found, GETS) for had in found.gains),
        *(_row(had, found, LOSES) for had in found.loses),
        *(_other(step) for step in found.others),
    )
    told = dict.fromkeys(say_effect(one) for one in found.warnings)
    return Part(
        guid=found.subject.guid,
        is_person=found.subject.key.startswith("account:") and bool(found.subject.guid),
        name=found.name,
        rows=rows,
        same=tuple(sentence_of(step) for step in found.steps if is_so(step)),
        warnings=tuple(told),
    )


def _row(had: Had, found: Summary, sign: str) -> Row:
    off, on = _STANDING[had.relation]
    before, after = (off, on) if sign == GETS else (on, off)
    asked = [step for step in found.steps if step.change.permission == had.key]
    effect = None if asked else _brings(found.steps, had.key)
    return Row(
        sign=sign,
        name=had.name,
        key=had.key,
        icon=_ICONS.get(had.key.partition(":")[0], "key-round"),
        before=before,
        after=after,
        through=tuple(link.name for link in effect.through) if effect else (),
        by_rule=effect is not None and effect.consequence in (Consequence.ENTERS_BY_RULE, Consequence.LEAVES_BY_RULE),
        until=next((step.change.options.ends for step in asked if sign == GETS), None),
    )


def _brings(steps: Iterable[Step], key: str) -> Effect | None:
    """The effect that brings a permission about, or takes it away."""
    effects = (effect for step in steps for effect in step.effects)
    return next((one for one in effects if one.link and one.link.key == key and one.consequence in _BRINGS), None)


def _other(step: Step) -> Row:
    before, after = _OF_ACCOUNT.get(step.change.verb, ("", ""))
    return Row(
        sign=ALSO,
        name=step.permission_name,
        key=step.change.permission,
        icon="user-round",
        before=before,
        after=after,
        text=sentence_of(step),
    )


def deed_of(parts: tuple[Part, ...]) -> str:
    """What carrying the plan out does, for its button and its heading: "Take 14 from 3 people"."""
    gets, loses = sum(part.gets for part in parts), sum(part.loses for part in parts)
    more = sum(row.sign == ALSO for part in parts for row in part.rows)
    who = parts[0].name if len(parts) == 1 else _("%(n)s people and groups") % {"n": f"{len(parts):,}"}
    if len(parts) > 1 and all(part.is_person for part in parts):
        who = _("%(n)s people") % {"n": f"{len(parts):,}"}
    values = {"gets": f"{gets:,}", "loses": f"{loses:,}", "more": f"{more:,}", "who": who}
    if not (gets or loses or more):
        return _("Change nothing")
    if more and not (gets or loses):
        rows = [row for part in parts for row in part.rows]
        return rows[0].text if len(rows) == 1 else _("Make %(more)s changes to %(who)s") % values
    if gets and loses:
        text = _("Give %(gets)s and take %(loses)s: %(who)s")
    else:
        text = _("Give %(gets)s to %(who)s") if gets else _("Take %(loses)s from %(who)s")
    return (text + (_(", and %(more)s more changes") if more else "")) % values
