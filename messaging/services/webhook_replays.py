"""Events are delivered once more: chosen ones, a range of the log, or what was given up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from compliance.models import Account
from config.common import audit, clock, queue
from config.common.errors import InvalidError
from config.common.ids import uuid7_floor
from messaging.models import WebhookEndpoint
from messaging.selectors.webhooks import webhook_of
from messaging.services.webhook_filters import ORDER_KEY, WANTED, sender_words
from messaging.services.webhook_planning import DELIVER

# At a time: some seconds of work for the database.
REPLAYED_AT_MOST: Final = 100_000

_RANGE = """
    AND (%(first)s::bigint IS NULL OR sequence >= %(first)s::bigint)
    AND (%(last)s::bigint IS NULL OR sequence <= %(last)s::bigint)
    AND (%(since)s::uuid IS NULL OR {id} >= %(since)s::uuid)
    AND (%(until)s::uuid IS NULL OR {id} < %(until)s::uuid)
    AND (%(only)s::text[] = '{{}}' OR type = ANY(%(only)s::text[]))
"""
# Of the log: also what has no delivery, being older than the endpoint or purged. What is beyond
# the position is delivered anyway. Chosen events go whatever the endpoint's filters say.
_CHOSEN = f"""
    SELECT id, sequence, type, {ORDER_KEY} AS order_key FROM messaging_event
    WHERE account_id = %(account)s AND sequence <= %(position)s AND id = ANY(%(chosen)s::uuid[])
"""  # noqa: S608  constant parts
_LOGGED = f"""
    SELECT id, sequence, type, {ORDER_KEY} AS order_key FROM messaging_event
    WHERE account_id = %(account)s AND sequence <= %(position)s {_RANGE.format(id="id")}
        AND {WANTED}
    LIMIT %(most)s + 1
"""  # noqa: S608  constant parts
_DELIVERED = f"""
    SELECT event_id AS id, sequence, type, order_key FROM messaging_webhookdelivery
    WHERE endpoint_id = %(endpoint)s AND status = %(status)s {_RANGE.format(id="event_id")}
    LIMIT %(most)s + 1
"""  # noqa: S608  constant parts
_REPLAY = """
WITH wanted AS MATERIALIZED ({wanted}),
counted AS (SELECT count(*) AS n FROM wanted),
planned AS (
    INSERT INTO messaging_webhookdelivery AS d
        (endpoint_id, event_id, sequence, type, status, attempts, next_attempt_at, last_error,
            order_key)
    SELECT %(endpoint)s, id, sequence, type, 'pending', 0, %(now)s, '', order_key
    FROM wanted, counted WHERE n <= %(most)s ORDER BY id
    ON CONFLICT (endpoint_id, event_id) DO UPDATE SET status = 'pending', attempts = 0,
        next_attempt_at = excluded.next_attempt_at, delivered_at = NULL,
        order_key = excluded.order_key
    WHERE d.status <> 'pending'
    RETURNING 1
)
SELECT (SELECT n FROM counted), (SELECT count(*) FROM planned)
"""


@dataclass(frozen=True, slots=True)
class Choice:
    """What is delivered again: events by id, else all that fits the rest. A `status` (failed or
    delivered) looks at deliveries only; without one the log's events are delivered too that this
    endpoint never had. Times are of the events, `until` excluded; sequences included."""

    event_ids: Sequence[UUID] = ()
    first_sequence: int | None = None
    last_sequence: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    status: str | None = None
    event_types: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many events are delivered once more, and how many of the choice wait already."""

    replayed: int
    waiting: int


@transaction.atomic
def deliveries_replay(
    *, account: Account, endpoint_id: int, choice: Choice, actor: Any = None
) -> Replayed:
    """Delivers what is chosen once more, from the first attempt, with the same `webhook-id`.

    Raises NotFoundError, and InvalidError where nothing is chosen or fits, or too much.
    """
    endpoint = webhook_of(account, endpoint_id, for_update=True)
    _check(choice)
    with connection.cursor() as cursor:
        cursor.execute(_REPLAY.format(wanted=_source(choice)), _parameters(endpoint, choice))
        found, replayed = cursor.fetchone()
    if not found:
        raise InvalidError(
            "nothing_to_replay",
            _(
                "No event fits: the log has what retention left, this webhook's deliveries are"
                " kept for 30 days, and it is at sequence %(position)d. Choose more."
            )
            % {"position": endpoint.position},
        )
    if found > REPLAYED_AT_MOST:
        raise InvalidError(
            "too_many_events",
            _(
                "More than %(most)d events fit: replay them in parts, such as by a shorter time or"
                " fewer sequence numbers."
            )
            % {"most": REPLAYED_AT_MOST},
        )
    audit.record(
        action="webhook.replayed",
        actor=actor,
        account_id=endpoint.account_id,
        subject=f"webhook:{endpoint.pk}",
        detail={"deliveries": replayed},
    )
    transaction.on_commit(lambda: queue.send(DELIVER))
    return Replayed(replayed, found - replayed)


def _source(choice: Choice) -> str:
    if choice.event_ids:
        return _CHOSEN
    return _LOGGED if choice.status is None else _DELIVERED


def _check(choice: Choice) -> None:
    if choice == Choice():
        raise InvalidError(
            "nothing_chosen",
            _(
                "Say what to replay: event_ids, a range of sequence numbers or of time, or a"
                " status."
            ),
        )
    if choice.event_ids and choice != Choice(event_ids=choice.event_ids):
        raise InvalidError(
            "choice_unclear",
            _("Give event_ids alone, or leave them out: with them nothing else chooses."),
            field="event_ids",
        )
    is_of_log = not choice.event_ids and choice.status is None
    if is_of_log and choice.first_sequence is None and choice.since is None:
        raise InvalidError(
            "range_missing",
            _("Say from where: give first_sequence or since, or a status."),
            field="since",
        )
    first, last = choice.first_sequence, choice.last_sequence
    if first is not None and last is not None and first > last:
        raise InvalidError(
            "range_reversed",
            _("The last sequence number comes before the first: swap them."),
            field="last_sequence",
        )
    if choice.since is not None and choice.until is not None and choice.since >= choice.until:
        raise InvalidError(
            "range_reversed", _("The time ends before it begins: swap them."), field="until"
        )


def _parameters(endpoint: WebhookEndpoint, choice: Choice) -> dict[str, Any]:
    return {
        "endpoint": endpoint.pk,
        "account": endpoint.account_id,
        "position": endpoint.position,
        "types": endpoint.event_types,
        "senders": sender_words(endpoint.senders),
        "is_ordered": endpoint.is_ordered,
        "chosen": list(choice.event_ids),
        "first": choice.first_sequence,
        "last": choice.last_sequence,
        "since": uuid7_floor(choice.since) if choice.since else None,
        "until": uuid7_floor(choice.until) if choice.until else None,
        "status": choice.status,
        "only": list(choice.event_types),
        "most": REPLAYED_AT_MOST,
        "now": clock.now(),
    }
