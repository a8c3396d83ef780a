"""What holds at the moment, weighed for the routes of one plan: exclusions, factors, terms."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from routing.engine.decisions import Candidate, Exclusion, RouteRequest
from routing.engine.moments import Heat, Order, Quality
from routing.engine.snapshot import RoutingSnapshot

ROOM_SECONDS = 5.0  # so much work ahead of a message is nothing to speak of


@dataclass(slots=True)
class Seat:
    """A route of the plan while its share is worked out.

    `base` is its part of its level's traffic by weight or score; `heat` and `room` are the parts
    of it that it keeps; `shifts` what an order gives to other seats.
    """

    candidate: Candidate
    is_available: bool = True
    exclusion: Exclusion | None = None
    base: float = 1.0
    heat: float = 1.0
    room: float = 1.0
    state: str = "cool"
    wait: float = 0.0
    seconds: float = 0.0
    shifts: list[tuple[float, "Seat | None"]] = field(default_factory=list)
    terms: list[tuple[str, float]] = field(default_factory=list)
    share: float = 0.0

    @property
    def is_out(self) -> bool:
        """Whether it gets nothing at all."""
        return self.exclusion is not None

    @property
    def is_hot(self) -> bool:
        """Whether it only gets probes."""
        return self.state == "hot"

    @property
    def takes_more(self) -> bool:
        """Whether it can take what others shed."""
        is_cool = not self.is_hot and self.heat * self.room >= 1.0
        return is_cool and not self.is_out and not self.shifts

    @property
    def keeps(self) -> float:
        """The part of its base that it keeps."""
        return 0.0 if self.is_out else self.heat * self.room

    @property
    def shifted(self) -> float:
        """The part of its base that orders give away."""
        return min(1.0, sum(part for part, _to in self.shifts))


def seats_of(
    snapshot: RoutingSnapshot, request: RouteRequest, plan: Sequence[Candidate]
) -> list[Seat]:
    """The routes of a plan with what holds of each at the moment."""
    seats = [_seat(snapshot, request, candidate) for candidate in plan]
    orders = [order for order in snapshot.orders if _is_for(order, request)]
    _exclude(seats, request, orders)
    for order in orders:
        if order.kind == "shift":
            _shift(seats, order)
    return seats


def _seat(snapshot: RoutingSnapshot, request: RouteRequest, candidate: Candidate) -> Seat:
    carrier_id, wanted = candidate.carrier_id, request.message_class
    carrier = snapshot.carriers.get(carrier_id)
    seat = Seat(candidate, is_available=carrier is not None and carrier.is_available)
    heat = heat_of(snapshot, carrier_id, request.network_id, wanted)
    if heat is not None:
        seat.heat, seat.state = heat.share, heat.state
    seat.wait = snapshot.waits.get((carrier_id, wanted), 0.0)
    quality = quality_of(snapshot, carrier_id, request.network_id, wanted)
    seconds = None if quality is None else quality.median_seconds
    seat.seconds = seat.wait + (seconds or 0.0)
    return seat


def heat_of(
    snapshot: RoutingSnapshot, carrier_id: int, network_id: int | None, message_class: str
) -> Heat | None:
    """Of the carrier at the network, else of the carrier; None where nothing was noticed."""
    heats = snapshot.heats
    found = heats.get((carrier_id, network_id, message_class))
    return found or heats.get((carrier_id, None, message_class))


def quality_of(
    snapshot: RoutingSnapshot, carrier_id: int, network_id: int | None, message_class: str
) -> Quality | None:
    """As `heat_of`."""
    qualities = snapshot.qualities
    found = qualities.get((carrier_id, network_id, message_class))
    return found or qualities.get((carrier_id, None, message_class))


def _is_for(order: Order, request: RouteRequest) -> bool:
    return (
        order.network_id in (None, request.network_id)
        and order.message_class in ("", request.message_class)
        and order.part > 0
    )


def _exclude(seats: Sequence[Seat], request: RouteRequest, orders: Sequence[Order]) -> None:
    """Sets aside what may get nothing. What people ordered holds always; what only happens holds
    while there is another way: else the message would have none."""
    drained = {order.carrier_id for order in orders if order.kind == "drain"}
    for seat in seats:
        if seat.candidate.carrier_id in request.avoid_carrier_ids:
            seat.exclusion = Exclusion.AVOIDED
        elif seat.candidate.carrier_id in request.refusing_carrier_ids:
            seat.exclusion = Exclusion.BIND_LIMITS
        elif seat.candidate.carrier_id in drained:
            seat.exclusion = Exclusion.DRAINED
    left = [seat for seat in seats if not seat.is_out]
    if any(seat.is_available for seat in left):
        for seat in left:
            if not seat.is_available:
                seat.exclusion = Exclusion.UNAVAILABLE
    _exclude_slow([seat for seat in seats if not seat.is_out], request.deadline_seconds)


def _exclude_slow(seats: Sequence[Seat], deadline: int | None) -> None:
    if deadline is None:
        return
    slow = [seat for seat in seats if seat.seconds > deadline]
    if slow and any(seat.seconds <= deadline and not seat.is_hot for seat in seats):
        for seat in slow:
            seat.exclusion = Exclusion.TOO_SLOW


def _shift(seats: Sequence[Seat], order: Order) -> None:
    """Where the other carrier cannot take it, the order rests and the traffic stays."""
    takers: list[Seat | None] = [
        seat
        for seat in seats
        if seat.candidate.carrier_id == order.to_carrier_id and not seat.is_out and not seat.is_hot
    ]
    if order.to_carrier_id is None:
        takers = [None]
    if not takers:
        return
    taker = min(takers, key=lambda one: (one.candidate.tier, one.candidate.route_id) if one else ())
    for seat in seats:
        if seat.candidate.carrier_id == order.carrier_id and seat is not taker and not seat.is_out:
            part = min(order.part, 1.0 - seat.shifted)
            if part > 0:
                seat.shifts.append((part, taker))


def make_room(seats: Sequence[Seat]) -> None:
    """Who has much more work waiting than the others of its level sheds, so that shares come to
    follow what carriers really take; where all are busy alike nothing moves."""
    usable = [seat for seat in seats if not seat.is_out]
    if len(usable) < 2:
        return
    fair = max(ROOM_SECONDS, 2 * min(seat.wait for seat in usable))
    for seat in usable:
        if seat.wait > fair:
            seat.room = fair / seat.wait
