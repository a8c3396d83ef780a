"""Limits of sends by number, address, device, block, service and account, and of test keys.

Sliding windows in Valkey, one round trip for all of them, so that either everything is counted
or nothing.

Without Valkey the rows of verifications themselves are counted in PostgreSQL: slower, and exact
for what has committed. So losing Valkey opens no door.
"""

import hashlib
import math
import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import redis
from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.common import logs
from config.common.errors import DomainError
from config.common.limits import Window, windows_of
from messaging.models import Verification
from messaging.sandbox import LIMITED, verification_refusal_of
from messaging.selectors.snapshot import snapshots
from messaging.verification.places import block_of, subscriber_of

log = logs.get_logger(__name__)

# After a failure Valkey is left alone, so that not every start waits for it.
REST_SECONDS: Final = 5.0
_TIMEOUT_SECONDS: Final = 0.2
_OF_ACCOUNT: Final = frozenset({"account", "sandbox"})  # over all its services
# Of an account's test keys: enough for any suite of tests, and an end for a loop.
SANDBOX_LIMIT: Final = windows_of("100 per 1m, 3000 per 1d")
_REHEARSED_SECONDS: Final = 60
_SENTENCES: Final = {
    "number": gettext_lazy("Too many codes were sent to this number."),
    "ip": gettext_lazy("Too many codes were asked for from this address."),
    "device": gettext_lazy("Too many codes were asked for from this device."),
    "prefix": gettext_lazy("Too many codes were sent into this block of numbers."),
    "service": gettext_lazy("The service has sent too many codes."),
    "account": gettext_lazy("The account has sent too many codes."),
    "sandbox": gettext_lazy("The account's test keys have sent too many codes."),
}

# Sorted sets hold a member per send with its time; what is refused leaves no trace.
_TAKE: Final = """
local now, member, at = tonumber(ARGV[1]), ARGV[2], 3
local longest, wait, which = {}, 0, 0
for k = 1, #KEYS do
  local windows = tonumber(ARGV[at])
  at = at + 1
  longest[k] = 0
  for _ = 1, windows do
    local most, span = tonumber(ARGV[at]), tonumber(ARGV[at + 1])
    at = at + 2
    if span > longest[k] then longest[k] = span end
    local since = '(' .. string.format('%.0f', now - span)
    local count = redis.call('ZCOUNT', KEYS[k], since, '+inf')
    if count >= most then
      local last = redis.call('ZRANGEBYSCORE', KEYS[k], since, '+inf', 'WITHSCORES',
        'LIMIT', count - most, 1)
      local left = tonumber(last[2]) + span - now
      if left > wait then wait, which = left, k end
    end
  end
end
if which > 0 then return {which, wait} end
for k = 1, #KEYS do
  redis.call('ZREMRANGEBYSCORE', KEYS[k], '-inf', string.format('%.0f', now - longest[k]))
  redis.call('ZADD', KEYS[k], string.format('%.0f', now), member)
  redis.call('PEXPIRE', KEYS[k], longest[k])
end
return {0, 0}
"""


class LimitedError(DomainError):
    """Too many sends; `retry_after` says when the next may be asked for."""

    status = 429


