"""People who sign in to Chamberlain."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class UserManager(BaseUserManager["User"]):
    """Finds people by the pair that identifies them."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """The person with this subject; Django's session machinery asks for it."""
        return self.get(subject=username)


class User(AbstractBaseUser):
    """A person, known by (tenant id, object id) in Entra, never by e-mail.

    Local accounts, such as the one behind the terminal's sign-in link, have the nil tenant and an object id of ours.

    role        what earlier versions ask for, while some still run; roles are rows of RoleRow
    noticed_at  when Microsoft last told that they changed; looked_at: when they were asked about for it
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant_guid = models.UUIDField(default=uuid.UUID(int=0))
    object_guid = models.UUIDField(default=uuid.uuid4)
    subject = models.TextField(unique=True)
    name = models.TextField()
    role = models.TextField(default="", db_default="")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    noticed_at = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(null=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "subject"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        db_table = "app_user"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["tenant_guid", "object_guid"], name="user_identity")
        ]


class SignInLink(models.Model):
    """A link that signs a person in once. Only the SHA-256 of its token is kept."""

    digest = models.BinaryField(primary_key=True, max_length=32)
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "sign_in_link"
