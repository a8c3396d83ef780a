"""Encryption of secrets at rest: bind passwords, webhook secrets; and keyed digests of codes.

Keys come from SECRET_ENCRYPTION_KEYS, newest first: the first encrypts, all decrypt,
so a key is rotated by putting a new one in front (`manage.py rotate_secrets` rewrites).
"""

import hashlib
import hmac
from collections.abc import Callable
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models


def _fernet() -> MultiFernet:
    keys = settings.SECRET_ENCRYPTION_KEYS
    if not keys:
        raise ImproperlyConfigured("SECRET_ENCRYPTION_KEYS is empty: set at least one Fernet key")
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(value: str) -> str:
    """The value as an authenticated token; the empty string stays empty."""
    return _fernet().encrypt(value.encode()).decode() if value else ""


def decrypt(token: str) -> str:
    """The value behind a token. Raises ImproperlyConfigured when no key fits."""
    if not token:
        return ""
    try:
        return _fernet().decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise ImproperlyConfigured(
            "a stored secret fits none of SECRET_ENCRYPTION_KEYS: add the key it was written with"
        ) from error


def keyed_digests(purpose: str, value: str) -> tuple[bytes, ...]:
    """HMAC-SHA-256 of a short secret under each key, the present key's first.

    One is stored, and a value is held against all of them: so the keys rotate while codes are
    still in people's hands. Each purpose has keys of its own, derived from those of encryption.
    """
    keys = settings.SECRET_ENCRYPTION_KEYS
    if not keys:
        raise ImproperlyConfigured("SECRET_ENCRYPTION_KEYS is empty: set at least one Fernet key")
    return tuple(_keyed(_keyed(_octets(key), purpose), value) for key in keys)


def is_digest_of(purpose: str, value: str, digest: bytes) -> bool:
    """Whether a stored digest is that of the value; takes as long whatever the answer."""
    found = [hmac.compare_digest(one, digest) for one in keyed_digests(purpose, value)]
    return any(found)


def _keyed(key: bytes, value: str) -> bytes:
    return hmac.new(key, value.encode(), hashlib.sha256).digest()


def _octets(key: str | bytes) -> bytes:
    return key if isinstance(key, bytes) else key.encode()


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]
    """Text that the database only ever sees encrypted."""

    def from_db_value(self, value: str | None, *_: object) -> str | None:
        return None if value is None else decrypt(value)

    def get_prep_value(self, value: Any) -> Any:  # what the parent takes
        prepared = super().get_prep_value(value)
        return None if prepared is None else encrypt(prepared)

    def get_lookup(self, lookup_name: str) -> Callable[..., Any] | None:  # type: ignore[override]
        """Tokens differ at each writing, so comparing them can only mislead."""
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None
