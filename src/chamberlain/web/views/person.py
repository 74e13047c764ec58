"""One person: what they hold or held at a time, and why; and their history."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chamberlain.audit.event import EventName
from chamberlain.model.actor import Actor
from chamberlain.model.kind import Kind
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import Deed, may
from chamberlain.queries import connections, consents, history, people
from chamberlain.queries.changing import what_may_change
from chamberlain.queries.made_since import made_since_of_person
from chamberlain.queries.people import Holding, Person
from chamberlain.queries.state import one_state
from chamberlain.web.address import Address
from chamberlain.web.frame import show, wants_fragment
from chamberlain.web.identity import viewer_of
from chamberlain.web.noted import noted
from chamberlain.web.slider import slider_for, stamp, time_from

MOST_SHOWN = 25  # of each kind, unless somebody asks for all: somebody may be in thousands of groups


@require_safe
@noted(EventName.PERSON_VIEWED, subject="guid")
@one_state()
def show_person(request: HttpRequest, slug: str, guid: UUID) -> HttpResponse:
    """One person with everything they hold, or held at the address's time."""
    viewer = viewer_of(request)
    tenant = connections.find_tenant(viewer=viewer, slug=slug)
    context = about_person(request, viewer, tenant, guid)
    if not context["plain"] and not context["is_past"]:
        context["changing"] = what_may_change(viewer=viewer, tenant=tenant)
    if wants_fragment(request, target="results"):
        return render(request, "history/_events.html", context)
    if wants_fragment(request, target="detail"):
        return render(request, "people/_person.html", context)
    return show(request, "people/person.html", context, tenant=tenant)


def about_person(request: HttpRequest, viewer: Actor, tenant: Tenant, guid: UUID) -> dict[str, object]:
    """What the page of a person shows, or the part of it that htmx asks for.

    plain  nothing leads on to what the viewer may not see: they see themselves and not the directory
    """
    at = time_from(request)
    address = Address(request.path, {"at": stamp(at)})
    page = history.person_history(
        viewer=viewer, tenant=tenant, guid=guid, cursor=request.GET.get("cursor") or None, size=25
    )
    plain = not may(viewer, Deed.SEE_DIRECTORY, tenant_id=tenant.id)
    context = {"tenant": tenant, "address": address, "history": page, "plain": plain, "is_past": at is not None}
    if wants_fragment(request, target="results"):
        return context
    most = None if request.GET.get("all") == "yes" else MOST_SHOWN
    person = people.find_person(viewer=viewer, tenant=tenant, guid=guid, at=at, most=most)
    moments = history.person_moments(viewer=viewer, tenant=tenant, guid=guid)
    return {
        **context,
        "slider": slider_for(address, at=at, moments=moments),
        "at_query": address.with_().removeprefix(request.path),
        "consents": consents.consents_of(viewer=viewer, tenant=tenant, guid=guid, at=at),
        "made_since": made_since_of_person(viewer=viewer, tenant=tenant, guid=guid) if at is None else None,
        **_sections(person, most),
    }


@dataclass(frozen=True, slots=True)
class Section:
    """What a person holds of one kind, or owns (`kind` is None): what is shown of it, and how many there are."""

    kind: Kind | None
    holdings: tuple[Holding, ...]
    number: int

    @property
    def is_cut(self) -> bool:
        """Whether there are more than are shown."""
        return self.number > len(self.holdings)


def _sections(person: Person, most: int | None) -> dict[str, object]:
    """A person's holdings as the page shows them: by kind, licences and ownership apart."""
    held = {kind: _section(person, kind, most) for kind in Kind}
    return {
        "person": person,
        "sections": tuple(one for kind, one in held.items() if kind is not Kind.LICENCE and one.number),
        "licences": held[Kind.LICENCE].holdings,
        "owned": _owned(person, most),
    }


def _section(person: Person, kind: Kind, most: int | None) -> Section:
    found = tuple(one for one in person.holdings if one.kind is kind and not one.owner)
    shown = found if kind is Kind.LICENCE else found[:most]
    return Section(kind, shown, person.numbers.get((kind, False), len(found)))


def _owned(person: Person, most: int | None) -> Section | None:
    found = tuple(one for one in person.holdings if one.owner)
    number = sum(number for (_, owner), number in person.numbers.items() if owner)
    return Section(None, found[:most], number or len(found)) if found else None
