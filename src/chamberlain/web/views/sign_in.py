"""Signing in: by way of Microsoft, with a passkey, with a password and a code."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_POST

from chamberlain.actions.sign_in_with_code import sign_in_with_code
from chamberlain.actions.sign_in_with_microsoft import begin_sign_in, complete_sign_in
from chamberlain.actions.use_passkey import begin_passkey_sign_in, sign_in_with_passkey
from chamberlain.errors import ChamberlainError
from chamberlain.model.entrance import SignInWay
from chamberlain.web.address import path_or
from chamberlain.web.entrance import enter, forget_secret, keep_secret, kept_secret, show_sign_in


@login_not_required
@require_POST
def to_microsoft(request: HttpRequest) -> HttpResponse:
    """To Microsoft's sign-in page; where it cannot be asked, back with the reason."""
    next_page = path_or("/", given=request.POST.get("next", "/"), request=request)
    try:
        departure = begin_sign_in(next_page=next_page)
    except ChamberlainError as error:
        return show_sign_in(request, failure=error, next_page=next_page)
    return keep_secret(redirect(departure.url), departure.secret)


@login_not_required
@require_GET
@sensitive_variables()
def from_microsoft(request: HttpRequest) -> HttpResponse:
    """Where Microsoft sends people back to."""
    answer = {name: request.GET[name] for name in request.GET}
    try:
        arrival = complete_sign_in(answer=answer, secret=kept_secret(request))
        return enter(request, user_id=arrival.user_id, way=SignInWay.MICROSOFT, next_page=arrival.next_page)
    except ChamberlainError as error:
        return forget_secret(show_sign_in(request, failure=error))


@login_not_required
@require_POST
def passkey_options(_request: HttpRequest) -> HttpResponse:
    """What the browser asks the authenticator."""
    ceremony = begin_passkey_sign_in()
    return keep_secret(JsonResponse(ceremony.options), ceremony.secret)


@login_not_required
@require_POST
@sensitive_post_parameters("credential")
@sensitive_variables()
def with_passkey(request: HttpRequest) -> HttpResponse:
    """Sign in with what the authenticator signed."""
    next_page = request.POST.get("next", "/")
    try:
        user_id = sign_in_with_passkey(secret=kept_secret(request), answer=request.POST.get("credential", ""))
        return enter(request, user_id=user_id, way=SignInWay.PASSKEY, next_page=next_page)
    except ChamberlainError as error:
        return forget_secret(show_sign_in(request, failure=error, next_page=next_page))


@login_not_required
@require_POST
@sensitive_post_parameters("password", "code")
@sensitive_variables()
def with_code(request: HttpRequest) -> HttpResponse:
    """Sign in with name, password and a one-time code."""
    next_page, name = request.POST.get("next", "/"), request.POST.get("name", "")
    try:
        user_id = sign_in_with_code(
            name=name, password=request.POST.get("password", ""), code=request.POST.get("code", "")
        )
        return enter(request, user_id=user_id, way=SignInWay.CODE, next_page=next_page)
    except ChamberlainError as error:
        return show_sign_in(request, failure=error, next_page=next_page, typed={"name": name})
