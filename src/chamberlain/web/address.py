"""Addresses of lists: their filters stand in the URL, one change at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from unicodedata import category
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme

LONGEST_TEXT = 200
LONGEST_PATH = 2_000


@dataclass(frozen=True, slots=True)
class Address:
    """A path and the filters that are set. Any change but paging goes back to the first page."""

    path: str
    params: Mapping[str, str]

    def with_(self, **changes: str) -> str:
        """The URL with some filters changed; "" removes one."""
        query = _written({**self.params, **changes})
        return f"{self.path}?{query}" if query else self.path

    @property
    def query(self) -> str:
        """What stands behind the question mark."""
        return _written(self.params)

    def hidden(self, *, without: str) -> tuple[tuple[str, str], ...]:
        """Filters that a search form carries along beside the field that it shows."""
        return tuple((key, value) for key, value in self.params.items() if value and key != without)


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is one click away; when active, the click takes it off."""

    label: str | Promise
    url: str
    active: bool


def chips_for(address: Address, offers: tuple[tuple[str, str, str | Promise], ...]) -> tuple[Chip, ...]:
    """A chip for each (parameter, value, label)."""
    return tuple(
        Chip(label, address.with_(**{name: "" if address.params.get(name) == value else value}), active)
        for name, value, label in offers
        for active in (address.params.get(name) == value,)
    )


def text_from(request: HttpRequest, name: str) -> str:
    """What was typed, without what no name contains: control characters, and more than anybody types."""
    return text_in(request.GET, name)


def text_in(given: QueryDict, name: str) -> str:
    """The same, from a query that came another way."""
    raw = given.get(name, "")
    return "".join(letter for letter in raw if category(letter) != "Cc").strip()[:LONGEST_TEXT]


def choice_from(request: HttpRequest, name: str, choices: tuple[str, ...]) -> str:
    """One of the choices, or "" for anything else: a wrong filter in an old bookmark narrows nothing."""
    return choice_in(request.GET, name, choices)


def choice_in(given: QueryDict, name: str, choices: tuple[str, ...]) -> str:
    """The same, from a query that came another way."""
    value = given.get(name, "")
    return value if value in choices else ""


def path_or(default: str, *, given: str, request: HttpRequest) -> str:
    """Where to go on after a form or a sign-in: the given path, if it leads nowhere but to a page of ours."""
    is_plain = given.startswith("/") and len(given) <= LONGEST_PATH and not any(category(one) == "Cc" for one in given)
    safe = is_plain and url_has_allowed_host_and_scheme(given, {request.get_host()}, require_https=request.is_secure())
    return given if safe else default


def _written(params: Mapping[str, str]) -> str:
    return urlencode({key: value for key, value in params.items() if value}, safe=",")
