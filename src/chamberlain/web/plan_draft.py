"""Changes as forms carry them from page to page, one a tick: "verb who key {options}".

who      object id of an account, "group:<id>", or "-" for a user who is to be created
key      of the permission; "-" where there is none and options follow
options  JSON, only what differs from the usual; see _options
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from chamberlain.errors import Refused
from chamberlain.model.kind import Kind
from chamberlain.model.mailbox import NAMING, is_object_id
from chamberlain.model.plan import Change, Options, Subject, SubjectType
from chamberlain.model.verb import OF_MAILBOX, Verb
from chamberlain.policy.permits import SETTABLE
from chamberlain.policy.planning.mailbox_wishes import checked
from chamberlain.policy.planning.pairs import pair_for
from chamberlain.policy.planning.terms import can_end
from chamberlain.policy.planning.words import say_change
from chamberlain.queries.changing import Changing
from chamberlain.web.plan_told import told_options

FIELD = "change"
MOST_TICKED = 400  # forms have fewer fields than that; longer lists are pasted
NOBODY, NOTHING, GROUP = "-", "-", "group:"
MANAGER = "manager"
LONGEST_PROPERTY, LONGEST_REPLY = 256, 4_000
PROPERTIES = SETTABLE | {MANAGER}
WITH_PROPERTIES = frozenset({Verb.CREATE_USER, Verb.UPDATE_USER})
WITH_SERVICES = frozenset({Verb.ASSIGN_LICENCE, Verb.SWAP_LICENCE, Verb.SET_PLANS})
WITH_SCOPE = frozenset({Verb.ASSIGN_ROLE, Verb.REMOVE_ROLE, Verb.MAKE_ELIGIBLE, Verb.END_ELIGIBLE})
_GUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_KEY = re.compile(rf"[a-z_]+(?::{_GUID}){{1,2}}")
_LICENCE = re.compile(rf"licence:{_GUID}")
# source  https://learn.microsoft.com/graph/api/resources/unifiedroleassignment (2026): directoryScopeId
SCOPE = re.compile(rf"/|/administrativeUnits/{_GUID}|/{_GUID}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Tick:
    """A change that can be ticked, as its form sends it and as it is said. `more`: what its options add."""

    value: str
    text: str
    gives: bool
    more: tuple[str, ...] = ()


def written(verb: Verb, guid: object, key: str = "") -> str:
    """A change without options as a form sends it."""
    return f"{verb.value} {guid} {key}".strip()


def carried(change: Change) -> str:
    """Any change as a form sends it; `read` makes the same change of it."""
    is_group = change.subject.type is SubjectType.GROUP
    who = change.subject.key if is_group else change.subject.guid or NOBODY
    options = _told(change.options)
    if not options:
        return written(change.verb, who, change.permission)
    return f"{change.verb.value} {who} {change.permission or NOTHING} {msgspec.json.encode(options).decode()}"


def read(values: Iterable[str]) -> tuple[Change, ...]:
    """The changes that were ticked, each once; what no form of ours sends is left out."""
    found = (_one(value) for value in dict.fromkeys(values))
    return tuple(change for change in found if change is not None)[:MOST_TICKED]


def ticks(named: Sequence[tuple[Change, str, str]], *, called: Mapping[str, str] | None = None) -> tuple[Tick, ...]:
    """Changes with their names, to be shown.

    called  what services and licences in the options are called, by id and by key
    """
    return tuple(
        Tick(
            carried(change),
            say_change(change, who=who, what=what),
            change.verb.gives,
            told_options(change, called=called or {}),
        )
        for change, who, what in named
    )


def verb_for(kind: Kind, *, gives: bool, as_owner: bool = False) -> Verb:
    """What gives a permission of this kind, or takes it."""
    if as_owner and kind.is_group:
        return Verb.ADD_OWNER if gives else Verb.REMOVE_OWNER
    return pair_for(kind)[0 if gives else 1]


def can_take(changing: Changing, kind: Kind, *, owner: bool = False) -> bool:
    """Whether holdings of this kind may be ticked to be taken away."""
    return kind in (changing.owner_kinds if owner else changing.kinds)


def _told(options: Options) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if options.scope != "/":
        found["scope"] = options.scope
    if options.ends is not None:
        found["ends"] = options.ends.astimezone(UTC).isoformat()
    if options.disabled_plans is not None:
        found["off"] = list(options.disabled_plans)
    if options.instead_of:
        found["instead_of"] = options.instead_of
    if options.properties:
        found["properties"] = dict(options.properties)
    return found


def _one(value: str) -> Change | None:
    parts = value.split(" ", 3)
    verb = next((one for one in Verb if one.value == parts[0]), None)
    if verb is None or len(parts) < 2:
        return None
    subject, key = subject_of(parts[1]), _key(parts[2] if len(parts) > 2 else NOTHING, verb)
    options = _options(parts[3] if len(parts) > 3 else "", verb)
    if subject is None or key is None or options is None or bool(subject.guid) is (verb is Verb.CREATE_USER):
        return None
    return Change(verb, subject, key, options)


def subject_of(text: str) -> Subject | None:
    """Whom a form names; None where it names nobody."""
    if text == NOBODY:
        return Subject("")
    kind = SubjectType.GROUP if text.startswith(GROUP) else SubjectType.ACCOUNT
    try:
        return Subject(str(UUID(text.removeprefix(GROUP))), kind)
    except ValueError:
        return None


def _key(text: str, verb: Verb) -> str | None:
    """The permission, which has to be of the verb's family; "" where the verb concerns the account alone."""
    if verb.family is None:
        return "" if text in (NOTHING, "") else None
    return text if _KEY.fullmatch(text) and text.partition(":")[0] == verb.family.name.lower() else None


