"""`$filter`: a parser for the part of OData that directory objects understand, giving a test for one object.

source  https://learn.microsoft.com/graph/filter-query-parameter and aad-advanced-queries (read 2026)
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chamberlain.simulator.graph.refusal import GraphError, unsupported_query

MAX_CLAUSES = 15
Test = Callable[[Mapping[str, Any]], bool]

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<moment>\d{4}-\d\d-\d\dT[\d:.]+Z?)|(?P<mark>[(),:])|(?P<word>[^\s(),:']+))"
)
_COMPARISONS = frozenset({"eq", "ne", "ge", "le", "gt", "lt"})
_RANGES = frozenset({"ge", "le", "gt", "lt"})
_FUNCTIONS = frozenset({"startswith", "startsWith", "endswith", "endsWith"})
_CONSTANTS: Mapping[str, Any] = {"true": True, "false": False, "null": None}
_NUMBER = re.compile(r"-?\d+")
KEYS = frozenset({"id", "userPrincipalName", "appId"})
"""Properties that name one object, so that an equality needs no search."""


LAST_LETTER = "\U0010ffff"


@dataclass(slots=True)
class Bounds:
    """Between which values, in small letters, a property has to lie."""

    name: str
    low: str | None = None
    high: str | None = None
    low_is_open: bool = False
    high_is_open: bool = False

    def narrow(self, operator: str, value: str) -> None:
        """Take another comparison with the same property into account."""
        if operator in {"ge", "gt", "startswith"} and (self.low is None or value >= self.low):
            self.low_is_open = operator == "gt" or (value == self.low and self.low_is_open)
            self.low = value
        upper = value + LAST_LETTER if operator == "startswith" else value
        if operator in {"le", "lt", "startswith"} and (self.high is None or upper <= self.high):
            self.high_is_open = operator == "lt" or (upper == self.high and self.high_is_open)
            self.high = upper

    def hold(self, value: str | None) -> bool:
        """Whether a value lies between."""
        if value is None:
            return False
        if self.low is not None and (value < self.low or (self.low_is_open and value == self.low)):
            return False
        return self.high is None or value < self.high or (value == self.high and not self.high_is_open)


@dataclass(slots=True)
class Filter:
    """A parsed filter: the test, the properties it reads, what it needs, and the keys or bounds it is limited to.

    bounds  when all of the filter is comparisons of one property with texts
    """

    matches: Test
    properties: set[str] = field(default_factory=set)
    advanced_operator: str | None = None
    key: str | None = None
    key_values: list[str] = field(default_factory=list)
    bounds: Bounds | None = None


def _fold(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _compared(operator: str, left: Any, right: Any) -> bool:
    if operator == "eq":
        return bool(left == right)
    if operator == "ne":
        return bool(left != right)
    if left is None or right is None:
        return False
    return bool({"ge": left >= right, "le": left <= right, "gt": left > right, "lt": left < right}[operator])


def _read(path: str) -> Callable[[Mapping[str, Any]], Any]:
    names = path.split("/")

    def read(item: Mapping[str, Any]) -> Any:
        value: Any = item
        for name in names:
            value = value.get(name) if isinstance(value, Mapping) else None
        return _fold(value)

    return read


class _Parser:
    """Recursive descent over the tokens; `variable` is the lambda's name while inside `any(...)`."""

    def __init__(self, text: str) -> None:
        self._tokens = self._split(text)
        self._place = 0
        self._clauses = 1
        self._variable: str | None = None
        self._tests = 0
        self._is_conjunction = True
        self._texts: list[tuple[str, str, str]] = []
        self.result = Filter(lambda _: True)

    @staticmethod
    def _split(text: str) -> list[str]:
        tokens, place = [], 0
        text = text.rstrip()
        while place < len(text):
            found = _TOKEN.match(text, place)
            if found is None:
                raise GraphError(
                    400, "BadRequest", f"Invalid filter clause: Syntax error at position {place} in '{text}'."
                )
            tokens.append(found[0].strip())
            place = found.end()
        return tokens

    def _peek(self) -> str:
        return self._tokens[self._place] if self._place < len(self._tokens) else ""

    def _take(self, expected: str | None = None) -> str:
        token = self._peek()
        if not token or (expected is not None and token != expected):
            raise GraphError(
                400,
                "BadRequest",
                f"Invalid filter clause: Syntax error: '{token or 'end of expression'}' was not expected.",
            )
        self._place += 1
        return token

    def parse(self) -> Filter:
        """The whole expression."""
        self.result.matches = self._either()
        if self._peek():
            self._take("")
        if self._clauses > MAX_CLAUSES and self.result.advanced_operator is None:
            raise unsupported_query(
                "Too many child clauses specified in search filter expression containing 'OR' operators: "
                f"{self._clauses}. Max allowed: {MAX_CLAUSES}."
            )
        self._note_bounds()
        return self.result

    def _note_bounds(self) -> None:
        names = {name for name, _, _ in self._texts}
        if not self._is_conjunction or len(names) != 1 or len(self._texts) != self._tests:
            return
        self.result.bounds = Bounds(names.pop())
        for _, operator, value in self._texts:
            self.result.bounds.narrow(operator, value)

    def _note_comparison(self, path: str, operator: str, value: Any) -> None:
        if isinstance(value, str) and self._variable is None:
            self._texts.append((path, operator, value))

    def _either(self) -> Test:
        tests = [self._both()]
        while self._peek() == "or":
            self._take()
            self._clauses += 1
            self._is_conjunction = False
            self._forget_key()
            tests.append(self._both())
            self._forget_key()
        return tests[0] if len(tests) == 1 else lambda item: any(test(item) for test in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self._peek() == "and":
            self._take()
            tests.append(self._one())
        return tests[0] if len(tests) == 1 else lambda item: all(test(item) for test in tests)

    def _one(self) -> Test:
        ahead = self._peek()
        if ahead in {"not", "NOT"}:
            self._take()
            self.result.advanced_operator = "Not"
            self._is_conjunction = False
            negated = self._one()
            self._forget_key()
            return lambda item: not negated(item)
        if ahead == "(":
            self._take()
            inner = self._either()
            self._take(")")
            return inner
        self._tests += 1
        if ahead in _FUNCTIONS:
            return self._function()
        return self._property()

    def _forget_key(self) -> None:
        self.result.key = None
        self.result.key_values = []

    def _function(self) -> Test:
        name = self._take().lower()
        self._take("(")
        path = self._take()
        read = self._path(path)
        self._take(",")
        wanted = self._value()
        self._take(")")
        if name == "endswith":
            self.result.advanced_operator = "endsWith"
            return lambda item: str(read(item) or "").endswith(wanted)
        self._note_comparison(path, name, wanted)
        return lambda item: str(read(item) or "").startswith(wanted)

    def _path(self, path: str) -> Callable[[Mapping[str, Any]], Any]:
        if self._variable is not None:
            if path == self._variable:
                return lambda item: _fold(item[""])
            return (
                _read(path.removeprefix(f"{self._variable}/")) if path.startswith(f"{self._variable}/") else _read(path)
            )
        self.result.properties.add(path.split("/")[0])
        return _read(path)

    def _property(self) -> Test:
        path = self._take()
        if path.endswith("/any") and self._peek() == "(":
            return self._lambda(path.removesuffix("/any"))
        read = self._path(path)
        operator = self._take()
        if operator in {"in", "IN"}:
            return self._among(path, read)
        if operator not in _COMPARISONS:
            raise GraphError(400, "BadRequest", f"Invalid filter clause: Syntax error: '{operator}' is no operator.")
        wanted = self._value()
        if operator == "ne":
            self.result.advanced_operator = "ne"
        if operator == "eq":
            self._note_key(path, [wanted])
        elif operator in _RANGES:
            self._note_comparison(path, operator, wanted)
        return lambda item: _compared(operator, read(item), wanted)

    def _note_key(self, path: str, values: list[Any]) -> None:
        if path in KEYS and self._variable is None and self.result.key is None:
            self.result.key, self.result.key_values = path, [str(value) for value in values]

    def _among(self, path: str, read: Callable[[Mapping[str, Any]], Any]) -> Test:
        self._take("(")
        values = [self._value()]
        while self._peek() == ",":
            self._take()
            values.append(self._value())
        self._take(")")
        self._clauses = max(self._clauses, len(values))
        self._note_key(path, values)
        return lambda item: read(item) in values

    def _lambda(self, path: str) -> Test:
        self._take("(")
        read = self._path(path)
        self._variable = self._take()
        self._take(":")
        inner = self._either()
        self._take(")")
        self._variable = None

        def any_of(item: Mapping[str, Any]) -> bool:
            values = read(item) or ()
            return any(inner(value if isinstance(value, Mapping) else {"": value}) for value in values)

        return any_of

    def _value(self) -> Any:
        token = self._take()
        if token.startswith("'"):
            return _fold(token[1:-1].replace("''", "'"))
        if token in _CONSTANTS:
            return _CONSTANTS[token]
        return int(token) if _NUMBER.fullmatch(token) else _fold(token)


def parse_filter(text: str) -> Filter:
    """The filter that `text` says.

    raises  GraphError with Graph's words for what is no filter
    """
    return _Parser(text).parse()
