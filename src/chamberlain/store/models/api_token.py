"""Tokens of the API, and what was asked for with a key that makes it happen once."""

from typing import Any, ClassVar

from django.db import models

from chamberlain.store.models.tenant import TenantRow
from chamberlain.store.models.user import User


class ApiTokenRow(models.Model):
    """A token by the SHA-256 of its secret. It ends with its person, and with its tenant.

    used_at  written once an hour at most
    """

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    tenant = models.ForeignKey(TenantRow, on_delete=models.CASCADE, null=True)
    name = models.TextField()
    digest = models.BinaryField(max_length=32, unique=True)
    hint = models.TextField()
    scopes = models.JSONField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "api_token"


class ApiOnceRow(models.Model):
    """A request that carried an Idempotency-Key, and what came of it.

    fingerprint  SHA-256 of what was asked: the same key with another request is a mistake
    """

    id = models.BigAutoField(primary_key=True)
    token = models.ForeignKey(ApiTokenRow, on_delete=models.CASCADE)
    key = models.TextField()
    fingerprint = models.BinaryField(max_length=32)
    result = models.TextField(default="")
    at = models.DateTimeField()

    class Meta:
        db_table = "api_once"
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint(fields=["token", "key"], name="api_once_key")]
