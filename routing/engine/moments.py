"""What holds at the moment: heat, quality, operators' orders; and how a policy weighs it all.

These change every second without a new configuration version. They only ever decide inside
the plan that the configured routes make.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

MomentKey = tuple[int, int | None, str]  # carrier, network (None: of any), message class


@dataclass(frozen=True, slots=True)
class Carrier:
    """A carrier as routing sees it: switched on by people, available by a live bind.

    `capacity`: segments a second that its bound binds may take now by contract (None: no limit);
    `data_country`: where it processes data, "" where nobody declared it; `is_sandbox`: it takes
    test messages, and no others.
    """

    id: int
    is_active: bool = True
    is_available: bool = True
    capacity: float | None = None
    data_country: str = ""
    is_sandbox: bool = False


@dataclass(frozen=True, slots=True)
class Heat:
    """How troubled a carrier is there; `share` is the part of its normal share that it keeps:
    1.0 cool, less while warm, a probe's share such as 0.01 while hot."""

    value: float
    state: Literal["cool", "warm", "hot"]
    share: float
    is_pinned: bool = False


@dataclass(frozen=True, slots=True)
class Quality:
    """Rolling figures of a carrier there, None where too few are known: the parts delivered,
    reported at all (coverage) and used by people (conversion), each 0 to 1; the median of
    seconds from sending to the receipt; over how many messages."""

    delivery_rate: float | None = None
    median_seconds: float | None = None
    coverage: float | None = None
    conversion: float | None = None
    samples: int = 0


@dataclass(frozen=True, slots=True)
class Order:
    """An operator's order: nothing new to a carrier (drain), or `part` (0 to 1) of its share to
    another one (shift; without another, to the plan's other routes). `network_id` None and
    `message_class` "" mean all."""

    id: int
    kind: Literal["drain", "shift"]
    carrier_id: int
    to_carrier_id: int | None = None
    part: float = 1.0
    network_id: int | None = None
    message_class: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """How a policy version shares traffic inside a tier: by the routes' weights, by a score
    (the weight times price, quality, speed, conversion and capacity, each as a part of the best
    and to the power of its weight here; 0 leaves it out), or to the cheapest."""

    version: int = 0
    spread: Literal["weights", "score", "cheapest"] = "weights"
    price_weight: float = 1.0
    quality_weight: float = 1.0
    speed_weight: float = 0.0
    conversion_weight: float = 0.0
    capacity_weight: float = 0.0


USUAL_POLICY = Policy()


@dataclass(frozen=True, slots=True)
class Momentary:
    """Everything that holds at the moment. `waits`: seconds of work that a carrier has in front
    of a new message, by carrier and message class; none where it has room."""

    carriers: Mapping[int, Carrier]
    heats: Mapping[MomentKey, Heat] = field(default_factory=dict)
    qualities: Mapping[MomentKey, Quality] = field(default_factory=dict)
    orders: tuple[Order, ...] = ()
    waits: Mapping[tuple[int, str], float] = field(default_factory=dict)
