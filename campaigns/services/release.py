"""Releasing an audience: slice by slice, each one transaction, never twice, never far ahead.

The campaign's row is locked for the length of a slice, so that a pause comes before or after
it; the position in the list and the ledger of the audience are committed with the slice, so
that a worker may die anywhere. An advisory lock keeps the release to one worker; losing it
costs order and never correctness.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from threading import Event
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction

from campaigns.constants import CAMPAIGN_TRANSITIONS, CampaignStatus
from campaigns.models import AudienceEntry, Campaign
from campaigns.pacing import Pace
from campaigns.selectors.campaigns import EXCLUDED_STATUS
from campaigns.services.audience import AudienceSlice, audience_slice, release_of
from campaigns.services.locks import RELEASE_LOCK, held
from campaigns.services.memory import collection_paused
from campaigns.services.numbers import NumbersAhead
from campaigns.services.standing import sources_require, standing_require
from campaigns.services.wakeups import release_resend, release_started
from campaigns.slot_values import SlotSource
from config.common import audit, clock, logs
from config.common.errors import DomainError
from config.common.states import transition
from messaging.constants import EventType
from messaging.models import Tally
from messaging.selectors.snapshot import Snapshot, snapshots
from messaging.services.events import event_append
from messaging.services.holds import hold_place
from messaging.services.money import CreditExhaustedError
from messaging.services.paces import pace_next, pace_put, pace_spend
from messaging.services.releases import EXCLUDED, Assessment, recipients_release
from messaging.services.routing import backlog

log = logs.get_logger(__name__)

TURN_SECONDS: Final = 5.0  # then the worker's next task has its turn
_LONGEST_TURN_SECONDS: Final = 600.0  # without a broker there is nobody to give the turn to
_POLL_SECONDS: Final = 0.03
_MOST_YIELDED: Final = timedelta(seconds=1)
_COPY = (
    "COPY campaigns_audienceentry"
    " (campaign_id, contact_id, msisdn, outcome, reason, detail, message_id)"
    " FROM STDIN (FORMAT binary)"
)
_TYPES = ("int8", "int8", "varchar", "varchar", "varchar", "varchar", "uuid")


class Turn(StrEnum):
    """How a worker's turn with a campaign ended."""

    TAKEN = "taken"  # another worker releases it
    STOPPED = "stopped"  # not running (any more)
    FINISHED = "finished"  # the whole audience is released
    AGAIN = "again"  # there is more to do


@dataclass(frozen=True, slots=True)
class Slice:
    """One transaction of a release: contacts handled, and how it goes on."""

    turn: Turn
    contacts: int = 0


def campaign_release(
    campaign_id: int,
    *,
    seconds: float = TURN_SECONDS,
    wait: Callable[[float], Any] | None = None,
) -> Turn:
    """Releases slices until the audience, the campaign's run or the turn is at its end, and
    leaves the rest to the next task; `wait` sleeps (tests pass their own)."""
    release_started(campaign_id)
    wait = wait or Event().wait
    began = time.monotonic()
    while True:
        with held(RELEASE_LOCK, campaign_id) as is_ours:
            if not is_ours:
                return Turn.TAKEN
            turn = _turn(campaign_id, time.monotonic() + seconds, wait)
        if turn != Turn.AGAIN or release_resend(campaign_id):
            return turn
        if time.monotonic() - began > _LONGEST_TURN_SECONDS:
            return turn


def _turn(campaign_id: int, ends: float, wait: Callable[[float], Any]) -> Turn:
    running = Campaign.objects.filter(pk=campaign_id, status=CampaignStatus.RUNNING)
    rate = running.values_list("messages_per_second", flat=True).first()
    if rate is None and not running.exists():
        return Turn.STOPPED
    pace_put(campaign_id=campaign_id, per_second=rate)
    ours = pace_next(campaign_id=campaign_id) or clock.now()
    pace = Pace(rate, time.monotonic())
    numbers = NumbersAhead(campaign_id)
    while time.monotonic() < ends:
        if backlog() >= settings.RELEASE_BACKLOG:
            wait(_POLL_SECONDS)
            continue
        limit = pace.allowed(time.monotonic(), settings.RELEASE_SLICE)
        if not limit:
            wait(max(pace.wait_seconds(), 0.001))
            continue
        if rate and (taken := _taken_by_others(campaign_id, ours)):
            ours += taken
            wait(taken.total_seconds())
            continue
        numbers.reach()
        done = campaign_slice_release(campaign_id=campaign_id, limit=limit)
        if done.turn != Turn.AGAIN:
            return done.turn
        pace.take(done.contacts)
        if rate:
            ours = pace_spend(campaign_id=campaign_id, messages=done.contacts) or ours
    return Turn.AGAIN


