"""Sends what is owed within the window of each session, and again until acknowledged."""

from collections import deque
from time import monotonic
from typing import Protocol

from carriers.simulator.agenda import Agenda
from carriers.simulator.deliveries import Delivery, Key, describe
from carriers.simulator.journal import Journal
from carriers.simulator.lines import acknowledged_line, sent_line
from carriers.simulator.operators import OperatorProfile
from carriers.simulator.stats import Stats
from carriers.smpp import pdu


class Receiver(Protocol):
    """What the outbox needs of a session that may receive."""

    number: int
    system_id: str
    unacknowledged: dict[int, tuple[Delivery, float]]

    @property
    def can_take(self) -> bool:
        """Whether its socket takes more now."""

    def next_sequence(self) -> int:
        """A fresh sequence_number of this side."""

    def send(self, octets: bytes) -> None:
        """Put octets into what leaves at the end of the pass."""


class Outbox:
    """The deliveries of one operator, by system_id."""

    def __init__(
        self, profile: OperatorProfile, journal: Journal, agenda: Agenda, stats: Stats
    ) -> None:
        self._profile = profile
        self._journal = journal
        self._agenda = agenda
        self._stats = stats
        self.owed: dict[Key, Delivery] = {}
        self._ready: dict[str, deque[Delivery]] = {}
        self._receivers: dict[str, deque[Receiver]] = {}

    def owe(self, delivery: Delivery, due: float) -> None:
        """Take on a delivery, to be sent at the monotonic time `due`; 0 means in this pass."""
        self.owed[delivery.key] = delivery
        if due:
            self._agenda.add(due, self.make_ready, delivery)
        else:
            self.make_ready(delivery)

    def make_ready(self, delivery: Delivery) -> None:
        """Let it go with the next pump, if it is still owed."""
        if delivery.key in self.owed:
            self._ready.setdefault(delivery.system_id, deque()).append(delivery)

    def attach(self, receiver: Receiver) -> None:
        self._receivers.setdefault(receiver.system_id, deque()).append(receiver)

    def detach(self, receiver: Receiver) -> None:
        """Forget a session; what it did not acknowledge goes to the next one, first."""
        receivers = self._receivers.get(receiver.system_id)
        if receivers and receiver in receivers:
            receivers.remove(receiver)
        left = [delivery for delivery, _ in receiver.unacknowledged.values()]
        receiver.unacknowledged.clear()
        if left:
            self._ready.setdefault(receiver.system_id, deque()).extendleft(reversed(left))

    def receivers(self, system_id: str) -> int:
        """How many sessions of the system_id may receive."""
        return len(self._receivers.get(system_id, ()))

    def pump(self, now: float) -> None:
        """Send what is ready and fits; `now` is Unix time. Called once per pass."""
        for system_id, ready in self._ready.items():
            receivers = self._receivers.get(system_id)
            if not ready or not receivers:
                continue
            # Another session begins each time: a receipt may come on any bind.
            receivers.rotate(-1)
            for receiver in receivers:
                self._fill(receiver, ready, now)

    def _fill(self, receiver: Receiver, ready: deque[Delivery], now: float) -> None:
        if not ready or not receiver.can_take:
            return
        room = self._profile.deliver_window - len(receiver.unacknowledged)
        deadline = monotonic() + self._profile.deliver_response_seconds
        for _ in range(min(room, len(ready))):
            delivery = ready.popleft()
            sequence = receiver.next_sequence()
            receiver.unacknowledged[sequence] = (delivery, deadline)
            body = delivery.octets(self._profile, now)
            receiver.send(pdu.with_header(pdu.DELIVER_SM, 0, sequence, body))
            self._journal.add(sent_line(now, receiver.number, sequence, delivery))
            self._stats.sent(delivery.event)

    def acknowledge(self, receiver: Receiver, sequence: int, status: int, now: float) -> None:
        """Take a deliver_sm_resp: done with ESME_ROK, otherwise again later."""
        found = receiver.unacknowledged.pop(sequence, None)
        if found is None:
            return
        delivery, _ = found
        self._journal.add(acknowledged_line(now, receiver.number, status, delivery))
        if status == 0:
            self.owed.pop(delivery.key, None)
            self._stats.acknowledged(delivery.event, now)
        else:
            self._stats.deliver_refused += 1
            self._again(delivery)

    def give_up_waiting(self, receiver: Receiver) -> None:
        """Send again what this session has not acknowledged in time."""
        limit = monotonic()
        late = [key for key, (_, due) in receiver.unacknowledged.items() if due <= limit]
        for sequence in late:
            delivery, _ = receiver.unacknowledged.pop(sequence)
            self._again(delivery)

    def _again(self, delivery: Delivery) -> None:
        due = monotonic() + self._profile.receipt_retry_seconds
        self._agenda.add(due, self.make_ready, delivery)

    def describe(self) -> list[dict[str, object]]:
        """All that is owed, for a checkpoint of the journal."""
        return [{"event": item.event, **describe(item)} for item in self.owed.values()]
