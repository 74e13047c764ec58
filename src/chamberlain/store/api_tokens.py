"""Tokens of the API: made, found by their secret's digest, revoked; and requests that happen once."""

import hashlib
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.transaction import atomic

from chamberlain.errors import Conflict, NotFound, Refused
from chamberlain.model.api_token import MOST_TOKENS, ApiToken, TokenScope
from chamberlain.store.models import ApiOnceRow, ApiTokenRow, User

COARSE = timedelta(hours=1)  # how exactly the last use is known: every use written down would be a write a request
REMEMBERED = timedelta(days=1)  # how long a request with a key is known


def create(
    *,
    user_id: UUID,
    tenant_id: int | None,
    name: str,
    secret: str,
    scopes: frozenset[TokenScope],
    now: datetime,
    lasts: timedelta,
) -> ApiToken:
    """A new token; call it inside a transaction.

    raises  Conflict("tokens_too_many"), Refused("not_allowed") where there is no such person
    """
    if not User.objects.select_for_update().filter(pk=user_id, is_active=True).exists():
        raise Refused("not_allowed")
    if ApiTokenRow.objects.filter(user_id=user_id, revoked_at=None, expires_at__gt=now).count() >= MOST_TOKENS:
        raise Conflict("tokens_too_many", most=MOST_TOKENS)
    row = ApiTokenRow.objects.create(
        user_id=user_id,
        tenant_id=tenant_id,
        name=name,
        digest=_digest(secret),
        hint=secret[-4:],
        scopes=sorted(scope.value for scope in scopes),
        created_at=now,
        expires_at=now + lasts,
    )
    return find(token_id=row.id)


def find(*, token_id: int) -> ApiToken:
    """A token by our id.

    raises  NotFound("token_not_found")
    """
    row = _rows().filter(pk=token_id).first()
    if row is None:
        raise NotFound("token_not_found")
    return _token(row)


def find_by_secret(*, secret: str, now: datetime) -> ApiToken:
    """The token that works and has this secret; its use is noted.

    raises  Refused("token_invalid") when there is none, it has expired or was revoked, or its person is blocked
    """
    row = _rows().filter(digest=_digest(secret), revoked_at=None, expires_at__gt=now, user__is_active=True).first()
    if row is None:
        raise Refused("token_invalid")
    if row.used_at is None or row.used_at <= now - COARSE:
        unnoted = Q(used_at=None) | Q(used_at__lte=now - COARSE)
        ApiTokenRow.objects.filter(unnoted, pk=row.pk).update(used_at=now.replace(minute=0, second=0, microsecond=0))
    return _token(row)


def list_tokens(*, user_id: UUID | None) -> tuple[ApiToken, ...]:
    """Tokens of one person, or of everybody, newest first."""
    rows = _rows() if user_id is None else _rows().filter(user_id=user_id)
    return tuple(_token(row) for row in rows.order_by("-id"))


def revoke(*, token_id: int, now: datetime) -> bool:
    """Ends a token for good; False where it was revoked already."""
    return bool(ApiTokenRow.objects.filter(pk=token_id, revoked_at=None).update(revoked_at=now))


def known(*, token_id: int, key: str, request: str, now: datetime) -> str | None:
    """What came of an earlier request with this key; None where there was none that succeeded. It waits for nobody.

    raises  Refused("idempotency_key_reused") where the key came with another request
    """
    row = ApiOnceRow.objects.filter(token_id=token_id, key=key, at__gte=now - REMEMBERED).first()
    if row is None:
        return None
    if bytes(row.fingerprint) != hashlib.sha256(request.encode()).digest():
        raise Refused("idempotency_key_reused")
    return row.result or None


def claim(*, token_id: int, key: str, request: str, now: datetime) -> str | None:
    """What came of an earlier request with this key; None where this is the first, whose result is then `settle`d.

    Call it inside the transaction of the deed: a second request waits until the first has committed or failed.

    raises  Refused("idempotency_key_reused") where the key came with another request
    """
    ApiOnceRow.objects.filter(at__lt=now - REMEMBERED).delete()
    fingerprint = hashlib.sha256(request.encode()).digest()
    with atomic():
        made = ApiOnceRow(token_id=token_id, key=key, fingerprint=fingerprint, at=now)
        ApiOnceRow.objects.bulk_create([made], ignore_conflicts=True)
    row = ApiOnceRow.objects.select_for_update().get(token_id=token_id, key=key)
    if bytes(row.fingerprint) != fingerprint:
        raise Refused("idempotency_key_reused")
    return row.result or None


def settle(*, token_id: int, key: str, result: str) -> None:
    """Remembers what came of the first request with a key."""
    ApiOnceRow.objects.filter(token_id=token_id, key=key).update(result=result)


def _rows() -> "QuerySet[ApiTokenRow]":
    return ApiTokenRow.objects.select_related("user", "tenant")


def _token(row: ApiTokenRow) -> ApiToken:
    known = {scope.value: scope for scope in TokenScope}
    return ApiToken(
        id=row.id,
        name=row.name,
        hint=row.hint,
        user_id=row.user_id,
        user_name=row.user.name,
        tenant_id=row.tenant_id,
        tenant_name=row.tenant.name if row.tenant else "",
        scopes=frozenset(known[scope] for scope in row.scopes if scope in known),
        created_at=row.created_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
        revoked_at=row.revoked_at,
    )


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
