"""How much and how often: bodies that are too long and attempts that are too many go no further."""

import re

from django.http import HttpRequest, HttpResponse

from chamberlain.actions.limit_rate import limit_rate
from chamberlain.errors import Refused
from chamberlain.policy.evidence import MEGABYTES
from chamberlain.policy.rate import Rate
from chamberlain.sentences import explain
from chamberlain.web.gate import GetResponse
from chamberlain.web.peer import address_of, network_of
from chamberlain.web.problems import show_problem, status_of

MOST_FORM_BYTES = 262_144
EVIDENCE = re.compile(r"/t/[-\w]+/tasks/\d+/evidence", re.ASCII)
MOST_EVIDENCE_BYTES = MEGABYTES * 1_000_000 + 65_536  # the file, and what a form puts around it
LISTS = re.compile(r"/t/[-\w]+/plans/new", re.ASCII)
MOST_LIST_BYTES = 1_000_000  # 10,000 lines of an address, an id and a word
OWN_LIMITS = ("/graph/", "/api/")
"""Where views count for themselves, and answer in a form of their own."""

SIGN_IN = "/sign-in"
ANSWERS = {"code", "state", "error"}
"""What an identity provider's answer carries: a GET with these is an attempt to sign in."""


class LimitsMiddleware:
    """Before session and database: what is refused here has cost next to nothing."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The refusal, or what follows."""
        try:
            _limit_body(request)
            if _is_attempt(request):
                limit_rate(Rate.SIGN_IN_BY_ADDRESS, key=network_of(address_of(request)))
        except Refused as refusal:
            return show_problem(request, explain(refusal), status=status_of(refusal), code=refusal.code, of=refusal)
        return self.get_response(request)


def _limit_body(request: HttpRequest) -> None:
    told = str(request.META.get("CONTENT_LENGTH") or "0")
    length = int(told) if told.isdecimal() else 0
    most = _most(request.path_info)
    if length > most and not request.path_info.startswith(OWN_LIMITS):
        raise Refused("body_too_large", most=most // 1024)


def _most(path: str) -> int:
    if EVIDENCE.fullmatch(path):
        return MOST_EVIDENCE_BYTES
    return MOST_LIST_BYTES if LISTS.fullmatch(path) else MOST_FORM_BYTES


def _is_attempt(request: HttpRequest) -> bool:
    if not request.path_info.startswith(SIGN_IN):
        return False
    return request.method == "POST" or not ANSWERS.isdisjoint(request.GET)
