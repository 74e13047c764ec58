"""Ways in and out: sign-in links, sign-out, the front door, theme, health."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from chamberlain.actions.sign_in import redeem_sign_in_link
from chamberlain.errors import Refused
from chamberlain.model.entrance import Ending, SignInWay
from chamberlain.policy.authority import Deed, require_somewhere
from chamberlain.web.address import path_or
from chamberlain.web.entrance import enter, show_sign_in
from chamberlain.web.frame import frame_for
from chamberlain.web.identity import viewer_of
from chamberlain.web.sections import home_of
from chamberlain.web.sessions import end
from chamberlain.web.theme import remember

CLEARED = '"cache", "storage"'
"""What a browser forgets at sign-out. Cookies stay: the session's is void, the theme's is nobody's secret."""


@require_safe
def front_door(request: HttpRequest) -> HttpResponse:
    """To the tenant that was looked at last, or to the integrations where there is none."""
    tenant = frame_for(request).tenant
    if tenant:
        return redirect(home_of(viewer_of(request), tenant))
    require_somewhere(viewer_of(request), Deed.SEE_CONNECTION)
    return redirect("integrations")


@login_not_required
@require_safe
def how_to_sign_in(request: HttpRequest) -> HttpResponse:
    """The ways in. Those who are signed in go on."""
    next_page = request.GET.get("next", "/")
    if request.user.is_authenticated:
        return redirect(path_or("/", given=next_page, request=request))
    return show_sign_in(request, next_page=next_page)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("code")
@sensitive_variables()
def use_link(request: HttpRequest) -> HttpResponse:
    """A button, then the sign-in: programs that only look at links in messages must not use them up.

    The link's secret stands behind its #, which no browser sends: the page's script puts it into the form.
    """
    if request.method != "POST":
        return render(request, "entry/use_link.html")
    try:
        user_id = redeem_sign_in_link(link=request.POST.get("code", ""))
        return enter(request, user_id=user_id, way=SignInWay.LINK)
    except Refused as refusal:
        return show_sign_in(request, failure=refusal)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    end(request, Ending.SIGNED_OUT)
    response = redirect("sign_in")
    response["Clear-Site-Data"] = CLEARED
    return response


@login_not_required
@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Remember light or dark; anything else follows the system again."""
    response = HttpResponseRedirect(path_or("/", given=request.POST.get("next", "/"), request=request))
    return remember(response, request.POST.get("theme", ""))


@login_not_required
@require_GET
def healthz(_request: HttpRequest) -> HttpResponse:
    """Says that this process answers."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")
