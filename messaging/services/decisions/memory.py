"""What the traces of a batch keep: most messages of a slice share theirs, the same object."""

from typing import Any, NamedTuple
from uuid import UUID

from messaging.frequency import Bid
from messaging.selectors.snapshot import Snapshot
from messaging.services.decisions.rulings import Ruled
from messaging.services.decisions.verdicts import facts_of, ruling_facts
from messaging.services.network_demands import registration_finding
from routing.engine import RouteDecision
from routing.network_texts import NetworkText

Facts = dict[str, Any]


class _Known(NamedTuple):
    """Facts, with what they are of: kept, so that its identity stays its own."""

    of: tuple[object, ...]
    facts: Facts


class FactsMemory:
    """Facts by the objects they are made of; those come from memories of their own."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._registers = snapshot.registers
        self._known: dict[tuple[object, ...], _Known] = {}

    def routed(self, ruled: Ruled, route: RouteDecision) -> Facts:
        """Of a message that may leave, or that has no way to."""
        key = (id(route), id(ruled.ruling), id(ruled.place))
        known = self._known.get(key)
        if known is None:
            facts = facts_of(route, ruled.ruling) | self._grounds(ruled)
            known = self._known[key] = _Known((route, ruled.ruling, ruled.place), facts)
        return known.facts

    def ruled(self, ruled: Ruled) -> Facts:
        """Of a message that waits or is refused."""
        key = (id(ruled.ruling), id(ruled.place))
        known = self._known.get(key)
        if known is None:
            facts = ruling_facts(ruled.ruling) | self._grounds(ruled)
            known = self._known[key] = _Known((ruled.ruling, ruled.place), facts)
        return known.facts

    def unregistered(self, ruled: Ruled, rule: NetworkText) -> Facts:
        """Of a message whose text is not registered with the recipient's network."""
        key = (rule.rule_id, id(ruled.ruling), id(ruled.place))
        known = self._known.get(key)
        if known is None:
            facts = dict(self.ruled(ruled))
            facts["findings"] = [*facts["findings"], registration_finding(rule).rule_id]
            facts["network"] = rule.network_name
            known = self._known[key] = _Known((rule, ruled.ruling, ruled.place), facts)
        return known.facts

    def counted(self, facts: Facts | None, bid: Bid) -> Facts:
        """With how many messages counted against each cap, and whose places were taken."""
        taken = tuple(str(UUID(bytes=slot.message_id)) for slot in bid.taken)
        key = (id(facts), bid.caps, bid.counts, taken)
        known = self._known.get(key)
        if known is None:
            told = dict(facts or {}) | {"caps": _caps(bid)} if bid.caps else dict(facts or {})
            if taken:
                told["took"] = list(taken)
            known = self._known[key] = _Known((facts,), told)
        return known.facts

    def _grounds(self, ruled: Ruled) -> Facts:
        """What the ruling rested on: the window's end and zones, the list of refusals."""
        told: Facts = {}
        if ruled.ground.has_window and not ruled.case.is_confirmation:
            zones = [zone.key for zone in ruled.place.zones] or list(ruled.ground.zones)
            told |= {"zones": zones, "zones_by": ruled.place.source}
            if ruled.place.region:
                told["region"] = ruled.place.region
        if ruled.ruling.close_at is not None:
            told["close_at"] = ruled.ruling.close_at.isoformat()
        register = self._registers.get(ruled.case.country)
        if ruled.ground.asks_register and register is not None:
            told["register"] = {"list": register.snapshot_id, "as_of": register.as_of.isoformat()}
        if caps := ruled.ground.caps_in(ruled.place.region):
            told["caps"] = [[cap.limit, cap.hours, 0] for cap in caps]
        return told


def _caps(bid: Bid) -> list[list[int]]:
    return [[cap.limit, cap.hours, count] for cap, count in zip(bid.caps, bid.counts, strict=True)]
