"""Every error code on one page, each with an anchor: errors on pages lead here."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chamberlain.queries.problems import list_problems
from chamberlain.web.frame import frame_or_none


@login_not_required  # who cannot sign in needs it most, and it tells nothing of anybody
@require_safe
def problem_list(request: HttpRequest) -> HttpResponse:
    """What happened, why, and what to do, for each code."""
    return render(request, "problem/list.html", {"problems": list_problems(), "frame": frame_or_none(request)})
