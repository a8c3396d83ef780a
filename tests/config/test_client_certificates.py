"""What proxies say about the certificate of a caller."""

import base64
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from config.common.callers import client_certificate
from config.common.client_certificates import certificate_read, fingerprint_of, subject_of

_NAME = x509.Name.from_rfc4514_string("CN=shop.example.com,O=Shop")


def made() -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    start = datetime(2026, 1, 1, tzinfo=UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_NAME)
        .issuer_name(_NAME)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=365))
        .sign(key, hashes.SHA256())
    )


CERTIFICATE = made()
DER = CERTIFICATE.public_bytes(serialization.Encoding.DER)
PEM = CERTIFICATE.public_bytes(serialization.Encoding.PEM).decode()
FINGERPRINT = sha256(DER).hexdigest()
CODED = base64.b64encode(DER).decode()


@pytest.mark.parametrize(
    "header",
    [quote(PEM), PEM.replace("\n", "\n\t"), CODED, f":{CODED}:"],
    ids=["nginx", "folded", "base64", "RFC 9440"],
)
def test_certificate_itself_says_both(header: str) -> None:
    found = certificate_read(header)
    assert found is not None
    assert found.fingerprint == FINGERPRINT
    assert found.subject == subject_of("O=Shop,CN=shop.example.com")


@pytest.mark.parametrize(
    "text",
    [FINGERPRINT, FINGERPRINT.upper(), f"SHA256:{FINGERPRINT}",
     ":".join(FINGERPRINT[at : at + 2] for at in range(0, 64, 2))],
    ids=["small", "capital", "with its algorithm", "in pairs"],
)  # fmt: skip
def test_fingerprint_is_known_in_every_spelling(text: str) -> None:
    found = certificate_read(text)
    assert found is not None
    assert (found.fingerprint, fingerprint_of(text)) == (FINGERPRINT, FINGERPRINT)


def test_subject_alone_names_no_fingerprint() -> None:
    found = certificate_read("O=Shop,CN=shop.example.com")
    assert found is not None
    assert (found.fingerprint, found.subject) == ("", subject_of("CN=shop.example.com,O=Shop"))


@pytest.mark.parametrize(
    "header", ["", " ", "nonsense", "AAAA", "a" * 20_000, "%%%", "\x00", "=,="]
)
def test_nonsense_is_no_certificate(header: str) -> None:
    assert certificate_read(header) is None


@pytest.mark.parametrize(
    ("peer", "proxies", "is_believed"),
    [
        ("10.0.0.1", ["10.0.0.0/24"], True),
        ("10.0.1.1", ["10.0.0.0/24"], False),
        ("203.0.113.9", ["127.0.0.1/32"], False),
        ("", ["unix"], True),
        ("", ["127.0.0.1/32"], False),
        ("nonsense", ["0.0.0.0/0"], False),
    ],
)
def test_only_our_proxies_are_believed(settings, peer, proxies, is_believed) -> None:
    settings.CLIENT_CERTIFICATE_HEADER = "X-Client-Certificate"
    settings.CLIENT_CERTIFICATE_PROXIES = proxies
    meta = {"REMOTE_ADDR": peer, "HTTP_X_CLIENT_CERTIFICATE": FINGERPRINT}
    assert (client_certificate(meta) is not None) is is_believed


def test_without_a_header_of_its_name_nothing_is_read(settings) -> None:
    settings.CLIENT_CERTIFICATE_HEADER = ""
    meta = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_CLIENT_CERTIFICATE": FINGERPRINT}
    assert client_certificate(meta) is None
