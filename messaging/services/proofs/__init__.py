"""Proof packs: what happened to one message or one number, with everything that proves it."""

from messaging.services.proofs.packs import (
    LARGEST_NUMBER,
    Pack,
    Wanted,
    proof_of_message,
    proof_of_number,
)

__all__ = ["LARGEST_NUMBER", "Pack", "Wanted", "proof_of_message", "proof_of_number"]
