"""Whether an operator takes a submit_sm, and what becomes of it. No socket, no clock."""

from collections import deque
from math import ceil
from typing import Final
from zlib import crc32

from carriers.simulator.behaviours import (
    BY_SUFFIX,
    DELIVERED,
    ESME_RTHROTTLED,
    UNDELIVERABLE,
    Behaviour,
)
from carriers.simulator.dialects import refusal
from carriers.simulator.operators import OperatorProfile
from carriers.simulator.parts import part_number
from carriers.simulator.ported import PORTED, is_elsewhere
from carriers.smpp import pdu

_WINDOW_SECONDS: Final = 1.0
_SUCCESS: Final = "DELIVRD"
_INTERMEDIATE: Final = frozenset({"ENROUTE", "ACCEPTD"})


class Acceptance:
    """Throughput by system_id, and the behaviours of destinations."""

    def __init__(self, profile: OperatorProfile) -> None:
        self._profile = profile
        self._limit = ceil(profile.throughput * (1 + profile.throughput_tolerance))
        self._taken: dict[str, deque[float]] = {}
        self._refusals: dict[str, int] = {}

    def decide(self, system_id: str, submit: pdu.SubmitSm, now: float) -> tuple[int, Behaviour]:
        """Return the command_status and the behaviour; `now` is monotonic, in seconds."""
        if self._limit and self._is_too_fast(system_id, now):
            return ESME_RTHROTTLED, DELIVERED
        if not self._profile.behaviours:
            return 0, DELIVERED
        refused = refusal(self._profile, submit)
        if refused:
            return refused, DELIVERED
        if is_elsewhere(self._profile.name, submit.destination_addr):
            return PORTED.refusal_status, PORTED
        behaviour = self._behaviour(submit.destination_addr)
        if behaviour.refusal_status and self._is_refused(behaviour, submit):
            return behaviour.refusal_status, behaviour
        return 0, behaviour

    def _is_too_fast(self, system_id: str, now: float) -> bool:
        """The last `limit` submits lie within a second: throughput is of the account (§5.1.3)."""
        taken = self._taken.get(system_id)
        if taken is None:
            taken = self._taken[system_id] = deque(maxlen=self._limit)
        if len(taken) == self._limit and now - taken[0] < _WINDOW_SECONDS:
            return True
        taken.append(now)
        return False

    def _behaviour(self, destination: str) -> Behaviour:
        special = BY_SUFFIX.get(destination[-3:])
        if special is not None:
            return special
        share = self._profile.failure_share
        if share and _draw(self._profile.seed, destination) < share:
            return UNDELIVERABLE
        return DELIVERED

    def _is_refused(self, behaviour: Behaviour, submit: pdu.SubmitSm) -> bool:
        if behaviour.refused_from_part > 1:
            number = part_number(submit.esm_class, submit.short_message, submit.tlvs)
            return number >= behaviour.refused_from_part
        if behaviour.refusals is None:
            return True
        tried = self._refusals.get(submit.destination_addr, 0)
        if tried < behaviour.refusals:
            self._refusals[submit.destination_addr] = tried + 1
            return True
        # The next message to the same number goes through it all again.
        self._refusals.pop(submit.destination_addr, None)
        return False


def _draw(seed: int, destination: str) -> float:
    """A number in 0..1 that depends on nothing else: a demo repeats itself, in any order."""
    return crc32(f"{seed}:{destination}".encode("latin-1", "replace")) / 2**32


def wanted_receipts(registered_delivery: int, receipts: tuple[str, ...]) -> tuple[str, ...]:
    """The receipts that the ESME asked for (SMPP 3.4 §5.2.17; 3 as in 5.0: successes only)."""
    asked = registered_delivery & 0x03
    if asked == pdu.RECEIPT_FINAL:
        return receipts
    if asked == 0:
        return ()
    only_success = asked == 3
    return tuple(
        state
        for state in receipts
        if state not in _INTERMEDIATE and (state == _SUCCESS) == only_success
    )
