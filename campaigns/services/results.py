"""The results of a campaign as a file."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from campaigns.models import Campaign
from campaigns.selectors.labels import detail_label, plain_amount, reason_label, status_label
from campaigns.selectors.results import ResultFilter, ResultRow, results_page
from compliance.models import User
from config.common import audit
from config.common.csv_cells import csv_lines
from routing.numbers import to_e164

_PAGE_ROWS = 1_000


def campaign_results_export(
    *, campaign: Campaign, wanted: ResultFilter, actor: User | None
) -> Iterator[str]:
    """Lines of a CSV with one row per contact, in the language and time zone in force now;
    written down in the audit log, because numbers and names leave the platform with it."""
    audit.record(
        action="campaign.results_exported",
        actor=actor,
        account_id=campaign.account_id,
        subject=f"campaign:{campaign.pk}",
        detail={"status": wanted.status, "reason": wanted.reason},
    )
    reader = _Reader(translation.get_language() or "en", timezone.get_current_timezone())
    return csv_lines(_rows(campaign, wanted, reader))


@dataclass(frozen=True, slots=True)
class _Reader:
    """Lines are made while the response is sent, when the request's language is gone."""

    language: str
    zone: tzinfo
    _statuses: dict[str, str] = field(default_factory=dict)
    _reasons: dict[str, str] = field(default_factory=dict)

    def titles(self, currency: str) -> list[str]:
        with translation.override(self.language):
            return [
                _("number"),
                _("name"),
                _("status"),
                _("reason"),
                _("segments"),
                _("price (%(currency)s)") % {"currency": currency},
                _("sent"),
                _("delivered"),
            ]

    def cells(self, row: ResultRow) -> list[str]:
        status = self._statuses.get(row.status)
        if status is None:
            status = self._statuses[row.status] = status_label(row.status)
        reason = self._reasons.get(row.reason)
        if reason is None:
            reason = self._reasons[row.reason] = reason_label(row.reason)
        return [
            to_e164(row.msisdn),
            row.name,
            status,
            f"{reason}: {detail_label(row.reason, row.detail)}" if row.detail else reason,
            str(row.segment_count) if row.segment_count else "",
            plain_amount(row.price_micros) if row.segment_count else "",
            self._time(row.sent_at),
            self._time(row.delivered_at),
        ]

    def _time(self, moment: datetime | None) -> str:
        return "" if moment is None else moment.astimezone(self.zone).isoformat(" ", "seconds")


def _rows(campaign: Campaign, wanted: ResultFilter, reader: _Reader) -> Iterator[list[str]]:
    yield reader.titles(campaign.account.currency)
    after, is_first = "", True
    while after or is_first:
        page = results_page(campaign, wanted, after=after, limit=_PAGE_ROWS)
        with translation.override(reader.language):
            rows = [reader.cells(row) for row in page.rows]
        yield from rows
        after, is_first = page.next_key, False
