"""The course of a test: bind, address, texts, pace, receipts, end. Finds, and proposes nothing.

Bounded: `planned` says before how many messages leave at most; every one goes to a number of the
plan, at the plan's pace.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from carriers.ports import BindConfig, BindType
from carriers.probe.cases import ABSOLUTE, Case, cases, message_count
from carriers.probe.client import ProbeConnectionError, ProbeSession
from carriers.probe.reading import Reading
from carriers.probe.values import Finding, Plan, Sent
from carriers.smpp import pdu, statuses

_BIND_TYPES: Final[tuple[BindType, ...]] = ("transceiver", "transmitter", "receiver")
_VERSIONS: Final = (0x34, 0x50, 0x33)
# By what people report to work, first the usual one (facts: the most frequent mistake).
_SOURCE_TONS: Final = {
    "alphanumeric": ((5, 0), (5, 1), (0, 0)),
    "short_code": ((3, 0), (0, 0), (6, 0), (3, 1), (0, 1)),
    "long_code": ((1, 1), (0, 1), (2, 1), (0, 0)),
}
_DESTINATION_TONS: Final = ((1, 1), (2, 1), (0, 1), (0, 0), (1, 0))
_SOURCE_REFUSALS: Final = {statuses.ESME_RINVSRCADR, 0x48, 0x49}
_DESTINATION_REFUSALS: Final = {statuses.ESME_RINVDSTADR, 0x50, 0x51}
_SETTLE_SECONDS: Final = 0.3  # between two binds: some SMSCs count the last one a moment longer
_NEXT_SECOND: Final = 1.1
_MOST_ADDRESS_TRIES: Final = 8  # per kind of sender
THROTTLES: Final = {statuses.ESME_RTHROTTLED, statuses.ESME_RMSGQFUL}

_pause = threading.Event().wait
Progress = Callable[[str, int], None]


class NothingWorksError(Exception):
    """The test could not begin; the text says what the SMSC said."""


def planned(plan: Plan) -> int:
    """The most messages that a test with this plan sends."""
    return message_count() + 2 * plan.burst + _MOST_ADDRESS_TRIES * len(plan.senders)


class Probe:
    """One run; `progress(step, messages sent)` is told as it goes."""

    def __init__(
        self,
        config: BindConfig,
        plan: Plan,
        progress: Progress,
        *,
        base: pdu.SubmitSm | None = None,
        tons: Mapping[str, tuple[int, int]] | None = None,
        beat: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`base` is a message by the bind's present options, `tons` its TON and NPI by kind of
        sender; `config` is what it binds with."""
        self._config, self._plan, self._progress = config, plan, progress
        self._tons = tons or {}
        usual = base or pdu.SubmitSm(dest_addr_ton=1, dest_addr_npi=1)
        self._base = usual._replace(registered_delivery=pdu.RECEIPT_FINAL)
        self._beat, self._clock, self._wall = beat, clock, wall
        self._findings: list[Finding] = []
        self._sent: list[Sent] = []
        self._last_sent = float("-inf")
        self._answer_seconds = min(10.0, config.response_timer_seconds)

    def run(self) -> list[Finding]:
        """Everything that was found. Raises NothingWorksError, ProbeConnectionError, and what
        `beat` raises."""
        works = self._bind_types()
        session = self._session(works)
        try:
            self._addresses(session)
            self._texts(session)
            self._burst(session)
            self._receipts(session)
            seconds = session.enquire_link(self._answer_seconds)
            self._found("enquire_link", seconds, _took(seconds))
            answers = session.unbind(self._answer_seconds)
            self._found("unbind", answers, "unbind_resp came" if answers else "no unbind_resp")
        finally:
            session.close()
        return self._findings

    def _found(self, key: str, value: object, evidence: str) -> None:
        self._findings.append(Finding(key, value, evidence))

    def _step(self, name: str) -> None:
        self._progress(name, len(self._sent))

    # Binding

    def _new_session(self) -> ProbeSession:
        return ProbeSession(self._config, self._plan.numbers, self._beat, self._clock)

    def _bind_types(self) -> tuple[BindType, int]:
        """Tries each type, then each version of the first that works; returns what to use."""
        self._step("bind types")
        tried = {kind: self._tried(kind, self._config.interface_version) for kind in _BIND_TYPES}
        works = [kind for kind, (status, _) in tried.items() if status == 0]
        version = self._config.interface_version
        if not works:  # perhaps the version is what it does not like
            for other in _VERSIONS:
                status, _said = self._tried("transceiver", other)
                if status == 0:
                    works, version = ["transceiver"], other
                    break
        self._found(
            "bind_types", works, ", ".join(f"{k}: {_name(s)}" for k, (s, _) in tried.items())
        )
        if not works:
            raise NothingWorksError(f"no bind was accepted: {_name(tried['transceiver'][0])}")
        sending = next((kind for kind in works if kind != "receiver"), None)
        if sending is None:
            raise NothingWorksError("only a receiver was accepted: nothing can be sent with it")
        self._versions(sending, version)
        return sending, version

    def _versions(self, kind: BindType, known: int) -> None:
        self._step("interface versions")
        tried = {one: self._tried(kind, one) for one in _VERSIONS if one != known}
        accepted = [known] + [one for one, (status, _) in tried.items() if status == 0]
        said = next((version for _, version in tried.values() if version), None)
        evidence = ", ".join(f"0x{one:02X}: {_name(status)}" for one, (status, _) in tried.items())
        self._found(
            "versions", {"accepted": accepted, "said": said}, f"0x{known:02X}: accepted, {evidence}"
        )

    def _tried(self, kind: BindType, version: int) -> tuple[int, int | None]:
        session = self._new_session()
        try:
            status, said = session.bind(kind, version)
            if status == 0:
                session.unbind(self._answer_seconds)
        except ProbeConnectionError as error:
            if "no connection" in str(error):
                raise NothingWorksError(str(error)) from error
            return -1, None
        finally:
            session.close()
        self._pause(_SETTLE_SECONDS)
        return status, said

    def _session(self, works: tuple[BindType, int]) -> ProbeSession:
        session = self._new_session()
        status, _said = session.bind(*works)
        if status:
            session.close()
            raise NothingWorksError(f"the second bind was refused: {_name(status)}")
        return session

    def _pause(self, seconds: float) -> None:
        until = self._clock() + seconds
        while (left := until - self._clock()) > 0:
            self._beat()
            _pause(min(0.1, left))

    # Sending

    def _send(self, session: ProbeSession, key: str, message: pdu.SubmitSm) -> int:
        """Write one at the plan's pace."""
        gap = 1.0 / self._plan.pace
        self._pause_reading(session, self._last_sent + gap - self._clock())
        self._last_sent = self._clock()
        return session.submit(message)

    def _pause_reading(self, session: ProbeSession, seconds: float) -> None:
        if seconds > 0:
            session.wait(lambda: False, seconds)

    def _asked(self, session: ProbeSession, key: str, message: pdu.SubmitSm) -> Sent:
        """Send one and wait for its answer."""
        sequence = self._send(session, key, message)
        began = self._last_sent
        session.wait(lambda: session.answer_of(sequence) is not None, self._answer_seconds)
        return self._noted(session, key, message, sequence, began, session.outstanding)

    def _noted(
        self,
        session: ProbeSession,
        key: str,
        message: pdu.SubmitSm,
        sequence: int,
        began: float,
        outstanding: int,
    ) -> Sent:
        status, message_id, at = session.answer_of(sequence) or (None, "", self._clock())
        sent = Sent(
            key, "", message.destination_addr, status, message_id, at - began, outstanding, began
        )
        self._sent.append(sent)
        self._beat()
        return sent

    def _number(self) -> str:
        return self._plan.numbers[len(self._sent) % len(self._plan.numbers)]

    def _addresses(self, session: ProbeSession) -> None:
        """Which TON and NPI each kind of sender needs, beginning with the bind's own."""
        self._step("addresses")
        accepted: dict[str, list[int]] = {}
        evidence = []
        for kind, address in self._plan.senders.items():
            message = self._base._replace(source_addr=address, short_message=b"T00 hello")
            found, last = self._address(session, kind, message)
            if found is None:
                evidence.append(f"{kind} {address}: {_name(last)}")
                continue
            accepted[kind] = [found.source_addr_ton, found.source_addr_npi]
            ton, npi = found.dest_addr_ton, found.dest_addr_npi
            self._base = found._replace(short_message=b"")
            evidence.append(f"{kind} {address} {accepted[kind]} to [{ton}, {npi}]: accepted")
        self._found("source_tons", accepted, "; ".join(evidence))
        if not accepted:
            raise NothingWorksError(f"no test message was accepted: {'; '.join(evidence)}")
        pair = [self._base.dest_addr_ton, self._base.dest_addr_npi]
        self._found("destination_ton", pair, evidence[-1])

    def _address(
        self, session: ProbeSession, kind: str, message: pdu.SubmitSm
    ) -> tuple[pdu.SubmitSm | None, int | None]:
        own = self._tons.get(kind, _SOURCE_TONS[kind][0])
        sources = list(dict.fromkeys((own, *_SOURCE_TONS[kind])))
        targets = list(
            dict.fromkeys(((message.dest_addr_ton, message.dest_addr_npi), *_DESTINATION_TONS))
        )
        status: int | None = None
        for _ in range(_MOST_ADDRESS_TRIES):
            tried = message._replace(
                source_addr_ton=sources[0][0],
                source_addr_npi=sources[0][1],
                dest_addr_ton=targets[0][0],
                dest_addr_npi=targets[0][1],
                destination_addr=self._number(),
            )
            status = self._asked(session, f"address_{kind}", tried).status
            if status == 0:
                return tried, 0
            if status in _SOURCE_REFUSALS and len(sources) > 1:
                sources.pop(0)
            elif status in _DESTINATION_REFUSALS and len(targets) > 1:
                targets.pop(0)
            elif status not in THROTTLES:
                break
        return None, status

    def _texts(self, session: ProbeSession) -> None:
        self._step("texts")
        for case in cases(self._base):
            self._case(session, case)
            self._step(case.key)

    def _case(self, session: ProbeSession, case: Case) -> None:
        number, answers = self._number(), []
        for message in self._timed(case.messages):
            for _ in range(3):
                sent = self._asked(session, case.key, message._replace(destination_addr=number))
                if sent.status not in THROTTLES:
                    break
                self._pause_reading(session, 1.0)
            answers.append(sent)
            if sent.status != 0:
                break
        statuses_found = [one.status for one in answers]
        value = {
            "accepted": statuses_found == [0] * len(case.messages),
            "status": next((one for one in statuses_found if one != 0), 0),
            "number": number,
            "expected": case.expected,
            "partly": [list(one) for one in case.partly],
            "ids": [one.message_id for one in answers],
        }
        self._found(case.key, value, " · ".join(_name(one) for one in statuses_found))

    def _timed(self, messages: Iterable[pdu.SubmitSm]) -> Iterator[pdu.SubmitSm]:
        for message in messages:
            if message.validity_period == ABSOLUTE:
                until = self._wall() + timedelta(hours=1)
                yield message._replace(validity_period=until.strftime("%y%m%d%H%M%S") + "000+")
            else:
                yield message

    def _burst(self, session: ProbeSession) -> None:
        """As many as the window takes, as fast as the contract lets: window, rate, times."""
        if not self._plan.burst:
            return
        self._step("window and rate")
        self._pause_reading(session, _NEXT_SECOND)  # what left before counts no more
        window, contract = self._config.window, self._config.throughput
        waiting: dict[int, tuple[pdu.SubmitSm, float, int]] = {}
        done: list[Sent] = []
        began = next_at = self._clock()

        def collect() -> None:
            for sequence in [one for one in waiting if session.answer_of(one) is not None]:
                message, at, outstanding = waiting.pop(sequence)
                done.append(self._noted(session, "burst", message, sequence, at, outstanding))

        for count in range(self._plan.burst):
            message = self._base._replace(
                destination_addr=self._plan.numbers[count % len(self._plan.numbers)],
                short_message=b"T90 %d" % count,
            )
            session.wait(lambda: session.outstanding < window, self._answer_seconds)
            self._pause_reading(session, next_at - self._clock())
            next_at = max(next_at, self._clock()) + (1.0 / contract if contract else 0.0)
            sequence = session.submit(message)
            waiting[sequence] = (message, self._clock(), session.outstanding)
            collect()
        session.wait(lambda: not session.outstanding, self._answer_seconds)
        collect()
        seconds = self._clock() - began
        reading = Reading.of_burst(done)
        if reading.window:
            reading = self._window_or_rate(session, reading)
        self._last_sent = self._clock()
        self._burst_found(reading, len(done), len(waiting), seconds)

    def _window_or_rate(self, session: ProbeSession, reading: Reading) -> Reading:
        """One after the other, as many within a second: what is throttled now is the rate."""
        self._pause_reading(session, _NEXT_SECOND)
        gap = 1.0 / self._config.throughput if self._config.throughput else 0.0
        for taken in range(min(self._plan.burst, 2 * (reading.window or 0) + 2)):
            self._pause_reading(session, self._last_sent + gap - self._clock())
            message = self._base._replace(
                destination_addr=self._number(), short_message=b"T91 one by one"
            )
            self._last_sent = self._clock()
            sequence = session.submit(message)
            session.wait(partial(_is_answered, session, sequence), self._answer_seconds)
            sent = self._noted(session, "one_by_one", message, sequence, self._last_sent, 1)
            if sent.status in THROTTLES:
                return replace(reading, window=None, rate=taken)
        return reading

    def _burst_found(self, reading: Reading, done: int, unanswered: int, seconds: float) -> None:
        value = replace(reading, unanswered=unanswered, seconds=round(seconds, 2)).as_json()
        evidence = (
            f"{reading.accepted} of {done + unanswered} accepted in {seconds:.1f} s,"
            f" {reading.throttled} throttled, at most {reading.most_outstanding} open,"
            f" answers after {reading.median_seconds * 1000:.0f} ms"
        )
        self._found("burst", value, evidence)

    def _receipts(self, session: ProbeSession) -> None:
        self._step("receipts")
        wanted = [
            one for one in self._sent if one.status == 0 and one.case not in {"failures_only"}
        ]
        limit = self._plan.receipt_wait_seconds
        session.wait(lambda: len(session.receipts) >= len(wanted), limit)
        answers = [one.message_id for one in self._sent if one.status == 0]
        self._findings += Reading.of_receipts(
            answers, session.receipts, wanted=len(wanted), sent=self._sent
        )
        self._found("refused_inbound", session.refused_inbound, "")


def _is_answered(session: ProbeSession, sequence: int) -> bool:
    return session.answer_of(sequence) is not None


def _name(status: int | None) -> str:
    if status is None or status < 0:
        return "no answer"
    return "accepted" if status == 0 else statuses.name(status)


def _took(seconds: float | None) -> str:
    return "no answer" if seconds is None else f"answered after {seconds * 1000:.0f} ms"
