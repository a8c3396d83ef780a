"""Holds our tables against the operators' own books: is every message accounted for?"""

import uuid
from collections import Counter
from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import F

from campaigns.models import AudienceEntry, Campaign
from carriers.simulator.journal import JournalRecord, journal_path, read_journal
from carriers.simulator.report import peaks, report_records
from config.bench.figures import percentile
from config.chaos.world import CONTRACT, OPERATORS, SENDER_CONTRACT
from messaging.constants import TERMINAL, MessageStatus
from messaging.models import Dispatch, Message, Waiting

S = MessageStatus
_ARRIVED = {S.SENT.value, S.DELIVERED.value, S.UNDELIVERED.value}
_NEVER_LEFT = {S.FAILED.value, S.BLOCKED.value, S.CANCELED.value, S.EXPIRED.value}


@dataclass(slots=True)
class Verdict:
    """What became of one scenario's messages. `faults` is empty where all is accounted for."""

    audience: int = 0
    accepted: int = 0
    by_status: dict[str, int] = field(default_factory=dict)
    waiting: int = 0
    codes_accepted: int = 0
    codes_by_status: dict[str, int] = field(default_factory=dict)
    duplicates: int = 0  # of a class that allows none
    code_duplicates: int = 0  # of one that prefers them to a loss
    longest_pause_seconds: float = 0.0
    flows_again_seconds: float | None = None
    peak_per_second: int = 0  # at the first carrier's operator, over all binds
    sender_peak_per_second: int = 0  # over all carriers
    elsewhere: int = 0  # taken by the reserve's operator
    delay_p50_seconds: float = 0.0  # from acceptance here to the operator
    delay_p99_seconds: float = 0.0
    delay_max_seconds: float = 0.0
    faults: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self) | {"is_sound": not self.faults}


def records_since(began: float, *operators: str) -> list[JournalRecord]:
    """What the operators wrote down from then on."""
    names = operators or OPERATORS
    paths = [journal_path(Path(settings.SIMULATOR_DIR), name) for name in names]
    return [one for path in paths for one in read_journal(path) if one.time >= began]


def judge(
    campaign: Campaign,
    codes: Collection[str],
    tried: Collection[str],
    *,
    began: float,
    hurt_at: float,
    healed_at: float,
    is_read_in_time: bool = True,
) -> Verdict:
    """The verdict on one campaign and the codes beside it; times are Unix seconds.

    `is_read_in_time`: the operator itself was well enough to count what came when.
    """
    records = records_since(began)
    taken = report_records(records).taken
    verdict = Verdict()
    found = dict(Message.objects.filter(campaign_id=campaign.pk).values_list("msisdn", "status"))
    _count_campaign(verdict, campaign, found)
    ours = dict(Message.objects.filter(msisdn__in=list(tried)).values_list("msisdn", "status"))
    verdict.codes_accepted = len(codes)
    verdict.codes_by_status = dict(Counter(ours.values()))
    lost_codes = [msisdn for msisdn in codes if msisdn not in ours]
    _fault(verdict, len(lost_codes), "one-time codes answered 201 are not in the tables")
    verdict.duplicates = sum(taken[msisdn] - 1 for msisdn in found if taken[msisdn] > 1)
    verdict.code_duplicates = sum(taken[msisdn] - 1 for msisdn in ours if taken[msisdn] > 1)
    _fault(verdict, verdict.duplicates, "marketing messages left twice")
    both = found | ours
    lost = [one for one, status in both.items() if status in _ARRIVED and not taken[one]]
    _fault(verdict, len(lost), "messages are called sent and no operator has them")
    denied = [one for one, status in both.items() if status in _NEVER_LEFT and taken[one]]
    _fault(verdict, len(denied), "messages are called not sent and an operator has them")
    unknown = [one for one in taken if one not in both]
    known = set(Message.objects.filter(msisdn__in=unknown).values_list("msisdn", flat=True))
    strange = [one for one in unknown if one not in known]  # an earlier scenario's is known
    _fault(verdict, len(strange), "numbers got what we know nothing of")
    early = Message.objects.filter(msisdn__in=list(both), done_at__lt=F("created_at"))
    _fault(verdict, early.count(), "messages ended before they were made")
    _time(verdict, records, hurt_at, healed_at)
    _delays(verdict, campaign, records)
    verdict.elsewhere = sum(report_records(records_since(began, OPERATORS[1])).taken.values())
    first = records_since(began, OPERATORS[0])
    verdict.peak_per_second = max(peaks(first, "account").values(), default=0)
    verdict.sender_peak_per_second = peaks(records, "sender").get(campaign.sender.address, 0)
    if is_read_in_time:
        over = verdict.peak_per_second - int(CONTRACT)
        _fault(verdict, max(0, over), "segments above the carrier's contract in a second")
        over = verdict.sender_peak_per_second - int(SENDER_CONTRACT)
        _fault(verdict, max(0, over), "segments above the sender's contract in a second")
    return verdict


def _count_campaign(verdict: Verdict, campaign: Campaign, found: dict[str, str]) -> None:
    by_status = Counter(found.values())
    entries = AudienceEntry.objects.filter(campaign_id=campaign.pk)
    verdict.audience, verdict.accepted = entries.count(), len(found)
    verdict.by_status = dict(by_status)
    ids = {"campaign_id": campaign.pk}
    queued = Dispatch.objects.filter(**ids).count() + Waiting.objects.filter(**ids).count()
    ended = sum(count for status, count in by_status.items() if status in TERMINAL)
    verdict.waiting = queued
    sent = by_status[S.SENT.value] if S.SENT.value not in TERMINAL else 0
    missing = verdict.accepted - ended - queued - sent
    _fault(verdict, abs(missing), "messages are neither ended nor visibly waiting")
    released = set(entries.filter(outcome="released").values_list("msisdn", flat=True))
    _fault(verdict, len(released ^ found.keys()), "the audience's ledger and messages differ")


def _fault(verdict: Verdict, count: int, what: str) -> None:
    if count:
        verdict.faults.append(f"{count} {what}")


def _delays(verdict: Verdict, campaign: Campaign, records: list[JournalRecord]) -> None:
    came: dict[str, float] = {}
    for one in records:
        if one.event == "submit" and one.status in {0, None}:
            came[one.destination] = min(one.time, came.get(one.destination, one.time))
    own = Message.objects.filter(campaign_id=campaign.pk).values_list("msisdn", "id")
    delays = [came[msisdn] - _born(key) for msisdn, key in own if msisdn in came]
    if delays:
        verdict.delay_p50_seconds = round(percentile(delays, 0.5), 2)
        verdict.delay_p99_seconds = round(percentile(delays, 0.99), 2)
        verdict.delay_max_seconds = round(max(delays), 2)


def _born(key: uuid.UUID) -> float:
    """Unix time of a UUIDv7."""
    return (key.int >> 80) / 1000


def _time(verdict: Verdict, records: list[JournalRecord], hurt_at: float, healed_at: float) -> None:
    """How long nothing came, and how soon after the end of the fault something did."""
    times = sorted(one.time for one in records if one.event == "submit")
    after = [hurt_at, *(time for time in times if time > hurt_at)]
    verdict.longest_pause_seconds = round(
        max((late - early for early, late in pairwise(after)), default=0.0), 2
    )
    again = next((time for time in times if time > healed_at), None)
    verdict.flows_again_seconds = None if again is None else round(again - healed_at, 2)
