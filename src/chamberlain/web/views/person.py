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
    person = people.find_person(viewer=viewer, tenant=tenant, guid=guid, at=at)
    moments = history.person_moments(viewer=viewer, tenant=tenant, guid=guid)
    return {
        **context,
        "slider": slider_for(address, at=at, moments=moments),
        "at_query": address.with_().removeprefix(request.path),
        "consents": consents.consents_of(viewer=viewer, tenant=tenant, guid=guid, at=at),
        "made_since": made_since_of_person(viewer=viewer, tenant=tenant, guid=guid) if at is None else None,
        **_sections(person),
    }


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
