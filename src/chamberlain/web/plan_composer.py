"""What the form shows in which a change is put together: whom, what, and exactly what that takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from chamberlain.model.actor import Actor
from chamberlain.model.kind import GROUP_KINDS, Family, Kind
from chamberlain.model.mailbox import names_for, needed_for
from chamberlain.model.plan import Subject, SubjectType
from chamberlain.model.tenant import Tenant
from chamberlain.model.verb import Verb
from chamberlain.queries import composing
from chamberlain.queries.changing import Changing
from chamberlain.queries.composing import Held, LicenceChoice, Named
from chamberlain.queries.permissions import PermissionRow
from chamberlain.web import words
from chamberlain.web.plan_asks import ASKS, Ask, What, Who, may, without_form
from chamberlain.web.plan_mailbox import AUDIENCE_WORDS, LABELS
from chamberlain.web.plan_making import NEEDED, NEVER_EMPTY, OF_ONE, shown_values
from chamberlain.web.plan_told import PROPERTY, told_scope
from chamberlain.web.plan_wanted import OBJECT, UNIT, Wanted
from chamberlain.web.words import Word

FOUND, WHOM_FOUND = 12, 6
NOTES: dict[str, Word] = {
    "userPrincipalName": _lazy("To sign in with, such as ada@contoso.com."),
    "usageLocation": _lazy("Two letters, such as DE. Without one nobody gets a licence."),
    "mailNickname": _lazy("Left empty, it is what stands before the @."),
    "manager": _lazy("User name, mail address or object ID."),
}
ORDER = (
    *("displayName", "userPrincipalName", "givenName", "surname", "mailNickname", "jobTitle", "department"),
    *("companyName", "officeLocation", "city", "state", "country", "usageLocation", "preferredLanguage"),
    *("employeeId", "employeeType", "manager"),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be ticked or chosen."""

    value: str
    name: str
    note: str = ""
    chosen: bool = False
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A property in the form. `needed`: nothing is made without it."""

    name: str
    label: Word
    value: str
    note: Word
    needed: bool
    error: str


@dataclass(frozen=True, slots=True)
class Offer:
    """One of what can be asked for, in the list of it."""

    ask: Ask
    open: bool


@dataclass(frozen=True, slots=True)
class Composer:
    """Everything that the template of the form needs."""

    viewer: Actor
    tenant: Tenant
    form: Wanted
    changing: Changing
    errors: Mapping[str, str]
    permission: PermissionRow | None = None

    def context(self) -> dict[str, object]:
        """The form as it stands."""
        ask = self.form.ask
        return {
            "form": self.form,
            "ask": ask,
            "errors": self.errors,
            "offers": self._offers(),
            "formless": without_form(),
            "audiences": AUDIENCE_WORDS,
            "whom": self._whom(),
            "most_held": composing.MOST_HELD,
            **(self._asked(ask) if ask else {}),
        }

    def _offers(self) -> list[tuple[str, list[Offer]]]:
        found: dict[str, list[Offer]] = {}
        for ask in ASKS.values():
            if not self._is_about(ask):
                continue
            found.setdefault(str(ask.heading), []).append(Offer(ask, may(ask, self.changing)))
        return list(found.items())

    def _is_about(self, ask: Ask) -> bool:
        """At a permission only what gives it is offered: who has it already is ticked on its own page."""
        if self.permission is None:
            return True
        return ask.what in (What.THING, What.LICENCE) and self.permission.kind in ask.kinds

    def _whom(self) -> list[Choice]:
        """Those who were chosen, then those who were found."""
        ask = self.form.ask
        if ask is not None and ask.who not in (Who.PEOPLE, Who.HOLDERS):
            return []
        known = composing.named(viewer=self.viewer, tenant=self.tenant, subjects=self.form.who)
        chosen = [known[one.key] for one in self.form.who if one.key in known]
        found = self._looked_for(with_groups=ask is None or ask.who is Who.HOLDERS)
        keys = {one.key for one in chosen}
        return [
            *(_whom(one, chosen=True) for one in chosen),
            *(_whom(one, chosen=False) for one in found if one.key not in keys),
        ]

    def _looked_for(self, *, with_groups: bool) -> tuple[Named, ...]:
        text = self.form.find_who
        if not text:
            return ()
        return composing.holders(
            viewer=self.viewer, tenant=self.tenant, text=text, size=WHOM_FOUND, with_groups=with_groups
        )

    def _asked(self, ask: Ask) -> dict[str, object]:
        return {
            **self._what(ask),
            **(self._services(ask) if ask.has_services else {}),
            **({"scopes": self._scopes()} if ask.has_scope else {}),
            **({"gone": self._gone()} if ask.who is Who.GONE else {}),
        }

    def _what(self, ask: Ask) -> dict[str, object]:
        match ask.what:
            case What.THING:
                return {"things": self._things(ask)}
            case What.HELD:
                things, has_more = self._held(ask)
                return {"things": things, "has_more": has_more}
            case What.LICENCE:
                if ask.verb is not Verb.SWAP_LICENCE:
                    return {"things": self._licences()}
                instead, has_more = self._held(ASKS[Verb.REMOVE_LICENCE])
                return {"things": self._licences(), "instead": instead, "has_more": has_more}
            case What.PROPERTIES:
                return self._properties(ask)
            case What.MAILBOX:
                return {"mailbox": self._mailbox(ask)}
            case What.NOTHING:
                return {}

    def _mailbox(self, ask: Ask) -> list[Field]:
        found = names_for(ask.verb)
        return [
            Field(name, label, self.form.mailbox.get(name, ""), "", name in needed_for(ask.verb) and len(found) > 1,
                  self.errors.get(name, ""))
            for name, label in LABELS.items() if name in found
        ]  # fmt: skip

    def _things(self, ask: Ask) -> list[Choice]:
        known = composing.named(viewer=self.viewer, tenant=self.tenant, subjects=(), keys=self.form.what)
        chosen = [
            Choice(key, known[key].name, _kind_word(known[key].note), chosen=True)
            for key in self.form.what
            if key in known and key.partition(":")[0] == _prefix(ask)
        ]
        if not self.form.find_what:
            return chosen
        rows = composing.things(
            viewer=self.viewer, tenant=self.tenant, text=self.form.find_what, kinds=self._kinds(ask), size=FOUND
        )
        return [*chosen, *(_thing(row) for row in rows if row.key not in self.form.what)]

    def _kinds(self, ask: Ask) -> tuple[Kind, ...]:
        if ask.verb.family is not Family.GROUP:
            return ask.kinds
        allowed = self.changing.owner_kinds if ask.verb is Verb.ADD_OWNER else self.changing.kinds
        return tuple(kind for kind in ask.kinds if kind in allowed)

    def _held(self, ask: Ask) -> tuple[list[Choice], bool]:
        """What they hold of it, and whether there is more than is offered."""
        if ask.verb.family is None or not self.form.who:
            return [], False
        held = composing.held_directly(
            viewer=self.viewer, tenant=self.tenant, subjects=self.form.who, family=ask.verb.family,
            relation=ask.relation,
        )  # fmt: skip
        many = len(self.form.who)
        is_swap = self.form.ask is not None and self.form.ask.verb is Verb.SWAP_LICENCE
        chosen = {self.form.instead_of} if is_swap else set(self.form.what)
        choices = [
            Choice(value, one.name, _held_note(one, many), chosen=value in chosen, icon=words.KIND_ICON[one.kind])
            for one in held.things
            for value in (one.key if one.scope == "/" else f"{one.key} {one.scope}",)
        ]
        return choices, held.has_more

    def _licences(self) -> list[Choice]:
        found = composing.licences(viewer=self.viewer, tenant=self.tenant)
        return [Choice(one.key, one.name, _seats(one), chosen=one.key in self.form.what) for one in found]

    def _services(self, ask: Ask) -> dict[str, object]:
        """The services of the licence that is chosen: as ticked, or as they are, or all on."""
        key = self.form.what[0].partition(" ")[0] if self.form.what else ""
        known = composing.services(viewer=self.viewer, tenant=self.tenant, licence=key) if key else ()
        if key == self.form.services_of:
            off = {guid for guid, _name in known if guid not in self.form.on}
        else:
            off = self._off_now(key) if key and ask.verb is Verb.SET_PLANS else set()
        return {
            "services_of": key if known else "",
            "services": [Choice(guid, name, chosen=guid not in off) for guid, name in known],
        }

    def _off_now(self, key: str) -> set[str]:
        held = composing.held_directly(
            viewer=self.viewer, tenant=self.tenant, subjects=self.form.who, family=Family.LICENCE,
            relation=ASKS[Verb.SET_PLANS].relation, key=key,
        )  # fmt: skip
        return {guid for one in held.things for guid in one.off}

    def _scopes(self) -> list[Choice]:
        used = composing.scopes_in_use(viewer=self.viewer, tenant=self.tenant)
        offers = [
            Choice("/", _("In the whole tenant")),
            *(Choice(scope, told_scope(scope).capitalize()) for scope in used),
            Choice(UNIT, _("Only in another administrative unit")),
            Choice(OBJECT, _("Only for one application")),
        ]
        return [Choice(one.value, one.name, chosen=one.value == self.form.scope) for one in offers]

    def _properties(self, ask: Ask) -> dict[str, object]:
        is_new = ask.verb is Verb.CREATE_USER
        one = len(self.form.who) == 1 and self.form.who[0].type is SubjectType.ACCOUNT
        shown = self._shown() if one and not is_new else {}
        is_typed = self.form.properties and (is_new or self.form.shown_of == (self.form.who[0].guid if one else ""))
        values = self.form.properties if is_typed else shown
        names = [name for name in ORDER if is_new or one or name not in OF_ONE]
        notes = NOTES if is_new else {name: note for name, note in NOTES.items() if name != "mailNickname"}
        return {
            "properties": [
                Field(
                    name,
                    PROPERTY[name],
                    values.get(name, ""),
                    notes.get(name, ""),
                    is_new and name in NEEDED,
                    self.errors.get(name, ""),
                )
                for name in names
            ],
            "shown_of": self.form.who[0].guid if one and not is_new else "",
            "emptied": [] if is_new else self._emptied(shown),
        }

    def _emptied(self, shown: Mapping[str, str]) -> list[Choice]:
        """What can be emptied besides: of fields that show a value, emptying the field does it."""
        names = [name for name in ORDER if name not in NEVER_EMPTY and not shown.get(name)]
        return [Choice(name, str(PROPERTY[name]), chosen=name in self.form.empty) for name in names]

    def _shown(self) -> Mapping[str, str]:
        guid = self.form.who[0].guid
        if guid == self.form.shown_of:
            return shown_values(self.viewer, self.tenant, self.form)
        return composing.properties_of(viewer=self.viewer, tenant=self.tenant, guid=UUID(guid))

    def _gone(self) -> list[Choice]:
        chosen = {one.key for one in self.form.gone}
        known = composing.named(viewer=self.viewer, tenant=self.tenant, subjects=self.form.gone).values()
        found = composing.gone_people(viewer=self.viewer, tenant=self.tenant, text=self.form.find_gone)
        everybody = {one.key: one for one in (*known, *found) if one.gone_at is not None}
        return [
            Choice(key.partition(":")[2], one.name, one.note, chosen=key in chosen) for key, one in everybody.items()
        ]


def _whom(one: Named, *, chosen: bool) -> Choice:
    prefix, _colon, guid = one.key.partition(":")
    is_group = prefix == "group"
    return Choice(
        one.key if is_group else guid,
        one.name,
        _kind_word(one.note) if is_group else one.note,
        chosen=chosen,
        icon="users" if is_group else "user-round",
    )


def _thing(row: PermissionRow) -> Choice:
    name = f"{row.app}: {row.name}" if row.app and row.app != row.name else row.name
    note = " · ".join(part for part in (str(words.KIND[row.kind]) if row.kind in GROUP_KINDS else "", row.mail) if part)
    return Choice(row.key, name, note, icon=words.KIND_ICON[row.kind])


def _held_note(one: Held, many: int) -> str:
    by = _("held directly by %(n)s of %(many)s") % {"n": len(one.by), "many": many} if many > 1 else ""
    return " · ".join(part for part in (told_scope(one.scope), by) if part)


def _seats(one: LicenceChoice) -> str:
    if one.free is None or one.seats is None:
        return ""
    return _("%(free)s of %(seats)s seats free") % {"free": f"{one.free:,}", "seats": f"{one.seats:,}"}


def _kind_word(note: str) -> str:
    found = next((kind for kind in Kind if kind.value == note), None)
    return str(words.KIND[found]) if found in GROUP_KINDS else ""


def _prefix(ask: Ask) -> str:
    return ask.verb.family.name.lower() if ask.verb.family else ""


def choices_of_person(guid: UUID) -> tuple[Subject, ...]:
    """Whom it is about, where somebody began at one person."""
    return (Subject(str(guid)),)