def _options(text: str, verb: Verb) -> Options | None:
    """What the JSON says; None where it says what the verb does not take, or leaves out what it needs."""
    try:
        found = msgspec.json.decode(text, type=_Written) if text else _Written()
        ends = datetime.fromisoformat(found.ends) if found.ends else None
    except (msgspec.DecodeError, ValueError):
        return None
    wrong = (
        not _fits(found.properties, verb),
        bool(found.instead_of) is not (verb is Verb.SWAP_LICENCE),
        found.instead_of != "" and not _LICENCE.fullmatch(found.instead_of),
        found.off is not None and verb not in WITH_SERVICES,
        verb is Verb.SET_PLANS and found.off is None,
        found.scope != "/" and (verb not in WITH_SCOPE or not SCOPE.fullmatch(found.scope)),
        ends is not None and (ends.tzinfo is None or not can_end(verb)),
    )
    if any(wrong):
        return None
    return Options(
        scope=found.scope,
        ends=ends,
        disabled_plans=None if found.off is None else tuple(sorted({str(plan) for plan in found.off})),
        instead_of=found.instead_of,
        properties=dict(found.properties),
    )


def _fits(properties: Mapping[str, str | bool | None], verb: Verb) -> bool:
    """Whether these are properties that the verb takes, and all that it needs, none longer than Microsoft takes."""
    if verb in OF_MAILBOX:
        return _fits_mailbox(properties, verb)
    if verb not in WITH_PROPERTIES:
        return not properties
    known = bool(properties) and properties.keys() <= PROPERTIES
    return known and all(
        value is None or (isinstance(value, str) and len(value) <= LONGEST_PROPERTY) for value in properties.values()
    )


def _fits_mailbox(properties: Mapping[str, str | bool | None], verb: Verb) -> bool:
    """Whether they are as a form of ours makes them: as they have to be, who is named by object id, nothing empty."""
    texts = {name: value for name, value in properties.items() if isinstance(value, str)}
    try:
        is_as_made = checked(verb, properties) == properties
    except Refused:
        return False
    return (
        is_as_made
        and all(0 < len(value) <= LONGEST_REPLY for value in texts.values())
        and all(is_object_id(texts[name]) for name in NAMING & texts.keys())
    )


class _Written(msgspec.Struct, forbid_unknown_fields=True):
    scope: str = "/"
    ends: str = ""
    off: list[UUID] | None = None
    instead_of: str = ""
    properties: dict[str, str | bool | None] = {}
