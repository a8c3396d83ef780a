"""The hot path: a submit_sm comes in, is judged, noted, answered and owed its receipts."""

import json
from functools import lru_cache
from random import Random
from time import time
from typing import TYPE_CHECKING, Final

from carriers.simulator.acceptance import Acceptance, wanted_receipts
from carriers.simulator.behaviours import DELIVERED, ESME_RSYSERR, ESME_RTHROTTLED, Behaviour
from carriers.simulator.deliveries import Delivery
from carriers.simulator.lines import response_line, submit_line
from carriers.smpp import pdu

if TYPE_CHECKING:
    from carriers.simulator.session import Session
    from carriers.simulator.smsc import Smsc

ESME_RINVMSGLEN: Final = 0x01
# A second receipt for the same message comes so much later than the first.
NEXT_RECEIPT_SECONDS: Final = 0.25
_DELIVERED: Final = "DELIVRD"
_EARLY_SECONDS: Final = 0.25  # from the receipt to the response, where receipts come first
_quoted_list = lru_cache(maxsize=64)(json.dumps)


class Intake:
    """Where an operator takes messages in."""

    def __init__(self, smsc: "Smsc") -> None:
        self._smsc = smsc
        self._profile = smsc.profile
        self._acceptance = Acceptance(smsc.profile)
        self._random = Random(smsc.profile.seed)  # noqa: S311 -- jitter, not a secret

    def submit(
        self, session: "Session", sequence: int, frame: bytes, now: float, wall: float
    ) -> None:
        """Treat one submit_sm; `now` is monotonic, `wall` Unix time."""
        smsc = self._smsc
        try:
            submit = pdu.parse_submit_sm(frame)
        except pdu.PduError:
            smsc.stats.protocol_errors += 1
            session.send(pdu.submit_sm_resp(sequence, ESME_RINVMSGLEN, ""))
            return
        smsc.stats.submit_came(wall)
        if smsc.scenario.is_black_hole:
            self._note(session, sequence, submit, wall, None, DELIVERED)
            return
        if smsc.scenario.is_throttling:
            status, behaviour = ESME_RTHROTTLED, DELIVERED
        elif smsc.scenario.is_refusing:
            status, behaviour = ESME_RSYSERR, DELIVERED
        elif self._profile.window and session.waiting >= self._profile.window:
            status, behaviour = self._profile.window_status, DELIVERED
        else:
            status, behaviour = self._acceptance.decide(session.system_id, submit, now)
        if status:
            smsc.stats.refused[status] += 1
            delay = self._latency()
            is_answered = not delay and not session.is_muted
            self._note(session, sequence, submit, wall, status, behaviour, is_answered=is_answered)
            self._answer(session, sequence, status, "", now, delay, is_answered)
        else:
            self._take(session, sequence, submit, now, wall, behaviour)

    def _take(
        self,
        session: "Session",
        sequence: int,
        submit: pdu.SubmitSm,
        now: float,
        wall: float,
        behaviour: Behaviour,
    ) -> None:
        smsc = self._smsc
        smsc.stats.accepted += 1
        serial = smsc.next_serial()
        message_id = self._profile.response_id.write(serial)
        receipts = wanted_receipts(submit.registered_delivery, behaviour.receipts)
        if not self._profile.gives_receipts or smsc.scenario.is_mute:
            receipts = ()
        if self._profile.behaviours and _DELIVERED in behaviour.receipts:
            smsc.handsets.show(submit)
        if smsc.scenario.is_double:
            receipts *= 2
        delay = self._latency() + behaviour.response_delay_seconds + smsc.scenario.slow_seconds
        if smsc.scenario.is_early:
            delay += _EARLY_SECONDS
        is_answered = behaviour.responds and not delay and not session.is_muted
        self._note(
            session, sequence, submit, wall, 0, behaviour,
            message_id=message_id, serial=serial, receipts=receipts, is_answered=is_answered,
        )  # fmt: skip
        if behaviour.responds:
            self._answer(session, sequence, 0, message_id, now, delay, is_answered)
        for index, state in enumerate(receipts):
            receipt = Delivery(
                "receipt", message_id, index, serial, session.system_id, submit, state, wall
            )
            smsc.outbox.owe(receipt, self._receipt_due(behaviour, now + delay, index))
        if behaviour.reply:
            due = self._receipt_due(behaviour, now + delay, len(receipts))
            words = (submit.destination_addr, submit.source_addr, behaviour.reply)
            smsc.agenda.add(due, self._reply, (*words, session.system_id))

    def _reply(self, words: tuple[str, str, str, str]) -> None:
        """The handset answers the sender."""
        source, destination, text, system_id = words
        self._smsc.inject(source, destination, text, system_id=system_id)

    def _receipt_due(self, behaviour: Behaviour, responded: float, index: int) -> float:
        scenario = self._smsc.scenario
        if behaviour.receipt_first or scenario.is_early:
            return 0.0
        profile = self._profile
        jitter = profile.receipt_jitter_seconds
        due = responded + profile.receipt_delay_seconds + behaviour.receipt_delay_seconds
        due += index * NEXT_RECEIPT_SECONDS + scenario.late_seconds
        return due + jitter * self._random.random() if jitter else due

    def _latency(self) -> float:
        jitter = self._profile.latency_jitter_seconds
        latency = self._profile.latency_seconds
        return latency + jitter * self._random.random() if jitter else latency

    def _note(
        self,
        session: "Session",
        sequence: int,
        submit: pdu.SubmitSm,
        wall: float,
        status: int | None,
        behaviour: Behaviour,
        *,
        message_id: str = "",
        serial: int = 0,
        receipts: tuple[str, ...] = (),
        is_answered: bool = False,
    ) -> None:
        self._smsc.journal.add(
            submit_line(
                wall,
                session.number,
                sequence,
                session.system_id,
                submit,
                status,
                message_id,
                serial,
                is_answered,
                behaviour.name,
                _quoted_list(receipts),
            )
        )

    def _answer(
        self,
        session: "Session",
        sequence: int,
        status: int,
        message_id: str,
        now: float,
        delay: float,
        is_answered: bool,
    ) -> None:
        """Answer in this pass (the submit's own line says so), or later with a line of its own."""
        octets = pdu.submit_sm_resp(sequence, status, message_id)
        if is_answered:
            session.send(octets)
            return
        later = (session, octets, sequence, status, message_id)
        if delay:
            session.waiting += 1
            self._smsc.agenda.add(now + delay, self._respond_late, later)
        else:
            self._respond(later)

    @classmethod
    def _respond_late(cls, answer: tuple["Session", bytes, int, int, str]) -> None:
        answer[0].waiting -= 1
        cls._respond(answer)

    @staticmethod
    def _respond(answer: tuple["Session", bytes, int, int, str]) -> None:
        session, octets, sequence, status, message_id = answer
        line = response_line(time(), session.number, sequence, status, message_id)
        session.send(octets, line)
