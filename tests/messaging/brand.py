"""A registered brandname under Vietnam's rules, and people who agreed: for caps and windows."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from django.db import transaction

from compliance.services.consent import consent_record
from compliance.services.rules import rule_packs_load_shipped
from config.common import clock
from messaging.frequency import Slot, slots_unpacked
from messaging.models import Frequency, Message
from messaging.selectors.snapshot import snapshots
from messaging.services.releases import (
    Assessment,
    Recipient,
    Release,
    recipients_assess,
    recipients_release,
)
from tests.factories import make_sender, make_template_version
from tests.messaging.hot import Line, make_line

ADVERTISEMENT = "[QC] Acme giam 30%. Tu choi, soan TC ACME gui 53849"
MSISDN = "84981234567"
# In Hanoi the window of 7:00 to 22:00 opens at midnight in UTC and closes at 15:00.
# A day whose night has begun: ids are made by the real clock, never before what is written.
TODAY = (datetime.now(UTC) - timedelta(hours=18)).replace(hour=0, minute=0, second=0, microsecond=0)
MORNING, NOON, CLOSES, NIGHT = (TODAY + timedelta(hours=hours) for hours in (1, 5, 15, 18))


def make_brand() -> Line:
    """A line whose sender is a brandname with all its papers."""
    rule_packs_load_shipped(actor=None)
    line = make_line()
    line.sender = make_sender(
        line.account,
        advertiser=line.sender.advertiser,
        kind="alphanumeric",
        address="ACME",
        registered=(line.network,),
    )
    return line


def agree(line: Line, *msisdns: str, **facets: object) -> None:
    """They agreed to advertising."""
    for msisdn in msisdns or (MSISDN,):
        consent_record(
            account=line.account,
            advertiser=line.sender.advertiser,
            msisdn=msisdn,
            purpose="marketing",
            action="granted",
            method="form",
            actor=None,
            **facets,
        )


def release_of(line: Line, campaign_id: int = 7001, **values: object) -> Release:
    """A campaign's release of the advertisement."""
    version = make_template_version(
        line.account,
        body=ADVERTISEMENT,
        message_class="marketing",
        advertiser=line.sender.advertiser,
    )
    return Release(line.account.pk, campaign_id, version.pk, line.sender.pk, **values)


def recipients(msisdns: Iterable[str] = (MSISDN,), **values: str) -> list[Recipient]:
    return [Recipient(n, msisdn, "VN", **values) for n, msisdn in enumerate(msisdns, 1)]


def released(release: Release, people: list[Recipient] | None = None) -> list[Assessment]:
    """What a slice released, committed."""
    snapshots.forget()
    people = recipients() if people is None else people
    with transaction.atomic():
        return recipients_release(snapshots.current(), release, people, now=clock.now())


def assessed(release: Release, people: list[Recipient] | None = None) -> list[Assessment]:
    """What pre-flight says of a slice."""
    snapshots.forget()
    people = recipients() if people is None else people
    return recipients_assess(snapshots.current(), release, people, now=clock.now())


def again(release: Release, campaign_id: int, **values: object) -> Release:
    """The same text for another campaign."""
    return replace(release, campaign_id=campaign_id, **values)


def slots(msisdn: str = MSISDN) -> list[Slot]:
    """What the ledger keeps of a number."""
    rows = Frequency.objects.filter(msisdn=msisdn)
    return [slot for row in rows for slot in slots_unpacked(row.slots)]


def sent(message_id: object, at: datetime, status: str = "delivered") -> None:
    """The message has left."""
    Message.objects.filter(pk=message_id).update(status=status, sent_at=at)
