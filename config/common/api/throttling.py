"""Requests per key and minute, counted in the cache; without a cache nobody is refused."""

import threading
import time
from dataclasses import dataclass
from typing import Any, Final

import redis
from django.conf import settings
from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from config.common import clock, logs

log = logs.get_logger(__name__)

WINDOW_SECONDS: Final = 60
# A process takes requests from the cache in blocks of a 600th of the quota (10 of 6000), so
# that most requests ask nobody; what an idle process holds back is below a percent.
BLOCKS: Final = 600
# After a failure the cache is left alone, so that not every request waits for it.
REST_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Allowance:
    """Where a key stands in the present window."""

    quota: int
    remaining: int
    seconds_left: int

    def headers(self) -> dict[str, str]:
        """draft-ietf-httpapi-ratelimit-headers-11."""
        return {
            "RateLimit-Policy": f'"default";q={self.quota};w={WINDOW_SECONDS}',
            "RateLimit": f'"default";r={self.remaining};t={self.seconds_left}',
        }


@dataclass(slots=True)
class _Share:
    """What this process may still use of a key's window, and what the others have left."""

    window: int
    mine: int = 0
    others: int = 0


class Counter:
    """A process's shares, by key."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._shares: dict[Any, _Share] = {}
        self._resting_until = 0.0

    def forget(self) -> None:
        """Ask the cache anew (tests)."""
        self._shares, self._resting_until = {}, 0.0

    def take(self, key: Any, window: int, quota: int) -> int | None:
        """Uses one request; how many are left after it, -1 where there was none, or None
        where the cache does not answer."""
        with self._lock:
            share = self._shares.get(key)
            if share is None or share.window != window:
                share = self._shares[key] = _Share(window)
            if not share.mine and not self._fill(share, key, quota):
                return None
            if not share.mine:
                return -1
            share.mine -= 1
            return share.mine + share.others

    def _fill(self, share: _Share, key: Any, quota: int) -> bool:
        """Takes a block for the share; False where the cache does not answer."""
        if time.monotonic() < self._resting_until:
            return False
        block = max(quota // BLOCKS, 1)
        try:
            used = _add(f"api-rate:{key}:{share.window}", block)
        except (redis.RedisError, OSError, ValueError) as error:
            self._resting_until = time.monotonic() + REST_SECONDS
            log.warning("rate not counted", extra={"error": type(error).__name__})
            return False
        share.mine = max(min(block, quota - used + block), 0)
        share.others = max(quota - used, 0)
        return True


def _add(key: str, count: int) -> int:
    try:
        return int(cache.incr(key, count))
    except ValueError:  # the first of the window, or one of the first
        cache.add(key, 0, timeout=2 * WINDOW_SECONDS)
        return int(cache.incr(key, count))


counter = Counter()


class KeyRateThrottle(BaseThrottle):
    """At most API_RATE_PER_MINUTE requests per API key in each clock minute."""

    _seconds_left = 0

    def allow_request(self, request: Request, view: Any) -> bool:
        """Counts the request and leaves the allowance on the view for the response's headers."""
        if request.auth is None:
            return True
        window, passed = divmod(int(clock.now().timestamp()), WINDOW_SECONDS)
        quota = int(settings.API_RATE_PER_MINUTE)
        left = counter.take(request.auth.pk, window, quota)
        if left is None:
            return True
        self._seconds_left = WINDOW_SECONDS - passed
        view.allowance = Allowance(quota, max(left, 0), self._seconds_left)
        return left >= 0

    def wait(self) -> float:
        """Seconds until the next window."""
        return float(self._seconds_left)
