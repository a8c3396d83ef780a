"""Words of routing."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from config.common.states import Transitions


class NetworkKind(models.TextChoices):
    MNO = "mno", _("Network operator")
    MVNO = "mvno", _("Virtual operator")


class SenderKind(models.TextChoices):
    SHORT_CODE = "short_code", _("Short code")
    LONG_CODE = "long_code", _("Long code")
    ALPHANUMERIC = "alphanumeric", _("Brandname")


class TrafficKind(models.TextChoices):
    """Who writes: a business to people, or one person to another."""

    A2P = "a2p", _("A2P: a business writes")
    P2P = "p2p", _("P2P: a person writes")


class SenderStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")


class RegistrationState(models.TextChoices):
    PENDING = "pending", _("Pending")
    REGISTERED = "registered", _("Registered")
    REJECTED = "rejected", _("Rejected")
    EXPIRED = "expired", _("Expired")


class PaperState(models.TextChoices):
    """Where a certificate, registration or program of a sender stands."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    SUSPENDED = "suspended", _("Suspended")
    EXPIRED = "expired", _("Expired")


_P = PaperState
PAPER_TRANSITIONS: Transitions = {
    _P.DRAFT: frozenset({_P.SUBMITTED}),
    _P.SUBMITTED: frozenset({_P.DRAFT, _P.APPROVED, _P.REJECTED}),
    _P.APPROVED: frozenset({_P.SUSPENDED, _P.EXPIRED}),
    _P.REJECTED: frozenset({_P.DRAFT, _P.SUBMITTED}),
    _P.SUSPENDED: frozenset({_P.APPROVED, _P.REJECTED, _P.EXPIRED}),
    _P.EXPIRED: frozenset({_P.DRAFT, _P.SUBMITTED}),
}


class PaperKind(models.TextChoices):
    """What a sender has on paper; `lease` is the sender's own."""

    LEASE = "lease", _("Lease")
    CERTIFICATE = "certificate", _("Certificate")
    REGISTRATION = "registration", _("Registration")
    PROGRAM = "program", _("Program")


class NetworkSource(models.TextChoices):
    """How a number's network was found, surest first."""

    OVERRIDE = "override", _("Override")
    LOOKUP = "lookup", _("Lookup")
    FEEDBACK = "feedback", _("Receipts")
    PREFIX = "prefix", _("Prefix")
    NONE = "none", _("Unknown")


class Confidence(models.TextChoices):
    """How a fact about a network is known, surest first."""

    CONTRACT = "contract", _("The network's own word")
    RUN = "run", _("Tried out")
    SOURCE_CODE = "source_code", _("Read in a gateway's code")
    PAGE = "page", _("Read on a public page")
    ONE_SOURCE = "one_source", _("One source only")
    MEMORY = "memory", _("Not looked up")


class LookupAsking(models.TextChoices):
    """When a provider is asked which network a number is on."""

    NEVER = "never", _("Never")
    UNKNOWN = "unknown", _("Only where the prefix tells nothing")
    EXPENSIVE = "expensive", _("Only expensive differences")
    CAMPAIGNS = "campaigns", _("Always, before campaigns are released")


class LookupFinding(models.TextChoices):
    """What was found out about a number."""

    FOUND = "found", _("On this network")
    ABSENT = "absent", _("Not in use, or no mobile")
    MOVED = "moved", _("Not on the network it was believed on")


class PoolSpread(models.TextChoices):
    """How a pool shares messages among its senders."""

    ROTATE = "rotate", _("To each sender alike")
    WEIGHT = "weight", _("By weight")
    THROUGHPUT = "throughput", _("By contracted throughput")


class FallbackCause(models.TextChoices):
    """Why a message leaves its own sender."""

    NO_ROUTE = "no_route", _("No route takes the sender")
    NOT_REGISTERED = "not_registered", _("The sender is not registered there")
    UNAVAILABLE = "unavailable", _("The sender is suspended or out of lease")
    REFUSED = "refused", _("A carrier refuses the sender")
    ERROR = "error", _("A carrier answers an error of the list")


