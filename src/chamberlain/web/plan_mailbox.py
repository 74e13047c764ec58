"""What a form says of a mailbox, as the properties of a change; or one sentence for each field that is wrong."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from chamberlain import clock
from chamberlain.errors import Conflict, NotFound
from chamberlain.model.mailbox import (
    AUDIENCE,
    DELEGATE,
    END,
    EXTERNAL,
    FORWARD_OUTSIDE,
    FORWARD_TO,
    INTERNAL,
    KEEP_COPY,
    NAMING,
    START,
    names_for,
)
from chamberlain.model.verb import Verb
from chamberlain.policy.planning.mailbox_wishes import Fault, Rule, Said, checked, faults, from_text
from chamberlain.sentences import explain
from chamberlain.web.words import Word

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
_ONE_OF_TWO = _lazy("Name somebody of the tenant, or an address outside: one of the two.")
_MISSING: dict[str, Word] = {
    INTERNAL: _lazy("Write what people inside are answered."),
    FORWARD_TO: _ONE_OF_TWO,
    DELEGATE: _lazy("Name who it is."),
}
_ORDER = _lazy("The end has to be later than the beginning, and later than now.")
_WRONG: dict[Rule, Word] = {
    Rule.ONE_OF_TWO: _ONE_OF_TWO,
    Rule.ADDRESS: _lazy("An address looks like ada@contoso.com."),
    Rule.TIME: _lazy("Enter a day and a time."),
    Rule.BOTH_TIMES: _lazy("Enter both, from when and until when, or neither."),
    Rule.ORDER: _ORDER,
}


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One form. `find` gives the object id of whom a text means; it raises NotFound or Conflict."""

    verb: Verb
    typed: Mapping[str, str]
    find: Callable[[str], str]

    def wrong(self) -> Iterator[tuple[str, str]]:
        """A sentence for each field that is wrong."""
        said = self._said()
        found = {one.name: _sentence(one) for one in faults(self.verb, said)}
        yield from found.items()
        if not found and END in said and datetime.fromisoformat(str(checked(self.verb, said)[END])) <= clock.now():
            yield START, str(_ORDER)
        for name in sorted(NAMING):
            if name not in found:
                yield from self._nobody(name, said)

    def properties(self) -> dict[str, str | bool | None]:
        """What is to be so.

        raises  Refused, NotFound, Conflict: the form is wrong
        """
        said = self._said()
        return checked(self.verb, said | {name: self.find(str(said[name])) for name in NAMING & said.keys()})

    def _nobody(self, name: str, said: Said) -> Iterator[tuple[str, str]]:
        try:
            if name in said:
                self.find(str(said[name]))
        except (NotFound, Conflict) as error:
            yield name, explain(error).what

    def _said(self) -> dict[str, str | bool | None]:
        """What the fields say; nothing of those that were left empty."""
        typed = {name: self.typed.get(name, "") for name in names_for(self.verb)}
        said: dict[str, str | bool | None] = {name: text for name, text in typed.items() if text}
        if KEEP_COPY in typed:
            said[KEEP_COPY] = typed[KEEP_COPY] == "yes"
        if EXTERNAL not in said:
            said.pop(AUDIENCE, None)
        if FORWARD_TO in said and FORWARD_OUTSIDE not in said:
            said |= from_text(self.verb, str(said.pop(FORWARD_TO)))
        return said


def _sentence(fault: Fault) -> str:
    if fault.rule is Rule.NEEDED:
        return str(_MISSING[fault.name])
    return str(_WRONG.get(fault.rule) or _("This cannot be asked for here."))
