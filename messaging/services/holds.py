"""Pausing, resuming and cancelling the messages of a campaign."""

import uuid
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from compliance.constants import LANES
from compliance.models import Account
from config.common import audit, clock
from config.common.errors import ConflictError, NotFoundError
from config.common.queue import enqueue
from messaging.constants import FailureReason, MessageStatus
from messaging.models import Hold, Message
from messaging.services.outcomes import Outcome, outcomes_apply

_PULL_BACK = """
WITH gone AS (
    DELETE FROM messaging_dispatch WHERE campaign_id = %(campaign)s AND bind_id IS NULL RETURNING *
)
INSERT INTO messaging_waiting (id, due_at, lane, account_id, advertiser_id, campaign_id, msisdn,
    not_after, attempts, reason)
SELECT g.id, 'infinity', g.lane, g.account_id, g.advertiser_id, g.campaign_id, g.msisdn,
    m.not_after, g.attempts, 'paused'
FROM gone g JOIN messaging_message m ON m.id = g.id
"""
# Those that wait for their hour keep it; only what the pause stopped goes on at once.
_RESUME = """
UPDATE messaging_waiting SET due_at = %(now)s, reason = 'routing'
WHERE campaign_id = %(campaign)s AND reason = 'paused'
"""
_TAKE_BACK = """
WITH waiting AS (
    DELETE FROM messaging_waiting WHERE campaign_id = %(campaign)s RETURNING id
), queued AS (
    DELETE FROM messaging_dispatch WHERE campaign_id = %(campaign)s AND bind_id IS NULL RETURNING id
)
SELECT id FROM waiting UNION ALL SELECT id FROM queued
"""
_TAKE_ONE = """
WITH waiting AS (DELETE FROM messaging_waiting WHERE id = %(id)s RETURNING id),
queued AS (
    DELETE FROM messaging_dispatch d WHERE d.lane = %(lane)s AND d.id = %(id)s
        AND d.bind_id IS NULL AND d.carrier_id = %(carrier)s RETURNING id
)
SELECT id FROM waiting UNION ALL SELECT id FROM queued
"""
_SLICE = 1000


def hold_place(*, account: Account, campaign_id: int) -> int:
    """Stops a campaign's messages: nothing is claimed any more, and what was claimed and not
    written goes back. In the caller's transaction; returns how many were pulled back."""
    Hold.objects.get_or_create(
        campaign_id=campaign_id, defaults={"account": account, "placed_at": clock.now()}
    )
    with connection.cursor() as cursor:
        cursor.execute(_PULL_BACK, {"campaign": campaign_id})
        return int(cursor.rowcount)


def hold_lift(*, campaign_id: int) -> int:
    """Lets a campaign's messages go on; they are decided again, because rules and consent may
    have changed meanwhile. Returns how many go on."""
    Hold.objects.filter(campaign_id=campaign_id).delete()
    with connection.cursor() as cursor:
        cursor.execute(_RESUME, {"campaign": campaign_id, "now": clock.now()})
        count = int(cursor.rowcount)
    enqueue("messaging.tasks.route_waiting")
    return count


def campaign_messages_cancel(*, campaign_id: int) -> int:
    """Cancels what has not been claimed; returns how many. What a bind holds at the moment comes
    back within a second (the campaign must be on hold), so call again until it returns 0."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TAKE_BACK, {"campaign": campaign_id})
        ids = [row[0] for row in cursor.fetchall()]
        for start in range(0, len(ids), _SLICE):
            _cancel(cursor, ids[start : start + _SLICE], clock.now())
    return len(ids)


def message_cancel(*, account: Account, message_id: uuid.UUID, actor: Any) -> str:
    """Cancels a message that has not left. Raises NotFoundError, or ConflictError where it is
    with a carrier or finished. A person's cancellation is in the audit log; a key's is an event
    like its messages."""
    with transaction.atomic(), connection.cursor() as cursor:
        message = Message.objects.filter(pk=message_id, account=account).first()
        if message is None:
            raise NotFoundError("message_not_found", _("There is no such message."))
        from_lane: dict[str, Any] = {
            "id": message_id,
            "lane": _lane(message),
            "carrier": message.carrier_id or 0,
        }
        cursor.execute(_TAKE_ONE, from_lane)
        if not cursor.fetchall():
            raise ConflictError(
                "not_cancelable",
                _("The message has left or is finished: it cannot be canceled any more."),
            )
        _cancel(cursor, [message_id], clock.now())
        if actor is not None:
            audit.record(
                action="message.canceled",
                actor=actor,
                account_id=account.pk,
                subject=f"message:{message_id}",
            )
    return MessageStatus.CANCELED.value


def _lane(message: Message) -> int:
    return LANES.index(message.message_class)


def _cancel(cursor: Any, ids: list[uuid.UUID], now: datetime) -> None:
    reason = FailureReason.CANCELED.value
    canceled = MessageStatus.CANCELED.value
    outcomes_apply(cursor, [Outcome(key, canceled, now, reason) for key in ids])
