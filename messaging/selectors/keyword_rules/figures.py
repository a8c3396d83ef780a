"""What rules did lately: matches, answers, failures."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Q, Sum

from config.common import clock
from messaging.constants import KeywordOutcome
from messaging.models import KeywordHit

DAYS = 30
# A question's end belongs to a match that was counted when it was asked.
_MATCHES = (KeywordOutcome.ACTED, KeywordOutcome.SHADOW)


@dataclass(frozen=True, slots=True)
class Figures:
    """Of some days (of 30 where nothing else is said); `last_at` is the last match among them."""

    matches: int = 0
    shadow_matches: int = 0
    answers: int = 0
    failures: int = 0
    last_at: datetime | None = None


def figures_of(rule_ids: Collection[int], days: int = DAYS) -> Mapping[int, Figures]:
    """By rule, in one query; rules that did nothing are left out."""
    rows = (
        KeywordHit.objects.filter(
            rule__in=rule_ids, created_at__gt=clock.now() - timedelta(days=days)
        )
        .values("rule_id")
        .annotate(
            matches=Count("id", filter=Q(outcome__in=_MATCHES)),
            shadow_matches=Count("id", filter=Q(outcome=KeywordOutcome.SHADOW)),
            answers=Sum("answers"),
            failures=Sum("failures"),
            last_at=Max("created_at", filter=Q(outcome__in=_MATCHES)),
        )
        .order_by()
    )
    return {
        row["rule_id"]: Figures(
            row["matches"], row["shadow_matches"], row["answers"], row["failures"], row["last_at"]
        )
        for row in rows
        if row["rule_id"] is not None
    }
