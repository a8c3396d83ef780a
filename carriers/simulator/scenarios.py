"""Troubles of a whole operator, switched on for a while."""

import asyncio
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from carriers.simulator.smsc import Smsc


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


class ScenarioSwitch:
    """The scenario that is on, and the timer that ends it."""

    def __init__(self, smsc: "Smsc", loop: asyncio.AbstractEventLoop) -> None:
        self._smsc = smsc
        self._loop = loop
        self._timer: asyncio.TimerHandle | None = None
        self.current = Scenario.NORMAL
        # Asked for every PDU: plain attributes, not comparisons.
        self.is_black_hole = False
        self.is_throttling = False

    def turn_to(self, scenario: Scenario, seconds: float) -> None:
        """End what is on and begin `scenario`; `seconds` 0 means until further notice."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._set(scenario)
        for session in self._smsc.sessions:
            session.release()
        if scenario is Scenario.HALF_PDU:
            self._withhold()
        elif scenario is Scenario.DROP_BINDS:
            for session in self._smsc.sessions:
                session.abort()
        self._smsc.note("scenario", name=scenario.value, seconds=seconds)
        if scenario is not Scenario.NORMAL and seconds > 0:
            self._timer = self._loop.call_later(seconds, self.turn_to, Scenario.NORMAL, 0.0)
        self._smsc.end_pass()

    def _set(self, scenario: Scenario) -> None:
        self.current = scenario
        self.is_black_hole = scenario is Scenario.BLACK_HOLE
        self.is_throttling = scenario is Scenario.THROTTLE

    def _withhold(self) -> None:
        for session in self._smsc.sessions:
            if session.bound_as:
                session.withhold()

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
