"""What callers see of a wording: its findings and its worst case."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from rest_framework import serializers

from config.common.api.fields import Moment, OutputSerializer
from messaging.selectors.findings import CountryFindings, TextFinding
from messaging.wording.worst import Bound, Cost, Figures


class FindingOutput(OutputSerializer):
    """A rule that speaks about the message."""

    rule = serializers.CharField(help_text="Stable name of the rule.")
    citation = serializers.CharField(help_text="The clause it rests on.")
    severity = serializers.ChoiceField(["block", "delay", "warn"])
    message = serializers.CharField(help_text="What is wrong, for people.")
    fix = serializers.CharField(help_text="What to do about it.")


class ContentOutput(OutputSerializer):
    """What the rules of one country say about a text."""

    country = serializers.CharField()
    is_blocked = serializers.BooleanField()
    findings = FindingOutput(many=True)


class FormatProblemOutput(OutputSerializer):
    """Why a wording does not have the format it claims."""

    code = serializers.CharField()
    position = serializers.IntegerField(
        help_text="In code points of the text with its slots, from 0."
    )
    message = serializers.CharField()


class FiguresOutput(OutputSerializer):
    """What a text needs."""

    encoding = serializers.ChoiceField(["gsm7", "ucs2", "latin1"])
    units = serializers.IntegerField()
    segment_count = serializers.IntegerField()


class WorstCaseOutput(OutputSerializer):
    """A template's cost before there are values."""

    example = FiguresOutput(help_text="With the examples.")
    longest = FiguresOutput(help_text="With the longest values in the examples' letters.")
    worst = FiguresOutput(help_text="With the most expensive values that the slots allow.")


def moment(value: datetime | None) -> str | None:
    """A time as the API writes it."""
    return None if value is None else Moment().to_representation(value)


def finding_shown(finding: TextFinding) -> dict[str, Any]:
    """A finding as JSON values."""
    return {
        "rule": finding.rule_id,
        "citation": finding.citation,
        "severity": finding.severity,
        "message": finding.message,
        "fix": finding.fix,
    }


def content_shown(found: Iterable[CountryFindings]) -> list[dict[str, Any]]:
    """Findings by country as JSON values."""
    return [
        {
            "country": one.country,
            "is_blocked": one.is_blocked,
            "findings": [finding_shown(finding) for finding in one.findings],
        }
        for one in found
    ]


def worst_shown(cost: Cost) -> dict[str, Any]:
    """The worst case as JSON values."""
    return {
        "example": _figures(cost.typical),
        "longest": _figures(cost.longest),
        "worst": _figures(cost.worst),
    }


def _figures(figures: Figures | Bound) -> dict[str, Any]:
    return {
        "encoding": figures.encoding,
        "units": figures.units,
        "segment_count": figures.segment_count,
    }
