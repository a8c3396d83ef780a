"""The texts of keys: how they begin, what of them is kept."""

import hashlib
import secrets
from typing import Final

KEY_START: Final = "sb_"
TEST_START: Final = "sb_test_"
CLIENT_START: Final = "sbs_"  # of clients of OAuth 2
OAUTH_START: Final = "sbt_"
# After the start, of the part that is shown and looked up.
_SHOWN: Final = 8


def key_text(start: str = KEY_START) -> tuple[str, str]:
    """A new key: what it begins with, which is shown, and the whole, which is not kept."""
    prefix = start + secrets.token_hex(_SHOWN // 2)
    return prefix, prefix + secrets.token_urlsafe(30)


def client_id_new() -> str:
    """A name for a client of OAuth 2; it is no secret."""
    return f"client-{secrets.token_hex(8)}"


def token_text() -> str:
    """A new access token."""
    return OAUTH_START + secrets.token_urlsafe(32)


def prefix_of(text: str) -> str:
    """What a key begins with."""
    if text.startswith(TEST_START):
        return text[: len(TEST_START) + _SHOWN]
    start, separator, rest = text[:64].partition("_")
    return start + separator + rest[:_SHOWN]


def digest(text: str) -> str:
    """What is kept of a secret. It is random, 256 bits: nothing slower than SHA-256 is needed."""
    return hashlib.sha256(text.encode()).hexdigest()
