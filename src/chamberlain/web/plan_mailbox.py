"""What a form says of a mailbox, as the properties of a change; or one sentence for each field that is wrong."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from chamberlain import clock
from chamberlain.errors import Conflict, NotFound
from chamberlain.model.mailbox import (
    AUDIENCE,
    AUDIENCES,
    DELEGATE,
    END,
    EXTERNAL,
    FORWARD_OUTSIDE,
    FORWARD_TO,
    INTERNAL,
    KEEP_COPY,
    START,
    names_for,
)
from chamberlain.model.verb import ACCESS_GIVING, ACCESS_TAKING, Verb
from chamberlain.sentences import explain
from chamberlain.web.words import Word

WHO = {Verb.SET_FORWARDING: FORWARD_TO, **dict.fromkeys(ACCESS_GIVING | ACCESS_TAKING, DELEGATE)}
LABELS: dict[str, Word] = {
    INTERNAL: _lazy("What people inside are answered"),
    EXTERNAL: _lazy("What people outside are answered"),
    AUDIENCE: _lazy("Who outside is answered"),
    START: _lazy("From (UTC)"),
    END: _lazy("Until (UTC)"),
    FORWARD_TO: _lazy("Goes on to somebody of the tenant"),
    FORWARD_OUTSIDE: _lazy("Or to an address outside"),
    KEEP_COPY: _lazy("A copy stays in the mailbox"),
    DELEGATE: _lazy("Who"),
}
AUDIENCE_WORDS: dict[str, Word] = {
    "all": _lazy("Everybody"),
    "contactsOnly": _lazy("Contacts only"),
    "none": _lazy("Nobody"),
}
_ADDRESS = re.compile(r"[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\".]+")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One form. `find` gives the object id of whom a text means; it raises NotFound or Conflict."""

    verb: Verb
    typed: Mapping[str, str]
    find: Callable[[str], str]

    def wrong(self) -> Iterator[tuple[str, str]]:
        """A sentence for each field that is wrong."""
        typed = self.typed
        if self.verb is Verb.SET_REPLIES:
            yield from self._wrong_replies()
        if self.verb is Verb.SET_FORWARDING and bool(typed.get(FORWARD_TO)) is bool(typed.get(FORWARD_OUTSIDE)):
            yield FORWARD_TO, _("Name somebody of the tenant, or an address outside: one of the two.")
        if typed.get(FORWARD_OUTSIDE) and not _ADDRESS.fullmatch(typed[FORWARD_OUTSIDE]):
            yield FORWARD_OUTSIDE, _("An address looks like ada@contoso.com.")
        name = WHO.get(self.verb)
        if name == DELEGATE and not typed.get(DELEGATE):
            yield DELEGATE, _("Name who it is.")
        if name and typed.get(name) and not typed.get(FORWARD_OUTSIDE):
            try:
                self.find(typed[name])
            except (NotFound, Conflict) as error:
                yield name, explain(error).what

    def _wrong_replies(self) -> Iterator[tuple[str, str]]:
        if not self.typed.get(INTERNAL):
            yield INTERNAL, _("Write what people inside are answered.")
        starts, ends = (_moment(self.typed.get(name, "")) for name in (START, END))
        if bool(self.typed.get(START)) is not bool(self.typed.get(END)):
            yield START, _("Enter both, from when and until when, or neither.")
        elif self.typed.get(START) and (starts is None or ends is None or ends <= max(starts, clock.now())):
            yield START, _("The end has to be later than the beginning, and later than now.")

    def properties(self) -> dict[str, str | bool | None]:
        """What is to be so."""
        said = {name: self._value(name, self.typed.get(name, "")) for name in sorted(names_for(self.verb))}
        return {name: value for name, value in said.items() if value != ""}

    def _value(self, name: str, text: str) -> str | bool:
        """One property; "" where nothing is said."""
        if name == KEEP_COPY:
            return text == "yes"
        if name in (FORWARD_TO, DELEGATE):
            return self.find(text) if text else ""
        if name in (START, END):
            moment = _moment(text)
            return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if moment else ""
        if name == AUDIENCE:
            return text if text in AUDIENCES and self.typed.get(EXTERNAL) else ""
        return text


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None
    except ValueError:
        return None
