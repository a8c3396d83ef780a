"""A statement as a table for machines and spreadsheets."""

import csv
import io
from collections.abc import Iterable
from typing import Final

from messaging.money.amounts import amount_text
from messaging.selectors.money.statements import StatementLine

COLUMNS: Final = (
    "day",
    "account",
    "sender",
    "network",
    "country",
    "class",
    "accepted",
    "reserved",
    "charged_messages",
    "charged_segments",
    "charged",
    "given_back",
    "currency",
)


def statement_csv(lines: Iterable[StatementLine]) -> str:
    """A line per row; names of columns do not change with the language."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for one in lines:
        writer.writerow(
            (
                one.day.isoformat(),
                _safe(one.account),
                _safe(one.sender),
                _safe(one.network),
                one.country,
                one.message_class,
                one.accepted,
                amount_text(one.reserved_micros),
                one.messages,
                one.segments,
                amount_text(one.charged_micros),
                amount_text(one.given_back_micros),
                one.currency,
            )
        )
    return out.getvalue()


def _safe(cell: str) -> str:
    """A cell that a spreadsheet does not take for a formula."""
    return f"'{cell}" if cell[:1] in "=+-@\t\r" and cell else cell
