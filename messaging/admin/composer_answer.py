"""What a composition says, in the reader's language, as the page's script takes it."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.common.errors import DomainError
from messaging.admin.composer_costs import choice_json, cost_json, worst_json
from messaging.admin.composer_readings import readings_json
from messaging.admin.composer_signs import notes_json, refusal_json, sign_json
from messaging.admin.labels import ENCODINGS
from messaging.services.previews.compositions import Composition, CompositionRequest
from messaging.services.previews.compositions.values import Shown, StandIn
from messaging.wording.worst import Figures
from routing.constants import FallbackCause


def error_json(error: DomainError) -> dict[str, Any]:
    """Why a text cannot be saved as it is."""
    return {
        "error": {
            "code": error.code,
            "message": str(error),
            "field": error.field,
            "position": error.context.get("position"),
            "language": error.context.get("language", ""),
        }
    }


def blank_json(asked: CompositionRequest) -> dict[str, Any]:
    """The answer about no text at all."""
    return {
        "error": None,
        "is_blank": True,
        "own_language": _own_language(asked),
        "no_findings": "" if asked.template else _no_template(),
    }


def as_json(found: Composition, asked: CompositionRequest) -> dict[str, Any]:
    """The whole answer."""
    figures = found.chosen.figures
    return {
        "error": error_json(found.refusal)["error"] if found.refusal else None,
        "own_language": _own_language(asked),
        "slots": [{"type": spec.type} | spec.as_json() for spec in found.specs],
        "slot_errors": [
            {"slot": one.slot, "key": one.key, "message": one.message}
            for one in found.slot_problems
        ],
        "languages": [
            {
                "language": one.language,
                "is_right": one.segment_count is not None,
                "badge": _badge(one.segment_count),
            }
            for one in found.languages
        ],
        "counter": {
            "line": figures_line(figures),
            "segments": figures.segment_count,
            "used": figures.units,
            "room": figures.units + figures.left,
        },
        "is_composed": found.is_composed,
        "culprits": [sign_json(one) for one in found.signs if not one.is_settled],
        "notes": notes_json(found),
        "clean": _clean(found),
        "refused": [refusal_json(one) for one in found.refusals],
        "choices": [choice_json(one, found) for one in found.choices],
        "readings": readings_json(found),
        "cost": cost_json(found, has_template=asked.template is not None),
        "worst": worst_json(found),
        "previews": _previews(found),
        "format": [
            {
                "is_met": one.is_met,
                "word": _("Met") if one.is_met else _("Not met"),
                "message": one.message,
            }
            for one in found.checks
        ],
        "findings": [*_findings(found), *_stand_ins(found, asked)],
        "no_findings": _("No rule objects to this text.") if asked.template else _no_template(),
    }


def figures_line(figures: Figures) -> str:
    """Encoding, units, segments and what is left, in one line."""
    segments = ngettext("%(count)d segment", "%(count)d segments", figures.segment_count) % {
        "count": figures.segment_count
    }
    units = ngettext("%(count)d unit", "%(count)d units", figures.units) % {"count": figures.units}
    left = _("%(left)d left") % {"left": figures.left}
    return " · ".join([ENCODINGS[figures.encoding], units, segments, left])


def _no_template() -> str:
    return _("Choose the template: its class decides which rules apply.")


def _own_language(asked: CompositionRequest) -> str:
    return asked.template.language if asked.template else ""


def _clean(found: Composition) -> str:
    """What is said where no character asks to be looked at."""
    if found.signs:
        return _("Nothing else to look at.")
    if found.chosen.figures.encoding == "ucs2":
        return _("The text itself fits into GSM-7; the example of a slot does not.")
    return _("Every character has its place in GSM-7, and nothing is hidden.")


def _badge(segment_count: int | None) -> str:
    if segment_count is None:
        return _("not ready")
    return ngettext("at most %(count)d segment", "at most %(count)d segments", segment_count) % {
        "count": segment_count
    }


def _previews(found: Composition) -> dict[str, Any]:
    """Without slots there is one text."""
    previews = {"typical": _preview(found.typical)}
    if found.specs:
        previews |= {"shortest": _preview(found.shortest), "longest": _preview(found.longest)}
    return previews


def _preview(shown: Shown) -> dict[str, Any]:
    return {
        "line": figures_line(shown.figures),
        "segments": [{"text": one.text, "units": one.units} for one in shown.segments],
    }


def _findings(found: Composition) -> list[dict[str, Any]]:
    words = {"block": _("forbidden"), "delay": _("delayed"), "warn": _("warning")}
    return [
        {
            "country": one.country,
            "severity": finding.severity,
            "label": words[finding.severity],
            "message": finding.message,
            "fix": finding.fix,
            "citation": finding.citation,
        }
        for one in found.findings
        for finding in sorted(one.findings, key=lambda item: not item.is_blocking)
    ]


def _stand_ins(found: Composition, asked: CompositionRequest) -> list[dict[str, Any]]:
    """Where another sender stands in, beside the rules: it is no fault of the text."""
    country = asked.template.account.country if asked.template else ""
    return [
        {
            "country": country,
            "severity": "warn" if one.cause_now else "delay",
            "label": _("another sender"),
            "message": _stand_in(one),
            "fix": "",
            "citation": _("The account's fallback rules"),
        }
        for one in found.stand_ins
    ]


def _stand_in(one: StandIn) -> str:
    values = {"to": one.to, "from": one.instead_of}
    if one.cause_now:
        return _(
            "From %(to)s instead of %(from)s to everybody of these networks: %(networks)s (%(cause)s)."
        ) % (
            values
            | {
                "networks": ", ".join(one.networks_now),
                "cause": _uncapped(FallbackCause(one.cause_now).label),
            }
        )
    causes = "; ".join(_uncapped(FallbackCause(cause).label) for cause in one.causes)
    return _("From %(to)s instead of %(from)s, to those for whom this holds: %(causes)s.") % (
        values | {"causes": causes}
    )


def _uncapped(label: object) -> str:
    sentence = str(label)
    return sentence[:1].lower() + sentence[1:]
