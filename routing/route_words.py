"""The routing engine's answers in the reader's words: steps, exclusions and terms."""

from collections.abc import Mapping
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from routing.constants import NetworkSource
from routing.engine import Candidate, Exclusion, Reason


def reason_words() -> dict[str, str]:
    """Each step of a decision, to follow “because”."""
    return {
        Reason.BY_PREFIX: _("a route for the number's prefix"),
        Reason.BY_NETWORK: _("a route for the network"),
        Reason.BY_COUNTRY: _("a route for the country"),
        Reason.BY_DEFAULT: _("the default route"),
        Reason.FAILOVER: _("a later tier, because the first does not take it"),
        Reason.ONLY_ROUTE: _("the only one"),
        Reason.WEIGHTED: _("by share"),
        Reason.SCORED: _("by score"),
        Reason.CHEAPEST: _("the cheapest"),
        Reason.SHIFTED: _("shifted there by an operator's order"),
        Reason.SHED: _("it takes over what warmer or busier carriers shed"),
        Reason.PROBE: _("a probe of a hot carrier"),
        Reason.ALL_HOT: _("every carrier of the plan is hot"),
        Reason.WAITING_FOR_BIND: _("it waits for a bind"),
        Reason.NO_ROUTE: _("no route leads there"),
        Reason.ALL_EXCLUDED: _("every route is excluded"),
        Reason.ALL_DRAINED: _("every carrier there is being drained, so it waits"),
        Reason.SENDER_UNKNOWN: _("the sender is not known"),
        Reason.SENDER_NOT_USABLE: _("the sender is not active or out of lease"),
        Reason.SENDER_CLASS_NOT_ALLOWED: _("the sender may not carry this class"),
    }


def exclusion_words() -> dict[str, str]:
    """Why a route was no choice, as sentences."""
    return {
        Exclusion.ROUTE_INACTIVE: _("The route is switched off."),
        Exclusion.CARRIER_INACTIVE: _("Its carrier is switched off."),
        Exclusion.CLASS_NOT_ALLOWED: _("It is not for messages of this class."),
        Exclusion.SENDER_KIND_NOT_ALLOWED: _("It is not for this kind of sender."),
        Exclusion.SENDER_NOT_ALLOWED: _("It is for other senders."),
        Exclusion.ACCOUNT_NOT_ALLOWED: _("It is for another account."),
        Exclusion.TRAFFIC_KIND: _("It is for persons (P2P); a business never takes it."),
        Exclusion.SANDBOX: _("Its carrier is the sandbox: it takes messages of test keys alone."),
        Exclusion.RESIDENCY: _(
            "Its carrier processes data elsewhere than the account allows, or has not said where."
        ),
        Exclusion.LESS_SPECIFIC: _("A route that fits the number more closely decides."),
        Exclusion.AVOIDED: _("The message was tried there already."),
        Exclusion.BIND_LIMITS: _(
            "None of its binds takes such a message: look at their senders, segments and characters."
        ),
        Exclusion.DRAINED: _("An operator drains the carrier: it gets nothing new."),
        Exclusion.UNAVAILABLE: _("No bind of the carrier is connected."),
        Exclusion.HOT: _("The carrier is hot there and gets nothing until it cools."),
        Exclusion.TOO_SLOW: _("It would arrive after the message is of use."),
    }


def network_source_words() -> dict[str, str]:
    """How a number's network is known, as sentences."""
    return {
        NetworkSource.LOOKUP: _("A lookup provider said so."),
        NetworkSource.FEEDBACK: _("Carriers' answers showed it."),
        NetworkSource.OVERRIDE: _("It is on the list of ported numbers."),
        NetworkSource.PREFIX: _("By its prefix: who first got the number."),
        NetworkSource.NONE: _(
            "Nothing is known of it: only routes for its country or any take it."
        ),
    }


def term_words(terms: tuple[tuple[str, float], ...]) -> list[tuple[str, str]]:
    """The terms of a candidate's share with their values, as people read them."""
    names = _term_names()
    return [(names.get(name, name), _value(name, value)) for name, value in terms]


def _term_names() -> Mapping[str, str]:
    return {
        "weight": _("weight"),
        "price": _("price beside the cheapest"),
        "quality": _("delivery beside the best"),
        "speed": _("speed beside the quickest"),
        "conversion": _("conversion beside the best"),
        "capacity": _("capacity beside the largest"),
        "score": _("score"),
        "heat": _("keeps while it is warm or hot"),
        "room": _("keeps while it is busier than others"),
        "stays": _("keeps after an operator's shift"),
        "temperature": _("temperature"),
        "wait_seconds": _("work waiting there"),
        "median_seconds": _("usual time to the receipt"),
        "delivery_rate": _("delivered"),
        "coverage": _("with a receipt"),
        "segments_per_second": _("takes by contract"),
    }


_PARTS = frozenset(
    {"price", "quality", "speed", "conversion", "capacity", "heat", "room", "stays"}
) | {"delivery_rate", "coverage"}


def _value(name: str, value: float) -> str:
    if name in _PARTS:
        return percent(value)
    shown = _shown(value, 1)
    if name.endswith("_seconds"):
        return _("%(seconds)s s") % {"seconds": shown}
    return _("%(rate)s/s") % {"rate": shown} if name == "segments_per_second" else shown


def percent(part: float) -> str:
    """A part of the whole, without needless decimals; small ones keep two."""
    return f"{_shown(part * 100, 0 if part >= 0.1 or not part else 2)} %"


def _shown(value: float, decimals: int) -> str:
    value = round(value, decimals)  # number_format cuts off
    decimals = 0 if value == int(value) else decimals
    return number_format(value, decimal_pos=decimals, use_l10n=True)


def money(micros: int | None, currency: str) -> str:
    """An amount per segment with its currency; a dash for none."""
    if micros is None:
        return "–"
    amount = (Decimal(micros) / 1_000_000).normalize()
    exponent = amount.as_tuple().exponent
    decimals = max(0, -exponent) if isinstance(exponent, int) else 0
    return f"{number_format(amount, decimal_pos=decimals, use_l10n=True)} {currency}".strip()


def chosen_sentence(
    chosen: Candidate | None, reasons: tuple[str, ...], *, carrier: str = "", route: str = ""
) -> str:
    """What became of a message's way, in one sentence."""
    words = reason_words()
    because = ", ".join(words.get(one, one) for one in reasons)
    if chosen is None:
        return _("It has no way now: %(because)s.") % {"because": because}
    values = {"carrier": carrier, "route": route, "because": because, "tier": chosen.tier}
    if chosen.share >= 1:
        return _("It goes to %(carrier)s by the route “%(route)s”: %(because)s.") % values
    values["share"] = percent(chosen.share)
    return (
        _("It goes to %(carrier)s by the route “%(route)s”, which gets %(share)s: %(because)s.")
        % values
    )
