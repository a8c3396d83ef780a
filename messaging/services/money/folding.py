"""Deltas become balances, statements and, when a day is over, entries of the ledger.

Everything of an account happens under the lock of its balance's row. A change that comes after
its day was posted is of the next one, so a posted day never changes.
"""

from datetime import datetime
from typing import Any

from django.db import DatabaseError, connection, transaction

from config.common import clock, logs

log = logs.get_logger(__name__)

_LOCK = """
SELECT FROM messaging_balance WHERE account_id = %(account)s FOR UPDATE
"""
_FOLD = """
WITH place AS MATERIALIZED (
    SELECT b.account_id, b.posted_through, a.timezone,
        greatest(b.day, (%(now)s::timestamptz AT TIME ZONE a.timezone)::date) AS day,
        greatest(b.month, date_trunc('month', %(now)s::timestamptz AT TIME ZONE a.timezone)::date)
            AS month
    FROM messaging_balance b JOIN compliance_account a ON a.id = b.account_id
    WHERE b.account_id = %(account)s
), gone AS (
    DELETE FROM messaging_moneydelta WHERE account_id = %(account)s RETURNING *
), placed AS MATERIALIZED (
    SELECT g.*, (g.accepted_at AT TIME ZONE p.timezone)::date AS accepted_on,
        greatest((g.booked_at AT TIME ZONE p.timezone)::date, p.posted_through + 1) AS booked_on
    FROM gone g, place p
), lines AS (
    INSERT INTO messaging_charge AS c
        (account_id, day, network_id, sender_id, message_class, accepted, reserved_micros,
        messages, segments, charged_micros, given_back_micros)
    SELECT * FROM (
        SELECT account_id, booked_on, network_id, sender_id, message_class, sum(accepted) AS accepted,
            coalesce(sum(reserved_micros) FILTER (WHERE accepted > 0), 0) AS reserved,
            sum(messages) AS messages, sum(segments) AS segments, sum(charged_micros) AS charged,
            -coalesce(sum(taken_micros) FILTER (WHERE accepted = 0), 0) AS given_back
        FROM placed WHERE message_class <> '' GROUP BY 1, 2, 3, 4, 5
    ) AS line WHERE accepted <> 0 OR messages <> 0 OR segments <> 0 OR charged <> 0
        OR given_back <> 0
    ON CONFLICT (account_id, day, network_id, sender_id, message_class) DO UPDATE SET
        accepted = c.accepted + excluded.accepted,
        reserved_micros = c.reserved_micros + excluded.reserved_micros,
        messages = c.messages + excluded.messages, segments = c.segments + excluded.segments,
        charged_micros = c.charged_micros + excluded.charged_micros,
        given_back_micros = c.given_back_micros + excluded.given_back_micros
), days AS (
    INSERT INTO messaging_acceptedday AS d
        (account_id, day, accepted, reserved_micros, charged_micros, is_whole)
    SELECT account_id, day, sum(accepted), sum(reserved_micros), sum(charged_micros), true
    FROM placed GROUP BY 1, 2
    ON CONFLICT (account_id, day) DO UPDATE SET
        accepted = d.accepted + excluded.accepted,
        reserved_micros = d.reserved_micros + excluded.reserved_micros,
        charged_micros = d.charged_micros + excluded.charged_micros
), sums AS (
    SELECT coalesce(sum(g.taken_micros), 0) AS taken, coalesce(sum(g.reserved_micros), 0) AS reserved,
        coalesce(sum(g.charged_micros), 0) AS charged,
        coalesce(sum(g.taken_micros) FILTER (WHERE g.accepted_on = p.day), 0) AS of_day,
        coalesce(sum(g.taken_micros) FILTER (
            WHERE date_trunc('month', g.accepted_on)::date = p.month), 0) AS of_month
    FROM place p LEFT JOIN placed g ON true
)
UPDATE messaging_balance b SET
    taken_micros = b.taken_micros + s.taken,
    reserved_micros = b.reserved_micros + s.reserved,
    charged_micros = b.charged_micros + s.charged,
    day_micros = CASE WHEN b.day = p.day THEN b.day_micros ELSE 0 END + s.of_day,
    month_micros = CASE WHEN b.month = p.month THEN b.month_micros ELSE 0 END + s.of_month,
    day = p.day, month = p.month
FROM sums s, place p WHERE b.account_id = %(account)s
"""
# The sum of each day that is over, once; a day without charges leaves no entry.
_POST = """
WITH place AS MATERIALIZED (
    SELECT b.account_id, b.posted_through, a.currency,
        (%(now)s::timestamptz AT TIME ZONE a.timezone)::date - 1 AS through
    FROM messaging_balance b JOIN compliance_account a ON a.id = b.account_id
    WHERE b.account_id = %(account)s
), over AS MATERIALIZED (
    SELECT c.day, sum(c.charged_micros) AS charged FROM messaging_charge c, place p
    WHERE c.account_id = %(account)s AND c.day <= p.through
        AND (p.posted_through IS NULL OR c.day > p.posted_through)
    GROUP BY c.day HAVING sum(c.charged_micros) <> 0
), before AS MATERIALIZED (
    SELECT coalesce(sum(amount_micros), 0) AS balance FROM messaging_ledgerentry
    WHERE account_id = %(account)s AND EXISTS (SELECT FROM over)
), posted AS (
    INSERT INTO messaging_ledgerentry
        (account_id, kind, amount_micros, balance_micros, currency, day, reference, reason, at)
    SELECT p.account_id, 'charges', -o.charged,
        b.balance - sum(o.charged) OVER (ORDER BY o.day), p.currency, o.day, '', '', %(now)s
    FROM over o, place p, before b ORDER BY o.day
)
UPDATE messaging_balance b SET posted_through = p.through
FROM place p WHERE b.account_id = %(account)s
    AND (b.posted_through IS NULL OR b.posted_through < p.through)
"""
_WITH_WORK = """
SELECT DISTINCT account_id FROM messaging_moneydelta
UNION
SELECT b.account_id FROM messaging_balance b JOIN compliance_account a ON a.id = b.account_id
WHERE b.posted_through IS NULL
    OR b.posted_through < (%(now)s::timestamptz AT TIME ZONE a.timezone)::date - 1
ORDER BY 1
"""


def account_fold(account_id: int, now: datetime) -> None:
    """Brings an account's row up to date in the caller's transaction, and keeps it locked."""
    with connection.cursor() as cursor:
        fold(cursor, account_id, now)


def fold(cursor: Any, account_id: int, now: datetime) -> None:
    """As `account_fold`, with a cursor."""
    values = {"account": account_id, "now": now}
    # Apart, so that the statement after it sees what the one who held the lock has done.
    cursor.execute(_LOCK, values)
    cursor.execute(_FOLD, values)
    cursor.execute(_POST, values)


def deltas_fold() -> int:
    """Folds every account that has something to fold, each in a transaction of its own; returns
    how many. One that fails does not stop the others."""
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_WITH_WORK, {"now": now})
        accounts = [row[0] for row in cursor.fetchall()]
    done = 0
    for account_id in accounts:
        try:
            with transaction.atomic():
                account_fold(account_id, now)
        except DatabaseError:
            log.exception("money was not folded", extra={"account_id": account_id})
        else:
            done += 1
    return done
