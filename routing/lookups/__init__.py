"""Whom to ask which network a number is on. A new kind is a module here and a line in KINDS."""

from routing.lookups.protocol import (
    KIND_CHOICES,
    KINDS,
    Answered,
    LookupFailedError,
    Provider,
    provider_of,
)

__all__ = ["KINDS", "KIND_CHOICES", "Answered", "LookupFailedError", "Provider", "provider_of"]
