"""Your sign-in: passkeys and codes of a local account, and the sessions that go on."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import get_user_model, update_session_auth_hash
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chamberlain.actions import set_up_code, use_passkey
from chamberlain.actions.change_password import change_password
from chamberlain.actions.choose_mail import choose_mail
from chamberlain.actions.end_session import end_own_session, end_own_sessions
from chamberlain.errors import ChamberlainError, NotFound
from chamberlain.model.entrance import SignInWay
from chamberlain.queries.messages import own_mail_box
from chamberlain.queries.own_sign_in import session_handle, show_own_sign_in
from chamberlain.sentences import explain
from chamberlain.web.address import text_in
from chamberlain.web.entrance import forget_secret, keep_secret, kept_secret
from chamberlain.web.frame import show
from chamberlain.web.identity import viewer_of
from chamberlain.web.problems import quote_of, status_of
from chamberlain.web.qr import picture
from chamberlain.web.sessions import started_at, way_of


@require_safe
def show_own(request: HttpRequest) -> HttpResponse:
    """What one signs in with, and where one is signed in."""
    return _page(request)


@require_POST
def passkey_options(request: HttpRequest) -> HttpResponse:
    """What the browser asks the authenticator to make a passkey."""
    ceremony = use_passkey.begin_adding(actor=viewer_of(request), signed_in_at=started_at(request))
    return keep_secret(JsonResponse(ceremony.options), ceremony.secret)


@require_POST
@sensitive_post_parameters("credential")
@sensitive_variables()
def passkey(request: HttpRequest) -> HttpResponse:
    """Add the passkey that was made, or remove one."""
    viewer, since = viewer_of(request), started_at(request)

    def add() -> str:
        use_passkey.add_passkey(
            actor=viewer,
            signed_in_at=since,
            secret=kept_secret(request),
            answer=request.POST.get("credential", ""),
            name=request.POST.get("name", ""),
        )
        return _("The passkey is added. You can sign in with it from now on.")

    def remove() -> str:
        use_passkey.remove_passkey(actor=viewer, signed_in_at=since, passkey_id=_guid(request.POST.get("remove", "")))
        return _("The passkey is removed. Delete it from your device, too.")

    return forget_secret(_done(request, remove if "remove" in request.POST else add))


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password", "code")
@sensitive_variables()
def code(request: HttpRequest) -> HttpResponse:
    """Set up a password with one-time codes: picture and secret, then the proof; or remove both."""
    viewer, since = viewer_of(request), started_at(request)
    if "remove" in request.POST:
        return _done(request, lambda: _remove_code(request))
    failure: ChamberlainError | None = None
    if request.method == "POST":
        try:
            recovery = set_up_code.confirm_code(
                actor=viewer,
                signed_in_at=since,
                code=request.POST.get("code", ""),
                password=request.POST.get("password", ""),
            )
        except ChamberlainError as error:
            failure = error
        else:
            _keep_session(request)
            return show(request, "entry/recovery.html", {"codes": recovery})
    try:
        new = set_up_code.begin_code(actor=viewer, signed_in_at=since)
    except ChamberlainError as error:
        return _page(request, failure=error)
    context = {
        "picture": _svg(picture(new.address)),
        "secret": new.secret,
        "least": set_up_code.SHORTEST_PASSWORD,
        **_told(request, failure),
    }
    response = show(request, "entry/set_up_code.html", context)
    response.status_code = status_of(failure) if failure else 200
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password", "new_password")
@sensitive_variables()
def password(request: HttpRequest) -> HttpResponse:
    """Change the password, or remove it with its codes: whoever knows the present one."""
    failure: ChamberlainError | None = None
    if request.method == "POST":
        try:
            change_password(
                actor=viewer_of(request),
                signed_in_at=started_at(request),
                present=request.POST.get("password", ""),
                password=request.POST.get("new_password", ""),
            )
        except ChamberlainError as error:
            failure = error
        else:
            _keep_session(request)
            messages.info(request, _("The password is changed. Your other sessions are ended."))
            return redirect("own_sign_in")
    methods = show_own_sign_in(viewer=viewer_of(request)).methods
    if failure is None and (methods is None or not methods.has_code):
        return redirect("own_sign_in")  # where there is nothing to change
    context = {
        "least": set_up_code.SHORTEST_PASSWORD,
        "by_link": way_of(request) is SignInWay.LINK,
        **_told(request, failure),
    }
    response = show(request, "entry/password.html", context)
    response.status_code = status_of(failure) if failure else 200
    return response


@require_POST
def sessions(request: HttpRequest) -> HttpResponse:
    """End one of one's sessions, or all others."""
    viewer, own = viewer_of(request), _own_handle(request)
    handle = request.POST.get("end", "")
    if handle == "others":
        ended = end_own_sessions(actor=viewer, but=own)
        messages.info(
            request,
            ngettext("%(n)d other session is ended.", "%(n)d other sessions are ended.", ended) % {"n": ended},
        )
    elif end_own_session(actor=viewer, handle=handle):
        messages.info(request, _("The session is ended."))
    return redirect("own_sign_in")


@require_POST
def messages_choice(request: HttpRequest) -> HttpResponse:
    """Where one gets messages, or that one gets none."""
    viewer, address = viewer_of(request), text_in(request.POST, "address")

    def choose() -> str:
        choose_mail(actor=viewer, address=address, wants="wants" in request.POST)
        return _("Your choice is kept.")

    return _done(request, choose)


def _done(request: HttpRequest, deed: Callable[[], str]) -> HttpResponse:
    """Back to the page with what was done, or with why it was not."""
    try:
        messages.info(request, deed())
    except ChamberlainError as error:
        return _page(request, failure=error)
    return redirect("own_sign_in")


def _remove_code(request: HttpRequest) -> str:
    set_up_code.remove_code(
        actor=viewer_of(request),
        signed_in_at=started_at(request),
        way=way_of(request),
        present=request.POST.get("password", ""),
    )
    _keep_session(request)
    return _("Password and codes are removed.")


def _keep_session(request: HttpRequest) -> None:
    """Sessions end when the password changes; this one, in which it was changed, goes on under a new key."""
    user = get_user_model().objects.get(pk=viewer_of(request).id)
    update_session_auth_hash(request, user)


def _page(request: HttpRequest, failure: ChamberlainError | None = None) -> HttpResponse:
    own = show_own_sign_in(viewer=viewer_of(request))
    box = own_mail_box(viewer=viewer_of(request))
    context = {"own": own, "mail_box": box, "here": _own_handle(request), **_told(request, failure)}
    response = show(request, "entry/own_sign_in.html", context)
    response.status_code = status_of(failure) if failure else 200
    return response


def _told(request: HttpRequest, failure: ChamberlainError | None) -> dict[str, object]:
    return {
        "failure": explain(failure) if failure else None,
        "code": failure.code if failure else "",
        "quote": quote_of(request),
    }


def _own_handle(request: HttpRequest) -> str:
    return session_handle(key=request.session.session_key or "")


def _guid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("passkey_not_found") from None


def _svg(drawn: str) -> SafeString:
    return mark_safe(drawn)  # noqa: S308 - drawn by web/qr.py from squares alone
