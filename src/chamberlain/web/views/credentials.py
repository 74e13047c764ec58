"""What a connection proves itself with: when it ends, and rotating it without a stop."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from chamberlain.actions.forget_credential import forget_credential
from chamberlain.actions.make_certificate import make_certificate
from chamberlain.actions.rotate_credential import rotate_to_federation, rotate_to_kept, rotate_to_secret
from chamberlain.errors import ChamberlainError, NotFound
from chamberlain.model.actor import Actor
from chamberlain.model.tenant import Tenant
from chamberlain.queries import connections
from chamberlain.queries.credentials import show_credentials
from chamberlain.sentences import explain
from chamberlain.web.address import text_in
from chamberlain.web.frame import show
from chamberlain.web.identity import viewer_of
from chamberlain.web.problems import quote_of, status_of
from chamberlain.web.views.own_registration import end_of


class SecretForm(forms.Form):
    """Another secret of the same registration."""

    client_secret = forms.CharField(max_length=500, strip=True, widget=forms.PasswordInput)
    last_day = forms.DateField(required=False)


@sensitive_post_parameters("client_secret")
@sensitive_variables("form")
@require_http_methods(["GET", "HEAD", "POST"])
def credentials(request: HttpRequest, slug: str) -> HttpResponse:
    """All credentials of a connection. A POST does what its button says; a failure stays on the page."""
    viewer = viewer_of(request)
    tenant = connections.find_tenant(viewer=viewer, slug=slug)
    deed = text_in(request.POST, "do") if request.method == "POST" else ""
    form = SecretForm(request.POST if deed == "secret" else None)
    failure: ChamberlainError | None = None
    if deed and (deed != "secret" or form.is_valid()):
        try:
            said = _carry_out(deed, request, viewer, tenant, form)
        except ChamberlainError as error:
            failure = error
        else:
            messages.info(request, said)
            return redirect("credentials", slug=tenant.slug)
    context = {
        "tenant": tenant,
        "credentials": show_credentials(viewer=viewer, tenant=tenant),
        "form": form,
        "failure": explain(failure) if failure else None,
        "code": failure.code if failure else "",
        "quote": quote_of(request),
    }
    response = show(request, "connect/credentials.html", context, tenant=tenant)
    response.status_code = status_of(failure) if failure else 400 if form.errors else 200
    return response


def _carry_out(deed: str, request: HttpRequest, viewer: Actor, tenant: Tenant, form: SecretForm) -> str:
    if deed == "make":
        make_certificate(actor=viewer, tenant=tenant)
        return _("A certificate was made. Upload it in Entra, then use it.")
    if deed == "secret":
        given = form.cleaned_data
        rotate_to_secret(
            actor=viewer, tenant=tenant, client_secret=given["client_secret"], expires_at=end_of(given["last_day"])
        )
    elif deed == "federation":
        rotate_to_federation(actor=viewer, tenant=tenant)
    elif deed == "use":
        rotate_to_kept(actor=viewer, tenant=tenant, credential_id=_named(request))
    else:
        forget_credential(actor=viewer, tenant=tenant, credential_id=_named(request))
        return _("Forgotten here. Remove it from the app registration in Entra, too.")
    return _("Microsoft took it: it is in use now. The one before is kept until you forget it.")


def _named(request: HttpRequest) -> UUID:
    try:
        return UUID(text_in(request.POST, "credential"))
    except ValueError:
        raise NotFound("credential_not_found") from None
