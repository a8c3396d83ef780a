"""Signs the daily digests of the chained books (Ed25519), and knows which keys are ours."""

import base64
import binascii

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


def sign(body: str) -> tuple[str, str]:
    """Signature and public key, both in base64, by the newest of LEDGER_SIGNING_KEYS."""
    if not settings.LEDGER_SIGNING_KEYS:
        raise ImproperlyConfigured("LEDGER_SIGNING_KEYS is empty: set 32 bytes in base64")
    key = _private(settings.LEDGER_SIGNING_KEYS[0])
    return _text(key.sign(body.encode())), _public_text(key)


def is_signed(body: str, signature: str, public_key: str) -> bool:
    """Whether the key signed these very bytes."""
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True))
        key.verify(base64.b64decode(signature, validate=True), body.encode())
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return True


def known_public_keys() -> tuple[str, ...]:
    """Ours, newest first: of the signing keys, and those kept of keys that are gone."""
    own = (_public_text(_private(seed)) for seed in settings.LEDGER_SIGNING_KEYS)
    return (*own, *settings.LEDGER_PUBLIC_KEYS)


def _private(seed: str) -> Ed25519PrivateKey:
    try:
        return Ed25519PrivateKey.from_private_bytes(base64.b64decode(seed, validate=True))
    except (ValueError, binascii.Error) as error:
        raise ImproperlyConfigured(
            "a key of LEDGER_SIGNING_KEYS is not 32 bytes in base64"
        ) from error


def _public_text(key: Ed25519PrivateKey) -> str:
    return _text(key.public_key().public_bytes_raw())


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()
