"""A version as phones show it, in each of its languages, with what it costs at most."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.common.errors import DomainError
from messaging.admin.labels import ENCODINGS
from messaging.admin.version_words import (
    CHARSETS,
    LETTERS,
    SLOT_TYPES,
    language_name,
    worst_sentence,
)
from messaging.models import TemplateVersion
from messaging.selectors.version_networks import network_rules_of
from messaging.wording.changes import Change, changes_between
from messaging.wording.wordings import Wording, WordingSet, wording_set
from messaging.wording.worst import Bound, Figures, bound_of, extremes_of, figures_of
from routing.network_texts import NetworkText


@dataclass(frozen=True, slots=True)
class Rendering:
    """One example as it is sent, with its cost."""

    key: str
    title: str
    text: str
    encoding: str
    units: int
    segments: int


@dataclass(frozen=True, slots=True)
class NetworkCost:
    """The most it costs on a network that adds words of its own."""

    name: str
    before: str
    after: str
    encoding: str
    segments: int
    is_more: bool
    is_too_much: bool
    limit: int | None
    sentence: str


@dataclass(frozen=True, slots=True)
class LanguageView:
    """One language of a version. `changes` are what the choice of letters does to the text."""

    tag: str
    name: str
    is_default: bool
    body: str
    letters: str
    changes: tuple[Change, ...]
    renderings: tuple[Rendering, ...]
    worst: str
    worst_encoding: str
    worst_segments: int
    networks: tuple[NetworkCost, ...]


def stored_wordings(version: TemplateVersion) -> WordingSet | None:
    """None for a wording that today's grammar would refuse."""
    try:
        return wording_set(
            body=version.body,
            slots=version.slots,
            rewriting=version.rewriting,
            variants=version.variants,
            language=version.template.language,
        )
    except (ValueError, KeyError, TypeError, DomainError):
        return None


def worst_segments(version: TemplateVersion, rules: Sequence[NetworkText]) -> int | None:
    """The guaranteed most segments in any of its languages, with what networks add; None where
    it cannot be said."""
    wordings = stored_wordings(version)
    if wordings is None:
        return None
    added = {("", ""), *((rule.adds_before, rule.adds_after) for rule in rules)}
    return max(
        bound_of(wording, before=before, after=after).segment_count
        for wording in wordings
        for before, after in added
    )


def language_views(version: TemplateVersion, wordings: WordingSet) -> list[LanguageView]:
    """Every language, the template's own first."""
    bodies = {str(one["language"]).casefold(): str(one["body"]) for one in version.variants}
    rules = network_rules(version)
    return [
        _view(wording, bodies.get(wording.language, version.body), rules, is_default=at == 0)
        for at, wording in enumerate(wordings)
    ]


def network_rules(version: TemplateVersion) -> Sequence[NetworkText]:
    """Rules of networks that concern texts of the version's class, of the account's countries."""
    return network_rules_of(version.template)


def worst_overall(views: Sequence[LanguageView]) -> str:
    """The guarantee over all languages, and with what networks add, in plain words."""
    most = max(views, key=lambda view: view.worst_segments)
    words = most.worst
    if len(views) > 1:
        words = _("%(worst)s (The most expensive language: %(language)s.)") % {
            "worst": words,
            "language": most.name,
        }
    costs = [cost for view in views for cost in view.networks]
    dearest = max((cost.segments for cost in costs), default=0)
    if dearest <= most.worst_segments:
        return words
    names = dict.fromkeys(cost.name for cost in costs if cost.segments == dearest)
    added = ngettext(
        "With what networks add at most %(count)d segment: %(networks)s.",
        "With what networks add at most %(count)d segments: %(networks)s.",
        dearest,
    ) % {"count": dearest, "networks": ", ".join(names)}
    return f"{words} {added}"


def _view(
    wording: Wording, body: str, rules: Sequence[NetworkText], *, is_default: bool
) -> LanguageView:
    bound = bound_of(wording)
    written = _written(wording)
    costs = [_network(wording, rule, bound) for rule in rules]
    return LanguageView(
        tag=wording.language,
        name=language_name(wording.language),
        is_default=is_default,
        body=body,
        letters=str(LETTERS.get(wording.rewriting, wording.rewriting)),
        changes=changes_between(written, wording.shown) if written != wording.shown else (),
        renderings=_renderings(wording),
        worst=worst_sentence(bound, has_slots=bool(wording.slots)),
        worst_encoding=ENCODINGS[bound.encoding],
        worst_segments=bound.segment_count,
        networks=tuple(cost for cost in costs if cost.before or cost.after or cost.is_too_much),
    )


def _written(wording: Wording) -> str:
    parts = enumerate(wording.template.parts)
    return "".join(f"{{{part}}}" if at % 2 else part for at, part in parts)


def _renderings(wording: Wording) -> tuple[Rendering, ...]:
    found = extremes_of(wording)
    titles: Mapping[str, tuple[str, str]] = {
        "shortest": (_("Shortest"), found.shortest),
        "typical": (_("Typical"), found.typical),
        "longest": (_("Longest"), found.longest),
    }
    if not wording.slots:
        return (_rendering("typical", _("Everybody gets"), found.typical),)
    return tuple(_rendering(key, title, text) for key, (title, text) in titles.items())


def _rendering(key: str, title: str, text: str) -> Rendering:
    figures: Figures = figures_of(text)
    return Rendering(
        key, title, text, ENCODINGS[figures.encoding], figures.units, figures.segment_count
    )


def _network(wording: Wording, rule: NetworkText, alone: Bound) -> NetworkCost:
    bound = bound_of(wording, before=rule.adds_before, after=rule.adds_after)
    limit = rule.max_segments
    return NetworkCost(
        name=rule.network_name,
        before=rule.adds_before,
        after=rule.adds_after,
        encoding=ENCODINGS[bound.encoding],
        segments=bound.segment_count,
        is_more=bound.segment_count > alone.segment_count,
        is_too_much=limit is not None and bound.segment_count > limit,
        limit=limit,
        sentence=worst_sentence(bound, has_slots=bool(wording.slots)),
    )


def slot_rows(wordings: WordingSet) -> list[dict[str, Any]]:
    """What may stand in each slot, as the table shows it."""
    return [slot_row(spec, wordings.default.rewriting) for spec in wordings.default.specs]


def slot_row(spec: Any, rewriting: str) -> dict[str, Any]:
    """One slot in words; "–" where nothing is set."""
    charset = spec.charset_under(rewriting)
    kind = str(SLOT_TYPES.get(spec.type, spec.type))
    return {
        "name": spec.name,
        "type": f"{kind} ({spec.currency})" if spec.currency else kind,
        "longest": spec.max_length,
        "characters": str(CHARSETS.get(charset, charset)),
        "pattern": spec.pattern,
        "fallback": spec.fallback,
        "example": spec.example,
    }