@dataclass(frozen=True, slots=True)
class Subject:
    """What is counted together: kind, the value that says who, and its windows."""

    kind: str
    value: str
    windows: tuple[Window, ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """A send that was counted; `keys` is empty where PostgreSQL counts."""

    keys: tuple[str, ...] = ()
    member: str = ""


def _subjects(one: Verification, *, is_overridden: bool) -> list[Subject]:
    """Whom a send counts for. An override leaves the limits of service and account alone, and
    test keys have one of their own alone: what they do never stops a person's code."""
    if one.is_test:
        return [Subject("sandbox", "", SANDBOX_LIMIT)]
    service = one.service
    card = snapshots.current().accounts.get(one.account_id)
    found = [
        ("account", "", card.verification_limit if card is not None else ""),
        ("service", "", service.limit_service),
    ]
    if not is_overridden:
        found += [
            ("number", one.msisdn, service.limit_number),
            ("prefix", block_of(one.msisdn), service.limit_prefix),
        ]
        found += [("ip", subscriber_of(one.ip), service.limit_ip)] if one.ip else []
        found += [("device", one.device, service.limit_device)] if one.device else []
    subjects = [Subject(kind, value, windows_of(written)) for kind, value, written in found]
    return [subject for subject in subjects if subject.windows]


def send_take(verification: Verification, now: datetime, *, is_overridden: bool) -> Taken:
    """Counts a send. Raises LimitedError where one of the limits is reached."""
    if verification.is_test and verification_refusal_of(verification.msisdn) == LIMITED:
        raise _limited("number", _REHEARSED_SECONDS)
    subjects = _subjects(verification, is_overridden=is_overridden)
    if not subjects:
        return Taken()
    keys = tuple(_key(verification, one) for one in subjects)
    member = uuid.uuid4().hex
    answer = _ask(keys, member, subjects, now)
    if answer is None:
        _counted(verification, subjects, now)
        return Taken()
    which, wait = answer
    if which:
        raise _limited(subjects[which - 1].kind, wait / 1000)
    return Taken(keys, member)


def send_return(taken: Taken) -> None:
    """Takes the count back: nothing was sent after all."""
    if not taken.keys:
        return
    try:
        pipe = _client(settings.CACHE_URL).pipeline(transaction=False)
        for key in taken.keys:
            pipe.zrem(key, taken.member)
        pipe.execute()
    except (redis.RedisError, OSError) as error:
        log.warning("limit not given back", extra={"error": type(error).__name__})


def _limited(kind: str, seconds: float) -> LimitedError:
    wait = max(1, math.ceil(seconds))
    return LimitedError(
        f"verification_limit_{kind}",
        _("%(what)s Try again in %(seconds)d s.") % {"what": _SENTENCES[kind], "seconds": wait},
        retry_after=wait,
    )


def _key(verification: Verification, one: Subject) -> str:
    """No number or address is readable there; braces keep a request's keys on one node."""
    digest = hashlib.sha256(f"{one.kind}:{one.value}".encode()).hexdigest()[:24]
    whose = 0 if one.kind in _OF_ACCOUNT else verification.service_id
    return f"signalbox:{{otp:{verification.account_id}}}:{whose}:{one.kind}:{digest}"


@lru_cache(maxsize=4)
def _client(url: str) -> Any:
    return redis.Redis.from_url(
        url, socket_timeout=_TIMEOUT_SECONDS, socket_connect_timeout=_TIMEOUT_SECONDS
    )


class _Rest:
    """When Valkey is asked again after it has failed."""

    def __init__(self) -> None:
        self._lock, self._until = threading.Lock(), 0.0

    def is_on(self) -> bool:
        with self._lock:
            return time.monotonic() < self._until

    def begin(self) -> None:
        with self._lock:
            self._until = time.monotonic() + REST_SECONDS

    def end(self) -> None:
        """Ask again now (tests)."""
        with self._lock:
            self._until = 0.0


rest = _Rest()


def _ask(
    keys: Sequence[str], member: str, subjects: Sequence[Subject], now: datetime
) -> tuple[int, float] | None:
    """Which subject has to wait, and how many milliseconds; None where Valkey does not answer."""
    if not settings.CACHE_URL or rest.is_on():
        return None
    arguments: list[Any] = [int(now.timestamp() * 1000), member]
    for one in subjects:
        arguments.append(len(one.windows))
        for window in one.windows:
            arguments += [window.most, window.seconds * 1000]
    try:
        which, wait = _client(settings.CACHE_URL).eval(_TAKE, len(keys), *keys, *arguments)
    except (redis.RedisError, OSError) as error:
        rest.begin()
        log.warning("limits counted without the cache", extra={"error": type(error).__name__})
        return None
    return int(which), float(wait)


# Each by an index of its own; times in ids where the index ends with the id.
_COUNTED: Final = {
    "account": "account_id = %(account)s AND id >= uuid7_floor(%(since)s)",
    "sandbox": "account_id = %(account)s AND id >= uuid7_floor(%(since)s)",
    "number": "account_id = %(account)s AND msisdn = %(value)s AND id >= uuid7_floor(%(since)s)",
    "prefix": "account_id = %(account)s AND msisdn >= %(value)s AND msisdn < %(value)s || ':'"
    " AND id >= uuid7_floor(%(since)s)",
    "ip": "account_id = %(account)s AND ip <<= %(value)s::inet AND created_at >= %(since)s",
    "device": "account_id = %(account)s AND device = %(value)s AND device <> ''"
    " AND created_at >= %(since)s",
    "service": "id >= uuid7_floor(%(since)s)",
}


def _counted(verification: Verification, subjects: Sequence[Subject], now: datetime) -> None:
    with connection.cursor() as cursor:
        for one in subjects:
            of_service = "" if one.kind in _OF_ACCOUNT else "service_id = %(service)s AND "
            for window in one.windows:
                since = datetime.fromtimestamp(now.timestamp() - window.seconds, tz=now.tzinfo)
                cursor.execute(
                    "SELECT coalesce(sum(sends), 0) FROM messaging_verification"  # noqa: S608
                    f" WHERE {of_service}is_test = %(is_test)s AND {_COUNTED[one.kind]}",
                    {
                        "account": verification.account_id,
                        "service": verification.service_id,
                        "is_test": verification.is_test,
                        "value": one.value,
                        "since": since,
                    },
                )
                if cursor.fetchone()[0] >= window.most:
                    raise _limited(one.kind, min(window.seconds, 60))
