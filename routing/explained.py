"""What “Try a number” is asked and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from compliance.constants import MessageClass
from routing.engine import Candidate, RouteDecision


@dataclass(frozen=True, slots=True)
class Question:
    """What to try. `sender` is an address; `account_id` None: an account without own routes.

    What if: `down` are carriers to be taken as without a bind, `heats` states ("cool", "warm",
    "hot") by carrier, `at` another moment, `policy_version` another version of the routes,
    `network_id` another network than the one known.
    """

    to: str
    message_class: str = MessageClass.TRANSACTIONAL.value
    sender: str = ""
    account_id: int | None = None
    at: datetime | None = None
    policy_version: int | None = None
    network_id: int | None = None
    deadline_seconds: int | None = None
    segments: int = 1
    spread: int = 0
    down: frozenset[int] = frozenset()
    heats: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SenderShown:
    """The sender as it stands; `registration` is the state of its papers at the network, ""
    where there are none."""

    id: int
    address: str
    kind: str
    status: str
    lease_start: date
    lease_end: date | None
    traffic_kind: str
    is_usable: bool
    carries_class: bool
    registration: str


@dataclass(frozen=True, slots=True)
class Way:
    """A candidate with its names; costs are micro-units of the currency per segment."""

    candidate: Candidate
    route: str
    carrier: str
    is_chosen: bool
    cost_currency: str


@dataclass(frozen=True, slots=True)
class Explained:
    """How the message would go: `ways` in the order of trying."""

    at: datetime
    msisdn: str
    country: str
    network_id: int | None
    network: str
    network_code: str
    network_source: str
    is_absent: bool
    sender: SenderShown | None
    message_class: str
    decision: RouteDecision
    ways: tuple[Way, ...]
    price_micros: int | None
    price_currency: str
    policy_version: int
    must_stay_in: frozenset[str]
    deadline_seconds: int | None

    @property
    def chosen(self) -> Way | None:
        """The way it would take."""
        return next((way for way in self.ways if way.is_chosen), None)
