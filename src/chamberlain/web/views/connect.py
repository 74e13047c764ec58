"""Integrations, and the way to a connected tenant."""

from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from chamberlain.actions.begin_connect import begin_connect
from chamberlain.actions.complete_connect import complete_connect
from chamberlain.errors import ChamberlainError, Upstream
from chamberlain.model.actor import Actor
from chamberlain.policy.authority import Deed, may
from chamberlain.queries import connections
from chamberlain.queries.connect_offer import show_connect_offer
from chamberlain.queries.leaving import list_leaving
from chamberlain.sentences import explain
from chamberlain.web.frame import frame_for, show, wants_fragment
from chamberlain.web.identity import viewer_of
from chamberlain.web.planned import carried, planned_of
from chamberlain.web.problems import quote_of, status_of


def guid_validator(value: str) -> None:
    """Passes what is an id of Microsoft's."""
    try:
        UUID(value)
    except ValueError as wrong:
        raise ValidationError(_("An id looks like 00000000-0000-0000-0000-000000000000.")) from wrong


class TenantForm(forms.Form):
    """Which tenant the administrator means to connect; may be left open."""

    tenant = forms.CharField(required=False, max_length=36, strip=True, validators=[guid_validator])


@require_safe
def list_integrations(request: HttpRequest) -> HttpResponse:
    """What can be connected, and how the connections are."""
    viewer = viewer_of(request)
    cards = connections.list_integrations(viewer=viewer)
    return show(request, "connect/integrations.html", {"cards": cards, "leaving": list_leaving(viewer=viewer)})


@require_http_methods(["GET", "HEAD", "POST"])
def connect(request: HttpRequest) -> HttpResponse:
    """What is needed; then what is asked for; a POST goes to Microsoft."""
    viewer = viewer_of(request)
    form = TenantForm(request.POST or None, initial={"tenant": request.GET.get("tenant", "")[:36]})
    if request.method == "POST" and form.is_valid() and not _names_none_of_theirs(viewer, form):
        address = begin_connect(
            actor=viewer, tenant=form.cleaned_data["tenant"] or None, capabilities=planned_of(request)
        )
        return redirect(address)
    step = "scopes" if request.method == "POST" or request.GET.get("step") == "scopes" else "before"
    named = form["tenant"].value() or ""
    offer = show_connect_offer(viewer=viewer, capabilities=planned_of(request), tenant_id=named)
    kept = [("step", "scopes"), *([("tenant", named)] if named else [])]
    context = {"offer": offer, "form": form, "kept": kept, "carried": carried(request, offer)}
    if wants_fragment(request, target="asked"):
        return render(request, "connect/_asked.html", context)
    return show(request, f"connect/{step}.html", context)


def _names_none_of_theirs(viewer: Actor, form: TenantForm) -> bool:
    """Whether somebody who may only connect tenants that they administer left open which."""
    if form.cleaned_data["tenant"] or may(viewer, Deed.CONNECT):
        return False
    form.add_error("tenant", _("Which of the tenants that you administer?"))
    return True


@require_safe
def callback(request: HttpRequest) -> HttpResponse:
    """Where Microsoft sends the administrator back to; each way it can end has its own page."""
    answer = {name: request.GET[name] for name in request.GET}
    try:
        tenant = complete_connect(actor=viewer_of(request), answer=answer)
    except ChamberlainError as error:
        context = {
            "frame": frame_for(request),
            "sentence": explain(error),
            "code": error.code,
            "quote": quote_of(request),
            "may_pass": isinstance(error, Upstream) or error.code == "consent_not_visible_yet",
        }
        return render(request, "connect/failed.html", context, status=status_of(error))
    return redirect("overview", slug=tenant.slug)
