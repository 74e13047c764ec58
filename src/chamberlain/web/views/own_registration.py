"""Connecting through an app registration of the tenant's own: by secret, by certificate, or by the platform's word."""

from datetime import UTC, date, datetime, time
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chamberlain.actions.connect_with_certificate import connect_with_certificate
from chamberlain.actions.connect_with_federation import connect_with_federation
from chamberlain.actions.connect_with_secret import connect_with_secret
from chamberlain.actions.make_certificate import make_certificate
from chamberlain.errors import ChamberlainError
from chamberlain.model.actor import Actor
from chamberlain.model.cloud import Cloud
from chamberlain.model.tenant import CredentialKind, Tenant
from chamberlain.policy.registration_script import Form, Trust, forms_for
from chamberlain.queries import credentials
from chamberlain.queries.connect_offer import show_connect_offer
from chamberlain.queries.registration_script import show_script
from chamberlain.sentences import explain
from chamberlain.settings import load
from chamberlain.web.frame import show, wants_fragment
from chamberlain.web.identity import viewer_of
from chamberlain.web.planned import carried, planned_of
from chamberlain.web.problems import quote_of, status_of
from chamberlain.web.views.connect import guid_validator
from chamberlain.web.words import CLOUD

WAYS = {
    "certificate": CredentialKind.OWN_CERTIFICATE,
    "federation": CredentialKind.OWN_FEDERATION,
    "secret": CredentialKind.OWN_SECRET,
}


class OwnForm(forms.Form):
    """A registration made by the administrator; which of the last fields count depends on the way."""

    tenant_id = forms.CharField(max_length=36, strip=True, validators=[guid_validator])
    client_id = forms.CharField(max_length=36, strip=True, validators=[guid_validator])
    cloud = forms.ChoiceField(choices=list(CLOUD.items()), required=False)
    client_secret = forms.CharField(max_length=500, strip=True, required=False, widget=forms.PasswordInput)
    last_day = forms.DateField(required=False)
    certificate = forms.UUIDField(required=False)

    def __init__(self, *values: object, way: str) -> None:
        super().__init__(*values)  # type: ignore[arg-type]  # Django's own arguments
        self.fields["client_secret"].required = way == "secret"
        self.fields["certificate"].required = way == "certificate"


class ScriptForm(forms.Form):
    """What the script is to make."""

    tenant_id = forms.CharField(max_length=36, strip=True, validators=[guid_validator])
    cloud = forms.ChoiceField(choices=list(CLOUD.items()), required=False)
    form = forms.ChoiceField(
        choices=[(Form.GRAPH.value, _("Calls of Microsoft Graph")), (Form.AZURE_CLI.value, _("Azure CLI"))],
        required=False,
    )
    issuer = forms.CharField(max_length=600, strip=True, required=False)
    subject = forms.CharField(max_length=600, strip=True, required=False)


@sensitive_post_parameters("client_secret")
@sensitive_variables("form")
@require_http_methods(["GET", "HEAD", "POST"])
def connect_own(request: HttpRequest) -> HttpResponse:
    """Choose a way, make the registration, connect; a failure stays on the form, secret left out."""
    viewer = viewer_of(request)
    way = _way(request)
    waiting = _certificates(viewer, way)
    form = OwnForm(request.POST or None, way=way)
    failure: ChamberlainError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            tenant = _connect(viewer, way, form, planned_of(request))
        except ChamberlainError as error:
            failure = error
        else:
            return redirect("overview", slug=tenant.slug)
    offer = show_connect_offer(viewer=viewer, capabilities=planned_of(request))
    context = {
        "form": form,
        "way": way,
        "ways": WAYS.items(),
        "clouds": CLOUD.items(),
        "cloud": form["cloud"].value() or load().client_cloud,
        "waiting": waiting,
        "offer": offer,
        "kept": [("way", way)],
        "carried": carried(request, offer),
        "has_federation": load().federated_token_file is not None,
        "failure": explain(failure) if failure else None,
        "code": failure.code if failure else "",
        "quote": quote_of(request),
    }
    if wants_fragment(request, target="asked"):
        return render(request, "connect/_asked.html", context)
    response = show(request, "connect/own.html", context)
    response.status_code = status_of(failure) if failure else 400 if form.errors else 200
    return response


@require_POST
def new_certificate(request: HttpRequest) -> HttpResponse:
    """Makes one, for a tenant that is to be connected."""
    make_certificate(actor=viewer_of(request))
    return redirect(f"{reverse('connect_own')}?way=certificate")


