"""What somebody typed, as changes: names become ids, and each has to mean exactly one thing."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from chamberlain.errors import Refused
from chamberlain.model.actor import Actor
from chamberlain.model.plan import Change, Subject
from chamberlain.model.tenant import Tenant
from chamberlain.model.verb import OF_MAILBOX, Verb
from chamberlain.policy.planning.terms import can_end
from chamberlain.queries.mailbox_wishes import of_mailbox_typed
from chamberlain.queries.people import match_profile
from chamberlain.queries.plans import match_permission

COLUMNS = ("person", "change", "permission")
GIVE, TAKE = "add", "remove"
BY_FAMILY = {
    "group": (Verb.ADD_MEMBER, Verb.REMOVE_MEMBER),
    "role": (Verb.ASSIGN_ROLE, Verb.REMOVE_ROLE),
    "app_role": (Verb.ASSIGN_APP_ROLE, Verb.REMOVE_APP_ROLE),
    "licence": (Verb.ASSIGN_LICENCE, Verb.REMOVE_LICENCE),
}
ALONE = frozenset({Verb.ENABLE, Verb.BLOCK, Verb.REVOKE_SESSIONS, Verb.REPROCESS_LICENCES, Verb.RESTORE_USER})
WITH_PERMISSION = frozenset(verb for pair in BY_FAMILY.values() for verb in pair) | {Verb.ADD_OWNER, Verb.REMOVE_OWNER}


class Wishes:
    """Reads what was typed for one tenant; names that come again are looked up once."""

    def __init__(self, *, viewer: Actor, tenant: Tenant) -> None:
        self._viewer = viewer
        self._tenant = tenant
        self._people: dict[str, str] = {}
        self._permissions: dict[str, str] = {}

    def pair(self, text: str, *, change: str) -> Change:
        """A change that is typed as PERSON=PERMISSION.

        change  "add", "remove", or a verb
        raises  Refused("plan_malformed"), NotFound, Conflict: nothing, or several, are called that
        """
        person, separator, permission = text.partition("=")
        if not separator or not person.strip() or not permission.strip():
            raise Refused("plan_malformed", text=text, reason="it is not PERSON=PERMISSION")
        return self.change(person, change, permission)

    def change(self, person: str, change: str, permission: str) -> Change:
        """One change, by names.

        raises  Refused("plan_malformed"), NotFound, Conflict
        """
        word, about = change.strip().lower(), permission.strip()
        if not person.strip():
            raise Refused("plan_malformed", text=change, reason="nobody is named")
        of = next((verb for verb in OF_MAILBOX if verb.value == word), None)
        if of is not None:
            return of_mailbox_typed(of, Subject(self._guid(person.strip())), about, guid_of=self._guid)
        key = self._key(about) if about else ""
        verb = self._verb(word, key)
        return Change(verb, Subject(self._guid(person.strip())), key)

    def named(self, text: str) -> Change:
        """A change that is typed as VERB:PERSON, or as VERB:PERSON=WHAT.

        raises  Refused("plan_malformed"), NotFound, Conflict
        """
        word, separator, rest = text.partition(":")
        if not separator:
            raise Refused("plan_malformed", text=text, reason="it is not VERB:PERSON=WHAT")
        person, _separator, what = rest.partition("=")
        return self.change(person, word, what)

    def file(self, text: str) -> list[Change]:
        """The lines of a CSV file with the columns person, change and permission.

        raises  Refused("plan_malformed"), NotFound, Conflict
        """
        lines = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
        if not set(COLUMNS) <= {name.strip().lower() for name in lines.fieldnames or ()}:
            raise Refused("plan_malformed", text=", ".join(lines.fieldnames or ()), reason="columns are missing")
        found = []
        for line in lines:
            named = {str(name).strip().lower(): (value or "") for name, value in line.items() if name is not None}
            found.append(self.change(named["person"], named["change"], named["permission"]))
        return found

    def _verb(self, word: str, key: str) -> Verb:
        if word in (GIVE, TAKE) and key:
            give, take = BY_FAMILY[key.partition(":")[0]]
            return give if word == GIVE else take
        verb = next((one for one in Verb if one.value == word), None)
        if verb is None or verb not in (WITH_PERMISSION if key else ALONE):
            raise Refused("plan_malformed", text=f"{word} {key}".strip(), reason="there is no such change")
        return verb

    def _guid(self, text: str) -> str:
        if text not in self._people:
            found = match_profile(viewer=self._viewer, tenant=self._tenant, text=text)
            self._people[text] = str(found.row.guid)
        return self._people[text]

    def _key(self, text: str) -> str:
        if text not in self._permissions:
            key = match_permission(viewer=self._viewer, tenant=self._tenant, text=text)
            self._permissions[text] = key
        if self._permissions[text].partition(":")[0] not in BY_FAMILY:
            raise Refused("plan_malformed", text=text, reason="it is switched within its licence")
        return self._permissions[text]


def read_wishes(
    *,
    viewer: Actor,
    tenant: Tenant,
    pairs: Iterable[tuple[str, str]] = (),
    alone: Iterable[tuple[str, str]] = (),
    named: Iterable[str] = (),
    files: Sequence[str] = (),
    until: datetime | None = None,
) -> list[Change]:
    """Everything that was typed, as changes.

    pairs   a change ("add", "remove" or a verb), and PERSON=PERMISSION
    alone   a verb, and a person
    named   VERB:PERSON, or VERB:PERSON=WHAT
    files   contents of CSV files
    until   when everything ends that is given
    raises  Refused("plan_malformed"), NotFound, Conflict
    """
    wishes = Wishes(viewer=viewer, tenant=tenant)
    found = [wishes.pair(text, change=change) for change, text in pairs]
    found += [wishes.change(person, verb, "") for verb, person in alone]
    found += [wishes.named(text) for text in named]
    for content in files:
        found += wishes.file(content)
    return found if until is None else [timed(one, until=until) for one in found]


def timed(change: Change, *, until: datetime) -> Change:
    """What is given, given for a time; what is taken stays taken, and what has an end of its own keeps it."""
    if not can_end(change.verb) or change.options.ends is not None:
        return change
    return replace(change, options=replace(change.options, ends=until))
