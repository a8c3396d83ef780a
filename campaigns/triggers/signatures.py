"""Whether a request was signed with the source's secret: Standard Webhooks by its library, and the
HMAC schemes of common platforms, told by data."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from standardwebhooks import Webhook

STANDARD, HMAC = "standard_webhooks", "hmac"
ALGORITHMS: Final = ("sha256", "sha384", "sha512")
ENCODINGS: Final = ("hex", "base64")
# What is signed: the body alone, or with the time (and the id) that another header brings.
SIGNED_CONTENTS: Final = (
    "{body}",
    "{timestamp}.{body}",
    "{timestamp}{body}",
    "v0:{timestamp}:{body}",
    "{id}.{timestamp}.{body}",
)
_MOST_SIGNATURES: Final = 10
_LATEST_SECOND: Final = 253_402_300_799  # of the year 9999


class SignatureError(Exception):
    """A request that is not the platform's; `code` says why."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.params = code, params


@dataclass(frozen=True, slots=True)
class Scheme:
    """How a platform signs. A signature header of several members (`t=…,v1=…`) names those of the
    time and of the signature."""

    kind: str
    header: str = ""
    algorithm: str = "sha256"
    encoding: str = "hex"
    prefix: str = ""
    signed_content: str = "{body}"
    timestamp_header: str = ""
    id_header: str = ""
    timestamp_member: str = ""
    signature_member: str = ""
    tolerance_seconds: int = 300

    @property
    def needs_time(self) -> bool:
        return self.kind == STANDARD or "{timestamp}" in self.signed_content


def signature_verify(
    scheme: Scheme,
    secrets: Sequence[str],
    headers: Mapping[str, str],
    body: bytes,
    now: datetime,
) -> None:
    """Raises SignatureError where no secret signed this body (names of headers in small letters);
    all are tried, so that the time taken tells nothing."""
    if scheme.kind == STANDARD:
        _verify_standard(scheme, secrets, headers, body, now)
    else:
        _verify_hmac(scheme, secrets, headers, body, now)


def _verify_standard(
    scheme: Scheme,
    secrets: Sequence[str],
    headers: Mapping[str, str],
    body: bytes,
    now: datetime,
) -> None:
    message_id = _header(headers, "webhook-id", "signature_missing")
    given = _header(headers, "webhook-signature", "signature_missing")
    at = _time_checked(scheme, _header(headers, "webhook-timestamp", "timestamp_missing"), now)
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise SignatureError("signature_malformed", header="webhook-signature") from error
    signatures = [one[3:] for one in given.split() if one.startswith("v1,")][:_MOST_SIGNATURES]
    wanted = [Webhook(secret).sign(message_id, at, text)[3:] for secret in secrets]
    if not _any_equal(signatures, wanted):
        raise SignatureError("signature_wrong")


def _verify_hmac(
    scheme: Scheme,
    secrets: Sequence[str],
    headers: Mapping[str, str],
    body: bytes,
    now: datetime,
) -> None:
    given = _header(headers, scheme.header, "signature_missing")
    members = _members(given)
    signatures = [given]
    if scheme.signature_member:
        signatures = [text for name, text in members if name == scheme.signature_member]
    timestamp = ""
    if scheme.needs_time:
        timestamp = _timestamp(scheme, headers, members)
        _time_checked(scheme, timestamp, now)
    content = _content(scheme, headers, timestamp, body)
    found = [_digest(scheme, one) for one in signatures[:_MOST_SIGNATURES]]
    wanted = [
        hmac.new(secret.encode(), content, getattr(hashlib, scheme.algorithm)).digest()
        for secret in secrets
    ]
    if not _any_equal(found, wanted):
        raise SignatureError("signature_wrong")


def _header(headers: Mapping[str, str], name: str, code: str) -> str:
    found = headers.get(name.lower(), "").strip()
    if not found:
        raise SignatureError(code, header=name)
    return found


def _members(given: str) -> list[tuple[str, str]]:
    parts = (part.partition("=") for part in given.split(","))
    return [(name.strip(), text.strip()) for name, _sign, text in parts]


def _timestamp(
    scheme: Scheme, headers: Mapping[str, str], members: Sequence[tuple[str, str]]
) -> str:
    if not scheme.timestamp_member:
        return _header(headers, scheme.timestamp_header, "timestamp_missing")
    found = next((text for name, text in members if name == scheme.timestamp_member), "")
    if not found:
        raise SignatureError("timestamp_missing", header=scheme.header)
    return found


def _time_checked(scheme: Scheme, text: str, now: datetime) -> datetime:
    """The time signed, in seconds or ISO 8601, where it is near enough."""
    try:
        if text.isascii() and text.isdecimal():
            seconds = int(text[:16])
            if seconds > _LATEST_SECOND // 10:  # a clock in milliseconds
                seconds //= 1000
            at = datetime.fromtimestamp(seconds, tz=UTC)
        else:
            at = datetime.fromisoformat(text)
            at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise SignatureError(
            "signature_malformed", header=scheme.header or "webhook-timestamp"
        ) from error
    apart = abs((now - at).total_seconds())
    if apart > scheme.tolerance_seconds:
        raise SignatureError("timestamp_old", seconds=int(apart))
    return at


def _content(scheme: Scheme, headers: Mapping[str, str], timestamp: str, body: bytes) -> bytes:
    before, _mark, after = scheme.signed_content.partition("{body}")
    if "{id}" in before:
        given = _header(headers, scheme.id_header, "signature_missing")
        before = before.replace("{id}", given)
    before = before.replace("{timestamp}", timestamp)
    return before.encode() + body + after.encode()


def _digest(scheme: Scheme, text: str) -> bytes:
    if scheme.prefix:
        if not text.startswith(scheme.prefix):
            raise SignatureError("signature_malformed", header=scheme.header)
        text = text.removeprefix(scheme.prefix)
    try:
        if scheme.encoding == "hex":
            return bytes.fromhex(text)
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error) as error:
        raise SignatureError("signature_malformed", header=scheme.header) from error


def _any_equal(found: Sequence[str] | Sequence[bytes], wanted: Sequence[str | bytes]) -> bool:
    """Compares every pair in constant time."""
    is_equal = False
    for one in found:
        for other in wanted:
            is_equal |= hmac.compare_digest(_octets(one), _octets(other))
    return is_equal


def _octets(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value


def signature_make(
    scheme: Scheme, secret: str, body: bytes, *, at: datetime, message_id: str = ""
) -> dict[str, str]:
    """The headers with which a platform of this scheme would send a body: for trials, and for what
    is shown to integrators."""
    seconds = str(int(at.timestamp()))
    if scheme.kind == STANDARD:
        whole = at.replace(microsecond=0).astimezone(UTC)
        return {
            "webhook-id": message_id,
            "webhook-timestamp": seconds,
            "webhook-signature": Webhook(secret).sign(message_id, whole, body.decode()),
        }
    headers = {scheme.id_header.lower(): message_id} if scheme.id_header else {}
    content = _content(scheme, headers, seconds, body)
    digest = hmac.new(secret.encode(), content, getattr(hashlib, scheme.algorithm)).digest()
    text = digest.hex() if scheme.encoding == "hex" else base64.b64encode(digest).decode()
    value = scheme.prefix + text
    if scheme.signature_member:
        value = f"{scheme.signature_member}={value}"
        if scheme.timestamp_member:
            value = f"{scheme.timestamp_member}={seconds},{value}"
    made = headers | {scheme.header: value}
    if scheme.timestamp_header and scheme.needs_time and not scheme.timestamp_member:
        made[scheme.timestamp_header] = seconds
    return made
