"""What a trial of routes found, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from carriers.models import Carrier
from compliance.constants import MessageClass
from messaging.models import RouteTrial
from routing.models import Network, Route
from routing.route_words import reason_words

_MICROS = Decimal(1_000_000)
_MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class Move:
    """Messages that another carrier would have taken."""

    old: str
    new: str
    country: str
    network: str
    kind: str
    messages: str
    segments: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A figure under both versions; `better` colours the difference."""

    title: str
    before: str
    after: str
    difference: str
    colour: str


@dataclass(frozen=True, slots=True)
class Way:
    """One version's choice for a sample."""

    carrier: str
    route: str
    cost: str
    why: str


@dataclass(frozen=True, slots=True)
class Sample:
    """A message that would have gone elsewhere."""

    name: str
    link: str
    at: datetime
    kind: str
    old: Way
    new: Way


@dataclass(frozen=True, slots=True)
class Results:
    """The tables of a trial's page."""

    moved: int
    judged: int
    figures: tuple[Pair, ...]
    moves: tuple[Move, ...]
    lost: tuple[tuple[str, str, str, str, str], ...]
    samples: tuple[Sample, ...]
    is_running: bool
    share: int


def results_of(trial: RouteTrial) -> Results:
    """The results of a trial so far; counts are of all messages, where they were sampled."""
    found: Mapping[str, Any] = trial.results
    names = _Names(found)
    moved = sorted(found.get("moved", {}).items(), key=lambda item: -item[1][0])
    return Results(
        moved=sum(one[0] for _key, one in moved) * trial.step,
        judged=trial.judged * trial.step,
        figures=tuple(_figures(found, trial.step, trial.judged)),
        moves=tuple(_move(key, one, names, trial.step) for key, one in moved[:_MOST_ROWS]),
        lost=tuple(
            (*names.place(key), _count(both[0] * trial.step), _count(both[1] * trial.step))
            for key, both in sorted(found.get("lost", {}).items(), key=lambda item: -item[1][1])
        ),
        samples=tuple(_sample(one, names) for one in found.get("samples", ())),
        is_running=trial.status == RouteTrial.Status.RUNNING,
        share=min(100, 100 * trial.judged * trial.step // max(1, trial.messages)),
    )


class _Names:
    """Names of everything a trial found."""

    def __init__(self, found: Mapping[str, Any]) -> None:
        self.carriers = dict(Carrier.objects.values_list("pk", "name"))
        self.networks = dict(Network.objects.values_list("pk", "name"))
        routes = {way["route"] for one in found.get("samples", ()) for way in one["ways"]}
        rows = Route.objects.filter(pk__in=routes - {None})
        self.routes = dict(rows.values_list("pk", "name"))
        self.reasons = {str(key): words for key, words in reason_words().items()}

    def carrier(self, key: int | None) -> str:
        """No carrier is no way."""
        return self.carriers.get(key, f"#{key}") if key else _("no route")

    def place(self, key: str) -> tuple[str, str, str]:
        """Country, network and class of a key of a table."""
        country, network, kind = key.split("|")
        return (
            country,
            self.networks.get(int(network), "–"),
            str(MessageClass(kind).label),
        )


def _move(key: str, counts: list[int], names: _Names, step: int) -> Move:
    old, new, place = key.split("|", 2)
    country, network, kind = names.place(place)
    return Move(
        names.carrier(int(old)),
        names.carrier(int(new)),
        country,
        network,
        kind,
        _count(counts[0] * step),
        _count(counts[1] * step),
    )


def _figures(found: Mapping[str, Any], step: int, judged: int) -> list[Pair]:
    figures = [
        _cost(currency, both, step) for currency, both in sorted(found.get("costs", {}).items())
    ]
    expected = found.get("expected", {})
    old, new = expected.get("before", {}), expected.get("after", {})
    if old.get("rate") is not None or new.get("rate") is not None:
        figures.append(
            _pair(
                _("Expected delivery rate"),
                old.get("rate"),
                new.get("rate"),
                _percent,
                is_more=True,
            )
        )
        figures.append(_known(old, new, judged))
    if old.get("seconds") is not None or new.get("seconds") is not None:
        figures.append(
            _pair(
                _("Expected time to the receipt"),
                old.get("seconds"),
                new.get("seconds"),
                _seconds,
                is_more=False,
            )
        )
    for name, title in (
        ("no_route", _("Messages without a route")),
        ("without_cost", _("Messages whose cost nobody knows")),
    ):
        both = found.get(name, [0, 0])
        if any(both):
            figures.append(_pair(title, both[0] * step, both[1] * step, _count, is_more=False))
    return figures


def _known(old: Mapping[str, Any], new: Mapping[str, Any], judged: int) -> Pair:
    before, after = (_percent((one.get("known") or 0) / max(judged, 1)) for one in (old, new))
    return Pair(_("Messages whose carriers have figures there"), before, after, "", "")


def _cost(currency: str, both: list[int], step: int) -> Pair:
    title = _("Cost in %(currency)s") % {"currency": currency}
    return _pair(title, both[0] * step, both[1] * step, _money, is_more=False)


def _pair(title: str, old: Any, new: Any, shown: Any, *, is_more: bool) -> Pair:
    if old is None or new is None:
        before, after = ("–" if one is None else shown(one) for one in (old, new))
        return Pair(title, before, after, "", "")
    difference = new - old
    sign = "+" if difference > 0 else "−" if difference < 0 else "±"
    colour = "" if not difference else "success" if (difference > 0) == is_more else "danger"
    percent = f" ({sign}{abs(difference) * 100 / old:.1f} %)" if old and shown is _money else ""
    return Pair(title, shown(old), shown(new), f"{sign}{shown(abs(difference))}{percent}", colour)


def _sample(one: Mapping[str, Any], names: _Names) -> Sample:
    old, new = (_way(way, names) for way in one["ways"])
    network = names.networks.get(one["network"], one["country"])
    return Sample(
        name=one["number"],
        link=reverse("admin:messaging_message_change", args=[one["message"]]),
        at=datetime.fromisoformat(one["at"]),
        kind=f"{network} · {MessageClass(one['class']).label}",
        old=old,
        new=new,
    )


def _way(way: Mapping[str, Any], names: _Names) -> Way:
    return Way(
        names.carrier(way["carrier"]),
        names.routes.get(way["route"], ""),
        "" if way["cost"] is None else _money(way["cost"]),
        ", ".join(names.reasons.get(reason, reason) for reason in way["reasons"]),
    )


def _count(number: float) -> str:
    return str(number_format(int(number), force_grouping=True))


def _money(micros: float) -> str:
    amount = (Decimal(int(micros)) / _MICROS).normalize()
    places = max(0, -int(amount.as_tuple().exponent))
    return str(number_format(amount, min(places, 6), force_grouping=True))


def _percent(part: float) -> str:
    return f"{part * 100:.1f} %"


def _seconds(seconds: float) -> str:
    return _("%(seconds)s s") % {"seconds": f"{seconds:.1f}"}
