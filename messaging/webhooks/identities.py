"""Client certificates: who we are to a receiver that asks (mutual TLS, RFC 8446 §4.3.2)."""

import os
import ssl
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate with its chain and its key, in PEM."""

    certificate: str
    key: str


class BadIdentityError(Exception):
    """What is wrong, in one of the words bad_certificate, bad_key, key_mismatch."""


def ends_at(identity: Identity) -> datetime:
    """When the certificate ends. Raises BadIdentityError unless it and its key can be used."""
    try:
        certificate = x509.load_pem_x509_certificates(identity.certificate.encode())[0]
    except ValueError:
        raise BadIdentityError("bad_certificate") from None
    try:
        key = load_pem_private_key(identity.key.encode(), password=None)
    except (ValueError, TypeError):  # TypeError: it is behind a password
        raise BadIdentityError("bad_key") from None
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if key.public_key().public_bytes(*form) != certificate.public_key().public_bytes(*form):
        raise BadIdentityError("key_mismatch")
    try:
        identify(ssl.create_default_context(), identity)
    except ssl.SSLError:  # too weak for this machine's TLS
        raise BadIdentityError("bad_certificate") from None
    return certificate.not_valid_after_utc


def identify(context: ssl.SSLContext, identity: Identity) -> None:
    """Gives a context the identity. The `ssl` module reads files only: this one is in memory and
    gone at once. Raises ssl.SSLError."""
    descriptor = os.memfd_create("identity", os.MFD_CLOEXEC)
    try:
        with os.fdopen(os.dup(descriptor), "wb") as file:
            file.write(f"{identity.key.strip()}\n{identity.certificate.strip()}\n".encode())
        context.load_cert_chain(f"/proc/self/fd/{descriptor}")
    finally:
        os.close(descriptor)
