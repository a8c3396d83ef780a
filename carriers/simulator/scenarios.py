"""Troubles of a whole operator, switched on for a while."""

import asyncio
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from carriers.smpp import pdu

if TYPE_CHECKING:
    from carriers.simulator.session import Session
    from carriers.simulator.smsc import Smsc

LATE_SECONDS: Final = 10.0
SLOW_SECONDS: Final = 8.0
LITTER_SECONDS: Final = 0.25


def garbage(sequence: int) -> list[bytes]:
    """PDUs with a sound frame and nothing sound in it (SMPP 3.4 §3.2)."""
    command = pdu.DELIVER_SM
    return [
        pdu.with_header(command, 0, sequence, b"\xff" * 30),
        pdu.with_header(command, 0, sequence, b""),
        pdu.with_header(0x0BADF00D, 0, sequence, b"\x00" * 4),
        pdu.with_header(pdu.SUBMIT_SM_RESP, 0, 0x7FFFFFF0, b"no NUL"),
        pdu.with_header(pdu.GENERIC_NACK, 0x03, 0x7FFFFFF1, b""),
        pdu.with_header(pdu.DELIVER_SM_RESP, 0, sequence, b"\xff"),
    ]


class Scenario(StrEnum):
    """What `POST /scenario` can ask for."""

    NORMAL = "normal"
    # Every connection is cut, and new ones too, until the time is over.
    DROP_BINDS = "drop_binds"
    # Octets are taken and never answered, enquire_link included.
    BLACK_HOLE = "black_hole"
    # Every submit_sm is answered with ESME_RTHROTTLED.
    THROTTLE = "throttle"
    # Bound sessions get half a PDU, then silence; the rest comes when the time is over.
    HALF_PDU = "half_pdu"
    # Bound sessions get half a PDU and a reset, at once; new ones are welcome.
    RESET_MID_PDU = "reset_mid_pdu"
    # Bound sessions get PDUs that no ESME can make sense of, between those that they can.
    GARBAGE = "garbage"
    # Every submit_sm is refused with ESME_RSYSERR, or answered eight seconds late.
    REFUSE = "refuse"
    SLOW = "slow"
    # Messages are taken as ever, and no receipt is owed for them.
    NO_RECEIPTS = "no_receipts"
    # Receipts come before the response, each twice, or ten seconds late.
    EARLY_RECEIPTS = "early_receipts"
    DOUBLE_RECEIPTS = "double_receipts"
    LATE_RECEIPTS = "late_receipts"


class ScenarioSwitch:
    """The scenario that is on, and the timer that ends it."""

    def __init__(self, smsc: "Smsc", loop: asyncio.AbstractEventLoop) -> None:
        self._smsc = smsc
        self._loop = loop
        self._timer: asyncio.TimerHandle | None = None
        self.current = Scenario.NORMAL
        # Asked for every PDU: plain attributes, not comparisons.
        self.is_black_hole = False
        self.is_throttling = self.is_refusing = self.is_mute = False
        self.slow_seconds = 0.0
        self.is_early = self.is_double = False
        self.late_seconds = 0.0

    def turn_to(self, scenario: Scenario, seconds: float) -> None:
        """End what is on and begin `scenario`; `seconds` 0 means until further notice."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._set(scenario)
        for session in self._smsc.sessions:
            session.release()
        self._act(scenario)
        self._smsc.note("scenario", name=scenario.value, seconds=seconds)
        if scenario is not Scenario.NORMAL and seconds > 0:
            self._timer = self._loop.call_later(seconds, self.turn_to, Scenario.NORMAL, 0.0)
        self._smsc.end_pass()

    def _act(self, scenario: Scenario) -> None:
        """What happens once, at its beginning."""
        if scenario is Scenario.HALF_PDU:
            self._withhold()
        elif scenario is Scenario.DROP_BINDS:
            for session in self._smsc.sessions:
                session.abort()
        elif scenario is Scenario.RESET_MID_PDU:
            for session in self._bound():
                session.reset()
        elif scenario is Scenario.GARBAGE:
            self._litter()

    def _set(self, scenario: Scenario) -> None:
        self.current = scenario
        self.is_black_hole = scenario is Scenario.BLACK_HOLE
        self.is_throttling = scenario is Scenario.THROTTLE
        self.is_refusing = scenario is Scenario.REFUSE
        self.is_mute = scenario is Scenario.NO_RECEIPTS
        self.slow_seconds = SLOW_SECONDS if scenario is Scenario.SLOW else 0.0
        self.is_early = scenario is Scenario.EARLY_RECEIPTS
        self.is_double = scenario is Scenario.DOUBLE_RECEIPTS
        self.late_seconds = LATE_SECONDS if scenario is Scenario.LATE_RECEIPTS else 0.0

    def _bound(self) -> "list[Session]":
        return [session for session in self._smsc.sessions if session.bound_as]

    def _withhold(self) -> None:
        for session in self._bound():
            session.withhold()

    def _litter(self) -> None:
        """Once for each kind of garbage, then again while the scenario lasts."""
        if self.current is not Scenario.GARBAGE:
            return
        for session in self._bound():
            for octets in garbage(session.next_sequence()):
                session.send(octets)
        self._smsc.end_pass()
        self._loop.call_later(LITTER_SECONDS, self._litter)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
