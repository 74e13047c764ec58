"""How tenants are reached."""

import uuid
from typing import ClassVar

from django.db import models

from chamberlain.model.cloud import Cloud
from chamberlain.model.credential import CredentialState, ExpirySource, KeptCredential
from chamberlain.model.tenant import Connection, ConnectionState, CredentialKind
from chamberlain.store.models.tenant import TenantRow
from chamberlain.store.secrets import EncryptedField


class ConnectionRow(models.Model):
    """A connection. `client_secret` is the current credential where that is a secret: versions before read it here."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.OneToOneField(TenantRow, on_delete=models.CASCADE, related_name="connection")
    credential = models.TextField(choices=[(kind.value, kind.value) for kind in CredentialKind])
    client_id = models.TextField()
    client_secret = EncryptedField(null=True)
    state = models.TextField(choices=[(state.value, state.value) for state in ConnectionState])
    scopes = models.JSONField(default=list)
    concealed_names = models.BooleanField(null=True)
    principal = models.UUIDField(null=True)
    error_code = models.TextField(null=True)
    connected_at = models.DateTimeField()
    connected_by = models.TextField()
    cloud = models.TextField(
        choices=[(cloud.value, cloud.value) for cloud in Cloud],
        default=Cloud.GLOBAL.value,
        db_default=Cloud.GLOBAL.value,
    )

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
            cloud=Cloud(self.cloud),
            principal=self.principal,
        )


class CredentialRow(models.Model):
    """What a connection proves itself with. `secret` is a client secret, or a certificate's private key as PEM.

    A certificate that waits for its registration has no connection yet.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    connection = models.ForeignKey(ConnectionRow, on_delete=models.CASCADE, null=True, related_name="credentials")
    kind = models.TextField(choices=[(kind.value, kind.value) for kind in CredentialKind])
    state = models.TextField(choices=[(state.value, state.value) for state in CredentialState])
    client_id = models.TextField(null=True)
    secret = EncryptedField(null=True)
    certificate = models.TextField(null=True)
    thumbprint = models.TextField(default="")
    expires_at = models.DateTimeField(null=True)
    expiry_source = models.TextField(null=True, choices=[(source.value, source.value) for source in ExpirySource])
    warned_days = models.SmallIntegerField(null=True)
    made_at = models.DateTimeField()
    made_by = models.TextField()

    class Meta:
        db_table = "credential"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["connection"], condition=models.Q(state="current"), name="credential_one_current"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["expires_at"], name="credential_expiry")]

    def value(self) -> KeptCredential:
        """The credential as the rest of the house knows it, without its secret."""
        return KeptCredential(
            id=self.id,
            tenant_id=None if self.connection is None else self.connection.tenant_id,
            kind=CredentialKind(self.kind),
            state=CredentialState(self.state),
            client_id=self.client_id,
            certificate=self.certificate,
            thumbprint=self.thumbprint,
            expires_at=self.expires_at,
            expiry_source=None if self.expiry_source is None else ExpirySource(self.expiry_source),
            made_at=self.made_at,
            made_by=self.made_by,
            warned_days=self.warned_days,
        )


class ConnectAttempt(models.Model):
    """One visit to Microsoft's consent page. Only the SHA-256 of its `state` is kept; it works once.

    capabilities  what the tenant is to be connected for; null: what was chosen before, or else the standard ones
    """

    digest = models.BinaryField(primary_key=True, max_length=32)
    actor_id = models.TextField()
    expected_tenant = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    capabilities = models.JSONField(null=True)

    class Meta:
        db_table = "connect_attempt"
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["expires_at"], name="connect_attempt_expiry")]
