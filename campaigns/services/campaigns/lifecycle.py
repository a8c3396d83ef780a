"""What a person does with a campaign: launch, pause, resume, cancel.

Each step locks the campaign's row, so that it comes before or after a slice of its release,
and moves its state by compare-and-swap, so that of two people one is told the other was first.
"""

from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from campaigns.constants import CAMPAIGN_TRANSITIONS, CampaignStatus
from campaigns.models import Campaign
from campaigns.services.audience import audience_size
from campaigns.services.campaigns.drafts import ends_check
from campaigns.services.preflight import preflight_require
from campaigns.services.standing import on_trial_error, sources_require, standing_require
from campaigns.services.wakeups import release_wake
from compliance.models import User
from config.common import audit, clock
from config.common.errors import ConflictError, DomainError, InvalidError
from config.common.queue import enqueue
from config.common.states import transition
from messaging.constants import EventType
from messaging.selectors.snapshot import snapshots
from messaging.services.events import event_append
from messaging.services.holds import hold_lift, hold_place
from messaging.services.money import CREDIT_EXHAUSTED, room_require

_S = CampaignStatus
_RELEASED_STATES = frozenset({_S.RUNNING, _S.PAUSED, _S.SENDING})


def campaign_launch(*, campaign: Campaign, actor: User | None) -> Campaign:
    """Freezes the audience and starts the release, or schedules it for `starts_at`.

    Needs a fresh pre-flight, and makes one itself where the list is short. Raises
    ConflictError for a campaign that is no draft or not checked, InvalidError or
    NotAllowedError for one that may not be sent, and where it would reach nobody.
    """
    _expect(campaign, _S.DRAFT)
    if campaign.account.is_trial:
        raise on_trial_error()
    report = preflight_require(campaign)
    if not report["released"]:
        raise InvalidError(
            "nobody_to_reach",
            _("Nobody on the list would get a message: see the exclusions of the pre-flight."),
            field="contact_list",
        )
    with transaction.atomic():
        found = _locked(campaign)
        sources_require(found, standing_require(snapshots.current(), found))
        return _start(found, actor)


def _start(campaign: Campaign, actor: User | None) -> Campaign:
    now = clock.now()
    later = campaign.starts_at is not None and campaign.starts_at > now
    ends_check(campaign.ends_at, campaign.starts_at if later and campaign.starts_at else now)
    size, through = audience_size(campaign.contact_list_id)
    _move(
        campaign,
        _S.SCHEDULED if later else _S.RUNNING,
        expected=(_S.DRAFT,),
        launched_by=actor,
        launched_at=now,
        audience_size=size,
        audience_through=through,
        released_through=0,
    )
    _record("campaign.launched", campaign, actor, audience=size, starts_at=campaign.starts_at)
    if not later:
        release_wake(campaign.pk)
    return campaign


@transaction.atomic
def campaign_unschedule(*, campaign: Campaign, actor: User | None) -> Campaign:
    """Makes a scheduled campaign a draft again. Raises ConflictError once it has started."""
    found = _locked(campaign)
    _move(found, _S.DRAFT, expected=(_S.SCHEDULED,), launched_by=None, launched_at=None)
    _record("campaign.unscheduled", found, actor)
    return found


@transaction.atomic
def campaign_pause(*, campaign: Campaign, actor: User | None) -> Campaign:
    """Stops release and sending: what has not left by two seconds later stays here.

    Raises ConflictError where it is not running.
    """
    found = _locked(campaign)
    _move(found, _S.PAUSED, expected=(_S.RUNNING, _S.SENDING))
    held = hold_place(account=found.account, campaign_id=found.pk)
    _record("campaign.paused", found, actor, messages_held=held)
    return found