def _taken_by_others(campaign_id: int, ours: datetime) -> timedelta:
    """How much of the limit messages that waited for their window have had since `ours`."""
    free = pace_next(campaign_id=campaign_id) or ours
    return min(max(free - ours, timedelta()), _MOST_YIELDED)


@collection_paused()
@transaction.atomic
def campaign_slice_release(*, campaign_id: int, limit: int) -> Slice:
    """Releases the next `limit` contacts of a running campaign in one transaction.

    A campaign whose text, sender or account no longer stands is paused instead, so that its
    audience is not spent on refusals.
    """
    campaign = Campaign.objects.select_for_update().defer("preflight").get(pk=campaign_id)
    if campaign.status != CampaignStatus.RUNNING:
        return Slice(Turn.STOPPED)
    snapshot = snapshots.current()
    try:
        sources = sources_require(campaign, standing_require(snapshot, campaign))
    except DomainError as error:
        _stop(campaign, error.code)
        return Slice(Turn.STOPPED)
    return _release_covered(snapshot, campaign, sources, limit)


def _release_covered(
    snapshot: Snapshot, campaign: Campaign, sources: Sequence[SlotSource], limit: int
) -> Slice:
    """Releases as many of the next contacts as the account can pay for; where not even one, the
    campaign stops, with everything that is left of its audience still to come."""
    while True:
        piece = audience_slice(
            list_id=campaign.contact_list_id,
            after=campaign.released_through,
            through=campaign.audience_through,
            sources=sources,
            limit=limit,
        )
        count = len(piece.recipients)
        try:
            if count:
                with transaction.atomic():
                    _release(snapshot, campaign, piece)
        except CreditExhaustedError as error:
            if count == 1:
                _stop(campaign, error.code, needed_micros=error.needed_micros)
                return Slice(Turn.STOPPED)
            limit = _fewer(count, error)
            continue
        if piece.is_last:
            _finish(campaign)
            return Slice(Turn.FINISHED, count)
        return Slice(Turn.AGAIN, count)


def _fewer(count: int, error: CreditExhaustedError) -> int:
    """How many of the contacts the money may be enough for: always fewer than before."""
    covered = count * max(0, error.available_micros) // error.needed_micros
    return max(1, min(covered, count - 1 - count // 8))


def _release(snapshot: Snapshot, campaign: Campaign, piece: AudienceSlice) -> None:
    assessed = recipients_release(snapshot, release_of(campaign), piece.recipients, now=clock.now())
    _ledger_write(campaign.pk, assessed)
    _tally_excluded(campaign.pk, assessed)
    Campaign.objects.filter(pk=campaign.pk).update(released_through=piece.through)


def _ledger_write(campaign_id: int, assessed: Sequence[Assessment]) -> None:
    """Refused by the ledger's key where a contact was released before."""
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        copy.set_types(_TYPES)
        for one in assessed:
            copy.write_row(
                (
                    campaign_id,
                    one.contact_id,
                    one.msisdn,
                    one.outcome,
                    one.reason,
                    one.detail,
                    one.message_id,
                )
            )


def _tally_excluded(campaign_id: int, assessed: Sequence[Assessment]) -> None:
    counts: dict[str, int] = {}
    for one in assessed:
        if one.outcome == EXCLUDED:
            counts[one.reason] = counts.get(one.reason, 0) + 1
    Tally.objects.bulk_create(
        Tally(campaign_id=campaign_id, status=EXCLUDED_STATUS, reason=reason, messages=count)
        for reason, count in counts.items()
    )


def _finish(campaign: Campaign) -> None:
    """The audience is what the ledger says: contacts may have left the list meanwhile."""
    transition(
        Campaign,
        [campaign.pk],
        to=CampaignStatus.SENDING,
        transitions=CAMPAIGN_TRANSITIONS,
        released_at=clock.now(),
        audience_size=AudienceEntry.objects.filter(campaign_id=campaign.pk).count(),
    )


def _stop(campaign: Campaign, code: str, *, needed_micros: int = 0) -> None:
    fields = {"stopped_for": code[:40], "needed_micros": needed_micros}
    transition(
        Campaign,
        [campaign.pk],
        to=CampaignStatus.PAUSED,
        transitions=CAMPAIGN_TRANSITIONS,
        **fields,
    )
    held_back = hold_place(account=campaign.account, campaign_id=campaign.pk)
    audit.record(
        action="campaign.stopped",
        actor=None,
        account_id=campaign.account_id,
        subject=f"campaign:{campaign.pk}",
        detail={"reason": code},
    )
    with connection.cursor() as cursor:
        event_append(
            cursor,
            account_id=campaign.account_id,
            event_type=EventType.CAMPAIGN_STOPPED,
            at=clock.now(),
            data={
                "id": campaign.pk,
                "name": campaign.name,
                "reason": code,
                "messages_held": held_back,
            },
        )
    log.warning("campaign stopped", extra={"campaign_id": campaign.pk, "reason": code})
