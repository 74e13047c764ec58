"""Whom a change of a mailbox names, found by what somebody typed."""

from collections.abc import Callable, Mapping

from chamberlain.model.mailbox import NAMING
from chamberlain.model.plan import Change, Options, Subject
from chamberlain.model.verb import Verb
from chamberlain.policy.planning.mailbox_wishes import checked, from_text

Said = Mapping[str, str | bool | None]


def of_mailbox(verb: Verb, subject: Subject, said: Said, *, guid_of: Callable[[str], str]) -> Change:
    """A change of a mailbox, by names.

    guid_of  the object id of whoever is called so
    raises   Refused("plan_malformed"), NotFound, Conflict: nobody, or several, are called that
    """
    named = {
        name: guid_of(value) if name in NAMING and isinstance(value, str) and value else value
        for name, value in said.items()
    }
    return Change(verb, subject, options=Options(properties=checked(verb, named)))


def of_mailbox_typed(verb: Verb, subject: Subject, text: str, *, guid_of: Callable[[str], str]) -> Change:
    """The same of one text beside a person. Mail goes on to an address outside only where the text says so.

    raises  Refused("plan_malformed"), NotFound, Conflict
    """
    return of_mailbox(verb, subject, from_text(verb, text), guid_of=guid_of)
