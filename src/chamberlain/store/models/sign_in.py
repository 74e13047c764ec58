"""What signing in needs to remember: attempts, sessions, passkeys, codes."""

import uuid
from typing import Any, ClassVar

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from chamberlain.store.models.user import User
from chamberlain.store.secrets import EncryptedField


class SessionRow(AbstractBaseSession):
    """A session of a browser. Only the SHA-256 of its key is kept: who reads the table cannot use one."""

    session_key = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="sessions")
    way = models.TextField(default="")
    started_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    ip = models.TextField(default="")
    agent = models.TextField(default="")

    class Meta:
        db_table = "session"

    @classmethod
    def get_session_store_class(cls) -> Any:
        """The store that Django reads and writes these rows with."""
        from chamberlain.store.session_store import SessionStore

        return SessionStore


class SignInAttempt(models.Model):
    """A sign-in that was begun. Only the SHA-256 of what the browser carries is kept; it works once."""

    digest = models.BinaryField(primary_key=True, max_length=32)
    purpose = models.TextField()
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True)
    next = models.TextField(default="")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "sign_in_attempt"
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["expires_at"], name="sign_in_attempt_expiry")]


class PasskeyRow(models.Model):
    """The public half of a passkey.

    credential  id, model and public key, as WebAuthn writes attested credential data
    counter     how often the device says that it was used; 0 where it does not count
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="passkeys")
    credential_id = models.BinaryField(unique=True, max_length=1023)
    credential = models.BinaryField()
    counter = models.BigIntegerField(default=0)
    name = models.TextField()
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "passkey"


class CodeRow(models.Model):
    """The secret behind a person's one-time codes, encrypted.

    confirmed_at  when they proved that they have it; empty: it does not count yet
    last_step     the newest time step that a code was used of: none is good twice
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="code")
    secret = EncryptedField()
    made_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    last_step = models.BigIntegerField(default=0)

    class Meta:
        db_table = "one_time_code"


class RecoveryCodeRow(models.Model):
    """A code on paper, for when the device is lost. Only the SHA-256 of its 80 random bits is kept; it works once."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.BinaryField(max_length=32)
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "recovery_code"
