"""How tenants are reached."""

import uuid
from typing import ClassVar

from django.db import models

from chamberlain.model.tenant import Connection, ConnectionState, CredentialKind
from chamberlain.store.models.tenant import TenantRow
from chamberlain.store.secrets import EncryptedField


class ConnectionRow(models.Model):
    """A connection; its secret is encrypted and bound to this row and column."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.OneToOneField(TenantRow, on_delete=models.CASCADE, related_name="connection")
    credential = models.TextField(choices=[(kind.value, kind.value) for kind in CredentialKind])
    client_id = models.TextField()
    client_secret = EncryptedField(null=True)
    state = models.TextField(choices=[(state.value, state.value) for state in ConnectionState])
    scopes = models.JSONField(default=list)
    concealed_names = models.BooleanField(null=True)
    error_code = models.TextField(null=True)
    connected_at = models.DateTimeField()
    connected_by = models.TextField()

    class Meta:
        db_table = "connection"

    def value(self) -> Connection:
        """The connection as the rest of the house knows it, without its secret."""
        return Connection(
            id=self.id,
            tenant=self.tenant.value(),
            credential=CredentialKind(self.credential),
            client_id=self.client_id,
            state=ConnectionState(self.state),
            scopes=tuple(self.scopes),
            concealed_names=self.concealed_names,
            error_code=self.error_code,
            connected_at=self.connected_at,
            connected_by=self.connected_by,
        )


class ConnectAttempt(models.Model):
    """One visit to Microsoft's consent page. Only the SHA-256 of its `state` is kept; it works once."""

    digest = models.BinaryField(primary_key=True, max_length=32)
    actor_id = models.TextField()
    expected_tenant = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "connect_attempt"
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["expires_at"], name="connect_attempt_expiry")]
