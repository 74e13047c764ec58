"""Tokens of the API: one's own, those of others that one may revoke, making one, revoking one."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods

from chamberlain import clock
from chamberlain.actions.make_token import make_token, revoke_token
from chamberlain.errors import ChamberlainError, Refused
from chamberlain.model.actor import Actor
from chamberlain.model.api_token import LASTS, LONGEST_LASTS, LONGEST_NAME, ApiToken, TokenScope
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import Deed, may, require_somewhere
from chamberlain.queries import connections
from chamberlain.queries.api_tokens import list_tokens, offered_scopes
from chamberlain.sentences import explain
from chamberlain.web.address import text_in
from chamberlain.web.frame import show
from chamberlain.web.identity import viewer_of
from chamberlain.web.problems import status_of

DAYS = (7, 30, LASTS.days, 180, LONGEST_LASTS.days)
MEANINGS = {
    TokenScope.READ_DIRECTORY: gettext_noop("People, permissions, licences and consents, now or at a time"),
    TokenScope.READ_HISTORY: gettext_noop("What changed when"),
    TokenScope.READ_CONNECTIONS: gettext_noop("Connections, quotas and sync runs"),
    TokenScope.READ_AUDIT: gettext_noop("The audit trail"),
    TokenScope.RUN_SYNC: gettext_noop("Starting syncs"),
    TokenScope.MANAGE_VIEWS: gettext_noop("Keeping, sharing and deleting views"),
    TokenScope.MANAGE_CONNECTIONS: gettext_noop("Connecting tenants, slowing syncs down"),
    TokenScope.MANAGE_ROLES: gettext_noop("Giving and taking roles of everybody but its own person"),
    TokenScope.READ_PLANS: gettext_noop("Plans, how they went, tasks and guard rails"),
    TokenScope.MAKE_PLANS: gettext_noop("Planning changes, and what puts them back; it changes nothing"),
    TokenScope.APPROVE_PLANS: gettext_noop("Approving plans of others, and putting plans aside"),
    TokenScope.APPLY_PLANS: gettext_noop("Having plans carried out: it changes the tenant"),
    TokenScope.SETTLE_TASKS: gettext_noop("Taking, commenting and settling tasks"),
    TokenScope.MANAGE_GUARDS: gettext_noop("Setting guard rails"),
    TokenScope.STOP_WRITERS: gettext_noop("Stopping everything that writes, and letting it go on"),
}


@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """The tokens; a POST makes one, whose secret the answer shows this once, or revokes one."""
    viewer = viewer_of(request)
    require_somewhere(viewer, Deed.MAKE_TOKEN)
    if request.method != "POST":
        return _show(request, viewer)
    sent = request.POST
    try:
        if sent.get("do") == "make":
            secret, token = _make(viewer, sent)
            return _show(request, viewer, made=(secret, token))
        if sent.get("do") != "revoke":
            raise Http404
        revoked = _revoke(viewer, sent)
    except ChamberlainError as error:
        if error.code == "not_allowed":
            raise
        return _show(request, viewer, failure=error, typed=sent)
    messages.info(request, _("The token “%(name)s” is refused from now on.") % {"name": revoked.name})
    return redirect("tokens")


def _make(viewer: Actor, sent: QueryDict) -> tuple[str, ApiToken]:
    known = {scope.value: scope for scope in TokenScope}
    slug = text_in(sent, "tenant")
    days = text_in(sent, "days")
    if not (days.isascii() and days.isdigit() and len(days) < 5):
        raise Refused("token_lasts", most=LONGEST_LASTS.days)
    return make_token(
        actor=viewer,
        person=UUID(viewer.id),
        name=text_in(sent, "name"),
        scopes=frozenset(known[one] for one in sent.getlist("scope") if one in known),
        tenant=connections.find_tenant(viewer=viewer, slug=slug) if slug else None,
        lasts=timedelta(days=int(days)),
    )


def _revoke(viewer: Actor, sent: QueryDict) -> ApiToken:
    number = sent.get("number", "")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise Http404
    return revoke_token(actor=viewer, token_id=int(number))


def _show(
    request: HttpRequest,
    viewer: Actor,
    *,
    made: tuple[str, ApiToken] | None = None,
    failure: ChamberlainError | None = None,
    typed: Mapping[str, str] | None = None,
) -> HttpResponse:
    now, reached = clock.now(), connections.list_tenants(viewer=viewer)
    own = [tenant for tenant in reached if may(viewer, Deed.MAKE_TOKEN, tenant_id=tenant.id)]
    context: dict[str, object] = {
        "tokens": [(token, token.state(now=now)) for token in list_tokens(viewer=viewer)],
        "viewer_id": viewer.id,
        "scopes": _offered(viewer, own),
        "tenants": own,
        "everywhere": may(viewer, Deed.MAKE_TOKEN),
        "days": DAYS,
        "usual": str(LASTS.days),
        "longest": LONGEST_NAME,
        "secret": made[0] if made else "",
        "made": made[1] if made else None,
        "failure": explain(failure) if failure else None,
        "code": failure.code if failure else "",
        "typed": typed or {},
        "chosen": typed.getlist("scope") if isinstance(typed, QueryDict) else [TokenScope.READ_DIRECTORY.value],
    }
    response = show(request, "tokens/tokens.html", context)
    response.status_code = status_of(failure) if failure else 200
    return response


def _offered(viewer: Actor, own: list[Tenant]) -> list[tuple[TokenScope, str]]:
    places = [None, *(tenant.id for tenant in own)]
    offered = {scope for place in places for scope in offered_scopes(viewer=viewer, tenant_id=place)}
    return [(scope, _(MEANINGS[scope])) for scope in TokenScope if scope in offered]
