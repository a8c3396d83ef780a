"""What a flush tells about a carrier, counted in memory and written once a second.

Per message this is one tuple and one increment; a process that dies loses a second of
statistics and nothing else.
"""

from collections import Counter, deque
from collections.abc import Sequence
from typing import Any, cast

from carriers.ports import SubmitResult
from carriers.smpp.statuses import StatusClass
from compliance.constants import LANES
from messaging.pump.claims import Claim
from routing.observed import ACCEPTED, ACCEPTED_PART, ACCEPTED_UNASKED, STATUS, TENTH
from routing.services.observations import COHORT_SECONDS, Delta, observations_add

# By class of status, in the words of the temperature.
_REFUSED = {
    StatusClass.THROTTLE: "throttled",
    StatusClass.TEMPORARY: "temporary",
    StatusClass.SESSION: "session",
    StatusClass.CREDENTIALS: "session",
    StatusClass.PERMANENT_MESSAGE: "refused_message",
    StatusClass.PERMANENT_ROUTE: "refused_route",
    StatusClass.AMBIGUOUS: "refused_maybe",
}
_UNANSWERED = "unanswered"
_MOST_STATUS = 0x7FFF
# Network, lane, sender, what, bucket of the answer's time, cohort; and sender, tenth of a second.
_Counts = Counter[tuple[int | None, int, int, str, int, int]]
_Tenths = Counter[tuple[int, int]]
_MOST_WAITING = 1000  # without a database for minutes: then statistics have an end


class Observer:
    """What all pumps of a process saw since it was last written. Pumps note, one thread writes."""

    def __init__(self) -> None:
        self._noted: deque[tuple[int, int, bool, _Counts, _Tenths]] = deque(maxlen=_MOST_WAITING)

    def note(
        self, results: Sequence[SubmitResult], *, carrier_id: int, bind_id: int, asks: bool
    ) -> None:
        """Counts a batch of results. `asks`: receipts were asked for. About a microsecond per
        result, on the flushing thread."""
        counts, tenths = _counted(results)
        self._noted.append((carrier_id, bind_id, asks, counts, tenths))

    def write(self, cursor: Any) -> int:
        """Appends what was noted; returns the number of rows."""
        totals: Counter[tuple[float, int, int, int, int, str, str, int]] = Counter()
        for _ in range(len(self._noted)):
            carrier_id, bind_id, asks, counts, tenths = self._noted.popleft()
            for (network, lane, sender, what, bucket, cohort), n in counts.items():
                word = ACCEPTED_UNASKED if what == ACCEPTED and not asks else what
                key = (cohort * COHORT_SECONDS, carrier_id, bind_id, network or 0, sender)
                totals[(*key, LANES[lane], word, bucket)] += n
            for (sender, tenth), n in tenths.items():
                second, part = divmod(tenth, 10)
                totals[second, carrier_id, 0, 0, sender, "", TENTH, part] += n
        observations_add(cursor, [Delta(*key, n) for key, n in totals.items()])
        return len(totals)


def _counted(results: Sequence[SubmitResult]) -> tuple[_Counts, _Tenths]:
    keys, tenths = [], []
    for submission, outcome, status, _id, slot, written, answered, status_class in results:
        if slot < 0:
            continue  # never written: it says nothing about the carrier
        claim = cast(Claim, submission.token)
        if claim.is_test:
            continue  # the sandbox says nothing about a sender
        sender, network, lane = claim.sender_id, claim.network_id, claim.lane
        cohort = int(written) // COHORT_SECONDS
        if outcome == "accepted":
            what = ACCEPTED if submission.segment == submission.segments else ACCEPTED_PART
        elif outcome == "unknown":
            what = _UNANSWERED
        else:
            what = _REFUSED.get(status_class, "refused_message")
            keys.append((network, lane, sender, STATUS, min(status, _MOST_STATUS), cohort))
        tenths.append((sender, int(written * 10)))
        bucket = int((answered - written) * 1000).bit_length()
        keys.append((network, lane, sender, what, bucket, cohort))
    return Counter(keys), Counter(tenths)


observer = Observer()
