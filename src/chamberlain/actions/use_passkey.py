"""Add passkeys to one's own local account, remove them, and sign in with them.

A ceremony begins with options for the browser, whose challenge follows from a secret that it keeps; it ends with
what the authenticator signed, once, within ten minutes.
source  https://www.w3.org/TR/webauthn-3/ (2025), 7.1 and 7.2; user verification is asked for, so that a passkey is two
        factors
"""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from chamberlain import clock
from chamberlain.actions.entering import ATTEMPT_LASTS, guarded, note_signed_in
from chamberlain.actions.own_account import own_account
from chamberlain.audit.event import EventName, record
from chamberlain.errors import Misconfigured, Refused
from chamberlain.model.actor import Actor
from chamberlain.model.entrance import Purpose, SignInWay
from chamberlain.policy.attempt import derived
from chamberlain.policy.relying_party import is_possible, relying_party
from chamberlain.settings import load
from chamberlain.store import local_accounts, sign_ins
from chamberlain.store.connection import transaction

REQUIRED = UserVerificationRequirement.REQUIRED
LONGEST_NAME = 60
METHOD = "passkey"


@dataclass(frozen=True, slots=True)
class Ceremony:
    """What the browser asks the authenticator, and what it has to keep for the way back."""

    options: Mapping[str, Any]
    secret: str = field(repr=False)


def begin_adding(*, actor: Actor, signed_in_at: datetime | None) -> Ceremony:
    """Options for making a passkey that names its person, so that nobody types who they are.

    raises  Refused("not_local" | "sign_in_again"), Misconfigured("passkeys_need_https")
    """
    user_id = own_account(actor, signed_in_at=signed_in_at)
    known = [AttestedCredentialData(one) for one in local_accounts.credentials_of(user_id)]
    secret = _begin(Purpose.ADD_PASSKEY, user_id)
    options, _ = relying_party(_url()).register_begin(
        PublicKeyCredentialUserEntity(id=user_id.bytes, name=actor.name, display_name=actor.name),
        credentials=known,
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=REQUIRED,
        challenge=_challenge(secret),
    )
    return Ceremony(dict(options.public_key), secret)


def add_passkey(*, actor: Actor, signed_in_at: datetime | None, secret: str, answer: str, name: str) -> None:
    """Keeps the passkey that the browser made.

    answer  the credential as JSON
    raises  Refused("passkey_refused" | "sign_in_state_invalid" | "not_local" | "sign_in_again"),
            Conflict("passkey_known")
    """
    user_id = own_account(actor, signed_in_at=signed_in_at)
    with transaction():
        sign_ins.close_attempt(secret=secret, purpose=Purpose.ADD_PASSKEY, user_id=user_id, now=clock.now())
    try:
        made = relying_party(_url()).register_complete(_state(secret), _decoded(answer))
    except (ValueError, KeyError, TypeError) as wrong:
        raise Refused("passkey_refused", reason=type(wrong).__name__) from None
    if made.credential_data is None:
        raise Refused("passkey_refused", reason="no key")
    with transaction():
        local_accounts.add_passkey(
            user_id,
            credential_id=made.credential_data.credential_id,
            credential=bytes(made.credential_data),
            counter=made.counter,
            name=name.replace("\x00", "").strip()[:LONGEST_NAME] or "Passkey",
            now=clock.now(),
        )
        record(EventName.SIGN_IN_METHOD_ADDED, actor=actor, tenant_id=None, subject=str(user_id), method=METHOD)


def remove_passkey(*, actor: Actor, signed_in_at: datetime | None, passkey_id: UUID) -> None:
    """Removes one of one's own.

    raises  NotFound("passkey_not_found"), Refused("not_local" | "sign_in_again")
    """
    user_id = own_account(actor, signed_in_at=signed_in_at)
    with transaction():
        name = local_accounts.remove_passkey(user_id, passkey_id)
        record(
            EventName.SIGN_IN_METHOD_REMOVED,
            actor=actor,
            tenant_id=None,
            subject=str(user_id),
            method=METHOD,
            called=name,
        )


def begin_passkey_sign_in() -> Ceremony:
    """Options for signing in with any passkey of this installation.

    raises  Misconfigured("passkeys_need_https")
    """
    server = relying_party(_url())
    secret = _begin(Purpose.PASSKEY, None)
    options, _ = server.authenticate_begin(user_verification=REQUIRED, challenge=_challenge(secret))
    return Ceremony(dict(options.public_key), secret)


def sign_in_with_passkey(*, secret: str, answer: str) -> UUID:
    """The user whose passkey signed.

    answer  the assertion as JSON
    raises  Refused("passkey_refused" | "sign_in_state_invalid")
    """
    return guarded(lambda: _checked(secret, answer), way=SignInWay.PASSKEY)


def _checked(secret: str, answer: str) -> UUID:
    now = clock.now()
    with transaction():
        sign_ins.close_attempt(secret=secret, purpose=Purpose.PASSKEY, user_id=None, now=now)
    given = _decoded(answer)
    with transaction():
        try:
            response = AuthenticationResponse.from_dict(given)
            user, credential, counter = local_accounts.passkey(response.raw_id)
            handle = response.response.user_handle
            if handle is not None and handle != user.id.bytes:
                raise Refused("passkey_refused", reason="another person's")
            relying_party(_url()).authenticate_complete(_state(secret), [AttestedCredentialData(credential)], response)
            used = response.response.authenticator_data.counter
        except (ValueError, KeyError, TypeError, AttributeError) as wrong:
            raise Refused("passkey_refused", reason=type(wrong).__name__) from None
        if (used or counter) and used <= counter:
            raise Refused("passkey_refused", reason="copied")
        local_accounts.note_passkey_used(response.raw_id, counter=used, now=now)
        return note_signed_in(user, SignInWay.PASSKEY)


def _url() -> str:
    url = load().url
    if not is_possible(url):
        raise Misconfigured("passkeys_need_https", url=url)
    return url


def _begin(purpose: Purpose, user_id: UUID | None) -> str:
    _url()
    secret = secrets.token_urlsafe(32)
    with transaction():
        sign_ins.open_attempt(
            secret=secret, purpose=purpose, user_id=user_id, next_page="", now=clock.now(), lasts=ATTEMPT_LASTS
        )
    return secret


def _challenge(secret: str) -> bytes:
    return base64.urlsafe_b64decode(derived(secret, "challenge") + "=")


def _state(secret: str) -> dict[str, Any]:
    return {"challenge": derived(secret, "challenge"), "user_verification": REQUIRED}


def _decoded(answer: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(answer, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeEncodeError):
        raise Refused("passkey_refused", reason="unreadable") from None
