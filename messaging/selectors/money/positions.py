"""Where accounts stand at this moment: balances with the changes that are on their way into them.

One statement, so that a change is in the balance or beside it and never in both.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from messaging.money.limits import DAY, MONTH, Standing

_POSITIONS = """
SELECT b.account_id, a.name, a.currency, t.today, b.mode, b.funds_micros,
    b.taken_micros + d.taken, b.reserved_micros + d.reserved, b.charged_micros + d.charged,
    CASE WHEN b.day >= t.today THEN b.day_micros ELSE 0 END + d.of_day,
    CASE WHEN b.month >= t.month THEN b.month_micros ELSE 0 END + d.of_month,
    b.day_limit_micros, b.month_limit_micros, b.mark_micros, b.unit_micros, b.alert_percents,
    b.alerts_told::text
FROM messaging_balance b
JOIN compliance_account a ON a.id = b.account_id
CROSS JOIN LATERAL (
    SELECT (%(now)s::timestamptz AT TIME ZONE a.timezone)::date AS today,
        date_trunc('month', %(now)s::timestamptz AT TIME ZONE a.timezone)::date AS month
) t
CROSS JOIN LATERAL (
    SELECT coalesce(sum(taken_micros), 0)::bigint AS taken,
        coalesce(sum(reserved_micros), 0)::bigint AS reserved,
        coalesce(sum(charged_micros), 0)::bigint AS charged,
        coalesce(sum(taken_micros) FILTER (
            WHERE (accepted_at AT TIME ZONE a.timezone)::date = greatest(b.day, t.today)
        ), 0)::bigint AS of_day,
        coalesce(sum(taken_micros) FILTER (
            WHERE date_trunc('month', accepted_at AT TIME ZONE a.timezone)::date
                = greatest(b.month, t.month)
        ), 0)::bigint AS of_month
    FROM messaging_moneydelta WHERE account_id = b.account_id
) d
WHERE b.account_id = ANY(%(accounts)s) OR (%(limited)s::bool AND b.mode <> 'unlimited')
ORDER BY a.name, a.id
"""


@dataclass(frozen=True, slots=True)
class Position:
    """An account's money now; `today` is the account's."""

    account_id: int
    name: str
    currency: str
    today: date
    standing: Standing
    reserved_micros: int
    charged_micros: int
    alert_percents: tuple[int, ...]
    alerts_told: Mapping[str, Mapping[str, Any]]

    def period(self, limit: str) -> str:
        """What a limit's percentages are of: told anew when it begins anew."""
        standing = self.standing
        if limit == DAY:
            return f"{self.today}/{standing.day_limit_micros}"
        if limit == MONTH:
            return f"{self.today:%Y-%m}/{standing.month_limit_micros}"
        return f"{standing.funds_micros}/{standing.mark_micros}"


def positions_of(account_ids: Iterable[int], now: datetime) -> dict[int, Position]:
    """By account, in the order of their names."""
    return _positions({"accounts": list(account_ids), "limited": False, "now": now})


def limited_positions(now: datetime) -> dict[int, Position]:
    """Of every account that can run out of money."""
    return _positions({"accounts": [], "limited": True, "now": now})


def rooms_of(account_ids: Iterable[int], now: datetime) -> dict[int, int | None]:
    """What each account may still spend; None where nothing limits it."""
    found = positions_of(account_ids, now)
    return {one.account_id: one.standing.available_micros for one in found.values()}


def _positions(values: dict[str, Any]) -> dict[int, Position]:
    with connection.cursor() as cursor:
        cursor.execute(_POSITIONS, values)
        return {row[0]: _position(row) for row in cursor.fetchall()}


def _position(row: tuple[Any, ...]) -> Position:
    account_id, name, currency, today, mode, funds, taken, reserved, charged, *rest = row
    day, month, day_limit, month_limit, mark, unit, percents, told = rest
    return Position(
        account_id=account_id,
        name=name,
        currency=currency,
        today=today,
        standing=Standing(
            mode=mode,
            funds_micros=funds,
            taken_micros=taken,
            day_micros=day,
            month_micros=month,
            day_limit_micros=day_limit,
            month_limit_micros=month_limit,
            mark_micros=mark,
            unit_micros=unit,
        ),
        reserved_micros=reserved,
        charged_micros=charged,
        alert_percents=tuple(percents),
        alerts_told=json.loads(told),
    )
