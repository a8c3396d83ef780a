"""Wake-ups for releases, at most one in the queue per campaign.

The cache only remembers that one is under way; without a cache there are more, which the
release's lock turns into nothing.
"""

from functools import partial
from typing import Final

import redis
from django.core.cache import cache
from django.db import transaction

from config.common import queue

_TASK: Final = "campaigns.tasks.release_campaign"
# A wake-up that was lost with its broker or worker is sent again after so long.
_REMEMBERED_SECONDS: Final = 30


def release_wake(campaign_id: int) -> None:
    """Has a worker release the campaign, after commit, unless one was asked already."""
    transaction.on_commit(partial(release_resend, campaign_id))


def release_resend(campaign_id: int) -> bool:
    """Asks a worker now; False where the broker does not take it."""
    try:
        is_news = cache.add(_key(campaign_id), 1, timeout=_REMEMBERED_SECONDS)
    except (redis.RedisError, OSError):
        is_news = True
    if not is_news:
        return True
    is_sent = queue.send(_TASK, [campaign_id])
    if not is_sent:
        release_started(campaign_id)
    return is_sent


def release_started(campaign_id: int) -> None:
    """A worker is at it: the next wake-up is news again."""
    try:
        cache.delete(_key(campaign_id))
    except (redis.RedisError, OSError):
        return


def _key(campaign_id: int) -> str:
    return f"campaign-release:{campaign_id}"
