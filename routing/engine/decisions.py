"""What the engine is asked and what it answers, with every term of the score."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

NOTHING_AVOIDED: frozenset[int] = frozenset()
ANYWHERE: frozenset[str] = frozenset()


class Exclusion(StrEnum):
    """Why a route to the destination was not a choice."""

    ROUTE_INACTIVE = "route_inactive"
    CARRIER_INACTIVE = "carrier_inactive"
    CLASS_NOT_ALLOWED = "class_not_allowed"
    SENDER_KIND_NOT_ALLOWED = "sender_kind_not_allowed"
    SENDER_NOT_ALLOWED = "sender_not_allowed"
    ACCOUNT_NOT_ALLOWED = "account_not_allowed"
    TRAFFIC_KIND = "traffic_kind"
    SANDBOX = "sandbox"
    RESIDENCY = "residency"
    AVOIDED = "avoided"
    BIND_LIMITS = "bind_limits"
    LESS_SPECIFIC = "less_specific"
    DRAINED = "drained"
    UNAVAILABLE = "unavailable"
    HOT = "hot"
    TOO_SLOW = "too_slow"


class Reason(StrEnum):
    """Steps of a decision, in the order they were taken."""

    BY_PREFIX = "by_prefix"
    BY_NETWORK = "by_network"
    BY_COUNTRY = "by_country"
    BY_DEFAULT = "by_default"
    FAILOVER = "failover"
    ONLY_ROUTE = "only_route"
    WEIGHTED = "weighted"
    SCORED = "scored"
    CHEAPEST = "cheapest"
    SHIFTED = "shifted"
    SHED = "shed"
    PROBE = "probe"
    ALL_HOT = "all_hot"
    WAITING_FOR_BIND = "waiting_for_bind"
    NO_ROUTE = "no_route"
    ALL_EXCLUDED = "all_excluded"
    ALL_DRAINED = "all_drained"
    SENDER_UNKNOWN = "sender_unknown"
    SENDER_NOT_USABLE = "sender_not_usable"
    SENDER_CLASS_NOT_ALLOWED = "sender_class_not_allowed"


# What makes a share from a weight; other terms only tell what was known.
_FACTORS = frozenset(
    {"price", "quality", "speed", "conversion", "capacity", "score", "heat", "room", "stays"}
)
_OF_THE_MESSAGE = frozenset({Exclusion.AVOIDED, Exclusion.BIND_LIMITS})
_AT_THE_MOMENT = frozenset(
    {Exclusion.DRAINED, Exclusion.UNAVAILABLE, Exclusion.HOT, Exclusion.TOO_SLOW}
)


class RouteRequest(NamedTuple):
    """One message's way. `spread` is any number stable per message (its id as an integer).

    `avoid_carrier_ids` are carriers already tried, for a re-route, `refusing_carrier_ids` those
    of which no bind takes such a message (its sender, its length, its characters);
    `deadline_seconds` is how long the message is still of use (None: long enough);
    `must_stay_in` are the countries in which the account's data has to stay (empty: anywhere);
    `is_test`: it goes to a sandbox carrier or nowhere.
    """

    msisdn: str
    country: str
    network_id: int | None
    sender_id: int | None
    sender_kind: str
    message_class: str
    account_id: int | None
    segments: int
    spread: int
    avoid_carrier_ids: frozenset[int] = NOTHING_AVOIDED
    traffic_kind: str = "a2p"
    deadline_seconds: int | None = None
    must_stay_in: frozenset[str] = ANYWHERE
    refusing_carrier_ids: frozenset[int] = NOTHING_AVOIDED
    is_test: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A route to the destination and the terms it was judged by.

    `share` is the part of the traffic it gets (0 to 1), `exclusion` why it gets none;
    `cost_micros` is per segment, None where no rate is known; `terms` are what its share was
    worked out from, by name.
    """

    route_id: int
    carrier_id: int
    tier: int
    weight: int
    share: float
    prefix_length: int
    is_for_network: bool
    is_for_country: bool
    cost_micros: int | None
    is_available: bool
    exclusion: Exclusion | None
    terms: tuple[tuple[str, float], ...] = ()

    @property
    def is_moved(self) -> bool:
        """Whether what holds at the moment changed its share."""
        return self.exclusion in _AT_THE_MOMENT or any(
            name in _FACTORS and (value != 1 or name == "score") for name, value in self.terms
        )

    @property
    def memory(self) -> dict[str, object]:
        """Its share and the factors that made it, or why it got nothing."""
        if self.exclusion is not None:
            return {"out": str(self.exclusion)}
        factors = {n: v for n, v in self.terms if n in _FACTORS and (v != 1 or n == "score")}
        return {"share": round(self.share, 4), **factors}

    @property
    def specificity(self) -> tuple[int, bool, bool]:
        """Prefix length, then network, then country: the greatest match is the plan."""
        return self.prefix_length, self.is_for_network, self.is_for_country


@dataclass(frozen=True, slots=True)
class RouteDecision:
    """The chosen candidate (None: no way) with all candidates in the order of trying."""

    chosen: Candidate | None
    candidates: tuple[Candidate, ...]
    reasons: tuple[Reason, ...]
    snapshot_version: int

    @property
    def carrier_id(self) -> int | None:
        """The chosen carrier, or None."""
        return None if self.chosen is None else self.chosen.carrier_id

    @property
    def memory(self) -> dict[str, object]:
        """What each message keeps of the moment, so that its choice can be told later: shares and
        terms of the plan's routes where anything but the configured weights decided. The rest
        stands in the routes of the policy's version, which never change."""
        if not any(one.is_moved for one in self.candidates):
            return {}
        return {
            "terms": {
                str(one.route_id): one.memory
                for one in self.candidates
                if one.terms and one.exclusion not in _OF_THE_MESSAGE
            }
        }

    def as_facts(self) -> dict[str, object]:
        """The decision as plain JSON values, to be stored and shown in a message's trace."""
        return {
            "snapshot_version": self.snapshot_version,
            "route_id": None if self.chosen is None else self.chosen.route_id,
            "carrier_id": self.carrier_id,
            "reasons": [str(reason) for reason in self.reasons],
            "candidates": [
                {name: getattr(candidate, name) for name in Candidate.__slots__}
                for candidate in self.candidates
            ],
        }


# What a choice depends on: prefix, network, country, class, sender and account where routes name
# them, kind of sender and of traffic, countries of the data, a refusal of the sender; then the
# carriers tried before and the deadline's step.
ConfiguredKey = tuple[
    str, int | None, str, str, int | None, str, int | None, str, frozenset[str], bool, Reason | None
]
PlanKey = tuple[ConfiguredKey, frozenset[int], frozenset[int], int | None]


@dataclass(frozen=True, slots=True)
class Plan:
    """Every decision one kind of request can get; the ticket of a message finds its decision
    between the `bounds`, of which the last is left out. `carrier_ids`: of all candidates."""

    decisions: tuple[RouteDecision, ...]
    bounds: tuple[int, ...] = ()
    carrier_ids: frozenset[int] = frozenset()
