"""What a connection proves itself with: certificates, rotating in place, forgetting what is not used."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import ConfigDict, Field, SecretStr, model_validator

from chamberlain.actions.forget_credential import forget_credential
from chamberlain.actions.make_certificate import make_certificate
from chamberlain.actions.rotate_credential import rotate_to_federation, rotate_to_kept, rotate_to_secret
from chamberlain.api.asking import tenant_of
from chamberlain.api.bearer import needs, viewer_of
from chamberlain.errors import NotFound
from chamberlain.model.api_token import TokenScope
from chamberlain.model.credential import CredentialState, ExpirySource, KeptCredential
from chamberlain.model.tenant import CredentialKind
from chamberlain.queries.credentials import list_waiting_certificates, show_credentials

router = Router(tags=["connections"])
ROOT = "/tenants/{tenant}/connection/credentials"


class CredentialShape(Schema):
    """A credential, without its secret or key."""

    id: UUID
    kind: CredentialKind
    state: CredentialState
    client_id: str | None
    certificate: str | None = Field(description="The public part, as PEM, for the app registration.")
    thumbprint: str
    expires_at: datetime | None = Field(description="Null: unknown, or it does not end.")
    expiry_source: ExpirySource | None
    made_at: datetime
    made_by: str


class Rotation(Schema):
    """What the connection is to prove itself with from now on: one of the three."""

    model_config = ConfigDict(extra="forbid")

    client_secret: SecretStr | None = Field(default=None, min_length=1, max_length=500)
    credential: UUID | None = Field(default=None, description="A certificate that waits, or one from before.")
    federation: bool = Field(default=False, description="The platform's token: no secret at all.")
    expires_at: datetime | None = Field(default=None, description="The secret's end, where Microsoft does not tell.")

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.client_secret is not None) + (self.credential is not None) + self.federation != 1:
            raise ValueError("one of client_secret, credential and federation")
        return self


@router.get(ROOT, response=list[CredentialShape], operation_id="listCredentials", **needs(TokenScope.READ_CONNECTIONS))
def list_credentials(request: HttpRequest, *, tenant: str) -> list[dict[str, Any]]:
    """All of a connection's: the current one, those that wait, and those from before."""
    found = show_credentials(viewer=viewer_of(request), tenant=tenant_of(request, tenant))
    if found is None:
        raise NotFound("connection_not_found", slug=tenant)
    shown = [*([found.current] if found.current else []), *found.waiting, *found.old]
    return [credential(one.credential) for one in shown]


@router.post(
    ROOT + "/certificates",
    response={201: CredentialShape},
    operation_id="makeCertificate",
    **needs(TokenScope.MANAGE_CONNECTIONS),
)
def make(request: HttpRequest, *, tenant: str) -> Status[dict[str, Any]]:
    """Makes a certificate to rotate to, once the app registration knows its public part. The key stays here."""
    return Status(201, credential(make_certificate(actor=viewer_of(request), tenant=tenant_of(request, tenant))))


@router.post(
    ROOT + "/rotate", response={204: None}, operation_id="rotateCredential", **needs(TokenScope.MANAGE_CONNECTIONS)
)
def rotate(request: HttpRequest, *, tenant: str, wanted: Rotation) -> Status[None]:
    """Uses another credential, which is tried at Microsoft first; the one before is kept."""
    actor, found = viewer_of(request), tenant_of(request, tenant)
    if wanted.client_secret is not None:
        secret = wanted.client_secret.get_secret_value()
        rotate_to_secret(actor=actor, tenant=found, client_secret=secret, expires_at=wanted.expires_at)
    elif wanted.credential is not None:
        rotate_to_kept(actor=actor, tenant=found, credential_id=wanted.credential)
    else:
        rotate_to_federation(actor=actor, tenant=found)
    return Status(204, None)


@router.delete(
    ROOT + "/{credential_id}",
    response={204: None},
    operation_id="forgetCredential",
    **needs(TokenScope.MANAGE_CONNECTIONS),
)
def forget(request: HttpRequest, *, tenant: str, credential_id: UUID) -> Status[None]:
    """Forgets one that is not used; in Entra somebody has to remove it from the registration."""
    forget_credential(actor=viewer_of(request), tenant=tenant_of(request, tenant), credential_id=credential_id)
    return Status(204, None)


@router.get(
    "/certificates",
    response=list[CredentialShape],
    operation_id="listWaitingCertificates",
    **needs(TokenScope.MANAGE_CONNECTIONS),
)
def list_waiting(request: HttpRequest) -> list[dict[str, Any]]:
    """Certificates that were made for tenants that are not connected yet."""
    return [credential(one.credential) for one in list_waiting_certificates(viewer=viewer_of(request))]


@router.post(
    "/certificates",
    response={201: CredentialShape},
    operation_id="makeCertificateToConnect",
    **needs(TokenScope.MANAGE_CONNECTIONS),
)
def make_to_connect(request: HttpRequest) -> Status[dict[str, Any]]:
    """Makes a certificate for a tenant that is to be connected."""
    return Status(201, credential(make_certificate(actor=viewer_of(request))))


def credential(kept: KeptCredential) -> dict[str, Any]:
    """A credential as the API tells it."""
    return {
        "id": kept.id,
        "kind": kept.kind,
        "state": kept.state,
        "client_id": kept.client_id,
        "certificate": kept.certificate,
        "thumbprint": kept.thumbprint,
        "expires_at": kept.expires_at,
        "expiry_source": kept.expiry_source,
        "made_at": kept.made_at,
        "made_by": kept.made_by,
    }
