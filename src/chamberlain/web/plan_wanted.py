"""What a form says of the change that somebody is putting together, before anything of it is looked at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from unicodedata import category

from django.http import QueryDict

from chamberlain.model.mailbox import names_for
from chamberlain.model.plan import Subject
from chamberlain.model.verb import OF_MAILBOX, Verb
from chamberlain.web.address import text_in
from chamberlain.web.plan_asks import ASKS, Ask
from chamberlain.web.plan_draft import LONGEST_REPLY, MOST_TICKED, PROPERTIES, SCOPE, subject_of

WHOLE, UNIT, OBJECT = "/", "unit", "object"
PROPERTY, MAILBOX = "p-", "m-"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was chosen and typed.

    what        keys of permissions; of what is held, "key scope"
    scope       a part of the directory, or UNIT or OBJECT, whose id stands in scope_id
    services_of the licence whose services the form showed; on: ids of those that were ticked
    shown_of    the account whose values the form showed; empty: names of properties to be emptied
    mailbox     what is said of a mailbox, by the names of model/mailbox
    """

    ask: Ask | None
    who: tuple[Subject, ...] = ()
    what: tuple[str, ...] = ()
    instead_of: str = ""
    scope: str = WHOLE
    scope_id: str = ""
    ends: str = ""
    ends_at: str = ""
    services_of: str = ""
    on: frozenset[str] = frozenset()
    shown_of: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)
    empty: frozenset[str] = frozenset()
    mailbox: Mapping[str, str] = field(default_factory=dict)
    gone: tuple[Subject, ...] = ()
    find_who: str = ""
    find_what: str = ""
    find_gone: str = ""


def wanted(given: QueryDict) -> Wanted:
    """What the form says; what no form of ours sends is left out."""
    verb = next((one for one in Verb if one.value == given.get("verb", "")), None)
    return Wanted(
        ask=ASKS.get(verb) if verb else None,
        who=_subjects(given, "who"),
        what=tuple(dict.fromkeys(text for text in given.getlist("what") if len(text) <= MOST_TICKED))[:MOST_TICKED],
        instead_of=text_in(given, "instead_of"),
        scope=_scope(text_in(given, "scope")),
        scope_id=text_in(given, "scope_id").lower(),
        ends=text_in(given, "ends"),
        ends_at=text_in(given, "ends_at"),
        services_of=text_in(given, "services_of"),
        on=frozenset(given.getlist("on")),
        shown_of=text_in(given, "shown_of"),
        properties={
            name: text_in(given, PROPERTY + name) for name in sorted(PROPERTIES) if PROPERTY + name in given
        },
        empty=frozenset(given.getlist("empty")) & PROPERTIES,
        mailbox=_mailbox(given),
        gone=_subjects(given, "gone"),
        find_who=text_in(given, "find_who"),
        find_what=text_in(given, "find_what"),
        find_gone=text_in(given, "find_gone"),
    )  # fmt: skip


def _mailbox(given: QueryDict) -> dict[str, str]:
    """What is said of a mailbox; replies may have several lines."""
    names = sorted({name for verb in OF_MAILBOX for name in names_for(verb)})
    found = {name: given.get(MAILBOX + name, "") for name in names if MAILBOX + name in given}
    return {
        name: "".join(one for one in text if one == "\n" or category(one) != "Cc").strip()[:LONGEST_REPLY]
        for name, text in found.items()
    }


def _subjects(given: QueryDict, name: str) -> tuple[Subject, ...]:
    found = (subject_of(value) for value in dict.fromkeys(given.getlist(name)))
    return tuple(one for one in found if one is not None and one.guid)[:MOST_TICKED]


def _scope(text: str) -> str:
    return text if text in (UNIT, OBJECT) or SCOPE.fullmatch(text) else WHOLE
