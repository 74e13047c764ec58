"""Pages for what goes wrong before or beside a view."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from chamberlain.sentences import Sentence
from chamberlain.web.problems import quote_of, sentence_of, show_problem


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django passes it by name
    """An address or a form that no page of ours has made."""
    sentence = Sentence(
        _("This request cannot be understood."),
        _("The address or the form was damaged on its way."),
        _("Go back and try again."),
    )
    return show_problem(request, sentence, status=400, code="bad_request")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django passes it by name
    """Something that this person may not do."""
    return show_problem(request, sentence_of("not_allowed", {}), status=403, code="not_allowed")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django passes it by name
    """A form that did not come from a page of ours, or from one that has grown too old."""
    sentence = Sentence(
        _("This form was not accepted."),
        _("It did not come from a page of this session; the session may have ended since the page was opened."),
        _("Open the page again and repeat what you did."),
    )
    return show_problem(request, sentence, status=403, code="form_not_ours")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django passes it by name
    """An address that leads nowhere."""
    sentence = Sentence(
        _("There is no such page."),
        _("The address is mistyped, or what it led to is no longer here."),
        _("Search for it, or start from the overview."),
    )
    return show_problem(request, sentence, status=404, code="page_not_found")


def defect(request: HttpRequest) -> HttpResponse:
    """A failure outside every view; asks neither database nor session."""
    context = {"sentence": sentence_of("unexpected", {}), "quote": quote_of(request), "code": "unexpected"}
    return render(request, "problem/problem.html", {**context, "frame": None, "status": 500}, status=500)
