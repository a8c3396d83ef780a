"""Requests per key and minute, counted in the cache; without a cache nobody is refused."""

import time
from dataclasses import dataclass
from typing import Any

import redis
from django.conf import settings
from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from config.common import clock, logs

log = logs.get_logger(__name__)

WINDOW_SECONDS = 60
# After a failure the cache is left alone, so that not every request waits for it.
REST_SECONDS = 5.0


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


class KeyRateThrottle(BaseThrottle):
    """At most API_RATE_PER_MINUTE requests per API key in each clock minute."""

    _resting_until = 0.0

    def allow_request(self, request: Request, view: Any) -> bool:
        """Counts the request and leaves the allowance on the view for the response's headers."""
        self._seconds_left = 0
        if request.auth is None:
            return True
        moment = clock.now().timestamp()
        window, passed = divmod(int(moment), WINDOW_SECONDS)
        used = self._count(f"api-rate:{request.auth.pk}:{window}")
        if used is None:
            return True
        quota = int(settings.API_RATE_PER_MINUTE)
        self._seconds_left = WINDOW_SECONDS - passed
        view.allowance = Allowance(quota, max(quota - used, 0), self._seconds_left)
        return used <= quota

    def wait(self) -> float:
        """Seconds until the next window."""
        return float(self._seconds_left)

    @classmethod
    def _count(cls, key: str) -> int | None:
        if time.monotonic() < cls._resting_until:
            return None
        try:
            try:
                return int(cache.incr(key))
            except ValueError:  # the first request of the window, or one of the first
                cache.add(key, 0, timeout=2 * WINDOW_SECONDS)
                return int(cache.incr(key))
        except (redis.RedisError, OSError, ValueError) as error:
            cls._resting_until = time.monotonic() + REST_SECONDS
            log.warning("rate not counted", extra={"error": type(error).__name__})
            return None
