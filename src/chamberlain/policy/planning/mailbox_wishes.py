"""What somebody may ask of a mailbox: the properties that a change names, each as it has to be."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

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


class Rule(StrEnum):
    """What a property has to keep to."""

    KNOWN = "known"
    NEEDED = "needed"
    FLAG = "flag"
    TEXT = "text"
    AUDIENCE = "audience"
    TIME = "time"
    ONE_OF_TWO = "one_of_two"
    ADDRESS = "address"
    BOTH_TIMES = "both_times"
    ORDER = "order"


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule that is not kept, at the property that a form would show it at; why, in the words of the terminal."""

    rule: Rule
    name: str
    reason: str


def checked(verb: Verb, said: Said) -> dict[str, str | bool | None]:
    """What was said, with times in UTC.

    said    who is named is named by object id
    raises  Refused("plan_malformed")
    """
    first = next(faults(verb, said), None)
    if first is not None:
        raise _refused(verb, first.reason)
    return {name: _value(name, value=value) for name, value in said.items() if value is not None}


def faults(verb: Verb, said: Said) -> Iterator[Fault]:
    """Everything that is wrong with what was said; whom it names is not looked up."""
    given = {name for name, value in said.items() if value not in (None, "")}
    for name in sorted(said.keys() - names_for(verb)):
        yield Fault(Rule.KNOWN, name, f"{name[:80]}: too much")
    needed = needed_for(verb)
    if needed and not needed & given:
        yield Fault(Rule.NEEDED, WHAT[verb], f"{', '.join(sorted(needed))}: missing")
    malformed = [
        fault for name, value in said.items() if value is not None and (fault := _malformed(name, value=value))
    ]
    yield from malformed
    if not malformed:
        yield from _together({name: _value(name, value=value) for name, value in said.items() if value is not None})


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


def _malformed(name: str, *, value: str | bool) -> Fault | None:
    """What is wrong with one property by itself."""
    if name == KEEP_COPY:
        return None if isinstance(value, bool) else Fault(Rule.FLAG, name, f"{name}: it is true or false")
    if not isinstance(value, str) or len(value) > LONGEST:
        return Fault(Rule.TEXT, name, f"{name}: it is no text of at most {LONGEST} characters")
    if name == AUDIENCE and value not in AUDIENCES:
        return Fault(Rule.AUDIENCE, name, f"{name}: one of {', '.join(AUDIENCES)}")
    if name in (START, END) and _moment(value) is None:
        return Fault(Rule.TIME, name, f"{name}: it is no time")
    return None


def _together(found: Said) -> Iterator[Fault]:
    """What is wrong with properties beside each other."""
    if FORWARD_OUTSIDE in found and FORWARD_TO in found:
        yield Fault(Rule.ONE_OF_TWO, FORWARD_TO, f"{FORWARD_TO} or {FORWARD_OUTSIDE}: one of them")
    if FORWARD_OUTSIDE in found and _ADDRESS.fullmatch(str(found[FORWARD_OUTSIDE])) is None:
        yield Fault(Rule.ADDRESS, FORWARD_OUTSIDE, f"{FORWARD_OUTSIDE}: it is no address")
    if (START in found) is not (END in found):
        yield Fault(Rule.BOTH_TIMES, START, f"{START}, {END}: both or none")
    elif START in found and str(found[START]) >= str(found[END]):
        yield Fault(Rule.ORDER, START, f"{END}: it ends before it begins")


def _value(name: str, *, value: str | bool) -> str | bool:
    """A property that is well formed, as it is kept."""
    if not isinstance(value, str):
        return value
    at = _moment(value) if name in (START, END) else None
    return value.strip() if at is None else f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _moment(value: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(value)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _refused(verb: Verb, reason: str) -> Refused:
    return Refused("plan_malformed", text=verb.value, reason=reason)
