"""From the source to the session: lanes, senders' contracts, permission, journal."""

import math
from collections import deque
from collections.abc import Sequence
from typing import Final, Protocol

from carriers.ports import Submission, SubmissionSource, SubmitResult
from carriers.smpp.journal import Journal
from carriers.smpp.pacing import Pacer
from carriers.smpp.window import Pending

MAX_BATCH: Final = 500  # per pass, so that reading is never kept waiting for long
MAX_PARKED: Final = 500


class Session(Protocol):
    """What takes submissions: an SMPP session, or the lines of an HTTP carrier."""

    def free(self, express: bool) -> int:
        """How many it takes now, whatever the pace."""
        ...

    def room(self, now: float, express: bool) -> int:
        """How many may be written now, by state, window and pace."""
        ...

    def submit(self, submission: Submission, journal_slot: int, now: float) -> int:
        """Take one; the caller asked `room` before."""
        ...


class Feeder:
    """Writes what may leave now into a session. Lives on the link's thread."""

    def __init__(self, source: SubmissionSource, journal: Journal, pacer: Pacer) -> None:
        self._source = source
        self._journal = journal
        self._pacer = pacer
        # Taken, but its sender has used up its contract: by lane and sender in order, so that
        # segments of a message stay in order and an OTP passes the same sender's campaign.
        self._parked: dict[bool, dict[int, deque[Submission]]] = {True: {}, False: {}}
        self._may_have_more = {True: False, False: False}

    def feed(self, session: Session, now: float) -> None:
        """Submit express first, then bulk, as far as window, pace and journal allow."""
        self._feed_lane(session, now, express=True)
        self._feed_lane(session, now, express=False)

    def next_at(self, session: Session, now: float) -> float:
        """Return when to feed again without being woken; infinity when only news can help."""
        return min(self._lane_next_at(session, now, express) for express in (True, False))

    def _lane_next_at(self, session: Session, now: float, express: bool) -> float:
        if self._journal.is_full or not session.free(express):
            return math.inf
        if self._may_have_more[express]:
            at = now
        else:
            queues = self._parked[express].values()
            at = min((self._pacer.sender_next_at(q[0], now) for q in queues), default=math.inf)
        return max(at, self._pacer.next_at(now, express))

    def answered(self, results: Sequence[SubmitResult]) -> None:
        """Note answers in the journal, before they go to the sink."""
        for result in results:
            if result.journal_slot >= 0 and result.outcome != "unknown":
                self._journal.answer(
                    result.journal_slot, result.command_status, result.smsc_message_id
                )

    def return_unsent(self, unsent: tuple[Pending, ...]) -> None:
        """Give back what was submitted but never reached the socket."""
        self._journal.release([pending.journal_slot for pending in unsent])
        self._put_back([pending.submission for pending in unsent])

    def return_parked(self) -> None:
        """Give back everything that waits: without a session others may send it sooner."""
        for lane in self._parked.values():
            for queue in lane.values():
                self._put_back(list(queue))
            lane.clear()

    def _put_back(self, submissions: list[Submission]) -> None:
        if submissions:
            self._source.put_back(submissions)

    def _feed_lane(self, session: Session, now: float, express: bool) -> None:
        room = min(session.room(now, express), self._journal.free, MAX_BATCH)
        if room <= 0:
            self._may_have_more[express] = True  # nobody asked the source
            return
        written = self._feed_parked(session, room, now, express)
        parked = sum(map(len, self._parked[express].values()))
        asked = min(room - written, MAX_PARKED - parked)
        taken = self._source.take(asked, express) if asked > 0 else []
        self._may_have_more[express] = 0 < asked <= len(taken)
        written += sum(self._offer(session, each, now, express) for each in taken)
        self._pacer.spend(written, now)

    def _feed_parked(self, session: Session, room: int, now: float, express: bool) -> int:
        written = 0
        lane = self._parked[express]
        for sender_id, queue in list(lane.items()):
            while queue and written < room and self._pacer.sender_may_send(queue[0], now):
                written += self._write(session, queue.popleft(), now)
            if not queue:
                del lane[sender_id]
        return written

    def _offer(self, session: Session, submission: Submission, now: float, express: bool) -> bool:
        """Write the submission or park it behind its sender's contract."""
        if submission.sender_rate is not None:
            lane = self._parked[express]
            sender_id = submission.sender_id
            if sender_id in lane or not self._pacer.sender_may_send(submission, now):
                lane.setdefault(sender_id, deque()).append(submission)
                return False
        return self._write(session, submission, now)

    def _write(self, session: Session, submission: Submission, now: float) -> bool:
        if not self._source.may_write(submission):
            return False
        if submission.sender_rate is not None:
            self._pacer.spend_sender(submission, now)
        # In the journal before it is in the stream: after a crash, a mark without a message is
        # a question, a message without a mark would be a duplicate.
        slot = self._journal.mark(submission.message_id, submission.segment)
        session.submit(submission, slot, now)
        return True
