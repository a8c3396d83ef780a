"""A rule pack in sentences, for people who decide by it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from compliance.constants import MessageClass
from compliance.readable_policies import pack_policies
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
REGISTRATIONS = {
    "certificate": gettext_lazy("the state's certificate of the name"),
    "network": gettext_lazy("registration with the network for the class"),
    "program": gettext_lazy("the code's program"),
    "campaign": gettext_lazy("10DLC brand and campaign"),
    "dlt": gettext_lazy("entity and header on the DLT platform"),
    "ssir": gettext_lazy("the SSIR registry of names"),
}
IDS = {
    "entity": gettext_lazy("entity id"),
    "header": gettext_lazy("header"),
    "template": gettext_lazy("template id"),
}
_GROUPS = (
    (
        gettext_lazy("Who may be written to"),
        frozenset({"suppression", "consent", "consent_request", "register"}),
    ),
    (gettext_lazy("From which sender"), frozenset({"sender"})),
    (gettext_lazy("When and how often"), frozenset({"window", "cap"})),
    (
        gettext_lazy("With which text"),
        frozenset(
            {
                "template",
                "label",
                "optout_text",
                "price_text",
                "links",
                "characters",
                "max_segments",
            }
        ),
    ),
)
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
    where: str = ""
    details: tuple[str, ...] = ()
    has_holidays: bool = False


@dataclass(frozen=True, slots=True)
class ReadableGroup:
    """Rules that answer one question."""

    title: Any
    rules: tuple[ReadableRule, ...]


@dataclass(frozen=True, slots=True)
class ReadablePenalty:
    """What breaking the rules costs, in the words of the source."""

    act: str
    amount: str
    citation: str
    source: model.Source
    confidence: Any
    confidence_colour: str


@dataclass(frozen=True, slots=True)
class ReadablePack:
    """A pack: a word of caution, its rules in groups, how replies and records are handled, and
    what breaking the rules costs."""

    note: str
    rules: tuple[ReadableRule, ...]
    policies: tuple[tuple[str, str], ...]
    sources: tuple[model.Source, ...]
    groups: tuple[ReadableGroup, ...] = ()
    penalties: tuple[ReadablePenalty, ...] = ()


def readable_pack(data: Mapping[str, Any]) -> ReadablePack:
    """The pack of a stored version. Raises PackError if it is none."""
    pack = parse_pack(data)
    sources = {source.id: source for source in pack.sources}
    rules = tuple(_rule(rule, sources[rule.source]) for rule in pack.rules)
    kinds = {rule.id: rule.kind for rule in pack.rules}
    groups = (
        ReadableGroup(title, tuple(rule for rule in rules if kinds[rule.id] in members))
        for title, members in _GROUPS
    )
    return ReadablePack(
        note=pack.note,
        rules=rules,
        policies=pack_policies(pack),
        sources=pack.sources,
        groups=tuple(group for group in groups if group.rules),
        penalties=tuple(_penalty(one, sources[one.source]) for one in pack.penalties),
    )


def rule_sentence(rule: model.Rule) -> str:
    """What one rule asks of a message, and of whose, in the reader's language."""
    return " ".join(filter(None, (str(_SENTENCES[type(rule.params)](rule.params)), _where(rule))))


def _where(rule: model.Rule) -> str:
    if not rule.regions:
        return ""
    places = get_text_list(sorted(rule.regions), _("and"))
    if rule.is_for_unknown_region:
        return _("For recipients in %(places)s, and where the state is not known.") % {
            "places": places
        }
    return _("For recipients in %(places)s.") % {"places": places}


def _details(params: model.Params) -> tuple[str, ...]:
    """What is too long for a sentence."""
    if isinstance(params, model.SenderParams):
        return tuple(f"{_SENDERS[kind]}: {form.pattern}" for kind, form in params.patterns.items())
    if not isinstance(params, model.WindowParams):
        return ()
    return tuple(
        f"{date_format(day, 'DATE_FORMAT')}: {name}"
        for day, name in sorted(params.holidays.items())
    )


def _penalty(penalty: model.Penalty, source: model.Source) -> ReadablePenalty:
    confidence, colour = CONFIDENCE[penalty.confidence]
    return ReadablePenalty(
        penalty.act, penalty.amount, penalty.citation, source, confidence, colour
    )


def _rule(rule: model.Rule, source: model.Source) -> ReadableRule:
    consequence, colour = SEVERITY[rule.severity]
    confidence, confidence_colour = CONFIDENCE[rule.confidence]
    return ReadableRule(
        id=rule.id,
        sentence=rule_sentence(rule),
        classes=_classes(rule.applies_to),
        consequence=consequence,
        colour=colour,
        citation=rule.citation,
        note=rule.note,
        source=source,
        confidence=confidence,
        confidence_colour=confidence_colour,
        effective_from=rule.effective_from,
        effective_to=rule.effective_to,
        where=_where(rule),
        details=_details(rule.params),
        has_holidays=isinstance(rule.params, model.WindowParams),
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
    if registered and params.registration_kinds:
        text += " " + _("That takes: %(papers)s.") % {
            "papers": get_text_list(
                [str(REGISTRATIONS[kind]) for kind in params.registration_kinds], _("and")
            )
        }
    if params.patterns:
        text += " " + _("Written in the form that is asked: %(kinds)s.") % {
            "kinds": get_text_list([str(_SENDERS[kind]) for kind in params.patterns], _("and"))
        }
    return text


def _template(params: model.TemplateParams) -> str:
    text = _("The text is that of an approved template.")
    if params.ids:
        text += " " + _("Known of its registration: %(ids)s.") % {
            "ids": get_text_list([str(IDS[name]) for name in params.ids], _("and"))
        }
    if params.ids and params.when_ids_unknown == "warn":
        text += " " + _("Where that is not known there is a warning.")
    return text


def _label(params: model.LabelParams) -> str:
    labels = {"labels": _list(params.accepted)}
    if params.is_at_start:
        return _("The text begins with %(labels)s.") % labels
    return _("The text contains %(labels)s.") % labels


def _links(params: model.LinksParams) -> str:
    return {
        "none": _("The text has no link."),
        "no_shorteners": _("The text has no link of a public shortener."),
        "registered": _("Links in the text are registered with it."),
    }[params.policy]


def _register(params: model.RegisterParams) -> str:
    text = _("The number is not in the do-not-call register.")
    if params.name:
        text = _("The number is not in this register: %(name)s.") % {"name": params.name}
    if params.channel == "any":
        text += " " + _("Entries against calls count too.")
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
    if params.holidays:
        text += " " + _("Not on public holidays.")
    if params.holidays_until:
        text += " " + _("They are listed until %(day)s.") % {
            "day": date_format(params.holidays_until, "DATE_FORMAT")
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
    model.TemplateParams: _template,
    model.LabelParams: _label,
    model.LinksParams: _links,
    model.CharactersParams: lambda params: (
        _("The text has none of these characters: %(characters)s")
        % {"characters": " ".join(sorted(params.refused))}
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
