"""The shield's watch: each service's last hour by prefix and its last day by country, judged by
its thresholds. What looks like pumping is held; what only monitors is noted."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction

from config.common import clock
from messaging.constants import ShieldMode
from messaging.models import ShieldRule, VerificationHold, VerificationService
from messaging.services.events import event_append
from messaging.verification.places import BLOCK_DIGITS, RANGE_DIGITS
from messaging.verification.shield import (
    CountryFigures,
    PrefixFigures,
    Suspicion,
    Thresholds,
    country_suspicion,
    mode_for,
    prefix_suspicions,
)

# People need a moment to enter their code: younger starts say nothing of it yet.
ANSWER_TIME: Final = timedelta(seconds=90)
HOUR: Final = timedelta(hours=1)
_DAYS: Final = 7
_LOCK: Final = 0x5163_0021  # one watch at a time
_PREFIXES: Final = f"""
WITH young AS MATERIALIZED (
    SELECT msisdn, country, status = 'approved' AS is_approved
    FROM messaging_verification
    WHERE service_id = %(service)s AND id >= uuid7_floor(%(since)s)
      AND id < uuid7_floor(%(until)s) AND status <> 'blocked' AND NOT is_test
)
SELECT left(msisdn, -{BLOCK_DIGITS}), country, count(*), count(*) FILTER (WHERE is_approved),
    array_agg(DISTINCT msisdn::bigint ORDER BY msisdn::bigint)
FROM young GROUP BY 1, 2 HAVING count(*) >= %(least)s
UNION ALL
SELECT left(msisdn, -{RANGE_DIGITS}), country, count(*), count(*) FILTER (WHERE is_approved),
    '{{}}'::bigint[]
FROM young GROUP BY 1, 2 HAVING count(*) >= %(least)s
"""  # noqa: S608  constant parts
_COUNTRIES: Final = """
SELECT country, ceil(extract(epoch FROM %(now)s::timestamptz - hour) / 86400)::int, sum(starts), sum(approvals)
FROM messaging_verificationstat
WHERE service_id = %(service)s AND hour >= %(since)s AND hour < %(now)s
GROUP BY 1, 2
"""
_ENDED: Final = """
UPDATE messaging_verificationhold SET ended_at = until WHERE ended_at IS NULL AND until <= %s
"""


def shield_watch() -> dict[str, int]:
    """Judges every active service; a task calls it. Says how many holds were placed and ended."""
    now = clock.now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return {"held": 0, "ended": 0}
        cursor.execute(_ENDED, [now])
        ended = int(cursor.rowcount)
        rules = _rules()
        services = VerificationService.objects.filter(is_active=True).order_by("account_id", "pk")
        held = sum(_watch(cursor, one, rules[one.account_id], now) for one in services)
    return {"held": held, "ended": ended}


_Rules = list[tuple[int | None, str, str]]


def _rules() -> dict[int, _Rules]:
    found: dict[int, _Rules] = defaultdict(list)
    for rule in ShieldRule.objects.all():
        found[rule.account_id].append((rule.service_id, rule.country, rule.mode))
    return found


def _watch(cursor: Any, service: VerificationService, rules: _Rules, now: datetime) -> int:
    limits = thresholds_of(service)
    found = [*prefix_suspicions(_prefixes(cursor, service, limits, now), limits)]
    for country in _countries(cursor, service, now):
        suspicion = country_suspicion(country, limits)
        found += [suspicion] if suspicion else []
    held = 0
    for one in found:
        mode = mode_for(rules, service.pk, one.country, service.mode)
        if mode in (ShieldMode.FILTER, ShieldMode.MONITOR):
            held += _hold(cursor, service, one, now, is_monitor=mode == ShieldMode.MONITOR)
    return held


def thresholds_of(service: VerificationService) -> Thresholds:
    """The service's own, as the arithmetic takes them."""
    return Thresholds(
        least_sends=service.least_sends,
        least_conversion=service.least_conversion_percent / 100,
        sequential_numbers=service.sequential_numbers,
        country_times=service.country_times,
        countries_per_ip=service.countries_per_ip,
    )


def _prefixes(
    cursor: Any, service: VerificationService, limits: Thresholds, now: datetime
) -> Sequence[PrefixFigures]:
    cursor.execute(
        _PREFIXES,
        {
            "service": service.pk,
            "since": now - HOUR,
            "until": now - ANSWER_TIME,
            "least": min(limits.least_sends, limits.sequential_numbers),
        },
    )
    return [PrefixFigures(*row) for row in cursor.fetchall()]


def _countries(
    cursor: Any, service: VerificationService, now: datetime
) -> Iterable[CountryFigures]:
    since = now - timedelta(days=_DAYS + 1)
    cursor.execute(_COUNTRIES, {"service": service.pk, "since": since, "now": now})
    days: dict[str, dict[int, tuple[int, int]]] = defaultdict(dict)
    for country, days_ago, starts, approvals in cursor.fetchall():
        days[country][days_ago] = (int(starts), int(approvals))
    for country, by_day in days.items():
        today, approved = by_day.get(1, (0, 0))
        before = [by_day.get(day, (0, 0))[0] for day in range(2, _DAYS + 2)]
        yield CountryFigures(country, today, approved, before if any(before) else ())


def _hold(
    cursor: Any,
    service: VerificationService,
    one: Suspicion,
    now: datetime,
    *,
    is_monitor: bool,
) -> int:
    """Places a hold where none stands; one that a person lifted stays away for as long as it
    would have lasted."""
    length = timedelta(minutes=service.hold_minutes)
    same = VerificationHold.objects.filter(service=service, country=one.country, prefix=one.prefix)
    if same.filter(ended_at=None).exists():
        if not is_monitor:  # the shield only looked on when it was placed
            same.filter(ended_at=None, is_monitor=True).update(is_monitor=False)
        return 0
    if same.filter(ended_by__isnull=False, ended_at__gt=now - length).exists():
        return 0
    hold = VerificationHold.objects.create(
        account_id=service.account_id,
        service=service,
        country=one.country,
        prefix=one.prefix,
        cause=one.cause,
        is_monitor=is_monitor,
        measured=dict(one.measured),
        placed_at=now,
        until=now + length,
    )
    event_append(
        cursor,
        account_id=service.account_id,
        event_type="verification.held",
        at=now,
        data=held_data(hold, service.slug),
    )
    return 1


def held_data(hold: VerificationHold, slug: str) -> dict[str, Any]:
    """What the event log says of a hold."""
    return {
        "id": hold.pk,
        "service": slug,
        "country": hold.country,
        "prefix": f"+{hold.prefix}" if hold.prefix else None,
        "cause": str(hold.cause),
        "is_monitor": hold.is_monitor,
        "measured": hold.measured,
        "until": hold.until.isoformat().replace("+00:00", "Z"),
    }
