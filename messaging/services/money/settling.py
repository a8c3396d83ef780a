"""Settling, as part of the statement that moves messages (messaging.services.outcomes).

No row and no query per message: one delta per account, network, sender, class and quarter of an
hour of acceptance in a flush. A receipt for what was charged when it was sent changes nothing and
writes nothing, unless the rate gives it back.
"""

from typing import Final

from messaging.money.rule_sql import BILLED, CHARGED_SEGMENTS, CHARGED_WHILE_UNKNOWN

# Of a moved row: it was open before unless it had been sent, and a late one was `unknown`.
_WAS_OPEN: Final = "(NOT %(is_late)s::bool AND (sent_at IS NULL OR status = 'sent'))"
SETTLED: Final = f"""
, priced AS MATERIALIZED (
    SELECT account_id, network_id, sender_id, message_class, created_at, price_micros,
        price_micros / {BILLED} AS unit, {CHARGED_SEGMENTS} AS after,
        CASE WHEN %(is_late)s::bool THEN {CHARGED_WHILE_UNKNOWN}
            WHEN {_WAS_OPEN} THEN 0 ELSE {BILLED} END AS before,
        CASE WHEN {_WAS_OPEN} THEN price_micros ELSE 0 END AS released, {_WAS_OPEN} AS was_open
    FROM moved WHERE charge_terms IS NOT NULL
), settled AS (
    INSERT INTO messaging_moneydelta (account_id, day, accepted_at, booked_at, network_id,
        sender_id, message_class, accepted, messages, segments, taken_micros, reserved_micros,
        charged_micros)
    SELECT account_id, ID_DAY, date_bin('15 min', created_at, '2000-01-01Z'), %(booked_at)s,
        network_id, sender_id, message_class, 0,
        sum((after > 0)::int - (before > 0)::int), sum(after - before),
        sum((after - before) * unit - released), -sum(released), sum((after - before) * unit)
    FROM priced WHERE was_open OR after <> before
    GROUP BY 1, 3, 5, 6, 7
)"""  # noqa: S608  constant parts
