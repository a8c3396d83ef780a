"""A rule pack in sentences, for people who decide by it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from compliance.constants import ConsentMethod, MessageClass, Purpose
from compliance.rule_packs import model
from compliance.rule_packs.parsing import parse_pack
from compliance.windows import Span

CONFIDENCE = {
    "run": (gettext_lazy("Computed"), "success"),
    "src": (gettext_lazy("Read in the source"), "success"),
    "page": (gettext_lazy("Read on a page about it"), "info"),
    "one_source": (gettext_lazy("One source only"), "warning"),
    "memory": (gettext_lazy("From memory"), "danger"),
}
SEVERITY = {
    "block": (gettext_lazy("Blocked"), "danger"),
    "delay": (gettext_lazy("Waits"), "info"),
    "warn": (gettext_lazy("Warning"), "warning"),
}
_SENDERS = {
    "short_code": gettext_lazy("Short code"),
    "long_code": gettext_lazy("Long code"),
    "alphanumeric": gettext_lazy("Brandname"),
}
_DAYS = (
    gettext_lazy("Monday"),
    gettext_lazy("Tuesday"),
    gettext_lazy("Wednesday"),
    gettext_lazy("Thursday"),
    gettext_lazy("Friday"),
    gettext_lazy("Saturday"),
    gettext_lazy("Sunday"),
)
_WEEK = 7
_MINUTES = 60


@dataclass(frozen=True, slots=True)
class ReadableRule:
    """One rule: what it asks, of which classes, what follows otherwise, and where it is from."""

    id: str
    sentence: str
    classes: str
    consequence: Any
    colour: str
    citation: str
    note: str
    source: model.Source
    confidence: Any
    confidence_colour: str
    effective_from: date
    effective_to: date | None


@dataclass(frozen=True, slots=True)
class ReadablePack:
    """A pack: a word of caution, its rules, and how replies and records are handled."""

    note: str
    rules: tuple[ReadableRule, ...]
    policies: tuple[tuple[str, str], ...]
    sources: tuple[model.Source, ...]


def readable_pack(data: Mapping[str, Any]) -> ReadablePack:
    """The pack of a stored version. Raises PackError if it is none."""
    pack = parse_pack(data)
    sources = {source.id: source for source in pack.sources}
    notes = {rule["id"]: rule.get("note", "") for rule in data["rules"]}
    return ReadablePack(
        note=str(data.get("note", "")),
        rules=tuple(_rule(rule, sources[rule.source], notes[rule.id]) for rule in pack.rules),
        policies=tuple(_policies(pack)),
        sources=pack.sources,
    )


def rule_sentence(rule: model.Rule) -> str:
    """What one rule asks of a message, in the reader's language."""
    return str(_SENTENCES[type(rule.params)](rule.params))


def _rule(rule: model.Rule, source: model.Source, note: str) -> ReadableRule:
    consequence, colour = SEVERITY[rule.severity]
    confidence, confidence_colour = CONFIDENCE[rule.confidence]
    return ReadableRule(
        id=rule.id,
        sentence=rule_sentence(rule),
        classes=_classes(rule.applies_to),
        consequence=consequence,
        colour=colour,
        citation=rule.citation,
        note=note,
        source=source,
        confidence=confidence,
        confidence_colour=confidence_colour,
        effective_from=rule.effective_from,
        effective_to=rule.effective_to,
    )


def _classes(names: frozenset[str]) -> str:
    if names >= set(MessageClass.values):
        return _("Every message")
    return ", ".join(str(one.label) for one in MessageClass if one.value in names)


def _list(words: Any) -> str:
    return str(get_text_list([str(word) for word in words], _("or")))


def _senders(params: model.SenderParams) -> str:
    kinds = _list(label for kind, label in _SENDERS.items() if kind in params.kinds)
    registered = [label for kind, label in _SENDERS.items() if kind in params.registration_required]
    text = _("Comes from: %(kinds)s.") % {"kinds": kinds}
    if registered:
        text += " " + _("Registered with the recipient's network: %(kinds)s.") % {
            "kinds": _list(registered)
        }
    return text


def _register(params: model.RegisterParams) -> str:
    text = _("The number is not in the do-not-call register.")
    if params.when_unknown == "warn":
        text += " " + _("Where that was not checked there is a warning.")
    if params.max_age_hours is not None:
        text += " " + _("The list may be at most %(hours)d hours old.") % {
            "hours": params.max_age_hours
        }
    return text


def _consent_request(params: model.ConsentRequestParams) -> str:
    text = _("A message may ask for consent where the number has not refused.")
    return text + " " + _("It may do so only once ever.") if params.once_ever else text


def _opt_out(params: model.OptOutTextParams) -> str:
    text = (
        _("The text ends with how to refuse")
        if params.is_at_end
        else _("The text tells how to refuse")
    )
    return _("%(text)s, for example “%(example)s”.") % {"text": text, "example": params.write}


def _window(params: model.WindowParams) -> str:
    text = _("Sent %(spans)s, local time in %(zones)s.") % {
        "spans": "; ".join(_span(span) for span in params.window.spans),
        "zones": get_text_list([zone.key for zone in params.zones], _("and")),
    }
    if params.regions:
        text += " " + _("Only for recipients in %(regions)s.") % {
            "regions": get_text_list(sorted(params.regions), _("and"))
        }
    return text


def _span(span: Span) -> str:
    hours = f"{_clock(span.opens_minute)}–{_clock(span.closes_minute)}"
    if len(span.days) == _WEEK:
        return hours
    return f"{hours} ({', '.join(str(_DAYS[day - 1]) for day in sorted(span.days))})"


def _clock(minute: int) -> str:
    return f"{minute // _MINUTES:02d}:{minute % _MINUTES:02d}"


_SENTENCES: Mapping[type, Callable[[Any], str]] = {
    model.SuppressionParams: lambda _params: _("The number has not refused these messages."),
    model.ConsentParams: lambda _params: _("The number's consent to this purpose is on record."),
    model.ConsentRequestParams: _consent_request,
    model.RegisterParams: _register,
    model.SenderParams: _senders,
    model.TemplateParams: lambda _params: _("The text is that of an approved template."),
    model.LabelParams: lambda params: (
        _("The text begins with %(labels)s.") % {"labels": _list(params.accepted)}
    ),
    model.OptOutTextParams: _opt_out,
    model.PriceTextParams: lambda _params: _(
        "The text names the price where the advertised service costs money."
    ),
    model.WindowParams: _window,
    model.CapParams: lambda params: (
        _("At most %(limit)d messages of one advertiser to a number in %(hours)d hours.")
        % {"limit": params.limit, "hours": params.hours}
    ),
    model.MaxSegmentsParams: lambda params: (
        ngettext("At most %(limit)d segment.", "At most %(limit)d segments.", params.limit)
        % {"limit": params.limit}
    ),
}


def _policies(pack: model.Pack) -> list[tuple[str, str]]:
    retention = pack.retention
    return [
        (
            _("A refusal by reply"),
            _("stops: %(scope)s.") % {"scope": Purpose(pack.optout.purpose).label},
        ),
        (
            _("How consent may be given"),
            ", ".join(str(ConsentMethod(name).label) for name in pack.optin.methods) or "–",
        ),
        (_("Languages of replies"), ", ".join(pack.languages)),
        (
            _("Records are kept"),
            _("evidence of consent %(evidence)d, message data %(metadata)d, texts %(body)d months.")
            % {
                "evidence": retention.evidence_months,
                "metadata": retention.metadata_months,
                "body": retention.body_months,
            },
        ),
    ]
