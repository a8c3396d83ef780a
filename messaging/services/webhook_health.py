"""How endpoints do, counted by five minutes: two rows a settled group touches cost little, and no
page has to count attempts."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, Protocol

from django.db import connection

from messaging.webhooks import durations
from messaging.webhooks.client import Answer

SPAN: Final = timedelta(minutes=5)

_ADD = """
INSERT INTO messaging_webhookhealth AS h (endpoint_id, since, succeeded, failed, durations)
VALUES (%(endpoint)s, %(since)s, %(succeeded)s, %(failed)s, %(durations)s)
ON CONFLICT (endpoint_id, since) DO UPDATE SET
    succeeded = h.succeeded + excluded.succeeded, failed = h.failed + excluded.failed,
    durations = ARRAY(
        SELECT coalesce(was, 0) + came
        FROM unnest(h.durations, excluded.durations) WITH ORDINALITY AS t(was, came, place)
        ORDER BY place)
"""


class Attempted(Protocol):
    """What is counted of an attempt."""

    @property
    def endpoint_id(self) -> int: ...

    @property
    def answer(self) -> Answer: ...

    @property
    def signatures(self) -> int: ...


def health_add(results: Iterable[Attempted], now: datetime) -> None:
    """Counts attempts that were made; in the order of endpoints, as two workers do this at once."""
    answers: dict[int, list[Answer]] = defaultdict(list)
    for result in results:
        if result.signatures:  # without any nothing was posted
            answers[result.endpoint_id].append(result.answer)
    since = now - timedelta(seconds=now.timestamp() % SPAN.total_seconds())
    with connection.cursor() as cursor:
        for endpoint_id, came in sorted(answers.items()):
            counts = [0] * durations.PLACES
            for answer in came:
                counts[durations.place(answer.milliseconds)] += 1
            succeeded = sum(answer.is_success for answer in came)
            cursor.execute(
                _ADD,
                {
                    "endpoint": endpoint_id,
                    "since": since,
                    "succeeded": succeeded,
                    "failed": len(came) - succeeded,
                    "durations": counts,
                },
            )
