"""Attempts to sign in, and the people whom they lead to."""

import hashlib
from datetime import datetime, timedelta
from uuid import UUID

from chamberlain.errors import Refused
from chamberlain.model.actor import Role
from chamberlain.model.entrance import Purpose, Visitor
from chamberlain.policy.mail import is_address
from chamberlain.store import mail_boxes, roles
from chamberlain.store.models import ConnectionRow, SignInAttempt, User

SWEPT_AFTER = timedelta(hours=1)


def open_attempt(
    *, secret: str, purpose: Purpose, user_id: UUID | None, next_page: str, now: datetime, lasts: timedelta
) -> None:
    """Remembers that a browser began to sign in; old attempts are swept."""
    SignInAttempt.objects.filter(expires_at__lt=now - SWEPT_AFTER).delete()
    SignInAttempt.objects.create(
        digest=_digest(secret),
        purpose=purpose.value,
        user_id=user_id,
        next=next_page,
        created_at=now,
        expires_at=now + lasts,
    )


def close_attempt(*, secret: str, purpose: Purpose, user_id: UUID | None, now: datetime) -> str:
    """Uses up an attempt; call it inside a transaction.

    returns  the page to go to afterwards
    raises   Refused("sign_in_state_invalid") when it is unknown, used, over, or for something or somebody else
    """
    attempt = SignInAttempt.objects.select_for_update().filter(digest=_digest(secret), purpose=purpose.value).first()
    if attempt is None or attempt.used_at is not None or attempt.expires_at < now or attempt.user_id != user_id:
        raise Refused("sign_in_state_invalid")
    attempt.used_at = now
    attempt.save(update_fields=["used_at"])
    return str(attempt.next)


def welcome(visitor: Visitor, *, now: datetime) -> User:
    """The user whom Microsoft vouches for, made at the first sign-in; names are brought up to date.

    raises  Refused("sign_in_blocked") where the account was switched off here
    """
    user, _ = User.objects.get_or_create(
        tenant_guid=visitor.tenant_guid,
        object_guid=visitor.object_guid,
        defaults={
            "subject": f"entra:{visitor.tenant_guid}:{visitor.object_guid}",
            "name": visitor.name,
            "created_at": now,
        },
    )
    if not user.is_active:
        raise Refused("sign_in_blocked")
    if user.name != visitor.name:
        user.name = visitor.name
        user.save(update_fields=["name"])
    mail_boxes.note_told(user.id, address=visitor.mail if is_address(visitor.mail) else "")
    if user.last_login is None:
        _give_own_access(user, now=now)
    return user


def _give_own_access(user: User, *, now: datetime) -> None:
    """Everybody of a connected tenant may see what they themselves have there, and nothing else."""
    tenant_id = ConnectionRow.objects.filter(tenant__guid=user.tenant_guid).values_list("tenant_id", flat=True).first()
    if tenant_id is not None:
        roles.give(user_id=user.id, role=Role.USER, tenant_id=tenant_id, given_by="Chamberlain", now=now)


def is_connected(tenant_guid: UUID) -> bool:
    """Whether the tenant has a connection."""
    return ConnectionRow.objects.filter(tenant__guid=tenant_guid).exists()


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
