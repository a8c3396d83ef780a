"""A report as a file: one line per row, for spreadsheets and programs."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from config.common.csv_cells import csv_lines
from messaging.money.amounts import amount_text
from messaging.selectors import response_times
from messaging.selectors.reports import Figures, Report

_COUNTS = (
    "accepted", "sent", "delivered", "undelivered", "failed", "expired", "blocked", "canceled",
    "unknown", "open", "segments",
)  # fmt: skip
_WAITINGS = ("answered", "automatic", "unanswered", "waiting", "escalated")
_LIMITED = ("limited", "in_time", "in_time_rate")


def report_csv(report: Report, currency: str | None) -> Iterator[str]:
    """Lines of the CSV, with the API's names as heads in every language; `currency` None leaves
    the price out."""
    priced = currency is not None
    heads = [*_heads(report), *_COUNTS, "delivery_rate", "receipt_seconds"]
    yield from csv_lines([[*heads, *(["price", "currency"] if priced else [])]])
    for row in report.rows:
        cells = []
        for name in report.wish.by:
            cells.append(row.names[name] or "")
            if name == "campaign":
                cells.append(report.campaign_names.get(row.keys[name] or 0, ""))
        cells += _figures(row.figures)
        if currency is not None:
            cells += [amount_text(row.figures.charged_micros), currency]
        _mark, line = csv_lines([cells])
        yield line


def response_times_csv(
    by: str, lines: Iterable[tuple[str, response_times.Figures]]
) -> Iterator[str]:
    """Lines of the CSV of first answers, with the API's names as heads in every language."""
    yield from csv_lines([[by, *_WAITINGS, "median_seconds", "p90_seconds", *_LIMITED]])
    for name, one in lines:
        cells = [
            *(str(getattr(one, count)) for count in _WAITINGS),
            *("" if took is None else _seconds(took) for took in (one.median, one.slow)),
            *(str(one.limited), str(one.in_time)),
            "" if one.in_time_rate is None else f"{one.in_time_rate:.4f}",
        ]
        _mark, line = csv_lines([[name, *cells]])
        yield line


def _seconds(took: timedelta) -> str:
    return str(round(took.total_seconds()))


def _heads(report: Report) -> list[str]:
    heads = []
    for name in report.wish.by:
        heads += ["campaign", "campaign_name"] if name == "campaign" else [name]
    return heads


def _figures(figures: Figures) -> list[str]:
    rate, seconds = figures.delivery_rate, figures.receipt_seconds
    return [
        *(str(getattr(figures, name)) for name in _COUNTS),
        "" if rate is None else f"{rate:.4f}",
        "" if seconds is None else f"{seconds:.1f}",
    ]
