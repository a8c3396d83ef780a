"""What callers see of a preview: price but never cost, ways but never whose they are."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language
from rest_framework import serializers

from config.common.api.fields import Moment, OutputSerializer
from config.common.api.problems import field_problem
from config.common.errors import DomainError
from messaging.api.outputs import ClosestOutput, PriceOutput, amount
from messaging.api.wording_outputs import (
    ContentOutput,
    FindingOutput,
    WorstCaseOutput,
    content_shown,
    finding_shown,
    moment,
    worst_shown,
)
from messaging.constants import FailureReason, MessageStatus, Rewriting
from messaging.encoding.characters import Culprit
from messaging.services.previews import (
    Money,
    NetworkPreview,
    Preview,
    RoutePreview,
    Ruling,
    Suggestion,
)
from routing.constants import NetworkSource
from routing.engine import Exclusion, Reason

# A text of thousands of characters outside GSM-7 needs no list of all of them.
_MAX_CULPRITS = 1_000


class SegmentOutput(OutputSerializer):
    """One segment."""

    units = serializers.IntegerField(help_text="Septets (gsm7) or UTF-16 code units (ucs2).")
    text = serializers.CharField()


class CulpritOutput(OutputSerializer):
    """A character that GSM-7 does not have."""

    position = serializers.IntegerField(help_text="In code points of `text`, from 0.")
    character = serializers.CharField()
    name = serializers.CharField(help_text="Unicode's name.")
    suggestion = serializers.CharField(
        allow_null=True, help_text="What says the same in GSM-7; empty: leave it out; null: none."
    )


class ReadingOutput(OutputSerializer):
    """What a word without marks may be taken for."""

    word = serializers.CharField()
    meaning = serializers.CharField(help_text="In the caller's language.")
    severity = serializers.CharField(help_text="`offensive` or `meaning`.")


class WarningOutput(OutputSerializer):
    """A word that may be misread."""

    word = serializers.CharField()
    position = serializers.IntegerField(help_text="In code points of `text`, from 0.")
    unmarked = serializers.CharField()
    severity = serializers.CharField(help_text="`offensive` or `meaning`.")
    readings = ReadingOutput(many=True)


class SuggestionOutput(OutputSerializer):
    """Another way to write the text; it is the author's choice and never made silently."""

    rewriting = serializers.ChoiceField(
        Rewriting.choices,
        help_text="`smart`: signs that GSM-7 lacks replaced; `unmarked`: Vietnamese without marks.",
    )
    text = serializers.CharField()
    encoding = serializers.ChoiceField(["gsm7", "ucs2", "latin1"])
    units = serializers.IntegerField()
    segment_count = serializers.IntegerField()
    saved_segments = serializers.IntegerField(help_text="Per message.")
    warnings = WarningOutput(many=True, help_text="Words whose meaning may change, worst first.")


class NetworkTextOutput(OutputSerializer):
    """What a network makes of the text; those that carry it as it is are not listed."""

    code = serializers.CharField()
    name = serializers.CharField()
    adds_before = serializers.CharField(help_text="Its label.")
    adds_after = serializers.CharField(help_text="Its opt-out instruction.")
    segment_count = serializers.IntegerField(help_text="Billed: with what it adds.")
    worst_segment_count = serializers.IntegerField(
        allow_null=True, help_text="Guaranteed for every value of the template's slots."
    )
    max_segments = serializers.IntegerField(allow_null=True)
    refused_characters = serializers.ListField(child=serializers.CharField())
    is_refused = serializers.BooleanField(help_text="It does not carry such a text.")
    demands_registration = serializers.BooleanField(help_text="Of templates.")
    cost = PriceOutput(allow_null=True)
    source_ = serializers.CharField(help_text="How this is known.")


class AudienceOutput(OutputSerializer):
    """A whole audience's cost."""

    size = serializers.IntegerField()
    amount = serializers.CharField()


