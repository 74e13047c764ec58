"""Making a plan: of what was ticked at a person or a permission, or of a list that was pasted or uploaded."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from chamberlain import clock
from chamberlain.actions.make_plan import make_plan
from chamberlain.errors import ChamberlainError, Refused
from chamberlain.model.actor import Actor
from chamberlain.model.plan import Change
from chamberlain.model.tenant import Tenant
from chamberlain.model.verb import Verb
from chamberlain.policy.authority import Deed, require
from chamberlain.policy.moment import read_end
from chamberlain.queries import connections, people, permissions
from chamberlain.queries.changing import Changing, what_may_change
from chamberlain.queries.people import PersonRow
from chamberlain.queries.permissions import PermissionRow
from chamberlain.queries.typed import Typed, names_of, read_typed
from chamberlain.queries.wishes import timed
from chamberlain.sentences import explain
from chamberlain.settings import load
from chamberlain.web.address import text_in
from chamberlain.web.frame import show, wants_fragment
from chamberlain.web.identity import viewer_of
from chamberlain.web.plan_draft import FIELD, Tick, read, ticks, verb_for, written
from chamberlain.web.problems import status_of

FOUND = 12
ALONE: dict[Verb, str | Promise] = {
    Verb.ENABLE: gettext_lazy("Let sign in again"),
    Verb.BLOCK: gettext_lazy("Block sign-in"),
    Verb.REVOKE_SESSIONS: gettext_lazy("Sign out everywhere"),
    Verb.REPROCESS_LICENCES: gettext_lazy("Have Microsoft look at the licences again"),
}
LONGEST_REASON = 1_000
MOST_MEANT = 200


@dataclass(frozen=True, slots=True)
class Focus:
    """Where somebody began: at a person, at a permission, or nowhere."""

    person: PersonRow | None = None
    permission: PermissionRow | None = None


@require_http_methods(["GET", "HEAD", "POST"])
def new_plan(request: HttpRequest, slug: str) -> HttpResponseBase:
    """What is to change, and why; a POST looks for more to change, or makes the plan."""
    viewer = viewer_of(request)
    tenant = connections.find_tenant(viewer=viewer, slug=slug)
    require(viewer, Deed.MAKE_PLAN, tenant_id=tenant.id)
    given = request.POST if request.method == "POST" else request.GET
    do = text_in(request.POST, "do") if request.method == "POST" else ""
    focus = _focus(given, viewer, tenant)
    context = _context(given, viewer, tenant, focus)
    if do == "list":
        return _of_list(request, viewer, tenant, context)
    if do == "plan":
        return _made(request, viewer, tenant, read(given.getlist(FIELD)), context)
    if wants_fragment(request, target="draft"):
        return render(request, "plans/_draft.html", context)
    return show(request, "plans/new.html", context, tenant=tenant)


def _focus(given: QueryDict, viewer: Actor, tenant: Tenant) -> Focus:
    """raises  NotFound: person_not_found, permission_not_found."""
    person, key = text_in(given, "person"), text_in(given, "permission")
    if person:
        try:
            guid = UUID(person)
        except ValueError:
            return Focus()
        return Focus(person=people.find_person(viewer=viewer, tenant=tenant, guid=guid).row)
    if key:
        return Focus(permission=permissions.find_permission(viewer=viewer, tenant=tenant, key=key).row)
    return Focus()


def _context(given: QueryDict, viewer: Actor, tenant: Tenant, focus: Focus) -> dict[str, object]:
    changing = what_may_change(viewer=viewer, tenant=tenant)
    changes = read(given.getlist(FIELD))
    chosen = ticks(names_of(viewer=viewer, tenant=tenant, changes=changes))
    find, as_owner = text_in(given, "find"), text_in(given, "as") == "owner"
    values = {one.value for one in chosen}
    found = _found(viewer, tenant, focus, changing, find, as_owner=as_owner)
    return {
        "tenant": tenant,
        "changing": changing,
        "person": focus.person,
        "permission": focus.permission,
        "chosen": chosen,
        "find": find,
        "as_owner": as_owner,
        "may_own": focus.permission is not None and focus.permission.kind in changing.owner_kinds,
        "is_open": _is_open(focus, changing),
        "found": tuple(one for one in found if one.value not in values),
        "alone": _alone(focus, changing, values),
        "until": text_in(given, "until"),
        "reason": given.get("reason", "").strip()[:LONGEST_REASON],
        "list": given.get("list", "") if "list" in given else "",
        "typed": None,
        "failure": None,
    }


def _is_open(focus: Focus, changing: Changing) -> bool:
    """Whether what one began at may be given."""
    return changing.is_open and (focus.permission is None or focus.permission.kind in changing.kinds)


def _found(
    viewer: Actor, tenant: Tenant, focus: Focus, changing: Changing, text: str, *, as_owner: bool
) -> tuple[Tick, ...]:
    """What may be given to the person, or whom the permission may be given to, for what was typed."""
    if not text or not _is_open(focus, changing):
        return ()
    if focus.person is not None:
        things = permissions.first_permissions(viewer=viewer, tenant=tenant, text=text, size=FOUND)
        guid = focus.person.guid
        return tuple(_permission_tick(row, guid) for row in things if row.kind in changing.kinds)
    if focus.permission is None:
        return ()
    verb = verb_for(focus.permission.kind, gives=True, as_owner=as_owner)
    key = focus.permission.key
    rows = people.first_people(viewer=viewer, tenant=tenant, text=text, size=FOUND)
    return tuple(Tick(written(verb, row.guid, key), f"{row.name} ({row.user_name})", gives=True) for row in rows)


def _permission_tick(row: PermissionRow, guid: UUID) -> Tick:
    name = f"{row.app}: {row.name}" if row.app and row.app != row.name else row.name
    return Tick(written(verb_for(row.kind, gives=True), guid, row.key), f"{name} ({row.mail})" if row.mail else name,
                gives=True)  # fmt: skip


def _alone(focus: Focus, changing: Changing, chosen: set[str]) -> tuple[Tick, ...]:
    """What may be done to the person's account itself."""
    if focus.person is None:
        return ()
    needless = Verb.ENABLE if focus.person.enabled else Verb.BLOCK
    wishes = {written(verb, focus.person.guid): verb for verb in changing.alone if verb is not needless}
    return tuple(Tick(value, str(ALONE[verb]), verb.gives) for value, verb in wishes.items() if value not in chosen)


