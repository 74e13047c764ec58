"""Credentials of connections: keeping them encrypted, side by side, and letting one of them be the current one."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from chamberlain.errors import Conflict, NotFound
from chamberlain.model.credential import MOVES, CredentialState, ExpirySource, KeptCredential
from chamberlain.model.tenant import Connection, CredentialKind
from chamberlain.store.models import ConnectionRow, CredentialRow

UNUSED_LASTS = timedelta(days=14)


def add(
    *,
    connection: Connection | None,
    kind: CredentialKind,
    client_id: str | None,
    secret: str | None,
    made_by: str,
    now: datetime,
    certificate: str | None = None,
    thumbprint: str = "",
    expires_at: datetime | None = None,
    expiry_source: ExpirySource | None = None,
) -> KeptCredential:
    """Keeps a credential that is not used yet. Certificates that never found a connection are swept after two weeks."""
    CredentialRow.objects.filter(connection=None, made_at__lt=now - UNUSED_LASTS).delete()
    row = CredentialRow(
        connection_id=None if connection is None else connection.id,
        kind=kind.value,
        state=CredentialState.PENDING.value,
        client_id=client_id,
        certificate=certificate,
        thumbprint=thumbprint,
        expires_at=expires_at,
        expiry_source=None if expiry_source is None else expiry_source.value,
        made_at=now,
        made_by=made_by,
    )
    row.secret = secret
    row.save(force_insert=True)
    return row.value()


def find(credential_id: UUID) -> KeptCredential:
    """A credential.

    raises  NotFound("credential_not_found")
    """
    return _row(credential_id).value()


def secret_of(credential: KeptCredential) -> str | None:
    """The decrypted secret or private key; None for a federation.

    raises  Misconfigured("key_wrong"), NotFound("credential_not_found")
    """
    secret: str | None = _row(credential.id).secret
    return secret


def of(connection: Connection) -> tuple[KeptCredential, ...]:
    """All of a connection's: the current one first, then those that wait, then the old ones, newest first."""
    order = {CredentialState.CURRENT: 0, CredentialState.PENDING: 1, CredentialState.OLD: 2}
    rows = CredentialRow.objects.select_related("connection").filter(connection_id=connection.id).order_by("-made_at")
    return tuple(sorted((row.value() for row in rows), key=lambda one: order[one.state]))


def current_of(connection: Connection) -> KeptCredential | None:
    """The one that is used; None for a connection that was made before credentials, or with the installation's app."""
    row = (
        CredentialRow.objects.select_related("connection").filter(connection_id=connection.id, state="current").first()
    )
    return None if row is None else row.value()


def unconnected() -> tuple[KeptCredential, ...]:
    """Certificates that wait for a registration, newest first."""
    rows = CredentialRow.objects.select_related("connection").filter(connection=None)
    return tuple(row.value() for row in rows.order_by("-made_at"))


def make_current(credential: KeptCredential, *, connection: Connection, client_id: str) -> None:
    """The connection uses this one from now on, and keeps the one before. Call it inside a transaction.

    raises  Conflict("credential_move_illegal"), NotFound("credential_not_found")
    """
    known = ConnectionRow.objects.select_for_update().get(id=connection.id)
    row = CredentialRow.objects.select_for_update().filter(id=credential.id).first()
    if row is None or row.connection_id not in (None, connection.id):
        raise NotFound("credential_not_found")
    if row.state == CredentialState.CURRENT.value:
        return
    _check(CredentialState(row.state), CredentialState.CURRENT)
    CredentialRow.objects.filter(connection_id=connection.id, state="current").update(state="old")
    row.connection_id, row.client_id, row.state = connection.id, client_id, CredentialState.CURRENT.value
    row.save(update_fields=["connection", "client_id", "state"])
    is_secret = row.kind == CredentialKind.OWN_SECRET.value
    known.credential, known.client_id = row.kind, client_id
    known.client_secret = row.secret if is_secret else None
    known.save(update_fields=["credential", "client_id", "client_secret"])


def retire_current(connection: Connection) -> None:
    """The connection uses none of its own any more: the installation's app takes over. Inside a transaction."""
    CredentialRow.objects.filter(connection_id=connection.id, state="current").update(state="old")


def forget(credential: KeptCredential) -> None:
    """Removes one that is not used.

    raises  Conflict("credential_in_use"), NotFound("credential_not_found")
    """
    row = CredentialRow.objects.select_for_update().filter(id=credential.id).first()
    if row is None:
        raise NotFound("credential_not_found")
    if row.state == CredentialState.CURRENT.value:
        raise Conflict("credential_in_use")
    row.delete()


def adopt(connection: Connection) -> None:
    """Makes the credential of a connection from before there were any, so that it is kept beside its successor."""
    row = ConnectionRow.objects.select_for_update().get(id=connection.id)
    if row.client_secret is None or CredentialRow.objects.filter(connection_id=row.id, state="current").exists():
        return
    made = CredentialRow(
        connection_id=row.id,
        kind=CredentialKind.OWN_SECRET.value,
        state=CredentialState.CURRENT.value,
        client_id=row.client_id,
        made_at=row.connected_at,
        made_by=row.connected_by,
    )
    made.secret = row.client_secret
    made.save(force_insert=True)


def note_expiry(credential: KeptCredential, *, expires_at: datetime, source: ExpirySource) -> None:
    """Records when a credential ends; a later end begins its warnings anew."""
    row = CredentialRow.objects.filter(id=credential.id).first()
    if row is None or (row.expires_at, row.expiry_source) == (expires_at, source.value):
        return
    if row.expires_at is None or expires_at > row.expires_at:
        row.warned_days = None
    row.expires_at, row.expiry_source = expires_at, source.value
    row.save(update_fields=["expires_at", "expiry_source", "warned_days"])


def ending(*, before: datetime) -> tuple[KeptCredential, ...]:
    """Current credentials that end before a time and of which not everything was told."""
    rows = CredentialRow.objects.select_related("connection").filter(state="current", expires_at__lt=before)
    return tuple(row.value() for row in rows.filter(Q(warned_days=None) | Q(warned_days__gt=0)))


def current_by_tenant(tenant_ids: Iterable[int]) -> dict[int, KeptCredential]:
    """The current credential of each tenant that has one."""
    rows = CredentialRow.objects.select_related("connection").filter(
        state="current", connection__tenant_id__in=list(tenant_ids)
    )
    return {row.connection.tenant_id: row.value() for row in rows if row.connection is not None}


def claim_warning(credential: KeptCredential, *, days: int) -> bool:
    """Whether we are the first to tell of this threshold. Inside a transaction with the event."""
    untold = Q(warned_days=None) | Q(warned_days__gt=days)
    return CredentialRow.objects.filter(untold, id=credential.id, state="current").update(warned_days=days) == 1


def _row(credential_id: UUID) -> CredentialRow:
    row = CredentialRow.objects.select_related("connection").filter(id=credential_id).first()
    if row is None:
        raise NotFound("credential_not_found")
    return row


def _check(before: CredentialState, after: CredentialState) -> None:
    if after not in MOVES[before]:
        raise Conflict("credential_move_illegal")
