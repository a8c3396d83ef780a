"""What callers see of a preview: price but never cost, ways but never whose they are."""

from rest_framework import serializers

from config.common.api.fields import Moment, OutputSerializer
from messaging.api.outputs import ClosestOutput, PriceOutput
from messaging.api.wording_outputs import (
    ContentOutput,
    FindingOutput,
    FormatProblemOutput,
    WorstCaseOutput,
)
from messaging.constants import FailureReason, MessageStatus, Rewriting
from routing.constants import FallbackCause, NetworkSource
from routing.engine import Exclusion, Reason


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
        [one.value for one in Exclusion],
        allow_null=True,
        help_text="Why it gets none; `bind_limits`: its connections do not take such a message.",
    )
    segment_count = serializers.IntegerField(
        allow_null=True,
        help_text="Segments of the text on this way; null where it has no connection.",
    )


class PreviewSenderOutput(OutputSerializer):
    """Whom it would leave from: of a pool the sender that this person gets."""

    from_ = serializers.CharField()
    instead_of = serializers.CharField(
        allow_null=True, help_text="The sender asked for, where a fallback rule replaces it."
    )
    cause = serializers.ChoiceField(FallbackCause.choices, allow_null=True)


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
    format_problems = FormatProblemOutput(many=True, help_text="Of a wording with a format.")
    content = ContentOutput(many=True, help_text="What rules say about the text, by country.")
    at = Moment(allow_null=True, help_text="The time that was decided about.")
    status = serializers.ChoiceField(
        MessageStatus.choices, allow_null=True, help_text="What the message's status would be."
    )
    failure_reason = serializers.ChoiceField(
        [choice for choice in FailureReason.choices if choice[0]], allow_null=True
    )
    sender = PreviewSenderOutput(allow_null=True)
    network = KnownNetworkOutput(allow_null=True)
    route = RouteOutput(allow_null=True)
    compliance = ComplianceOutput(allow_null=True, help_text="With `to`, `from` and a class.")
    refusal = RefusalOutput(allow_null=True, help_text="Null where sending would accept it.")
