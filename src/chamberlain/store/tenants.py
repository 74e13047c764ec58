"""Tenants and connections: finding, making, updating."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from chamberlain.errors import Conflict, NotFound, Refused
from chamberlain.model.cloud import Cloud
from chamberlain.model.tenant import Connection, ConnectionState, CredentialKind, Tenant
from chamberlain.store.models import ConnectAttempt, ConnectionRow, TenantRow


def all_tenants() -> tuple[Tenant, ...]:
    """Every tenant, by name."""
    return tuple(row.value() for row in TenantRow.objects.order_by("name", "id"))


def find(slug: str) -> Tenant:
    """A tenant by slug, GUID or domain.

    raises  NotFound("tenant_not_found")
    """
    if "\x00" in slug:  # PostgreSQL takes no text with it
        raise NotFound("tenant_not_found", slug=slug)
    rows = TenantRow.objects.all()
    found = rows.filter(slug=slug).first() or rows.filter(domain__iexact=slug).first()
    if found is None and _is_guid(slug):
        found = rows.filter(guid=slug).first()
    if found is None:
        raise NotFound("tenant_not_found", slug=slug)
    return found.value()


def by_guid(guid: UUID) -> Tenant | None:
    """A tenant by Microsoft's id and nothing else: a domain can be made to look like one. None where it is new."""
    found = TenantRow.objects.filter(guid=guid).first()
    return None if found is None else found.value()


def by_id(tenant_id: int) -> Tenant:
    """A tenant by our id.

    raises  NotFound("tenant_not_found")
    """
    found = TenantRow.objects.filter(id=tenant_id).first()
    if found is None:
        raise NotFound("tenant_not_found", slug=str(tenant_id))
    return found.value()


def save(*, guid: UUID, name: str, domain: str, now: datetime) -> Tenant:
    """The tenant with this GUID, made if it is new, with its name and domain brought up to date.

    raises  Conflict("tenant_leaving") while it is being forgotten
    """
    made = {"slug": _free_slug(domain), "created_at": now, "name": name or domain, "domain": domain}
    row, is_new = TenantRow.objects.get_or_create(guid=guid, defaults=made)
    if row.leaving_at is not None:
        raise Conflict("tenant_leaving")
    if not is_new:
        row.name, row.domain = name or domain, domain
        row.save(update_fields=["name", "domain"])
    return row.value()


def standing_of(tenant_id: int) -> tuple[Connection, datetime | None] | None:
    """The connection of a tenant, if it has one, and when the last complete sync ended; in one question."""
    row = ConnectionRow.objects.select_related("tenant").filter(tenant_id=tenant_id).first()
    return None if row is None else (row.value(), row.tenant.synced_at)


def synced_at(tenant_id: int) -> datetime | None:
    """When the last complete sync ended; None before the first."""
    return TenantRow.objects.values_list("synced_at", flat=True).get(id=tenant_id)


def synced_by_tenant() -> dict[int, datetime | None]:
    """When each tenant's last complete sync ended."""
    return dict(TenantRow.objects.values_list("id", "synced_at"))


def all_connections() -> tuple[Connection, ...]:
    """Every connection, by tenant name."""
    return tuple(row.value() for row in ConnectionRow.objects.select_related("tenant").order_by("tenant__name"))


def connection_of(tenant_id: int) -> Connection | None:
    """The connection of a tenant, if it has one."""
    row = ConnectionRow.objects.select_related("tenant").filter(tenant_id=tenant_id).first()
    return None if row is None else row.value()


def secret_of(connection: Connection) -> str | None:
    """The decrypted client secret that the connection itself keeps; None where it has none.

    raises  Misconfigured("key_wrong")
    """
    secret: str | None = ConnectionRow.objects.get(id=connection.id).client_secret
    return secret


