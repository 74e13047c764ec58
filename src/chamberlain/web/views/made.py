"""Changes made: every step of every plan, filtered, and taken away."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chamberlain import clock
from chamberlain.model.actor import Actor
from chamberlain.model.made import AskedChanges
from chamberlain.model.plan import Change, StepState, Subject
from chamberlain.model.tenant import Tenant
from chamberlain.model.verb import Verb
from chamberlain.model.view import ListName
from chamberlain.policy.authority import Deed, may
from chamberlain.policy.moment import read_moment
from chamberlain.policy.planning.words import STEP_STATE, say_change
from chamberlain.queries import connections
from chamberlain.queries.made_changes import MadeChange, count_made, every_made, list_made
from chamberlain.web import columns, csv
from chamberlain.web.address import Address, choice_from, text_from
from chamberlain.web.frame import show, wants_fragment
from chamberlain.web.identity import viewer_of

FILTERS = ("person", "permission", "who", "verb", "state", "from", "to")
VERBS = tuple(verb.value for verb in Verb)
STATES = tuple(state.value for state in StepState)


@require_safe
def made_changes(request: HttpRequest, slug: str) -> HttpResponseBase:
    """What plans changed or tried to, newest first; as CSV where that is asked for."""
    viewer = viewer_of(request)
    tenant = connections.find_tenant(viewer=viewer, slug=slug)
    params = {name: text_from(request, name) for name in FILTERS}
    params |= {"verb": choice_from(request, "verb", VERBS), "state": choice_from(request, "state", STATES)}
    asked, address = _asked(params), Address(request.path, params)
    if csv.is_asked(request):
        return _file(viewer, tenant, asked, address)
    page = list_made(viewer=viewer, tenant=tenant, wanted=asked, before=text_from(request, "before"))
    context = {
        "tenant": tenant,
        "page": page,
        "address": address,
        "older": address.with_(before=page.older) if page.older else "",
        "newest": address.with_() if "before" in request.GET else "",
        "narrowed": any(params.values()),
        "verbs": tuple((verb.value, _said(verb)) for verb in Verb),
        "states": tuple((state.value, STEP_STATE[state]) for state in StepState),
        "may_export": may(viewer, Deed.EXPORT_LIST, tenant_id=tenant.id),
    }
    if wants_fragment(request, target="results"):
        return render(request, "plans/_made.html", context)
    return show(request, "plans/made.html", context, tenant=tenant)


def _said(verb: Verb) -> str:
    return say_change(Change(verb, Subject("")), who="…", what="…")


def _asked(params: Mapping[str, str]) -> AskedChanges:
    now = clock.now()
    return AskedChanges(
        person=params["person"],
        permission=params["permission"],
        actor=params["who"],
        verbs=(params["verb"],) if params["verb"] else (),
        states=(params["state"],) if params["state"] else (),
        since=read_moment(params["from"], now=now, ends=False) if params["from"] else None,
        until=read_moment(params["to"], now=now) if params["to"] else None,
    )


class _Made:
    """All changes that were asked for, as the file wants them."""

    def __init__(self, viewer: Actor, tenant: Tenant, asked: AskedChanges) -> None:
        self.count = count_made(viewer=viewer, tenant=tenant, wanted=asked)
        self._found = every_made(viewer=viewer, tenant=tenant, wanted=asked)

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        return (_plain(one) for one in self._found)

    def close(self) -> None:
        """Nothing is held between two pieces."""


def _plain(one: MadeChange) -> dict[str, Any]:
    told = {
        name: json.dumps(value, ensure_ascii=False) for name, value in (("before", one.before), ("proof", one.proof))
    }
    return {**asdict(one), **told, "cause": one.cause.value, "state": one.state}


def _file(viewer: Actor, tenant: Tenant, asked: AskedChanges, address: Address) -> HttpResponseBase:
    return csv.answer(
        _Made(viewer, tenant, asked),
        actor=viewer,
        tenant=tenant,
        list_name=ListName.MADE_CHANGES,
        columns=columns.MADE_CHANGES,
        query=address.query,
    )
