"""A plan as a difference that anyone reads: for each whom it touches, what was and what will be, and through what."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from chamberlain.model.effect import Consequence, Effect
from chamberlain.model.kind import Relation
from chamberlain.model.plan import Fact, Step
from chamberlain.model.verb import ACCESS_GIVING, ACCESS_TAKING, OF_MAILBOX, Verb
from chamberlain.policy.planning.summary import Had, Summary, summaries
from chamberlain.policy.planning.words import say_change, say_effect
from chamberlain.web.plan_told import MANAGER, PROPERTY, told_properties, told_scope, told_services
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
    Verb.HIDE_FROM_LISTS: (_lazy("in address lists"), _lazy("in none")),
    Verb.SHOW_IN_LISTS: (_lazy("in no address list"), _lazy("in address lists")),
    Verb.MAKE_SHARED: (_lazy("their own"), _lazy("shared")),
    Verb.MAKE_PERSONAL: (_lazy("shared"), _lazy("their own")),
    Verb.SET_REPLIES: (_lazy("not answered, or otherwise"), _lazy("answered")),
    Verb.END_REPLIES: (_lazy("answered"), _lazy("not answered")),
    Verb.END_FORWARDING: (_lazy("goes on"), _lazy("stays")),
    **dict.fromkeys(ACCESS_GIVING, (_lazy("may not"), _lazy("may"))),
    **dict.fromkeys(ACCESS_TAKING, (_lazy("may"), _lazy("may not"))),
}
_ICONS = {"group": "users", "role": "shield", "licence": "badge-check", "app_role": "app-window"}
_BRINGS = frozenset({Consequence.GAINS, Consequence.LOSES, Consequence.ENTERS_BY_RULE, Consequence.LEAVES_BY_RULE})


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the difference.

    sign     "gets", "loses", or "also" for what is no permission
    text     the whole of it as a sentence; label: what of the account it is, where that is but a part of it
    until    when it ends, where it was given for a time
    notes    in which part of the directory it is, and which services of it are off
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
    label: Word = ""
    notes: tuple[str, ...] = ()


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


def parts_of(steps: Iterable[Step], *, called: Mapping[str, str] | None = None) -> tuple[Part, ...]:
    """Everybody whom the steps touch, those whom most happens to in the order of the plan.

    called  what services are called by id, and managers by "account:<id>"
    """
    return tuple(_part(one, called or {}) for one in summaries(steps))


def sentence_of(step: Step) -> str:
    """What a step does, as a clause."""
    return say_change(step.change, who=step.subject_name, what=step.permission_name)


def is_so(step: Step) -> bool:
    """Whether nothing is sent, because it is so already."""
    return any(one.consequence is Consequence.ALREADY_SO for one in step.effects)


def _part(found: Summary, called: Mapping[str, str]) -> Part:
    rows = (
        *(_row(had, found, GETS, called) for had in found.gains),
        *(_row(had, found, LOSES, called) for had in found.loses),
        *(row for step in found.others for row in _others(step, called)),
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


def _row(had: Had, found: Summary, sign: str, called: Mapping[str, str]) -> Row:
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
        notes=tuple(note for step in asked for note in _notes(step, called)),
    )


def _notes(step: Step, called: Mapping[str, str]) -> tuple[str, ...]:
    options = step.change.options
    services = told_services(options.disabled_plans, called=called) if options.disabled_plans else ""
    return tuple(note for note in (told_scope(options.scope), services) if note)


def _brings(steps: Iterable[Step], key: str) -> Effect | None:
    """The effect that brings a permission about, or takes it away."""
    effects = (effect for step in steps for effect in step.effects)
    return next((one for one in effects if one.link and one.link.key == key and one.consequence in _BRINGS), None)


def _others(step: Step, called: Mapping[str, str]) -> tuple[Row, ...]:
    """What a step does that neither gives nor takes a permission: each property and each service by itself."""
    if step.change.verb is Verb.SET_PLANS:
        return _services(step, called)
    if step.change.verb in OF_MAILBOX:
        row = _other(step, *_OF_ACCOUNT.get(step.change.verb, ("", "")))
        return (replace(row, notes=told_properties(step.change, called=called)),)
    before, after = _OF_ACCOUNT.get(step.change.verb, ("", ""))
    whole = _other(step, before, after)
    values = tuple(
        _other(step, _shown((step.before or {}).get(name), name, called), _shown(value, name, called),
               PROPERTY.get(name, name))
        for name, value in step.change.options.properties.items()
    )  # fmt: skip
    return values if step.change.verb is Verb.UPDATE_USER and values else (whole, *values)


def _services(step: Step, called: Mapping[str, str]) -> tuple[Row, ...]:
    """Services that go on or off; all that are off, where nobody knows which were."""
    wanted, was = set(step.change.options.disabled_plans or ()), (step.before or {}).get("disabled_plans")
    moved = sorted(wanted ^ set(was) if isinstance(was, tuple | list) else wanted)
    rows = tuple(
        _other(step, *((_("on"), _("off")) if plan in wanted else (_("off"), _("on"))), called.get(plan, plan))
        for plan in moved
    )
    return rows or (_other(step, "", ""),)


def _shown(value: Fact, name: str, called: Mapping[str, str]) -> str:
    if name == MANAGER and isinstance(value, str):
        return called.get(f"account:{value}", value)
    return str(value) if value else _("nothing")


def _other(step: Step, before: Word, after: Word, label: Word = "") -> Row:
    return Row(
        sign=ALSO,
        name=step.permission_name,
        key=step.change.permission,
        icon="user-round",
        before=before,
        after=after,
        text=sentence_of(step),
        label=label,
    )


def deed_of(parts: tuple[Part, ...]) -> str:
    """What carrying the plan out does, for its button and its heading: "Take 14 permissions from 3 people"."""
    moved = [part for part in parts if part.rows]
    rows = [row for part in moved for row in part.rows]
    if not rows:
        return _("Change nothing")
    given, taken = ([part for part in moved if sign(part)] for sign in (_gets, _loses))
    more = [row for row in rows if row.sign == ALSO]
    if len(more) == len(rows):
        one = rows[0].text if len({row.text for row in rows}) == 1 else ""
        return one or _("Make %(more)s changes to %(who)s") % {"more": f"{len(more):,}", "who": _who(moved)}
    values = {"what": _what(rows, GETS), "gone": _what(rows, LOSES), "who": _who(given), "whom": _who(taken)}
    if given and taken:
        text = _both(rows, given, taken)
    else:
        text = _("Give %(what)s to %(who)s") if given else _("Take %(gone)s from %(whom)s")
    return text % values + (_(", and %(more)s more changes") % {"more": f"{len(more):,}"} if more else "")


def _both(rows: list[Row], given: list[Part], taken: list[Part]) -> str:
    """The sentence where some things come and others go."""
    if given == taken:
        return _("Give %(what)s to %(who)s, and take %(gone)s")
    if len({row.key for row in rows if row.sign != ALSO}) == 1:
        return _("Give %(what)s to %(who)s, take it from %(whom)s")
    return _("Give %(what)s to %(who)s, take %(gone)s from %(whom)s")


def _gets(part: Part) -> bool:
    return part.gets > 0


def _loses(part: Part) -> bool:
    return part.loses > 0


def _what(rows: list[Row], sign: str) -> str:
    """The one thing that all of them get or lose by its name, or how many things it is in all."""
    moved = [row for row in rows if row.sign == sign]
    if len({row.key for row in moved}) == 1 and moved[0].name.strip():
        return moved[0].name
    count = len(moved)
    return ngettext("%(n)s permission", "%(n)s permissions", count) % {"n": f"{count:,}"}


def _who(parts: list[Part]) -> str:
    if len(parts) == 1:
        return parts[0].name
    if all(part.is_person for part in parts):
        return _("%(n)s people") % {"n": f"{len(parts):,}"}
    return _("%(n)s people and groups") % {"n": f"{len(parts):,}"}
