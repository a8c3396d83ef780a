"""Telling in time that money runs out: each threshold of each limit once per top-up, day or month.

An event in the account's log, which webhooks carry, and a mail to whom the account names; the
home page says it as long as it is true.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.utils.translation import gettext as _

from config.common import clock, logs
from messaging.constants import EventType
from messaging.models import Balance
from messaging.money.amounts import amount_text, money_text
from messaging.money.limits import alert_due
from messaging.selectors.money.positions import Position, limited_positions
from messaging.services.events import event_append

log = logs.get_logger(__name__)
_ALL = 100


@dataclass(frozen=True, slots=True)
class Alert:
    """A threshold that a limit of an account has reached."""

    position: Position
    limit: str
    percent: int

    @property
    def left_micros(self) -> int:
        """What the limit still lets be spent."""
        return max(0, self.position.standing.rooms[self.limit])


def alerts_tell() -> int:
    """Tells what was not told yet; returns how many. Told twice at once, it is told once."""
    now = clock.now()
    told = 0
    for position in limited_positions(now).values():
        if _due(position, position.alerts_told):
            alerts, emails = _tell(position, now)
            told += len(alerts)
            if alerts and emails:
                _mail(alerts, emails)
    return told


@transaction.atomic
def _tell(position: Position, now: datetime) -> tuple[list[Alert], list[str]]:
    balance = Balance.objects.select_for_update().get(pk=position.account_id)
    alerts = _due(position, balance.alerts_told)
    if not alerts:
        return [], []
    for one in alerts:
        balance.alerts_told[one.limit] = {
            "period": position.period(one.limit),
            "percent": one.percent,
        }
    balance.save(update_fields=["alerts_told"])
    with connection.cursor() as cursor:
        for one in alerts:
            event_append(
                cursor,
                account_id=position.account_id,
                event_type=_type(one),
                at=now,
                data={
                    "limit": one.limit,
                    "percent": one.percent,
                    "left": amount_text(one.left_micros),
                    "currency": position.currency,
                },
            )
    return alerts, list(balance.alert_emails)


def _due(position: Position, told: Mapping[str, Mapping[str, Any]]) -> list[Alert]:
    found = []
    for limit, used in position.standing.used_percents.items():
        before = told.get(limit, {})
        is_same = before.get("period") == position.period(limit)
        percent = alert_due(position.alert_percents, used, before["percent"] if is_same else 0)
        if percent is not None:
            found.append(Alert(position, limit, percent))
    return found


def _type(alert: Alert) -> EventType:
    return EventType.BALANCE_EXHAUSTED if alert.percent >= _ALL else EventType.BALANCE_LOW


def alert_sentence(alert: Alert) -> str:
    """What a person reads."""
    sentences = {
        "credit": _("%(percent)d %% of the credit of %(account)s is used: %(left)s is left."),
        "day": _("%(percent)d %% of today's limit of %(account)s is used: %(left)s is left."),
        "month": _(
            "%(percent)d %% of this month's limit of %(account)s is used: %(left)s is left."
        ),
    }
    return sentences[alert.limit] % {
        "percent": alert.percent,
        "account": alert.position.name,
        "left": money_text(alert.left_micros, alert.position.currency),
    }


def _mail(alerts: list[Alert], emails: list[str]) -> None:
    lines = [alert_sentence(one) for one in alerts]
    message = EmailMessage(subject=lines[0], body="\n".join(lines), to=emails)
    try:
        message.send()
    except OSError:  # smtplib's errors are among them; the event log has it in any case
        log.exception("money alerts were not mailed")
