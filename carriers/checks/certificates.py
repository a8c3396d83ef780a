"""TLS material: whether it can be read, fits together, and until when it holds."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)
from django.utils.translation import gettext as _

from carriers.checks.values import Problem
from carriers.models import Bind
from config.common import clock

ALARM_DAYS = 30


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """Whose certificate it is and when it ends."""

    subject: str
    ends_at: datetime


def certificate_facts(pem: str) -> CertificateFacts | None:
    """Facts of the first certificate in the text; None where there is none."""
    try:
        certificate = x509.load_pem_x509_certificates(pem.encode())[0]
    except (ValueError, IndexError):
        return None
    return CertificateFacts(certificate.subject.rfc4514_string(), certificate.not_valid_after_utc)


def days_left(pem: str, now: datetime) -> int | None:
    """Whole days until our certificate ends, below 0 after it; None without one."""
    facts = certificate_facts(pem) if pem.strip() else None
    return None if facts is None else (facts.ends_at - now).days


def tls_problems(bind: Bind) -> Iterator[Problem]:
    """Certificates and key that TLS could not use."""
    if bind.tls_ca_bundle.strip() and certificate_facts(bind.tls_ca_bundle) is None:
        yield Problem("tls_ca_bundle", _("This holds no certificate."), _pem())
    has = {name: bool(getattr(bind, name).strip()) for name in ("tls_certificate", "tls_key")}
    if has["tls_key"] and not has["tls_certificate"]:
        yield Problem(
            "tls_certificate",
            _("The key has no certificate."),
            _("Paste the certificate it belongs to."),
        )
    if not has["tls_certificate"]:
        return
    facts = certificate_facts(bind.tls_certificate)
    if facts is None:
        yield Problem("tls_certificate", _("This holds no certificate."), _pem())
        return
    if facts.ends_at <= clock.now():
        yield Problem(
            "tls_certificate",
            _("The certificate ended on %(day)s.") % {"day": facts.ends_at.date().isoformat()},
            _("Ask for a new one."),
        )
    yield from _key(bind)


def _key(bind: Bind) -> Iterator[Problem]:
    if not bind.tls_key.strip():
        yield Problem(
            "tls_key", _("The certificate needs its private key."), _("Paste the key as PEM.")
        )
        return
    try:
        key = load_pem_private_key(bind.tls_key.encode(), password=None)
    except (ValueError, TypeError):
        yield Problem(
            "tls_key",
            _("This is no private key without pass phrase."),
            _("Paste it as PEM; “openssl pkey” takes a pass phrase off."),
        )
        return
    certificate = x509.load_pem_x509_certificates(bind.tls_certificate.encode())[0]
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if key.public_key().public_bytes(*form) != certificate.public_key().public_bytes(*form):
        yield Problem(
            "tls_key",
            _("Key and certificate do not belong together."),
            _("Paste the key with which this certificate was asked for."),
        )


def _pem() -> str:
    return _("Paste text that begins with -----BEGIN CERTIFICATE-----.")