class PolicyState(models.TextChoices):
    """Where a version of the routing policy stands; its time decides, states follow."""

    DRAFT = "draft", _("Draft")
    SCHEDULED = "scheduled", _("Waits for its time")
    ACTIVE = "active", _("In force")
    RETIRED = "retired", _("Replaced")


class Spread(models.TextChoices):
    """How the usable routes of a tier share traffic."""

    WEIGHTS = "weights", _("By the routes' weights")
    SCORE = "score", _("By score: weights, price and quality together")
    CHEAPEST = "cheapest", _("The cheapest route takes all")


class PriceKind(models.TextChoices):
    COST = "cost", _("Cost: what a carrier charges us")
    PRICE = "price", _("Price: what accounts pay")


class PriceListState(models.TextChoices):
    READING = "reading", _("Being read")
    READY = "ready", _("To be confirmed")
    CONFIRMED = "confirmed", _("Confirmed")
    DISCARDED = "discarded", _("Discarded")
    UNDONE = "undone", _("Taken back")
    FAILED = "failed", _("Could not be read")


class PriceChange(models.TextChoices):
    """What a line of a price list does to the rates that hold before it."""

    NEW = "new", _("New")
    CHANGED = "changed", _("Changed")
    UNCHANGED = "unchanged", _("Unchanged")
    ENDED = "ended", _("Ended")
    BAD = "bad", _("Bad line")


class HeatState(models.TextChoices):
    """How troubled a carrier is there, and so which part of its share it keeps."""

    COOL = "cool", _("Cool")
    WARM = "warm", _("Warm")
    HOT = "hot", _("Hot")


class OrderKind(models.TextChoices):
    DRAIN = "drain", _("Drain")
    SHIFT = "shift", _("Shift")


class OrderEnd(models.TextChoices):
    """Why an operator's order is over."""

    LIFTED = "lifted", _("Lifted")
    TIME = "time", _("Its time was over")
    COOL = "cool", _("The carrier is cool again")


class PlatformEventType(models.TextChoices):
    """The operators' own stream of events."""

    CARRIER_HOT = "carrier.hot", _("Carrier is hot")
    CARRIER_COOL = "carrier.cool", _("Carrier is cool again")
    CARRIER_UNBOUND = "carrier.unbound", _("Carrier has no session")
    CARRIER_BOUND = "carrier.bound", _("Carrier is bound again")
    BIND_REFUSED = "bind.refused", _("Bind refused")
    CARRIER_DRAINED = "carrier.drained", _("Carrier is being drained")
    CARRIER_SHIFTED = "carrier.shifted", _("Traffic is being shifted")
    ORDER_RESTS = "order.rests", _("Shift rests: its target cannot take the traffic")
    ORDER_RESUMED = "order.resumed", _("Shift acts again")
    ORDER_ENDED = "order.ended", _("Order is over")
    CARRIER_PINNED = "carrier.pinned", _("Temperature pinned")
    CARRIER_UNPINNED = "carrier.unpinned", _("Temperature no longer pinned")
    MESSAGES_REROUTED = "messages.rerouted", _("Waiting messages re-routed")
    INBOUND_UNROUTED = "inbound.unrouted", _("A reply came to nobody")
    WORD_UNKNOWN = "word.unknown", _("Carrier says a word that no table knows")


def platform_event_type_choices() -> list[tuple[str, Any]]:
    """Asked by the models' fields by name: a new one needs no migration."""
    return PlatformEventType.choices


class Rest(models.TextChoices):
    """Why a shift to another carrier rests: the traffic stays where it is meanwhile."""

    NONE = "", ""
    OFF = "off", _("its target is switched off")
    UNBOUND = "unbound", _("its target has no session")
    DRAINED = "drained", _("its target is being drained")
    HOT = "hot", _("its target is hot there")
    NO_ROUTE = "no_route", _("no route leads to its target")
