"""People who sign in, and the links that let them."""

import hashlib
import uuid
from datetime import datetime, timedelta

from chamberlain.errors import Refused
from chamberlain.model.actor import Role
from chamberlain.store.models import RoleRow, SignInLink, User

LOCAL_TENANT = uuid.UUID(int=0)


def local_administrator(*, name: str, now: datetime) -> uuid.UUID:
    """The local administrator of this name, made if there is none.

    One that is there has the roles that they have: a link does not give back what was taken from them.
    """
    subject = f"local:{name.lower()}"
    user, is_new = User.objects.get_or_create(
        subject=subject,
        defaults={
            "tenant_guid": LOCAL_TENANT,
            "object_guid": uuid.uuid4(),
            "name": name,
            "role": Role.ADMINISTRATOR.value,
            "created_at": now,
        },
    )
    if is_new:
        RoleRow.objects.create(
            user=user, tenant=None, role=Role.ADMINISTRATOR.value, given_at=now, given_by="Chamberlain"
        )
    return user.id


def entra_person(*, tenant_guid: uuid.UUID, object_guid: uuid.UUID, name: str, now: datetime) -> tuple[User, bool]:
    """The person behind an object of a directory, and whether they were made just now; without any role."""
    return User.objects.get_or_create(
        tenant_guid=tenant_guid,
        object_guid=object_guid,
        defaults={"subject": f"entra:{tenant_guid}:{object_guid}", "name": name, "created_at": now},
    )


def local_person(name: str) -> uuid.UUID | None:
    """The local account of this name."""
    return User.objects.filter(subject=f"local:{name.strip().lower()}").values_list("id", flat=True).first()


def known(text: str) -> uuid.UUID | None:
    """Somebody by our own id of them."""
    id_ = guid_in(text)
    return None if id_ is None else User.objects.filter(id=id_).values_list("id", flat=True).first()


def guid_in(text: str) -> uuid.UUID | None:
    """The id that a text is; None where it is none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def save_link(*, token: str, user_id: uuid.UUID, now: datetime, lasts: timedelta) -> None:
    """Remembers a sign-in link by its digest; old ones are swept."""
    SignInLink.objects.filter(expires_at__lt=now - timedelta(days=1)).delete()
    SignInLink.objects.create(digest=_digest(token), user_id=user_id, created_at=now, expires_at=now + lasts)


def use_link(*, token: str, now: datetime) -> User:
    """Uses up a sign-in link; call it inside a transaction.

    raises  Refused("sign_in_link_invalid") when it is unknown, used, expired, or the person is blocked
    """
    link = SignInLink.objects.select_for_update().select_related("user").filter(digest=_digest(token)).first()
    if link is None or link.used_at is not None or link.expires_at < now or not link.user.is_active:
        raise Refused("sign_in_link_invalid")
    link.used_at = now
    link.save(update_fields=["used_at"])
    return link.user


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
