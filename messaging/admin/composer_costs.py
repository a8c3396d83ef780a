"""What a composition costs, in sentences and tables."""

from collections.abc import Iterable
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from messaging.admin.composer_readings import risk_words
from messaging.admin.labels import ENCODINGS, money
from messaging.services.drafts import MAX_SEGMENTS
from messaging.services.previews.compositions import Composition
from messaging.services.previews.compositions.values import Choice, NetworkCost, Span


def choice_json(choice: Choice, found: Composition) -> dict[str, Any]:
    """One of the three ways of writing, beside the others."""
    written = found.choices[0]
    is_same = choice is not written and choice.text == written.text
    return {
        "rewriting": choice.rewriting,
        "text": choice.text,
        "line": " · ".join(
            [ENCODINGS[choice.figures.encoding], segments_words(choice.figures.segment_count)]
        ),
        "worst": _at_most(choice.worst.segment_count) if found.specs else "",
        "cost": _cost(choice.cost, found),
        "saving": _saving(written, choice, found),
        "same": _("No difference to the text as written.") if is_same else "",
        "risk": risk_words(choice),
    }


def segments_words(count: int) -> str:
    """A number of segments."""
    return ngettext("%(count)d segment", "%(count)d segments", count) % {"count": count}


def _at_most(count: int) -> str:
    return ngettext(
        "At most %(count)d segment, whatever the values.",
        "At most %(count)d segments, whatever the values.",
        count,
    ) % {"count": count}


def _cost(span: Span | None, found: Composition) -> str:
    if span is None:
        return ""
    return _("%(cost)s for %(size)s recipients") % {
        "cost": _span(span, found.currency),
        "size": number_format(found.audience_size or 0, use_l10n=True, force_grouping=True),
    }


def _span(span: Span, currency: str) -> str:
    if span.least == span.most:
        return money(span.most, currency)
    return _("%(least)s to %(most)s") % {
        "least": money(span.least, currency),
        "most": money(span.most, currency),
    }


def _saving(written: Choice, choice: Choice, found: Composition) -> str:
    """What the choice saves against the text as written; "" where nothing."""
    fewer = written.figures.segment_count - choice.figures.segment_count
    if fewer <= 0:
        return ""
    if written.cost is None or choice.cost is None:
        return ngettext(
            "Saves %(count)d segment per message.", "Saves %(count)d segments per message.", fewer
        ) % {"count": fewer}
    saved = Span(written.cost.least - choice.cost.least, written.cost.most - choice.cost.most)
    return _("Saves %(cost)s.") % {
        "cost": _span(
            Span(min(saved.least, saved.most), max(saved.least, saved.most)), found.currency
        )
    }


def worst_json(found: Composition) -> dict[str, Any]:
    """The guaranteed worst case in plain words."""
    worst = found.chosen.worst
    count = worst.segment_count
    details = []
    if count > MAX_SEGMENTS:
        sentence = _(
            "Up to %(count)d segments; at most %(limit)d are allowed: shorten the text or what may"
            " stand in its slots."
        ) % {"count": count, "limit": MAX_SEGMENTS}
    elif found.specs:
        sentence = _at_most(count)
    else:
        sentence = ngettext(
            "%(count)d segment for everybody.", "%(count)d segments for everybody.", count
        ) % {"count": count}
    if found.specs:
        details.append(
            _("With the examples: %(segments)s.")
            % {"segments": segments_words(found.chosen.figures.segment_count)}
        )
    details += _network_worst(found.chosen.networks, count)
    if found.worst_with_plain_values is not None:
        details.append(_plain_values(found, found.worst_with_plain_values.segment_count))
    level = "forbidden" if count > MAX_SEGMENTS else "costly" if count > 1 else "good"
    return {"sentence": sentence, "level": level, "details": details}


def _network_worst(networks: Iterable[NetworkCost], count: int) -> list[str]:
    """What becomes of it on networks that add words of their own."""
    dearer: dict[int, list[str]] = {}
    for one in networks:
        if one.worst > count:
            dearer.setdefault(one.worst, []).extend(one.networks)
    return [
        ngettext(
            "On %(networks)s up to %(count)d segment, with what is added there.",
            "On %(networks)s up to %(count)d segments, with what is added there.",
            most,
        )
        % {"networks": ", ".join(names), "count": most}
        for most, names in sorted(dearer.items())
    ]


def _plain_values(found: Composition, count: int) -> str:
    return ngettext(
        "Only because a value may have letters outside GSM-7. With plain letters in the slots it"
        " would be at most %(count)d segment.",
        "Only because a value may have letters outside GSM-7. With plain letters in the slots it"
        " would be at most %(count)d segments.",
        count,
    ) % {"count": count}


def cost_json(found: Composition, *, has_template: bool) -> dict[str, Any]:
    """What the audience costs, and each network where they differ."""
    chosen = found.chosen
    notes = []
    if not has_template:
        notes.append(_("Choose the template: its account and class decide the prices."))
    elif all(one.price_micros is None for one in chosen.networks):
        notes.append(_("There is no price for this class yet: an operator can set one."))
    sentence = _cost(chosen.cost, found)
    if chosen.cost is not None and chosen.worst_cost not in (None, chosen.cost):
        notes.append(_("At most %(cost)s.") % {"cost": _span(chosen.worst_cost, found.currency)})
    rows = chosen.networks if len(chosen.networks) > 1 else ()
    if rows and chosen.cost is not None and chosen.cost.least != chosen.cost.most:
        notes.append(_("It depends on how many of the recipients are on which network."))
    if found.registering_networks:
        notes.append(
            _("%(networks)s: the template has to be registered there before it is sent.")
            % {"networks": ", ".join(found.registering_networks)}
        )
    return {
        "sentence": sentence,
        "caption": _("By network, with what it adds"),
        "heads": [_("Network"), _("Segments"), _("At most"), _("Per message")],
        "rows": [_row(one, found.currency) for one in rows],
        "notes": notes,
    }


def _row(row: NetworkCost, currency: str) -> dict[str, Any]:
    added = " … ".join(part.strip() for part in (row.adds_before, row.adds_after) if part)
    price = "–" if row.price_micros is None else money(row.price_micros * row.typical, currency)
    return {
        "network": ", ".join(row.networks) or _("Other networks"),
        "adds": _("adds %(what)s") % {"what": added} if added else "",
        "limit": _("carries at most %(count)d") % {"count": row.max_segments}
        if row.max_segments is not None and row.worst > row.max_segments
        else "",
        "cells": [row.typical, row.worst, price],
    }
