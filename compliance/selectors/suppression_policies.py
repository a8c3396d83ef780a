"""The policies of suppressions that hold for an account: its own, else the platform's."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import F, Q

from compliance.bounces import BouncePolicy
from compliance.constants import SuppressionCause
from compliance.models import SuppressionPolicy


def policies_of(account_id: int) -> Mapping[tuple[str, str], SuppressionPolicy]:
    """By cause and kind of failure; an account's own row stands before the platform's."""
    rows = SuppressionPolicy.objects.filter(Q(account=None) | Q(account_id=account_id))
    ordered = rows.order_by(F("account").asc(nulls_first=True))
    return {(row.cause, row.error_class): row for row in ordered}


def bounce_policies(account_id: int) -> Mapping[str, BouncePolicy]:
    """The active policies of bounces by kind of failure."""
    return {
        kind: BouncePolicy(
            kind,
            row.threshold,
            row.within_days,
            row.ends_after_days,
            tuple(row.purposes),
            frozenset(row.errors),
        )
        for (cause, kind), row in policies_of(account_id).items()
        if cause == SuppressionCause.BOUNCE and row.is_active
    }


def usual_end(account_id: int, cause: str, now: datetime) -> datetime | None:
    """When a suppression of the cause ends by the account's policy where none is given with it;
    None: not by time. What a person refused never does."""
    row = policies_of(account_id).get((cause, ""))
    if row is None or not row.is_active or row.ends_after_days is None:
        return None
    return now + timedelta(days=row.ends_after_days)
