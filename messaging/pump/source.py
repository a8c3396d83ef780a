"""What the link takes from: claimed messages, checked again at the moment they are written."""

import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import cast

from carriers.ports import Submission
from messaging.constants import EXPRESS_LANE
from messaging.pump.claims import Claim

# From the start of the claim statement to the write: with what the link needs to write, an
# opt-out or pause bites within a second (invariant 5).
MOST_CLAIM_AGE_SECONDS = 0.75


class Source:
    """Two ready queues. The link's thread takes, the claiming threads put; nothing blocks.

    What comes back of a message that is on the wire in part does not wait for the next session,
    which may be hours away: `not_taken` is told, and the message is decided again.
    """

    def __init__(
        self,
        *,
        is_held: Callable[[int], bool],
        wake_claimer: Callable[[], None],
        not_taken: Callable[[list[Submission]], None],
    ) -> None:
        self._express: deque[Submission] = deque()
        self._bulk: deque[Submission] = deque()
        self._is_held = is_held
        self._wake_claimer = wake_claimer
        self._not_taken = not_taken
        self.returned: deque[Claim] = deque()  # claimed, not written, to go back to the queue

    def put(self, submissions: Iterable[Submission]) -> None:
        """Makes composed messages ready."""
        for submission in submissions:
            (self._express if submission.lane == EXPRESS_LANE else self._bulk).append(submission)

    @property
    def bulk_ready(self) -> int:
        return len(self._bulk)

    @property
    def ready(self) -> int:
        return len(self._bulk) + len(self._express)

    def take(self, limit: int, express_only: bool) -> list[Submission]:
        taken = self._take(self._express, limit)
        if not express_only:
            taken += self._take(self._bulk, limit - len(taken))
            self._wake_claimer()
        return taken

    def _take(self, queue: deque[Submission], limit: int) -> list[Submission]:
        taken: list[Submission] = []
        oldest = time.monotonic() - MOST_CLAIM_AGE_SECONDS
        while queue and len(taken) < limit:
            submission = queue.popleft()
            claim = cast(Claim, submission.token)
            if claim.dropped:
                continue
            if not claim.written and claim.claimed_at < oldest:
                self._drop(claim)
                continue
            taken.append(submission)
        return taken

    def put_back(self, submissions: list[Submission]) -> None:
        for submission in submissions:
            cast(Claim, submission.token).written &= ~(1 << submission.segment)
        rest = []
        for submission in reversed(submissions):
            if cast(Claim, submission.token).written:
                rest.append(submission)
                continue
            queue = self._express if submission.lane == EXPRESS_LANE else self._bulk
            queue.appendleft(submission)
        if rest:
            self._not_taken(rest)

    def may_write(self, submission: Submission) -> bool:
        claim = cast(Claim, submission.token)
        if claim.dropped:
            return False
        # Never half a message.
        if not claim.written and self._is_stale(claim):
            self._drop(claim)
            return False
        claim.written |= 1 << submission.segment
        return True

    def _is_stale(self, claim: Claim) -> bool:
        if time.monotonic() - claim.claimed_at > MOST_CLAIM_AGE_SECONDS:
            return True
        if claim.campaign_id is not None and self._is_held(claim.campaign_id):
            return True
        return claim.not_after is not None and claim.not_after.timestamp() <= time.time()

    def _drop(self, claim: Claim) -> None:
        claim.dropped = True
        self.returned.append(claim)

    def end_session(self) -> None:
        """Gives up what is left of messages that are on the wire in part."""
        rest = []
        for queue in (self._express, self._bulk):
            for _ in range(len(queue)):
                submission = queue.popleft()
                if cast(Claim, submission.token).written:
                    rest.append(submission)
                else:
                    queue.append(submission)
        if rest:
            self._not_taken(rest)

    def give_back(self) -> None:
        """Gives back what is not on the wire, while there is no session: it may leave elsewhere.
        Called by the claiming thread; what the link takes at the same time is not here."""
        for queue in (self._express, self._bulk):
            for _ in range(len(queue)):
                try:
                    submission = queue.popleft()
                except IndexError:
                    break
                claim = cast(Claim, submission.token)
                if claim.written:
                    queue.append(submission)
                elif not claim.dropped:
                    self._drop(claim)

    def drain(self) -> None:
        """Gives everything back (stopping, when nobody takes or puts any more)."""
        self.end_session()
        for queue in (self._express, self._bulk):
            while queue:
                claim = cast(Claim, queue.popleft().token)
                if not claim.dropped:
                    self._drop(claim)
