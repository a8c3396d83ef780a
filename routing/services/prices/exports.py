"""Rates that hold at a moment, as lines of a CSV that can be uploaded again."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from routing.models import Network, Sender
from routing.price_terms import Owner
from routing.selectors.rates import rate_book

HEADS = ("country", "network", "mccmnc", "class", "price", "currency", "sender")
_MICROS = Decimal(1_000_000)


def price_rows(owner: Owner, at: datetime) -> Iterator[tuple[str, ...]]:
    """The owner's rates in the order of countries, networks and classes; under HEADS."""
    networks = {row.pk: row for row in Network.objects.all()}
    latest = {
        (rate.country, rate.network_id, rate.message_class or "", rate.sender_id or 0): rate
        for rate in rate_book().of(owner, at)
    }
    senders = dict(Sender.objects.values_list("pk", "address"))
    for key in sorted(latest, key=lambda key: (key[0], key[1] or 0, key[2], key[3])):
        rate, network = latest[key], networks.get(key[1] or 0)
        yield (
            rate.country,
            network.code if network else "",
            network.mcc_mnc if network else "",
            key[2],
            amount_text(rate.amount_micros),
            rate.currency,
            senders.get(key[3], ""),
        )


def amount_text(micros: int) -> str:
    """Millionths as a decimal without needless zeros."""
    return f"{(Decimal(micros) / _MICROS).normalize():f}"
