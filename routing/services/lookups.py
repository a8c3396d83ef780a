"""Asking providers about numbers, in batches, within a budget and a deadline; and forgetting."""

import time
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from concurrent.futures import TimeoutError as LateError
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction

from config.common import clock, logs
from routing.constants import LookupFinding, NetworkSource
from routing.lookups import Answered, LookupFailedError, provider_of
from routing.models import LookupDay, LookupProvider, Network
from routing.selectors.numbers import numbers_unasked

log = logs.get_logger(__name__)

_THREADS: Final = 8
_PURGE_SLICE: Final = 10_000
MOST_KEPT: Final = 20_000_000  # beyond it the oldest go first
# Where nobody answered, the next slice asks again, and not before.
_UNKNOWN_HOURS: Final = 24


@dataclass(slots=True)
class LookupReport:
    """What came of asking: `left`: for budget or time, those have their prefix."""

    asked: int = 0
    found: int = 0
    absent: int = 0
    unknown: int = 0
    failed: int = 0
    left: int = 0
    error: str = ""


def numbers_look_up(
    provider: LookupProvider, msisdns: Sequence[str], *, deadline_seconds: float
) -> LookupReport:
    """Asks about those of the numbers that nothing fresh is known of, and keeps the answers.

    Never raises for what a provider does: whoever gets no answer in time has the prefix. Not
    inside a transaction that holds rows: the wait is the provider's.
    """
    began = time.monotonic()
    wanted = numbers_unasked(msisdns)
    report = LookupReport()
    granted = _budget_take(provider, len(wanted)) if wanted else 0
    report.left = len(wanted) - granted
    if not granted:
        return report
    batches = list(_batches(wanted[:granted], provider.batch_size))
    _ask_all(provider, batches, began + deadline_seconds, report)
    _budget_note(provider, report, returned=granted - report.asked)
    report.left += granted - report.asked
    return report


def _batches(msisdns: Sequence[str], size: int) -> Iterable[Sequence[str]]:
    return (msisdns[start : start + size] for start in range(0, len(msisdns), max(1, size)))


def _ask_all(
    row: LookupProvider, batches: Sequence[Sequence[str]], ends: float, report: LookupReport
) -> None:
    """Several requests at once; answers are stored as they come, on this thread alone."""
    networks = {one.code: one.pk for one in Network.objects.all()}
    provider = provider_of(row, _codes())

    def ask(batch: Sequence[str]) -> list[Answered] | None:
        left = ends - time.monotonic()
        return provider.ask(batch, seconds=min(row.timeout_seconds, left)) if left > 0 else None

    pool = ThreadPoolExecutor(min(_THREADS, len(batches)), thread_name_prefix="lookups")
    asked: dict[Future[list[Answered] | None], Sequence[str]] = {
        pool.submit(ask, batch): batch for batch in batches
    }
    try:
        for done in as_completed(asked, timeout=max(0.0, ends - time.monotonic())):
            _take(row, networks, asked[done], done, report)
    except LateError:
        report.error = report.error or "timeout"
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _take(
    row: LookupProvider,
    networks: dict[str, int],
    batch: Sequence[str],
    done: Future[list[Answered] | None],
    report: LookupReport,
) -> None:
    try:
        answers = done.result()
    except LookupFailedError as error:
        report.asked += len(batch)
        report.failed += 1
        report.error = str(error)
        return
    if answers is None:
        return
    report.asked += len(batch)
    _store(row, networks, batch, answers, report)


def _codes() -> dict[str, str]:
    """Our codes by code, and by MCC-MNC with and without the dash."""
    codes: dict[str, str] = {}
    for one in Network.objects.all():
        if one.mcc_mnc:
            codes |= {one.mcc_mnc: one.code, one.mcc_mnc.replace("-", ""): one.code}
    return codes | {one.code: one.code for one in Network.objects.all()}


