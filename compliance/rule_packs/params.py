"""Each kind of rule: how its parameters are read. A new kind is a reader and a line below."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from zoneinfo import ZoneInfo

from compliance.rule_packs.model import (
    MESSAGE_CLASSES,
    REGISTERED_IDS,
    REGISTRATION_KINDS,
    SCOPES,
    SENDER_KINDS,
    CapParams,
    CharactersParams,
    ConsentParams,
    ConsentRequestParams,
    LabelParams,
    LinksParams,
    MaxSegmentsParams,
    OptOutTextParams,
    Params,
    PriceTextParams,
    RegisterParams,
    SenderParams,
    SuppressionParams,
    TemplateParams,
    WindowParams,
)
from compliance.rule_packs.reading import PackError, Reader
from compliance.windows import MINUTES_PER_DAY, Span, Window

_WHEN_UNKNOWN = ("ignore", "warn", "block")
_EVERY_DAY = frozenset(range(1, 8))


def _suppression(reader: Reader) -> SuppressionParams:
    scopes = reader.part("scopes")
    found = {
        message_class: frozenset(scopes.texts(message_class, among=SCOPES))
        for message_class in MESSAGE_CLASSES
        if scopes.has(message_class)
    }
    scopes.finish()
    return SuppressionParams(found)


def _consent(reader: Reader) -> ConsentParams:
    return ConsentParams(frozenset(reader.texts("accepted", among=("granted", "none", "unknown"))))


def _consent_request(reader: Reader) -> ConsentRequestParams:
    return ConsentRequestParams(reader.flag("once_ever"))


def _register(reader: Reader) -> RegisterParams:
    return RegisterParams(
        reader.text("register", among=("dnc",)),
        reader.text("when_unknown", among=_WHEN_UNKNOWN),
        reader.integer("max_age_hours", least=1) if reader.has("max_age_hours") else None,
        reader.text("channel", among=("sms", "any"), default="sms"),
        reader.text("name", default=""),
    )


def _sender(reader: Reader) -> SenderParams:
    return SenderParams(
        frozenset(reader.texts("kinds", among=SENDER_KINDS)),
        frozenset(reader.texts("registration_required", among=SENDER_KINDS, default=[])),
        _sender_patterns(reader.part("patterns")) if reader.has("patterns") else {},
        reader.texts("registration_kinds", among=REGISTRATION_KINDS, default=[]),
    )


def _sender_patterns(reader: Reader) -> dict[str, re.Pattern[str]]:
    found = {kind: reader.pattern(kind) for kind in SENDER_KINDS if reader.has(kind)}
    reader.finish()
    return found


def _template(reader: Reader) -> TemplateParams:
    return TemplateParams(
        reader.texts("ids", among=REGISTERED_IDS, default=[]),
        reader.text("when_ids_unknown", among=_WHEN_UNKNOWN, default="ignore"),
    )


def _label(reader: Reader) -> LabelParams:
    return LabelParams(
        reader.texts("accepted"),
        reader.patterns("patterns", default=[]),
        reader.text("write"),
        reader.text("position", among=("start", "anywhere"), default="start") == "start",
    )


def _links(reader: Reader) -> LinksParams:
    return LinksParams(reader.text("policy", among=("none", "no_shorteners", "registered")))


def _characters(reader: Reader) -> CharactersParams:
    return CharactersParams(frozenset("".join(reader.texts("refused"))))


def _optout_text(reader: Reader) -> OptOutTextParams:
    position = reader.text("position", among=("end", "anywhere"))
    return OptOutTextParams(reader.patterns("patterns"), position == "end", reader.text("write"))


def _price_text(reader: Reader) -> PriceTextParams:
    return PriceTextParams(reader.patterns("patterns"))


def _window(reader: Reader) -> WindowParams:
    spans = tuple(_span(part) for part in reader.parts("spans"))
    holidays = _holidays(reader.part("holidays")) if reader.has("holidays") else {}
    zones = tuple(ZoneInfo(name) for name in reader.texts("zones"))
    if not zones:
        raise PackError(f"{reader.where}.zones", "needs a time zone")
    until = reader.day("holidays_until") if reader.has("holidays_until") else None
    return WindowParams(Window(spans, frozenset(holidays)), zones, holidays, until)


def _holidays(reader: Reader) -> dict[date, str]:
    """The names of holidays by their dates."""
    return {date.fromisoformat(day): reader.text(day) for day in reader}


def _span(reader: Reader) -> Span:
    days = _days(reader) if reader.has("days") else _EVERY_DAY
    span = Span(
        days,
        reader.convert("from", _minute, "a time as HH:MM"),
        reader.convert("to", _minute, "a time as HH:MM"),
    )
    reader.finish()
    return span


def _days(reader: Reader) -> frozenset[int]:
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    return frozenset(names.index(day) + 1 for day in reader.texts("days", among=names))


def _minute(text: str) -> int:
    hour, minute = text.split(":")
    total = int(hour) * 60 + int(minute)
    if len(text) != len("00:00") or int(minute) >= 60 or not 0 <= total <= MINUTES_PER_DAY:
        raise ValueError(text)
    return total


def _cap(reader: Reader) -> CapParams:
    reader.text("key", among=("advertiser",))
    return CapParams(reader.integer("limit", least=1), reader.integer("hours", least=1))


def _max_segments(reader: Reader) -> MaxSegmentsParams:
    return MaxSegmentsParams(reader.integer("limit", least=1))


READERS: Mapping[str, Callable[[Reader], Params]] = {
    "cap": _cap,
    "characters": _characters,
    "consent": _consent,
    "consent_request": _consent_request,
    "label": _label,
    "links": _links,
    "max_segments": _max_segments,
    "optout_text": _optout_text,
    "price_text": _price_text,
    "register": _register,
    "sender": _sender,
    "suppression": _suppression,
    "template": _template,
    "window": _window,
}


def read_params(kind: str, reader: Reader) -> Params:
    """The parameters of a rule of `kind`. Raises PackError naming the field at fault."""
    try:
        params = READERS[kind](reader)
    except PackError:
        raise
    except (ValueError, KeyError, OSError) as error:
        # An unknown time zone, a date that is none, a span that ends before it begins.
        raise PackError(reader.where, str(error)) from error
    reader.finish()
    return params
