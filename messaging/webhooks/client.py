"""Posts one webhook: checked address, verified TLS, no redirects, one deadline for everything."""

import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Final

from django.conf import settings
from urllib3 import BaseHTTPResponse, PoolManager, Timeout
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NewConnectionError,
    ReadTimeoutError,
    SSLError,
)

from config.common.guarded.connections import (
    GuardedHTTPPool,
    GuardedHTTPSPool,
    RefusedAddressError,
    exchange,
)
from messaging.webhooks import attempts
from messaging.webhooks.identities import Identity, identify

TIMEOUT_SECONDS: Final = 15.0
CONNECTIONS_PER_HOST: Final = 32
_HOSTS: Final = 200
_IDENTITIES: Final = 64
_READ_AT_MOST: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `status` None: no answer, and `error` says why in one stable word:
    refused_address, connection_failed, tls_failed, timeout, broken_answer, bad_certificate.

    Of headers and body only what the log keeps; answers are compared without them."""

    status: int | None
    error: str = ""
    retry_after: timedelta | None = None
    headers: Mapping[str, str] = field(default_factory=dict, compare=False)
    body: str = field(default="", compare=False)
    milliseconds: int = field(default=0, compare=False)

    @property
    def is_success(self) -> bool:
        """Any 2xx (Standard Webhooks); a redirect is a failure."""
        return self.status is not None and 200 <= self.status < 300


@lru_cache(maxsize=_IDENTITIES)
def _pools(identity: Identity | None = None) -> PoolManager:
    """Kept connections per host, shared by the process's threads; connections on which we said
    who we are serve only the endpoint that has this certificate."""
    context = ssl.create_default_context()
    if identity is not None:
        identify(context, identity)
    manager = PoolManager(
        num_pools=_HOSTS, maxsize=CONNECTIONS_PER_HOST, retries=False, ssl_context=context
    )
    manager.pool_classes_by_scheme = {"http": GuardedHTTPPool, "https": GuardedHTTPSPool}
    return manager


def post(
    url: str,
    body: str,
    headers: dict[str, str],
    *,
    now: datetime,
    timeout_seconds: float = TIMEOUT_SECONDS,
    identity: Identity | None = None,
) -> Answer:
    """One attempt; never raises for what a receiver or a network can do. `now` reads dates in
    Retry-After, `identity` is shown to a receiver that asks for it."""
    began = time.monotonic()
    try:
        pools = _pools(identity)
    except (ssl.SSLError, ValueError):
        return Answer(None, "bad_certificate")
    answer = _exchanged(pools, url, body, headers, now, timeout_seconds)
    return replace(answer, milliseconds=round((time.monotonic() - began) * 1000))


def _exchanged(
    pools: PoolManager,
    url: str,
    body: str,
    headers: dict[str, str],
    now: datetime,
    timeout_seconds: float,
) -> Answer:
    exchange.begin(timeout_seconds, lambda _address: bool(settings.WEBHOOK_ALLOW_PRIVATE))
    try:
        response = pools.urlopen(
            "POST",
            url,
            body=body.encode(),
            headers=headers,
            redirect=False,
            preload_content=False,
            decode_content=False,
            timeout=Timeout(connect=timeout_seconds / 3, read=timeout_seconds),
        )
        return Answer(
            response.status,
            retry_after=_retry_after(response, now),
            headers=attempts.answer_headers(response.headers),
            body=_finish(response),
        )
    except RefusedAddressError:
        return Answer(None, "refused_address")
    except (HTTPError, OSError) as error:
        return Answer(None, "timeout" if exchange.is_over() else _word(error))
    finally:
        exchange.end()


def _finish(response: BaseHTTPResponse) -> str:
    """The beginning of the body; gives the connection back where that costs little, else closes
    it with what is unread."""
    length = response.length_remaining
    is_kept = response.version >= 11 and response.headers.get("connection", "").lower() != "close"
    octets = b""
    try:
        if is_kept and length is not None and length <= _READ_AT_MOST:
            octets = response.read()
            response.release_conn()
        else:
            # A receiver that took the event is not waited for; one that refused it says why.
            if not 200 <= response.status < 300:
                octets = response.read(attempts.BODY_AT_MOST * 4)
            response.close()
    except (HTTPError, OSError):  # the status has come, and that is what counts
        response.close()
    return attempts.answer_body(octets, is_encoded="content-encoding" in response.headers)


def _word(error: Exception) -> str:
    if isinstance(error, NewConnectionError):  # first: urllib3 derives it from a timeout
        return "connection_failed"
    if isinstance(error, ConnectTimeoutError | ReadTimeoutError | TimeoutError):
        return "timeout"
    if isinstance(error, SSLError | ssl.SSLError):
        return "tls_failed"
    return "broken_answer"


def _retry_after(response: BaseHTTPResponse, now: datetime) -> timedelta | None:
    """RFC 9110 §10.2.3: seconds or a date; what is neither counts as absent."""
    value = response.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit() and len(value) < 8:
        return timedelta(seconds=int(value))
    try:
        at = parsedate_to_datetime(value)
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return max(at - now, timedelta())
    except (ValueError, OverflowError):
        return None
