"""What somebody may ask of a mailbox: the properties that a change names, each as it has to be."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from chamberlain.errors import Refused
from chamberlain.model.mailbox import (
    AUDIENCE,
    AUDIENCES,
    END,
    FORWARD_OUTSIDE,
    FORWARD_TO,
    KEEP_COPY,
    OUTSIDE,
    START,
    WHAT,
    names_for,
    needed_for,
)
from chamberlain.model.verb import Verb

Said = Mapping[str, str | bool | None]
LONGEST = 10_000
_ADDRESS = re.compile(r"[^@\s<>\"(),:;\\\[\]]+@[^@\s<>\"(),:;\\\[\]]+\.[^@\s<>\"(),:;\\\[\]]+")


def checked(verb: Verb, said: Said) -> dict[str, str | bool | None]:
    """What was said, with times in UTC.

    said    who is named is named by object id
    raises  Refused("plan_malformed")
    """
    _names(verb, said)
    found = {name: _value(verb, name, of=said) for name in said if said[name] is not None}
    if FORWARD_OUTSIDE in found and FORWARD_TO in found:
        raise _refused(verb, f"{FORWARD_TO} or {FORWARD_OUTSIDE}: one of them")
    if FORWARD_OUTSIDE in found and _ADDRESS.fullmatch(str(found[FORWARD_OUTSIDE])) is None:
        raise _refused(verb, f"{FORWARD_OUTSIDE}: it is no address")
    if (START in found) is not (END in found):
        raise _refused(verb, f"{START}, {END}: both or none")
    if START in found and str(found[START]) >= str(found[END]):
        raise _refused(verb, f"{END}: it ends before it begins")
    return found


def from_text(verb: Verb, text: str) -> dict[str, str | bool | None]:
    """What one text beside a person says: whom, at which address outside, or what is answered. Nothing for what takes
    none, and for no text.

    raises  Refused("plan_malformed") where a text is missing, or too much
    """
    if bool(text) is not (verb in WHAT):
        raise _refused(verb, "what or whom: missing, or too much")
    if verb is Verb.SET_FORWARDING and text.lower().startswith(OUTSIDE):
        return {FORWARD_OUTSIDE: text[len(OUTSIDE) :].strip()}
    return {WHAT[verb]: text} if text else {}


def _names(verb: Verb, said: Said) -> None:
    given = {name for name, value in said.items() if value not in (None, "")}
    others = sorted(said.keys() - names_for(verb))
    if others:
        raise _refused(verb, f"{others[0][:80]}: too much")
    needed = needed_for(verb)
    if needed and not needed & given:
        raise _refused(verb, f"{', '.join(sorted(needed))}: missing")


def _value(verb: Verb, name: str, *, of: Said) -> str | bool | None:
    value = of[name]
    if name == KEEP_COPY:
        if not isinstance(value, bool):
            raise _refused(verb, f"{name}: it is true or false")
        return value
    if not isinstance(value, str) or len(value) > LONGEST:
        raise _refused(verb, f"{name}: it is no text of at most {LONGEST} characters")
    if name == AUDIENCE and value not in AUDIENCES:
        raise _refused(verb, f"{name}: one of {', '.join(AUDIENCES)}")
    return _moment(verb, name, value) if name in (START, END) else value.strip()


def _moment(verb: Verb, name: str, value: str) -> str:
    try:
        at = datetime.fromisoformat(value)
        utc = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise _refused(verb, f"{name}: it is no time") from None
    return f"{utc:%Y-%m-%dT%H:%M:%SZ}"


def _refused(verb: Verb, reason: str) -> Refused:
    return Refused("plan_malformed", text=verb.value, reason=reason)
