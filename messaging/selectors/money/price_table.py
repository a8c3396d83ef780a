"""What an account pays per segment, as acceptance would price it at this moment."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from compliance.constants import LANES
from compliance.models import Account
from messaging.selectors.snapshot import Snapshot
from routing.charge_terms import charged_words
from routing.engine import Rate
from routing.models import Network, Sender


@dataclass(frozen=True, slots=True)
class PriceRow:
    """Prices on one network, by class in the order of the lanes; None: no price, not sent.

    `sender`: empty for every sender without prices of its own. `charged`: ends that are charged
    beside delivery (routing.charge_terms), of the first class that has a price.
    """

    country: str
    network: str
    sender: str
    prices: tuple[int | None, ...]
    currency: str
    charged: tuple[str, ...]


CLASSES = LANES


def price_rows(snapshot: Snapshot, account: Account) -> list[PriceRow]:
    """Networks with a price, by country and name; senders only where theirs differ."""
    senders = list(Sender.objects.filter(account=account).order_by("address"))
    networks = Network.objects.order_by("country", "name")
    return [row for network in networks for row in _rows(snapshot, account, network, senders)]


def _rows(
    snapshot: Snapshot, account: Account, network: Network, senders: Sequence[Sender]
) -> Iterator[PriceRow]:
    usual = _rates(snapshot, account, network, None)
    if any(usual):
        yield _row(account, network, "", usual)
    for sender in senders:
        rates = _rates(snapshot, account, network, sender.pk)
        if rates != usual and any(rates):
            yield _row(account, network, sender.address, rates)


def _rates(
    snapshot: Snapshot, account: Account, network: Network, sender_id: int | None
) -> tuple[Rate | None, ...]:
    return tuple(
        snapshot.routing.price_rate(
            account.pk, network.country, network.pk, message_class, sender_id
        )
        for message_class in CLASSES
    )


def _row(account: Account, network: Network, sender: str, rates: Sequence[Rate | None]) -> PriceRow:
    first = next(rate for rate in rates if rate is not None)
    return PriceRow(
        country=network.country,
        network=network.name,
        sender=sender,
        prices=tuple(None if rate is None else rate.amount_micros for rate in rates),
        currency=account.currency,
        charged=charged_words(first.charge_terms),
    )
