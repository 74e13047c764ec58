"""What changed between two times."""

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chamberlain import clock
from chamberlain.model.change import Section
from chamberlain.policy.moment import read_moment
from chamberlain.queries import connections, history
from chamberlain.queries.state import one_state
from chamberlain.web.address import Address, choice_from, text_from
from chamberlain.web.frame import show, wants_fragment
from chamberlain.web.identity import viewer_of
from chamberlain.web.slider import stamp

USUAL = timedelta(days=7)
OF_EACH = 10
SECTIONS = tuple(section.value for section in Section)


@require_safe
@one_state()
def show_changes(request: HttpRequest, slug: str) -> HttpResponse:
    """The differences between two times: the beginning of each section, or one of them page by page."""
    viewer = viewer_of(request)
    tenant = connections.find_tenant(viewer=viewer, slug=slug)
    since = history.known_since(viewer=viewer, tenant=tenant)
    now = clock.now()
    begin = _from(text_from(request, "from"), since=since, now=now)
    end = read_moment(text_from(request, "to"), now=now) if text_from(request, "to") else now
    section = choice_from(request, "section", SECTIONS)
    address = Address(request.path, {"from": stamp(begin), "to": stamp(end), "section": section})
    context: dict[str, object] = {
        "tenant": tenant,
        "since": since,
        "begin": begin,
        "end": end,
        "address": address,
        "section": Section(section) if section else None,
    }
    if since is not None and section:
        page = history.list_differences(
            viewer=viewer,
            tenant=tenant,
            section=Section(section),
            begin=begin,
            end=end,
            cursor=request.GET.get("cursor") or None,
        )
        context |= {"page": page, "changes": page.rows}
    elif since is not None:
        found = history.find_differences(viewer=viewer, tenant=tenant, begin=begin, end=end, limit=OF_EACH)
        context |= {
            "found": found,
            "sections": tuple(
                (one, total, found.changes.get(one, ()), address.with_(section=one.value))
                for one, total in found.totals.items()
            ),
            "total": sum(found.totals.values()),
        }
    if wants_fragment(request, target="results"):
        return render(request, "history/_changes.html", context)
    return show(request, "history/changes.html", context, tenant=tenant)


def _from(typed: str, *, since: datetime | None, now: datetime) -> datetime:
    """The beginning of the period: a week ago, or the first sync where that is later."""
    if typed:
        return read_moment(typed, now=now, ends=False)
    return max(now - USUAL, since) if since else now
