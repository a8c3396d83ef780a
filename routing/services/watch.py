"""Watching carriers' sessions: who lost the last one, who is back, which bind was refused."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from carriers.models import BindLease, UnknownWord
from carriers.selectors.availability import carrier_standings
from config.common import clock
from routing.constants import PlatformEventType
from routing.models import CarrierWatch, PlatformEvent
from routing.services.platform_events import platform_event_append

EXPRESS_SECONDS = 2.0
_MOST_WORDS = 20


@dataclass(frozen=True, slots=True)
class Unbound:
    """A carrier without a session, and since when."""

    carrier_id: int
    since: datetime


@transaction.atomic
def carriers_watch() -> list[Unbound]:
    """Notes what changed since it was last called and tells it; returns who has no session now.
    The keeper of temperatures calls it every second."""
    now = clock.now()
    seen = {row.carrier_id: row for row in CarrierWatch.objects.all()}
    unbound: list[Unbound] = []
    for one in carrier_standings():
        row = seen.get(one.id)
        if row is None:
            CarrierWatch.objects.create(
                carrier_id=one.id, is_bound=one.is_available, since=now, is_told=True
            )
            continue
        if row.is_bound != one.is_available:
            if one.is_available and row.is_told:
                _tell(PlatformEventType.CARRIER_BOUND, row, now)
            # Of an outage too short to tell about, the end is not told either.
            row.is_told = False
            row.is_bound, row.since = one.is_available, now
            row.save()
        if not row.is_bound and one.is_active:
            unbound.append(Unbound(one.id, row.since))
            if not row.is_told and now - row.since >= _patience():
                _tell(PlatformEventType.CARRIER_UNBOUND, row, now)
                row.is_told = True
                row.save(update_fields=["is_told"])
    _tell_refused(now)
    _tell_words(now)
    return unbound


def _patience() -> timedelta:
    return timedelta(seconds=settings.REROUTE_UNBOUND_SECONDS)


def _tell(kind: PlatformEventType, row: CarrierWatch, now: datetime) -> None:
    platform_event_append(
        kind,
        at=now,
        key=f"{kind}:{row.carrier_id}:{row.since.timestamp():.0f}",
        carrier_id=row.carrier_id,
        data={"since": row.since.isoformat(), "seconds": round((now - row.since).total_seconds())},
    )


def _tell_words(now: datetime) -> None:
    """What carriers say that no table knows, once per carrier and word. Of garbage, which has no
    end, the first words of an hour are enough: the others stand on their page."""
    found = UnknownWord.objects.filter(first_at__gte=now - timedelta(hours=1), meaning="")
    by_key: dict[str, UnknownWord] = {}
    for word in found.select_related("bind").order_by("first_at", "pk")[:_MOST_WORDS]:
        key = f"word.unknown:{word.bind.carrier_id}:{word.kind}:{word.word}"
        by_key.setdefault(key, word)
    if not by_key:
        return
    told = PlatformEvent.objects.filter(key__in=by_key).values_list("key", flat=True)
    for key in by_key.keys() - set(told):
        word = by_key[key]
        platform_event_append(
            PlatformEventType.WORD_UNKNOWN,
            at=now,
            key=key,
            carrier_id=word.bind.carrier_id,
            data={"bind": word.bind.name, "detail": word.word, "kind": word.kind},
        )


def _tell_refused(now: datetime) -> None:
    refused = BindLease.objects.filter(
        state="bind_failed", bind__is_enabled=True, state_since__isnull=False
    ).select_related("bind")
    for lease in refused:
        since = lease.state_since
        # It is asked again now and then: one word an hour is enough.
        key = f"bind.refused:{lease.bind_id}:{now:%Y%m%d%H}"
        if since is not None and not PlatformEvent.objects.filter(key=key).exists():
            platform_event_append(
                PlatformEventType.BIND_REFUSED,
                at=now,
                key=key,
                carrier_id=lease.bind.carrier_id,
                data={"bind": lease.bind.name, "detail": lease.detail},
            )
