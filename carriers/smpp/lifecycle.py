"""Binding, staying bound and ending: the session management half of a session (SMPP 3.4 §2.2).

OPEN → BINDING → BOUND_TX | BOUND_RX | BOUND_TRX → UNBINDING → CLOSED
"""

from enum import StrEnum
from typing import Final

from carriers.ports import BindConfig
from carriers.smpp import pdu, statuses
from carriers.smpp.events import Bound, Closed
from carriers.smpp.outgoing import Outgoing
from carriers.smpp.statuses import StatusClass
from carriers.smpp.timers import SessionTimers


class SessionState(StrEnum):
    """§2.2.1, and the two states in which we wait for an answer."""

    OPEN = "open"
    BINDING = "binding"
    BOUND_TX = "bound_tx"
    BOUND_RX = "bound_rx"
    BOUND_TRX = "bound_trx"
    UNBINDING = "unbinding"
    CLOSED = "closed"


_BOUND_STATES: Final = {
    "transmitter": SessionState.BOUND_TX,
    "receiver": SessionState.BOUND_RX,
    "transceiver": SessionState.BOUND_TRX,
}
BOUND_STATES: Final = frozenset(_BOUND_STATES.values())
SENDING_STATES: Final = frozenset({SessionState.BOUND_TX, SessionState.BOUND_TRX})

# A few refusals of PDUs we never sent mean that one side lost the framing.
MAX_STRAY_NACKS: Final = 3


class Lifecycle:
    """Owns the state and the timers. `ending` is set when the session has to end.

    It ends only after the rest of what arrived with the cause has been read.
    """

    __slots__ = (
        "_config",
        "_outgoing",
        "_own_sequence",
        "_stray_nacks",
        "ending",
        "state",
        "timers",
    )

    def __init__(self, config: BindConfig, outgoing: Outgoing) -> None:
        self._config = config
        self._outgoing = outgoing
        self._own_sequence = 0  # of the bind or unbind that waits for its answer
        self._stray_nacks = 0
        self.state = SessionState.OPEN
        self.timers = SessionTimers(config)
        self.ending: Closed | None = None

    def reconfigure(self, config: BindConfig) -> None:
        """Go on under changed options."""
        self._config = config
        self.timers.reconfigure(config)

    @property
    def is_bound(self) -> bool:
        """Tell whether the bind was accepted and nobody asked to end it."""
        return self.state in BOUND_STATES

    def start(self, now: float) -> None:
        """Ask to bind."""
        self.state = SessionState.BINDING
        self.timers.binding(now)
        self._own_sequence = self._outgoing.next_sequence()
        request = pdu.bind_request(self._config.bind_request(), self._own_sequence)
        self._outgoing.write(request)

    def start_unbind(self, now: float) -> None:
        """Ask to end a bound session."""
        if self.is_bound:
            self.state = SessionState.UNBINDING
            self.timers.unbinding(now)
            self._own_sequence = self._outgoing.next_sequence()
            self._outgoing.write(pdu.unbind(self._own_sequence))

    def end(
        self, detail: str, fatal: bool = False, is_unbound: bool = False, refused_with: int = 0
    ) -> None:
        """Remember that and why the session ends; the first reason stays."""
        if self.ending is None:
            self.ending = Closed(detail, fatal, is_unbound, refused_with=refused_with)

    def on_bind_resp(self, frame: bytes, now: float) -> Bound | None:
        """Take the answer to our bind."""
        if self.state is not SessionState.BINDING:
            return None
        status = pdu.parse_header(frame).status
        if status != statuses.ESME_ROK:
            self._bind_refused(status)
            return None
        self.state = _BOUND_STATES[self._config.bind_type]
        self.timers.bound(now)
        return Bound(_system_id(frame))

    def on_unbind(self, frame: bytes) -> None:
        """Agree to the SMSC's unbind."""
        self._outgoing.write(pdu.unbind_resp(pdu.parse_header(frame).sequence))
        self.end("the SMSC unbound", is_unbound=True)

    def on_unbind_resp(self) -> None:
        """Take the answer to our unbind."""
        if self.state is SessionState.UNBINDING:
            self.end("unbound", is_unbound=True)

    def on_enquire_link(self, frame: bytes) -> None:
        """Say that we live (§4.11): always, whatever the window."""
        self._outgoing.write(pdu.enquire_link_resp(pdu.parse_header(frame).sequence))

    def on_stray_nack(self, header: pdu.Header) -> None:
        """Take a generic_nack that refuses no submit_sm."""
        if header.sequence == self._own_sequence and self.state is SessionState.BINDING:
            self._bind_refused(header.status)
        elif header.sequence == self._own_sequence and self.state is SessionState.UNBINDING:
            self.end("unbound", is_unbound=True)
        else:
            self._stray_nacks += 1
            if self._stray_nacks >= MAX_STRAY_NACKS:
                self.end("the SMSC refuses PDUs that were never sent: framing is lost")

    def on_valid_answer(self) -> None:
        """A submit_sm was answered: framing is intact."""
        self._stray_nacks = 0

    def next_deadline(self) -> float:
        """Return when `on_tick` has something to do next."""
        return self.timers.next_deadline(self.is_bound, self._answer_timer_seconds())

    def on_tick(self, now: float) -> None:
        """Act on the timers."""
        timers = self.timers
        if timers.overdue_answer(now, self._answer_timer_seconds()):
            self.end(f"no answer from the SMSC while {self.state}")
            return
        dead = timers.dead(now)
        if dead:
            self.end(dead)
        elif self.is_bound and timers.is_inactive(now):
            self.start_unbind(now)
        elif self.is_bound and timers.must_enquire(now):
            self._outgoing.write(pdu.enquire_link(self._outgoing.next_sequence()))
            timers.enquired(now)

    def _answer_timer_seconds(self) -> float:
        """How long the answer to bind or unbind may take."""
        if self.state is SessionState.BINDING:
            return self._config.session_init_timer_seconds
        return self._config.response_timer_seconds

    def _bind_refused(self, status: int) -> None:
        status_class = statuses.classify(status, self._config.status_classes)
        self.end(
            f"the SMSC refused the bind: {statuses.name(status)}",
            fatal=status_class is StatusClass.CREDENTIALS,
            refused_with=status,
        )


def _system_id(frame: bytes) -> str:
    """Return the SMSC's name; some leave the body out, which does not make the bind worse."""
    try:
        return pdu.parse_bind_resp(frame).system_id
    except pdu.PduError:
        return ""
