"""What the options of a change say, in words: where it holds, until when, which services, which values."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from chamberlain.model.mailbox import (
    AUDIENCE,
    DELEGATE,
    END,
    EXTERNAL,
    FORWARD_OUTSIDE,
    FORWARD_TO,
    INTERNAL,
    KEEP_COPY,
    START,
    is_object_id,
)
from chamberlain.model.plan import Change
from chamberlain.model.verb import Verb
from chamberlain.web import moments
from chamberlain.web.words import Word

UNIT = "/administrativeUnits/"
MANAGER = "manager"
# By Graph's names.
PROPERTY: dict[str, Word] = {
    "displayName": _lazy("Display name"),
    "userPrincipalName": _lazy("User name"),
    "mailNickname": _lazy("Mail nickname"),
    "givenName": _lazy("First name"),
    "surname": _lazy("Last name"),
    "jobTitle": _lazy("Job title"),
    "department": _lazy("Department"),
    "companyName": _lazy("Company"),
    "officeLocation": _lazy("Office"),
    "city": _lazy("City"),
    "state": _lazy("State or province"),
    "country": _lazy("Country"),
    "usageLocation": _lazy("Usage location"),
    "preferredLanguage": _lazy("Preferred language"),
    "employeeId": _lazy("Employee ID"),
    "employeeType": _lazy("Employee type"),
    MANAGER: _lazy("Manager"),
    INTERNAL: _lazy("Inside is answered"),
    EXTERNAL: _lazy("Outside is answered"),
    START: _lazy("From"),
    END: _lazy("Until"),
    KEEP_COPY: _lazy("A copy stays in the mailbox"),
}
PEOPLE = (MANAGER, FORWARD_TO, DELEGATE)
SAID_ALREADY = frozenset({FORWARD_TO, FORWARD_OUTSIDE, DELEGATE, AUDIENCE})  # the sentence of the change names them


def told_scope(scope: str) -> str:
    """Where in the directory a role holds; "" for all of it."""
    if scope in ("", "/"):
        return ""
    if scope.startswith(UNIT):
        return _("only in the administrative unit %(id)s") % {"id": scope.removeprefix(UNIT)}
    return _("only for the application %(id)s") % {"id": scope.removeprefix("/")}


def told_end(ends: datetime | None) -> str:
    """Until when; "" for without end."""
    return "" if ends is None else _("until %(at)s") % {"at": moments.exact(ends)}


def told_services(off: Iterable[str] | None, *, called: Mapping[str, str]) -> str:
    """Which services of a licence are off; "" where nothing is said of them."""
    if off is None:
        return ""
    names = ", ".join(called.get(one, one) for one in off)
    return _("with these services off: %(names)s") % {"names": names} if names else _("with all services on")


def told_property(name: str, value: object, *, called: Mapping[str, str]) -> str:
    """One property with its value."""
    shown = called.get(f"account:{value}", str(value)) if name == MANAGER and value else str(value or "")
    if isinstance(value, bool):
        shown = _("yes") if value else _("no")
    values = {"name": PROPERTY.get(name, name), "value": shown}
    return _("%(name)s: %(value)s") % values if shown else _("%(name)s: emptied") % values


def told_properties(change: Change, *, called: Mapping[str, str]) -> tuple[str, ...]:
    """The properties with their values, without those that the sentence of the change names."""
    found = change.options.properties.items()
    return tuple(told_property(name, value, called=called) for name, value in found if name not in SAID_ALREADY)


def told_options(change: Change, *, called: Mapping[str, str]) -> tuple[str, ...]:
    """Everything that the options of a change say.

    called  names of services by id, of licences by key, of people by "account:<id>"
    """
    options = change.options
    instead = ""
    if change.verb is Verb.SWAP_LICENCE:
        instead = _("in place of %(name)s") % {"name": called.get(options.instead_of, options.instead_of)}
    found = (
        instead,
        told_scope(options.scope),
        told_services(options.disabled_plans, called=called),
        *told_properties(change, called=called),
        told_end(options.ends),
    )
    return tuple(one for one in found if one)


def ids_in(changes: Iterable[Change]) -> set[str]:
    """Ids of the services that the options of changes speak of."""
    return {plan for one in changes for plan in one.options.disabled_plans or ()}


def people_in(changes: Iterable[Change]) -> set[str]:
    """Object ids of the people whom the options of changes name."""
    found = {one.options.properties.get(name) for one in changes for name in PEOPLE}
    return {value for value in found if isinstance(value, str) and is_object_id(value)}