@transaction.atomic
def campaign_resume(*, campaign: Campaign, actor: User | None) -> Campaign:
    """Goes on where the pause stopped it; what waited is decided again.

    Raises ConflictError where it is not paused, NotAllowedError while its text or sender
    does not stand or the account is on trial, CreditExhaustedError while the money that stopped it is missing.
    """
    found = _locked(campaign)
    if found.status == _S.PAUSED and found.stopped_for == CREDIT_EXHAUSTED:
        room_require(found.account, found.needed_micros)
    if found.account.is_trial:
        raise on_trial_error()
    resumed = _go_on(found)
    _record("campaign.resumed", found, actor, messages_resumed=resumed)
    return found


@transaction.atomic
def campaign_continue(*, campaign_id: int) -> bool:
    """Goes on with a campaign that had stopped for want of money, once there is enough; where
    something else stands against it by now, it stays for a person, with that as its reason."""
    found = _locked(Campaign(pk=campaign_id))
    if found.status != _S.PAUSED or found.stopped_for != CREDIT_EXHAUSTED:
        return False
    room_require(found.account, found.needed_micros)
    try:
        standing_require(snapshots.current(), found)
    except DomainError as error:
        Campaign.objects.filter(pk=found.pk).update(stopped_for=error.code[:40])
        return False
    resumed = _go_on(found)
    _record("campaign.continued", found, None, messages_resumed=resumed)
    with connection.cursor() as cursor:
        event_append(
            cursor,
            account_id=found.account_id,
            event_type=EventType.CAMPAIGN_RESUMED,
            at=clock.now(),
            data={"id": found.pk, "name": found.name, "messages_resumed": resumed},
        )
    return True


def _go_on(campaign: Campaign) -> int:
    """How many messages wait no more."""
    is_released = campaign.released_at is not None
    if not is_released:
        standing_require(snapshots.current(), campaign)
    _move(
        campaign,
        _S.SENDING if is_released else _S.RUNNING,
        expected=(_S.PAUSED,),
        stopped_for="",
        needed_micros=0,
    )
    resumed = hold_lift(campaign_id=campaign.pk)
    if not is_released:
        release_wake(campaign.pk)
    return resumed


@transaction.atomic
def campaign_cancel(*, campaign: Campaign, actor: User | None) -> Campaign:
    """Ends a campaign: nothing more is released, and what has not left is canceled by a task.

    Raises ConflictError where it is finished.
    """
    found = _locked(campaign)
    before = _S(found.status)
    _move(found, _S.CANCELED, expected=(_S.DRAFT, _S.SCHEDULED, *_RELEASED_STATES))
    _record("campaign.canceled", found, actor, was=before.value)
    if before in _RELEASED_STATES:
        hold_place(account=found.account, campaign_id=found.pk)
        enqueue("campaigns.tasks.cancel_campaign_messages", found.pk)
    return found


def _locked(campaign: Campaign) -> Campaign:
    rows = Campaign.objects.select_for_update(of=("self",)).select_related("account")
    return rows.get(pk=campaign.pk)


def _expect(campaign: Campaign, *expected: CampaignStatus) -> None:
    status = _S(campaign.status)
    if status not in expected:
        raise ConflictError(
            "wrong_state",
            _("The campaign is “%(status)s” now: look at it again.") % {"status": status.label},
            status=status.value,
        )


def _move(
    campaign: Campaign, to: CampaignStatus, *, expected: tuple[CampaignStatus, ...], **fields: Any
) -> None:
    """Moves the locked campaign and the object at hand. Raises ConflictError."""
    _expect(campaign, *expected)
    moved = transition(Campaign, [campaign.pk], to=to, transitions=CAMPAIGN_TRANSITIONS, **fields)
    assert moved == 1, "the row is locked and its state was looked at"
    for name, value in {"status": to, **fields}.items():
        setattr(campaign, name, value)


def _record(action: str, campaign: Campaign, actor: User | None, **detail: Any) -> None:
    audit.record(
        action=action,
        actor=actor,
        account_id=campaign.account_id,
        subject=f"campaign:{campaign.pk}",
        detail={"name": campaign.name} | {key: _plain(value) for key, value in detail.items()},
    )


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
