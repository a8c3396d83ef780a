"""What sources, mappings and events are read for: at the door, in lists and by erasure."""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from campaigns.constants import TriggerVersionStatus
from campaigns.models import TriggerEvent, TriggerMapping, TriggerSource, TriggerVersion
from campaigns.triggers.marks import number_mark
from campaigns.triggers.reading import spec_read
from campaigns.triggers.spec import Spec
from compliance.models import Account


@dataclass(frozen=True, slots=True)
class ActiveMapping:
    """A mapping that is on, as its active version reads events."""

    mapping_id: int
    name: str
    version: int
    spec: Spec


def source_by_key(key: str) -> TriggerSource | None:
    """The source with its account."""
    return TriggerSource.objects.select_related("account").filter(key=key).first()


def active_mappings(source_id: int) -> tuple[list[ActiveMapping], list[ActiveMapping]]:
    """Those that are on, and those that are off; in the order of making."""
    versions = (
        TriggerVersion.objects.filter(
            mapping__source_id=source_id, status=TriggerVersionStatus.ACTIVE
        )
        .select_related("mapping")
        .order_by("mapping_id")
    )
    on: list[ActiveMapping] = []
    off: list[ActiveMapping] = []
    for version in versions:
        mapping = version.mapping
        found = ActiveMapping(mapping.pk, mapping.name, version.number, spec_of(version.spec))
        (on if mapping.is_enabled else off).append(found)
    return on, off


def spec_of(raw: Any) -> Spec:
    """A stored mapping as values; what was stored has been checked. Raises SpecError."""
    return _spec(json.dumps(raw, sort_keys=True))


@lru_cache(maxsize=1024)
def _spec(text: str) -> Spec:
    return spec_read(json.loads(text))


def sources_page(account: Account, *, after: int | None, limit: int) -> list[TriggerSource]:
    """In the order of making."""
    found = TriggerSource.objects.filter(account=account)
    if after is not None:
        found = found.filter(pk__gt=after)
    return list(found.order_by("pk")[:limit])


def mappings_page(source: TriggerSource, *, after: int | None, limit: int) -> list[TriggerMapping]:
    """In the order of making, with their versions."""
    found = TriggerMapping.objects.filter(source=source).prefetch_related("versions")
    if after is not None:
        found = found.filter(pk__gt=after)
    return list(found.order_by("pk")[:limit])


def events_page(
    source: TriggerSource, *, result: str = "", before: UUID | None, limit: int
) -> list[TriggerEvent]:
    """Newest first."""
    found = TriggerEvent.objects.filter(source=source)
    if result:
        found = found.filter(result=result)
    if before is not None:
        found = found.filter(pk__lt=before)
    return list(found.order_by("-pk")[:limit])


def draft_of(mapping: TriggerMapping) -> TriggerVersion | None:
    """The version that is being written."""
    return _with_status(mapping, TriggerVersionStatus.DRAFT)


def active_of(mapping: TriggerMapping) -> TriggerVersion | None:
    """The version by which events are read."""
    return _with_status(mapping, TriggerVersionStatus.ACTIVE)


def _with_status(mapping: TriggerMapping, status: str) -> TriggerVersion | None:
    return next((one for one in mapping.versions.all() if one.status == status), None)


def with_counts(sources: QuerySet[TriggerSource]) -> QuerySet[TriggerSource]:
    """With how many mappings are active."""
    active = Q(mappings__is_enabled=True, mappings__versions__status=TriggerVersionStatus.ACTIVE)
    return sources.annotate(active_mappings=Count("mappings", filter=active, distinct=True))


def marks_key() -> bytes:
    """The key of numbers' marks."""
    return settings.SECRET_KEY.encode() + b":campaigns.triggerevent"


def events_about(account: Account, msisdn: str) -> QuerySet[TriggerEvent]:
    """Events of the account whose stored body holds the number."""
    mark = number_mark(msisdn, marks_key())
    found = TriggerEvent.objects.filter(source__account=account, marks__contains=[mark])
    return found.filter(body_until__isnull=False)
