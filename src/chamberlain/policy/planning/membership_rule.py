"""Whether an account is in a group by the group's rule: yes, no, or nobody can tell from here.

source  https://learn.microsoft.com/entra/identity/users/groups-dynamic-membership (2026): operators, their precedence,
        and that letters of both cases are alike. Rules are anybody's text of up to 3,072 characters: what is not
        understood makes the answer unknown, and no pattern of theirs is run.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from chamberlain.model.plan import Fact

Facts = Mapping[str, Fact]
Test = Callable[[Facts], bool | None]

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"[^"`]*"|'[^'`]*')|(?P<op>-[a-z]+)|(?P<word>[A-Za-z_][\w.]*)|(?P<mark>[()\[\],]))""",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"[\w @&-]*")
_DEEPEST = 40
_NOT: dict[bool | None, bool | None] = {True: False, False: True, None: None}


class _Unreadable(Exception):
    """The rule says something that is not understood here."""


def is_member(rule: str, *, properties: Facts) -> bool | None:
    """What the rule says of somebody with these properties; None where that cannot be told.

    properties  by Graph's names; one that is missing is not known, one that is None is not set
    """
    return _read(rule)(_in_small_letters(properties))


def speaks_of(rule: str) -> frozenset[str]:
    """Properties of people that a rule mentions, in small letters."""
    return frozenset(name.lower() for name in re.findall(r"\buser\.(\w+)", rule, re.IGNORECASE))


@lru_cache(maxsize=512)
def _read(rule: str) -> Test:
    try:
        reader = _Reader(tuple(_tokens(rule)))
        test = reader.any_of(0)
        return test if reader.at == len(reader.tokens) else _unknown
    except _Unreadable:
        return _unknown


def _unknown(_: Facts) -> None:
    return None


def _tokens(rule: str) -> Iterator[str]:
    at, text = 0, rule.strip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise _Unreadable
        at = found.end()
        yield found[0].strip()


@dataclass(slots=True)
class _Reader:
    """Reads tokens from left to right: -or binds least, then -and, then -not, then comparisons."""

    tokens: tuple[str, ...]
    at: int = 0

    def any_of(self, depth: int) -> Test:
        tests = [self.all_of(depth)]
        while self._takes("-or", "or"):
            tests.append(self.all_of(depth))
        return lambda facts: _either([test(facts) for test in tests])

    def all_of(self, depth: int) -> Test:
        tests = [self._one(depth)]
        while self._takes("-and", "and"):
            tests.append(self._one(depth))
        return lambda facts: _NOT[_either([_NOT[test(facts)] for test in tests])]

    def _one(self, depth: int) -> Test:
        if depth > _DEEPEST:
            raise _Unreadable
        if self._takes("-not", "not"):
            inner = self._one(depth + 1)
            return lambda facts: _NOT[inner(facts)]
        if self._takes("("):
            inner = self.any_of(depth + 1)
            if not self._takes(")"):
                raise _Unreadable
            return inner
        return self._comparison()

    def _comparison(self) -> Test:
        name, operator = self._next().lower(), self._next().lower().removeprefix("-")
        if not name.startswith("user.") or name.count(".") != 1:
            raise _Unreadable
        values = self._values()
        return lambda facts: _compare(facts, name.removeprefix("user."), operator, values)

    def _values(self) -> tuple[str | None, ...]:
        if not self._takes("["):
            return (_value(self._next()),)
        values = [_value(self._next())]
        while self._takes(","):
            values.append(_value(self._next()))
        if not self._takes("]"):
            raise _Unreadable
        return tuple(values)

    def _takes(self, *words: str) -> bool:
        found = self.at < len(self.tokens) and self.tokens[self.at].lower() in words
        self.at += found
        return found

    def _next(self) -> str:
        if self.at >= len(self.tokens):
            raise _Unreadable
        self.at += 1
        return self.tokens[self.at - 1]


def _value(token: str) -> str | None:
    if token[0] in "\"'":
        return token[1:-1].lower()
    if token.lower() in ("true", "false"):
        return token.lower()
    if token.lower() in ("null", "$null"):
        return None
    raise _Unreadable


def _compare(facts: Facts, name: str, operator: str, values: tuple[str | None, ...]) -> bool | None:
    if name not in facts:
        return None
    is_negative = operator != "not" and (operator.startswith("not") or operator == "ne")
    plain = {"ne": "eq"}.get(operator, operator.removeprefix("not"))
    held = _as_text(facts[name])
    found = None if isinstance(facts[name], tuple) else _holds(plain, held, values)
    return _NOT[found] if is_negative else found


def _holds(operator: str, held: str | None, values: tuple[str | None, ...]) -> bool | None:
    """How one comparison ends; None for those that are not made here."""
    if operator in ("eq", "in"):
        return held in values
    wanted = values[0]
    if held is None or wanted is None:
        return False
    match operator:
        case "startswith":
            return held.startswith(wanted)
        case "endswith":
            return held.endswith(wanted)
        case "contains":
            return wanted in held
        case "match" if _PLAIN.fullmatch(wanted):
            return wanted in held
        case _:
            return None


def _as_text(fact: Fact) -> str | None:
    if isinstance(fact, bool):
        return "true" if fact else "false"
    return fact.lower() if isinstance(fact, str) else None


def _in_small_letters(properties: Facts) -> dict[str, Fact]:
    return {name.lower(): value for name, value in properties.items()}


def _either(answers: list[bool | None]) -> bool | None:
    if True in answers:
        return True
    return None if None in answers else False
