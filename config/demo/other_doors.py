"""What the simulator offers beside SMPP: a carrier over HTTP, and a service that knows ported
numbers; and the exchange rate by which costs in dollars meet prices in đồng."""

from datetime import date
from decimal import Decimal

from django.conf import settings

from carriers.constants import BindKind
from carriers.models import Carrier
from carriers.services.binds import bind_save
from carriers.simulator.http_carrier import PORT_OFFSET, TOKEN
from config.demo import world
from routing.constants import LookupAsking
from routing.models import ExchangeRate, LookupPolicy, LookupProvider, Rate, Route
from routing.services.lookup_settings import policy_save, provider_save

_MICROS = 1_000_000
_BEGINNING = date(2026, 1, 1)


def other_doors_build() -> None:
    """Makes them through the services, where this machine may be asked; the carrier is a reserve
    that sends nothing by itself."""
    if settings.HTTP_CARRIER_NETWORKS:
        _http_carrier()
    if settings.LOOKUP_PRIVATE_NETWORKS:
        _lookups()
    ExchangeRate.objects.create(
        currency="USD",
        per_unit=Decimal(world.DONGS_A_DOLLAR),
        effective_from=_BEGINNING,
        source="Demo",
    )


def _lookups() -> None:
    provider = provider_save(LookupProvider(), _PROVIDER | {"url": _lookup_url()}, actor=None)
    policy_save(
        LookupPolicy(),
        {"country": "VN", "asks": LookupAsking.UNKNOWN, "provider": provider},
        actor=None,
    )


def _http_carrier() -> None:
    carrier = Carrier.objects.create(
        code="aggregator", name="Aggregator over HTTP (simulated)", currency="VND"
    )
    port = settings.SIMULATOR_PORT + PORT_OFFSET
    values = world.HTTP_BIND | {
        "carrier": carrier,
        "name": "aggregator-1",
        "kind": BindKind.HTTP,
        "http_url": f"http://127.0.0.1:{port}/messages",
        "http_secret": TOKEN,
        "receipt_grace_seconds": world.RECEIPT_GRACE_SECONDS,
    }
    bind_save(None, values, None)
    Route.objects.create(name="VN: reserve over HTTP", carrier=carrier, country="VN", tier=2)
    Rate.objects.create(
        carrier=carrier,
        country="VN",
        amount_micros=world.HTTP_COST * _MICROS,
        currency="VND",
        effective_from=_BEGINNING,
    )


def _lookup_url() -> str:
    return f"{settings.SIMULATOR_CONTROL_URL}/lookup"


_PROVIDER = {
    "name": "Number lookup (simulated)",
    "countries": ["VN"],
    "body": '{"msisdns": {numbers}}',
    "batch_size": 500,
    "items_path": "results",
    "number_path": "msisdn",
    "network_path": "network",
    "status_path": "status",
    "absent_words": ["absent"],
    "cost_micros": 20 * _MICROS,
    "currency": "VND",
    "daily_budget": 10_000,
}
