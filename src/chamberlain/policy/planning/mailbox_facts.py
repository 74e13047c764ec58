"""What Exchange, or Graph, has to show of a mailbox for a change of it to have happened."""

from chamberlain.model.mailbox import (
    ALWAYS,
    AUDIENCE,
    END,
    EXTERNAL,
    FORWARD_OUTSIDE,
    FORWARD_TO,
    INTERNAL,
    KEEP_COPY,
    OFF,
    SCHEDULED,
    START,
)
from chamberlain.model.plan import Change, Facts, Options
from chamberlain.model.verb import Verb

FIXED: dict[Verb, tuple[str, bool]] = {
    Verb.HIDE_FROM_LISTS: ("hidden", True),
    Verb.SHOW_IN_LISTS: ("hidden", False),
    Verb.GIVE_FULL_ACCESS: ("full_access", True),
    Verb.TAKE_FULL_ACCESS: ("full_access", False),
    Verb.GIVE_SEND_AS: ("send_as", True),
    Verb.TAKE_SEND_AS: ("send_as", False),
    Verb.GIVE_SEND_ON_BEHALF: ("send_on_behalf", True),
    Verb.TAKE_SEND_ON_BEHALF: ("send_on_behalf", False),
    Verb.MAKE_SHARED: ("shared", True),
    Verb.MAKE_PERSONAL: ("shared", False),
}


def mailbox_facts(change: Change) -> Facts:
    """What has to be seen after a change of a mailbox."""
    match change.verb:
        case Verb.SET_REPLIES:
            return _replies(change.options)
        case Verb.END_REPLIES:
            audience = change.options.properties.get(AUDIENCE)
            return {"replies": OFF, **_texts(change.options), **({"replies_to": audience} if audience else {})}
        case Verb.SET_FORWARDING:
            said = change.options.properties
            return {
                "forwards_to": str(said.get(FORWARD_TO) or ""),
                "forwards_outside": str(said.get(FORWARD_OUTSIDE) or ""),
                "keeps_copy": said.get(KEEP_COPY) is not False,
            }
        case Verb.END_FORWARDING:
            keeps = change.options.properties.get(KEEP_COPY)
            copy = {} if keeps is None else {"keeps_copy": keeps}
            return {"forwards_to": "", "forwards_outside": "", **copy}
        case verb:
            name, value = FIXED[verb]
            return {name: value}


def _replies(options: Options) -> Facts:
    """What automatic replies are to be. Where nothing is said to people outside, they get none."""
    said = options.properties
    audience = str(said.get(AUDIENCE) or ("all" if said.get(EXTERNAL) else "none"))
    found: Facts = {"replies": ALWAYS, **_texts(options), "replies_to": audience}
    if not (said.get(START) and said.get(END)):
        return found
    return {**found, "replies": SCHEDULED, "replies_from": str(said[START]), "replies_until": str(said[END])}


def _texts(options: Options) -> dict[str, str]:
    said = options.properties
    names = ((INTERNAL, "internal_reply"), (EXTERNAL, "external_reply"))
    return {fact: str(said[name] or "") for name, fact in names if name in said}