_STORE = """
INSERT INTO routing_numberlookup
    (msisdn, source, finding, network_id, provider_id, detail, looked_at, expires_at)
SELECT r.msisdn, %(source)s, r.finding, r.network_id, %(provider)s, r.detail, %(now)s, r.until
FROM unnest(%(numbers)s::text[], %(findings)s::text[], %(networks)s::bigint[],
    %(details)s::text[], %(until)s::timestamptz[]) AS r(msisdn, finding, network_id, detail, until)
ORDER BY r.msisdn
ON CONFLICT (msisdn, source) DO UPDATE SET finding = excluded.finding,
    network_id = excluded.network_id, network_was_id = NULL, provider_id = excluded.provider_id,
    detail = excluded.detail, looked_at = excluded.looked_at, expires_at = excluded.expires_at
"""


def _store(
    row: LookupProvider,
    networks: dict[str, int],
    batch: Sequence[str],
    answers: Sequence[Answered],
    report: LookupReport,
) -> None:
    """What nothing came of is kept for a day, so that it is not paid for again and again."""
    now = clock.now()
    until = now + timedelta(hours=row.ttl_hours)
    soon = now + timedelta(hours=min(_UNKNOWN_HOURS, row.ttl_hours))
    by_number = {one.msisdn: one for one in answers}
    kept: list[tuple[str, str, int | None, str, datetime]] = []
    for msisdn in batch:
        one = by_number.get(msisdn, Answered(msisdn))
        network_id = networks.get(one.network_code)
        if one.is_absent:
            report.absent += 1
            kept.append((msisdn, LookupFinding.ABSENT.value, None, one.detail, until))
        elif network_id is not None:
            report.found += 1
            kept.append((msisdn, LookupFinding.FOUND.value, network_id, one.detail, until))
        else:
            report.unknown += 1
            kept.append((msisdn, LookupFinding.FOUND.value, None, one.detail, soon))
    columns = [list(column) for column in zip(*kept, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(
            _STORE,
            {
                "source": NetworkSource.LOOKUP.value,
                "provider": row.pk,
                "now": now,
                **dict(
                    zip(
                        ("numbers", "findings", "networks", "details", "until"),
                        columns,
                        strict=True,
                    )
                ),
            },
        )


@transaction.atomic
def _budget_take(provider: LookupProvider, wanted: int) -> int:
    """How many of the lookups the day's budget still allows; they are taken from it."""
    day = clock.now().date()
    LookupDay.objects.get_or_create(provider=provider, day=day)
    row = LookupDay.objects.select_for_update().get(provider=provider, day=day)
    granted = wanted
    if provider.daily_budget is not None:
        granted = min(wanted, max(0, provider.daily_budget - row.asked))
    row.asked += granted
    row.save(update_fields=["asked"])
    return granted


def _budget_note(provider: LookupProvider, report: LookupReport, *, returned: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE routing_lookupday SET asked = greatest(0, asked - %s), found = found + %s,"
            " failed = failed + %s, last_error = CASE WHEN %s = '' THEN last_error ELSE %s END"
            " WHERE provider_id = %s AND day = %s",
            [
                returned,
                report.found + report.absent,
                report.failed,
                report.error,
                report.error[:120],
                provider.pk,
                clock.now().date(),
            ],
        )
    if report.error:
        log.warning("lookups failed", extra={"provider": provider.name, "error": report.error})


_PURGE = """
DELETE FROM routing_numberlookup WHERE id = ANY(ARRAY(
    SELECT id FROM routing_numberlookup WHERE expires_at <= %(now)s
    ORDER BY expires_at LIMIT %(slice)s FOR UPDATE SKIP LOCKED))
"""
_BOUND = """
DELETE FROM routing_numberlookup WHERE id = ANY(ARRAY(
    SELECT id FROM routing_numberlookup ORDER BY expires_at LIMIT %(slice)s))
"""


def lookups_purge() -> int:
    """Forgets what has run out, and of too many the ones that run out first; returns how many."""
    purged, count = 0, _PURGE_SLICE
    with connection.cursor() as cursor:
        while count == _PURGE_SLICE:
            cursor.execute(_PURGE, {"now": clock.now(), "slice": _PURGE_SLICE})
            count = cursor.rowcount
            purged += count
        cursor.execute(
            "SELECT reltuples::bigint FROM pg_class WHERE relname = 'routing_numberlookup'"
        )
        over = int(cursor.fetchone()[0]) - MOST_KEPT
        if over > 0:
            cursor.execute(_BOUND, {"slice": min(over, 100 * _PURGE_SLICE)})
            purged += cursor.rowcount
    return purged
