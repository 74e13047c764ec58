"""Connections: how a tenant is reached, how fresh its data is, what quotas allow; and connecting one."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import ConfigDict, Field, SecretStr, model_validator

from chamberlain.actions.begin_connect import begin_connect
from chamberlain.actions.connect_with_certificate import connect_with_certificate
from chamberlain.actions.connect_with_federation import connect_with_federation
from chamberlain.actions.connect_with_secret import connect_with_secret
from chamberlain.actions.slow_down import slow_down
from chamberlain.api.asking import tenant_of
from chamberlain.api.bearer import needs, viewer_of
from chamberlain.api.tenants import TenantShape, tenant_shape
from chamberlain.errors import NotFound
from chamberlain.model.actor import Actor
from chamberlain.model.api_token import TokenScope
from chamberlain.model.capability import Capability
from chamberlain.model.cloud import Cloud
from chamberlain.model.notice import Deaf, Hearing, Subscription
from chamberlain.model.quota import LEAST_SHARE, MOST_SHARE, QuotaUse
from chamberlain.model.tenant import ConnectionState, CredentialKind, Tenant
from chamberlain.queries.freshness import Freshness, KindOfData, show_freshness
from chamberlain.queries.quotas import Quotas, show_quotas
from chamberlain.queries.state import one_state

router = Router(tags=["connections"])
ROOT = "/tenants/{tenant}/connection"


class KindShape(Schema):
    """How old one kind of data is."""

    what: str
    known_since: datetime | None
    complete_at: datetime | None = Field(description="The last complete listing.")
    seen_at: datetime | None = Field(description="The last look, be it at changes only.")
    microsoft_counts: int | None
    we_have: int | None


class SubscriptionShape(Schema):
    """One resource that Microsoft tells us of."""

    resource: str
    expires_at: datetime | None
    error: str | None


class NoticesShape(Schema):
    """How changes of the tenant reach us."""

    asked_for: bool
    why_not: Deaf | None
    looks_every_minutes: int
    subscriptions: list[SubscriptionShape]
    heard_at: datetime | None
    heard: int
    ignored: int


class ConnectionShape(Schema):
    """How a tenant is reached, without any secret."""

    id: UUID
    state: ConnectionState
    error: str | None
    credential: CredentialKind
    client_id: str
    cloud: Cloud
    scopes: list[str]
    concealed_names: bool | None
    connected_at: datetime
    connected_by: str
    last_success_at: datetime | None
    next_sync_at: datetime | None
    running: int | None = Field(description="The id of the run that goes on.")
    kinds: list[KindShape]
    notices: NoticesShape


class QuotaShape(Schema):
    """How one quota of Microsoft's stands."""

    name: str
    whose: str
    limit: float
    window_seconds: float
    learned: float
    used_in_window: float
    headroom: float
    since: datetime
    used: float
    requests: int
    waited_seconds: float
    throttled: int
    paused_until: datetime | None


class QuotasShape(Schema):
    """The quotas of a tenant that were drawn on."""

    share_percent: int
    unshown: int
    quotas: list[QuotaShape]


class ShareChange(Schema):
    """How much of the quotas syncs may use."""

    model_config = ConfigDict(extra="forbid")

    share_percent: Annotated[int, Field(ge=LEAST_SHARE, le=MOST_SHARE)]


CHOICE = "What it is connected for, of what only reads; null: what was chosen before, or else the standard ones."


class NewConnection(Schema):
    """An app registration of the tenant's own, and what proves it: a secret, a certificate, or the platform's token."""

    model_config = ConfigDict(extra="forbid")

    tenant_id: UUID
    client_id: UUID
    client_secret: SecretStr | None = Field(default=None, min_length=1, max_length=500)
    certificate: UUID | None = Field(default=None, description="One that was made here.")
    federation: bool = Field(default=False, description="The platform's token: no secret at all.")
    cloud: Cloud = Cloud.GLOBAL
    capabilities: list[Capability] | None = Field(default=None, max_length=100, description=CHOICE)

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.client_secret is not None) + (self.certificate is not None) + self.federation != 1:
            raise ValueError("one of client_secret, certificate and federation")
        return self


class ConsentWish(Schema):
    """Which tenant is to consent; null: whichever the administrator signs in to."""

    model_config = ConfigDict(extra="forbid")

    tenant_id: UUID | None = None
    capabilities: list[Capability] | None = Field(default=None, max_length=100, description=CHOICE)


class ConsentPage(Schema):
    """Where an administrator consents."""

    url: str = Field(description="For the token's person, once, within half an hour, in a browser that is signed in.")


@router.get(ROOT, response=ConnectionShape, operation_id="getConnection", **needs(TokenScope.READ_CONNECTIONS))
def get_connection(request: HttpRequest, *, tenant: str) -> dict[str, Any]:
    """How the tenant is reached, how old each kind of data is, and whether Microsoft tells of changes."""
    found = tenant_of(request, tenant)
    with one_state():
        fresh = show_freshness(viewer=viewer_of(request), tenant=found)
    return connection(fresh, slug=tenant)


@router.get(ROOT + "/quotas", response=QuotasShape, operation_id="getQuotas", **needs(TokenScope.READ_CONNECTIONS))
def get_quotas(request: HttpRequest, *, tenant: str) -> dict[str, Any]:
    """What Microsoft lets us spend, and what of it is spent."""
    return quotas(show_quotas(viewer=viewer_of(request), tenant=tenant_of(request, tenant)))