def _of_list(request: HttpRequest, viewer: Actor, tenant: Tenant, context: dict[str, object]) -> HttpResponseBase:
    """Plans what the list says, or shows what of it is unclear."""
    try:
        typed = _typed(request, viewer, tenant)
    except Refused as refusal:
        return _again(request, tenant, context, failure=refusal)
    context = {**context, "typed": typed, "list": typed.text}
    if typed.unclear or typed.too_many or not typed.changes:
        failure = None if typed.unclear or typed.too_many else Refused("plan_empty")
        return _again(request, tenant, context, failure=failure)
    return _made(request, viewer, tenant, typed.changes, context)


def _typed(request: HttpRequest, viewer: Actor, tenant: Tenant) -> Typed:
    text = request.POST.get("list", "")
    file = request.FILES.get("file")
    if file is not None and file.name:
        try:
            text = "\n".join(part for part in (file.read().decode("utf-8-sig"), text.strip()) if part)
        except UnicodeDecodeError as error:
            raise Refused("plan_malformed", text=file.name, reason=type(error).__name__) from error
    meant = {}
    for value in _choices(request.POST):
        column, _bar, rest = value.partition("|")
        said, _bar, chosen = rest.rpartition("|")
        if chosen:
            meant[column, said.lower()] = chosen
    return read_typed(viewer=viewer, tenant=tenant, listed=text, meant=meant)


def _choices(given: QueryDict) -> list[str]:
    """What was chosen where a text may mean several things; each is a group of radio buttons of its own."""
    return [str(given[name]) for name in given if name.startswith("meant-")][:MOST_MEANT]


def _made(
    request: HttpRequest, viewer: Actor, tenant: Tenant, changes: tuple[Change, ...], context: dict[str, object]
) -> HttpResponseBase:
    until = str(context["until"])
    try:
        if until:
            end = read_end(until, now=clock.now())
            changes = tuple(timed(one, until=end) for one in changes)
        plan_id = make_plan(
            actor=viewer, tenant=tenant, changes=changes, reason=str(context["reason"]), settings=load()
        )
    except ChamberlainError as error:
        if status_of(error) == 403:
            raise
        return _again(request, tenant, context, failure=error)
    messages.info(request, _("This is what would happen. Nothing was changed yet."))
    return redirect("plan", slug=tenant.slug, plan_id=plan_id)


def _again(
    request: HttpRequest, tenant: Tenant, context: dict[str, object], *, failure: ChamberlainError | None
) -> HttpResponse:
    told = {"failure": explain(failure) if failure else None, "code": failure.code if failure else ""}
    response = show(request, "plans/new.html", {**context, **told}, tenant=tenant)
    response.status_code = status_of(failure) if failure else 200
    return response
