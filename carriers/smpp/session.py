"""One SMPP session as a state machine over bytes: no socket, thread or clock.

The link feeds received bytes and the time, takes the bytes to write and the events. `now` is
monotonic everywhere; `wall_offset` is what to add for Unix time. Lifecycle holds the session
management, this module the messages.
"""

import math
from collections.abc import Callable
from dataclasses import replace

from carriers.ports import BindConfig, Submission
from carriers.smpp import pdu, statuses
from carriers.smpp.events import Closed, Event, Inbound, Results, Throttled
from carriers.smpp.framing import FrameBuffer, FramingError
from carriers.smpp.inbox import Inbox, response
from carriers.smpp.inflight import InFlight, Traffic
from carriers.smpp.lifecycle import SENDING_STATES, Lifecycle, SessionState
from carriers.smpp.outgoing import Outgoing
from carriers.smpp.pacing import Pacer
from carriers.smpp.statuses import StatusClass


class SmppSession:
    """The ESME's side of one connection. Pacer and Traffic outlive it.

    `wall_offset` from the beginning: an SMSC that owes receipts sends them with its answer to
    the bind, before a first tick.
    """

    def __init__(
        self,
        config: BindConfig,
        session_id: int,
        pacer: Pacer,
        traffic: Traffic | None = None,
        *,
        wall_offset: float,
    ) -> None:
        self.config = config
        self.session_id = session_id
        self._pacer = pacer
        self._traffic = traffic or Traffic()
        self._inflight = InFlight(config, self._traffic, wall_offset)
        self._inbox = Inbox(session_id)
        self._frames = FrameBuffer()
        self._outgoing = Outgoing()
        self._life = Lifecycle(config, self._outgoing)
        self._events: list[Event] = []
        self._lost_bind = ""  # why the window is left to run empty before the end
        self._handlers: dict[int, Callable[[bytes, float], None]] = {
            pdu.SUBMIT_SM_RESP: self._on_submit_sm_resp,
            pdu.DELIVER_SM: self._on_deliver_sm,
            pdu.DATA_SM: self._on_deliver_sm,
            pdu.GENERIC_NACK: self._on_generic_nack,
            pdu.BIND_TRANSMITTER_RESP: self._on_bind_resp,
            pdu.BIND_RECEIVER_RESP: self._on_bind_resp,
            pdu.BIND_TRANSCEIVER_RESP: self._on_bind_resp,
            pdu.ENQUIRE_LINK: lambda frame, _: self._life.on_enquire_link(frame),
            pdu.UNBIND: lambda frame, _: self._life.on_unbind(frame),
            pdu.UNBIND_RESP: lambda _frame, _: self._life.on_unbind_resp(),
        }

    @property
    def state(self) -> SessionState:
        """Where the session is between OPEN and CLOSED."""
        return self._life.state

    @property
    def is_bound(self) -> bool:
        """Tell whether the bind was accepted and nobody asked to end it."""
        return self._life.is_bound

    @property
    def in_flight(self) -> int:
        """How many submit_sm wait for their answer."""
        return len(self._inflight.window)

    @property
    def unacknowledged(self) -> int:
        """How many inbound PDUs wait for their answer."""
        return len(self._inbox)

    @property
    def output(self) -> bytearray:
        """The octets to write; the link reports with `wrote` how many went."""
        return self._outgoing.data

    @property
    def has_part_of_a_pdu(self) -> bool:
        """Tell whether a received PDU began and has not ended."""
        return bool(self._frames.pending)

    def reconfigure(self, config: BindConfig) -> None:
        """Go on under options that keep the session (BindConfig.keeps_session)."""
        self.config = config
        self._inflight.reconfigure(config)
        self._life.reconfigure(config)

    def wrote(self, n: int) -> None:
        """Note that the first `n` octets of `output` went to the socket."""
        self._outgoing.took(n)

    def take_output(self) -> bytes:
        """Return the octets to write and count them as written."""
        data = bytes(self._outgoing.data)
        self._outgoing.took(len(data))
        return data

    def free(self, express: bool) -> int:
        """Return how many submissions the state and the window allow now, whatever the pace."""
        if self._life.state not in SENDING_STATES or self._lost_bind:
            return 0
        return self._inflight.window.free(express)

    def room(self, now: float, express: bool) -> int:
        """Return how many submissions may be written now, by state, window and pace."""
        free = self.free(express)
        return min(free, self._pacer.room(now, express)) if free else 0

    def next_deadline(self) -> float:
        """Return when (monotonic) `on_tick` has something to do next."""
        oldest = self._inflight.window.oldest_sent_at()
        response_due = math.inf if oldest is None else oldest + self.config.response_timer_seconds
        return min(response_due, self._life.next_deadline())

    def set_wall_offset(self, seconds: float) -> None:
        """Follow the system's clock where it was set."""
        self._inflight.wall_offset = seconds

    def start(self, now: float) -> None:
        """Ask to bind: the connection is open."""
        self._life.start(now)

    def start_unbind(self, now: float) -> None:
        """Ask to end the session; the link has let the window run empty before."""
        self._life.start_unbind(now)

    def on_bytes(self, data: bytes, now: float) -> list[Event]:
        """Take received octets and return what they meant."""
        detail = ""
        try:
            frames = self._frames.feed(data)
        except FramingError as error:
            frames, detail = error.frames, f"the SMSC's stream is broken: {error}"
        self._life.timers.received(now, bool(frames), self._frames.pending)
        for frame in frames:
            self._on_frame(frame, now)
        if detail:
            self._outgoing.write(pdu.generic_nack(0, statuses.ESME_RINVCMDLEN))
            self._life.end(detail)
        return self._take_events(now)

    def on_tick(self, now: float) -> list[Event]:
        """Act on what time brought and return what that meant."""
        if self.state in {SessionState.OPEN, SessionState.CLOSED}:
            return []
        self._pacer.recover(now)
        self._inflight.expire(now)
        self._life.on_tick(now)
        return self._take_events(now)

    def connection_lost(self, detail: str, now: float) -> list[Event]:
        """End the session because its connection is gone; return what that meant."""
        self._life.end(detail)
        return self._take_events(now)

    def submit(self, submission: Submission, journal_slot: int, now: float) -> int:
        """Queue one submit_sm and return its sequence_number; the caller asked `room` before."""
        outgoing = self._outgoing
        sequence = outgoing.next_sequence()
        end = outgoing.write(pdu.with_header(pdu.SUBMIT_SM, 0, sequence, submission.body))
        self._inflight.add(sequence, submission, journal_slot, now, end)
        self._life.timers.traffic(now)
        return sequence

    def acknowledge(self, sequence: int, status: int) -> bool:
        """Answer an inbound PDU; False when it was answered already or never came."""
        answer = self._inbox.answer(sequence, status)
        if not answer or self.state is SessionState.CLOSED:
            return False
        self._outgoing.write(answer)
        return True

    def _on_frame(self, frame: bytes, now: float) -> None:
        command_id = int.from_bytes(frame[4:8], "big")
        handler = self._handlers.get(command_id)
        if handler is not None:
            handler(frame, now)
        elif command_id < pdu.RESPONSE_BIT and command_id != pdu.ALERT_NOTIFICATION:
            # Also refuses outbind: an SMSC does not tell us where to bind. alert_notification
            # has no answer (§4.12.1), other responses (enquire_link's) need none.
            sequence = pdu.parse_header(frame).sequence
            self._outgoing.write(pdu.generic_nack(sequence, statuses.ESME_RINVCMDID))

    def _on_bind_resp(self, frame: bytes, now: float) -> None:
        bound = self._life.on_bind_resp(frame, now)
        if bound is not None:
            self._events.append(bound)

    def _on_submit_sm_resp(self, frame: bytes, now: float) -> None:
        status, sequence, message_id = pdu.parse_submit_sm_resp(frame)
        self._answered(sequence, status, message_id, now)

    def _on_generic_nack(self, frame: bytes, now: float) -> None:
        header = pdu.parse_header(frame)
        status = header.status or statuses.ESME_RSYSERR  # a refusal without a reason is still one
        if not self._answered(header.sequence, status, "", now):
            self._life.on_stray_nack(header)

    def _answered(self, sequence: int, status: int, message_id: str, now: float) -> bool:
        """Settle the submit_sm with this sequence; False when none waits for an answer."""
        pending = self._inflight.window.pop(sequence)
        if pending is None:
            return self._answered_late(sequence, status, message_id, now)
        self._life.on_valid_answer()
        self._life.timers.traffic(now)
        status_class = self._inflight.answer(pending, status, message_id, now)
        if status_class is StatusClass.THROTTLE:
            if self._pacer.throttled(pending.sent_at, now):
                self._events.append(Throttled(statuses.name(status), self._pacer.paused_until))
        elif status_class is StatusClass.SESSION:
            # The rest of the window gets the same answer in a moment; without it, it is unknown.
            self._lost_bind = f"the SMSC lost the bind: {statuses.name(status)}"
        return True

    def _answered_late(self, sequence: int, status: int, message_id: str, now: float) -> bool:
        """Take an answer after response_timer: its outcome has been told as unknown."""
        overdue = self._inflight.window.pop_overdue(sequence)
        if overdue is None:
            return False
        self._life.on_valid_answer()
        self._life.timers.traffic(now)
        self._inflight.answer_late(overdue, status, message_id, now)
        return True

    def _on_deliver_sm(self, frame: bytes, now: float) -> None:
        header = pdu.parse_header(frame)
        refusal = self._refusal()
        if refusal:
            answer = header.command_id | pdu.RESPONSE_BIT
            self._outgoing.write(response(answer, header.sequence, refusal))
            return
        self._life.timers.traffic(now)
        self._traffic.inbound += 1
        self._inbox.add(frame, header, now + self._inflight.wall_offset)

    def _refusal(self) -> int:
        if self.state is SessionState.BINDING:
            return statuses.ESME_RINVBNDSTS
        if self.state is SessionState.UNBINDING:
            return statuses.ESME_RX_T_APPN  # its commit would come too late for the answer
        return self._inbox.refusal()

    def _take_events(self, now: float) -> list[Event]:
        if self._lost_bind and not self.in_flight:
            self._life.end(self._lost_bind)
        events, self._events = self._events, []
        closed = self._close(now)
        results = self._inflight.take_results()
        if results:
            events.append(Results(results))
        arrived = self._inbox.take()
        if arrived:
            events.append(Inbound(arrived))
        if closed is not None:
            events.append(closed)
        return events

    def _close(self, now: float) -> Closed | None:
        if self._life.ending is None or self.state is SessionState.CLOSED:
            return None
        self._life.state = SessionState.CLOSED
        unsent = self._inflight.end(self._outgoing.sent, now)
        if unsent:
            # They go back to the source, so not one octet of them may follow; a farewell after
            # them in the stream is lost with them.
            self._outgoing.discard()
        return replace(self._life.ending, unsent=unsent)
