"""Making a plan: put together change by change, of what was ticked, or of a list that was pasted or uploaded."""

from dataclasses import dataclass, field, replace
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
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
from chamberlain.queries import composing, connections, people, permissions
from chamberlain.queries.changing import Changing, what_may_change
from chamberlain.queries.people import PersonRow
from chamberlain.queries.permissions import PermissionRow
from chamberlain.queries.typed import Typed, read_typed
from chamberlain.queries.wishes import timed
from chamberlain.sentences import explain
from chamberlain.settings import load
from chamberlain.web.address import text_in
from chamberlain.web.frame import show, wants_fragment
from chamberlain.web.identity import viewer_of
from chamberlain.web.plan_asks import ASKS, What
from chamberlain.web.plan_called import called
from chamberlain.web.plan_composer import Composer, choices_of_person
from chamberlain.web.plan_draft import FIELD, MOST_TICKED, Tick, read, ticks, verb_for, written
from chamberlain.web.plan_making import Maker, WrongError
from chamberlain.web.plan_preview import preview
from chamberlain.web.plan_wanted import Wanted, wanted
from chamberlain.web.problems import status_of

FOUND = 12
LONGEST_REASON = 1_000
MOST_MEANT = 200
PARTS = ("who-list", "things", "gone-list", "options", "composer")  # what htmx takes out of the form
ALONE = (Verb.ENABLE, Verb.BLOCK, Verb.REVOKE_SESSIONS, Verb.REPROCESS_LICENCES)


@dataclass(frozen=True, slots=True)
class Focus:
    """Where somebody began: at a person, at a permission, or nowhere."""

    person: PersonRow | None = None
    permission: PermissionRow | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """What was sent, and what came of it. `errors`: a sentence for each field of the form that is wrong."""

    request: HttpRequest
    viewer: Actor
    tenant: Tenant
    given: QueryDict
    focus: Focus
    changing: Changing
    form: Wanted
    changes: tuple[Change, ...]
    errors: dict[str, str] = field(default_factory=dict)
    added: str = ""
    failure: ChamberlainError | None = None
    typed: Typed | None = None

    def context(self) -> dict[str, object]:
        """What the template needs."""
        chosen = ticks(
            composing.names_of(viewer=self.viewer, tenant=self.tenant, changes=self.changes),
            called=called(self.changes, viewer=self.viewer, tenant=self.tenant),
        )
        form = Composer(self.viewer, self.tenant, self.form, self.changing, self.errors, self.focus.permission)
        return {
            **form.context(),
            **self._quick({one.value for one in chosen}),
            "tenant": self.tenant,
            "changing": self.changing,
            "person": self.focus.person,
            "permission": self.focus.permission,
            "by_list": self.given.get("by", "") == "list" or "list" in self.given,
            "chosen": chosen,
            "until": text_in(self.given, "until"),
            "reason": self.reason,
            "list": self.typed.text if self.typed else self.given.get("list", ""),
            "typed": self.typed,
            "added": self.added,
            "unlooked": bool(self.changes) and not self.is_sent,
            "failure": explain(self.failure) if self.failure else None,
            "code": self.failure.code if self.failure else "",
        }

    @property
    def is_sent(self) -> bool:
        """Whether somebody sent the form, not only opened an address."""
        return self.request.method == "POST"

    @property
    def reason(self) -> str:
        """Why, as it was typed."""
        return self.given.get("reason", "").strip()[:LONGEST_REASON]

    def _quick(self, values: set[str]) -> dict[str, object]:
        """What is given by looking for it and ticking it, at a person or at a permission."""
        find, as_owner = text_in(self.given, "find"), text_in(self.given, "as") == "owner"
        permission = self.focus.permission
        found = _found(self, find, as_owner=as_owner)
        return {
            "find": find,
            "as_owner": as_owner,
            "may_own": permission is not None and permission.kind in self.changing.owner_kinds,
            "is_open": _is_open(self.focus, self.changing),
            "found": tuple(one for one in found if one.value not in values),
            "alone": _alone(self.focus, self.changing, values),
        }


@require_http_methods(["GET", "HEAD", "POST"])
def new_plan(request: HttpRequest, slug: str) -> HttpResponseBase:
    """What is to change, and why; a POST looks for something, adds to the draft, shows it or makes the plan.

    A GET asks the tenant nothing, whatever its address says: an address can be followed without anybody meaning it.
    """
    viewer = viewer_of(request)
    tenant = connections.find_tenant(viewer=viewer, slug=slug)
    require(viewer, Deed.MAKE_PLAN, tenant_id=tenant.id)
    page = _page(request, viewer, tenant)
    do = text_in(request.POST, "do") if request.method == "POST" else ""
    if do == "list":
        return _of_list(page)
    if do in ("add", "plan") and (do == "add" or page.form.ask is not None):
        page = _added(page)
        if page.errors or do == "add":
            return _answer(page)
    if do == "plan":
        return _made(page, page.changes)
    if page.is_sent and wants_fragment(request, target="preview"):
        return render(request, "plans/_preview.html", {**_previewed(page), "tenant": tenant})
    return _answer(page)


def _page(request: HttpRequest, viewer: Actor, tenant: Tenant) -> Page:
    given = request.POST if request.method == "POST" else request.GET
    focus = _focus(given, viewer, tenant)
    form = wanted(given)
    if focus.person is not None and not form.who:
        form = replace(form, who=choices_of_person(focus.person.guid))
    if focus.permission is not None and form.ask is not None:
        form = _about(form, focus.permission)
    changing = what_may_change(viewer=viewer, tenant=tenant)
    return Page(request, viewer, tenant, given, focus, changing, form, read(given.getlist(FIELD)))


