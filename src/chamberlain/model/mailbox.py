"""What a change of a mailbox says besides whose it is: names among the properties of its options."""

from collections.abc import Mapping
from uuid import UUID

from chamberlain.model.verb import ACCESS_GIVING, ACCESS_TAKING, Verb

FORWARD_TO = "forwardTo"  # object id of somebody of the tenant; Exchange's Name of who has none
FORWARD_OUTSIDE = "forwardOutside"  # an address
OUTSIDE = "outside:"  # before an address that is typed where somebody of the tenant could be meant
KEEP_COPY = "keepCopy"
DELEGATE = "delegate"  # object id of who may open the mailbox, or send for it
NAMING = frozenset({FORWARD_TO, DELEGATE})  # those that name somebody
INTERNAL, EXTERNAL, AUDIENCE = "internalReplyMessage", "externalReplyMessage", "externalAudience"
START, END = "scheduledStart", "scheduledEnd"

AUDIENCES = ("none", "contactsOnly", "all")
ALWAYS, SCHEDULED, OFF = "alwaysEnabled", "scheduled", "disabled"

_TEXTS = frozenset({INTERNAL, EXTERNAL, AUDIENCE})
_NAMES: dict[Verb, frozenset[str]] = {
    Verb.SET_REPLIES: _TEXTS | {START, END},
    Verb.END_REPLIES: _TEXTS,
    Verb.SET_FORWARDING: frozenset({FORWARD_TO, FORWARD_OUTSIDE, KEEP_COPY}),
    Verb.END_FORWARDING: frozenset({KEEP_COPY}),
    **dict.fromkeys(ACCESS_GIVING | ACCESS_TAKING, frozenset({DELEGATE})),
}
# One of each of these has to be there.
_NEEDED: dict[Verb, frozenset[str]] = {
    Verb.SET_REPLIES: frozenset({INTERNAL}),
    Verb.SET_FORWARDING: frozenset({FORWARD_TO, FORWARD_OUTSIDE}),
    **dict.fromkeys(ACCESS_GIVING | ACCESS_TAKING, frozenset({DELEGATE})),
}
# What one name beside the person says, where somebody types nothing else.
WHAT: dict[Verb, str] = {
    Verb.SET_REPLIES: INTERNAL,
    Verb.SET_FORWARDING: FORWARD_TO,
    **dict.fromkeys(ACCESS_GIVING | ACCESS_TAKING, DELEGATE),
}


def names_for(verb: Verb) -> frozenset[str]:
    """Properties that a change of a mailbox may say."""
    return _NAMES.get(verb, frozenset())


def needed_for(verb: Verb) -> frozenset[str]:
    """Properties of which it has to say one; empty where it needs none."""
    return _NEEDED.get(verb, frozenset())


def what_of(verb: Verb, properties: Mapping[str, str | bool | None]) -> str:
    """The one text that says most of a change, as it is typed: whom it names, at which address, or what is answered."""
    said = str(properties.get(WHAT[verb]) or "") if verb in WHAT else ""
    outside = str(properties.get(FORWARD_OUTSIDE) or "")
    return said or (f"{OUTSIDE}{outside}" if outside else "")


def is_object_id(text: str) -> bool:
    """Whether a text names somebody of the tenant by object id, and not by one of Exchange's names."""
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False
