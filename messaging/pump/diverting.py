"""One worker of all watches the carriers each second and moves waiting messages away from
trouble: hot, unbound and drained carriers, and what operators shift."""

import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import connection

from config.common import clock, logs
from messaging.services.rerouting import reroute
from routing.constants import PlatformEventType
from routing.engine.moments import Order
from routing.selectors.moments import orders
from routing.services.orders import orders_end
from routing.services.platform_events import platform_event_append
from routing.services.resting import orders_rest
from routing.services.thermostat import Change, Thermostat
from routing.services.watch import EXPRESS_SECONDS, Unbound, carriers_watch

log = logs.get_logger(__name__)

# By then every process decides with what was stored (its snapshot is a second old at most).
_SETTLED_SECONDS = 1.5
_AGAIN_SECONDS, _MOST_AGAIN_SECONDS = 5.0, 120.0
_QUICK_LANES = (0, 1)  # codes and transactional messages do not wait for a bind to come back
_WAITS = (
    "SELECT EXISTS (SELECT 1 FROM messaging_dispatch WHERE carrier_id = %s AND bind_id IS NULL)"
)


class Trouble(NamedTuple):
    """Why messages should leave a carrier, and which of them."""

    carrier_id: int
    network_id: int | None
    message_class: str | None
    why: str
    lanes: tuple[int, ...] | None = None


@dataclass(slots=True)
class _Case:
    due_at: float
    every: float = _AGAIN_SECONDS
    is_seen: bool = True


@dataclass(slots=True)
class Diverter:
    """`watch` finds trouble, `divert` moves messages; each on a thread of its own, because a
    hundred thousand messages take seconds and the next second's news must not wait for them."""

    thermostat: Thermostat = field(default_factory=Thermostat)
    _cases: dict[Trouble, _Case] = field(default_factory=dict)
    _known_hot: set[Trouble] = field(default_factory=set)

    def watch(self) -> bool:
        """One second's look; False where another worker does it."""
        changes = self.thermostat.tick()
        if changes is None:
            self._cases.clear()
            self._known_hot.clear()
            return False
        orders_end()
        unbound = carriers_watch()
        orders_rest()
        found = {*self._unbound(unbound), *self._ordered(orders()), *self._hot(changes)}
        now = time.monotonic()
        for trouble in found:
            self._cases.setdefault(trouble, _Case(now + _SETTLED_SECONDS))
        for trouble in [one for one in self._cases if one not in found]:
            del self._cases[trouble]
        return True

    def divert(self) -> int:
        """Moves what is due; returns the number of messages."""
        total = 0
        for trouble, case in list(self._cases.items()):
            if time.monotonic() >= case.due_at:
                moved = self._move(trouble) if _has_waiting(trouble.carrier_id) else 0
                case.every = _AGAIN_SECONDS if moved else min(_MOST_AGAIN_SECONDS, case.every * 2)
                case.due_at = time.monotonic() + case.every
                total += moved
        return total

    def _move(self, trouble: Trouble) -> int:
        moved = reroute(
            trouble.carrier_id,
            network_id=trouble.network_id,
            message_class=trouble.message_class,
            reason=trouble.why,
            lanes=trouble.lanes,
        )
        if moved.total or moved.without:
            now = clock.now()
            log.warning(
                "waiting messages re-routed",
                extra={"carrier": trouble.carrier_id, "why": trouble.why, "messages": moved.total},
            )
            platform_event_append(
                PlatformEventType.MESSAGES_REROUTED,
                at=now,
                key=f"rerouted:{trouble.carrier_id}:{now.timestamp()}",
                carrier_id=trouble.carrier_id,
                data={
                    "why": trouble.why,
                    "network": trouble.network_id,
                    "class": trouble.message_class,
                    "messages": moved.total,
                    "to": {str(carrier): n for carrier, n in sorted(moved.to.items())},
                    "waiting_for_a_way": moved.without,
                },
            )
        return moved.total + moved.without

    def _unbound(self, found: list[Unbound]) -> list[Trouble]:
        now = clock.now()
        troubles = []
        for one in found:
            passed = now - one.since
            if passed >= timedelta(seconds=settings.REROUTE_UNBOUND_SECONDS):
                troubles.append(Trouble(one.carrier_id, None, None, "unbound"))
            elif passed >= timedelta(seconds=EXPRESS_SECONDS):
                troubles.append(Trouble(one.carrier_id, None, None, "unbound", _QUICK_LANES))
        return troubles

    @staticmethod
    def _ordered(found: tuple[Order, ...]) -> list[Trouble]:
        words = {"drain": "drained", "shift": "shifted"}
        return [
            Trouble(one.carrier_id, one.network_id, one.message_class or None, words[one.kind])
            for one in found
        ]

    def _hot(self, changes: list[Change]) -> set[Trouble]:
        """What keeps less than its share, and each time it keeps less than before anew."""
        for change in changes:
            carrier_id, network_id, message_class = change.key
            places = {
                Trouble(carrier_id, network_id, message_class, why) for why in ("hot", "warm")
            }
            self._known_hot -= places
            for place in places:
                self._cases.pop(place, None)
            if change.after != "cool":
                self._known_hot.add(Trouble(carrier_id, network_id, message_class, change.after))
        return self._known_hot


def _has_waiting(carrier_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_WAITS, [carrier_id])
        return bool(cursor.fetchone()[0])
