"""Certificates of callers, as a proxy of ours that ended their TLS reports them.

Proxies say it in several ways; each is known by its form: the certificate itself (RFC 9440's
`:base64:`, bare base64 of the DER, or PEM escaped for a header, as nginx has it), its SHA-256 in hex
(Caddy), or the subject's name alone.
"""

import base64
import binascii
import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Final
from urllib.parse import unquote

from cryptography import x509

_FINGERPRINT: Final = re.compile(r"[0-9a-f]{64}")
_PEM: Final = re.compile(r"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)
_LONGEST: Final = 16_384

Name = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """What is known of it: SHA-256 over its DER in hex, and its subject in an order of ours."""

    fingerprint: str = ""
    subject: Name = ()


def fingerprint_of(text: str) -> str:
    """SHA-256 as 64 small hex digits, from one with or without colons; "" where it is none."""
    found = text.strip().lower().removeprefix("sha256:").replace(":", "")
    return found if _FINGERPRINT.fullmatch(found) else ""


def subject_of(text: str) -> Name:
    """A name such as `CN=shop.example.com,O=Shop` (RFC 4514); () where it is none."""
    try:
        return _sorted(x509.Name.from_rfc4514_string(text.strip()))
    except ValueError:
        return ()


@lru_cache(maxsize=1024)
def certificate_read(header: str) -> ClientCertificate | None:
    """The certificate in a proxy's header; None where there is none that can be read."""
    text = header.strip()
    if not text or len(text) > _LONGEST:
        return None
    if fingerprint := fingerprint_of(text):
        return ClientCertificate(fingerprint)
    if der := _der(text):
        return _from_der(der)
    subject = subject_of(text)
    return ClientCertificate(subject=subject) if subject else None


def is_within(address: str, networks: Sequence[str]) -> bool:
    """Whether an address is in one of the networks; a socket's peer (no address) is `unix`."""
    if not address:
        return "unix" in networks
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(
        found in ipaddress.ip_network(one, strict=False) for one in networks if one != "unix"
    )


def _der(text: str) -> bytes:
    pem = _PEM.search(unquote(text))
    coded = pem[1] if pem else text.strip(":")
    try:
        return base64.b64decode("".join(coded.split()), validate=True)
    except (ValueError, binascii.Error):
        return b""


def _from_der(der: bytes) -> ClientCertificate | None:
    try:
        certificate = x509.load_der_x509_certificate(der)
    except ValueError:
        return None
    return ClientCertificate(sha256(der).hexdigest(), _sorted(certificate.subject))


def _sorted(name: x509.Name) -> Name:
    """Proxies write names forwards and backwards: order says nothing."""
    return tuple(sorted((one.oid.dotted_string, str(one.value)) for one in name))