@router.patch(ROOT + "/quotas", response={204: None}, operation_id="setShare", **needs(TokenScope.MANAGE_CONNECTIONS))
def set_share(request: HttpRequest, *, tenant: str, change: ShareChange) -> Status[None]:
    """Says how much of Microsoft's quotas syncs may use; it counts at once."""
    slow_down(actor=viewer_of(request), tenant=tenant_of(request, tenant), percent=change.share_percent)
    return Status(204, None)


@router.post(
    "/connections", response={201: TenantShape}, operation_id="connect", **needs(TokenScope.MANAGE_CONNECTIONS)
)
def connect(request: HttpRequest, *, new: NewConnection) -> Status[dict[str, Any]]:
    """Connects a tenant, or connects it again; its first sync is queued. Nothing is kept unless Graph answered."""
    return Status(201, tenant_shape(_connect(viewer_of(request), new)))


@router.post(
    "/connections/consent",
    response={201: ConsentPage},
    operation_id="beginConsent",
    **needs(TokenScope.MANAGE_CONNECTIONS),
)
def begin_consent(request: HttpRequest, *, wish: ConsentWish) -> Status[dict[str, str]]:
    """The address at which an administrator of the tenant consents to the installation's app, which connects it."""
    guid = str(wish.tenant_id) if wish.tenant_id else None
    return Status(
        201, {"url": begin_connect(actor=viewer_of(request), tenant=guid, capabilities=_values(wish.capabilities))}
    )


def _connect(actor: Actor, new: NewConnection) -> Tenant:
    tenant_id, client_id, wanted = str(new.tenant_id), str(new.client_id), _values(new.capabilities)
    if new.client_secret is not None:
        secret = new.client_secret.get_secret_value()
        return connect_with_secret(
            actor=actor,
            tenant_id=tenant_id,
            client_id=client_id,
            client_secret=secret,
            cloud=new.cloud,
            capabilities=wanted,
        )
    if new.certificate is not None:
        return connect_with_certificate(
            actor=actor,
            tenant_id=tenant_id,
            client_id=client_id,
            certificate=new.certificate,
            cloud=new.cloud,
            capabilities=wanted,
        )
    return connect_with_federation(
        actor=actor, tenant_id=tenant_id, client_id=client_id, cloud=new.cloud, capabilities=wanted
    )


def _values(capabilities: list[Capability] | None) -> list[str] | None:
    return None if capabilities is None else [one.value for one in capabilities]


def connection(fresh: Freshness, *, slug: str) -> dict[str, Any]:
    """A connection as the API tells it.

    raises  NotFound("connection_not_found") for a tenant that is no longer connected
    """
    integration = fresh.integration
    if integration is None:
        raise NotFound("connection_not_found", slug=slug)
    one = integration.connection
    return {
        "id": one.id,
        "state": one.state,
        "error": one.error_code,
        "credential": one.credential,
        "client_id": one.client_id,
        "cloud": one.cloud,
        "scopes": [*one.scopes],
        "concealed_names": one.concealed_names,
        "connected_at": one.connected_at,
        "connected_by": one.connected_by,
        "last_success_at": integration.last_success,
        "next_sync_at": fresh.next_at,
        "running": integration.running.id if integration.running else None,
        "kinds": [_kind(kind) for kind in (*fresh.kinds, fresh.apart)],
        "notices": _notices(integration.hearing),
    }


def quotas(found: Quotas) -> dict[str, Any]:
    """Quotas as the API tells them."""
    return {
        "share_percent": found.share_percent,
        "unshown": found.unshown,
        "quotas": [_quota(use) for use in found.uses],
    }


def _kind(kind: KindOfData) -> dict[str, Any]:
    return {
        "what": kind.what,
        "known_since": kind.looked.since if kind.looked else None,
        "complete_at": kind.looked.complete_at if kind.looked else None,
        "seen_at": kind.looked.seen_at if kind.looked else None,
        "microsoft_counts": kind.count.theirs if kind.count else None,
        "we_have": kind.count.ours if kind.count else None,
    }


def _notices(hearing: Hearing) -> dict[str, Any]:
    return {
        "asked_for": hearing.deaf is None,
        "why_not": hearing.deaf,
        "looks_every_minutes": hearing.looks_every,
        "subscriptions": [_subscription(one) for one in hearing.subscriptions],
        "heard_at": hearing.heard_at,
        "heard": hearing.heard,
        "ignored": hearing.ignored,
    }


def _subscription(one: Subscription) -> dict[str, Any]:
    return {"resource": one.resource, "expires_at": one.expires_at, "error": one.error[0] if one.error else None}


def _quota(use: QuotaUse) -> dict[str, Any]:
    return {
        "name": use.name,
        "whose": use.whose.value,
        "limit": use.limit,
        "window_seconds": use.window.total_seconds(),
        "learned": round(use.learned, 1),
        "used_in_window": round(use.used_in_window, 4),
        "headroom": round(use.headroom, 4),
        "since": use.since,
        "used": round(use.used, 1),
        "requests": use.requests,
        "waited_seconds": use.waited.total_seconds(),
        "throttled": use.throttled,
        "paused_until": use.paused_until,
    }
