"""From what a form says to changes: everything that the verb takes, or one sentence for each field that is wrong."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from chamberlain import clock
from chamberlain.errors import Conflict, NotFound, Refused
from chamberlain.model.actor import Actor
from chamberlain.model.plan import Change, Options, Subject, SubjectType
from chamberlain.model.tenant import Tenant
from chamberlain.model.verb import Verb
from chamberlain.policy.moment import read_end
from chamberlain.queries import composing
from chamberlain.queries.people import match_profile
from chamberlain.sentences import explain
from chamberlain.web.plan_asks import Ask, What, Who
from chamberlain.web.plan_draft import LONGEST_PROPERTY, MANAGER, MOST_TICKED, carried, read
from chamberlain.web.plan_mailbox import Mailbox
from chamberlain.web.plan_wanted import OBJECT, UNIT, Wanted

NEEDED = ("displayName", "userPrincipalName")
NEVER_EMPTY = frozenset({"displayName", "userPrincipalName", "mailNickname", "usageLocation"})
OF_ONE = frozenset({"displayName", "userPrincipalName", "mailNickname", "givenName", "surname", "employeeId"})
_USER_NAME = re.compile(r"[^@\s\"\\/\[\]:;|=,+*?<>]+@[^@\s]+\.[^@\s.]+")
_COUNTRY = re.compile(r"[A-Z]{2}")
# What an address may not have before its @.
# source  https://learn.microsoft.com/graph/api/resources/user (2026): mailNickname
_NICKNAME = re.compile(r"[^@()\\\[\]\";:<>,\s]{1,64}")


class WrongError(Exception):
    """A form that cannot be a change yet. `fields`: a sentence for each field that is wrong."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(", ".join(fields))
        self.fields = fields


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes changes of one form."""

    viewer: Actor
    tenant: Tenant
    form: Wanted
    ask: Ask
    room: int = MOST_TICKED

    def changes(self) -> tuple[Change, ...]:
        """The changes.

        raises  WrongError
        """
        wrong = dict(self._wrong())
        if wrong:
            raise WrongError(wrong)
        made = tuple(
            Change(self.ask.verb, subject, key, options)
            for subject in self._subjects()
            for key, options in self._things()
        )
        if len(made) > self.room:
            raise WrongError({"what": _("That would be %(n)s changes, and a draft has at most %(most)s. "
                                        "Make a plan of what is there, or paste a list.")
                                      % {"n": f"{len(made):,}", "most": MOST_TICKED}})  # fmt: skip
        if read([carried(one) for one in made[:1]]) != made[:1]:
            raise WrongError({"what": str(self.ask.missing) or _("This cannot be asked for here.")})
        return made

    def _subjects(self) -> tuple[Subject, ...]:
        if self.ask.who is Who.NOBODY:
            return (Subject(""),)
        return self.form.gone if self.ask.who is Who.GONE else self.form.who

    def _wrong(self) -> Iterator[tuple[str, str]]:
        yield from self._wrong_who()
        yield from self._wrong_what()
        if self.ask.has_scope and self.form.scope in (UNIT, OBJECT) and not _is_id(self.form.scope_id):
            yield "scope_id", _("Enter its object ID, such as 60de0000-0000-4000-8000-000000000001; Entra shows it.")
        if self.ask.has_end and (sentence := self._wrong_end()):
            yield "ends", sentence
        if self.ask.what is What.PROPERTIES:
            yield from self._wrong_properties()
        if self.ask.what is What.MAILBOX:
            yield from self._mailbox().wrong()

    def _mailbox(self) -> Mailbox:
        return Mailbox(self.ask.verb, self.form.mailbox, self._somebody)

    def _wrong_who(self) -> Iterator[tuple[str, str]]:
        if self.ask.who is Who.GONE and not self.form.gone:
            yield "gone", str(self.ask.missing)
        if self.ask.who not in (Who.PEOPLE, Who.HOLDERS):
            return
        if not self.form.who:
            yield "who", _("Choose first whom it is about.")
        if self.ask.who is Who.PEOPLE and any(one.type is SubjectType.GROUP for one in self.form.who):
            yield "who", _("This is done to people only: untick the groups.")

    def _wrong_what(self) -> Iterator[tuple[str, str]]:
        if self.ask.what in (What.THING, What.HELD, What.LICENCE) and not self.form.what:
            yield "what", str(self.ask.missing)
        if self.ask.verb is Verb.SWAP_LICENCE:
            if not self.form.instead_of:
                yield "instead_of", _("Choose the licence that goes.")
            elif self.form.instead_of in self.form.what:
                yield "what", _("This is the licence that goes: choose another one.")
        if self.ask.verb is Verb.SET_PLANS and self.form.what and not self._services_were_shown():
            yield "services", _("These are its services: choose which are on, and add it again.")

    def _wrong_end(self) -> str:
        try:
            self._end()
        except Refused as refusal:
            return explain(refusal).what
        return ""

    def _end(self) -> datetime | None:
        typed = self.form.ends
        if not typed:
            if self.form.ends_at:
                raise Refused("time_unreadable", text=self.form.ends_at)
            return None
        return read_end(f"{typed}T{self.form.ends_at}" if self.form.ends_at else typed, now=clock.now())

    def _things(self) -> list[tuple[str, Options]]:
        options = self._options()
        if self.ask.what in (What.NOTHING, What.PROPERTIES, What.MAILBOX):
            return [("", options)]
        found = []
        for value in self.form.what:
            key, _space, scope = value.partition(" ")
            scoped = scope if self.ask.what is What.HELD and scope else options.scope
            found.append((key, Options(scoped, options.ends, disabled_plans=options.disabled_plans,
                                       instead_of=options.instead_of)))  # fmt: skip
        return found

    def _options(self) -> Options:
        form, ask = self.form, self.ask
        scope = "/"
        if ask.has_scope:
            prefix = {UNIT: "/administrativeUnits/", OBJECT: "/"}.get(form.scope)
            scope = form.scope if prefix is None else prefix + form.scope_id
        return Options(
            scope=scope,
            ends=self._end() if ask.has_end else None,
            disabled_plans=self._off() if ask.has_services else None,
            instead_of=form.instead_of if ask.verb is Verb.SWAP_LICENCE else "",
            properties=self._said(),
        )

    def _said(self) -> dict[str, str | bool | None]:
        match self.ask.what:
            case What.PROPERTIES:
                return self._properties()
            case What.MAILBOX:
                return self._mailbox().properties()
            case _:
                return {}

    def _services_were_shown(self) -> bool:
        return bool(self.form.what) and self.form.what[0].partition(" ")[0] == self.form.services_of

    def _off(self) -> tuple[str, ...] | None:
        """Services that were not ticked; None where nobody was asked, or all of a new licence are on."""
        if not self._services_were_shown():
            return None
        known = composing.services(viewer=self.viewer, tenant=self.tenant, licence=self.form.services_of)
        off = tuple(sorted(guid for guid, _name in known if guid not in self.form.on))
        return off if off or self.ask.verb is Verb.SET_PLANS else None

    def _wrong_properties(self) -> Iterator[tuple[str, str]]:
        typed = self.form.properties
        if self.ask.verb is Verb.CREATE_USER:
            for name in NEEDED:
                if not typed.get(name):
                    yield (
                        name,
                        {"displayName": _("Enter the name that people see.")}.get(
                            name, _("Enter the name to sign in with, such as ada@contoso.com.")
                        ),
                    )
        elif not self._properties_or_wrong():
            yield "properties", str(self.ask.missing)
        yield from _malformed(typed)
        if typed.get(MANAGER):
            try:
                self._manager()
            except (NotFound, Conflict) as error:
                yield MANAGER, explain(error).what

    def _properties_or_wrong(self) -> dict[str, str | bool | None]:
        try:
            return self._properties()
        except (NotFound, Conflict):
            return {MANAGER: ""}

    def _properties(self) -> dict[str, str | bool | None]:
        """What is to be set; None empties. Of one whose values were shown, only what differs from them."""
        shown = shown_values(self.viewer, self.tenant, self.form)
        found: dict[str, str | bool | None] = {}
        for name, value in self.form.properties.items():
            if value == shown.get(name, "") or (len(self.form.who) > 1 and name in OF_ONE):
                continue
            if value:
                found[name] = self._manager() if name == MANAGER else value
            elif name not in NEVER_EMPTY:
                found[name] = None
        if self.ask.verb is Verb.UPDATE_USER:
            found |= dict.fromkeys(self.form.empty - NEVER_EMPTY)
        elif "userPrincipalName" in found and "mailNickname" not in found:
            found["mailNickname"] = nickname_of(str(found["userPrincipalName"]))
        return found

    def _manager(self) -> str:
        return self._somebody(self.form.properties[MANAGER])

    def _somebody(self, text: str) -> str:
        return str(match_profile(viewer=self.viewer, tenant=self.tenant, text=text).row.guid)


def shown_values(viewer: Actor, tenant: Tenant, form: Wanted) -> Mapping[str, str]:
    """What the form showed of the one whom it is about; nothing where it is about several, or showed nobody."""
    if len(form.who) != 1 or form.who[0].guid != form.shown_of:
        return {}
    return composing.properties_of(viewer=viewer, tenant=tenant, guid=UUID(form.shown_of))


def nickname_of(user_name: str) -> str:
    """What an address of somebody begins with, where nobody says otherwise."""
    local = user_name.partition("@")[0]
    return re.sub(r"[^A-Za-z0-9._-]", "", local)[:64] or "user"


def _is_id(text: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", text) is not None


def _malformed(typed: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Values that Microsoft would refuse, as far as that can be known."""
    rules: Sequence[tuple[str, re.Pattern[str], str]] = (
        ("userPrincipalName", _USER_NAME, _("A user name looks like ada@contoso.com.")),
        ("usageLocation", _COUNTRY, _("A usage location is two capital letters, such as DE or US.")),
        ("mailNickname", _NICKNAME, _("A mail nickname is at most 64 letters and digits without spaces or an @.")),
    )
    for name, pattern, sentence in rules:
        if typed.get(name) and not pattern.fullmatch(typed[name]):
            yield name, sentence
    for name, value in typed.items():
        if len(value) > LONGEST_PROPERTY:
            yield name, _("That is longer than Microsoft takes.")
