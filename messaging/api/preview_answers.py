"""A preview as JSON values."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language

from config.common.api.problems import field_problem
from config.common.errors import DomainError
from messaging.api.outputs import amount
from messaging.api.wording_outputs import content_shown, finding_shown, moment, worst_shown
from messaging.encoding.characters import Culprit
from messaging.services.previews import (
    Money,
    NetworkPreview,
    Preview,
    RoutePreview,
    Ruling,
    Suggestion,
)

# A text of thousands of characters outside GSM-7 needs no list of all of them.
_MAX_CULPRITS = 1_000


def preview_shown(found: Preview, names: Mapping[str, str]) -> dict[str, Any]:
    """The preview as JSON values."""
    return {
        "text": found.text,
        "template": found.template,
        "is_nfc": found.is_nfc,
        "encoding": found.encoding,
        "units": found.units,
        "segment_count": found.segment_count,
        "segments": [{"units": one.units, "text": one.text} for one in found.segments],
        "billed_segment_count": found.billed_segments,
        "culprits": [_culprit(one) for one in found.culprits[:_MAX_CULPRITS]],
        "culprit_count": len(found.culprits),
        "invisible": [_culprit(one) for one in found.invisible[:_MAX_CULPRITS]],
        "suggestions": [_suggestion(one) for one in found.suggestions],
        "cost": None if found.cost is None else _cost(found.cost),
        "networks": [_network(one, found.currency) for one in found.networks],
        "worst_case": None if found.worst is None else worst_shown(found.worst),
        "format_problems": [
            {"code": one.code, "position": one.position, "message": one.message}
            for one in found.format_problems
        ],
        "content": content_shown(found.content),
        **_ruling(found.ruling),
        "refusal": None if found.refusal is None else _refusal(found.refusal, names),
    }


def _culprit(culprit: Culprit) -> dict[str, Any]:
    return {
        "position": culprit.position,
        "character": culprit.character,
        "name": culprit.name,
        "suggestion": culprit.suggestion,
    }


def _suggestion(suggestion: Suggestion) -> dict[str, Any]:
    is_vietnamese = (get_language() or "").startswith("vi")
    return {
        "rewriting": suggestion.rewriting,
        "text": suggestion.text,
        "encoding": suggestion.encoding,
        "units": suggestion.units,
        "segment_count": suggestion.segment_count,
        "saved_segments": suggestion.saved_segments,
        "warnings": [
            {
                "word": one.word,
                "position": one.position,
                "unmarked": one.unmarked,
                "severity": one.severity,
                "readings": [
                    {
                        "word": reading.word,
                        "meaning": reading.vietnamese if is_vietnamese else reading.english,
                        "severity": reading.severity,
                    }
                    for reading in one.readings
                ],
            }
            for one in suggestion.warnings
        ],
    }


def _network(network: NetworkPreview, currency: str) -> dict[str, Any]:
    micros = network.price_micros
    return {
        "code": network.code,
        "name": network.name,
        "adds_before": network.adds_before,
        "adds_after": network.adds_after,
        "segment_count": network.segment_count,
        "worst_segment_count": network.worst_segment_count,
        "max_segments": network.max_segments,
        "refused_characters": list(network.refused_characters),
        "is_refused": network.is_refused,
        "demands_registration": network.demands_registration,
        "cost": None if micros is None else {"amount": amount(micros), "currency": currency},
        "source": network.source,
    }


def _cost(cost: Money) -> dict[str, Any]:
    audience = None
    if cost.audience_size is not None:
        micros = cost.amount_micros * cost.audience_size
        audience = {"size": cost.audience_size, "amount": amount(micros)}
    return {"amount": amount(cost.amount_micros), "currency": cost.currency, "audience": audience}


def _ruling(ruling: Ruling | None) -> dict[str, Any]:
    if ruling is None:
        names = ("at", "status", "failure_reason", "sender", "network", "route", "compliance")
        return dict.fromkeys(names)
    network, compliance = ruling.network, ruling.compliance
    return {
        "at": moment(ruling.at),
        "status": ruling.status or None,
        "failure_reason": ruling.failure_reason or None,
        "sender": {
            "from": ruling.sender.address,
            "instead_of": ruling.sender.instead_of or None,
            "cause": ruling.sender.cause or None,
        },
        "network": network
        and {"code": network.code, "name": network.name, "source": network.source},
        "route": ruling.route and _route(ruling.route),
        "compliance": {
            "decision": compliance.decision,
            "until": moment(compliance.until),
            "findings": [finding_shown(one) for one in compliance.findings],
            "rules_version": compliance.rules_version or None,
        },
    }


def _route(route: RoutePreview) -> dict[str, Any]:
    return {
        "candidates": [
            {
                "tier": one.tier,
                "share": round(one.share, 4),
                "is_chosen": one.is_chosen,
                "is_available": one.is_available,
                "exclusion": one.exclusion or None,
                "segment_count": one.segment_count,
            }
            for one in route.candidates
        ],
        "reasons": list(route.reasons),
    }


def _refusal(error: DomainError, names: Mapping[str, str]) -> dict[str, Any]:
    problem = field_problem(error, names)
    return {
        "status": error.status,
        "code": problem.code,
        "pointer": problem.name,
        "detail": problem.detail,
        "closest": error.context.get("closest"),
    }
