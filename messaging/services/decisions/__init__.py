"""One decision for every door: pre-flight, preview, release, routing and claiming call this."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from messaging.selectors.snapshot import Snapshot
from messaging.services.decisions.batch import Batch
from messaging.services.decisions.cases import Case, Explanation, Verdict, case_of
from messaging.services.frequency import Loss, losses_take

__all__ = [
    "Case",
    "Explanation",
    "Loss",
    "Verdict",
    "case_of",
    "cases_decide",
    "cases_explain",
    "cases_reserve",
    "losses_take",
]


def cases_decide(snapshot: Snapshot, cases: Sequence[Case], now: datetime) -> list[Verdict]:
    """A verdict per case, in order, and nothing kept: a few queries per advertiser and lane (a
    slice has one of each), the rest in memory."""
    return Batch(snapshot, cases, now).verdicts()


def cases_reserve(
    cursor: Any, snapshot: Snapshot, cases: Sequence[Case], now: datetime
) -> tuple[list[Verdict], list[Loss]]:
    """The verdicts of `cases_decide`, with places reserved in the cursor's transaction for what
    may leave. The caller stores the messages in it, and ends the messages that lost their places
    to them (`losses_take`) with its last outcomes."""
    batch = Batch(snapshot, cases, now, reserving=cursor)
    return batch.verdicts(), batch.losses


def cases_explain(snapshot: Snapshot, cases: Sequence[Case], now: datetime) -> list[Explanation]:
    """The verdicts of `cases_decide`, each with its compliance decision, every failed rule and
    its route."""
    return Batch(snapshot, cases, now, tell_all=True).explanations()
