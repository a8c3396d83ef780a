"""One decision for every door: pre-flight, preview, release, routing and claiming call this."""

from collections.abc import Sequence
from datetime import datetime

from messaging.selectors.snapshot import Snapshot
from messaging.services.decisions.batch import Batch
from messaging.services.decisions.cases import Case, Explanation, Verdict, case_of
from messaging.services.decisions.recipients import recipients_known

__all__ = ["Case", "Explanation", "Verdict", "case_of", "cases_decide", "cases_explain"]


def cases_decide(snapshot: Snapshot, cases: Sequence[Case], now: datetime) -> list[Verdict]:
    """A verdict per case, in order: at most three queries per advertiser and lane (a slice has
    one of each), the rest in memory."""
    batch = Batch(snapshot, recipients_known(cases, now), now)
    return [batch.decide(case) for case in cases]


def cases_explain(snapshot: Snapshot, cases: Sequence[Case], now: datetime) -> list[Explanation]:
    """The verdicts of `cases_decide`, each with its compliance decision and its route."""
    batch = Batch(snapshot, recipients_known(cases, now), now)
    return [batch.explain(case) for case in cases]
