"""The money of the demo: one account pays in advance, and both have last week's statements.

Their messages of last week are gone, as if retention had taken them; the books are folded from
deltas like everybody's, so that they reconcile.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from compliance.models import Account, User
from config.common import clock
from messaging.models import AcceptedDay, MoneyDelta
from messaging.services.money import BillingTerms, billing_set, deltas_fold, ledger_top_up
from routing.models import Network, Sender

_MICROS = 1_000_000
_DAYS = 7
_BEFORE = timedelta(days=_DAYS + 1)
_PREPAID, _CREDIT, _DAY_LIMIT = "harbor-coffee", 500 * _MICROS, 120 * _MICROS
_DAY_SECONDS = 86_400


class _Traffic(NamedTuple):
    """Of each day: messages accepted, and of how many in a hundred the money came back."""

    account: str
    sender: str
    country: str
    message_class: str
    price_micros: int
    messages: int
    given_back: int


_TRAFFIC = (
    _Traffic("mai-fashion", "53849", "VN", "otp", 350 * _MICROS, 420, 2),
    _Traffic("mai-fashion", "53849", "VN", "transactional", 350 * _MICROS, 910, 4),
    _Traffic("mai-fashion", "MAIFASHION", "VN", "marketing", 700 * _MICROS, 1_600, 7),
    _Traffic("harbor-coffee", "53849", "US", "marketing", 7_900, 1_240, 5),
    _Traffic("harbor-coffee", "12065550142", "US", "care", 7_900, 75, 3),
)


def money_build() -> None:
    """Books a top-up, limits and a week of statements."""
    now = clock.now()
    administrator = User.objects.get(username="administrator")
    prepaid = Account.objects.get(slug=_PREPAID)
    with clock.freeze(now - _BEFORE):
        billing_set(
            account=prepaid,
            terms=BillingTerms(
                "prepaid", day_limit_micros=_DAY_LIMIT, alert_emails=["money@example.com"]
            ),
            actor=administrator,
        )
        ledger_top_up(
            account=prepaid,
            amount_micros=_CREDIT,
            actor=administrator,
            reference="INV-2026-0118",
            reason="Wire transfer",
        )
    deltas = list(_deltas(now))
    MoneyDelta.objects.bulk_create(deltas)
    AcceptedDay.objects.bulk_create(
        AcceptedDay(account_id=account_id, day=day, is_whole=False)
        for account_id, day in sorted({(one.account_id, one.day) for one in deltas})
    )
    deltas_fold()


def _deltas(now: datetime) -> Iterator[MoneyDelta]:
    networks = {
        country: list(Network.objects.filter(country=country).order_by("pk")[:3])
        for country in {one.country for one in _TRAFFIC}
    }
    senders = {
        (one.account.slug, one.address): one for one in Sender.objects.select_related("account")
    }
    for traffic in _TRAFFIC:
        for number, network in enumerate(networks[traffic.country] or [None]):
            for days in range(1, _DAYS + 1):
                # Fewer on the second and third network, and more towards today.
                count = traffic.messages * (_DAYS + 3 - days) // ((number + 1) * (_DAYS + 2))
                yield from _of_day(
                    traffic,
                    senders[traffic.account, traffic.sender],
                    network,
                    now - timedelta(days=days),
                    count,
                )


def _of_day(
    traffic: _Traffic, sender: Sender, network: Network | None, at: datetime, count: int
) -> Iterator[MoneyDelta]:
    """Taken when the messages were accepted, and settled a moment later."""
    reserved = count * traffic.price_micros
    charged = count - count * traffic.given_back // 100
    shared = {
        "account_id": sender.account_id,
        "day": int(at.timestamp()) // _DAY_SECONDS,
        "accepted_at": at,
        "booked_at": at,
        "network_id": None if network is None else network.pk,
        "sender_id": sender.pk,
        "message_class": traffic.message_class,
    }
    yield MoneyDelta(**shared, accepted=count, taken_micros=reserved, reserved_micros=reserved)
    yield MoneyDelta(
        **shared,
        messages=charged,
        segments=charged,
        taken_micros=charged * traffic.price_micros - reserved,
        reserved_micros=-reserved,
        charged_micros=charged * traffic.price_micros,
    )