def _about(form: Wanted, permission: PermissionRow) -> Wanted:
    """At a permission, what is given is that one until somebody chooses another."""
    ask = form.ask
    is_its_kind = ask is not None and ask.what in (What.THING, What.LICENCE) and permission.kind in ask.kinds
    return replace(form, what=(permission.key,)) if is_its_kind and not form.what else form


def _focus(given: QueryDict, viewer: Actor, tenant: Tenant) -> Focus:
    """raises  NotFound: person_not_found, permission_not_found."""
    person, key = text_in(given, "person"), text_in(given, "permission")
    if person:
        try:
            guid = UUID(person)
        except ValueError:
            return Focus()
        return Focus(person=people.find_profile(viewer=viewer, tenant=tenant, guid=guid).row)
    if key:
        return Focus(permission=permissions.find_permission(viewer=viewer, tenant=tenant, key=key).row)
    return Focus()


def _added(page: Page) -> Page:
    """The page with the changes of the form among those to be planned, or with what is wrong with it."""
    form = page.form
    if form.ask is None:
        return replace(page, errors={"verb": _("Choose first what is to happen.")})
    try:
        made = Maker(page.viewer, page.tenant, form, form.ask, MOST_TICKED - len(page.changes)).changes()
    except WrongError as wrong:
        return replace(page, errors=dict(wrong.fields))
    kept = tuple(one for one in page.changes if one not in made)
    told = ngettext("%(n)s change added.", "%(n)s changes added.", len(made)) % {"n": f"{len(made):,}"}
    return replace(page, changes=(*kept, *made), form=Wanted(None, who=form.who), added=told)


def _answer(page: Page) -> HttpResponse:
    """The page, or the part of it that htmx asks for. What is wrong with a form is told in it, with a status of 400."""
    context = page.context()
    status = status_of(page.failure) if page.failure else 400 if page.errors else 200
    if wants_fragment(page.request, target="draft"):
        return render(page.request, "plans/_draft.html", context, status=status)
    if wants_fragment(page.request, target="plan-body"):
        return render(page.request, "plans/_body.html", {**context, "moved": True}, status=status)
    if any(wants_fragment(page.request, target=part) for part in PARTS):
        return render(page.request, "plans/_composer.html", context, status=status)
    if page.changes and page.is_sent and page.failure is None:
        context |= _previewed(page)
    response = show(page.request, "plans/new.html", context, tenant=page.tenant)
    response.status_code = status
    return response


def _previewed(page: Page) -> dict[str, object]:
    try:
        changes = _until(page, page.changes)
    except Refused as refusal:
        return {"preview": None, "preview_failure": explain(refusal), "preview_code": refusal.code}
    return preview(changes, viewer=page.viewer, tenant=page.tenant)


def _is_open(focus: Focus, changing: Changing) -> bool:
    """Whether what one began at may be given."""
    return changing.is_open and (focus.permission is None or focus.permission.kind in changing.kinds)


def _found(page: Page, text: str, *, as_owner: bool) -> tuple[Tick, ...]:
    """What may be given to the person, or whom the permission may be given to, for what was typed."""
    viewer, tenant, focus, changing = page.viewer, page.tenant, page.focus, page.changing
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
    """What may be done to the person's account itself, in one tick."""
    if focus.person is None:
        return ()
    needless = Verb.ENABLE if focus.person.enabled else Verb.BLOCK
    wishes = {written(verb, focus.person.guid): verb for verb in ALONE if verb is not needless and changing.may(verb)}
    return tuple(
        Tick(value, str(ASKS[verb].label), verb.gives) for value, verb in wishes.items() if value not in chosen
    )


def _of_list(page: Page) -> HttpResponseBase:
    """Plans what the list says, or shows what of it is unclear."""
    try:
        typed = _typed(page.request, page.viewer, page.tenant)
    except Refused as refusal:
        return _answer(replace(page, failure=refusal))
    page = replace(page, typed=typed)
    if typed.unclear or typed.too_many or not typed.changes:
        failure = None if typed.unclear or typed.too_many else Refused("plan_empty")
        return _answer(replace(page, failure=failure))
    return _made(page, typed.changes)


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


def _until(page: Page, changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """The changes with the end that counts for all of them.

    raises  Refused("time_unreadable" | "end_passed")
    """
    typed, now = text_in(page.given, "until"), clock.now()
    end = read_end(typed, now=now) if typed else None
    found = changes if end is None else tuple(timed(one, until=end) for one in changes)
    for one in found:
        if one.options.ends is not None and one.options.ends <= now:
            raise Refused("end_passed", text=one.options.ends.isoformat())
    return found


def _made(page: Page, changes: tuple[Change, ...]) -> HttpResponseBase:
    try:
        plan_id = make_plan(
            actor=page.viewer, tenant=page.tenant, changes=_until(page, changes), reason=page.reason, settings=load()
        )
    except ChamberlainError as error:
        if status_of(error) == 403:
            raise
        return _answer(replace(page, failure=error))
    messages.info(page.request, _("This is what would happen. Nothing was changed yet."))
    return redirect("plan", slug=page.tenant.slug, plan_id=plan_id)