@require_safe
def certificate_file(request: HttpRequest, credential_id: UUID) -> HttpResponse:
    """The public part of a certificate, as PEM, which Entra takes under the ending .cer."""
    kept = credentials.find_certificate(viewer=viewer_of(request), credential_id=credential_id)
    response = HttpResponse(kept.certificate, content_type="application/x-pem-file")
    response["Content-Disposition"] = f'attachment; filename="chamberlain-{kept.thumbprint[:8].lower()}.cer"'
    return response


@require_safe
def script(request: HttpRequest) -> HttpResponse:
    """The script that makes the registration, to be read; or taken away, where that is asked for."""
    viewer = viewer_of(request)
    way = _way(request)
    waiting = _certificates(viewer, way)
    form = ScriptForm(request.GET if "tenant_id" in request.GET else None)
    text, failure = "", None
    if form.is_valid():
        try:
            text = _script(viewer, way, form, waiting, planned_of(request))
        except ChamberlainError as error:
            failure = error
    if text and request.GET.get("download") == "yes":
        response = HttpResponse(text, content_type="text/x-shellscript; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="make-registration.sh"'
        return response
    offer = show_connect_offer(viewer=viewer, capabilities=planned_of(request))
    context = {
        "form": form,
        "way": way,
        "ways": WAYS.items(),
        "clouds": CLOUD.items(),
        "cloud": form["cloud"].value() or load().client_cloud,
        "forms": ScriptForm.base_fields["form"].choices,  # type: ignore[attr-defined]  # a choice field
        "chosen_form": form["form"].value() or Form.GRAPH.value,
        "waiting": waiting,
        "text": text,
        "address": request.get_full_path(),
        "offer": offer,
        "carried": carried(request, offer),
        "failure": explain(failure) if failure else None,
        "code": failure.code if failure else "",
    }
    response = show(request, "connect/script.html", context)
    response.status_code = status_of(failure) if failure else 400 if form.errors else 200
    return response


def _way(request: HttpRequest) -> str:
    asked = request.POST.get("way") or request.GET.get("way") or "certificate"
    return asked if asked in WAYS else "certificate"


def _certificates(viewer: Actor, way: str) -> tuple[credentials.Shown, ...]:
    return credentials.list_waiting_certificates(viewer=viewer) if way == "certificate" else ()


def _connect(viewer: Actor, way: str, form: OwnForm, wanted: tuple[str, ...] | None) -> Tenant:
    given = form.cleaned_data
    tenant_id, client_id, cloud = given["tenant_id"], given["client_id"], Cloud(given["cloud"] or Cloud.GLOBAL.value)
    if way == "certificate":
        return connect_with_certificate(
            actor=viewer,
            tenant_id=tenant_id,
            client_id=client_id,
            certificate=given["certificate"],
            cloud=cloud,
            capabilities=wanted,
        )
    if way == "federation":
        return connect_with_federation(
            actor=viewer, tenant_id=tenant_id, client_id=client_id, cloud=cloud, capabilities=wanted
        )
    return connect_with_secret(
        actor=viewer,
        tenant_id=tenant_id,
        client_id=client_id,
        client_secret=given["client_secret"],
        cloud=cloud,
        expires_at=end_of(given["last_day"]),
        capabilities=wanted,
    )


def end_of(day: date | None) -> datetime | None:
    """The end of a day, as Entra means it."""
    return datetime.combine(day, time.max.replace(microsecond=0), tzinfo=UTC) if day else None


def _script(
    viewer: Actor,
    way: str,
    form: ScriptForm,
    waiting: tuple[credentials.Shown, ...],
    wanted: tuple[str, ...] | None,
) -> str:
    given = form.cleaned_data
    cloud = Cloud(given["cloud"] or Cloud.GLOBAL.value)
    asked = Form(given["form"] or Form.GRAPH.value)
    is_trusting = way == "federation" and given["issuer"] and given["subject"]
    return show_script(
        viewer=viewer,
        tenant_id=given["tenant_id"],
        cloud=cloud,
        form=asked if asked in forms_for(cloud) else Form.GRAPH,
        capabilities=wanted,
        certificate=waiting[0].credential.id if way == "certificate" and waiting else None,
        trust=Trust(given["issuer"], given["subject"]) if is_trusting else None,
    )
