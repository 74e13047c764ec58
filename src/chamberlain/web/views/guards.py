"""Guard rails of a tenant: limits, windows, what is protected, simulation; and stopping everything that writes."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods

from chamberlain.actions.stop_writers import choose_four_eyes, release_writers, set_guards, stop_writers
from chamberlain.errors import ChamberlainError
from chamberlain.model.actor import Actor
from chamberlain.model.guard import Eyes, Rails
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import Deed, may, require
from chamberlain.policy.planning import rails as typed_rails
from chamberlain.policy.planning.four_eyes import MASS
from chamberlain.policy.planning.windows import zones
from chamberlain.policy.planning.words import say_moment
from chamberlain.queries import connections
from chamberlain.queries.guards import GuardPage, halted_everywhere, show_guards
from chamberlain.queries.people import match_profile
from chamberlain.queries.plans import match_permission
from chamberlain.sentences import explain
from chamberlain.web.address import path_or, text_in
from chamberlain.web.frame import show
from chamberlain.web.identity import viewer_of
from chamberlain.web.problems import status_of

LONGEST_REASON = 500
DAYS = tuple(
    (str(place), name)
    for place, name in enumerate(
        (
            gettext_noop("Monday"),
            gettext_noop("Tuesday"),
            gettext_noop("Wednesday"),
            gettext_noop("Thursday"),
            gettext_noop("Friday"),
            gettext_noop("Saturday"),
            gettext_noop("Sunday"),
        )
    )
)
EYES: dict[Eyes, tuple[str, str]] = {
    Eyes.PASSWORDS: (gettext_noop("Passwords"), gettext_noop("Resetting the password of somebody.")),
    Eyes.DELETIONS: (gettext_noop("Deleting people"), gettext_noop("Their accounts, with what belongs to them.")),
    Eyes.MAILBOXES: (
        gettext_noop("Somebody's mail"),
        gettext_noop("Forwarding it, and letting others open the mailbox or send in somebody's name."),
    ),
    Eyes.MASS: (
        gettext_noop("Many changes at once"),
        gettext_noop("Plans of more than %(count)d changes, whatever they are."),
    ),
    Eyes.ACCOUNTS: (
        gettext_noop("Accounts of people"),
        gettext_noop("Creating, changing, restoring; the rest of mailboxes. Who blocks in person never waits."),
    ),
    Eyes.GROUPS: (gettext_noop("Groups"), gettext_noop("Members and owners of groups of every kind.")),
    Eyes.LICENCES: (gettext_noop("Licences"), gettext_noop("Licences, and the services in them.")),
    Eyes.PRODUCTS: (gettext_noop("Roles of applications"), gettext_noop("Who may use which application as what.")),
}


@require_http_methods(["GET", "HEAD", "POST"])
def guards(request: HttpRequest, slug: str) -> HttpResponse:
    """The guard rails; a POST changes one group of them, stops everything that writes, or lets it go on."""
    viewer = viewer_of(request)
    tenant = connections.find_tenant(viewer=viewer, slug=slug)
    if request.method != "POST":
        return _show(request, viewer, tenant)
    sent = request.POST
    deed = DEEDS.get(sent.get("do", ""))
    try:
        if deed is None:
            # Whoever may change nothing here learns that first, whatever else was wrong with what they sent.
            require(viewer, Deed.SET_GUARDS, tenant_id=tenant.id)
            raise Http404
        told = deed(viewer, tenant, sent)
    except ChamberlainError as error:
        if error.code == "not_allowed":
            raise
        return _show(request, viewer, tenant, failure=error, typed=sent)
    messages.info(request, told)
    return redirect(path_or(f"/t/{tenant.slug}/guards", given=sent.get("next", ""), request=request))


@require_http_methods(["GET", "HEAD", "POST"])
def stop_all(request: HttpRequest) -> HttpResponse:
    """The stop of every tenant; a POST presses it, or lets everything go on."""
    viewer = viewer_of(request)
    require(viewer, Deed.STOP_EVERYTHING)
    if request.method == "POST":
        reason = _reason(request.POST)
        if request.POST.get("do") == "release":
            release_writers(actor=viewer, tenant=None, reason=reason)
            messages.info(request, _("Writing goes on in every tenant; plans that were paused wait to be applied."))
        elif request.POST.get("do") == "stop":
            stop_writers(actor=viewer, tenant=None, reason=reason)
            messages.info(request, _("Stopped in every tenant: nothing more is written."))
        else:
            raise Http404
        return redirect(path_or("/stop", given=request.POST.get("next", ""), request=request))
    return show(request, "guards/stop.html", {"halt": halted_everywhere(viewer=viewer)})


def _show(
    request: HttpRequest,
    viewer: Actor,
    tenant: Tenant,
    *,
    failure: ChamberlainError | None = None,
    typed: QueryDict | None = None,
) -> HttpResponse:
    page = show_guards(viewer=viewer, tenant=tenant)
    figures = {name: str(getattr(page.rails, name)) for name in typed_rails.BOUNDS}
    figures[typed_rails.DELAY] = str(page.delay_hours)
    kept = typed if typed is not None and typed.get("do") == "limits" else QueryDict()
    bounds = {**typed_rails.BOUNDS, typed_rails.DELAY: typed_rails.DELAY_BOUND}
    context = {
        "tenant": tenant,
        "page": page,
        "fields": {name: (kept.get(name, value)[:20], bounds[name]) for name, value in figures.items()},
        "days": tuple((value, _(name)) for value, name in DAYS),
        "windows": tuple(
            (place, tuple(_(DAYS[day][1]) for day in one.days), one) for place, one in enumerate(page.rails.windows)
        ),
        "zones": zones(),
        "eyes": _eyes(page, viewer),
        "may_set": may(viewer, Deed.SET_GUARDS, tenant_id=tenant.id),
        "may_stop": may(viewer, Deed.STOP_WRITERS, tenant_id=tenant.id),
        "may_stop_all": may(viewer, Deed.STOP_EVERYTHING),
        "here": tuple(one for one in page.halts if one.tenant_id is not None),
        "everywhere": next((one for one in page.halts if one.tenant_id is None), None),
        "failure": explain(failure) if failure else None,
        "code": failure.code if failure else "",
        "typed": typed,
    }
    response = show(request, "guards/guards.html", context, tenant=tenant)
    response.status_code = status_of(failure) if failure else 200
    return response


def _eyes(page: GuardPage, viewer: Actor) -> list[dict[str, object]]:
    """What may take a second person, whether it does, and who wants to be without it."""
    easing = {one.what: one for one in page.rails.easing if one.what in page.eyes}
    return [
        {
            "what": what.value,
            "name": _(name),
            "note": _(note) % {"count": MASS} if "%(" in note else _(note),
            "is_on": what in page.eyes,
            "easing": easing.get(what),
            "is_own": what in easing and easing[what].by == viewer.id,
            "until": say_moment(easing[what].until, zone=page.rails.zone) if what in easing else "",
        }
        for what, (name, note) in EYES.items()
    ]


def _stop(viewer: Actor, tenant: Tenant, sent: QueryDict) -> str:
    stop_writers(actor=viewer, tenant=tenant, reason=_reason(sent))
    return _("Stopped: nothing more is written to this tenant.")


def _release(viewer: Actor, tenant: Tenant, sent: QueryDict) -> str:
    release_writers(actor=viewer, tenant=tenant, reason=_reason(sent))
    return _("Writing goes on; plans that were paused wait to be applied.")


def _simulate(viewer: Actor, tenant: Tenant, sent: QueryDict) -> str:
    is_on = sent.get("simulates") == "yes"
    set_guards(actor=viewer, tenant=tenant, simulates=is_on)
    return _("Plans are only rehearsed from now on.") if is_on else _("Plans are carried out from now on.")


def _limits(viewer: Actor, tenant: Tenant, sent: QueryDict) -> str:
    figures = {name: text for name, text in sent.items() if isinstance(text, str)}
    return _set(viewer, tenant, lambda rails: typed_rails.read_figures(rails, figures))


def _add_window(viewer: Actor, tenant: Tenant, sent: QueryDict) -> str:
    require(viewer, Deed.SET_GUARDS, tenant_id=tenant.id)
    window = typed_rails.read_window(days=sent.getlist("day"), begins=sent.get("begins", ""), ends=sent.get("ends", ""))
    return _set(viewer, tenant, lambda rails: typed_rails.with_window(rails, window))


def _set_zone(viewer: Actor, tenant: Tenant, sent: QueryDict) -> str:
    return _set(viewer, tenant, lambda rails: typed_rails.with_zone(rails, text_in(sent, "zone")))


def _more_eyes(viewer: Actor, tenant: Tenant, sent: QueryDict) -> str:
    what = typed_rails.read_eyes(sent.get("what", ""))
    choose_four_eyes(actor=viewer, tenant=tenant, more=frozenset({what}))
    return _("From now on it takes a second person.")


def _less_eyes(viewer: Actor, tenant: Tenant, sent: QueryDict) -> str:
    what = typed_rails.read_eyes(sent.get("what", ""))
    choose_four_eyes(actor=viewer, tenant=tenant, less=frozenset({what}))
    if what in show_guards(viewer=viewer, tenant=tenant).eyes:
        return _("Noted. It still takes a second person: see below until when.")
    return _("It takes no second person any more.")


def _drop_window(viewer: Actor, tenant: Tenant, sent: QueryDict) -> str:
    number = sent.get("number", "")
    if not (number.isascii() and number.isdecimal() and len(number) < 4):
        raise Http404
    return _set(viewer, tenant, lambda rails: typed_rails.without_window(rails, int(number)))


def _protect(viewer: Actor, tenant: Tenant, sent: QueryDict) -> str:
    require(viewer, Deed.SET_GUARDS, tenant_id=tenant.id)
    person, permission = text_in(sent, "person"), text_in(sent, "permission")
    account = str(match_profile(viewer=viewer, tenant=tenant, text=person).row.guid) if person else ""
    key = match_permission(viewer=viewer, tenant=tenant, text=permission) if permission else ""
    return _set(viewer, tenant, lambda rails: typed_rails.protecting(rails, account=account, permission=key))


def _unprotect(viewer: Actor, tenant: Tenant, sent: QueryDict) -> str:
    return _set(viewer, tenant, lambda rails: typed_rails.unprotecting(rails, sent.get("what", "")))


def _set(viewer: Actor, tenant: Tenant, change: Callable[[Rails], Rails]) -> str:
    if not set_guards(actor=viewer, tenant=tenant, rails=change):
        return _("Nothing was changed.")
    return _("Guard rails set. They count from the next step of every plan on.")


def _reason(sent: QueryDict) -> str:
    return sent.get("reason", "").strip()[:LONGEST_REASON]


DEEDS: dict[str, Callable[[Actor, Tenant, QueryDict], str]] = {
    "stop": _stop,
    "release": _release,
    "simulate": _simulate,
    "limits": _limits,
    "more_eyes": _more_eyes,
    "less_eyes": _less_eyes,
    "zone": _set_zone,
    "add_window": _add_window,
    "drop_window": _drop_window,
    "protect": _protect,
    "unprotect": _unprotect,
}
