"""What routing decides over, read from the database once per configuration version."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db import connection

from carriers.models import Carrier as CarrierRow
from carriers.selectors.availability import carriers_available
from routing.constants import NetworkSource
from routing.engine import Carrier, Momentary, Rate, Route, RoutingSnapshot, SenderEntry
from routing.models import (
    Network,
    NumberPlan,
    NumberPrefix,
    Sender,
)
from routing.models import Rate as RateRow
from routing.models import Route as RouteRow
from routing.prefixes import PrefixEntry, PrefixTable


@dataclass(frozen=True, slots=True)
class NetworkHint:
    """The network a number is believed to be on, and how that is known."""

    network_id: int | None
    source: str


_NO_HINT = NetworkHint(None, NetworkSource.NONE.value)


@dataclass(frozen=True, slots=True)
class NumberIndex:
    """Networks by longest prefix of the plans in force; `zones`: of those that have their own."""

    table: PrefixTable
    network_ids: Mapping[str, int]
    names: Mapping[int, str]
    zones: Mapping[int, str] = field(default_factory=dict)

    def code_of(self, network_id: int) -> str:
        """The code of a network, "" for one that is not known."""
        return next((code for code, known in self.network_ids.items() if known == network_id), "")

    def network_of(self, msisdn: str, country: str, override: int | None = None) -> NetworkHint:
        """An override is surer than a prefix, which only says who first got the number."""
        if override is not None:
            return NetworkHint(override, NetworkSource.OVERRIDE.value)
        match = self.table.lookup(msisdn, country)
        if match is None:
            return _NO_HINT
        return NetworkHint(self.network_ids[match.network_code], NetworkSource.PREFIX.value)


def number_index() -> NumberIndex:
    """The plans in force, as the admin left them."""
    network_ids = dict(Network.objects.values_list("code", "id"))
    entries = [
        PrefixEntry(prefix.prefix, prefix.network.code, prefix.source, prefix.confidence, country)
        for prefix, country in _active_prefixes()
    ]
    names = dict(Network.objects.values_list("id", "name"))
    zones = dict(Network.objects.exclude(timezone="").values_list("id", "timezone"))
    return NumberIndex(PrefixTable(entries), network_ids, names, zones)


def _active_prefixes() -> list[tuple[NumberPrefix, str]]:
    countries = dict(NumberPlan.objects.filter(is_active=True).values_list("id", "country"))
    rows = NumberPrefix.objects.filter(plan_id__in=countries).select_related("network")
    return [(row, countries[row.plan_id]) for row in rows]


def number_overrides(msisdns: list[str]) -> dict[str, int]:
    """Networks of single numbers known to be elsewhere than their prefix says; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT msisdn, network_id FROM routing_numberoverride WHERE msisdn = ANY(%s)"
            " AND (valid_until IS NULL OR valid_until > now())",
            [msisdns],
        )
        return dict(cursor.fetchall())


def routing_snapshot(version: int, today: date) -> RoutingSnapshot:
    """Routes, carriers, rates and senders as configured now. `today` decides leases and rates."""
    present = momentary()
    return RoutingSnapshot(
        version=version,
        routes=tuple(_route(row) for row in RouteRow.objects.all()),
        carriers=present.carriers,
        heats=present.heats,
        qualities=present.qualities,
        orders=present.orders,
        rates=_rates(today),
        senders={
            row.id: SenderEntry(
                row.id, row.kind, frozenset(row.allowed_classes), sender_is_usable(row, today)
            )
            for row in Sender.objects.all()
        },
    )


def momentary() -> Momentary:
    """What holds at this moment, without a new configuration version: read once a second by each
    process, so it stays at a query or two."""
    return Momentary(carriers=carriers())


def carriers() -> dict[int, Carrier]:
    """Every carrier, switched on by people and available by a live bind."""
    available = carriers_available()
    return {
        row.id: Carrier(row.id, row.is_active, row.id in available, None, row.data_country)
        for row in CarrierRow.objects.all()
    }


def sender_is_usable(sender: Sender, today: date) -> bool:
    """Active and in lease; both ends of the lease are its days."""
    return (
        sender.status == "active"
        and sender.lease_start <= today
        and (sender.lease_end is None or today <= sender.lease_end)
    )


def _route(row: RouteRow) -> Route:
    return Route(
        id=row.id,
        carrier_id=row.carrier_id,
        tier=row.tier,
        weight=row.weight,
        country=row.country or None,
        network_id=row.network_id,
        prefix=row.prefix or None,
        message_classes=frozenset(row.message_classes) or None,
        sender_kinds=frozenset(row.sender_kinds) or None,
        account_ids=frozenset({row.account_id}) if row.account_id else None,
        is_active=row.is_active,
        traffic_kind=row.traffic_kind,
    )


def _rates(today: date) -> tuple[Rate, ...]:
    """In force today, oldest first, because the last one of a key holds."""
    rows = RateRow.objects.filter(effective_from__lte=today).order_by("effective_from", "id")
    return tuple(
        Rate(
            country=row.country,
            amount_micros=row.amount_micros,
            network_id=row.network_id,
            message_class=row.message_class or None,
            carrier_id=row.carrier_id,
            account_id=row.account_id,
            currency=row.currency,
        )
        for row in rows
    )
