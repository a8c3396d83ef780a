"""Encryption of secrets at rest: bind passwords, webhook secrets.

Keys come from SECRET_ENCRYPTION_KEYS, newest first: the first encrypts, all decrypt,
so a key is rotated by putting a new one in front (`manage.py rotate_secrets` rewrites).
"""

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
