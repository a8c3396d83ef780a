"""What a campaign would do, before it does it: the release's own assessment of every contact.

The report is kept on the campaign with the time, the configuration it was made under and a
fingerprint of what it depends on, and is out of date as soon as that changes.
"""

import time
from dataclasses import asdict
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from django.db import transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from campaigns.constants import CampaignStatus
from campaigns.models import Campaign
from campaigns.preflight_report import Report
from campaigns.selectors.capacity import segments_per_second
from campaigns.selectors.collisions import campaign_names
from campaigns.selectors.fingerprints import fingerprint
from campaigns.services.audience import audience_size, audience_slice, release_of
from campaigns.services.memory import collection_paused
from campaigns.services.standing import sources_require, standing_require
from compliance.models import User
from config.common import audit, clock
from config.common.errors import ConflictError, DomainError
from config.common.queue import enqueue
from messaging.selectors.snapshot import Snapshot, snapshots
from messaging.selectors.vendor_papers import parameters_missing
from messaging.services.releases import recipients_assess

SYNCHRONOUS_LIMIT: Final = 5_000
_SLICE: Final = 1_000
_REPORT_EVERY_SECONDS: Final = 0.5
_STALLED_AFTER: Final = timedelta(seconds=60)
_VALID_FOR: Final = timedelta(hours=24)  # consent, opt-outs and caps move on without a trace here


class PreflightState(StrEnum):
    """Whether a campaign's report can be relied on."""

    MISSING = "missing"
    RUNNING = "running"
    FAILED = "failed"
    STALE = "stale"
    FRESH = "fresh"


def preflight_state(campaign: Campaign) -> PreflightState:
    """The standing of the campaign's report, by what it was made from."""
    report = campaign.preflight
    if not report:
        return PreflightState.MISSING
    at = parse_datetime(report["at"])
    age = clock.now() - at if at else _VALID_FOR
    if report["state"] == "running":
        return PreflightState.RUNNING if age < _STALLED_AFTER else PreflightState.FAILED
    if report["state"] == "failed":
        return PreflightState.FAILED
    is_same = report["fingerprint"] == fingerprint(
        snapshots.current(), campaign, report["countries"]
    )
    return PreflightState.FRESH if is_same and age < _VALID_FOR else PreflightState.STALE


def preflight_require(campaign: Campaign) -> dict[str, Any]:
    """A fresh report, made now where the list is short enough. Raises ConflictError where it
    has to be made first, and the errors of `preflight_run`."""
    current = Campaign.objects.get(pk=campaign.pk)
    if current.preflight and preflight_state(current) == PreflightState.FRESH:
        return dict(current.preflight)
    if audience_size(current.contact_list_id)[0] > SYNCHRONOUS_LIMIT:
        raise ConflictError(
            "preflight_needed",
            _("The list is long: run the pre-flight first, and launch when it has finished."),
        )
    return preflight_run(current.pk)


def preflight_request(*, campaign: Campaign, actor: User | None) -> PreflightState:
    """Makes the report now, or has a worker make it where the list is long.

    Raises ConflictError for a launched campaign, and the errors of `preflight_run`.
    """
    if campaign.status != CampaignStatus.DRAFT:
        raise ConflictError(
            "campaign_launched", _("The campaign is launched: there is nothing left to check.")
        )
    standing_require(snapshots.current(), campaign)
    total, _through = audience_size(campaign.contact_list_id)
    if total <= SYNCHRONOUS_LIMIT:
        preflight_run(campaign.pk)
        return PreflightState.FRESH
    with transaction.atomic():
        _keep(campaign.pk, _running(0, total))
        enqueue("campaigns.tasks.run_preflight", campaign.pk)
        audit.record(
            action="campaign.preflight_requested",
            actor=actor,
            account_id=campaign.account_id,
            subject=f"campaign:{campaign.pk}",
        )
    return PreflightState.RUNNING


def preflight_run(campaign_id: int) -> dict[str, Any]:
    """Assesses the whole audience and keeps the report. Raises InvalidError or NotAllowedError
    where the campaign could not be sent at all; a kept report then says `failed`."""
    campaign = Campaign.objects.select_related("account").get(pk=campaign_id)
    try:
        report = _assess(campaign, snapshots.current())
    except DomainError as error:
        _keep(campaign_id, {"state": "failed", "at": _now(), "error": str(error)})
        raise
    _keep(campaign_id, report)
    return report


def _assess(campaign: Campaign, snapshot: Snapshot) -> dict[str, Any]:
    text = standing_require(snapshot, campaign)
    sources = sources_require(campaign, text)
    total, through = audience_size(campaign.contact_list_id)
    moment = max(clock.now(), campaign.starts_at or clock.now())
    report, release = Report(), release_of(campaign)
    progress = _Progress(campaign.pk, total)
    position, is_last = 0, False
    while not is_last:
        with collection_paused():
            piece = audience_slice(
                list_id=campaign.contact_list_id,
                after=position,
                through=through,
                sources=sources,
                limit=_SLICE,
            )
            assessed = recipients_assess(snapshot, release, piece.recipients, now=moment)
            report.add(assessed)
        position, is_last = piece.through, piece.is_last
        report.countries |= {recipient.country for recipient in piece.recipients}
        progress.tell(report.audience)
    return _finished(campaign, snapshot, report, moment)


def _finished(
    campaign: Campaign, snapshot: Snapshot, report: Report, moment: datetime
) -> dict[str, Any]:
    limits = {
        "speed": (campaign.messages_per_second or 0) * report.segments_per_message(),
        "sender": snapshot.senders[campaign.sender_id].throughput or 0,
        "carriers": segments_per_second() or 0,
    }
    countries = sorted(report.countries)
    told = report.as_json(snapshot.numbers.names, limits, moment)
    return {
        "state": "done",
        "at": _now(),
        "as_of": moment.isoformat(),
        "configuration": snapshot.version,
        "fingerprint": fingerprint(snapshot, campaign, countries),
        "countries": countries,
        "currency": campaign.account.currency,
        "missing_parameters": _missing_parameters(campaign, report),
        "campaigns": campaign_names(campaign.account_id, (*told["held_by"], *told["taken_from"])),
    } | told


def _missing_parameters(campaign: Campaign, report: Report) -> list[dict[str, str]]:
    """What operators on the way want with every message and nobody has written down."""
    found = parameters_missing(
        carrier_ids=report.carriers, sender=campaign.sender, version=campaign.template_version
    )
    return [asdict(one) for one in found]


class _Progress:
    """Keeps a person who waits for a long list informed, a few times a second at most."""

    def __init__(self, campaign_id: int, total: int) -> None:
        self._campaign_id, self._total = campaign_id, total
        self._told = time.monotonic()
        self._is_long = total > SYNCHRONOUS_LIMIT

    def tell(self, done: int) -> None:
        moment = time.monotonic()
        if self._is_long and moment - self._told > _REPORT_EVERY_SECONDS:
            self._told = moment
            _keep(self._campaign_id, _running(done, self._total))


def _running(done: int, total: int) -> dict[str, Any]:
    return {"state": "running", "at": _now(), "done": done, "total": total}


def _keep(campaign_id: int, report: dict[str, Any]) -> None:
    Campaign.objects.filter(pk=campaign_id).update(preflight=report)


def _now() -> str:
    return clock.now().isoformat()
