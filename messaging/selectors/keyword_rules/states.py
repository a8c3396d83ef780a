"""Where a rule stands: whether it is asked about replies now, and whether it acts."""

from datetime import datetime
from typing import Any, Final

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from messaging.constants import RuleState
from messaging.keyword_rules.model import KINDS
from messaging.models import KeywordRule

# As rules are asked about a reply: the same as `messaging.keyword_rules.model.Rule.place`.
_RANK: Final = Case(
    *(When(match_kind=kind, then=Value(rank)) for rank, kind in enumerate(KINDS)),
    default=Value(len(KINDS)),
    output_field=IntegerField(),
)
ORDER: Final = ("priority", _RANK, "pk")


def state_of(row: KeywordRule, now: datetime) -> RuleState:
    """A rule's state at a moment."""
    if not row.is_active:
        return RuleState.OFF
    if row.valid_until is not None and row.valid_until <= now:
        return RuleState.OVER
    if row.valid_from is not None and row.valid_from > now:
        return RuleState.SCHEDULED
    return RuleState.SHADOW if row.is_shadow else RuleState.ACTIVE


def rules_in(rows: QuerySet[Any], state: str, now: datetime) -> QuerySet[Any]:
    """Those of the rules that are in a state at a moment."""
    over, later = Q(valid_until__lte=now), Q(valid_from__gt=now)
    if state == RuleState.OFF:
        return rows.filter(is_active=False)
    rows = rows.filter(is_active=True)
    if state == RuleState.OVER:
        return rows.filter(over)
    if state == RuleState.SCHEDULED:
        return rows.filter(later).exclude(over)
    return rows.filter(is_shadow=state == RuleState.SHADOW).exclude(over | later)
