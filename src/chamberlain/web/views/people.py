"""People: the list, and one person."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from chamberlain.model.kind import AccountType, Kind
from chamberlain.queries import connections, people
from chamberlain.queries.people import Holding, PeopleFilter, PeopleSort, Person
from chamberlain.web.address import Address, chips_for, choice_from, text_from
from chamberlain.web.frame import show, wants_fragment
from chamberlain.web.identity import viewer_of

TYPES = {"member": AccountType.MEMBER, "guest": AccountType.GUEST}
STATES = {"active": True, "blocked": False}
YES_NO = {"yes": True, "no": False}
SORTS = {sort.value: sort for sort in PeopleSort}
OFFERS = (
    ("type", "member", _("Members")),
    ("type", "guest", _("Guests")),
    ("state", "active", _("Active")),
    ("state", "blocked", _("Blocked")),
    ("licensed", "yes", _("With licence")),
    ("licensed", "no", _("Without licence")),
    ("admin", "yes", _("Admins")),
)


@require_safe
def list_people(request: HttpRequest, slug: str) -> HttpResponse:
    """People that match; only the results where htmx asks for them."""
    viewer = viewer_of(request)
    tenant = connections.find_tenant(viewer=viewer, slug=slug)
    address = _address(request)
    page = people.list_people(
        viewer=viewer, tenant=tenant, filter=_filter(address), cursor=request.GET.get("cursor") or None
    )
    context = {
        "tenant": tenant,
        "page": page,
        "address": address,
        "chips": chips_for(address, OFFERS),
        "hidden": address.hidden(without="q"),
        "departments": people.list_departments(viewer=viewer, tenant=tenant),
        "sorts": {sort: address.with_(sort="" if sort == "name" else sort) for sort in SORTS},
        "narrowed": any(value for name, value in address.params.items() if name != "sort"),
    }
    if wants_fragment(request, target="results"):
        return render(request, "people/_results.html", context)
    return show(request, "people/people.html", context, tenant=tenant)


@require_safe
def show_person(request: HttpRequest, slug: str, guid: UUID) -> HttpResponse:
    """One person with everything they hold, and why."""
    viewer = viewer_of(request)
    tenant = connections.find_tenant(viewer=viewer, slug=slug)
    person = people.find_person(viewer=viewer, tenant=tenant, guid=guid)
    return show(request, "people/person.html", {"tenant": tenant, **_sections(person)}, tenant=tenant)


def _address(request: HttpRequest) -> Address:
    return Address(
        request.path,
        {
            "q": text_from(request, "q"),
            "type": choice_from(request, "type", tuple(TYPES)),
            "state": choice_from(request, "state", tuple(STATES)),
            "licensed": choice_from(request, "licensed", tuple(YES_NO)),
            "admin": choice_from(request, "admin", tuple(YES_NO)),
            "department": text_from(request, "department"),
            "sort": choice_from(request, "sort", tuple(SORTS)),
        },
    )


def _filter(address: Address) -> PeopleFilter:
    chosen = address.params
    return PeopleFilter(
        text=chosen["q"],
        type=TYPES.get(chosen["type"]),
        enabled=STATES.get(chosen["state"]),
        licensed=YES_NO.get(chosen["licensed"]),
        admin=YES_NO.get(chosen["admin"]),
        department=chosen["department"],
        sort=SORTS.get(chosen["sort"], PeopleSort.NAME),
    )


@dataclass(frozen=True, slots=True)
class Section:
    """What a person holds of one kind."""

    kind: Kind
    holdings: tuple[Holding, ...]


def _sections(person: Person) -> dict[str, object]:
    """A person's holdings as the page shows them: by kind, licences and ownership apart."""
    held = [holding for holding in person.holdings if not holding.owner]
    sections = tuple(
        Section(kind, found)
        for kind in Kind
        if kind is not Kind.LICENCE
        for found in (tuple(holding for holding in held if holding.kind is kind),)
        if found
    )
    return {
        "person": person,
        "sections": sections,
        "licences": tuple(holding for holding in held if holding.kind is Kind.LICENCE),
        "owned": tuple(holding for holding in person.holdings if holding.owner),
    }
