"""A pre-flight as people read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.preflight_report import CAP_REASON
from campaigns.selectors.collisions import name_of
from campaigns.selectors.labels import (
    ENCODINGS,
    REFUSED_VALUES,
    detail_label,
    grouped,
    money,
    reason_label,
)
from routing.constants import FallbackCause


@dataclass(frozen=True, slots=True)
class Bar:
    """A line of the funnel: `share` of the audience in percent."""

    label: str
    count: str
    share: float
    is_loss: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A finished report, ready to show."""

    at: datetime | None
    as_of: datetime | None
    audience: int
    released: int
    bars: list[Bar]
    segments: str
    cost: str
    encodings: list[tuple[str, str, str]]
    sizes: list[tuple[str, str, str]]
    networks: list[tuple[str, str, str, str]]
    waiting: list[tuple[datetime | None, str]]
    collisions: list[str]
    stand_ins: list[str]
    missing_parameters: list[str]
    samples: list[dict[str, Any]]
    finish_at: datetime | None
    limit: str


def check_of(report: Mapping[str, Any]) -> Check:
    """What a report of `campaigns.services.preflight` says."""
    currency = report["currency"]
    return Check(
        at=parse_datetime(report["at"]),
        as_of=parse_datetime(report["as_of"]),
        audience=report["audience"],
        released=report["released"],
        bars=_bars(report),
        segments=_segments(report),
        cost=money(report["price_micros"], currency),
        encodings=[
            (ENCODINGS.get(name, name), grouped(sums["messages"]), _segments(sums))
            for name, sums in report["by_encoding"].items()
        ],
        sizes=[
            (_size(int(count)), grouped(sums["messages"]), money(sums["price_micros"], currency))
            for count, sums in report["by_count"].items()
        ],
        networks=[
            (
                row["name"] or _("Unknown network"),
                grouped(row["messages"]),
                _segments(row),
                money(row["price_micros"], currency),
            )
            for row in report["networks"]
        ],
        waiting=[
            (parse_datetime(row["at"]), grouped(row["messages"]))
            for row in report["waiting"]["until"]
        ],
        collisions=_collisions(report),
        stand_ins=_stand_ins(report),
        missing_parameters=[  # none in older reports
            f"{one['rule']} {one['fix']}" for one in report.get("missing_parameters", ())
        ],
        samples=[
            sample | {"encoding": ENCODINGS.get(sample["encoding"], sample["encoding"])}
            for sample in report["samples"]
        ],
        finish_at=parse_datetime(report["finish_at"]) if report["finish_at"] else None,
        limit=_limit(report["limited_by"], report["segments_per_second"]),
    )


def _bars(report: Mapping[str, Any]) -> list[Bar]:
    audience = report["audience"]

    def bar(label: str, count: int, *, is_loss: bool = False, note: str = "") -> Bar:
        share = round(100 * count / audience, 2) if audience else 0
        return Bar(label, grouped(count), share, is_loss, note)

    losses = [
        bar(reason_label(reason), count, is_loss=True, note=_note(reason, report))
        for reason, count in report["exclusions"].items()
    ]
    return [
        bar(_("On the list"), audience),
        *losses,
        bar(_("Get a message"), report["released"]),
    ]


def _note(reason: str, report: Mapping[str, Any]) -> str:
    """The slots whose values are missing or refused, or the networks that refuse the text, each
    with its number."""
    if reason == "missing_value":
        return ", ".join(f"{{{slot}}}: {grouped(n)}" for slot, n in report["missing_slots"].items())
    if reason in REFUSED_VALUES:
        return "; ".join(
            f"{detail_label(reason, detail)}: {grouped(n)}"
            for detail, n in report.get("refused_values", {}).items()
            if (reason == "value_not_allowed") == detail.endswith(":not_sendable")
        )
    if reason == CAP_REASON:
        names = report.get("campaigns", {})
        return ", ".join(
            f"{name_of(key, names)}: {grouped(n)}" for key, n in report.get("held_by", {}).items()
        )
    networks = report.get("refusing_networks", {}).get(reason, {})  # none in older reports
    return ", ".join(f"{name}: {grouped(n)}" for name, n in networks.items())


def _collisions(report: Mapping[str, Any]) -> list[str]:
    """Whose messages would lose their place to this campaign."""
    names = report.get("campaigns", {})
    return [
        ngettext(
            "%(count)s message would take the place of one of %(campaign)s that has not left yet.",
            "%(count)s messages would take the places of those of %(campaign)s that have not left"
            " yet.",
            number,
        )
        % {"count": grouped(number), "campaign": name_of(key, names)}
        for key, number in report.get("taken_from", {}).items()
    ]


def _stand_ins(report: Mapping[str, Any]) -> list[str]:
    """Who gets the message from another sender than the campaign's, where and why."""
    causes = {choice.value: str(choice.label) for choice in FallbackCause}
    return [
        ngettext(
            "%(count)s person gets it from %(to)s instead of %(from)s (%(cause)s): %(networks)s",
            "%(count)s people get it from %(to)s instead of %(from)s (%(cause)s): %(networks)s",
            row["messages"],
        )
        % {
            "count": grouped(row["messages"]),
            "to": row["to"],
            "from": row["from"],
            "cause": _lower(causes.get(row["cause"], row["cause"])),
            "networks": ", ".join(
                f"{name or _('unknown network')} {grouped(n)}"
                for name, n in row["networks"].items()
            ),
        }
        for row in report.get("stand_ins", ())  # none in older reports
    ]


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _segments(sums: Mapping[str, Any]) -> str:
    """Segments on the air, with those that are billed where networks add to the text."""
    sent = grouped(sums["segments"])
    billed = sums.get("billed_segments", sums["segments"])
    if billed == sums["segments"]:
        return sent
    return _("%(sent)s (billed as %(billed)s)") % {"sent": sent, "billed": grouped(billed)}


def _size(count: int) -> str:
    text = ngettext("%(count)d segment", "%(count)d segments", count)
    return text % {"count": count}


def _limit(name: str, rate: float | None) -> str:
    if not rate:
        return ""
    sentences = {
        "speed": _("at the speed you chose: %(rate)s segments a second"),
        "sender": _("at the sender's contracted %(rate)s segments a second"),
        "carriers": _("at the carriers' %(rate)s segments a second"),
    }
    return sentences[name] % {"rate": f"{rate:,.4g}"}
