"""The session's timers by the specification's names (SMPP 3.4 §7.2), and the one it forgets.

pdu_read_timer: a PDU that began and does not end means a corrupt or stalled connection, which
nothing else would notice while the peer keeps the socket open.
"""

import math

from carriers.ports import BindConfig

MAX_ENQUIRIES = 2  # unanswered enquire_links after which the connection counts as dead


class SessionTimers:
    """Remembers when what happened; `now` is monotonic. A timer of 0 seconds is switched off."""

    __slots__ = (
        "_began_at",
        "_config",
        "_enquired_at",
        "_enquiries",
        "_partial_since",
        "_received_at",
        "_traffic_at",
    )

    def __init__(self, config: BindConfig) -> None:
        self._config = config
        self._began_at = math.inf  # what we wait for: the answer to bind or unbind
        self._received_at = math.inf
        self._traffic_at = math.inf
        self._enquired_at = -math.inf
        self._enquiries = 0
        self._partial_since = math.inf

    def reconfigure(self, config: BindConfig) -> None:
        """Go on with changed timers; what they measure stays."""
        self._config = config

    def binding(self, now: float) -> None:
        """The bind was sent: session_init_timer starts."""
        self._began_at = self._received_at = now

    def bound(self, now: float) -> None:
        """The bind was accepted."""
        self._began_at = math.inf
        self._traffic_at = now

    def unbinding(self, now: float) -> None:
        """The unbind was sent: response_timer starts."""
        self._began_at = now

    def traffic(self, now: float) -> None:
        """A message or its answer passed: inactivity_timer starts again."""
        self._traffic_at = now

    def received(self, now: float, any_complete: bool, pending_octets: int) -> None:
        """Octets came: the peer lives. `pending_octets` of a PDU that is not complete are left."""
        self._received_at = now
        self._enquiries = 0
        if not pending_octets:
            self._partial_since = math.inf
        elif any_complete or self._partial_since == math.inf:
            self._partial_since = now

    def enquired(self, now: float) -> None:
        """An enquire_link was sent."""
        self._enquired_at = now
        self._enquiries += 1

    def must_enquire(self, now: float) -> bool:
        """Tell whether the bound link has been silent for enquire_link_timer."""
        return self._enquiries < MAX_ENQUIRIES and now >= self._enquiry_due()

    def is_inactive(self, now: float) -> bool:
        """Tell whether no message passed for inactivity_timer."""
        return now >= self._traffic_at + (self._config.inactivity_timer_seconds or math.inf)

    def overdue_answer(self, now: float, timer_seconds: float) -> bool:
        """Tell whether the answer to bind or unbind is overdue."""
        return now >= self._began_at + timer_seconds

    def dead(self, now: float) -> str:
        """Return why a bound connection counts as dead, "" while it lives."""
        if self._enquiries >= MAX_ENQUIRIES and now >= self._enquiry_due():
            return f"{MAX_ENQUIRIES} enquire_links were not answered"
        if now >= self._partial_since + (self._config.pdu_read_timer_seconds or math.inf):
            seconds = self._config.pdu_read_timer_seconds
            return f"a PDU began and did not end within {seconds:g} s"
        return ""

    def next_deadline(self, is_bound: bool, answer_timer_seconds: float) -> float:
        """Return the earliest time at which a timer that matters in this state ends."""
        partial_due = self._partial_since + (self._config.pdu_read_timer_seconds or math.inf)
        if not is_bound:
            return min(self._began_at + answer_timer_seconds, partial_due)
        inactive_at = self._traffic_at + (self._config.inactivity_timer_seconds or math.inf)
        return min(self._enquiry_due(), partial_due, inactive_at)

    def _enquiry_due(self) -> float:
        silent_since = max(self._received_at, self._enquired_at)
        return silent_since + (self._config.enquire_link_timer_seconds or math.inf)
