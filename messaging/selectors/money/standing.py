"""Where an account stands at a moment."""

from datetime import datetime
from zoneinfo import ZoneInfo

from compliance.models import Account
from messaging.models import Balance
from messaging.money.limits import Standing


def standing_of(account_id: int, now: datetime) -> Standing:
    """As its row says it, which is never more than what may be spent; a day or month that is over
    counts for nothing."""
    balance = Balance.objects.select_related("account").get(pk=account_id)
    return standing_from(balance, now)


def standing_from(balance: Balance, now: datetime) -> Standing:
    """Of a row at hand, its account with it."""
    today = now.astimezone(ZoneInfo(zone_of(balance.account))).date()
    is_today = balance.day is not None and balance.day >= today
    is_month = balance.month is not None and balance.month >= today.replace(day=1)
    return Standing(
        mode=balance.mode,
        funds_micros=balance.funds_micros,
        taken_micros=balance.taken_micros,
        day_micros=balance.day_micros if is_today else 0,
        month_micros=balance.month_micros if is_month else 0,
        day_limit_micros=balance.day_limit_micros,
        month_limit_micros=balance.month_limit_micros,
        mark_micros=balance.mark_micros,
        unit_micros=balance.unit_micros,
    )


def zone_of(account: Account) -> str:
    """The account's time zone."""
    return account.timezone or "UTC"