class CostOutput(OutputSerializer):
    """What the account pays."""

    amount = serializers.CharField(help_text="Decimal number, for all segments.")
    currency = serializers.CharField(help_text="ISO 4217.")
    audience = AudienceOutput(allow_null=True, help_text="With `audience_size`.")


class KnownNetworkOutput(OutputSerializer):
    """The recipient's network."""

    code = serializers.CharField()
    name = serializers.CharField()
    source_ = serializers.ChoiceField(NetworkSource.choices, help_text="How it is known.")


class CandidateOutput(OutputSerializer):
    """A way to the recipient."""

    tier = serializers.IntegerField(help_text="Tried in this order.")
    share = serializers.FloatField(help_text="The part of the traffic it gets, 0 to 1.")
    is_chosen = serializers.BooleanField()
    is_available = serializers.BooleanField(help_text="It takes messages at this moment.")
    exclusion = serializers.ChoiceField(
        [one.value for one in Exclusion], allow_null=True, help_text="Why it gets none."
    )


class RouteOutput(OutputSerializer):
    """How the message would leave."""

    candidates = CandidateOutput(many=True)
    reasons = serializers.ListField(child=serializers.ChoiceField([one.value for one in Reason]))


class ComplianceOutput(OutputSerializer):
    """The legal decision."""

    decision = serializers.ChoiceField(["allowed", "delayed", "blocked"])
    until = Moment(allow_null=True, help_text="When a delayed message would leave.")
    findings = FindingOutput(many=True)
    rules_version = serializers.CharField(allow_null=True)


class RefusalOutput(OutputSerializer):
    """The error that sending would answer with."""

    status = serializers.IntegerField()
    code = serializers.CharField()
    pointer = serializers.CharField(help_text="JSON Pointer into the body.")
    detail = serializers.CharField()
    closest = ClosestOutput(allow_null=True, help_text="With code `text_matches_no_template`.")


class PreviewOutput(OutputSerializer):
    """What the message would be."""

    text = serializers.CharField(help_text="As it would be sent.")
    template = serializers.CharField(
        allow_null=True, help_text="What it is sent by: as named, or found for a plain text."
    )
    is_nfc = serializers.BooleanField(help_text="The text was given in composed form (NFC).")
    encoding = serializers.ChoiceField(["gsm7", "ucs2", "latin1"])
    units = serializers.IntegerField()
    segment_count = serializers.IntegerField()
    segments = SegmentOutput(many=True)
    billed_segment_count = serializers.IntegerField(
        help_text="With what the recipient's network adds."
    )
    culprits = CulpritOutput(many=True, help_text="At most 1,000; `culprit_count` is exact.")
    culprit_count = serializers.IntegerField()
    invisible = CulpritOutput(many=True, help_text="Characters that nobody sees.")
    suggestions = SuggestionOutput(many=True)
    cost = CostOutput(allow_null=True, help_text="Null where the account has no price.")
    networks = NetworkTextOutput(many=True)
    worst_case = WorstCaseOutput(allow_null=True, help_text="Of a template or wording.")
    content = ContentOutput(many=True, help_text="What rules say about the text, by country.")
    at = Moment(allow_null=True, help_text="The time that was decided about.")
    status = serializers.ChoiceField(
        MessageStatus.choices, allow_null=True, help_text="What the message's status would be."
    )
    failure_reason = serializers.ChoiceField(
        [choice for choice in FailureReason.choices if choice[0]], allow_null=True
    )
    network = KnownNetworkOutput(allow_null=True)
    route = RouteOutput(allow_null=True)
    compliance = ComplianceOutput(allow_null=True, help_text="With `to`, `from` and a class.")
    refusal = RefusalOutput(allow_null=True, help_text="Null where sending would accept it.")


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
        names = ("at", "status", "failure_reason", "network", "route", "compliance")
        return dict.fromkeys(names)
    network, compliance = ruling.network, ruling.compliance
    return {
        "at": moment(ruling.at),
        "status": ruling.status or None,
        "failure_reason": ruling.failure_reason or None,
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
