"""Secrets at rest: AES-256-GCM, bound to the row and column they belong to, with the key's id in the token."""

import base64
import hashlib
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models

from chamberlain.errors import Misconfigured

NONCE_BYTES = 12
KEY_BYTES = 32


def key_id(key: bytes) -> str:
    """Eight hex digits that name a key without telling it."""
    return hashlib.sha256(b"chamberlain key id" + key).hexdigest()[:8]


def encrypt(plain: str, *, key: bytes, context: str) -> str:
    """A token `v1.<key id>.<base64url>` that decrypts under the same key and context only."""
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, plain.encode(), context.encode())
    return f"v1.{key_id(key)}.{base64.urlsafe_b64encode(nonce + sealed).decode('ascii')}"


def decrypt(token: str, *, key: bytes, context: str) -> str:
    """The plain text of a token.

    raises  Misconfigured("key_wrong") when the key is another one, or the token was moved or changed
    """
    version, sealed_with, body = token.split(".", 2)
    if version != "v1" or sealed_with != key_id(key):
        raise Misconfigured("key_wrong", expected=sealed_with, found=key_id(key))
    raw = base64.urlsafe_b64decode(body)
    try:
        return AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], context.encode()).decode()
    except InvalidTag as error:
        raise Misconfigured("key_wrong", expected=sealed_with, found=key_id(key)) from error


class Sealed(str):
    """A token as it came from the database, told apart from plain text by its type."""

    __slots__ = ()


class EncryptedField(models.TextField):  # type: ignore[type-arg]  # not subscriptable at run time
    """Text that is encrypted in the database. The model's primary key has to be known before the first save."""

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:  # noqa: FBT001, FBT002 - Django's signature
        """Puts a descriptor on the model that decrypts when read."""
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, name, _Descriptor(self))

    def context(self, instance: models.Model) -> str:
        """What a token is bound to: table, column and row."""
        return f"{instance._meta.db_table}.{self.column}:{instance.pk}"

    def from_db_value(self, value: str | None, *_: object) -> Sealed | None:
        """The stored token, marked as such."""
        return None if value is None else Sealed(value)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:  # noqa: FBT001, ARG002 - Django's signature
        """The token as it is stored."""
        token = model_instance.__dict__.get(self.attname)
        return None if token is None else str(token)


class _Descriptor:
    """Reads plain text, keeps the token."""

    def __init__(self, field: EncryptedField) -> None:
        self.field = field

    def __get__(self, instance: models.Model | None, owner: type[models.Model]) -> Any:
        if instance is None:
            return self
        token = instance.__dict__.get(self.field.attname)
        if token is None:
            return None
        return settings.CHAMBERLAIN_KEYS.decrypt(token, context=self.field.context(instance))

    def __set__(self, instance: models.Model, value: str | None) -> None:
        if value is not None and not isinstance(value, Sealed):
            value = Sealed(settings.CHAMBERLAIN_KEYS.encrypt(value, context=self.field.context(instance)))
        instance.__dict__[self.field.attname] = value
