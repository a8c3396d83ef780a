"""What the shield sees: how many of the codes that went out were entered, by block and country,
beside what holds there."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet, Sum

from messaging.constants import ShieldMode
from messaging.models import (
    ShieldRule,
    VerificationHold,
    VerificationOverride,
    VerificationService,
    VerificationStat,
)
from messaging.verification.shield import mode_for

MOST_ROWS = 100


@dataclass(frozen=True, slots=True)
class Traffic:
    """Verifications of a while into one place; an empty block is the whole country. `hold` and
    `override` are those that hold there now."""

    service: VerificationService
    country: str
    block: str
    starts: int
    approvals: int
    noted: int
    blocked: int
    mode: str
    hold: VerificationHold | None
    override: VerificationOverride | None

    @property
    def conversion(self) -> float | None:
        """The share of codes that were entered; None where none was sent."""
        return self.approvals / self.starts if self.starts else None

    @property
    def is_low(self) -> bool:
        """Whether the service's threshold finds it too little, of enough."""
        if self.conversion is None or self.starts < self.service.least_sends:
            return False
        return self.conversion * 100 < self.service.least_conversion_percent


def holding_now(now: datetime) -> Q:
    """Of holds and overrides: those that hold at a moment."""
    return Q(ended_at=None, until__gt=now)


def holds_now(account_ids: Collection[int] | None, now: datetime) -> QuerySet[VerificationHold]:
    """Holds that hold now, also those that only note; None is every account."""
    rows = VerificationHold.objects.filter(holding_now(now))
    rows = rows if account_ids is None else rows.filter(account__in=account_ids)
    return rows.select_related("service", "account").order_by("-placed_at")


def overrides_now(
    account_ids: Collection[int] | None, now: datetime
) -> QuerySet[VerificationOverride]:
    """Overrides that hold now."""
    rows = VerificationOverride.objects.filter(holding_now(now))
    rows = rows if account_ids is None else rows.filter(account__in=account_ids)
    return rows.select_related("service", "account", "created_by").order_by("until")


def traffic_of(
    services: Sequence[VerificationService], since: datetime, now: datetime, *, by_block: bool
) -> list[Traffic]:
    """By country or by block of ten thousand numbers: where most codes were lost comes first."""
    places = ("service", "country", "block") if by_block else ("service", "country")
    rows = (
        VerificationStat.objects.filter(service__in=services, hour__gte=since)
        .values(*places)
        .annotate(
            started=Sum("starts"),
            approved=Sum("approvals"),
            would=Sum("noted"),
            stopped=Sum("blocked"),
            lost=Sum("starts") - Sum("approvals") + Sum("blocked"),
        )
        .order_by("-lost", *places)[:MOST_ROWS]
    )
    accounts = {one.account_id for one in services}
    known = _Known(services, accounts, now)
    return [known.traffic(row) for row in rows]


class _Known:
    """What holds now, looked up once for all rows."""

    def __init__(
        self, services: Sequence[VerificationService], accounts: set[int], now: datetime
    ) -> None:
        self._services = {one.pk: one for one in services}
        self._holds = list(holds_now(accounts, now))
        self._overrides = list(overrides_now(accounts, now))
        self._rules = list(ShieldRule.objects.filter(account__in=accounts))

    def traffic(self, row: dict[str, Any]) -> Traffic:
        service = self._services[row["service"]]
        country, block = row["country"], row.get("block", "")
        return Traffic(
            service=service,
            country=country,
            block=block,
            starts=row["started"],
            approvals=row["approved"],
            noted=row["would"],
            blocked=row["stopped"],
            mode=self._mode(service, country),
            hold=self._hold(service, country, block),
            override=self._override(service, block),
        )

    def _mode(self, service: VerificationService, country: str) -> str:
        rules = [
            (rule.service_id, rule.country, rule.mode)
            for rule in self._rules
            if rule.account_id == service.account_id
        ]
        if country not in service.countries:
            return ShieldMode.BLOCK
        return mode_for(rules, service.pk, country, service.mode)

    def _hold(
        self, service: VerificationService, country: str, block: str
    ) -> VerificationHold | None:
        """Of a block the narrowest that covers it, of a country its own."""
        found = [
            hold
            for hold in self._holds
            if (hold.service_id, hold.country) == (service.pk, country)
            and block.startswith(hold.prefix)
        ]
        return max(found, key=lambda hold: len(hold.prefix), default=None)

    def _override(self, service: VerificationService, block: str) -> VerificationOverride | None:
        if not block:
            return None
        return next(
            (
                one
                for one in self._overrides
                if one.account_id == service.account_id
                and one.service_id in (None, service.pk)
                and block.startswith(one.prefix)
            ),
            None,
        )


def services_for(account_ids: Collection[int] | None) -> list[VerificationService]:
    """The services of some accounts; None is every account."""
    rows = VerificationService.objects.select_related("account", "sender")
    rows = rows if account_ids is None else rows.filter(account__in=account_ids)
    return list(rows.order_by("account__name", "name"))
