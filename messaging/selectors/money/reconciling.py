"""Money counted again from the messages themselves, beside what the books say.

Read in one snapshot of the database, so that it is exact while messages flow: the books, and the
deltas on their way into them, are of the same moment as the messages.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction

from messaging.money.amounts import amount_text
from messaging.money.rule_sql import BILLED, CHARGED_SEGMENTS, IS_OPEN

_EPOCH = date(1970, 1, 1)
_DAYS = """
SELECT to_date(right(c.relname, 8), 'YYYYMMDD') FROM pg_inherits i
JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'messaging_message'::regclass ORDER BY 1
"""
_MESSAGES = f"""
SELECT account_id, count(*),
    coalesce(sum(price_micros) FILTER (WHERE {IS_OPEN}), 0),
    coalesce(sum(price_micros / {BILLED} * ({CHARGED_SEGMENTS})), 0)
FROM PARTITION WHERE charge_terms IS NOT NULL AND (%(account)s::bigint IS NULL
    OR account_id = %(account)s) GROUP BY account_id
"""  # noqa: S608  constant parts
_BOOKS = """
SELECT account_id, day, sum(accepted), sum(reserved), sum(charged), bool_and(is_whole)
FROM (
    SELECT account_id, day, accepted, reserved_micros AS reserved, charged_micros AS charged,
        is_whole FROM messaging_acceptedday
    UNION ALL
    SELECT account_id, day, accepted, reserved_micros, charged_micros, true
    FROM messaging_moneydelta
) AS said WHERE %(account)s::bigint IS NULL OR account_id = %(account)s GROUP BY 1, 2
"""
# Each book beside the one that it must agree with; deltas are in all of them or in none.
_TOTALS = """
SELECT b.account_id, a.name,
    b.taken_micros, b.reserved_micros + b.charged_micros
        + coalesce(d.reserved + d.charged - d.taken, 0),
    b.reserved_micros, coalesce(days.reserved, 0),
    b.charged_micros, coalesce(days.charged, 0),
    b.charged_micros, coalesce(lines.charged, 0),
    b.reserved_micros, coalesce(lines.reserved, 0),
    b.funds_micros, coalesce(ledger.funds, 0),
    coalesce(lines.posted, 0), -coalesce(ledger.charges, 0)
FROM messaging_balance b
JOIN compliance_account a ON a.id = b.account_id
LEFT JOIN (
    SELECT account_id, sum(taken_micros) AS taken, sum(reserved_micros) AS reserved,
        sum(charged_micros) AS charged FROM messaging_moneydelta GROUP BY 1
) d USING (account_id)
LEFT JOIN (
    SELECT account_id, sum(reserved_micros) AS reserved, sum(charged_micros) AS charged
    FROM messaging_acceptedday GROUP BY 1
) days USING (account_id)
LEFT JOIN (
    SELECT c.account_id, sum(c.charged_micros) AS charged,
        sum(c.reserved_micros - c.charged_micros - c.given_back_micros) AS reserved,
        sum(c.charged_micros) FILTER (WHERE c.day <= o.posted_through) AS posted
    FROM messaging_charge c JOIN messaging_balance o USING (account_id) GROUP BY 1
) lines USING (account_id)
LEFT JOIN (
    SELECT account_id, sum(amount_micros) FILTER (WHERE kind <> 'charges') AS funds,
        sum(amount_micros) FILTER (WHERE kind = 'charges') AS charges
    FROM messaging_ledgerentry GROUP BY 1
) ledger USING (account_id)
WHERE %(account)s::bigint IS NULL OR b.account_id = %(account)s
ORDER BY b.account_id
"""
_PAIRS = (
    ("taken", "reserved and charged"),
    ("reserved", "reserved by day"),
    ("charged", "charged by day"),
    ("charged", "the statement"),
    ("reserved", "reserved less charged and given back in the statement"),
    ("paid in", "top-ups and adjustments"),
    ("the statement's closed days", "charges in the ledger"),
)


@dataclass(frozen=True, slots=True)
class Difference:
    """Two that must agree and do not; `day` where it is of the messages of one."""

    account_id: int
    what: str
    books_micros: int
    counted_micros: int
    day: date | None = None
    is_count: bool = False

    def __str__(self) -> str:
        where = f" of {self.day}" if self.day else ""
        show = str if self.is_count else amount_text
        return (
            f"account {self.account_id}: {self.what}{where}: "
            f"{show(self.books_micros)} in the books, {show(self.counted_micros)} counted"
        )


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What was compared, and what differs. Days of which messages were removed by retention
    cannot be counted again: `days_passed_over`."""

    accounts: int
    days: int
    messages: int
    days_passed_over: int
    differences: tuple[Difference, ...]


def money_reconcile(account_id: int | None = None) -> Reconciliation:
    """Counts everything again. Call it outside of a transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return reconciled(cursor, account_id)


def reconciled(cursor: Any, account_id: int | None = None) -> Reconciliation:
    """As `money_reconcile`, in the cursor's transaction."""
    values = {"account": account_id}
    cursor.execute(_BOOKS, values)
    books = {(row[0], row[1]): tuple(row[2:]) for row in cursor.fetchall()}
    counted = _counted(cursor, values)
    known = {day for day, _rows in counted}
    found: dict[tuple[int, int], tuple[int, ...]] = {
        (account, day): sums for day, rows in counted for account, sums in rows.items()
    }
    whole = {
        key for key in books.keys() | found.keys() if key[1] in known and _is_whole(books, key)
    }
    differences = [one for key in sorted(whole) for one in _of_day(key, books, found)]
    cursor.execute(_TOTALS, values)
    totals = cursor.fetchall()
    differences += [one for row in totals for one in _of_account(row)]
    return Reconciliation(
        accounts=len(totals),
        days=len(whole),
        messages=sum(sums[0] for sums in found.values()),
        days_passed_over=len(books.keys() - whole),
        differences=tuple(differences),
    )


def _counted(cursor: Any, values: dict[str, Any]) -> list[tuple[int, dict[int, tuple[int, ...]]]]:
    cursor.execute(_DAYS)
    found = []
    for (day,) in cursor.fetchall():
        cursor.execute(_MESSAGES.replace("PARTITION", f"messaging_message_{day:%Y%m%d}"), values)
        sums = {row[0]: tuple(int(one) for one in row[1:]) for row in cursor.fetchall()}
        found.append(((day - _EPOCH).days, sums))
    return found


def _is_whole(books: dict[tuple[int, int], tuple[Any, ...]], key: tuple[int, int]) -> bool:
    return key not in books or bool(books[key][3])


def _of_day(
    key: tuple[int, int],
    books: dict[tuple[int, int], tuple[Any, ...]],
    found: dict[tuple[int, int], tuple[int, ...]],
) -> Iterator[Difference]:
    said, counted = books.get(key, (0, 0, 0, True)), found.get(key, (0, 0, 0))
    day = _EPOCH + timedelta(days=key[1])
    for index, what in enumerate(("messages", "reserved", "charged")):
        if int(said[index]) != counted[index]:
            yield Difference(key[0], what, int(said[index]), counted[index], day, index == 0)


def _of_account(row: tuple[Any, ...]) -> Iterator[Difference]:
    account_id, _name, *amounts = row
    for index, (one, other) in enumerate(_PAIRS):
        ours, theirs = int(amounts[2 * index]), int(amounts[2 * index + 1])
        if ours != theirs:
            yield Difference(account_id, f"{one} against {other}", ours, theirs)