def save_connection(
    *,
    tenant: Tenant,
    credential: CredentialKind,
    client_id: str,
    secret: str | None,
    scopes: tuple[str, ...],
    connected_by: str,
    now: datetime,
    concealed_names: bool | None = None,
    cloud: Cloud = Cloud.GLOBAL,
) -> Connection:
    """The tenant's connection, new or in place of the one before.

    concealed_names  None: not asked, so it stays as it is known
    """
    row = ConnectionRow.objects.select_related("tenant").filter(tenant_id=tenant.id).first() or ConnectionRow(
        tenant_id=tenant.id
    )
    row.credential, row.client_id, row.client_secret = credential.value, client_id, secret
    row.state, row.error_code = ConnectionState.CONNECTED.value, None
    row.scopes = list(scopes)
    row.concealed_names = row.concealed_names if concealed_names is None else concealed_names
    row.connected_at, row.connected_by, row.cloud = now, connected_by, cloud.value
    row.save()
    return row.value()


def note_health(*, tenant_id: int, error_code: str | None, since: datetime) -> bool:
    """Records whether the connection works; one that was made after `since` is not judged by what was tried before.

    returns  whether it was judged
    """
    state = ConnectionState.BROKEN if error_code else ConnectionState.CONNECTED
    judged = ConnectionRow.objects.filter(tenant_id=tenant_id, connected_at__lte=since).update(
        state=state.value, error_code=error_code
    )
    return judged > 0


def hold_connection(tenant_id: int) -> None:
    """Keeps a tenant's connection for the caller until the transaction ends."""
    ConnectionRow.objects.select_for_update().filter(tenant_id=tenant_id).values_list("id").first()


def note_rights(*, tenant_id: int, scopes: tuple[str, ...], concealed_names: bool | None) -> None:
    """Records what the tenant lets us do."""
    ConnectionRow.objects.filter(tenant_id=tenant_id).update(scopes=list(scopes), concealed_names=concealed_names)


def note_principal(*, tenant_id: int, principal: UUID | None) -> None:
    """Records who we are in the tenant."""
    ConnectionRow.objects.filter(tenant_id=tenant_id).update(principal=principal)


def note_concealed_names(*, tenant_id: int, concealed: bool) -> None:
    """Records whether usage reports conceal names."""
    ConnectionRow.objects.filter(tenant_id=tenant_id).update(concealed_names=concealed)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was meant when somebody was sent to Microsoft.

    expected      the tenant that has to consent, where one was named
    capabilities  names of what it is to be connected for, where that was said
    """

    expected: UUID | None
    capabilities: tuple[str, ...] | None


def open_attempt(attempt: Attempt, *, state: str, actor_id: str, now: datetime, lasts: timedelta) -> None:
    """Remembers that somebody was sent to Microsoft; old attempts are swept."""
    ConnectAttempt.objects.filter(expires_at__lt=now - timedelta(days=1)).delete()
    ConnectAttempt.objects.create(
        digest=_digest(state),
        actor_id=actor_id,
        expected_tenant=attempt.expected,
        capabilities=None if attempt.capabilities is None else [*attempt.capabilities],
        created_at=now,
        expires_at=now + lasts,
    )


def close_attempt(*, state: str, actor_id: str, now: datetime) -> Attempt:
    """Uses up an attempt; call it inside a transaction.

    raises  Refused("consent_state_invalid") when it is unknown, used, or another person's;
            Refused("consent_state_expired")
    """
    attempt = ConnectAttempt.objects.select_for_update().filter(digest=_digest(state)).first()
    if attempt is None or attempt.used_at is not None or attempt.actor_id != actor_id:
        raise Refused("consent_state_invalid")
    if attempt.expires_at < now:
        raise Refused("consent_state_expired")
    attempt.used_at = now
    attempt.save(update_fields=["used_at"])
    kept = attempt.capabilities
    return Attempt(attempt.expected_tenant, None if kept is None else tuple(kept))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _free_slug(domain: str) -> str:
    base = re.sub(r"[^a-z0-9]+", "-", domain.lower().split(".")[0]).strip("-")[:60] or "tenant"
    taken = set(TenantRow.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    number = 2
    slug = base
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    return slug


def _is_guid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
