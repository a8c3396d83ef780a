"""Requests per key and minute, in budgets of their own, counted in Valkey; without it each process
counts for itself.

Bulk work never uses up what single sends and one-time codes have: those, the rows of batches,
reads and other writes are counted apart.
"""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final, Protocol

import redis
from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from config.common import clock, logs

log = logs.get_logger(__name__)

WINDOW_SECONDS: Final = 60
# A process takes requests from Valkey in blocks of a 600th of the quota (10 of 6000), so that
# most requests ask nobody; what an idle process holds back is below a percent.
BLOCKS: Final = 600
# After a failure Valkey is left alone, so that not every request waits for it.
REST_SECONDS: Final = 5.0
_TIMEOUT_SECONDS: Final = 0.2
_MOST_SHARES: Final = 20_000


class Budget(StrEnum):
    """What is counted apart; also the names of the policies in the headers."""

    SENDS = "sends"  # single messages, replies and codes
    ROWS = "rows"  # of batches, one each
    READS = "reads"
    WRITES = "writes"


class Limited(Protocol):
    """Who is counted: `request.auth`."""

    pk: Any

    def rate_limit(self, budget: str, usual: int) -> int:
        """Requests of a budget per minute; `usual` is what the platform grants."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """Where a key stands in the present window of one budget."""

    budget: str
    quota: int
    remaining: int
    seconds_left: int

    def headers(self) -> dict[str, str]:
        """draft-ietf-httpapi-ratelimit-headers-11, and what older clients read where
        API_LEGACY_RATE_HEADERS says so."""
        found = {
            "RateLimit-Policy": f'"{self.budget}";q={self.quota};w={WINDOW_SECONDS}',
            "RateLimit": f'"{self.budget}";r={self.remaining};t={self.seconds_left}',
        }
        if settings.API_LEGACY_RATE_HEADERS:
            found |= {
                "X-RateLimit-Limit": str(self.quota),
                "X-RateLimit-Remaining": str(self.remaining),
                "X-RateLimit-Reset": str(self.seconds_left),
            }
        return found


@dataclass(slots=True)
class _Share:
    """What this process may still use of a key's window, and what the others have left."""

    window: int
    quota: int
    mine: int = 0
    others: int = 0
    used: int = 0  # by this process
    is_local: bool = False
    # So many were not left any more: within a window there are never more again.
    refused: int = 0


# How much is granted of `want` (at least `need`, else nothing), and how much is left then.
_TAKE: Final = """
local used = tonumber(redis.call('GET', KEYS[1]) or '0')
local want, need, free = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]) - used
if free < need then return {0, math.max(free, 0)} end
local given = math.min(want, free)
redis.call('SET', KEYS[1], used + given, 'EX', ARGV[4])
return {given, free - given}
"""


class Counter:
    """A process's shares, by key and budget."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._shares: dict[Any, _Share] = {}
        self._resting_until = 0.0

    def forget(self) -> None:
        """Ask Valkey anew (tests)."""
        self._shares, self._resting_until = {}, 0.0

    def take(self, key: Any, window: int, quota: int, count: int = 1) -> int:
        """Uses `count`; how many are left after it, or -1 where there were not as many: then none
        is used."""
        with self._lock:
            share = self._shares.get(key)
            if share is None or share.window != window or share.quota != quota:
                share = self._new(key, window, quota)
            if share.refused and count >= share.refused:
                return -1
            if share.mine < count:
                self._fill(share, f"signalbox:api-rate:{key}:{window}", count - share.mine)
            if share.mine < count:
                share.refused = count
                return -1
            share.mine -= count
            share.used += count
            return share.mine + share.others

    def left(self, key: Any, window: int) -> int:
        """What a key that was refused has left."""
        share = self._shares.get(key)
        return share.mine + share.others if share is not None and share.window == window else 0

    def _new(self, key: Any, window: int, quota: int) -> _Share:
        if len(self._shares) >= _MOST_SHARES:
            self._shares = {k: one for k, one in self._shares.items() if one.window == window}
        share = self._shares[key] = _Share(window, quota)
        return share

    def _fill(self, share: _Share, key: str, need: int) -> None:
        """Takes a block for the share. Where Valkey does not answer, this process has the whole
        quota of the window for itself, once."""
        if share.is_local:
            return
        given = self._ask(key, max(share.quota // BLOCKS, need), need, share.quota)
        if given is None:
            share.is_local = True
            share.mine, share.others = max(share.quota - share.used, 0), 0
        else:
            share.mine += given[0]
            share.others = given[1]

    def _ask(self, key: str, want: int, need: int, quota: int) -> tuple[int, int] | None:
        if not settings.CACHE_URL or time.monotonic() < self._resting_until:
            return None
        try:
            given, left = _script(settings.CACHE_URL)(
                keys=[key], args=[want, need, quota, 2 * WINDOW_SECONDS]
            )
        except (redis.RedisError, OSError) as error:
            self._resting_until = time.monotonic() + REST_SECONDS
            log.warning("rate counted without the cache", extra={"error": type(error).__name__})
            return None
        return int(given), int(left)


@lru_cache(maxsize=4)
def _script(url: str) -> Any:
    client = redis.Redis.from_url(
        url, socket_timeout=_TIMEOUT_SECONDS, socket_connect_timeout=_TIMEOUT_SECONDS
    )
    return client.register_script(_TAKE)


counter = Counter()


def platform_limit(budget: str) -> int:
    """Requests a minute of a budget where neither key nor account has a limit of its own."""
    return int(getattr(settings, f"API_{budget.upper()}_PER_MINUTE"))


def quota_of(auth: Any, budget: str) -> int:
    """Requests a minute of a budget for this key, which is `Limited`."""
    key: Limited = auth
    return key.rate_limit(budget, platform_limit(budget))


def take(key: Any, budget: str, quota: int, count: int = 1) -> tuple[bool, Allowance]:
    """Uses `count` of a budget in this clock minute: whether there were as many, and what is
    left."""
    window, passed = divmod(int(clock.now().timestamp()), WINDOW_SECONDS)
    name = f"{key}:{budget}"
    left = counter.take(name, window, quota, count)
    remaining = counter.left(name, window) if left < 0 else left
    return left >= 0, Allowance(budget, quota, remaining, WINDOW_SECONDS - passed)


class KeyRateThrottle(BaseThrottle):
    """At most as many requests per API key, budget and clock minute as its limits say. A view's
    `budgets` names that of each method; else GET is a read, and the others are writes."""

    allowance: Allowance | None = None

    def allow_request(self, request: Request, view: Any) -> bool:
        """Counts the request and leaves the allowance on the view for the response's headers."""
        if request.auth is None:
            return True
        budget = budget_of(str(request.method), view.budgets)
        quota = quota_of(request.auth, budget)
        is_within, self.allowance = take(request.auth.pk, budget, quota)
        view.allowance = self.allowance
        return is_within

    def wait(self) -> float:
        """Seconds until the next window."""
        return float(self.allowance.seconds_left if self.allowance else 1)


def budget_of(method: str, budgets: Mapping[str, Budget]) -> Budget:
    """Which budget a request is counted in."""
    usual = Budget.READS if method in {"GET", "HEAD", "OPTIONS"} else Budget.WRITES
    return budgets.get(method, usual)
